from datetime import timedelta

from odoo import api, fields, models

READ_AGAIN = timedelta(days=7)


class ChorusBank(models.Model):
    """Bank details (*coordonnées bancaires*) that our own structure recorded at Chorus Pro.

    The API tells their name and their technical number, never the IBAN (chorus-pro-api.md §2.8): which account of Odoo
    each one is, is guessed when it can be, and chosen by a person otherwise.
    """

    _name = "chorus.bank"
    _description = "Bank details recorded at Chorus Pro"
    _order = "account_id, name, id"
    _check_company_auto = True

    account_id = fields.Many2one(
        "chorus.account",
        "Technical account",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
        help="Account by which Chorus Pro was asked.",
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    company_partner_id = fields.Many2one(related="company_id.partner_id")
    name = fields.Char(
        "Name at Chorus Pro", readonly=True, help="Name under which Chorus Pro lists these bank details."
    )
    remote_ref = fields.Char(
        "Chorus Pro number", required=True, readonly=True, help="Number by which a paper names them to Chorus Pro."
    )
    active = fields.Boolean(default=True, readonly=True, help="Whether Chorus Pro still lists them.")
    bank_id = fields.Many2one(
        "res.partner.bank",
        "Bank account",
        check_company=True,
        help="The same account in Odoo. Papers to be paid on it name these bank details to Chorus Pro.",
    )

    _ref_uniq = models.Constraint("UNIQUE(account_id, remote_ref)", "These bank details are listed already.")

    @api.model
    def _guess(self, name, candidates, alone):
        """The bank account that a name designates: the end of its IBAN stands in it; else the only one there is.

        :param candidates: res.partner.bank of the company
        :param bool alone: whether Chorus Pro lists one account only
        """
        digits = "".join(character for character in name or "" if character.isalnum()).upper()
        matching = candidates.filtered(
            lambda bank: bank.sanitized_acc_number and bank.sanitized_acc_number[-6:].upper() in digits
        )
        if len(matching) == 1:
            return matching
        return candidates if alone and len(candidates) == 1 else candidates.browse()


class ChorusAccount(models.Model):
    _inherit = "chorus.account"

    bank_ids = fields.One2many(
        "chorus.bank", "account_id", "Bank details at Chorus Pro", help="Bank details of your structure at Chorus Pro."
    )
    bank_read_date = fields.Datetime("Bank details read on", copy=False, help="When their list was last read.")

    def _bank_is_stale(self):
        return not self.bank_read_date or self.bank_read_date < fields.Datetime.now() - READ_AGAIN

    def _read_bank_accounts(self, client, _troubles):
        """Refresh the list of our own bank details; those no longer listed are archived."""
        if not self._bank_is_stale() or not self._supplier_id():
            return
        supplier = self._supplier_id()
        self.env["ir.cron"]._commit_progress()
        self._take_bank_accounts(client.list_bank_accounts(supplier))
        yield

    def _take_bank_accounts(self, listed):
        Bank = self.env["chorus.bank"].sudo().with_context(active_test=False)
        known = {bank.remote_ref: bank for bank in Bank.search([("account_id", "=", self.id)])}
        candidates = self.sudo().company_id.partner_id.bank_ids
        for one in listed:
            ref = str(one.account_id)
            bank = known.pop(ref, None)
            if bank:
                bank.write({"name": one.name, "active": True})
            else:
                bank = Bank.create({"account_id": self.id, "remote_ref": ref, "name": one.name})
            if not bank.bank_id:
                bank.bank_id = Bank._guess(one.name, candidates, len(listed) == 1)
        Bank.union(*known.values()).active = False
        self.sudo().bank_read_date = fields.Datetime.now()

    def _bank_ref(self, bank):
        """``codeCoordonneesBancairesFournisseur`` of a bank account (int), None when Chorus Pro lists none for it.

        :param bank: res.partner.bank on which a paper must be paid
        """
        found = self.sudo().bank_ids.filtered(lambda known: bank and known.bank_id == bank)
        return int(found[0].remote_ref) if found else None
