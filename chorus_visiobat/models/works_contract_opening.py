from odoo import api, fields, models
from odoo.exceptions import UserError

from ..decompte import Opening, dump_opening, load_opening
from ..decompte.money import ZERO

# What the dialog alone writes: the first statement starts from it, hence it must agree with itself.
OPENING_FIELDS = {
    "opening_data",
    "opening_progress",
    "opening_members_data",
    "opening_number",
    "opening_date",
    "opening_untaxed",
    "opening_tax",
    "opening_retention",
    "opening_advance_granted",
    "opening_advance_repaid",
}
# A statement in one of these started from the opening, for good.
BILLED_STATES = {"invoiced", "filed"}


class WorksContract(models.Model):
    """A contract begun in another program (*reprise de situation*): where its statements go on from.

    Kept as ``decompte.Opening``, which the first statement starts from as if it were a previous one. May be changed
    until a statement is invoiced; EUR, excluding VAT unless the name says otherwise.
    """

    _inherit = "works.contract"

    # prefetch: large, and read once a month
    opening_data = fields.Json(copy=False, prefetch=False)
    opening_progress = fields.Json(copy=False, prefetch=False)
    opening_members_data = fields.Json(copy=False, prefetch=False)
    opening_number = fields.Integer(
        "Last statement taken over",
        readonly=True,
        copy=False,
        tracking=True,
        help="Number of the last statement billed in another program: the statements go on from it.",
    )
    opening_date = fields.Date(
        "Taken over up to",
        readonly=True,
        copy=False,
        help="Last day of the works counted by the statements of the other program.",
    )
    opening_untaxed = fields.Monetary(
        "Taken over excl. tax",
        readonly=True,
        copy=False,
        help="Billed in another program, price variation included, excluding VAT.",
    )
    opening_tax = fields.Monetary(
        "VAT taken over", readonly=True, copy=False, help="Sum of the VAT invoiced in another program."
    )
    opening_retention = fields.Monetary(
        "Retention taken over",
        readonly=True,
        copy=False,
        help="Retention that the client held when the contract was taken over.",
    )
    opening_advance_granted = fields.Monetary(
        "Advance taken over",
        readonly=True,
        copy=False,
        help="Advance incl. tax that the client had paid when the contract was taken over.",
    )
    opening_advance_repaid = fields.Monetary(
        "Advance repaid before",
        readonly=True,
        copy=False,
        help="Part of this advance that the statements of the other program had repaid, incl. tax.",
    )
    opening_frozen = fields.Boolean(compute="_compute_opening_frozen", compute_sudo=True)

    _opening_complete = models.Constraint(
        "CHECK(COALESCE(opening_number, 0) = 0 OR opening_date IS NOT NULL)",
        "Opening balances: enter the last day of the works that the statement taken over counts.",
    )

    @api.depends("situation_ids.state")
    def _compute_opening_frozen(self):
        for contract in self:
            contract.opening_frozen = bool(BILLED_STATES & set(contract.situation_ids.mapped("state")))

    @api.depends("opening_untaxed", "opening_tax")
    def _compute_events(self):
        """What was billed elsewhere is billed, and admitted: the next statement starts from it."""
        result = super()._compute_events()
        for contract in self.filtered("opening_untaxed"):
            untaxed, total = contract.opening_untaxed, contract.opening_untaxed + contract.opening_tax
            contract.amount_billed += untaxed
            contract.amount_billed_total += total
            contract.amount_admitted += untaxed
            contract.amount_admitted_total += total
            contract.is_answered = True
        return result

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_opening_values(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_opening_values(vals)
        return super().write(vals)

    def _check_opening_values(self, vals):
        if not self.env.su and OPENING_FIELDS & vals.keys():
            raise UserError(
                self.env._("Opening balances are entered with the button Opening balances, which checks them together.")
            )

    def action_opening(self):
        """Open the opening balances of the contract, to be entered or corrected.

        :raises UserError: a statement has been invoiced since.
        """
        self.ensure_one()
        self.check_access("write")
        self._check_opening_open()
        wizard = self.env["works.opening"]._of_contract(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Opening balances"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _check_opening_open(self):
        """:raises UserError: a statement is invoiced, which started from the opening."""
        self.ensure_one()
        if self.opening_frozen:
            first = self.situation_ids.filtered(lambda situation: situation.state in BILLED_STATES).sorted("number")[0]
            raise UserError(
                self.env._(
                    "Opening balances: statement %(statement)s is invoiced and started from them. Take it back to "
                    "draft first; once it is sent, correct the next statement instead.",
                    statement=first.name,
                )
            )

    def _opening(self) -> Opening | None:
        """What the other program left; None for a contract begun here."""
        self.ensure_one()
        data = self.sudo().opening_data
        return load_opening(data) if data else None

    def _opening_members(self):
        """What the other program left of the other members of a joint venture: dict party id → ``decompte.Opening``."""
        self.ensure_one()
        return {party: load_opening(data) for party, data in self.sudo().opening_members_data or ()}

    def _set_opening(self, number, date, opening: Opening | None, progress, members):
        """Write the opening, which the open draft follows; None: the contract begins here.

        :param progress: list of [post id, mode, cumulative progress in this mode]
        :param members: dict party id → ``decompte.Opening`` of the other members of a joint venture
        :raises UserError: a statement is invoiced.
        """
        self.ensure_one()
        self._check_opening_open()
        before = self.sudo().opening_progress
        carried = opening.carried if opening else None
        self.sudo().write(
            {
                "opening_data": opening and dump_opening(opening),
                "opening_progress": opening and progress,
                "opening_members_data": [[party, dump_opening(one)] for party, one in members.items()],
                "opening_number": number,
                "opening_date": date,
                "opening_untaxed": float(sum(opening.invoiced_base.values(), ZERO)) if opening else 0.0,
                "opening_tax": float(sum(opening.invoiced_vat.values(), ZERO)) if opening else 0.0,
                "opening_retention": float(carried.retention) if opening else 0.0,
                "opening_advance_granted": float(carried.advance.granted) if opening else 0.0,
                "opening_advance_repaid": float(carried.advance.repaid) if opening else 0.0,
            }
        )
        draft = self._last_situation(("draft",))
        if draft and not draft.previous_id:
            draft._restart_from_opening(before)


class WorksContractLine(models.Model):
    _inherit = "works.contract.line"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_taken_over(self):
        for line in self:
            opening = line.contract_id._opening()
            if opening and opening.previous.get(line.id):
                raise UserError(
                    self.env._(
                        "Post %(post)s: the opening balances count works on it. Bring them to nil there first.",
                        post=line.display_name,
                    )
                )


class WorksContractParty(models.Model):
    _inherit = "works.contract.party"

    def _taken_over(self):
        """What the opening of the contract says was paid to this subcontractor (EUR, price variation included)."""
        self.ensure_one()
        opening = self.contract_id._opening()
        paid = opening.carried.direct_payments.get(self._origin.id) if opening else None
        return float(paid.total) if paid else 0.0

    @api.depends("contract_id.opening_data")
    def _compute_amount_paid(self):
        result = super()._compute_amount_paid()
        for party in self:
            party.amount_paid += party._taken_over()
        return result

    def _check_not_paid(self):
        for party in self:
            if party._taken_over():
                raise UserError(
                    self.env._(
                        "%(name)s was paid directly before the contract was taken over: he stays in it as he is. "
                        "Bring his payments to nil in the opening balances first.",
                        name=party.display_name,
                    )
                )
        return super()._check_not_paid()
