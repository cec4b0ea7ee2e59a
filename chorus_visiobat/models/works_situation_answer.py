from odoo import models
from odoo.tools import format_amount

ANSWER_ACTIVITY = "chorus_visiobat.activity_answer"


class WorksSituation(models.Model):
    """What Chorus Pro told of an answer that nobody recorded yet: an activity for the accountant, closed by its record.

    The amounts come by themselves; which posts were corrected is typed in (works-billing.md, correction 5).
    """

    _inherit = "works.situation"

    def _told_answer(self):
        """The paper of this statement when Chorus Pro tells other amounts than those requested, and no answer is
        recorded; empty otherwise."""
        self.ensure_one()
        paper = self.sudo()._current_paper()
        if not self.sudo()._awaits_answer() or not paper.admitted_total:
            return paper.browse()
        differs = self.currency_id.compare_amounts(paper.admitted_total, paper.amount_total)
        return paper if differs else paper.browse()

    def _told_answer_sentence(self):
        """What is to be recorded, with the amounts; False where nothing is."""
        paper = self._told_answer()
        return bool(paper) and self.env._(
            "%(statement)s: %(admitted)s admitted of the %(requested)s requested (incl. tax). Record the payment "
            "statement.",
            statement=self.name,
            admitted=format_amount(self.env, paper.admitted_total, self.currency_id),
            requested=format_amount(self.env, paper.amount_total, self.currency_id),
        )

    def _told_otherwise_sentence(self):
        """What Chorus Pro tells that the answer recorded does not say; False where they agree."""
        paper = self._current_paper()
        told, recorded = paper.admitted_total, self.amount_admitted_total
        agrees = not told or not self.currency_id.compare_amounts(told, recorded)
        return not agrees and self.env._(
            "%(statement)s: Chorus Pro now tells %(told)s admitted (incl. tax), and the answer recorded says "
            "%(recorded)s. Cancel the answer and record it again, or leave it to the next one.",
            statement=self.name,
            told=format_amount(self.env, told, self.currency_id),
            recorded=format_amount(self.env, recorded, self.currency_id),
        )

    def _sync_answer_activity(self, told=False):
        """Make the activity where an answer told by Chorus Pro is to be recorded, close it once it is. Idempotent.

        :param told: whether Chorus Pro just told other amounts: those of an answer recorded before may be others.
        """
        for situation in self.sudo():
            sentence = situation._told_answer_sentence()
            if told and situation.admission_date:
                sentence = situation._told_otherwise_sentence()
            waiting = situation.activity_search([ANSWER_ACTIVITY])
            if sentence and not waiting:
                paper = situation._current_paper()
                situation.activity_schedule(ANSWER_ACTIVITY, summary=sentence, user_id=paper._activity_user().id)
            elif waiting and sentence:
                waiting.summary = sentence
            elif waiting:
                situation.activity_feedback([ANSWER_ACTIVITY], feedback=self.env._("Answer recorded."))

    def _keep_answer(self, admitted, date, deductions=()):
        result = super()._keep_answer(admitted, date, deductions)
        self._sync_answer_activity()
        return result


class ChorusDocument(models.Model):
    _inherit = "chorus.document"

    def _activity_user(self):
        """Who receives an activity about this paper: its responsible, else that of its contract, else whoever acts."""
        self.ensure_one()
        for user in (self.user_id, self.contract_id.user_id, self.contract_id.create_uid):
            if user.active and not user.share and not user._is_superuser():
                return user
        return self.env.user
