from odoo import api, fields, models

from .chorus_document_life import COMPLETED, TO_CURE

WAY = {
    "prepared": ("draft", "queued", "sending", "unknown", "needs_attention", "to_fix"),
    "deposited": ("deposited",),
    "with_validator": ("with_validator", "to_validate"),
    "with_moe": ("with_moe",),
    "with_moa": ("with_moa",),
    "with_payer": ("with_payer", "approved"),
    "payment_ordered": ("payment_ordered",),
    "paid": ("paid",),
}
"""Steps of the way to the payment, in order, and the stages that are lived there (works-billing.md §5.4)."""

STEP_OF_STAGE = {stage: step for step, stages in WAY.items() for stage in stages}
ICONS = {"done": "fa-check", "current": "fa-circle", "trouble": "fa-exclamation", "ahead": ""}
TONES = {"trouble": "danger", "waiting": "info", "doubt": "warning", "done": "success"}


class ChorusDocument(models.Model):
    """The way of a paper to its payment as its form draws it: steps, whose move it is and since when, all the events.

    It tells the whole billing file (*dossier de facturation*): once the project manager and the client have answered
    with papers of their own, what the company waits for happens on those.
    """

    _inherit = "chorus.document"

    way = fields.Html(
        "Way to the payment",
        compute="_compute_way",
        sanitize=False,
        help="Where the paper stands on its way to the payment, whose move it is and since when.",
    )
    file_event_ids = fields.Many2many(
        "chorus.event",
        string="History of the billing file",
        compute="_compute_file_event_ids",
        help="Every change that Chorus Pro told, on this paper and on those that answered it.",
    )
    paid_total = fields.Monetary(
        "Paid incl. tax",
        compute="_compute_paid_total",
        help="What was received and matched with the invoice in your accounts.",
    )

    @api.depends("event_ids", "next_ids")
    def _compute_file_event_ids(self):
        for document in self:
            document.file_event_ids = document._file_to_the_end().event_ids.sorted(
                lambda event: (event.date, event.id), reverse=True
            )

    @api.depends("move_id.amount_residual", "move_id.state")
    def _compute_paid_total(self):
        for document in self:
            move = document.sudo().move_id  # sudo: the site manager follows the payment without accounting rights
            if move.state != "posted" or move.amount_residual == move.amount_total:
                document.paid_total = 0.0
                continue
            matched = (move.invoice_payments_widget or {}).get("content", [])
            # A credit note reduces what is due, and pays nothing.
            document.paid_total = sum(entry["amount"] for entry in matched if not entry["is_refund"])

    @api.depends("stage", "status_date", "status_reason", "next_step", "owner", "next_ids.stage", "event_ids")
    @api.depends_context("lang", "tz")
    def _compute_way(self):
        for document in self:
            document.way = document._origin and self.env["ir.qweb"]._render(
                "chorus_visiobat.document_way", document._way_values()
            )

    def _way_values(self):
        """What the template of the way shows: steps, tone, who has the move and for how long, next step, reason."""
        self.ensure_one()
        papers = self.sudo()._file_to_the_end()
        last = papers[-1:]
        # A general statement to sign waits for us, and nothing went wrong.
        failed = last.status_id.is_failure or not last.status_id
        trouble = last.stage in TO_CURE and last.owner != "nobody" and failed
        doubt = last.stage in ("needs_attention", "unknown", "other")
        tone = "trouble" if trouble else "doubt" if doubt else "done" if last.stage in ("paid", "closed") else "waiting"
        return {
            "steps": self._way_steps(papers, trouble or doubt),
            "tone": TONES[tone],
            "whose_move": self._way_whose_move(last),
            "status": last.status_id.name or last.status_code,
            "next_step": last.next_step,
            "help_needed": trouble or doubt,
            "reason": last.status_reason if trouble or doubt else last.hold_reason,
        }

    def _way_steps(self, papers, stopped):
        reached = self._way_dates(papers)
        order = list(WAY)
        here = max((order.index(step) for step in reached), default=0)
        last = papers[-1:]
        if (now := STEP_OF_STAGE.get(last.stage)) == "prepared" and not last.status_code:
            here = 0  # refused at the deposit, or corrected since: it has to leave again
        framework = self.framework_id
        expected = {
            "with_validator": framework.requires_validator,
            "with_moe": framework.requires_moe,
            "with_moa": framework.requires_moe or framework.requires_moa,
        }
        titles = self._way_titles()
        steps = []
        for index, step in enumerate(order):
            if not expected.get(step, True) and step not in reached:
                continue
            if index == here:
                state = "trouble" if stopped else "done" if now == "paid" else "current"
            else:
                state = "done" if index < here else "ahead"
            date = reached.get(step) if state != "ahead" else None
            steps.append({"title": titles[step], "state": state, "icon": ICONS[state], "date": date})
        return steps

    def _way_dates(self, papers):
        """First moment of each step reached, naive UTC datetime by step."""
        moments = [("prepared", self.create_date)]
        moments += [("deposited", self.deposit_date)] if self.deposit_date else []
        moments += [
            (STEP_OF_STAGE[event.status_id.stage], event.date)
            for event in papers.event_ids
            if event.status_id.stage in STEP_OF_STAGE and event.code != COMPLETED
        ]
        moments += [
            (STEP_OF_STAGE[paper.stage], paper.status_date or paper.write_date)
            for paper in papers
            if paper.stage in STEP_OF_STAGE and (paper.status_date or paper.stage == "deposited")
        ]
        dates = {}
        for step, moment in sorted(moments, key=lambda pair: pair[1]):
            dates.setdefault(step, moment)
        return dates

    def _way_titles(self):
        _ = self.env._
        return {
            "prepared": _("Prepared"),
            "deposited": _("Deposited"),
            "with_validator": _("Main contractor"),
            "with_moe": _("Project manager"),
            "with_moa": _("Client"),
            "with_payer": _("Paymaster"),
            "payment_ordered": _("Payment ordered"),
            "paid": _("Being paid"),
        }

    def _way_whose_move(self, last):
        """Who must act and for how long, as one sentence; False when nobody has to."""
        _ = self.env._
        if last.stage == "draft":
            return _("It is up to you")
        who = {
            "us": _("It is up to you"),
            "moe": _("With the project manager"),
            "moa": _("With the client"),
            "payer": _("With the paymaster"),
            "validator": _("With the main contractor"),
            "chorus": _("With Chorus Pro"),
        }.get(last.owner)
        if not who or not last.status_date:
            return who or False
        since = fields.Datetime.context_timestamp(self, last.status_date).date()
        days = (fields.Date.context_today(self) - since).days
        if days <= 0:
            return _("%(who)s since today", who=who)
        if days == 1:
            return _("%(who)s since yesterday", who=who)
        return _("%(who)s for %(days)s days", who=who, days=days)


class WorksSituation(models.Model):
    _inherit = "works.situation"

    chorus_document_id = fields.Many2one(
        "chorus.document",
        "Paper on Chorus Pro",
        compute="_compute_chorus_document_id",
        compute_sudo=True,
        help="Paper of this statement on Chorus Pro.",
    )
    chorus_way = fields.Html(
        "Way to the payment",
        compute="_compute_chorus_document_id",
        compute_sudo=True,
        sanitize=False,
        help="Where the statement stands on its way to the payment, and whose move it is.",
    )

    @api.depends("move_id.chorus_document_id", "chorus_document_ids.stage")
    def _compute_chorus_document_id(self):
        for situation in self:
            document = situation._current_paper()
            # Nothing to tell before somebody asked to send.
            situation.chorus_document_id = document if document.stage != "draft" else False
            situation.chorus_way = situation.chorus_document_id.way

    def action_view_chorus_document(self):
        """Open the life of the invoice on Chorus Pro."""
        self.ensure_one()
        self.check_access("read")
        return self.chorus_document_id._get_records_action()
