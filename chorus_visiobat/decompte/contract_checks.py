"""What is wrong with the terms of a contract, and with a computed statement: all of it at once, in French.

Levels as in works-billing.md §5.3: what cannot be sent blocks, what deserves a look does not.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from .errors import Problem
from .money import HUNDRED, ZERO
from .posts import Post
from .statement import Statement
from .terms import Terms
from .wording import euros, percent


def check_terms(terms: Terms, posts: Iterable[Post] = ()) -> list[Problem]:
    """What to correct in a contract at entry; empty when it is sound.

    Codes: those of ``Formula.problems``, ``Advance.problems``, ``Retention.problems``, then ``prorata_rate``,
    ``duplicate_term``, ``subcontractor_ceiling``, ``formula_unknown``.

    :param posts: those of the contract, to check the formulas that they name.
    """
    problems = []
    for formula in terms.formulas:
        problems += formula.problems()
    for clause in (terms.advance, terms.retention):
        problems += clause.problems() if clause else []
    if terms.prorata and not 0 <= terms.prorata.rate <= HUNDRED:
        problems.append(
            Problem(
                None,
                "prorata_rate",
                f"Compte prorata : le taux {percent(terms.prorata.rate)} n'existe pas : corrigez-le.",
            )
        )
    for one in terms.subcontractors:
        if one.ceiling <= 0:
            problems.append(
                Problem(
                    one.key,
                    "subcontractor_ceiling",
                    f"Sous-traitant « {one.label} » : indiquez le montant de son acte spécial.",
                )
            )
    problems += _duplicates(terms)
    known = {one.key for one in terms.formulas}
    for post in posts:
        if post.formula_key is not None and post.formula_key not in known:
            problems.append(
                Problem(
                    post.key,
                    "formula_unknown",
                    f"Poste « {post.label} » : sa formule de variation « {post.formula_key} » n'est pas au marché : "
                    "ajoutez-la, ou choisissez-en une autre.",
                )
            )
    return problems


def _duplicates(terms):
    families = {
        "la formule": terms.formulas,
        "le sous-traitant": terms.subcontractors,
        "l'avenant ou l'ordre de service": terms.amendments,
    }
    for name, family in families.items():
        labels = {one.key: one.label for one in family}
        for key, count in Counter(one.key for one in family).items():
            if count > 1:
                yield Problem(key, "duplicate_term", f"Marché : {name} « {labels[key]} » y figure deux fois.")


def check_statement(statement: Statement) -> list[Problem]:
    """What to correct or to know of a computed statement; empty when it may go as it is.

    Progress is judged by ``check_progress``. Codes: ``above_special_act`` (blocks); as advice ``credit_note``,
    ``negative_net``, ``advance_postponed``, ``advance_left``, ``provisional_coefficient``, ``variation_of_decrease``,
    ``quitus_missing``.
    """
    return [*_ceilings(statement), *_amounts(statement), *_variation(statement), *_final(statement)]


def moves(statement: Statement) -> bool:
    """Whether anything is claimed or settled this month: progress, but also a regularisation or a release."""
    return any(total.month for total in statement.totals.values())


def _ceilings(statement) -> Iterator[Problem]:
    for one in statement.settlement.direct_payments:
        if one.above_ceiling:
            who = one.subcontractor
            yield Problem(
                who.key,
                "above_special_act",
                f"Sous-traitant « {who.label} » : {euros(one.base)} payés hors variation pour un acte spécial de "
                f"{euros(who.ceiling)}. Ramenez son paiement de {euros(one.above_ceiling)}, ou faites signer un acte "
                "spécial modificatif.",
            )


def _amounts(statement) -> Iterator[Problem]:
    if statement.is_credit_note:
        yield _advice(
            "credit_note",
            f"Les travaux du mois sont négatifs ({euros(statement.total_included)} TTC) : ce sera un avoir.",
        )
    if statement.debt:
        yield _advice(
            "negative_net",
            f"Les retenues dépassent ce qui est dû : {euros(statement.debt)} sont reportés sur la situation suivante, "
            "et rien n'est à payer ce mois-ci. La facture reste entière.",
        )
    repaid = statement.settlement.advance_repaid
    if repaid and repaid.postponed:
        yield _advice(
            "advance_postponed",
            f"Avance : {euros(repaid.postponed)} auraient dû être remboursés et sont reportés, "
            "le mois ne pouvant les supporter.",
        )


def _variation(statement) -> Iterator[Problem]:
    for coefficient in statement.variation.coefficients:
        if coefficient.provisional:
            yield _advice(
                "provisional_coefficient",
                f"Formule « {coefficient.formula.label} » : coefficient provisoire, l'index n'est pas paru ; "
                "la mention est portée au document, la différence sera régularisée.",
            )
    if any(line.base < 0 for line in statement.variation.lines if not line.is_regularisation):
        yield _advice(
            "variation_of_decrease",
            "Des travaux en baisse sont révisés au coefficient de ce mois : vérifiez que le maître d'œuvre fait de "
            "même.",
        )


def _final(statement) -> Iterator[Problem]:
    if statement.month.kind != "final":
        return
    repaid = statement.settlement.advance_repaid
    if repaid and repaid.left > ZERO:
        yield _advice("advance_left", f"Il reste {euros(repaid.left)} d'avance à rembourser : le client les réclamera.")
    if statement.terms.prorata and not statement.month.quitus:
        yield _advice(
            "quitus_missing",
            "Décompte final : quitus du compte prorata non reçu. Demandez-le au gestionnaire, le solde peut en "
            "dépendre.",
        )


def _advice(code, message):
    return Problem(None, code, message, blocking=False)
