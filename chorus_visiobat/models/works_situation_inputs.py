from odoo import fields, models
from odoo.exceptions import UserError

from ..decompte import (
    Carried,
    DecompteError,
    Inputs,
    Month,
    Opening,
    as_decimal,
    dump_inputs,
    dump_opening,
    load_inputs,
    load_opening,
    round_money,
)

MONTH_KINDS = {"monthly": "monthly", "advance": "advance", "final": "final", "general": "final", "tacit": "final"}


class WorksSituation(models.Model):
    """From the records of a statement to ``decompte``, and what is kept of it.

    A draft is computed from the contract as it stands. An invoiced statement keeps what it was computed from, so that
    its figures and their explanation stay, whatever becomes of the contract and of the indexes; and it keeps what it
    leaves, which the next one starts from: the past is read in the previous statement alone.
    """

    _inherit = "works.situation"

    # prefetch: large, and read one at a time
    opening_data = fields.Json(copy=False, prefetch=False)
    closing_data = fields.Json(copy=False, prefetch=False)
    inputs_data = fields.Json(copy=False, prefetch=False)

    def _statement(self):
        """:return: ``decompte.Statement`` of this record as it stands, saved or being edited.

        :raises UserError: nothing can be computed; the message says what is wrong and how to cure it.
        """
        self.ensure_one()
        try:
            return self._held("statement", lambda: self._inputs().compute(self._opening()))
        except DecompteError as error:
            raise UserError(str(error)) from error

    def _reckoned_once(self):
        """This record for several questions in a row: nothing changes between them, it is computed once for all.

        Every question to 300 posts costs their reading again.

        :return: the same record; what it holds dies with it.
        """
        self.ensure_one()
        return self.with_context(works_reckoned={})

    def _held(self, what, reckon):
        held = self.env.context.get("works_reckoned")
        if held is None:
            return reckon()
        if (what, self.id) not in held:
            held[what, self.id] = reckon()
        return held[what, self.id]

    def _opening(self):
        """:return: ``decompte.Opening``: what the previous statements left.

        The first statement starts from nil; one invoiced before openings were kept, from its own columns.
        """
        self.ensure_one()
        if self.opening_data:
            return load_opening(self.opening_data)
        return Opening(
            previous={
                line.contract_line_id._origin.id: round_money(as_decimal(line.previous)) for line in self.line_ids
            },
            invoiced_vat={as_decimal(vat.rate): round_money(as_decimal(vat.previous_tax)) for vat in self.vat_ids},
            invoiced_base={as_decimal(vat.rate): round_money(as_decimal(vat.previous_base)) for vat in self.vat_ids},
            carried=Carried(),
        )

    def _inputs(self):
        """:return: ``decompte.Inputs`` of this record.

        :raises DecompteError: a number is not one.
        """
        self.ensure_one()
        return self._held("inputs", self._read_inputs)

    def _read_inputs(self):
        if self.state != "draft" and self.inputs_data:
            return load_inputs(self.inputs_data)
        # sudo: site managers see the totals of their statements, and no bank account
        situation = self.sudo()
        posts = situation._posts()
        return Inputs(
            posts=posts, progress=situation._progress_entered(), terms=situation._terms(), month=self._month()
        )

    def _posts(self):
        return tuple(line._post() for line in self.line_ids)

    def _progress_entered(self):
        return tuple(line._progress() for line in self.line_ids)

    def _terms(self):
        """:return: ``decompte.Terms``: the contract, with the clauses that past statements still hold money by."""
        return self.contract_id._terms(self._opening().carried)

    def _month(self):
        """:return: ``decompte.Month``: what happened this month."""
        contract = self.contract_id
        return Month(
            executed=self.period_end or None,
            series=contract.formula_ids.weight_ids.index_id._series(),
            kind=MONTH_KINDS[self.kind or "monthly"],
            advance_granted=self._advance_asked(),
            guaranteed=bool(self.period_end) and contract._is_guaranteed(self.period_end),
            retention_released=round_money(as_decimal(self.retention_released)),
            deductions=[one._deduction() for one in self.deduction_ids if one.amount and not one.at_admission],
            direct_payments=[one._direct_payment() for one in self.direct_payment_ids if one.party_id],
            quitus=self.quitus,
        )

    def _advance_asked(self):
        """EUR TTC (Decimal): what is left of the advance, on the statement that asks for it."""
        if self.kind != "advance":
            return round_money(as_decimal(0))
        left = round_money(as_decimal(self.contract_id.advance_amount)) - self._opening().carried.advance.granted
        return max(left, round_money(as_decimal(0)))

    # --- what is kept ---

    def _freeze(self):
        """Keep what the statement was computed from, and what it leaves."""
        for situation in self.sudo():
            inputs = situation._inputs()
            situation.inputs_data = dump_inputs(inputs)
            situation._keep_closing()

    def _closing_data(self):
        """JSON of what this statement leaves; reckoned for one invoiced before it was kept."""
        self.ensure_one()
        return self.sudo().closing_data or dump_opening(self._admitted().closing)
