from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..chorus_api import InvoiceRecycling, ValidatorCorrection, WorksRecycling
from ..models.chorus_act import WRONG_VALIDATOR
from ..models.chorus_preflight import BLOCKING

ACTORS = {"payer": "payer_partner_id", "moe": "moe_partner_id", "moa": "moa_partner_id", "validator": "validator_id"}
ON_CONTRACT = {
    "payer_partner_id": "payer_partner_id",
    "moe_partner_id": "moe_partner_id",
    "moa_partner_id": "moa_partner_id",
    "validator_id": "main_contractor_id",
    "payer_service_id": "payer_service_id",
    "moe_service_id": "moe_service_id",
    "moa_service_id": "moa_service_id",
    "commitment_number": "chorus_commitment_number",
    "contract_number": "chorus_contract_number",
}
ON_INVOICE = {
    "service_code": "buyer_reference",
    "commitment_number": "purchase_order_reference",
    "contract_number": "contract_reference",
}


class ChorusCureAddressing(models.TransientModel):
    """Addressing and actors corrected, under the same number.

    A paper that Chorus Pro holds is addressed again (*recycler*, *corriger le valideur*); one that never entered is
    made again with the new data and leaves through the usual last look. Several papers at once take the fields that
    were changed here, and keep their own for the others (chorus-pro-api.md §2.6, §2.10).
    """

    _name = "chorus.cure.addressing"
    _description = "Correct the addressing of papers"
    _inherit = "chorus.cure.mixin"

    environment = fields.Char(compute="_compute_kind")
    is_works = fields.Boolean(compute="_compute_kind")
    never_entered = fields.Boolean(compute="_compute_kind")
    has_contract = fields.Boolean(compute="_compute_kind")
    with_validator = fields.Boolean(compute="_compute_kind")
    payer_partner_id = fields.Many2one(
        "res.partner", "Paymaster", domain=[("is_company", "=", True)], help="Public body that pays, by its SIRET."
    )
    payer_siret = fields.Char(
        "SIRET of the paymaster",
        related="payer_partner_id.company_registry",
        help="14 digits, corrected on the contact.",
    )
    payer_service_id = fields.Many2one(
        "chorus.service", "Service in the directory", help="Service of the paymaster, as read from Chorus Pro."
    )
    service_code = fields.Char(
        "Service code",
        compute="_compute_service_code",
        store=True,
        readonly=False,
        help="Code of the service that receives the paper (code service). 100 characters at most.",
    )
    commitment_number = fields.Char(help="Number of the commitment or purchase order, as the client gave it.")
    contract_number = fields.Char("Contract identifier", help="Number of the contract, exactly as on its deed.")
    moe_partner_id = fields.Many2one(
        "res.partner", "Project manager", domain=[("is_company", "=", True)], help="Who checks the statement."
    )
    moe_siret = fields.Char(
        "SIRET of the project manager",
        related="moe_partner_id.company_registry",
        help="14 digits, corrected on the contact.",
    )
    moe_service_id = fields.Many2one(
        "chorus.service", "Project manager's service", help="Service of the project manager, if it has any."
    )
    moa_partner_id = fields.Many2one(
        "res.partner", "Client", domain=[("is_company", "=", True)], help="Public body that ordered the works."
    )
    moa_siret = fields.Char(
        "SIRET of the client",
        related="moa_partner_id.company_registry",
        help="14 digits, corrected on the contact.",
    )
    moa_service_id = fields.Many2one("chorus.service", "Client's service", help="Service of the client.")
    validator_id = fields.Many2one(
        "res.partner",
        "Main contractor who validates",
        domain=[("is_company", "=", True)],
        help="Main contractor, or lead of the joint venture, who validates this paper.",
    )
    comment = fields.Char(help="Message to the actor who receives it. 1,000 characters at most.")
    update_contract = fields.Boolean(
        "Correct the contract too", default=True, help="The next statements then leave with the corrected data."
    )
    problem_text = fields.Text(
        "To fix first", compute="_compute_problem_text", help="What Chorus Pro would refuse again, with its cure."
    )

    @api.depends("document_ids")
    def _compute_kind(self):
        for wizard in self:
            documents = wizard.document_ids
            wizard.environment = documents[:1].environment
            wizard.is_works = bool(documents.framework_id.filtered("is_works"))
            wizard.never_entered = "to_fix" in documents.mapped("stage")
            wizard.has_contract = bool(documents.contract_id)
            validated = documents.framework_id.filtered("requires_validator")
            wizard.with_validator = bool(validated) or bool(set(documents.mapped("status_code")) & set(WRONG_VALIDATOR))

    @api.depends("payer_service_id")
    def _compute_service_code(self):
        for wizard in self:
            wizard.service_code = wizard.payer_service_id.code or wizard.service_code

    @api.onchange("payer_partner_id")
    def _onchange_payer_partner_id(self):
        if self.payer_service_id and self.payer_service_id.siret != self.payer_partner_id._chorus_siret():
            self.payer_service_id = self.service_code = False

    @api.model
    def _opening_values(self, documents):
        if len({document.stage == "to_fix" for document in documents}) > 1:
            raise UserError(
                self.env._("Some of these papers never entered Chorus Pro, others are there: correct them apart.")
            )
        return {**super()._opening_values(documents), **self._values_of(documents[0])}

    @api.model
    def _values_of(self, document):
        """What a paper bears now, by field of this dialog: record ids, and texts."""
        contract, move = document.contract_id, document.move_id
        payer = contract.payer_partner_id or move.commercial_partner_id
        code = move.buyer_reference if move else contract.payer_service_id.code
        structure = payer._chorus_structure(document.environment)
        return {
            "payer_partner_id": payer.id,
            "payer_service_id": structure.service_ids.filtered(lambda service: service.code == code)[:1].id,
            "service_code": code or False,
            "commitment_number": (
                (move.purchase_order_reference if move else contract.chorus_commitment_number) or False
            ),
            "contract_number": (move.contract_reference if move else contract.chorus_contract_number) or False,
            "moe_partner_id": contract.with_moe and contract.moe_partner_id.id,
            "moe_service_id": contract.moe_service_id.id,
            "moa_partner_id": contract.moa_partner_id.id,
            "moa_service_id": contract.moa_service_id.id,
            "validator_id": contract.main_contractor_id.id,
        }

    def _changed(self):
        """What was changed in this dialog, by field: record ids, and texts."""
        before = self._values_of(self.document_ids[0])
        now = {name: self._fields[name].convert_to_write(self[name], self) for name in before}
        return {name: value for name, value in now.items() if (value or False) != (before[name] or False)}

    @api.depends(*ON_CONTRACT, "service_code", "document_ids", "comment")
    def _compute_problem_text(self):
        for wizard in self:
            problems = wizard._problems() if wizard.document_ids else []
            wizard.problem_text = "\n".join(f"• {problem}" for problem in dict.fromkeys(problems)) or False

    def _problems(self):
        """Everything that Chorus Pro would refuse again in the addressing (list of str)."""
        preflight = self.env["chorus.preflight"]
        problems = []
        for document in self.document_ids:
            record = document.move_id or document.situation_id
            values = {**self._values_of(document), **self._changed()}
            if record:
                payer = self.env["res.partner"].browse(values["payer_partner_id"])
                paper = replace(
                    preflight._paper(record),
                    payer=payer,
                    service_code=values["service_code"] or "",
                    commitment=values["commitment_number"] or "",
                    contract_number=values["contract_number"] or "",
                )
                found = preflight._check_references(paper)
                problems += [message for _code, level, message, _where in found if level == BLOCKING]
            for name in ACTORS.values():
                partner = self.env["res.partner"].browse(values[name] or False).commercial_partner_id
                if partner:
                    problems += self._actor_problems(partner, document.environment)
        return problems

    @api.model
    def _actor_problems(self, partner, environment):
        problems = partner._chorus_siret_problems(environment)
        structure = partner._chorus_structure(environment)
        if structure and not structure.is_open:
            problems.append(
                self.env._("%(name)s is no longer active in Chorus Pro: ask for the SIRET to use.", name=partner.name)
            )
        return problems

    # --- the cure ---

    def action_send(self):
        """Keep what was corrected, and put the papers in the queue again under the same number.

        :raise UserError: what Chorus Pro would refuse again; nothing is written then
        """
        documents = self._papers()
        if problems := self._problems():
            raise UserError("\n".join(f"• {problem}" for problem in dict.fromkeys(problems)))
        changed = self._changed()
        acts = [] if self.never_entered else [self._act_of(document, changed) for document in documents]
        self._keep(documents, changed)
        if self.never_entered:
            if payer := changed.get("payer_partner_id"):
                self._address_again(documents.filtered(lambda document: not document.contract_id).move_id, payer)
            for document in documents:
                document.action_correct_and_resend()
            return self.env["chorus.send"]._open([document.move_id or document.situation_id for document in documents])
        for document, verb, request in acts:
            document._queue_act(verb, request)
        return self._leaving(len(documents))

    @api.model
    def _address_again(self, moves, payer_id):
        """Address ordinary invoices that Chorus Pro never took to another client, under the same number.

        :param payer_id: id of a ``res.partner``
        :raise UserError: the accounts do not allow it, in Odoo's own words
        """
        moves.button_draft()
        moves.partner_id = payer_id
        moves.action_post()

    def action_open_origin(self):
        """Open the statement or the invoice, for what is not corrected in this dialog."""
        return self._papers()[:1].action_open_origin()

    def _act_of(self, document, changed):
        """The act that answers the status of a paper: (paper, verb, bytes of its request)."""
        values = {**self._values_of(document), **changed}
        sirets = {actor: self._siret(values[name]) for actor, name in ACTORS.items()}
        number = int(document.technical_number)
        references = {
            "commitment_number": values["commitment_number"] or None,
            "contract_number": values["contract_number"] or None,
            "comment": self.comment or None,
        }
        if document.framework_id.is_works:
            request = WorksRecycling(
                number,
                recipient_siret=sirets["payer"],
                service_code=values["service_code"] or None,
                moe_siret=sirets["moe"],
                moe_service=self._service(values["moe_service_id"]),
                moa_siret=sirets["moa"],
                moa_service=self._service(values["moa_service_id"]),
                validator_siret=sirets["validator"] if document.framework_id.requires_validator else None,
                **references,
            )
            return document, "recycle_works", request.to_json()
        if document.status_code in WRONG_VALIDATOR:
            return document, "correct_validator", ValidatorCorrection(number, sirets["validator"]).to_json()
        request = InvoiceRecycling(
            number, sirets["payer"] or document.recipient_siret, values["service_code"] or None, **references
        )
        return document, "recycle_invoice", request.to_json()

    def _siret(self, partner_id):
        return self.env["res.partner"].browse(partner_id or False)._chorus_identifier() or None

    def _service(self, service_id):
        return self.env["chorus.service"].browse(service_id or False).code or None

    def _keep(self, documents, changed):
        """Write what was corrected on the invoices, on the papers, and on the contracts when asked."""
        if self.update_contract or self.never_entered:
            on_contract = {ON_CONTRACT[name]: value for name, value in changed.items() if name in ON_CONTRACT}
            if on_contract and documents.contract_id:
                documents.contract_id.write(on_contract)
        on_invoice = {ON_INVOICE[name]: value for name, value in changed.items() if name in ON_INVOICE}
        if on_invoice and documents.move_id:
            documents.move_id.write(on_invoice)
        if "payer_partner_id" in changed and (siret := self._siret(changed["payer_partner_id"])):
            documents.sudo().recipient_siret = siret
