from odoo import api, fields, models

# Framework by role and kind (works-billing.md §2.12, chorus-pro-api.md §3.2).
# The papers of a contractor depend on the project manager: see _framework_code().
FRAMEWORK_CODES = {
    ("contractor", "general"): "A8",
    ("contractor", "tacit"): "A22",
    ("contractor", "advance"): "A1",
    ("co_contractor", "monthly"): "A13",
    ("co_contractor", "final"): "A14",
    ("co_contractor", "advance"): "A12",
    ("subcontractor", "monthly"): "A10",
    ("subcontractor", "final"): "A10",
    ("subcontractor", "advance"): "A9",
}


class WorksContract(models.Model):
    """Billing framework (*cadre de facturation*) proposed for a contract, and why."""

    _inherit = "works.contract"

    chorus_framework_id = fields.Many2one(
        "chorus.framework",
        "Billing framework",
        compute="_compute_chorus_framework_id",
        store=True,
        readonly=False,
        ondelete="restrict",
        domain=[("is_proposed", "=", True), ("bears_invoice", "=", True)],
        help="Kind of paper deposited. A4 for a monthly statement checked by a project manager.",
    )
    framework_explanation = fields.Char(related="chorus_framework_id.explanation")
    framework_advice = fields.Char(
        "Advice on the framework",
        compute="_compute_framework_advice",
        help="Why another framework may suit better; it never blocks.",
    )

    @api.depends("role", "with_moe")
    def _compute_chorus_framework_id(self):
        for contract in self:
            contract.chorus_framework_id = contract._propose_framework("monthly")

    @api.depends("role", "with_moe", "chorus_framework_id")
    def _compute_framework_advice(self):
        for contract in self:
            proposed = contract._propose_framework("monthly")
            if not proposed or proposed == contract.chorus_framework_id:
                contract.framework_advice = False
                continue
            contract.framework_advice = self.env._(
                "For your role, %(proposed)s is usual: %(explanation)s",
                proposed=proposed.code,
                explanation=proposed.explanation or proposed.name,
            )

    def _framework_code(self, kind, after=None):
        """Code of the framework that a statement of this kind takes, ``None`` when our role files none.

        :param str kind: value of ``works.situation.kind``
        :param str after: kind of the statement before it: a tacit procedure is opened by A22, and ended by A23
        """
        self.ensure_one()
        side = "contractor" if self.role in ("holder", "lead") else self.role
        if (side, kind) == ("contractor", "monthly"):
            return "A4" if self.with_moe else "A5"
        if (side, kind) == ("contractor", "final"):
            # A7 is sent to the project manager, who alone makes the general statement from it.
            return "A7" if self.with_moe else None
        if (side, kind, after) == ("contractor", "tacit", "tacit"):
            return "A23"
        return FRAMEWORK_CODES.get((side, kind))

    def _propose_framework(self, kind, after=None):
        """Framework that our role, the kind of paper and the presence of a project manager call for.

        :param str kind: value of ``works.situation.kind``
        :param str after: kind of the statement before it
        :return: ``chorus.framework``, empty when our role files no paper of this kind.
        """
        code = self._framework_code(kind, after)
        return self.env["chorus.framework"].search([("code", "=", code)], limit=1)
