from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..chorus_api import ChorusError, InvoiceQuery, WorksQuery
from ..keyring import KeyringError
from .chorus_found_paper import ATTACHED
from .chorus_preflight import BLOCKING

LOOK_BACK = timedelta(days=90)
"""Papers of a contract deposited up to so long before a statement's month may be the one that is looked for."""


class ChorusAccount(models.Model):
    """Papers of ours deposited by other means, where they show: in the poller's searches, or in one made on purpose."""

    _inherit = "chorus.account"

    def _apply_rows(self, rows):
        result = super()._apply_rows(rows)
        self.env["chorus.found.paper"]._keep(self, self._rows_to_keep(rows))
        return result

    def _rows_to_keep(self, rows):
        """Every works paper; of the ordinary invoices, which another program may deposit by thousands, those alone
        whose number is that of an invoice here that has not left."""
        works = [row for row in rows if hasattr(row, "works_id")]
        others = [row for row in rows if not hasattr(row, "works_id")]
        if not others:
            return works
        unsent = self.env["account.move"].search(
            [
                ("company_id", "child_of", self.company_id.id),
                ("name", "in", [row.number for row in others]),
                ("chorus_stage", "in", (False, "draft", "to_fix")),
            ]
        )
        numbers = set(unsent.mapped("name"))
        return works + [row for row in others if row.number in numbers]

    def _search_found(self, number, contract_number, works, since):
        """Ask Chorus Pro for papers of ours of a number, or of a contract, that nothing here knows. A reading.

        :param since: date from which the deposits of the contract are looked at
        :return: ``chorus.found.paper``
        :raise UserError: Chorus Pro cannot be asked now, said in French
        """
        self.ensure_one()
        if problems := self._check_usable():
            raise UserError("\n".join(problems))
        supplier = self._supplier_id()
        found = {}
        try:
            with self._client() as client:
                query, search = (WorksQuery, client.search_works) if works else (InvoiceQuery, client.search_invoices)
                wanted = [query(number=number, supplier_id=supplier)] if number else []
                if contract_number:
                    wanted.append(query(contract_number=contract_number, supplier_id=supplier, deposited_from=since))
                for one in wanted:
                    found.update({getattr(row, "works_id", None) or row.invoice_id: row for row in search(one)})
        except (ChorusError, KeyringError) as error:
            raise UserError(str(error)) from None
        return self.env["chorus.found.paper"]._keep(self, list(found.values()))

    @api.model
    def _show_found(self, record):
        """Look on Chorus Pro for papers of ours that may be that of a statement or of an invoice, and show them.

        :param record: ``works.situation`` or ``account.move``
        :raise UserError: nothing is found, or Chorus Pro cannot be asked
        """
        account = self.sudo()._required_for(record.company_id)
        found = account._search_found(*record._found_criteria())
        if not found:
            raise UserError(
                self.env._(
                    "%(name)s: Chorus Pro has no paper of yours with this number, nor for this contract, that is not "
                    "known here. It may be sent.",
                    name=record.display_name,
                )
            )
        action = self.env["ir.actions.act_window"]._for_xml_id("chorus_visiobat.chorus_found_paper_action")
        context = {"attach_to": (record._name, record.id)} if record._name in ATTACHED else {}
        return {**action, "domain": [("id", "in", found.ids)], "context": context}


class WorksContract(models.Model):
    _inherit = "works.contract"

    def action_find_on_chorus(self):
        """Look on Chorus Pro for papers of this contract that a colleague deposited."""
        self.ensure_one()
        self.env["works.situation"]._check_can_bill()
        waiting = self.situation_ids.filtered(lambda one: one.state != "cancelled" and not one.invoice_sent)
        return self.env["chorus.account"]._show_found(waiting.sorted("number")[-1:] or self)

    def _found_criteria(self):
        return None, self.chorus_contract_number, True, fields.Date.context_today(self) - LOOK_BACK


class WorksSituation(models.Model):
    _inherit = "works.situation"

    def action_find_on_chorus(self):
        """Look on Chorus Pro for the paper of this statement, deposited by a colleague."""
        self.ensure_one()
        self._check_can_bill()
        return self.env["chorus.account"]._show_found(self)

    def _found_criteria(self):
        """What it is looked for by: the parameters of `_search_found`."""
        self.ensure_one()
        contract = self.contract_id
        works = not self.framework_id or self.framework_id.is_works
        return self._number_to_leave(), contract.chorus_contract_number, works, self.period_end - LOOK_BACK


class AccountMove(models.Model):
    _inherit = "account.move"

    def action_find_on_chorus(self):
        """Look on Chorus Pro for the paper of this invoice, deposited by a colleague."""
        self.ensure_one()
        self.check_access("write")
        return self.env["chorus.account"]._show_found(self)

    def _found_criteria(self):
        self.ensure_one()
        number = self.name if self.state == "posted" else False
        framework = self.chorus_framework_id
        date = self.invoice_date or self.create_date.date()
        return number, self.contract_reference, bool(framework.is_works), date - LOOK_BACK


class ChorusPreflight(models.AbstractModel):
    """Nothing leaves under a number that Chorus Pro has already by other means."""

    _inherit = "chorus.preflight"

    @api.model
    def _paper_checks(self):
        return super()._paper_checks() + [self._check_found]

    def _check_found(self, paper):
        number = paper.number or (paper.situation and paper.situation._number_to_leave())
        if not number:
            return
        found = self.env["chorus.found.paper"].search(
            [
                ("company_id", "parent_of", paper.company.id),
                ("environment", "=", paper.account.environment),
                ("number", "=", number),
                ("document_id", "=", False),
            ],
            limit=1,
        )
        if found:
            message = self.env._(
                "%(paper)s is on Chorus Pro already, deposited by other means on %(date)s: attach it instead of "
                "sending it, or give this one another number.",
                paper=found.display_name,
                date=found.deposit_date and found.deposit_date.strftime("%d/%m/%Y") or "?",
            )
            yield "found_on_chorus", BLOCKING, message, found
