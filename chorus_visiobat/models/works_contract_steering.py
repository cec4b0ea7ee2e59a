from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import format_date

# What the events of ``works.situation.report`` are read from.
EVENTS = (
    "move_ids.state",
    "move_ids.line_ids.amount_residual",
    "situation_ids.move_id",
    "situation_ids.amount_admitted_total",
    "situation_ids.admission_date",
)


class WorksContract(models.Model):
    """Where a contract stands, at a glance: requested, admitted, paid; always these three.

    The figures are sums of ``works.situation.report``, hence those of the ledger. EUR.
    """

    _inherit = "works.contract"

    amount_billed = fields.Monetary(
        "Billed excl. tax",
        compute="_compute_events",
        compute_sudo=True,
        help="Works invoiced, price variation included, less what was credited because it was not admitted.",
    )
    amount_billed_total = fields.Monetary(
        "Billed incl. tax",
        compute="_compute_events",
        compute_sudo=True,
        help="Works invoiced, VAT included, less what was credited. The invoice of the advance is not counted.",
    )
    is_answered = fields.Boolean(compute="_compute_events", compute_sudo=True)
    amount_admitted = fields.Monetary(
        "Admitted excl. tax",
        compute="_compute_events",
        compute_sudo=True,
        help="Works admitted by the project manager, as his answers were recorded on the statements.",
    )
    amount_admitted_total = fields.Monetary(
        "Admitted incl. tax",
        compute="_compute_events",
        compute_sudo=True,
        help="Works admitted by the project manager, VAT included.",
    )
    amount_paid = fields.Monetary(
        "Paid incl. tax",
        compute="_compute_events",
        compute_sudo=True,
        help="Received in the bank on the invoices of this contract, the advance included. What settles an invoice "
        "without money is not counted: advance repaid, subcontractor paid by the client, penalty.",
    )
    progress = fields.Float(
        "Billed %", compute="_compute_progress", help="Billed as a percentage of the current contract."
    )
    progress_admitted = fields.Float(
        "Admitted %", compute="_compute_progress", help="Admitted as a percentage of the current contract."
    )
    progress_paid = fields.Float(
        "Paid %", compute="_compute_progress", help="Paid as a percentage of the current contract incl. tax."
    )
    billing_curve = fields.Json(
        "Cumulative amounts by month",
        compute="_compute_billing_curve",
        compute_sudo=True,
        help="Requested, admitted and paid since the start, VAT included, at the end of each month.",
    )

    @api.depends(*EVENTS)
    def _compute_events(self):
        sums = {
            (contract.id, event): (amount, amount_untaxed)
            for contract, event, amount, amount_untaxed in self.env["works.situation.report"]._read_group(
                [("contract_id", "in", self._origin.ids)],
                ["contract_id", "event"],
                ["amount:sum", "amount_untaxed:sum"],
            )
        }
        for contract in self:
            total, untaxed = sums.get((contract._origin.id, "billed"), (0.0, 0.0))
            contract.amount_billed, contract.amount_billed_total = untaxed, total
            total, untaxed = sums.get((contract._origin.id, "admitted"), (0.0, 0.0))
            contract.amount_admitted, contract.amount_admitted_total = untaxed, total
            contract.is_answered = (contract._origin.id, "admitted") in sums
            contract.amount_paid = sums.get((contract._origin.id, "paid"), (0.0, 0.0))[0]

    @api.depends("amount_billed", "amount_admitted", "amount_paid", "amount_current", "amount_current_total")
    def _compute_progress(self):
        for contract in self:
            whole, whole_total = contract.amount_current, contract.amount_current_total
            contract.progress = 100 * contract.amount_billed / whole if whole else 0.0
            contract.progress_admitted = 100 * contract.amount_admitted / whole if whole else 0.0
            contract.progress_paid = 100 * contract.amount_paid / whole_total if whole_total else 0.0

    @api.depends(*EVENTS)
    def _compute_billing_curve(self):
        """Json: ``labels``, one a month, and ``series``, each ``event``, ``label`` and cumulative ``values``."""
        by_contract = {}
        for contract, event, month, amount in self.env["works.situation.report"]._read_group(
            [("contract_id", "in", self._origin.ids)], ["contract_id", "event", "date:month"], ["amount:sum"]
        ):
            by_contract.setdefault(contract.id, {}).setdefault(event, {})[month] = amount
        for contract in self:
            contract.billing_curve = contract._curve(by_contract.get(contract._origin.id))

    def _curve(self, amounts):
        """:param amounts: dict event → dict first day of month → EUR; None: nothing happened yet."""
        self.ensure_one()
        if not amounts:
            return False
        happened = {month for series in amounts.values() for month in series}
        first, last = min(happened), max(happened)
        span = relativedelta(last, first)
        months = [first + relativedelta(months=n) for n in range(12 * span.years + span.months + 1)]
        labels = dict(self.env["works.situation.report"]._fields["event"]._description_selection(self.env))
        series = []
        for event, label in labels.items():
            if event in amounts:
                total, values = 0.0, []
                for month in months:
                    total += amounts[event].get(month, 0.0)
                    values.append(self.currency_id.round(total))
                series.append({"event": event, "label": label, "values": values})
        return {"labels": [format_date(self.env, month, date_format="MMM yy") for month in months], "series": series}

    def action_view_steering(self):
        """Show what was requested, admitted and paid on this contract."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("chorus_visiobat.works_situation_report_action")
        return {**action, "domain": [("contract_id", "=", self.id)], "display_name": self.display_name}
