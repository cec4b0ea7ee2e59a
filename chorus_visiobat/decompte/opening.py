"""A contract begun in another program (*reprise de situation*): what its figures should be, and what is wrong.

The opening is what the last statement left, typed by hand. The arithmetic itself says what it should be: a single
statement with all the works done so far, computed from nil, leaves the same sums, save for what happened on the way
(rounding of the invoices' VAT, a clause that changed). Such a difference is no error; it is told, for the next
statement would make it up.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from .checks import check_progress
from .contract_checks import check_terms
from .errors import DecompteError, Problem
from .money import CENT, ZERO
from .posts import Post, Progress
from .statement import Opening, compute_statement
from .terms import Month, Terms
from .vat import tax_on
from .wording import euros, percent

# What the next statement would make up by itself, where the opening is not what the clauses give.
_MADE_UP = ("retention", "advance_repaid", "prorata")


def expected_opening(
    posts: Iterable[Post],
    amounts: Mapping[str | int, Decimal],
    *,
    variation: Mapping[Decimal, Decimal],
    terms: Terms,
    month: Month,
) -> Opening:
    """What a contract leaves at this progress if its clauses applied from the start: a proposal.

    :param amounts: cumulative HT by post, EUR; ``variation``: price variation billed by VAT rate, EUR HT.
    :param month: what stands at that date: the advance granted, a guarantee.
    :raises DecompteError: a post is inconsistent.
    """
    posts = [replace(post, mode="amount", formula_key=None) for post in posts]
    progress = [Progress(post.key, amount=amounts.get(post.key, ZERO)) for post in posts]
    closing = compute_statement(posts, progress, {}, terms=replace(terms, formulas=()), month=month).closing
    bases, taxes = dict(closing.invoiced_base), dict(closing.invoiced_vat)
    for rate, amount in variation.items():
        bases[rate] = bases.get(rate, ZERO) + amount
        taxes[rate] = tax_on(bases[rate], rate)
    carried = replace(closing.carried, variation=variation, debt=ZERO)
    return replace(closing, invoiced_base=bases, invoiced_vat=taxes, carried=carried)


def check_opening(
    opening: Opening, posts: Iterable[Post], terms: Terms, *, statements: int, month: Month
) -> list[Problem]:
    """What to correct in an opening, and what deserves a look; empty when all of it agrees.

    Codes: those of ``check_terms`` that block and of ``check_progress``, then ``opening_empty``, ``opening_vat``,
    ``opening_retention``, ``opening_advance``, ``above_special_act``, ``opening_negative``, ``opening_prorata``; as
    advice ``opening_vat_drift``, ``opening_made_up``.

    :param statements: how many were billed elsewhere: each may have rounded the VAT by a cent.
    :param month: what stands now: executed, a guarantee.
    """
    posts = list(posts)
    problems = [one for one in check_terms(terms, posts) if one.blocking]
    problems += _posts(opening, posts, terms)
    problems += _vat(opening, statements)
    problems += _sums(opening, terms)
    if any(problem.blocking for problem in problems):
        return problems
    try:
        statement = compute_statement(posts, (), **opening.inputs(), terms=terms, month=month)
    except DecompteError as error:
        return [*problems, *error.problems]
    held = statement.settlement.retention
    if held and held.previous > held.ceiling:
        return [
            *problems,
            Problem(
                None,
                "opening_retention",
                f"Retenue de garantie : {euros(held.previous)} repris pour un plafond de {euros(held.ceiling)} "
                f"({percent(held.terms.rate)} du marché) : corrigez le montant repris.",
            ),
        ]
    for name in _MADE_UP:
        total = statement.totals.get(name)
        if total and total.sign and total.month:
            problems.append(
                _advice(
                    "opening_made_up",
                    f"{total.label} : {euros(total.previous)} repris, alors que les clauses du marché donnent "
                    f"{euros(total.cumulative)} à cet avancement : la prochaine situation rattrapera "
                    f"{euros(total.month)}. Vérifiez la reprise, ou la clause.",
                )
            )
    return problems


def _posts(opening, posts, terms) -> Iterator[Problem]:
    typed = [replace(post, mode="amount") for post in posts]
    # A price schedule without quantities has nothing to exceed.
    open_ended = {post.key for post in posts if post.ceiling is None}
    reached = {post.key: opening.previous.get(post.key, ZERO) for post in posts}
    typed = [replace(post, amount=reached[post.key]) if post.key in open_ended else post for post in typed]
    progress = [Progress(key, amount=amount) for key, amount in reached.items()]
    for problem in check_progress(typed, progress, {}, amendments=terms.amendments):
        if problem.code == "amendment_not_notified":
            # it was billed elsewhere: that is so, and deserves a look
            yield replace(problem, blocking=False)
        elif problem.code != "nothing_moves":
            yield problem
        elif not opening.carried.advance.granted:
            yield Problem(
                None,
                "opening_empty",
                "Reprise : aucun montant n'est repris. Saisissez le cumul facturé de chaque poste, "
                "ou commencez le marché sans reprise.",
            )


def _vat(opening, statements) -> Iterator[Problem]:
    for rate in sorted(opening.invoiced_base.keys() | opening.invoiced_vat.keys(), reverse=True):
        base, tax = opening.invoiced_base.get(rate, ZERO), opening.invoiced_vat.get(rate, ZERO)
        whole = tax_on(base, rate)
        if tax * whole < 0 or (tax and not whole):
            yield Problem(
                None,
                "opening_vat",
                f"TVA à {percent(rate)} : {euros(tax)} pour {euros(base)} HT : corrigez la TVA facturée.",
            )
        elif abs(tax - whole) > CENT * statements:
            yield _advice(
                "opening_vat_drift",
                f"TVA à {percent(rate)} : {euros(tax)} repris, alors que {percent(rate)} de {euros(base)} font "
                f"{euros(whole)}. C'est la somme de la TVA de vos factures qui compte : vérifiez-la.",
            )


def _sums(opening, terms) -> Iterator[Problem]:
    carried = opening.carried
    for name, amount in (
        ("Retenue de garantie", carried.retention),
        ("Pénalités", carried.penalties),
        ("Autres retenues", carried.other_deductions),
        ("Compte prorata", carried.prorata),
        ("Solde négatif reporté", -carried.debt),
    ):
        if amount < 0:
            yield Problem(None, "opening_negative", f"{name} : {euros(amount)} : le cumul repris ne peut être négatif.")
    yield from _retention(carried, terms)
    if carried.advance.granted and terms.advance is None:
        yield Problem(
            None,
            "opening_advance",
            f"Avance : {euros(carried.advance.granted)} accordés, et le marché n'en prévoit pas : "
            "indiquez-en le taux sur le marché, onglet Retenue, avance.",
        )
    if carried.prorata and terms.prorata is None:
        yield Problem(
            None,
            "opening_prorata",
            f"Compte prorata : {euros(carried.prorata)} repris, et le marché n'en prévoit pas : "
            "indiquez-le sur le marché, onglet Retenue, avance.",
        )
    ceilings = {one.key: one for one in terms.subcontractors}
    for key, paid in carried.direct_payments.items():
        if key in ceilings and paid.base > ceilings[key].ceiling:
            who = ceilings[key]
            yield Problem(
                key,
                "above_special_act",
                f"Sous-traitant « {who.label} » : {euros(paid.base)} payés hors variation pour un acte spécial de "
                f"{euros(who.ceiling)}. Corrigez le montant repris, ou celui de l'acte spécial.",
            )
        if min(paid.base, paid.total) < 0:
            yield Problem(key, "opening_negative", "Paiements directs : le cumul repris ne peut être négatif.")


def _retention(carried, terms) -> Iterator[Problem]:
    if carried.retention and (terms.retention is None or not terms.retention.rate):
        yield Problem(
            None,
            "opening_retention",
            f"Retenue de garantie : {euros(carried.retention)} repris, et le marché n'en prévoit pas : "
            "indiquez son taux sur le marché, onglet Retenue, avance.",
        )


def _advice(code, message):
    return Problem(None, code, message, blocking=False)
