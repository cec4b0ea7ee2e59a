from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..decompte import DecompteError, JointStatement
from ..decompte.money import ZERO
from ..decompte.wording import euros
from .works_contract_joint import US

# Columns of the table of the venture: totals of ``decompte`` by the name that the page gives them.
COLUMNS = {
    "excluded": "total_excluded",
    "tax": "total_tax",
    "included": "total_included",
    "retention": "retention",
    "granted": "advance_granted",
    "repaid": "advance_repaid",
    "payable": "total_payable",
}


class WorksSituation(models.Model):
    """The statement that the lead of a joint venture files: ours, with those of the other members beside it.

    Our amounts and our invoice are our own share; the table shows every member, with his account, and their sum
    (*répartition par cotraitant*; works-billing.md §2.9, G6). Under a single account all of it is ours to invoice, and
    the table tells the works of each.
    """

    _inherit = "works.situation"

    member_ids = fields.One2many(
        "works.situation.member", "situation_id", "Members", help="Statements of the other members of the venture."
    )
    member_line_ids = fields.One2many(
        "works.situation.member.line",
        "situation_id",
        "Posts of the other members",
        help="Progress of the posts of the other members, as they give it to you.",
    )
    is_joint = fields.Boolean(compute="_compute_is_joint")
    joint_table = fields.Html(
        "Share of each member",
        compute="_compute_joint_table",
        sanitize=False,
        help="What each member of the venture asks for this month, on which account, and their sum.",
    )

    @api.depends("contract_id.member_ids", "contract_id.role")
    def _compute_is_joint(self):
        for situation in self:
            situation.is_joint = situation.contract_id.role == "lead" and bool(situation.contract_id.member_ids)

    # --- life ---

    def write(self, vals):
        """The members follow what is typed of them on the form of the statement."""
        result = super().write(vals)
        if "member_line_ids" in vals:
            for situation in self:
                if situation.state == "draft":
                    situation.member_ids._recompute()
                else:
                    situation.member_ids._keep_closing()
                    situation._members_changed()
        return result

    def _fill_lines(self):
        result = super()._fill_lines()
        self._fill_members()
        return result

    def _fill_members(self):
        """Give a draft the posts of the other members, each at the progress of last month."""
        self.ensure_one()
        contract = self.contract_id.sudo()
        record = self.sudo().with_context(works_defer_recompute=True)
        strangers = record.line_ids.filtered(lambda line: line.contract_line_id not in contract._own_lines())
        strangers.unlink()
        parties = contract.member_ids.filtered(lambda party: party._is_paid_apart())
        record.member_ids.filtered(lambda member: member.party_id not in parties).unlink()
        before = {line.contract_line_id.id: line.cumulative for line in record.previous_id.member_line_ids}
        if not record.previous_id:
            for opening in contract._opening_members().values():
                before |= {post: float(amount) for post, amount in opening.previous.items()}
        for party in parties:
            member = record.member_ids.filtered(lambda member, party=party: member.party_id == party)
            member = member or member.create({"situation_id": self.id, "party_id": party.id})
            posts = contract.line_ids.filtered(lambda line, party=party: line.party_id == party)
            member.line_ids.filtered(lambda line, posts=posts: line.contract_line_id not in posts).unlink()
            member.line_ids.create(
                [
                    {
                        "member_id": member.id,
                        "contract_line_id": post.id,
                        "cumulative": before.get(post.id, 0.0),
                    }
                    for post in posts - member.line_ids.contract_line_id
                ]
            )._follow_amount()
        record._freeze_members()

    def _freeze_previous(self):
        result = super()._freeze_previous()
        self._freeze_members()
        return result

    def _freeze_members(self):
        """Take the snapshot of what each member had billed: his own, as admitted."""
        situation = self.sudo()
        before = dict(situation.contract_id.opening_members_data or ())
        if situation.previous_id:
            before = {one.party_id.id: one.closing_data for one in situation.previous_id.member_ids}
        for member in situation.member_ids.with_context(works_defer_recompute=True):
            member.opening_data = before.get(member.party_id.id)
            previous = member._opening().previous
            for line in member.line_ids:
                line.previous = float(previous.get(line.contract_line_id.id, ZERO))

    def _recompute(self):
        result = super()._recompute()
        self.member_ids._recompute()
        return result

    def _freeze(self):
        result = super()._freeze()
        self.member_ids._freeze()
        return result

    def _members_changed(self):
        """Carry what was admitted of the members into the open draft that follows."""
        for situation in self:
            following = self.search([("previous_id", "=", situation.id), ("state", "=", "draft")], limit=1)
            following._freeze_members()
            following.member_ids._recompute()

    def _statement_problems(self):
        problems = super()._statement_problems()
        for member in self.member_ids:
            problems += member._problems()
        return problems

    # --- the table ---

    def _venture(self):
        """:return: ``decompte.JointStatement``: every member, ourselves first."""
        self.ensure_one()
        situation = self.sudo()
        ours, *others = situation.contract_id._venture()
        shown = {member.party_id.id: member for member in situation.member_ids}
        members = (ours, *(one for one in others if one.key in shown))
        statements = {US: situation._statement()} | {key: member._statement() for key, member in shown.items()}
        return JointStatement(members, {one.key: statements[one.key] for one in members})

    def _joint_rows(self):
        """The table of the venture (*répartition par cotraitant*), the sum last; empty without a venture.

        :return: list of dict: label, siret, lead (bool), total (bool), account (IBAN), and EUR of the month (Decimal):
            excluded, tax, included, retention, granted, repaid, payable. Under a single account, what is not told of
            each member is None.
        """
        self.ensure_one()
        if not self.is_joint:
            return []
        if self.contract_id.joint_single_account:
            return self._single_account_rows()
        venture = self._venture()
        partners = {one.id: one.partner_id for one in self.contract_id.member_ids}
        partners[US] = self.company_id.partner_id
        rows = [
            {
                **{name: self._month_of(venture.statements[one.key].totals, total) for name, total in COLUMNS.items()},
                "label": one.label,
                "siret": partners[one.key]._chorus_siret(),
                "lead": one.lead,
                "account": one.account,
                "total": False,
            }
            for one in venture.members
        ]
        sums = {name: venture.total(total).month for name, total in COLUMNS.items()}
        return [*rows, {**sums, "label": "", "siret": "", "lead": False, "account": "", "total": True}]

    def _single_account_rows(self):
        statement = self._statement()
        unknown = dict.fromkeys(COLUMNS)
        works = {}
        for line in statement.lines:
            works[line.post.party_key] = works.get(line.post.party_key, ZERO) + line.amount
        others = {one.id: one for one in self.contract_id.member_ids}
        ours = sum((amount for key, amount in works.items() if key not in others), ZERO)
        parts = [(self.company_id.name, self.company_id.partner_id, True, ours)]
        parts += [(one.display_name, one.partner_id, False, works.get(key, ZERO)) for key, one in others.items()]
        rows = [
            {
                **unknown,
                "label": label,
                "siret": partner._chorus_siret(),
                "lead": lead,
                "account": "",
                "excluded": amount,
                "total": False,
            }
            for label, partner, lead, amount in parts
        ]
        sums = {name: self._month_of(statement.totals, total) for name, total in COLUMNS.items()}
        account = self.contract_id._our_account()
        return [*rows, {**sums, "label": "", "siret": "", "lead": False, "account": account, "total": True}]

    def _month_of(self, totals, name):
        return totals[name].month if name in totals else ZERO

    @api.depends_context("uid")  # bank accounts are not for everybody
    @api.depends(
        "is_joint",
        "amount_total",
        "amount_payable",
        "member_line_ids.cumulative",
        "member_ids.amount_payable",
        "contract_id.member_ids.bank_id",
    )
    def _compute_joint_table(self):
        for situation in self:
            try:
                rows = situation._joint_rows() if situation.line_ids else []
            except (DecompteError, UserError):
                rows = []
            situation.joint_table = situation._joint_html(rows) if rows else False

    def _joint_html(self, rows):
        """The table on the screen; bank accounts for those who bill."""
        with_account = self.env.su or self.env.user.has_group("chorus_visiobat.group_billing")
        columns = {
            "excluded": self.env._("Month excl. tax"),
            "tax": self.env._("VAT"),
            "included": self.env._("Month incl. tax"),
            "retention": self.env._("Retention"),
            "granted": self.env._("Advance asked for"),
            "repaid": self.env._("Advance repaid"),
            "payable": self.env._("Net payable"),
        }
        shown = {name: label for name, label in columns.items() if any(row[name] for row in rows)}
        head = Markup().join(Markup("<th class='text-end'>%s</th>") % label for label in shown.values())
        cell = Markup("<td class='text-end text-nowrap'>%s</td>")
        body = Markup().join(
            Markup("<tr class='%s'><td>%s</td>%s<td class='text-nowrap'>%s</td></tr>")
            % (
                "fw-bold" if row["total"] else "",
                self._row_label(row),
                Markup().join(cell % ("" if row[name] is None else euros(row[name])) for name in shown),
                row["account"] if with_account else "",
            )
            for row in rows
        )
        account = self.env._("Account") if with_account else ""
        return Markup("<table class='table table-sm'><tr><th></th>%s<th>%s</th></tr>%s</table>") % (head, account, body)

    def _row_label(self, row):
        if row["total"]:
            return self.env._("Total of the venture")
        return self.env._("%(member)s (lead)", member=row["label"]) if row["lead"] else row["label"]
