from dataclasses import replace

from odoo import fields, models

from ..decompte import (
    AdvanceState,
    Carried,
    DecompteError,
    Month,
    Opening,
    Paid,
    Progress,
    as_decimal,
    check_opening,
    check_progress,
    expected_opening,
)
from ..decompte.money import ZERO
from .works_opening import money


class WorksOpening(models.TransientModel):
    """From the opening balances typed to ``decompte``, and all that is wrong with them."""

    _inherit = "works.opening"

    def _own_lines(self):
        """Rows of our own posts: those of the other members of a joint venture make no part of our sums."""
        return self.line_ids.filtered(lambda line: not line.party_id._is_paid_apart())

    def _posts(self):
        return [line.contract_line_id._post() for line in self._own_lines()]

    def _amounts(self):
        return {line.contract_line_id._origin.id: money(line.cumulative) for line in self._own_lines()}

    def _members(self):
        """What each other member of the venture left, as his clauses give it: dict party id → ``decompte.Opening``.

        :raises DecompteError: one of their posts is inconsistent.
        """
        found = {}
        for party in self.contract_id.member_ids.filtered(lambda party: party._is_paid_apart()):
            lines = self.line_ids.filtered(lambda line, party=party: line.party_id == party)
            found[party.id] = expected_opening(
                [line.contract_line_id._post() for line in lines],
                {line.contract_line_id._origin.id: money(line.cumulative) for line in lines},
                variation={},
                terms=party._member_terms(Carried()),
                month=Month(
                    executed=self.date or None,
                    guaranteed=party._is_guaranteed(self.date),
                    advance_granted=money(party.advance_amount),
                ),
            )
        return found

    def _member_problems(self):
        """What is wrong with the posts of the other members: list of ``decompte.Problem``."""
        problems = []
        for party, opening in self._members().items():
            lines = self.line_ids.filtered(lambda line, party=party: line.party_id.id == party)
            posts = [replace(line.contract_line_id._post(), mode="amount") for line in lines]
            progress = [Progress(post.key, amount=opening.previous[post.key]) for post in posts]
            problems += [one for one in check_progress(posts, progress, {}) if one.code != "nothing_moves"]
        return problems

    def _variation(self):
        return {as_decimal(vat.rate): money(vat.variation) for vat in self.vat_ids if vat.variation}

    def _opening(self):
        """:return: ``decompte.Opening`` as typed.

        :raises DecompteError: more of the advance is repaid than granted.
        """
        amounts, variation = self._amounts(), self._variation()
        bases = dict(variation)
        for line in self._own_lines():
            rate = as_decimal(line.rate)
            bases[rate] = bases.get(rate, ZERO) + money(line.cumulative)
        return Opening(
            previous=amounts,
            invoiced_vat={as_decimal(vat.rate): money(vat.tax) for vat in self.vat_ids},
            invoiced_base=bases,
            carried=Carried(
                variation=variation,
                retention=money(self.retention),
                advance=AdvanceState(granted=money(self.advance_granted), repaid=money(self.advance_repaid)),
                direct_payments={
                    payment.party_id._origin.id: Paid(
                        total=money(payment.amount + payment.variation), base=money(payment.amount)
                    )
                    for payment in self.payment_ids
                    if payment.amount or payment.variation
                },
                penalties=money(self.penalties),
                other_deductions=money(self.other_deductions),
                prorata=money(self.prorata),
                debt=-money(self.debt),
            ),
        )

    def _problems(self):
        """:return: tuple (what prevents from saving, what deserves a look) of lists of French sentences"""
        contract = self.contract_id
        blocking, advice = self._heading_problems(), []
        try:
            opening = self._opening()
            found = check_opening(
                opening,
                self._posts(),
                contract._terms(opening.carried),
                statements=max(self.number, 1),
                month=Month(
                    executed=self.date or None,
                    series=contract.formula_ids.weight_ids.index_id._series(),
                    guaranteed=bool(self.date) and contract._is_guaranteed(self.date),
                ),
            )
            found += self._member_problems()
        except DecompteError as error:
            found = error.problems
        for problem in found:
            (blocking if problem.blocking else advice).append(problem.message)
        return blocking, advice

    def _heading_problems(self):
        problems = []
        if self.number < 1:
            problems.append(self.env._("Last statement no.: enter the number of the last statement billed, from 1 on."))
        if self.date and self.date > fields.Date.context_today(self):
            problems.append(self.env._("Works up to: the last statement cannot count works to come. Enter its date."))
        draft = self.contract_id._last_situation(("draft",))
        if draft and self.date and self.date >= draft.period_end:
            problems.append(
                self.env._(
                    "Works up to: statement %(statement)s is open, and counts the works from there on. Enter an "
                    "earlier date, or a later one on this statement.",
                    statement=draft.name,
                )
            )
        if self.post_entry and not self.counterpart_account_id:
            problems.append(
                self.env._("Counterpart: choose the account of the opening entry, or untick Post an opening entry.")
            )
        elif self.post_entry and not (self.retention or self.advance_granted - self.advance_repaid):
            problems.append(
                self.env._("Opening entry: no retention is held and no advance is left. Untick it, there is nothing.")
            )
        return problems
