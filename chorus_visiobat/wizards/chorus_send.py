from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..models.chorus_preflight import BLOCKING


class ChorusSend(models.TransientModel):
    """Last look before a deposit: the papers, the exact PDF, and all problems at once.

    Sending only queues: nothing leaves from this dialog's own transaction.
    """

    _name = "chorus.send"
    _description = "Send to Chorus Pro"

    paper_ids = fields.One2many("chorus.send.paper", "wizard_id", "Papers", help="Papers that would leave.")
    problem_ids = fields.One2many(
        "chorus.send.problem",
        "wizard_id",
        "To fix or to know",
        help="Everything that stands in the way, or deserves a look.",
    )
    ready_count = fields.Integer(compute="_compute_counts")
    held_count = fields.Integer(compute="_compute_counts")
    is_qualification = fields.Boolean(compute="_compute_is_qualification")
    summary = fields.Char(compute="_compute_summary", help="Whether the papers can leave now.")

    @api.depends("paper_ids.is_held")
    def _compute_counts(self):
        for wizard in self:
            wizard.held_count = len(wizard.paper_ids.filtered("is_held"))
            wizard.ready_count = len(wizard.paper_ids) - wizard.held_count

    @api.depends("paper_ids.environment")
    def _compute_is_qualification(self):
        for wizard in self:
            wizard.is_qualification = "qualification" in wizard.paper_ids.mapped("environment")

    @api.depends("ready_count", "held_count", "problem_ids")
    def _compute_summary(self):
        for wizard in self:
            if wizard.held_count and not wizard.ready_count:
                summary = self.env._("Nothing can leave yet: fix the lines marked as blocking, then check again.")
            elif wizard.held_count:
                summary = self.env._(
                    "%(ready)s ready, %(held)s held back by a blocking line. The ready ones can leave now.",
                    ready=wizard.ready_count,
                    held=wizard.held_count,
                )
            elif wizard.problem_ids:
                summary = self.env._("Ready to leave. Read the advice below first.")
            else:
                summary = self.env._("Everything is in order, ready to leave.")
            wizard.summary = summary

    @api.model
    def _open(self, records):
        """Open the dialog on invoices or statements.

        :raise UserError: when nothing is selected
        """
        if not records:
            raise UserError(self.env._("Select at least one invoice or statement."))
        wizard = self.create({})
        wizard._check(records)
        return wizard._action()

    def _action(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send to Chorus Pro"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _check(self, records):
        """Fill the dialog with the papers and their problems."""
        preflight = self.env["chorus.preflight"]
        # That this is a trial is said by the red banner above the list.
        problems = [problem for problem in preflight._problems(records) if problem["code"] != "qualification"]
        blocking = [problem for problem in problems if problem["level"] == BLOCKING]
        held = {problem["record"] for problem in blocking}
        held_companies = {
            problem["record"].company_id for problem in blocking if problem["code"] in ("no_account", "account")
        }
        papers = []
        for record in records:
            paper = preflight._paper(record)
            papers.append(
                Command.create(
                    {
                        "move_id": paper.move.id,
                        "situation_id": paper.situation.id,
                        "framework_id": paper.framework.id,
                        "payer_id": paper.payer.id,
                        "number": paper.number or paper.situation.number_proposal,
                        "amount_total": abs(self._amount(paper)),
                        "currency_id": record.currency_id.id,
                        "environment": paper.account.environment,
                        "is_held": record in held or record.company_id in held_companies,
                    }
                )
            )
        lines = [
            Command.create(
                {
                    "level": problem["level"],
                    "code": problem["code"],
                    "message": problem["message"],
                    "subject": problem["record"].display_name,
                    "res_model": problem["res_model"],
                    "res_id": problem["res_id"],
                }
            )
            for problem in sorted(problems, key=lambda problem: problem["level"] != BLOCKING)
        ]
        self.write({"paper_ids": [Command.clear(), *papers], "problem_ids": [Command.clear(), *lines]})

    @api.model
    def _amount(self, paper):
        """EUR incl. tax of a paper: the balance that it states where it bears no invoice."""
        if paper.situation and not paper.situation.bears_invoice:
            return paper.situation.balance_total
        return (paper.move or paper.situation).amount_total

    def action_check_again(self):
        """Look again for what stands in the way, after a correction."""
        self._check(self._records(self.paper_ids))
        return self._action()

    def action_send(self):
        """Queue the papers that nothing holds back.

        Everything is checked once more: what the user saw may have changed meanwhile.

        :raise UserError: when a paper that looked ready is held back now
        """
        self.ensure_one()
        records = self._records(self.paper_ids.filtered(lambda paper: not paper.is_held))
        if not records:
            raise UserError(self.summary)
        blocking = [
            problem["message"]
            for problem in self.env["chorus.preflight"]._problems(records)
            if problem["level"] == BLOCKING
        ]
        if blocking:
            raise UserError("\n".join(blocking))
        documents = self.env["chorus.document"]
        for record in records:
            documents |= record._chorus_paper_to_send()
        documents._queue()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "title": self.env._("Waiting to leave for Chorus Pro"),
                "message": self.env._(
                    "Papers to leave within the minute: %(count)s. Their status will show here.",
                    count=len(documents),
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    @api.model
    def _records(self, papers):
        """What the user chose, in order: invoices, and statements not invoiced yet."""
        return [paper.move_id or paper.situation_id for paper in papers]


class ChorusSendPaper(models.TransientModel):
    _name = "chorus.send.paper"
    _description = "Paper to send to Chorus Pro"

    wizard_id = fields.Many2one("chorus.send", required=True, ondelete="cascade")
    move_id = fields.Many2one("account.move", "Invoice")
    situation_id = fields.Many2one("works.situation", "Statement", help="Statement that would leave.")
    framework_id = fields.Many2one(
        "chorus.framework",
        "Billing framework",
        help="What this paper is and to whom it goes first (cadre de facturation).",
    )
    payer_id = fields.Many2one(
        "res.partner", "Paymaster", help="Public body that pays and to which the paper is addressed."
    )
    number = fields.Char("Invoice identifier", help="Number of the invoice, as Chorus Pro will know it.")
    amount_total = fields.Monetary("Amount incl. tax", help="Amount of the paper, VAT included.")
    currency_id = fields.Many2one("res.currency")
    environment = fields.Char()
    is_held = fields.Boolean("Held back", help="A blocking line keeps this paper here.")

    def action_preview(self):
        """Show the very file that would be deposited."""
        self.ensure_one()
        if not self.move_id:
            return self.situation_id.action_print()
        return self.move_id._chorus_ensure_document().action_print()


class ChorusSendProblem(models.TransientModel):
    _name = "chorus.send.problem"
    _description = "What stands in the way of a deposit"

    wizard_id = fields.Many2one("chorus.send", required=True, ondelete="cascade")
    level = fields.Selection(
        [("blocking", "Blocking"), ("advice", "Advice")],
        required=True,
        help="Blocking: the paper does not leave. Advice: it may leave as it is.",
    )
    code = fields.Char(required=True)
    message = fields.Char(required=True, help="What is wrong, and how to cure it.")
    subject = fields.Char("Paper", help="Paper that the line is about.")
    res_model = fields.Char(required=True)
    res_id = fields.Integer(required=True)

    def action_fix(self):
        """Open the place where the problem is cured."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
            "target": "current",
        }
