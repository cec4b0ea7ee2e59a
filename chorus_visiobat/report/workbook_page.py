"""The sheet *Décompte*: lines a to n of annex D by formula, and the blocks that they are taken from."""

from ..decompte import round_money
from ..decompte.money import ZERO
from ..decompte.page import LABELS, kept
from .workbook_posts import CUMULATIVE, MONTH, PREVIOUS
from .workbook_sheet import PLAIN, Sheet

HEAD_ROW = 6
FIRST_LINE = HEAD_ROW + 1
LETTERS = "abcdefghijklmn"
LABEL, REACHED, BEFORE, MONTHLY, TOLD = range(1, 6)
VAT_HEADS = (
    "", "Taux de TVA %", "Base cumulée", "Base antérieure", "Base du mois", "TVA antérieure", "TVA du mois",
    "TVA cumulée", "Travaux cumulés HT",
)  # fmt: skip


class PageSheet(Sheet):
    """Each amount of the page in three columns: the month is always the cumulative less the previous."""

    def __init__(self, workbook):
        super().__init__(workbook, "Décompte")
        self.sheet.set_column(0, 0, 4)
        self.sheet.set_column(LABEL, LABEL, 48)
        self.sheet.set_column(REACHED, 8, 17)

    def fill(self, page, heads, posts, variation):
        """Write the page.

        :param page: what the templates show (``report.chorus_visiobat.works_statement``).
        :param heads: texts that name the statement, one a row.
        :param posts: the filled ``PostsSheet``; ``variation``: the filled ``VariationSheet``, or None.
        """
        self._statement, self._posts, self._variation = page["statement"], posts, variation
        for row, text in enumerate(heads):
            self.text(row, 0, text, bold=row == 0, font_size=14 if row == 0 else 10)
        last = "Solde" if page["balance"] else "Acompte du mois"
        self.heads(HEAD_ROW, "", "Montants en euros", "Cumul", "Situations antérieures", last, "Calcul")
        self.keep_heads(HEAD_ROW)
        self._lines = {line.letter: line for line in page["lines"] if line.letter}
        self._told = dict(page["notes"])
        self._row = FIRST_LINE + len(LETTERS) + 4
        vat = self._vat_block()
        retention = self._retention_block()
        payments = self._payments_block()
        others = self._others_block()
        self._write_lines(vat, retention, payments, others)

    # --- lines a to n ---

    def _at(self, letter, column):
        return f"{'ABCDE'[column]}{FIRST_LINE + LETTERS.index(letter) + 1}"

    def _write_lines(self, vat, retention, payments, others):
        settlement, b_d = self._statement.settlement, {}
        for column, total in ((REACHED, CUMULATIVE), (BEFORE, PREVIOUS)):
            b_d[column] = f"{self._posts.away(self._posts.totals[total])}-{self._at('d', column)}"
        bonuses = {
            column: self._posts.sum_where(source, kind='"Primes"')
            for column, source in ((REACHED, CUMULATIVE), (BEFORE, PREVIOUS))
        }
        before = self._statement.variation.total.previous
        varied = f"{self._at('c', BEFORE)}" + (
            f"+{self._variation.away(self._variation.total)}" if self._variation else ""
        )
        self._line("a", settlement.advance_granted.cumulative, settlement.advance_granted.previous)
        self._line("b", b_d[REACHED], b_d[BEFORE])
        self._line("c", varied, before)
        self._line("d", bonuses[REACHED], bonuses[BEFORE])
        self._line("e", vat[REACHED], vat[BEFORE])
        self._line("f", *(f"SUM({self._at('b', one)}:{self._at('e', one)})" for one in (REACHED, BEFORE)), bold=True)
        self._line("g", retention, settlement.retention.previous if settlement.retention else ZERO)
        repaid = settlement.advance_repaid
        self._line("h", repaid.cumulative if repaid else ZERO, repaid.previous if repaid else ZERO)
        self._line("i", *(f"{self._at('g', one)}+{self._at('h', one)}" for one in (REACHED, BEFORE)))
        self._line("k", *payments)
        self._line("m", *others)
        for letter, (whole, part) in {"j": "fi", "l": "jk", "n": "lm"}.items():
            columns = (f"{self._at(whole, one)}-{self._at(part, one)}" for one in (REACHED, BEFORE))
            self._line(letter, *columns, bold=True)
        self._after()

    def _line(self, letter, cumulative, previous, **style):
        row, line = FIRST_LINE + LETTERS.index(letter), self._lines[letter]
        self.text(row, 0, letter, bold=True)
        self._three(row, LABELS[letter], (cumulative, line.cumulative), (previous, line.previous), **style)
        self.text(row, TOLD, ". ".join(self._told.get(letter, ())), font_size=9)

    def _three(self, row, label, reached, before, **style):
        """Write a label and its three columns; each of the two first a formula (str) with its value, or data."""
        self.text(row, LABEL, label, **style)
        addresses = [
            self.formula(row, column, source, value, **style)
            if isinstance(source, str)
            else self.data(row, column, value, **style)
            for column, (source, value) in ((REACHED, reached), (BEFORE, before))
        ]
        month = reached[1] - before[1]
        return [*addresses, self.formula(row, MONTHLY, "-".join(addresses), month, **{**style, "bold": True})]

    def _after(self):
        """From line n to what is paid: the advance asked for, and the negative net that is carried."""
        row, settlement, payable = FIRST_LINE + len(LETTERS), self._statement.settlement, self._statement.totals
        debt, net = settlement.debt, payable["total_payable"]
        carried = self._three(row, "Solde négatif reporté", (None, debt.cumulative), (None, debt.previous))
        sums = [
            f"{self._at('n', one)}+{self._at('a', one)}-{carried[rank]}" for rank, one in enumerate((REACHED, BEFORE))
        ]
        self.payable = self._three(
            row + 1,
            "Net à payer (n + a − solde reporté)",
            (sums[0], net.cumulative),
            (sums[1], net.previous),
            bold=True,
            top=1,
        )

    # --- blocks ---

    def _title(self, title, *heads):
        self.text(self._row, LABEL, title, bold=True)
        self._row += 1
        if heads:
            self.heads(self._row, *heads)
            self._row += 1

    def _vat_block(self):
        """VAT by rate, on the month; return the formulas of its sums by column of the page."""
        self._title("TVA (ligne e)", *VAT_HEADS)
        first, self._works = self._row + 1, []
        for vat in self._statement.vat:
            rate = self.data(self._row, 1, vat.rate, number=PLAIN)
            before = self.data(self._row, 3, vat.previous_base)
            source = self._posts.sum_where(MONTH, rate=rate)
            if self._variation:
                source += f"+{self._variation.sum_of_rate(rate)}"
            base = self.formula(self._row, 4, source, vat.base)
            self.formula(self._row, 2, f"{before}+{base}", vat.cumulative_base)
            invoiced = self.data(self._row, 5, vat.previous_tax)
            tax = self.formula(self._row, 6, f"ROUND({base}*{rate}/100,2)", vat.tax)
            self.formula(self._row, 7, f"{invoiced}+{tax}", vat.cumulative_tax)
            lines = [line for line in self._statement.lines if line.post.vat_rate == vat.rate]
            done = sum((line.cumulative for line in lines), ZERO)
            self._works.append((self.formula(self._row, 8, self._posts.sum_where(CUMULATIVE, rate=rate), done), rate))
            self._row += 1
        last, self._row = self._row, self._row + 1
        return (
            {REACHED: f"SUM(H{first}:H{last})", BEFORE: f"SUM(F{first}:F{last})"}
            if last >= first
            else dict.fromkeys((REACHED, BEFORE), "0")
        )

    def _retention_block(self):
        """The retention; return what its line is: a formula, or an amount where it is nil."""
        held = self._statement.settlement.retention
        if held is None:
            return ZERO
        self._title("Retenue de garantie (ligne g)")
        base = self._told_row(f"Assiette : {held.terms.base_label}", self._retention_base(held), held.base)
        rate = self._told_row("Taux %", None, held.terms.rate, number=PLAIN)
        ceiling = self._told_row("Plafond : taux × marché, avenants compris", None, held.ceiling)
        released = self._told_row("Déjà libérée", None, held.released)
        guaranteed = self._told_row("Remplacée par une garantie (1 : oui)", None, int(held.guaranteed), number="0")
        self._row += 1
        return f"(1-{guaranteed})*MAX(MIN(ROUND({base}*{rate}/100,2),{ceiling})-{released},0)"

    def _retention_base(self, held):
        """The formula of the base; None where the sheet does not hold what it is reckoned from."""
        terms = held.terms
        if not terms.with_subcontractors or not self._works:
            return None
        if terms.with_variation:
            return self._at("f", REACHED) if terms.with_tax else None
        if not terms.with_tax:
            return "+".join(works for works, _rate in self._works)
        return f"ROUND({'+'.join(f'{works}*(100+{rate})/100' for works, rate in self._works)},2)"

    def _told_row(self, label, formula, value, **style):
        self.text(self._row, LABEL, label)
        if formula:
            address = self.formula(self._row, REACHED, formula, round_money(value), **style)
        else:
            address = self.data(self._row, REACHED, value, **style)
        self._row += 1
        return address

    def _payments_block(self):
        payments = self._statement.settlement.direct_payments
        return self._block(
            "Paiements directs (ligne k)", [(one.subcontractor.label, one) for one in payments], "À payer ce mois"
        )

    def _others_block(self):
        return self._block("Pénalités et autres retenues (ligne m)", list(kept(self._statement)), "Mois")

    def _block(self, title, rows, month):
        """What is entered for the month, added to what came before; return the sums of the two first columns."""
        if not rows:
            return ZERO, ZERO
        self._title(title, "", "", "Cumul", "Situations antérieures", month)
        first = self._row + 1
        for label, columns in rows:
            self.text(self._row, LABEL, label)
            before = self.data(self._row, BEFORE, columns.previous)
            added = self.data(self._row, MONTHLY, columns.month)
            self.formula(self._row, REACHED, f"{before}+{added}", columns.cumulative)
            self._row += 1
        last, self._row = self._row, self._row + 1
        return f"SUM(C{first}:C{last})", f"SUM(D{first}:D{last})"
