from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..decompte import Member, Retention, Terms, as_decimal, round_money, share_out

# Our own key among the members: theirs are the ids of ``works.contract.party``.
US = "us"


class WorksContract(models.Model):
    """A joint venture (*groupement*) that we lead: who does what, and how each member is paid.

    Each member invoices his own share and is paid on his own account (works-billing.md §2.9). The contract holds the
    posts of all; those of the other members are neither in our amounts nor on our invoices, unless the contract pays
    a single account. Where we are a joint contractor ourselves, the contract holds our posts alone.
    """

    _inherit = "works.contract"

    member_ids = fields.One2many(
        "works.contract.party",
        "contract_id",
        "Other members",
        domain=[("role", "=", "co_contractor")],
        help="The other members of the joint venture that you lead. Say in the page Posts which works each of them "
        "does.",
    )
    joint_kind = fields.Selection(
        [("joint", "Joint (conjoint)"), ("several", "Jointly and severally liable (solidaire)")],
        "Joint venture",
        required=True,
        default="joint",
        tracking=True,
        help="Conjoint: each member answers for his own works. Solidaire: each answers for the whole contract.",
    )
    joint_single_account = fields.Boolean(
        "Single account",
        tracking=True,
        help="Solidaire only: the client pays the lead for all, on one account. You then invoice the works of all "
        "members, and they invoice you.",
    )
    joint_share = fields.Float(
        "Our share %",
        compute="_compute_joint_share",
        help="What the shares of the other members leave you in the posts common to all.",
    )

    _joint_single_account = models.Constraint(
        "CHECK(joint_single_account IS NOT TRUE OR joint_kind = 'several')",
        "Single account: it is for a venture whose members are jointly and severally liable (solidaire). Choose this "
        "kind, or untick it.",
    )

    @api.depends("member_ids.share")
    def _compute_joint_share(self):
        for contract in self:
            contract.joint_share = 100 - sum(contract.member_ids.mapped("share"))

    @api.constrains("member_ids")
    def _check_shares(self):
        for contract in self:
            if contract.joint_share < 0:
                raise ValidationError(
                    self.env._(
                        "Shares of the members: they exceed 100 % together. Lower some of them, ours is the rest."
                    )
                )

    def write(self, vals):
        if "joint_single_account" in vals:
            for contract in self:
                if contract.joint_single_account != vals["joint_single_account"] and contract._is_invoiced():
                    raise UserError(
                        self.env._("Single account: a statement is invoiced, it no longer changes for this contract.")
                    )
        result = super().write(vals)
        if "joint_single_account" in vals:
            self._refresh_draft_situation()
        return result

    def _is_invoiced(self):
        self.ensure_one()
        return bool(self.sudo().situation_ids.filtered(lambda situation: situation.state in ("invoiced", "filed")))

    def _own_lines(self):
        """The posts that we invoice: ours, those of our subcontractors, and under a single account those of all."""
        return self.line_ids.filtered(lambda line: not line.party_id._is_paid_apart())

    def _venture(self):
        """The members in the terms of ``decompte``, ourselves first: tuple of ``Member``."""
        self.ensure_one()
        ours = Member(US, self.company_id.name, bank=self._our_account(), share=as_decimal(self.joint_share), lead=True)
        return (ours, *(one._member() for one in self.member_ids))

    def _our_account(self):
        """IBAN on which we are paid (str): that of the assignee where the claim was assigned."""
        contract = self.sudo()
        bank = contract.assignment_bank_id if contract.assignment_kind else contract.company_id.partner_id.bank_ids[:1]
        return bank.acc_number or ""

    def action_share_out(self):
        """Divide the posts marked as common between the members, by their shares.

        :raises UserError: none is marked, or one has been billed.
        """
        self.ensure_one()
        self.check_access("write")
        common = self.line_ids.filtered("is_common")
        if not common or not self.member_ids:
            raise UserError(
                self.env._("Common posts: tick Common on the posts to be divided, and enter the members first.")
            )
        members = self._venture()
        for post in common:
            parts = share_out(members, round_money(as_decimal(post.amount)))
            values = {"mode": "percent", "quantity": 0.0, "price_unit": 0.0, "is_common": False}
            for member in self.member_ids:
                if parts[member.id]:
                    post.copy(
                        {**values, "contract_id": self.id, "party_id": member.id, "amount": float(parts[member.id])}
                    )
            post.write({**values, "amount": float(parts[US])})


