from dataclasses import dataclass
from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from .works_situation_deadline import NOT_RECEIVED


@dataclass(frozen=True)
class ClosingAct:
    """What comes next at the end of a contract: kind of the statement to make, its last day, and why, in words."""

    kind: str
    due: date | None
    sentence: str


class WorksContract(models.Model):
    """The end of a contract, proposed act by act: A7 → general statement → A8, or silence → A22 → silence → A23.

    (CCAG-Travaux 12.3 and 12.4, chorus-pro-api.md §3.2.) What is proposed follows from the papers of the billing file
    and from the deadlines; nothing is made before somebody asks for it.
    """

    _inherit = "works.contract"

    closing_kind = fields.Selection(
        [("general", "General statement to sign"), ("tacit", "Tacit procedure")],
        "Next act of the end of the contract",
        compute="_compute_closing",
        help="What is to be made next: the signed general statement (A8), or a paper of the tacit procedure.",
    )
    closing_text = fields.Char(
        "What the end of the contract waits for", compute="_compute_closing", help="What is to be done now, and why."
    )

    @api.depends("situation_ids.state", "chorus_document_ids.stage", "date_general", "ccag_version")
    @api.depends_context("lang", "tz")
    def _compute_closing(self):
        for contract in self:
            act = contract._next_closing_act()
            contract.closing_kind = act and act.kind
            contract.closing_text = act and act.sentence

    def _next_closing_act(self):
        """:return: `ClosingAct`, or None where nothing is ours to do, or its statement is open already."""
        self.ensure_one()
        last = self.sudo()._last_situation(("draft", "invoiced", "filed"))
        if last.kind not in ("final", "tacit") or last.state == "draft" or not self._kinds_after(last):
            return None
        if last._current_paper().stage in NOT_RECEIVED or self._ending_statement_received():
            return None
        rules = self.env["works.deadline.rule"]._by_code()
        received, notified = self._general_to_sign()
        if notified:
            due = "signature" in rules and rules["signature"]._due(notified, self) or None
            return ClosingAct("general", due, self._signature_sentence(received, due))
        if self._general_contested():
            return None
        code = "tacit" if last.kind == "tacit" else "general"
        start = last._filed_on()
        followed = code in rules and "tacit" in rules and rules["tacit"][f"delay_{self.ccag_version}"]
        due = followed and start and rules[code]._due(start, self)
        if not due or fields.Date.context_today(self) <= due:
            return None
        return ClosingAct("tacit", None, self._silence_sentence(last, due))

    def _signature_sentence(self, received, due):
        told = received.name or self.env._("on paper")
        sentence = self.env._(
            "The general statement is notified (%(paper)s): sign it, add its PDF, and send it (A8).", paper=told
        )
        if not due:
            return sentence
        before = self.env._("Before %(date)s: silence is acceptance.", date=format_date(self.env, due))
        return f"{sentence} {before}"

    def _silence_sentence(self, last, due):
        if last.kind == "tacit":
            return self.env._(
                "Nobody answered %(paper)s by %(date)s: the general statement has become final. Send the A23.",
                paper=last._current_paper().name,
                date=format_date(self.env, due),
            )
        return self.env._(
            "No general statement was notified by %(date)s: start the tacit procedure, send the A22.",
            date=format_date(self.env, due),
        )

    def action_next_closing(self):
        """Open the statement of the next act of the end of the contract, made where it is not yet.

        :raises UserError: nothing is to be done now.
        :return: action showing the statement
        """
        self.ensure_one()
        self.env["works.situation"].check_access("create")
        act = self._next_closing_act()
        draft = self.situation_ids.filtered(lambda one: one.state == "draft")[:1]
        if not act and not draft:
            raise UserError(
                self.env._(
                    "%(contract)s: nothing is ours to do now. The deadlines of the contract tell who must act.",
                    contract=self.display_name,
                )
            )
        situation = draft or draft.create({"contract_id": self.id, "kind": act.kind})
        return situation._get_records_action()

    def action_refuse_general(self):
        """Open the dialog by which we refuse the general statement that waits for our signature.

        :raises UserError: it was notified on paper: Chorus Pro has nothing to refuse.
        """
        self.ensure_one()
        self.env["works.situation"]._check_can_bill()
        received = self._general_to_sign()[0].with_env(self.env)
        if not received:
            raise UserError(
                self.env._(
                    "%(contract)s: the general statement was notified on paper. Send your claim by registered letter "
                    "to the client, with copy to the project manager.",
                    contract=self.display_name,
                )
            )
        return received.action_refuse()


class WorksSituation(models.Model):
    _inherit = "works.situation"

    closing_kind = fields.Selection(
        related="contract_id.closing_kind",
        help="What is to be made next: the signed general statement (A8), or a paper of the tacit procedure.",
    )
    closing_text = fields.Char(related="contract_id.closing_text", help="What is to be done now, and why.")

    def action_next_closing(self):
        """Open the statement of the next act of the end of the contract."""
        return self.contract_id.action_next_closing()

    def action_refuse_general(self):
        """Open the dialog by which we refuse the general statement that waits for our signature."""
        return self.contract_id.action_refuse_general()
