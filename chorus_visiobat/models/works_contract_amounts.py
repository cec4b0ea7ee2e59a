from odoo import api, fields, models


class WorksContract(models.Model):
    """What the contract is worth and what has been billed, in EUR excluding tax (HT)."""

    _inherit = "works.contract"

    amount_initial = fields.Monetary(
        "Initial amount excl. tax", compute="_compute_market_amounts", help="Posts signed at the beginning."
    )
    amount_amendments = fields.Monetary(
        "Notified amendments excl. tax",
        compute="_compute_market_amounts",
        help="Posts of the amendments and service orders that were notified.",
    )
    amount_amendments_pending = fields.Monetary(
        "Amendments to be notified excl. tax",
        compute="_compute_market_amounts",
        help="Posts of the amendments without a notification date: they do not count in the contract yet.",
    )
    amount_current = fields.Monetary(
        "Current amount excl. tax",
        compute="_compute_market_amounts",
        help="Initial amount and notified amendments.",
    )
    amount_billed = fields.Monetary(
        "Billed excl. tax", compute="_compute_billed_amounts", help="Sum of the statements whose invoice stands."
    )
    progress = fields.Float(
        "Billed %", compute="_compute_progress", help="Billed amount as a percentage of the current amount."
    )
    unbilled_advice = fields.Text(
        "Months that nothing bills",
        compute="_compute_unbilled_advice",
        help="Statements whose invoice was cancelled or credited, and what to do.",
    )
    situation_count = fields.Integer(
        "Number of statements", compute="_compute_billed_amounts", help="Statements of this contract."
    )
    move_count = fields.Integer(
        "Number of invoices", compute="_compute_linked_counts", help="Invoices of this contract."
    )
    chorus_document_count = fields.Integer(
        "Number of Chorus Pro documents",
        compute="_compute_linked_counts",
        help="Papers of this contract on Chorus Pro.",
    )

    @api.depends("line_ids.amount", "line_ids.amendment_id.date_notification")
    def _compute_market_amounts(self):
        Line = self.env["works.contract.line"]
        if any(not isinstance(contract.id, int) or contract.line_ids != contract._origin.line_ids for contract in self):
            # being edited: the database does not know these posts yet
            for contract in self:
                contract._set_market_amounts([(line.amendment_id, line.amount) for line in contract.line_ids])
            return
        posts = {}
        for contract, amendment, amount in Line._read_group(
            [("contract_id", "in", self.ids)], ["contract_id", "amendment_id"], ["amount:sum"]
        ):
            posts.setdefault(contract.id, []).append((amendment, amount))
        for contract in self:
            contract._set_market_amounts(posts.get(contract.id, []))

    def _set_market_amounts(self, posts):
        """:param posts: iterable of (amendment or empty, amount HT)."""
        initial = notified = pending = 0.0
        for amendment, amount in posts:
            if not amendment:
                initial += amount
            elif amendment.date_notification:
                notified += amount
            else:
                pending += amount
        self.amount_initial = initial
        self.amount_amendments = notified
        self.amount_amendments_pending = pending
        self.amount_current = initial + notified

    @api.depends("situation_ids.state", "situation_ids.move_id", "situation_ids.amount_untaxed")
    def _compute_billed_amounts(self):
        Situation = self.env["works.situation"]
        of_contracts = [("contract_id", "in", self._origin.ids)]
        billed = dict(
            Situation._read_group(
                [*of_contracts, ("state", "=", "invoiced"), ("move_id", "!=", False)],
                ["contract_id"],
                ["amount_untaxed:sum"],
            )
        )
        counts = dict(Situation._read_group(of_contracts, ["contract_id"], ["__count"]))
        for contract in self:
            contract.amount_billed = billed.get(contract._origin, 0.0)
            contract.situation_count = counts.get(contract._origin, 0)

    @api.depends("situation_ids.state", "situation_ids.move_id")
    def _compute_unbilled_advice(self):
        for contract in self:
            messages = [situation._unbilled_message() for situation in contract._unbilled_situations()]
            contract.unbilled_advice = "\n".join(messages) or False

    @api.depends("amount_billed", "amount_current")
    def _compute_progress(self):
        for contract in self:
            amount = contract.amount_current
            contract.progress = 100 * contract.amount_billed / amount if amount else 0.0

    @api.depends("move_ids", "chorus_document_ids")
    def _compute_linked_counts(self):
        ids = self._origin.ids
        moves = dict(
            self.env["account.move"]
            .sudo()
            ._read_group([("works_contract_id", "in", ids)], ["works_contract_id"], ["__count"])
        )
        documents = dict(
            self.env["chorus.document"]._read_group([("contract_id", "in", ids)], ["contract_id"], ["__count"])
        )
        for contract in self:
            contract.move_count = moves.get(contract._origin, 0)
            contract.chorus_document_count = documents.get(contract._origin, 0)
