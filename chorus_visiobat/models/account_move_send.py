from odoo import api, fields, models
from odoo.exceptions import UserError

# What a move of a works contract may be sent by: works invoices stay exclusive to Chorus Pro
# (chorus-pro-api.md §5), so neither Peppol nor an approved platform is ever offered for them.
WORKS_METHODS = {"chorus", "email", "manual", "snailmail"}
OTHER_NETWORKS = ("account_peppol", "l10n_fr_pdp", "pdp_")


class ResPartner(models.Model):
    _inherit = "res.partner"

    invoice_sending_method = fields.Selection(selection_add=[("chorus", "Chorus Pro")])


class AccountMoveSend(models.AbstractModel):
    _inherit = "account.move.send"

    @api.model
    def _get_default_sending_methods(self, move):
        if move.works_contract_id and self._is_applicable_to_company("chorus", move.company_id):
            return {"chorus"}
        methods = super()._get_default_sending_methods(move)
        return methods & WORKS_METHODS if move.works_contract_id else methods

    @api.model
    def _is_applicable_to_company(self, method, company):
        if method == "chorus":
            return bool(self.env["chorus.account"]._for(company))
        return super()._is_applicable_to_company(method, company)

    @api.model
    def _is_applicable_to_move(self, method, move, **move_data):
        if method == "chorus":
            return move.move_type in ("out_invoice", "out_refund")
        if move.works_contract_id and method not in WORKS_METHODS:
            return False
        return super()._is_applicable_to_move(method, move, **move_data)

    @api.model
    def _get_alerts(self, moves, moves_data):
        alerts = super()._get_alerts(moves, moves_data)
        chorus_moves = moves.filtered(lambda move: "chorus" in moves_data[move]["sending_methods"])
        for index, problem in enumerate(self.env["chorus.preflight"]._problems(chorus_moves)):
            alerts[f"chorus_{index}_{problem['code']}"] = {
                "level": "danger" if problem["level"] == "blocking" else "warning",
                "message": problem["message"],
                "action_text": self.env._("Fix"),
                "action": self.env[problem["res_model"]].browse(problem["res_id"])._get_records_action(),
            }
        if all(move.works_contract_id for move in moves):
            # What other networks offer by the way.
            alerts = {key: alert for key, alert in alerts.items() if not key.startswith(OTHER_NETWORKS)}
        return {**alerts, **self._outside_alerts(moves, moves_data)}

    @api.model
    def _outside_alerts(self, moves, moves_data):
        """A final statement sent otherwise starts no delay: said before it leaves (works-billing.md §0.10)."""
        outside = moves.filtered(
            lambda move: (
                move.works_situation_id.kind == "final"
                and moves_data[move]["sending_methods"]
                and "chorus" not in moves_data[move]["sending_methods"]
                and not move._chorus_is_sent()
            )
        )
        if not outside:
            return {}
        message = self.env._(
            "%(numbers)s bills a final statement, which is not on Chorus Pro: sent otherwise it starts no delay, and "
            "you could lose the tacit general statement. Send it to Chorus Pro first.",
            numbers=", ".join(outside.mapped("name")),
        )
        return {
            "works_final_outside": {
                "level": "warning",
                "message": message,
                "action_text": self.env._("Send to Chorus Pro"),
                "action": outside[0].works_situation_id._get_records_action(),
            }
        }

    @api.model
    def _generate_invoice_documents(self, invoices_data, allow_fallback_pdf=False):
        """Leave out of the stock rendering what only goes to Chorus Pro: its file is built by its document.

        Queue the Chorus Pro papers last, so that a failed rendering queues nothing.
        """
        stock = {move: data for move, data in invoices_data.items() if set(data["sending_methods"]) != {"chorus"}}
        if stock:
            super()._generate_invoice_documents(stock, allow_fallback_pdf=allow_fallback_pdf)
        for move, data in invoices_data.items():
            if "chorus" in data["sending_methods"] and not data.get("error"):
                self._chorus_queue(move, data)
        return None

    @api.model
    def _chorus_queue(self, move, data):
        blocking = [
            problem["message"]
            for problem in self.env["chorus.preflight"]._problems(move)
            if problem["level"] == "blocking"
        ]
        if blocking:
            data["error"] = {
                "error_title": self.env._("Not sent to Chorus Pro:"),
                "errors": blocking,
            }
            return
        try:
            with self.env.cr.savepoint():
                move._chorus_ensure_document()._queue()
        except UserError as error:
            # One paper that cannot leave must not hold the others of a batch.
            data["error"] = {"error_title": self.env._("Not sent to Chorus Pro:"), "errors": [str(error)]}
            return
        move.is_move_sent = True

    @api.model
    def _get_invoice_extra_attachments(self, move):
        return super()._get_invoice_extra_attachments(move) | move.chorus_document_id.main_attachment_file_id
