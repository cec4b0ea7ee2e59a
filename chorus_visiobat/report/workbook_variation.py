"""The sheet *Révision*: annex E, from the indexes to the variation of the month."""

from ..decompte.money import ONE
from ..decompte.months import month_name
from .workbook_posts import MONTH
from .workbook_sheet import PLAIN, Sheet

INDEX_HEADS = ("Formule", "Index", "Poids", "Valeur du mois zéro", "Mois lu", "Valeur lue", "Raccordement")
ROW_HEADS = (
    "Mois d'exécution", "Formule", "TVA %", "Travaux HT", "Coefficient", "Variation due", "Déjà facturé",
    "Variation HT", "TVA", "Variation TTC",
)  # fmt: skip
HIGH_PRECISION = "0.000000000"


class VariationSheet(Sheet):
    """What the page needs of the variation: the address of its total, and its sum by VAT rate."""

    def __init__(self, workbook):
        super().__init__(workbook, "Révision", landscape=True)
        self.sheet.set_column(0, 1, 24)
        self.sheet.set_column(2, 9, 14)

    def fill(self, statement, rows, coefficients, formula_keys, posts):
        """Write the coefficients, then the rows of annex E.

        :param rows: ``decompte.VariationRow``, in the order of ``statement.variation.lines``.
        :param posts: the filled ``PostsSheet``.
        """
        row, addresses = 3, {}
        self.heads(row, *INDEX_HEADS)
        row += 1
        for coefficient in coefficients:
            row, addresses[coefficient] = self._coefficient(row, coefficient, formula_keys)
        row += 1
        self.heads(row, *ROW_HEADS)
        self._first = row + 2
        lines = statement.variation.lines
        for line, one in zip(lines, rows, strict=True):
            row += 1
            self._row(row, line, one, addresses[line.coefficient], formula_keys, posts)
        self._last = row + 1
        row += 1
        self.text(row, 0, "Variation du mois (ligne c)", bold=True, top=1)
        self.total = self._sum(row, "H", statement.variation.total.month)
        self._sum(row, "I", sum(one.tax for one in rows))
        self._sum(row, "J", sum(one.included for one in rows))

    def _coefficient(self, row, coefficient, formula_keys):
        """Write a coefficient with its indexes; return the next free row and its address."""
        formula = coefficient.formula
        name = f"{formula_keys[formula.key]} – {formula.label}"
        terms = []
        for weight, reading, base in zip(formula.weights, coefficient.readings, coefficient.bases, strict=False):
            self.text(row, 0, name)
            self.text(row, 1, str(reading.key))
            parts = [self.data(row, 2, weight.weight, number=PLAIN), self.data(row, 3, base, number=PLAIN)]
            self.text(row, 4, month_name(reading.month))
            parts += [self.data(row, 5, reading.published, number=PLAIN), self.data(row, 6, reading.link, number=PLAIN)]
            terms.append("{0}*{2}*{3}/{1}".format(*parts))
            row += 1
        self.text(row, 0, name)
        if not terms:
            self.text(row, 1, "Coefficient : aucune variation n'est due", bold=True)
            return row + 1, self.data(row, 2, ONE, number=PLAIN)
        self.text(row, 1, "Partie fixe")
        fixed = self.data(row, 2, formula.fixed_part, number=PLAIN)
        self.text(row + 1, 0, name)
        self.text(row + 1, 1, "Coefficient brut")
        raw = self.formula(row + 1, 2, "+".join([fixed, *terms]), coefficient.raw, number=HIGH_PRECISION)
        rounding = formula.rounding
        self.text(row + 2, 0, name)
        said = " (provisoire)" if coefficient.provisional else ""
        self.text(row + 2, 1, f"Coefficient, {rounding}{said}", bold=True)
        function = "ROUNDUP" if rounding.upwards else "ROUND"
        number = "0." + "0" * rounding.decimals
        exact = f"{function}(ROUND({raw},9),{rounding.decimals})"
        return row + 4, self.formula(row + 2, 2, exact, coefficient.value, number=number, bold=True)

    def _row(self, row, line, one, coefficient, formula_keys, posts):
        self.text(row, 0, month_name(one.month) + (" (régularisation)" if one.is_regularisation else ""))
        key = formula_keys[line.coefficient.formula.key]
        self.text(row, 1, key)
        rate = self.data(row, 2, one.rate, number=PLAIN)
        if one.is_regularisation:
            base = self.data(row, 3, one.base)
        else:
            base = self.formula(row, 3, posts.sum_where(MONTH, formula=f'"{key}"', rate=rate), one.base)
        used = self.formula(row, 4, coefficient, one.coefficient, number=PLAIN)
        due = self.formula(row, 5, f"ROUND({base}*({used}-1),2)", line.due)
        before = self.data(row, 6, one.already_billed)
        amount = self.formula(row, 7, f"{due}-{before}", one.amount, bold=True)
        tax = self.formula(row, 8, f"ROUND({amount}*{rate}/100,2)", one.tax)
        self.formula(row, 9, f"{amount}+{tax}", one.included)

    def _sum(self, row, letter, value):
        column = ord(letter) - ord("A")
        return self.formula(row, column, f"SUM({letter}{self._first}:{letter}{self._last})", value, bold=True, top=1)

    def sum_of_rate(self, rate):
        """A formula that sums up the variation at a VAT rate, for another sheet.

        :param rate: an address of that sheet.
        """
        ranges = [self.away(f"${letter}${self._first}:${letter}${self._last}") for letter in "HC"]
        return f"SUMIFS({ranges[0]},{ranges[1]},{rate})"
