from datetime import date

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

from .works_deadline_rule import CCAG_VERSIONS

# From when consultations refer to each version (recollection: the contract itself says which one it is).
VERSIONS_SINCE = ((date(2021, 4, 1), "2021"), (date(2014, 4, 1), "2014"))


class WorksContract(models.Model):
    """The end of the works: acceptance (*réception*), guarantee period, general statement, who follows them."""

    _inherit = "works.contract"

    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        default=lambda self: self.env.user,
        copy=False,
        tracking=True,
        domain=[("share", "=", False)],
        help="Receives the activities of this contract: deadlines, reminders.",
    )
    ccag_version = fields.Selection(
        CCAG_VERSIONS,
        "General conditions",
        compute="_compute_ccag_version",
        precompute=True,
        store=True,
        readonly=False,
        required=True,
        help="CCAG-Travaux that the contract refers to: it sets the deadlines of the end of the contract. Proposed "
        "from the consultation date (to be checked on the CCAP).",
    )
    date_reception = fields.Date(
        "Works accepted on",
        copy=False,
        tracking=True,
        help="Date of acceptance of the works (réception): the final statement and the guarantee period count from it.",
    )
    guarantee_months = fields.Integer(
        "Guarantee (months)", default=12, help="Guarantee of perfect completion: 12 months unless the contract differs."
    )
    date_guarantee_end = fields.Date(
        "End of the guarantee",
        compute="_compute_date_guarantee_end",
        store=True,
        readonly=False,
        copy=False,
        tracking=True,
        help="Last day of the guarantee period, later where reserves were not lifted. The retention is due after it.",
    )
    date_general = fields.Date(
        "General statement notified on",
        copy=False,
        tracking=True,
        help="Day on which you received the client's general statement outside Chorus Pro. Empty: that of its paper on "
        "Chorus Pro.",
    )

    _guarantee_months_positive = models.Constraint(
        "CHECK(guarantee_months >= 0)", "Guarantee: enter a number of months."
    )

    @api.depends("date_consultation")
    def _compute_ccag_version(self):
        for contract in self:
            day = contract.date_consultation
            versions = [version for since, version in VERSIONS_SINCE if not day or day >= since]
            contract.ccag_version = versions[0] if versions else "2009"

    @api.depends("date_reception", "guarantee_months")
    def _compute_date_guarantee_end(self):
        for contract in self:
            accepted = contract.date_reception
            contract.date_guarantee_end = accepted and accepted + relativedelta(months=contract.guarantee_months)

    def _retention_release_proposal(self, guarantee_end):
        """Day by which the retention must be paid back; False while the end of the guarantee is not known."""
        self.ensure_one()
        rule = self.env["works.deadline.rule"]._by_code().get("retention")
        return (rule and guarantee_end and rule._due(guarantee_end, self)) or guarantee_end

    def action_reception(self):
        """Ask for the date of acceptance, and show what it starts."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Acceptance of the works"),
            "res_model": "works.reception",
            "view_mode": "form",
            "target": "new",
            "context": {"default_contract_id": self.id},
        }

    def _open_final_statement(self):
        """The final statement of the contract, opened where there is none; its open draft becomes it.

        :return: ``works.situation``
        """
        self.ensure_one()
        draft = self._last_situation(("draft",))
        if not draft:
            draft = self.env["works.situation"].create({"contract_id": self.id, "kind": "final"})
        elif draft.kind == "monthly":
            draft.kind = "final"
        return draft


class WorksSituation(models.Model):
    _inherit = "works.situation"

    def _final_advice(self):
        found = super()._final_advice()
        if self.kind == "final" and not self.contract_id.date_reception:
            message = self.env._(
                "Final statement: the works are not accepted yet. Enter the date of their acceptance on the contract."
            )
            found.append((message, self.contract_id))
        return found
