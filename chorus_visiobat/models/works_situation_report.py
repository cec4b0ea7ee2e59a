from odoo import api, fields, models
from odoo.tools import SQL


class WorksSituationReport(models.Model):
    """What was requested, admitted and paid on the works contracts, each at its date (*pilotage*). Read only.

    One line an event, so that any total is a sum: an invoice or credit note posted, an answer recorded, a payment
    received. Works and money are read from the ledger: as invoiced less what was credited, as the bank matched it.
    What settles an invoice without money (advance repaid, subcontractor paid by the client, penalty) is no payment;
    the advance, when it is received, is one. EUR.
    """

    _name = "works.situation.report"
    _description = "Works contracts: requested, admitted, paid"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "contract_id"

    event = fields.Selection(
        [("billed", "Requested"), ("admitted", "Admitted"), ("paid", "Paid")],
        readonly=True,
        help="Requested: invoiced, less what was credited. Admitted: by the answers recorded. Paid: received in the "
        "bank.",
    )
    contract_id = fields.Many2one("works.contract", readonly=True, help="Works contract.")
    situation_id = fields.Many2one("works.situation", "Statement", readonly=True, help="Statement concerned.")
    client_id = fields.Many2one("res.partner", readonly=True, help="Public body that ordered the works.")
    project_id = fields.Many2one("project.project", "Site", readonly=True, help="Site of the contract.")
    company_id = fields.Many2one("res.company", readonly=True, help="Company of the contract.")
    currency_id = fields.Many2one("res.currency", readonly=True)
    period_end = fields.Date("Works month", readonly=True, help="Month of the works of the statement.")
    date = fields.Date(
        readonly=True, help="Day of the event: date of the invoice, of the payment statement, or of the payment."
    )
    amount = fields.Monetary(
        "Amount incl. tax", readonly=True, help="Of the event, VAT included: to compare events, group by them."
    )
    amount_untaxed = fields.Monetary(
        "Amount excl. tax", readonly=True, help="Of the event, excluding VAT; a payment has no such part."
    )
    amount_billed = fields.Monetary("Requested", readonly=True, help="Invoiced incl. tax, less what was credited.")
    amount_admitted = fields.Monetary(
        "Admitted", readonly=True, help="Admitted incl. tax by the project manager, as his answers were recorded."
    )
    amount_paid = fields.Monetary("Paid", readonly=True, help="Received in the bank.")
    amount_retention = fields.Monetary("Retention", readonly=True, help="Withheld on the statement.")
    amount_advance_repaid = fields.Monetary("Advance repaid", readonly=True, help="Repaid by the statement, incl. tax.")
    amount_direct_payment = fields.Monetary(
        "Direct payments to subcontractors", readonly=True, help="Paid by the client to your subcontractors."
    )
    amount_penalty = fields.Monetary("Deductions outside VAT", readonly=True, help="Penalties and other deductions.")
    amount_payable = fields.Monetary("Net payable", readonly=True, help="Net of the statement, as requested.")

    _depends = {
        "account.move": [
            "amount_total_signed",
            "amount_untaxed_signed",
            "invoice_date",
            "move_type",
            "reversed_entry_id",
            "state",
            "works_contract_id",
            "works_corrected_situation_id",
            "works_released_move_id",
            "works_settlement_situation_id",
            "works_situation_id",
        ],
        "account.move.line": ["journal_id", "move_id", "account_id"],
        "account.partial.reconcile": [
            "credit_move_id",
            "debit_move_id",
            "max_date",
            "credit_amount_currency",
            "debit_amount_currency",
        ],
        "account.journal": ["type"],
        "works.contract": ["company_id", "currency_id", "moa_partner_id", "project_id"],
        "works.situation": [
            "admission_date",
            "amount_admitted_total",
            "amount_admitted_untaxed",
            "amount_advance_repaid",
            "amount_direct_payment",
            "amount_payable",
            "amount_penalty",
            "amount_retention",
            "contract_id",
            "kind",
            "move_id",
            "period_end",
        ],
    }

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT event.*,
                   CASE event WHEN 'billed' THEN amount END AS amount_billed,
                   CASE event WHEN 'admitted' THEN amount END AS amount_admitted,
                   CASE event WHEN 'paid' THEN amount END AS amount_paid,
                   contract.company_id, contract.currency_id, contract.project_id, contract.moa_partner_id AS client_id
              FROM (%s) event
              JOIN works_contract contract ON contract.id = event.contract_id
            """,
            SQL(" UNION ALL ").join(self._events()),
        )

    @api.model
    def _events(self):
        """:return: list of SQL queries with the same columns; their ids differ by their rest modulo 4."""
        return [self._billed(), self._admitted(), self._paid(1, "debit", "credit"), self._paid(2, "credit", "debit")]

    @api.model
    def _billed(self):
        """Invoices and credit notes of the contracts, and the deductions of the statements that they bill.

        The invoice of an advance bills no works. A credit note follows the month of what it credits.
        """
        return SQL(
            """
            SELECT move.id * 4 AS id,
                   'billed' AS event,
                   move.works_contract_id AS contract_id,
                   situation.id AS situation_id,
                   COALESCE(situation.period_end, move.invoice_date) AS period_end,
                   move.invoice_date AS date,
                   move.amount_total_signed AS amount,
                   move.amount_untaxed_signed AS amount_untaxed,
                   billed.amount_retention,
                   billed.amount_advance_repaid,
                   billed.amount_direct_payment,
                   billed.amount_penalty,
                   billed.amount_payable
              FROM account_move move
         LEFT JOIN account_move reversed ON reversed.id = move.reversed_entry_id
         LEFT JOIN works_situation situation ON situation.id = COALESCE(
                   move.works_situation_id, move.works_corrected_situation_id, reversed.works_situation_id)
         LEFT JOIN works_situation billed ON billed.move_id = move.id
             WHERE move.state = 'posted'
               AND move.move_type IN ('out_invoice', 'out_refund')
               AND move.works_contract_id IS NOT NULL
               AND situation.kind IS DISTINCT FROM 'advance'
            """
        )

    @api.model
    def _admitted(self):
        """Answers of the project manager (*états d'acompte*), as recorded."""
        return SQL(
            """
            SELECT id * 4 + 3, 'admitted', contract_id, id, period_end, admission_date,
                   amount_admitted_total, amount_admitted_untaxed, NULL, NULL, NULL, NULL, NULL
              FROM works_situation
             WHERE admission_date IS NOT NULL AND kind != 'advance'
            """
        )

    @api.model
    def _paid(self, rest, ours, theirs):
        """Money matched with the receivables of the contracts, released retentions and disputes included.

        :param rest: of the ids, modulo 4
        :param ours: side of our receivables in the matching, ``debit`` for what we receive, ``credit`` for what we give
            back; ``theirs``: that of the money
        """
        return SQL(
            """
            SELECT partial.id * 4 + %(rest)s,
                   'paid',
                   invoice.works_contract_id,
                   situation.id,
                   COALESCE(situation.period_end, invoice.invoice_date, partial.max_date),
                   partial.max_date,
                   %(sign)s * partial.%(amount)s,
                   NULL, NULL, NULL, NULL, NULL, NULL
              FROM account_move invoice
         LEFT JOIN works_situation billed ON billed.move_id = invoice.id
              JOIN account_move move
                ON move.id = invoice.id
                OR move.works_released_move_id = invoice.id
                OR move.works_settlement_situation_id = billed.id
              JOIN account_move_line receivable ON receivable.move_id = move.id
              JOIN account_partial_reconcile partial ON partial.%(ours)s = receivable.id
              JOIN account_move_line money ON money.id = partial.%(theirs)s
              JOIN account_journal journal
                ON journal.id = money.journal_id AND journal.type IN ('bank', 'cash', 'credit')
         LEFT JOIN works_situation situation ON situation.id = COALESCE(
                   invoice.works_situation_id, invoice.works_corrected_situation_id)
             WHERE invoice.works_contract_id IS NOT NULL
               AND invoice.works_released_move_id IS NULL
               AND invoice.move_type IN ('out_invoice', 'out_refund', 'entry')
            """,
            rest=rest,
            sign=1 if ours == "debit" else -1,
            amount=SQL.identifier(f"{ours}_amount_currency"),
            ours=SQL.identifier(f"{ours}_move_id"),
            theirs=SQL.identifier(f"{theirs}_move_id"),
        )
