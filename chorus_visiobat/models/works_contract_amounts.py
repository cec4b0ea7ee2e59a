from odoo import api, fields, models

from ..decompte import as_decimal
from ..decompte.money import ZERO, included

# Posts of the contract that are ours, done by us or by our subcontractors: see ``works.contract._own_lines``.
OWN_POSTS = [
    "|",
    "|",
    ("party_id", "=", False),
    ("party_id.role", "=", "subcontractor"),
    ("contract_id.joint_single_account", "=", True),
]


class WorksContract(models.Model):
    """What the contract is worth, in EUR excluding tax (HT), and what belongs to it."""

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
    amount_current_total = fields.Monetary(
        "Current amount incl. tax",
        compute="_compute_market_amounts",
        help="Initial amount and notified amendments, VAT included.",
    )
    unbilled_advice = fields.Text(
        "Months that nothing bills",
        compute="_compute_unbilled_advice",
        help="Statements whose invoice was cancelled or credited, and what to do.",
    )
    situation_count = fields.Integer(
        "Number of statements", compute="_compute_situation_count", help="Statements of this contract."
    )
    move_count = fields.Integer(
        "Number of invoices", compute="_compute_linked_counts", help="Invoices of this contract."
    )
    chorus_document_count = fields.Integer(
        "Number of Chorus Pro documents",
        compute="_compute_linked_counts",
        help="Papers of this contract on Chorus Pro.",
    )

    @api.depends(
        "line_ids.amount",
        "line_ids.tax_id",
        "line_ids.amendment_id.date_notification",
        "line_ids.party_id.role",
        "joint_single_account",
    )
    def _compute_market_amounts(self):
        Line = self.env["works.contract.line"]
        if any(not isinstance(contract.id, int) or contract.line_ids != contract._origin.line_ids for contract in self):
            # being edited: the database does not know these posts yet
            for contract in self:
                contract._set_market_amounts(
                    [(line.amendment_id, line.tax_id, line.amount) for line in contract._own_lines()]
                )
            return
        posts = {}
        for contract, *post in Line._read_group(
            [("contract_id", "in", self.ids), *OWN_POSTS], ["contract_id", "amendment_id", "tax_id"], ["amount:sum"]
        ):
            posts.setdefault(contract.id, []).append(post)
        for contract in self:
            contract._set_market_amounts(posts.get(contract.id, []))

    def _set_market_amounts(self, posts):
        """:param posts: iterable of (amendment or empty, tax, amount HT)."""
        initial = notified = pending = 0.0
        current = {}
        for amendment, tax, amount in posts:
            if not amendment:
                initial += amount
            elif amendment.date_notification:
                notified += amount
            else:
                pending += amount
                continue
            rate = as_decimal(tax.amount)
            current[rate] = current.get(rate, ZERO) + as_decimal(amount)
        self.amount_initial = initial
        self.amount_amendments = notified
        self.amount_amendments_pending = pending
        self.amount_current = initial + notified
        self.amount_current_total = float(included(current))

    @api.depends("situation_ids")
    def _compute_situation_count(self):
        counts = dict(
            self.env["works.situation"]._read_group(
                [("contract_id", "in", self._origin.ids)], ["contract_id"], ["__count"]
            )
        )
        for contract in self:
            contract.situation_count = counts.get(contract._origin, 0)

    @api.depends("situation_ids.state", "situation_ids.move_id")
    def _compute_unbilled_advice(self):
        for contract in self:
            messages = [situation._unbilled_message() for situation in contract._unbilled_situations()]
            contract.unbilled_advice = "\n".join(messages) or False

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
