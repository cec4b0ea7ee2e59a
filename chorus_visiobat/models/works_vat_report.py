from odoo import fields, models
from odoo.tools import SQL


class WorksVatReport(models.Model):
    """VAT of the works contracts, entry by entry (*État de TVA des marchés*): the list behind the CA3. Read only.

    One line for each tax of each entry, with its base and its VAT. What is invoiced and what is due differ where VAT
    is due on receipts: the first comes from the invoice, the second from the entry that Odoo posts when it is paid.
    Everything is read from the ledger, with the taxes that the tax report of the chart counts. EUR, positive on what
    we sell; purchases are those of the subcontractors tied to a contract.
    """

    _name = "works.vat.report"
    _description = "VAT of works contracts"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "contract_id"

    date = fields.Date(
        readonly=True, help="Date of the entry: that of the invoice, or of the payment that makes VAT due."
    )
    company_id = fields.Many2one("res.company", readonly=True, help="Company of the entry.")
    currency_id = fields.Many2one(related="company_id.currency_id")
    contract_id = fields.Many2one("works.contract", readonly=True, help="Works contract.")
    situation_id = fields.Many2one("works.situation", "Statement", readonly=True, help="Statement invoiced.")
    partner_id = fields.Many2one("res.partner", readonly=True, help="Client, or subcontractor.")
    move_id = fields.Many2one("account.move", "Entry", readonly=True, help="Entry in which it is booked.")
    tax_id = fields.Many2one("account.tax", readonly=True, help="Tax of the entry.")
    rate = fields.Float("VAT %", readonly=True, aggregator=None, help="Rate of the tax, in percent.")
    nature = fields.Selection(
        [
            ("works", "Works invoiced"),
            ("advance", "Advance"),
            ("recovery", "Advance recovered"),
            ("other", "Other entry of a contract"),
            ("reverse", "Works without VAT (reverse charge)"),
            ("subcontracting", "Subcontractors' bills"),
        ],
        readonly=True,
        help="Works invoiced: less what was credited. Reverse charge: what you invoice as a subcontractor.",
    )
    regime = fields.Selection(
        [("debits", "Due when invoiced"), ("receipts", "Due when paid")],
        "VAT due",
        readonly=True,
        help="When the tax of the entry becomes due.",
    )
    event = fields.Selection(
        [("booked", "Invoiced"), ("received", "Paid")],
        readonly=True,
        help="Invoiced: the invoice or credit note. Paid: the payment that made VAT due.",
    )
    base_invoiced = fields.Monetary("Invoiced excl. tax", readonly=True, help="Base of the invoices, excluding VAT.")
    vat_invoiced = fields.Monetary("VAT invoiced", readonly=True, help="VAT of the invoices, due or not.")
    base_due = fields.Monetary(
        "Base to declare",
        readonly=True,
        help="Base of the VAT that is due: goes to the boxes of the CA3, A1 or A2, E2 for works without VAT, and to "
        "the line of the rate.",
    )
    vat_due = fields.Monetary("VAT to declare", readonly=True, help="VAT due over the period, by rate.")
    vat_deducted = fields.Monetary(
        "VAT deducted", readonly=True, help="VAT deducted on subcontractors' bills: equal to what is due on them."
    )
    vat_waiting = fields.Monetary(
        "VAT not due yet",
        readonly=True,
        help="VAT invoiced less VAT due: what the clients have not paid yet, from the start to the end of the period.",
    )

    _depends = {
        "account.move": [
            "always_tax_exigible",
            "commercial_partner_id",
            "date",
            "move_type",
            "state",
            "tax_cash_basis_origin_move_id",
            "works_contract_id",
            "works_corrected_situation_id",
            "works_party_id",
            "works_settlement_situation_id",
            "works_situation_id",
        ],
        "account.move.line": ["balance", "tax_ids", "tax_line_id", "tax_repartition_line_id"],
        "account.tax": ["amount", "tax_exigibility", "type_tax_use"],
        "works.contract.party": ["contract_id"],
        "works.situation": ["contract_id", "kind"],
    }

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT MIN(found.id) AS id, found.date, found.company_id, found.contract_id, found.situation_id,
                   found.partner_id, found.move_id, found.tax_id, found.rate, found.nature, found.event,
                   CASE WHEN found.on_payment THEN 'receipts' ELSE 'debits' END AS regime,
                   SUM(CASE WHEN found.is_base AND found.event = 'booked' THEN found.amount ELSE 0 END)
                   AS base_invoiced,
                   SUM(CASE WHEN found.is_due_tax AND found.event = 'booked' THEN found.amount ELSE 0 END)
                   AS vat_invoiced,
                   SUM(CASE WHEN found.is_base AND found.is_due THEN found.amount ELSE 0 END) AS base_due,
                   SUM(CASE WHEN found.is_due_tax AND found.is_due THEN found.amount ELSE 0 END) AS vat_due,
                   SUM(CASE WHEN found.is_deducted AND found.is_due THEN -found.amount ELSE 0 END) AS vat_deducted,
                   SUM(CASE WHEN NOT found.is_due_tax THEN 0
                            WHEN found.event = 'received' THEN -found.amount
                            WHEN found.is_due THEN 0 ELSE found.amount END) AS vat_waiting
              FROM (%(items)s) found
             WHERE found.contract_id IS NOT NULL
          GROUP BY found.date, found.company_id, found.contract_id, found.situation_id, found.partner_id,
                   found.move_id, found.tax_id, found.rate, found.nature, found.event, found.on_payment
            """,
            items=self._items(),
        )

    def _items(self):
        """Bases and taxes of the posted entries of the contracts: of invoices, and of payments that made VAT due.

        A payment follows the entry whose VAT it makes due. On purchases the base is an expense, hence its sign; under
        reverse charge the part that is due has a negative factor.
        """
        return SQL(
            """
            SELECT item.id, move.date, move.company_id, item.tax_id, tax.amount AS rate, move.id AS move_id,
                   COALESCE(source.works_contract_id, settled.contract_id, party.contract_id) AS contract_id,
                   COALESCE(situation.id, settled.id) AS situation_id,
                   source.commercial_partner_id AS partner_id,
                   tax.tax_exigibility = 'on_payment' AS on_payment,
                   CASE WHEN move.tax_cash_basis_origin_move_id IS NULL THEN 'booked' ELSE 'received' END AS event,
                   (tax.tax_exigibility = 'on_invoice' OR move.tax_cash_basis_origin_move_id IS NOT NULL
                    OR move.always_tax_exigible) AS is_due,
                   item.is_base,
                   NOT item.is_base AND (tax.type_tax_use = 'sale' OR repartition.factor_percent < 0) AS is_due_tax,
                   NOT item.is_base AND tax.type_tax_use = 'purchase' AND repartition.factor_percent > 0 AS is_deducted,
                   CASE WHEN item.is_base AND tax.type_tax_use = 'purchase' THEN item.balance
                        ELSE -item.balance END AS amount,
                   CASE WHEN source.works_party_id IS NOT NULL THEN 'subcontracting'
                        WHEN settled.id IS NOT NULL THEN 'recovery'
                        WHEN situation.kind = 'advance' THEN 'advance'
                        WHEN tax.amount = 0 THEN 'reverse'
                        WHEN source.move_type IN ('out_invoice', 'out_refund') THEN 'works'
                        ELSE 'other' END AS nature
              FROM (
                    SELECT line.id * 2 AS id, line.move_id, line.balance, base.account_tax_id AS tax_id,
                           NULL AS tax_repartition_line_id, TRUE AS is_base
                      FROM account_move_line line
                      JOIN account_move_line_account_tax_rel base ON base.account_move_line_id = line.id
                     WHERE line.tax_line_id IS NULL
                     UNION ALL
                    SELECT line.id * 2 + 1, line.move_id, line.balance, line.tax_line_id,
                           line.tax_repartition_line_id, FALSE
                      FROM account_move_line line
                     WHERE line.tax_line_id IS NOT NULL
                   ) item
              JOIN account_move move ON move.id = item.move_id AND move.state = 'posted'
              JOIN account_tax tax ON tax.id = item.tax_id
              JOIN account_move source ON source.id = COALESCE(move.tax_cash_basis_origin_move_id, move.id)
         LEFT JOIN account_tax_repartition_line repartition ON repartition.id = item.tax_repartition_line_id
         LEFT JOIN works_contract_party party ON party.id = source.works_party_id
         LEFT JOIN works_situation situation
                ON situation.id = COALESCE(source.works_situation_id, source.works_corrected_situation_id)
         LEFT JOIN works_situation settled ON settled.id = source.works_settlement_situation_id
            """
        )
