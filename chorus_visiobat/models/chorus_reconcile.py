from datetime import timedelta

from odoo import fields, models

from ..chorus_api import ChorusError, InvoiceQuery, Refused, WorksQuery
from .chorus_act import ACTS
from .chorus_lane import OBSTACLES
from .chorus_poller_apply import technical_number_of
from .chorus_transmission_answer import MOST_LOST_ANSWERS, POLL_DELAY

FAILED_LOOK_UP_DELAY = 300
"""Seconds before asking again when the question itself was not answered."""


class ChorusAccount(models.Model):
    """Settling what was lost: Chorus Pro is asked by our own number, and believed.

    * found, and the same paper, or one with the very bytes sent → adopted, as if the answer had come;
    * not found, and the quiet period is over → sent again, at most ``MOST_LOST_ANSWERS`` times;
    * found but not the same, or lost too often → a person decides.

    The upload of a file is the exception: it has no legal effect and a file that no submission names is seen by
    nobody, so it is simply sent again. It waits for the quiet period all the same: an upload that is still being
    received would only be slowed down by a second one.
    """

    _inherit = "chorus.account"

    def _settle(self, client, transmission):
        """Settle one unknown transmission.

        :return: whether this account may go on
        """
        if transmission.verb == "add_file":
            transmission._requeue_or_wait()
            return True
        self.env["ir.cron"]._commit_progress()
        look_up = transmission._look_up_act if transmission.verb in ACTS else transmission._look_up_deposit
        try:
            settle = look_up(client)
        except OBSTACLES as error:
            # Asking told nothing: neither a look-up nor a lost answer is counted.
            self._hold(error)
            return False
        except ChorusError as error:
            if isinstance(error, Refused) and (transmission.remote_ref or transmission.verb in ACTS):
                transmission._ask_person(f"{transmission.remote_ref or transmission.display_name}: {error.message}")
                self._tell(transmission)
            else:
                again = fields.Datetime.now() + timedelta(seconds=FAILED_LOOK_UP_DELAY)
                transmission.write({"not_before": again, "error_message": error.message})
            return True
        self._release()
        settle()
        self._tell(transmission)
        if transmission.state == "unknown":
            self._wake("chorus_visiobat.cron_deposit", transmission._seconds_before_check())
        return True


