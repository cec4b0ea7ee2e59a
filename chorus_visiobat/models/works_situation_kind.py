from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..decompte import Progress, as_decimal
from .works_situation import WITHOUT_INVOICE
from .works_situation_line import INPUT_FIELDS

WORKS_KINDS = ("monthly", "advance", "final")
# What may follow the end of the works, the usual one first (chorus-pro-api.md §3.2, works-billing.md §2.12).
FOLLOWING = {"final": ("general", "tacit"), "tacit": ("tacit", "general"), "general": ()}


class WorksSituation(models.Model):
    """The kinds of statements and their order: the works, the final statement, then the papers that bill nothing.

    monthly, advance… → final (A7, the balance) → general (A8, signed) │ tacit (A22, then A23)
    """

    _inherit = "works.situation"

    bears_invoice = fields.Boolean(compute="_compute_bears_invoice")

    @api.depends("kind")
    def _compute_bears_invoice(self):
        for situation in self:
            situation.bears_invoice = situation.kind not in WITHOUT_INVOICE

    @api.constrains("kind", "previous_id")
    def _check_kind_order(self):
        for situation in self.filtered(lambda situation: situation.state == "draft"):
            possible = situation.contract_id._kinds_after(situation.previous_id)
            if situation.kind not in possible:
                raise ValidationError(situation._kind_order_message(possible))

    def _kind_order_message(self, possible):
        self.ensure_one()
        names = dict(self._fields["kind"]._description_selection(self.env))
        if self.previous_id.kind not in FOLLOWING:
            return self.env._(
                "Kind: %(kind)s comes after the final statement, which %(contract)s has not got yet. Choose another "
                "kind, or make the final statement first.",
                kind=names[self.kind],
                contract=self.contract_id.display_name,
            )
        return self.env._(
            "Kind: after %(previous)s (%(previous_kind)s), the contract takes no statement of the kind %(kind)s any "
            "more. Choose: %(possible)s.",
            previous=self.previous_id.name,
            previous_kind=names[self.previous_id.kind],
            kind=names[self.kind],
            possible=", ".join(names[kind] for kind in possible),
        )

    def _balance_situation(self):
        """The last statement of works at or before this one: the final one, which bears the balance.

        Empty for no statement at all: a paper may come from none.
        """
        situation = self
        while situation and not situation.bears_invoice:
            situation = situation.previous_id
        return situation

    # A paper that bills nothing counts what the final statement counts, as admitted: to the cent, whatever the mode.

    def _posts(self):
        posts = super()._posts()
        return posts if self.bears_invoice else tuple(replace(post, mode="amount") for post in posts)

    def _progress_entered(self):
        if self.bears_invoice:
            return super()._progress_entered()
        return tuple(
            Progress(line.contract_line_id._origin.id, amount=as_decimal(line.previous)) for line in self.line_ids
        )

    def _period_problems(self):
        return super()._period_problems() if self.bears_invoice else []


class WorksSituationLine(models.Model):
    _inherit = "works.situation.line"

    def write(self, vals):
        if INPUT_FIELDS & vals.keys() and (papers := self.situation_id.filtered(lambda one: not one.bears_invoice)):
            raise UserError(
                self.env._(
                    "Progress: %(statement)s bills nothing more, its progress is that of %(final)s.",
                    statement=papers[0].name,
                    final=papers[0]._balance_situation().name,
                )
            )
        return super().write(vals)


class WorksContract(models.Model):
    _inherit = "works.contract"

    def _kinds_after(self, previous):
        """Kinds that the statement after another may have.

        :param previous: ``works.situation``, empty for the first one
        :return: tuple of str, the usual one first; empty once nothing follows
        """
        self.ensure_one()
        if previous.kind not in FOLLOWING:
            return WORKS_KINDS
        tacit_ended = previous.kind == previous.previous_id.kind == "tacit"
        # The general statement is made with the contractor, or with the lead for all the members.
        if tacit_ended or self.role not in ("holder", "lead"):
            return ()
        return FOLLOWING[previous.kind]

    def _check_can_open_situation(self):
        result = super()._check_can_open_situation()
        last = self._last_situation()
        if not self._kinds_after(last):
            raise UserError(
                self.env._(
                    "Contract %(contract)s: %(statement)s is its last paper, nothing follows it. Close the contract "
                    "once it is paid.",
                    contract=self.display_name,
                    statement=last.name,
                )
            )
        return result
