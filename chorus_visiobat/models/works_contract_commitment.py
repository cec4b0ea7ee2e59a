from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_amount, format_date

STATE_SIREN = "110002011"
"""SIREN of the State: Chorus Pro knows the commitments of the State alone (chorus-pro-api.md §2.9)."""

CHECK_AGAIN = timedelta(days=30)


class WorksContract(models.Model):
    """The commitment number (*engagement juridique*) as the State knows it: read by the directory's lane, shown as
    advice. For any other client the number is free text, and not being known says nothing."""

    _inherit = "works.contract"

    commitment_checked = fields.Char("Commitment number checked", readonly=True, copy=False)
    commitment_check_date = fields.Datetime(
        "Commitment checked on", readonly=True, copy=False, help="When Chorus Pro was asked about this number last."
    )
    commitment_found = fields.Boolean("Known to Chorus Pro", readonly=True, copy=False)
    commitment_service_code = fields.Char("Service of the commitment", readonly=True, copy=False)
    commitment_amount = fields.Monetary("Amount of the commitment", readonly=True, copy=False)
    commitment_notified_on = fields.Date("Commitment notified on", readonly=True, copy=False)
    commitment_note = fields.Text(
        "Commitment at Chorus Pro",
        compute="_compute_commitment_note",
        help="What Chorus Pro knows of this commitment. It knows those of the State only.",
    )

    def write(self, vals):
        result = super().write(vals)
        if "chorus_commitment_number" in vals and self.filtered("chorus_commitment_number"):
            self.env["chorus.account"]._wake("chorus_visiobat.cron_directory")
        return result

    @api.depends(
        "chorus_commitment_number",
        "commitment_checked",
        "commitment_found",
        "commitment_service_code",
        "commitment_amount",
        "commitment_notified_on",
        "payer_service_id",
        "payer_partner_id.company_registry",
    )
    def _compute_commitment_note(self):
        for contract in self:
            contract.commitment_note = "\n".join(contract._commitment_sentences()) or False

    def _commitment_sentences(self):
        """What Chorus Pro answered about the number as it is now; nothing before it was asked."""
        self.ensure_one()
        _ = self.env._
        number = self.chorus_commitment_number
        if not number or self.commitment_checked != number:
            return []
        if not self.commitment_found:
            if not self._is_billed_to_the_state():
                return []
            return [_("Chorus Pro knows no ordered commitment %(number)s of the State: check it.", number=number)]
        sentences = [
            _(
                "Known to Chorus Pro: %(amount)s incl. tax, notified on %(date)s.",
                amount=format_amount(self.env, self.commitment_amount, self.currency_id),
                date=format_date(self.env, self.commitment_notified_on) if self.commitment_notified_on else "–",
            )
        ]
        if (code := self.commitment_service_code) and code != self.payer_service_id.code:
            sentences.append(
                _("It was made by the service %(code)s: choose it for the paymaster, or check the number.", code=code)
            )
        return sentences

    def _commitment_doubts(self):
        """Those of the sentences that call for a check."""
        sentences = self._commitment_sentences()
        return sentences[1:] if self.commitment_found else sentences

    def _take_commitment(self, number, commitment):
        """Keep the answer. :param commitment: ``chorus_api.Commitment``, None when there is none"""
        self.write(
            {
                "commitment_checked": number,
                "commitment_check_date": fields.Datetime.now(),
                "commitment_found": bool(commitment),
                "commitment_service_code": commitment.service_code if commitment else False,
                "commitment_amount": float(commitment.amount_total or 0) if commitment else 0,
                "commitment_notified_on": commitment.notified_on if commitment else False,
            }
        )

    def _is_billed_to_the_state(self):
        return self.payer_partner_id.commercial_partner_id._chorus_siret().startswith(STATE_SIREN)


class ChorusAccount(models.Model):
    _inherit = "chorus.account"

    def _unchecked(self):
        """Running contracts of this account whose commitment number was not asked about, or long ago."""
        contracts = self.env["works.contract"].search(
            [
                ("company_id", "child_of", self.company_id.id),
                ("state", "!=", "closed"),
                ("chorus_commitment_number", "!=", False),
            ]
        )
        late = fields.Datetime.now() - CHECK_AGAIN
        return contracts.filtered(
            lambda contract: (
                contract.chorus_environment == self.environment
                and (
                    contract.commitment_checked != contract.chorus_commitment_number
                    or contract.commitment_check_date < late
                )
            )
        )

    def _check_commitments(self, client, troubles):
        """Ask about the commitments made to our structure."""
        supplier = self._supplier_id()
        if not supplier:
            return
        for contract in self._unchecked():
            number = contract.chorus_commitment_number
            self.env["ir.cron"]._commit_progress()
            with self._apart(troubles):
                found = client.search_commitments(supplier, number)
                contract._take_commitment(number, found[0] if found else None)
            yield