class ChorusTransmission(models.Model):
    _inherit = "chorus.transmission"

    def _may_have_been_done(self, refusal):
        """Whether a refusal leaves room for an earlier sending of this to have reached Chorus Pro: it says that it has
        this number, or, after a lost answer, that the paper has moved on."""
        if self.verb in ACTS:
            return self.lost_answers and refusal.consequence in ("duplicate", "state")
        return self.verb != "add_file" and refusal.is_duplicate

    def _look_up_deposit(self, client):
        """Ask Chorus Pro for the papers of this deposit.

        :return: what to do then, a function without argument
        :raise ChorusError: the question itself failed
        """
        document, row, others = self._look_up(client)
        if row:
            return lambda: self._adopt(document, row)
        return (lambda: self._tell_others(others)) if others else self._not_found

    def _tell_others(self, others):
        """Papers that are not ours bear our number: a person decides, with each of them and its differences."""
        self.findings = others
        lines = [f"{other['number']}: {', '.join(other['differences'])}" for other in others]
        self._ask_person("\n".join([self.env._("What Chorus Pro has is another paper:"), *lines]))

    def _look_up(self, client):
        """What Chorus Pro shows of this deposit: (paper found and its row, both None when there is none; list of dict
        telling the rows that bear our number but are another paper). Where a row differs, the bytes decide."""
        self.ensure_one()
        others = []
        for document in self.document_ids:
            for row in self._rows(client, document):
                known = self._known_elsewhere(row, document)
                differences = known or document._differences(row)
                if not differences:
                    return document, row, []
                # What we know under another record is no rival, unless a person named it.
                if not known or self.remote_ref:
                    finding = self._finding(client, document, row, differences)
                    if finding["same_file"] and not known:
                        return document, row, []
                    others.append(finding)
        return None, None, others

    def _rows(self, client, document):
        if self.remote_ref:
            # A person said under which technical number it is: that one is read, and compared like any other.
            return [document._read_remote(client, int(self.remote_ref))]
        supplier = self.account_id._supplier_id()
        framework = document.framework_id.api_code
        if document.framework_id.is_works:
            query = WorksQuery(number=document.number, supplier_id=supplier, framework=framework)
            return list(client.search_works(query))
        query = InvoiceQuery(number=document.number, supplier_id=supplier, framework=framework)
        return list(client.search_invoices(query))

    def _known_elsewhere(self, row, document):
        """Why the row is a paper, or came in a flow, that we keep under another record; empty when it is not."""
        documents = self.env["chorus.document"].with_context(active_test=False).search(
            [
                ("environment", "=", self.environment),
                ("technical_number", "=", technical_number_of(row)),
                ("id", "!=", document.id),
                # Its main contractor may keep his own record of it in this database.
                "|",
                ("origin", "=", "ours"),
                ("company_id", "=", document.company_id.id),
            ]
        )
        if documents:
            return [self.env._("already kept here as %(name)s", name=documents.name)]
        # An earlier flow of this very paper is no other one: its answer came, and the paper left again since.
        if self._other_flow(row).filtered(lambda flow: document not in flow.document_ids):
            return [self.env._("came in another flow, %(number)s", number=row.flow_number)]
        return []

    def _other_flow(self, row):
        """The other transmission that brought the flow of this row, empty when there is none."""
        flow_number = getattr(row, "flow_number", None)
        if not flow_number:
            return self.browse()
        domain = [("environment", "=", self.environment), ("flow_number", "=", flow_number), ("id", "!=", self.id)]
        return self.search(domain, limit=1)

    def _adopt(self, document, row):
        """Take the row found for this paper as the answer that was lost."""
        number, flow_number = technical_number_of(row), getattr(row, "flow_number", None)
        if self.lost_answers and not (self.said_duplicate or self.remote_ref or self.verb == "deposit_flow"):
            self.account_id._measure("works", (self.env.cr.now() - self.started_at).total_seconds())
        if self.verb != "deposit_flow":
            self._deposit(number, row.status)
        elif flow_number and not self._other_flow(row):
            self._deposit(flow_number, None)
        elif others := self.document_ids - document:
            # It may have been entered on the portal by a colleague: it proves nothing about the others.
            self._ask_person(
                self.env._(
                    "%(name)s is at Chorus Pro under number %(number)s, which does not tell by which flow it came. "
                    "Look there for the others of this sending too: %(others)s.",
                    name=document.name,
                    number=number,
                    others=", ".join(others.mapped("name")),
                )
            )
        else:
            self._deposit_without_flow(document, row)

    def _deposit_without_flow(self, document, row):
        """The only paper of this flow is there, brought by no flow that is told: no report will ever come."""
        number, now = technical_number_of(row), fields.Datetime.now()
        values = {"state": "integrated", "remote_ref": number, "answered_at": now, "not_before": False}
        self.write({**values, "error_code": False, "error_message": False, "said_duplicate": False})
        document._note(self.env._("Deposited on Chorus Pro under number %(number)s.", number=number))
        document.write({"technical_number": number, "deposit_date": now})
        if row.status:
            document._apply_status(row.status, getattr(row, "status_date", None))
        self.account_id._wake("chorus_visiobat.cron_poll", POLL_DELAY)

    def _not_found(self, shown=()):
        """Chorus Pro does not know this number, or does not show that the act took place.

        :param shown: list of str, what it shows instead
        """
        self.checks += 1
        if not self._quiet_is_over():
            self.not_before = fields.Datetime.now() + timedelta(seconds=self._seconds_before_check())
        elif self.said_duplicate:
            self.write({"state": "rejected", "answered_at": fields.Datetime.now(), "not_before": False})
        elif self.remote_ref or self.lost_answers >= MOST_LOST_ANSWERS:
            counts = {"checks": self.checks, "lost": self.lost_answers}
            if shown:
                evidence = self.env._(
                    "Chorus Pro was asked %(checks)s times and does not show that this took place; %(lost)s answers "
                    "were lost. What it shows:",
                    **counts,
                )
            else:
                evidence = self.env._(
                    "Chorus Pro was asked %(checks)s times and does not know this number; %(lost)s answers were lost.",
                    **counts,
                )
            self._ask_person("\n".join([evidence, *shown]))
        else:
            self.write({"state": "queued", "not_before": False})

    def _requeue_or_wait(self):
        if not self._quiet_is_over():
            self.not_before = self._quiet_end()
        elif self.lost_answers >= MOST_LOST_ANSWERS:
            self._refuse(
                self.env._("The upload of the file was lost %(count)s times in a row.", count=self.lost_answers)
            )
            self._tell_documents()
        else:
            self.write({"state": "queued", "not_before": False})


class ChorusDocument(models.Model):
    _inherit = "chorus.document"

    def _read_remote(self, client, technical_number):
        if self.framework_id.is_works:
            return client.read_works(technical_number)
        return client.read_invoice(technical_number)

    def _differences(self, row):
        """How a paper of Chorus Pro differs from this one, in words; empty when it is the same.

        What Chorus Pro does not tell is not a difference. Amounts are compared in EUR TTC, to the cent.
        """
        self.ensure_one()
        told = [
            (self.env._("number"), self.number, row.number),
            (self.env._("issuer"), self.issuer_siret, row.supplier_siret),
            (self.env._("paymaster"), self.recipient_siret, row.recipient_siret),
            (self.env._("framework"), self.framework_id.api_code, getattr(row, "framework", None)),
        ]
        differences = [f"{name} {theirs} ≠ {ours}" for name, ours, theirs in told if ours and theirs and ours != theirs]
        total = row.amount_total
        if total is not None and abs(abs(float(total)) - abs(self.amount_total)) >= 0.005:
            name = self.env._("amount incl. tax")
            told, ours = (self.currency_id.format(amount) for amount in (float(total), self.amount_total))
            differences.append(f"{name} {told} ≠ {ours}")
        return differences
