from babel.dates import format_date
from babel.numbers import format_decimal
from markupsafe import Markup

from odoo import models
from odoo.tools import groupby

from ..decompte import annex_e, as_decimal, round_money
from ..decompte.months import month_name
from ..decompte.wording import number

LOCALE = "fr_FR"
NARROW_SPACE = "\u202f"
MINUS = "\u2212"


class WorksStatementReport(models.AbstractModel):
    """What the printed statement shows. It is French by nature, whatever the languages of the database:
    it goes to French public bodies and bears the invoice.
    """

    _name = "report.chorus_visiobat.works_statement"
    _description = "Works statement"

    def _get_report_values(self, docids, data=None):
        situations = self.env["works.situation"].browse(docids)
        return {
            "doc_model": situations._name,
            "docs": situations,
            "lots_of": self._lots,
            "totals_of": self._totals,
            "variations_of": self._variations,
            "assignment_of": self._assignment,
            "month_name": month_name,
            "number": number,
            "actors_of": self._actors,
            "euros": euros,
            "percent": percent,
            "quantity": quantity,
            "day": day,
            "siret": siret,
        }

    def _lots(self, situation):
        """Return the lines by lot, in the order of the posts: ``[(lot, lines, sums of the columns)]``."""
        lines = situation.line_ids.sorted(lambda line: (line.sequence, line.id))
        return [
            (lot, records, self._sums(records))
            for lot, records in (
                (lot, situation.line_ids.browse([line.id for line in lines_of_lot]))
                for lot, lines_of_lot in groupby(lines, lambda line: line.contract_line_id.lot or "")
            )
        ]

    def _sums(self, lines):
        contract = sum(lines.contract_line_id.mapped("amount"))
        cumulative = sum(lines.mapped("cumulative"))
        return {
            "contract": contract,
            "previous": sum(lines.mapped("previous")),
            "amount": sum(lines.mapped("amount")),
            "cumulative": cumulative,
            "percent": 100 * cumulative / contract if contract else None,
        }

    def _totals(self, situation):
        """Return the rows of the totals: ``[(label, previous, month, cumulative)]``, EUR."""
        if situation.has_settlement:
            return [
                (total.label, *((total.sign or 1) * one for one in (total.previous, total.month, total.cumulative)))
                for total in situation._statement().totals.values()
            ]
        return [
            (label, *(situation[f"{column}_{total}"] for column in ("previous", "amount", "cumulative")))
            for label, total in (("Total HT", "untaxed"), ("TVA", "tax"), ("Total TTC", "total"))
        ]

    def _variations(self, situation):
        """Return the rows of annex E, the price variation: ``decompte.VariationRow``; none where prices are firm."""
        return annex_e(situation._statement()) if situation.has_settlement else ()

    def _assignment(self, situation):
        """Return the mention of an assigned claim (annex F), or an empty text."""
        terms = situation._statement().terms
        return terms.assignment.mention if terms.assignment else ""

    def _actors(self, situation):
        """Return the parties of the contract: ``[(role, partner, service)]``, without those that are absent."""
        contract = situation.contract_id
        actors = (
            ("Maître d’ouvrage", contract.moa_partner_id, contract.moa_service_id),
            ("Maître d’œuvre", contract.moe_partner_id, contract.moe_service_id),
            ("Payeur", contract.payer_partner_id, contract.payer_service_id),
        )
        return [actor for actor in actors if actor[1]]


def money(amount):
    """Return an amount of an Odoo field as the exact number of cents that it means."""
    return round_money(as_decimal(amount))


def euros(amount):
    """Format an amount the French way: ``1 234,50``, with narrow no-break spaces."""
    return format_decimal(money(amount), "#,##0.00", locale=LOCALE).replace("-", MINUS)


def quantity(number):
    return format_decimal(as_decimal(number), "#,##0.###", locale=LOCALE).replace("-", MINUS)


def percent(number):
    """Format a percentage: ``45,5 %``; a dash when there is none."""
    if number is None:
        return "–"
    return f"{format_decimal(as_decimal(number), '#,##0.##', locale=LOCALE).replace('-', MINUS)}{NARROW_SPACE}%"


def day(value):
    """Format a date: ``1er novembre 2026``."""
    text = format_date(value, "d MMMM y", locale=LOCALE)
    return Markup("1<sup>er</sup> {}").format(text[2:]) if value.day == 1 else text


def siret(number):
    """Format a SIRET as it is printed: ``452 601 818 00019``."""
    number = number or ""
    parts = (number[:3], number[3:6], number[6:9], number[9:])
    return NARROW_SPACE.join(parts) if len(number) == 14 else number
