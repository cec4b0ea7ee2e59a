from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

OUR_ISSUERS = ("supplier", "subcontractor", "co_contractor")
UNSENT = (False, "draft", "to_fix")
FOUND_ACTIVITY = "chorus_visiobat.activity_found"
ATTACHED = {"works.situation": "situation_id", "account.move": "move_id"}
"""What a paper found is attached to, and the field of the dialog that holds it."""


class ChorusFoundPaper(models.Model):
    """A paper of our company that Chorus Pro has and that no paper here knows: a colleague deposited it on the portal.

    Read by searches, never deposited nor changed by us. *Rattacher* makes it the paper of its statement or invoice, so
    that it is followed, and never sent a second time (DESIGN.md §4). Amounts in EUR.
    """

    _name = "chorus.found.paper"
    _description = "Paper of ours found on Chorus Pro"
    _order = "deposit_date desc, id desc"

    active = fields.Boolean(default=True, help="Untick it to say that this paper is not to be attached here.")
    company_id = fields.Many2one("res.company", required=True, index=True, help="Company that issued the paper.")
    currency_id = fields.Many2one(related="company_id.currency_id")
    environment = fields.Selection(
        [("qualification", "Qualification"), ("production", "Production")],
        required=True,
        help="In qualification nothing reaches the client.",
    )
    technical_number = fields.Char(
        "Chorus Pro technical number", required=True, help="Number that Chorus Pro gave to this paper."
    )
    number = fields.Char(help="Invoice identifier under which it was deposited.")
    framework_id = fields.Many2one("chorus.framework", "Billing framework", help="Kind of paper, as deposited.")
    issuer_siret = fields.Char("Issuer SIRET", help="Establishment that issued it, 14 digits.")
    recipient_siret = fields.Char("Paymaster SIRET", help="Public body that pays, 14 digits.")
    billing_file_ref = fields.Char("Billing file", help="Number of the dossier de facturation at Chorus Pro.")
    document_date = fields.Date("Dated", help="Date of the paper.")
    deposit_date = fields.Date("Deposited on", help="Day on which it was deposited on Chorus Pro.")
    amount_untaxed = fields.Monetary("Amount excl. tax", help="Amount that it asks for, excluding VAT.")
    amount_total = fields.Monetary("Amount incl. tax", help="Amount that it asks for, VAT included.")
    status_code = fields.Char("Raw status code", help="Code of its status at Chorus Pro.")
    status_id = fields.Many2one("chorus.status", "Chorus Pro status", help="Its status, in plain words.")
    document_id = fields.Many2one(
        "chorus.document", "Attached to", readonly=True, ondelete="set null", help="Paper here that follows it now."
    )

    _technical_number_uniq = models.UniqueIndex(
        "(environment, technical_number)", "This paper of Chorus Pro is already known."
    )

    @api.depends("framework_id.code", "number")
    def _compute_display_name(self):
        for found in self:
            found.display_name = f"{found.framework_id.code or ''} {found.number or ''}".strip()

    @api.model
    def _keep(self, account, rows):
        """Keep the rows of a search that are papers of ours which nothing here knows; forget those known since.

        :param rows: chorus_api WorksSummary or InvoiceSummary
        :return: the papers found, kept before or now
        """
        unknown = {str(getattr(row, "works_id", None) or row.invoice_id): row for row in rows if row.number}
        documents = self.env["chorus.document"].sudo().with_context(active_test=False)
        own = [("company_id", "child_of", account.company_id.id), ("environment", "=", account.environment)]
        kept = self.sudo().with_context(active_test=False).search(
            [("environment", "=", account.environment), ("technical_number", "in", list(unknown))]
        )
        by_number = {found.technical_number: found for found in kept}
        for known in documents.search([*own, ("technical_number", "in", list(unknown))]):
            unknown.pop(known.technical_number, None)
            if (found := by_number.get(known.technical_number)) and not found.document_id:
                found.document_id = known
        # One that left, and whose number is still to come, is known too.
        leaving = documents.search(
            [
                *own,
                ("origin", "=", "ours"),
                ("technical_number", "=", False),
                ("stage", "not in", ("draft", "to_fix")),
                ("number", "in", [row.number for row in unknown.values()]),
            ]
        )
        numbers = set(leaving.mapped("number"))
        frameworks = {one.code: one for one in self.env["chorus.framework"].with_context(active_test=False).search([])}
        result = self.browse()
        for technical_number, row in unknown.items():
            code = (getattr(row, "framework", None) or "").partition("_")[0] or "A1"
            framework = frameworks.get(code)
            foreign = row.supplier_siret and row.supplier_siret != account.siret
            if not framework or framework.issuer not in OUR_ISSUERS or foreign or row.number in numbers:
                continue
            values = self._row_values(account, row, framework)
            if found := by_number.get(technical_number):
                found.write(values)
            else:
                found = self.sudo().create({**values, "technical_number": technical_number})
                found._propose()
            result |= found
        return result

    def _row_values(self, account, row, framework):
        return {
            "company_id": account.company_id.id,
            "environment": account.environment,
            "number": row.number,
            "framework_id": framework.id,
            "issuer_siret": row.supplier_siret or account.siret,
            "recipient_siret": row.recipient_siret,
            "billing_file_ref": getattr(row, "billing_file_id", None) and str(row.billing_file_id),
            "document_date": getattr(row, "document_date", None) or getattr(row, "invoice_date", None),
            "deposit_date": row.deposit_date,
            "amount_untaxed": float(row.amount_untaxed or 0),
            "amount_total": float(row.amount_total or 0),
            "status_code": row.status,
            "status_id": self.env["chorus.status"].sudo().search([("code", "=", row.status)]).id,
        }

    # --- what it may be attached to ---

    def _unsent_origin(self):
        """The statement or invoice of this number that Chorus Pro is not known to have; empty where there is none."""
        self.ensure_one()
        companies = self.env["res.company"].sudo().search([("id", "child_of", self.company_id.id)])
        own = [("company_id", "in", companies.ids)]
        moves = self.env["account.move"].sudo()
        move = moves.search([*own, ("name", "=", self.number), ("move_type", "in", ("out_invoice", "out_refund"))])
        if move := move.filtered(lambda one: one.state == "posted" and one.chorus_stage in UNSENT)[:1]:
            return move.works_situation_id or move
        situations = self.env["works.situation"].sudo()
        open_ones = situations.search([*own, ("state", "in", ("draft", "filed"))])
        return open_ones.filtered(lambda one: one._number_to_leave() == self.number and not one.invoice_sent)[:1]

    def _propose(self):
        """Tell the responsible that what he is about to send is on Chorus Pro already."""
        self.ensure_one()
        origin = self._unsent_origin()
        if not origin:
            return
        contract = origin.contract_id if origin._name == "works.situation" else origin.works_contract_id
        user = contract.user_id or origin.create_uid
        summary = self.env._(
            "%(paper)s is on Chorus Pro since %(date)s: attach it, do not send it again.",
            paper=self.display_name,
            date=format_date(self.env, self.deposit_date) if self.deposit_date else "?",
        )
        origin.activity_schedule(FOUND_ACTIVITY, summary=summary, user_id=user.id if user.active else self.env.user.id)

    def action_compare(self):
        """Open the comparison of this paper with the statement or invoice to which it is to be attached."""
        self.ensure_one()
        self.check_access("write")
        if self.document_id:
            raise UserError(
                self.env._(
                    "%(name)s is attached already, to %(paper)s.",
                    name=self.display_name,
                    paper=self.document_id.display_name,
                )
            )
        origin = self._unsent_origin()
        wanted = self.env.context.get("attach_to") or (origin and (origin._name, origin.id))
        context = {"default_found_id": self.id}
        if wanted:
            context[f"default_{ATTACHED[wanted[0]]}"] = wanted[1]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Attach a paper deposited on the portal"),
            "res_model": "chorus.adopt",
            "view_mode": "form",
            "target": "new",
            "context": context,
        }


class WorksSituation(models.Model):
    _inherit = "works.situation"

    def _found_proposal(self):
        """The activity by which this statement is told to be on Chorus Pro already; empty where it is not."""
        kind = self.env.ref(FOUND_ACTIVITY, raise_if_not_found=False)
        return self.sudo().activity_ids.filtered(lambda activity: activity.activity_type_id == kind)[:1]

    def action_compare_found(self):
        """Open the comparison with the paper that Chorus Pro has of this statement; the statement where it has none
        any more, or for who bills nothing."""
        self.ensure_one()
        self.check_access("read")
        if self.env.user.has_group("chorus_visiobat.group_billing"):
            found = self.env["chorus.found.paper"].search(
                [("number", "=", self._number_to_leave()), ("document_id", "=", False)]
            )
            if found := found.filtered(lambda one: one._unsent_origin() == self)[:1]:
                return found.action_compare()
        return self._get_records_action()

    def _number_to_leave(self):
        """The number under which this statement leaves, or would leave."""
        self.ensure_one()
        if not self.bears_invoice:
            return self.piece_number or self.piece_number_proposal
        if self.state == "invoiced":
            return self.sudo().move_id.name
        return self.chorus_invoice_number or self.number_proposal