class WorksContractLine(models.Model):
    _inherit = "works.contract.line"

    is_common = fields.Boolean(
        "Common",
        copy=False,
        help="Works common to all the members: the button Divide the common posts makes a post for each of them.",
    )

    def write(self, vals):
        if "party_id" in vals:
            apart = self.env["works.contract.party"].browse(vals["party_id"] or [])._is_paid_apart()
            for line in self:
                if (
                    line._is_billed()
                    and (apart or line.party_id._is_paid_apart())
                    and line.party_id.id != vals["party_id"]
                ):
                    raise UserError(
                        self.env._(
                            "Post %(post)s has been billed: it stays with the member who did it. Add a post for what "
                            "is left to do.",
                            post=line.display_name,
                        )
                    )
        return super().write(vals)

    def _is_billed(self):
        lines = self.env["works.situation.member.line"].sudo().search([("contract_line_id", "=", self.id)])
        return super()._is_billed() or any(
            line.cumulative or line.previous for line in lines if line.situation_id.state == "invoiced"
        )

    def unlink(self):
        lines = self.env["works.situation.member.line"].sudo().search([("contract_line_id", "in", self.ids)])
        lines.filtered(lambda line: line.situation_id.state == "draft").unlink()
        return super().unlink()


class WorksContractParty(models.Model):
    """A joint contractor (*cotraitant*): his own retention, guarantee and advance, as his statements have them."""

    _inherit = "works.contract.party"

    share = fields.Float("Share %", digits=(16, 4), help="His part of the posts common to all the members, in percent.")
    retention_rate = fields.Float("Retention %", digits=(16, 4), help="Retention that the client withholds from him.")
    guarantee_date = fields.Date(
        "Guarantee given on",
        help="From this day on, a bank guarantee stands in for his retention. Empty: it is withheld.",
    )
    advance_amount = fields.Monetary(
        "Advance incl. tax", help="Advance that he asked for, repaid as the contract says. 0: none."
    )
    statement_ids = fields.One2many("works.situation.member", "party_id")

    _member_range = models.Constraint(
        "CHECK(COALESCE(share, 0) BETWEEN 0 AND 100 AND COALESCE(retention_rate, 0) BETWEEN 0 AND 100 "
        "AND COALESCE(advance_amount, 0) >= 0)",
        "Member: his share and his retention are percentages between 0 and 100, and his advance is not negative.",
    )

    @api.constrains("share", "role")
    def _check_share(self):
        self.contract_id._check_shares()

    def _is_paid_apart(self):
        """Whether he invoices and is paid for his posts himself: an empty record is ourselves."""
        return self.role == "co_contractor" and not self.contract_id.joint_single_account

    def _is_guaranteed(self, day):
        """Whether a guarantee stands in for his retention of works counted up to a day."""
        self.ensure_one()
        return bool(day and self.guarantee_date and self.guarantee_date <= day)

    def _member(self):
        self.ensure_one()
        bank = self.sudo().bank_id
        return Member(self.id, self.display_name, bank=bank.acc_number or "", share=as_decimal(self.share))

    def _member_terms(self, carried):
        """What the contract says for this member, in the terms of ``decompte``.

        :param carried: ``decompte.Carried``: a clause stays as long as it holds money.
        """
        self.ensure_one()
        contract = self.contract_id
        whole = contract._terms(carried)
        retention = None
        if self.retention_rate or carried.retention:
            retention = Retention(
                rate=as_decimal(self.retention_rate),
                with_tax=contract.retention_base != "excluded",
                with_variation=contract.retention_base == "included_variation",
                legal_rate=contract._retention_cap(),
            )
        return Terms(
            formulas=whole.formulas,
            amendments=whole.amendments,
            retention=retention,
            advance=contract._advance_clause() if self.advance_amount or carried.advance.granted else None,
        )

    def _check_not_paid(self):
        for party in self:
            if party.sudo().statement_ids.filtered(
                lambda one: one.situation_id.state == "invoiced" and one.amount_total
            ):
                raise UserError(
                    self.env._(
                        "%(name)s stands on an invoiced statement: he stays in the venture as he is.",
                        name=party.display_name,
                    )
                )
        return super()._check_not_paid()

    def unlink(self):
        self.sudo().statement_ids.filtered(lambda one: one.situation_id.state == "draft").unlink()
        return super().unlink()
