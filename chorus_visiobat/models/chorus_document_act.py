import hashlib

from odoo import fields, models
from odoo.exceptions import UserError

from .chorus_act import ACTS

WAITING = ("queued", "sending", "unknown")


class ChorusDocument(models.Model):
    """Acts on a paper that Chorus Pro holds: addressing corrected, documents added, rejection handled, answers given.

    They leave by the outbox like a deposit, and are never taken for one.
    """

    _inherit = "chorus.document"

    act_state = fields.Selection(
        [("queued", "May be withdrawn"), ("needs_attention", "A person must decide")],
        compute="_compute_act_state",
        compute_sudo=True,
    )

    def _compute_act_state(self):
        """What may be done by hand about the last act: taken back before it leaves, or told whether it took place."""
        for document in self:
            state = document._current_act().state
            document.act_state = state if state in ("queued", "needs_attention") else False

    def _compute_hold_reason(self):
        result = super()._compute_hold_reason()
        for document in self:
            act = document._current_act()
            if act.state in ("queued", "unknown"):
                document.hold_reason = act.account_id._hold_sentence()
        return result

    def _current_act(self):
        """The newest act on this paper, withdrawn ones apart; empty when there is none."""
        self.ensure_one()
        acts = self.sudo().transmission_ids.filtered(
            lambda transmission: transmission.verb in ACTS and transmission.state != "cancelled"
        )
        return acts.sorted("id")[-1:]

    def _queue_act(self, verb, request, files=None):
        """Put an act on these papers in the outbox and wake the deposit cron. Nothing is sent here.

        :param verb: a key of ``chorus_act.ACTS``
        :param request: bytes of the request, without its added documents
        :param files: ``ir.attachment`` recordset of the documents to add, uploaded first
        :return: the transmission
        :raise UserError: no usable account, a paper that does not allow the act now, or for which it was asked
            already; nothing is queued
        :raise LockError: somebody else is acting on one of these papers
        """
        documents = self.sudo().sorted("id")
        documents.lock_for_update(allow_referencing=True)
        if problems := documents._act_problems(verb):
            raise UserError("\n".join(problems))
        account = self.env["chorus.account"].sudo()._for(documents.company_id, documents[0].environment)
        transmissions = self.env["chorus.transmission"].sudo()
        values = transmissions._values_for(account, documents)
        kept = transmissions._frozen(request)
        if files:
            # Not frozen before the claim: the numbers of the files are still to come.
            del kept["sha256"]
        # One that was given up frees its key in the index of live transmissions.
        transmissions.flush_model(["state"])
        act = transmissions.create(
            {
                **values,
                **kept,
                "verb": verb,
                "key": documents._act_key(),
                "status_code": documents[0].status_code,
                "status_date": len(documents) == 1 and documents.status_date,
            }
        )
        act.payload_name = act._act_name()
        act._queue_uploads(files or self.env["ir.attachment"])
        documents._sync_stage()
        self.env.ref("chorus_visiobat.cron_deposit").sudo()._trigger()
        return act

    def _act_key(self):
        """What makes an act unique: environment, technical numbers and the moment of the status answered."""
        about = [f"{document.technical_number}@{document.status_code}@{document.status_date}" for document in self]
        return f"{self[0].environment}:{hashlib.sha256('|'.join(about).encode()).hexdigest()}"

    def _act_problems(self, verb):
        """Everything that prevents an act on these papers, at once (list of str)."""
        rule = ACTS[verb]
        problems = []
        if not self or (len(self) > 1 and not rule.several):
            problems.append(self.env._("This is asked of Chorus Pro for one paper at a time."))
        if len(self.company_id) > 1 or len(set(self.mapped("environment"))) > 1:
            problems.append(self.env._("These papers are of several companies or environments: select those of one."))
        accounts, company = self.env["chorus.account"].sudo(), self.company_id[:1]
        if company and not accounts._for(company, self[0].environment):
            problems.append(accounts._none_sentence(company))
        for document in self:
            problems += document._own_act_problems(verb)
        return problems

    def _own_act_problems(self, verb):
        """What prevents this act on this paper."""
        rule, last = ACTS[verb], self._current_act()
        status = self.status_id.name or self.status_code or self._stage_label()
        if not self.technical_number or rule.works not in (None, self.framework_id.is_works):
            return [self.env._("%(name)s: Chorus Pro does not know this act for this paper.", name=self.name)]
        if rule.answers and self.status_code not in rule.answers:
            return [
                self.env._(
                    "%(name)s: its status is now “%(status)s”, which does not allow this. Read what it asks for.",
                    name=self.name,
                    status=status,
                )
            ]
        if last.state in WAITING:
            return [self.env._("%(name)s: an answer is on its way already.", name=self.name)]
        if last.state == "needs_attention":
            return [self.env._("%(name)s: first say what became of the last answer, on its page.", name=self.name)]
        if last.verb == verb and last.state == "deposited" and last._answers(self):
            return [self.env._("%(name)s: Chorus Pro has this answer already; its news will come.", name=self.name)]
        return []

    def _act_values(self):
        """Stage, owner and next step that the last act gives to this paper; None when it changes nothing."""
        self.ensure_one()
        act = self._current_act()
        if not act:
            return None
        verb = act._verb_label()
        if act.state == "needs_attention":
            step = self.env._(
                "%(act)s: look on the portal whether it took place, then say it here with one of the buttons.",
                act=verb,
            )
            return {"stage": "needs_attention", "owner": "us", "next_step": step}
        if act.state in WAITING and ACTS[act.verb].moves:
            return {"stage": "answering", "owner": "chorus", "next_step": self._act_step(act.state, verb)}
        if act.state == "deposited" and ACTS[act.verb].moves and act._answers(self):
            step = self.env._("Nothing to do: %(act)s is done, the new status is being read.", act=verb)
            return {"stage": "answering", "owner": "chorus", "next_step": step}
        if act.state == "rejected" and act._answers(self):
            values = self._status_values()
            return {**values, "next_step": f"{act._plain_refusal()} {values['next_step'] or ''}".strip()}
        return None

    def _act_step(self, state, verb):
        steps = {
            "queued": self.env._("Nothing to do: %(act)s leaves by itself. It may still be withdrawn.", act=verb),
            "sending": self.env._("Nothing to do: %(act)s is leaving.", act=verb),
            "unknown": self.env._(
                "Nothing to do: the answer was lost (%(act)s), Chorus Pro is being asked whether it took place. "
                "Do not do it by hand.",
                act=verb,
            ),
        }
        return steps[state]

    def action_withdraw_act(self):
        """Take back an act that has not left yet: the paper stands where it stood."""
        self.check_access("write")
        acts = self.env["chorus.transmission"].sudo().union(*(document._current_act() for document in self))
        if acts._cancel_queued():
            raise UserError(self.env._("Too late: it has left or is leaving. Wait for the answer of Chorus Pro."))
        acts.document_ids._sync_stage()
        for document in self:
            document._note(self.env._("Withdrawn before leaving."))

    def action_act_again(self):
        """A person looked on the portal: what was asked did not take place. The same bytes leave again."""
        self._undecided_act()._act_again()
        self._note(self.env._("Not found on the portal: sent again."))
        self.sudo()._sync_stage()
        self.env.ref("chorus_visiobat.cron_deposit").sudo()._trigger()

    def action_act_done(self):
        """A person looked on the portal: what was asked took place."""
        self._undecided_act()._act_done()

    def _undecided_act(self):
        """The act about which a person must decide.

        :raise UserError: nothing is to be decided
        """
        self.ensure_one()
        self.check_access("write")
        act = self._current_act()
        if act.state != "needs_attention":
            raise self._nothing_to_decide()
        return act
