from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

REQUEST_ISSUERS = ("subcontractor", "co_contractor")
VALIDATION_ACTIVITY = "chorus_visiobat.activity_validation"
VALIDATION_DAYS = 15
"""Silence for as long counts as validated (chorus-pro-api.md §3.2); used where the deadlines do not say otherwise."""

WAITING_CODES = {"A_VALIDER_1": 1, "A_VALIDER_2": 2}
"""Statuses at which a request waits for a validator, and which one: the main contractor, or the lead behind him."""


class ChorusDocument(models.Model):
    """A request of a subcontractor or joint contractor (A9, A10, A12, A13, A14) that we have to validate.

    It is a paper received; the poller reads it (chorus_poller_validation.py). Ours to decide as long as Chorus Pro says
    that it waits for us, then followed like any other.
    """

    _inherit = "chorus.document"

    validator_rank = fields.Integer(
        copy=False,
        help="1: we validate it first. 2: as lead, behind a joint contractor. 0: it is not ours to validate.",
    )
    contract_number = fields.Char("Contract told", copy=False, help="Contract number that the request gives.")
    party_id = fields.Many2one(
        "works.contract.party",
        "Subcontractor",
        ondelete="set null",
        index="btree_not_null",
        copy=False,
        help="Who asks for this payment, among the subcontractors and members of the contract.",
    )
    is_request = fields.Boolean(compute="_compute_is_request")
    request_advice = fields.Text(
        "To look at before deciding",
        compute="_compute_request_advice",
        compute_sudo=True,
        help="What does not agree with the contract: it never blocks.",
    )

    @api.depends("origin", "framework_id.issuer")
    def _compute_is_request(self):
        for document in self:
            document.is_request = document._is_request()

    def write(self, vals):
        """Which contract a request is about may be chosen by hand: the number that it gives need not be ours."""
        chosen = {name: vals[name] for name in ("contract_id", "party_id") if name in vals}
        if chosen and not self.env.su and all(document._is_request() for document in self):
            self.check_access("write")
            self.sudo().write(chosen)
            vals = {name: value for name, value in vals.items() if name not in chosen}
        return super().write(vals)

    @api.onchange("contract_id")
    def _onchange_contract_id(self):
        for document in self.filtered(lambda document: document._is_request()):
            document.party_id = document.contract_id.party_ids.filtered(
                lambda party, document=document: party.partner_id._chorus_identifier() == document.issuer_siret
            )[:1]

    def _is_request(self):
        """Whether this paper is a request of another company that we validate, or validated."""
        self.ensure_one()
        return self.origin == "received" and self.framework_id.issuer in REQUEST_ISSUERS

    def _awaits_validation(self):
        """Whether Chorus Pro waits for our decision on this paper."""
        rank = WAITING_CODES.get(self.status_code)
        return bool(rank) and rank == self.validator_rank and self._is_request()

    def _validation_due(self):
        """Last day of our decision; silence counts as validation from the next one."""
        received = self._received_on()
        if not received:
            return None
        rule = self.env["works.deadline.rule"]._by_code().get("subcontractor")
        due = rule and self.contract_id and rule._due(received, self.contract_id)
        return due or received + relativedelta(days=VALIDATION_DAYS)

    def _status_values(self):
        values = super()._status_values()
        if self._awaits_validation():
            step = self.env._(
                "Validate it or refuse it before %(date)s: without answer it counts as validated.",
                date=format_date(self.env, self._validation_due()),
            )
            return {"stage": "to_validate", "owner": "us", "next_step": step}
        return values

    def _move_deadline(self):
        return ("subcontractor", self._received_on()) if self.stage == "to_validate" else super()._move_deadline()

    def _sync_activities(self):
        result = super()._sync_activities()
        for document in self.sudo().filtered(lambda document: document._is_request()):
            document._sync_validation_activity()
        return result

    def _sync_validation_activity(self):
        waiting = self.activity_search([VALIDATION_ACTIVITY])
        if self.stage == "to_validate" and not waiting:
            self.activity_schedule(
                VALIDATION_ACTIVITY,
                date_deadline=self._validation_due(),
                summary=self.env._("%(paper)s of %(name)s: validate or refuse", paper=self.name, name=self.issuer_name),
                note=self.next_step,
                user_id=self._activity_user().id,
            )
        elif waiting and self.stage != "to_validate":
            self.activity_feedback(
                [VALIDATION_ACTIVITY], feedback=self.env._("Settled: %(stage)s", stage=self._stage_label())
            )

    # --- what it is about ---

    @api.model
    def _contract_of_request(self, companies, supplier_siret, contract_number, recipient_siret):
        """The contract and the party of a request: that of this number among the contracts where its issuer stands,
        else the only one where he stands for this client.

        :return: (``works.contract``, ``works.contract.party``), both empty where it is not known
        """
        parties = (
            self.env["works.contract.party"]
            .sudo()
            .search([("company_id", "in", companies.ids), ("contract_id.state", "=", "running")])
            .filtered(lambda party: party.partner_id._chorus_identifier() == supplier_siret)
        )
        told = parties.filtered(lambda party: contract_number in party.contract_id._numbers_told())
        if not told and not contract_number:
            told = parties.filtered(
                lambda party: party.contract_id.payer_partner_id._chorus_identifier() == recipient_siret
            )
        if len(told.contract_id) == 1:
            return told.contract_id, told[:1]
        contracts = self.env["works.contract"].sudo()
        if contract_number:
            contracts = contracts.search([("company_id", "in", companies.ids), ("state", "=", "running")]).filtered(
                lambda contract: contract_number in contract._numbers_told()
            )
        return contracts if len(contracts) == 1 else contracts.browse(), parties.browse()

    @api.depends("party_id", "amount_untaxed", "amount_total", "contract_id")
    def _compute_request_advice(self):
        for document in self:
            document.request_advice = document._is_request() and "\n".join(document._request_advices())

    def _request_advices(self):
        party = self.party_id
        if not self.contract_id:
            return [self.env._("No contract of yours has this number: choose it here, if it is one of yours.")]
        if not party:
            return [
                self.env._(
                    "%(name)s does not stand among the subcontractors of %(contract)s: was he accepted by the client?",
                    name=self.issuer_name or self.issuer_siret,
                    contract=self.contract_id.display_name,
                )
            ]
        found = []
        others = self.search([("party_id", "=", party.id), ("stage", "not in", ("refused", "rejected", "closed"))])
        total = "amount_untaxed" if party.reverse_charge else "amount_total"
        asked = sum((others | self).mapped(total))
        if party.amount_max and self.currency_id.compare_amounts(asked, party.amount_max) > 0:
            found.append(
                self.env._(
                    "With this request he asks for %(asked)s, and the client accepted %(accepted)s (acte spécial).",
                    asked=self.currency_id.format(asked),
                    accepted=self.currency_id.format(party.amount_max),
                )
            )
        if party.reverse_charge and self.amount_tax:
            found.append(
                self.env._(
                    "He bills VAT (%(tax)s), and stands in the contract under reverse charge.",
                    tax=self.currency_id.format(self.amount_tax),
                )
            )
        return found

    def action_subcontractor_bill(self):
        """Open his bill for this request, or prepare it."""
        self.ensure_one()
        self.check_access("write")
        party = self.party_id
        if not party:
            raise UserError(
                self.env._(
                    "%(name)s: say first which subcontractor of the contract asks for it.", name=self.display_name
                )
            )
        party.check_access("write")
        bill = party.move_ids.filtered(
            lambda move: move.move_type == "in_invoice" and move.state != "cancel" and move.ref == self.number
        )
        if bill:
            return party._action_show(bill)
        action = party.action_register_bill()
        new = self.env["account.move"].browse(action.get("res_id"))
        if new.state == "draft" and not new.ref:
            new.ref = self.number
        return action

    def action_decide_validation(self):
        """Open the decision on these requests; nothing leaves before it is confirmed."""
        self.check_access("write")
        return self.env["chorus.validation.decide"]._open(self)


class WorksContract(models.Model):
    _inherit = "works.contract"

    def _numbers_told(self):
        """The numbers under which the others may name this contract on their papers."""
        self.ensure_one()
        return set(filter(None, (self.chorus_contract_number, self.chorus_commitment_number, self.reference)))

    def _requests_to_validate(self):
        """The requests of others on this contract that wait for our decision, the most urgent first."""
        waiting = self.chorus_document_ids.filtered(lambda document: document.stage == "to_validate")
        return waiting.sorted(lambda document: (document._validation_due() or fields.Date.today(), document.id))
