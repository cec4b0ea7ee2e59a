"""The page that paymasters check: lines a to n of CGCT annex D, in three columns; and annex E, the variation.

The list of supporting documents (CGCT D.1617-19) wants, for each line, what is done in all, the earlier statements and
this one. The text at hand is that of 2007, re-issued since: letters may have moved, hence one table
(works-billing.md §2.2).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .money import Columns
from .posts import KINDS
from .settlement import less, total_of
from .statement import Statement
from .totals import explain_drift
from .vat import tax_on
from .wording import percent, sum_of

LABELS = {
    "a": "Avance versée",
    "b": "Travaux HT aux prix de base (marché et avenants)",
    "c": "Actualisation ou révision des prix",
    "d": "Primes",
    "e": "TVA (sur b + c + d)",
    "f": "Total TTC (b + c + d + e)",
    "g": "Retenue de garantie",
    "h": "Résorption de l'avance",
    "i": "Total à déduire (g + h)",
    "j": "Somme restant due (f − i)",
    "k": "Sommes dues aux sous-traitants en paiement direct",
    "l": "Somme due au titulaire (j − k)",
    "m": "Pénalités et autres retenues",
    "n": "Somme à payer (l − m)",
}


@dataclass(frozen=True, kw_only=True)
class PageLine(Columns):
    """A line of the page, EUR.

    :ivar letter: of annex D; empty for a detail of the line above, or for what follows line n.
    :ivar formula: how the month follows from other lines, in figures, nil ones left out; empty where it does not.
    """

    letter: str
    label: str
    formula: str = ""


def annex_d(statement: Statement) -> tuple[PageLine, ...]:
    """The page of a statement: lines a to n, each followed by its details, then what leads from n to the payment.

    Line d holds the bonuses; materials on site and expenses are in b, at base prices as works are.
    """
    lines = _lettered(statement)
    page = []
    for letter, columns in lines.items():
        page.append(_line(letter, LABELS[letter], columns, _formula(letter, lines)))
        page += [_line("", label, detail) for label, detail in _details(statement, letter)]
    page += [_line("", label, columns) for label, columns in _after(statement)]
    return tuple(page)


def _lettered(statement):
    settlement, totals = statement.settlement, statement.totals
    bonuses = total_of(line for line in statement.lines if line.post.kind == "bonus")
    lines = {
        "a": settlement.advance_granted,
        "b": less(total_of(statement.lines), bonuses),
        "c": statement.variation.total,
        "d": bonuses,
        "e": totals["total_tax"],
        "f": totals["total_included"],
        "g": total_of([settlement.retention] if settlement.retention else []),
        "h": total_of([settlement.advance_repaid] if settlement.advance_repaid else []),
    }
    lines["i"] = total_of([lines["g"], lines["h"]])
    lines["j"] = less(lines["f"], lines["i"])
    lines["k"] = settlement.direct_paid
    lines["l"] = less(lines["j"], lines["k"])
    lines["m"] = total_of(columns for _label, columns in kept(statement))
    lines["n"] = less(lines["l"], lines["m"])
    return lines


def kept(statement: Statement) -> Iterator[tuple[str, Columns]]:
    """Line m, kind by kind: what the client keeps outside VAT."""
    for name in ("penalties", "other_deductions", "prorata"):
        total = statement.totals.get(name)
        if total is not None and total.sign:
            yield total.label, total


def _formula(letter, lines):
    parts = {"f": "bcde", "i": "gh", "j": "fi", "l": "jk", "n": "lm"}.get(letter)
    if not parts:
        return ""
    first, *others = [lines[part].month for part in parts]
    signed = others if letter in "fi" else [-one for one in others]
    return sum_of([first, *(one for one in signed if one)])


def _details(statement, letter) -> Iterator[tuple[str, Columns]]:
    if letter == "b":
        kinds = {kind: [line for line in statement.lines if line.post.kind == kind] for kind in KINDS}
        amended = [line for line in kinds["works"] if line.post.amendment_key is not None]
        if amended:
            yield "dont avenants et ordres de service", total_of(amended)
        for kind in ("materials", "expense"):
            if kinds[kind]:
                yield f"dont {KINDS[kind].lower()}", total_of(kinds[kind])
    elif letter == "e" and len(statement.vat) > 1:
        for line in statement.vat:
            yield (
                f"dont à {percent(line.rate)}",
                Columns(cumulative=line.cumulative_tax, previous=line.previous_tax),
            )
    elif letter == "k":
        for one in statement.settlement.direct_payments:
            yield f"dont {one.subcontractor.label}", one
    elif letter == "m":
        details = list(kept(statement))
        if len(details) > 1:
            yield from ((f"dont {label.lower()}", columns) for label, columns in details)


def notes(statement: Statement) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """How the lines that no sum explains were reckoned: pairs of a letter and its French sentences, in order."""
    settlement = statement.settlement
    found = {
        "c": [one.provisional_note for one in statement.variation.coefficients if one.provisional],
        "e": list(explain_drift(statement.vat)),
        "g": list(settlement.retention.explain())[:-1] if settlement.retention else [],
        "h": list(settlement.advance_repaid.explain())[:-1] if settlement.advance_repaid else [],
        "m": [one.sentence for one in statement.month.deductions],
        "n": list(settlement.explain_debt())[:-1] if statement.debt or settlement.debt.previous else [],
    }
    return tuple((letter, tuple(sentences)) for letter, sentences in found.items() if sentences)


def _after(statement) -> Iterator[tuple[str, Columns]]:
    """From line n to what is paid: only where they differ this month or did before."""
    granted, debt = statement.settlement.advance_granted, statement.settlement.debt
    prorata = statement.totals.get("prorata")
    if prorata is not None and not prorata.sign:
        yield prorata.label, prorata
    if granted.month:
        yield "Avance demandée par cette situation (a)", granted
    if debt.cumulative or debt.previous:
        yield "Solde négatif reporté", debt
    if granted.month or debt.cumulative or debt.previous:
        yield "Net à payer", statement.totals["total_payable"]


def _line(letter, label, columns, formula=""):
    return PageLine(
        letter=letter, label=label, formula=formula, cumulative=columns.cumulative, previous=columns.previous
    )


@dataclass(frozen=True)
class VariationRow:
    """A row of annex E (*état liquidatif des variations de prix*); amounts EUR.

    :ivar month: of execution.
    :ivar base: works varied, HT at base prices.
    :ivar calculation: of the coefficient, in French.
    :ivar amount: variation of this statement, HT: net of what was billed before, for a regularisation.
    :ivar tax: VAT of the row. The statement's is computed on the whole month, rate by rate: rows may differ by a cent.
    """

    formula: str
    month: date
    base: Decimal
    coefficient: Decimal
    provisional: bool
    calculation: tuple[str, ...]
    is_regularisation: bool
    already_billed: Decimal
    amount: Decimal
    rate: Decimal
    tax: Decimal

    @property
    def included(self) -> Decimal:
        return self.amount + self.tax


def annex_e(statement: Statement) -> tuple[VariationRow, ...]:
    """The rows of annex E: the month, then the regularisations; empty where prices are firm."""
    return tuple(
        VariationRow(
            formula=line.coefficient.formula.label,
            month=line.coefficient.month,
            base=line.base,
            coefficient=line.coefficient.value,
            provisional=line.coefficient.provisional,
            calculation=(*line.coefficient.explain(), *line.explain()),
            is_regularisation=line.is_regularisation,
            already_billed=line.already_billed,
            amount=line.amount,
            rate=line.rate,
            tax=tax_on(line.amount, line.rate),
        )
        for line in statement.variation.lines
    )
