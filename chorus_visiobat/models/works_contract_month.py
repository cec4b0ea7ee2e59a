from odoo import api, fields, models

from .chorus_document import STAGES
from .works_situation_kind import FOLLOWING


class WorksContract(models.Model):
    """What each contract asks for this month: the home list *Ce mois-ci*.

    One line a contract: amount, whose move it is, one button.
    """

    _inherit = "works.contract"

    month_situation_id = fields.Many2one(
        "works.situation", "Last statement", compute="_compute_month", help="Last statement of the contract."
    )
    month_amount = fields.Monetary(
        "Month excl. tax", compute="_compute_month", help="Works of the last statement, excluding VAT."
    )
    month_step = fields.Selection(
        [
            ("create", "To create"),
            ("progress", "Progress to enter"),
            ("invoice", "To invoice"),
            ("send", "To send"),
            ("follow", "Under way"),
            ("act", "Needs you"),
            ("done", "Done"),
        ],
        "Step",
        compute="_compute_month",
        help="What this contract needs this month.",
    )
    month_stage = fields.Selection(
        STAGES, "On Chorus Pro", compute="_compute_month", help="Where the last statement stands on Chorus Pro."
    )
    month_owner = fields.Selection(
        selection=lambda self: self.env["chorus.document"]._fields["owner"]._description_selection(self.env),
        string="Whose move",
        compute="_compute_month",
        help="Who has to act for the paper to go on.",
    )
    month_next_step = fields.Char(
        "Next step", compute="_compute_month", help="What is to be done now for this contract."
    )

    @api.depends(
        "situation_ids.state",
        "situation_ids.progress_state",
        "situation_ids.move_id",
        "situation_ids.amount_untaxed",
        "chorus_document_ids.file_stage",
        "chorus_document_ids.admitted_total",
        "date_general",
    )
    def _compute_month(self):
        first_day = fields.Date.context_today(self).replace(day=1)
        for contract in self:
            # A month that nothing bills comes before the next one.
            situation = (
                contract._unbilled_situations()[:1]
                or contract.situation_ids.filtered(
                    lambda statement: statement.state != "cancelled" and statement.active
                ).sorted("number")[-1:]
            )
            # sudo: site managers follow their statements without any right on invoices
            document = situation.sudo()._current_paper() if situation else self.env["chorus.document"]
            step, owner, next_step = contract._month_step(situation, document, first_day)
            contract.month_situation_id = situation
            contract.month_amount = situation.amount_untaxed
            contract.month_stage = document.file_stage
            contract.month_step = step
            contract.month_owner = owner
            contract.month_next_step = next_step

    def _month_step(self, situation, document, first_day):
        _ = self.env._
        if act := self._month_act(situation, document):
            return "act", "us", act[0]
        if situation.state == "draft":
            if situation.bears_invoice and situation.progress_state == "entered":
                return "invoice", "us", _("The site has handed over: check, then invoice.")
            if situation.bears_invoice:
                return "progress", "us", _("Enter the progress, then invoice.")
            if situation.kind == "general" and not situation.imposed_statement_id:
                return "send", "us", _("Add the client's general statement, signed, then send it to Chorus Pro.")
            return "send", "us", _("Prepare the paper, then send it to Chorus Pro.")
        if document and document.stage != "draft":
            if not situation or situation.period_end >= first_day or situation.kind in FOLLOWING:
                done = document.file_stage in ("paid", "closed")
                return "done" if done else "follow", document.owner, document.next_step
        elif situation:
            return "send", "us", _("Send it to Chorus Pro.")
        return "create", "us", _("Create the statement of the month.")

    def _month_act(self, situation, document):
        """What needs us first on this contract, besides the ordinary steps of its statement.

        :return: (sentence, method that opens where it is done), or None
        """
        if situation.is_unbilled:
            return situation._unbilled_message(), situation._get_records_action
        if found := situation._found_proposal():
            return found.summary, situation.action_compare_found
        for statement in (situation.previous_id, situation):
            if statement and (sentence := statement._told_answer_sentence()):
                return sentence, statement.action_record_admission
        if closing := self._next_closing_act():
            return closing.sentence, self.action_next_closing
        if waiting := self.sudo()._requests_to_validate()[:1].with_env(self.env):
            told = self.env._(
                "%(request)s of %(name)s: %(step)s",
                request=waiting.name,
                name=waiting.issuer_name or waiting.issuer_siret,
                step=waiting.next_step,
            )
            return told, waiting._get_records_action
        if document.owner == "us" and document.stage != "draft" and situation.state != "draft":
            cures = situation.chorus_may_cure and self.env.user.has_group("chorus_visiobat.group_billing")
            return document.next_step, situation.action_chorus_cure if cures else situation._get_records_action
        return None

    def action_month_act(self):
        """Open where what needs us on this contract is done."""
        self.ensure_one()
        situation = self.month_situation_id
        act = self._month_act(situation, situation.sudo()._current_paper())
        return act[1]() if act else situation._get_records_action()

    def action_month_send(self):
        """Send the last statement to Chorus Pro."""
        return self.month_situation_id.action_chorus_send()

    def action_month_open(self):
        """Open the last statement."""
        self.ensure_one()
        return self.month_situation_id._get_records_action()
