from dateutil.relativedelta import relativedelta
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class WorksMonthOpen(models.TransientModel):
    """*Créer les situations du mois*: the drafts of many contracts in one go, and what is left out with its reason."""

    _name = "works.month.open"
    _description = "Statements of the month"

    period_end = fields.Date(
        "Works up to",
        required=True,
        default=lambda self: self._default_period_end(),
        help="Last day of the works counted by these statements, usually the end of the month.",
    )
    asked_ids = fields.Many2many(
        "works.contract", "works_month_open_asked_rel", default=lambda self: self._default_asked_ids()
    )
    contract_ids = fields.Many2many(
        "works.contract",
        "works_month_open_contract_rel",
        compute="_compute_contract_ids",
        store=True,
        readonly=False,
        help="Contracts that get a draft statement, last month copied. Remove those that you do not want.",
    )
    left_out = fields.Html(
        compute="_compute_left_out", sanitize=False, help="Contracts that get no statement, and why."
    )
    report = fields.Html(readonly=True, sanitize=False, help="Contracts whose statement could not be created, and why.")
    created_ids = fields.Many2many("works.situation", readonly=True, help="Statements created.")

    @api.model
    def _default_period_end(self):
        today = fields.Date.context_today(self)
        return today + relativedelta(day=31) if today.day > 15 else today + relativedelta(months=-1, day=31)

    @api.model
    def _default_asked_ids(self):
        if self.env.context.get("active_model") == "works.contract" and self.env.context.get("active_ids"):
            return self.env["works.contract"].browse(self.env.context["active_ids"])
        companies = [("company_id", "in", self.env.companies.ids)]
        return self.env["works.contract"].search([("state", "=", "running"), *companies])

    @api.depends("period_end", "asked_ids")
    def _compute_contract_ids(self):
        for wizard in self:
            end, asked = wizard.period_end, wizard.asked_ids._origin  # in a form they are copies, which no search finds
            wizard.contract_ids = asked.filtered(lambda one, end=end: not one._month_obstacle(end))

    @api.depends("period_end", "asked_ids")
    def _compute_left_out(self):
        for wizard in self:
            obstacles = [(one, one._month_obstacle(wizard.period_end)) for one in wizard.asked_ids._origin]
            wizard.left_out = wizard._html_table([(one, why) for one, why in obstacles if why])

    @api.model
    def _html_table(self, rows):
        if not rows:
            return False
        row = Markup("<tr><td>%s</td><td>%s</td></tr>")
        cells = Markup().join(row % (contract.display_name, why) for contract, why in rows)
        return Markup("<table class='table table-sm mb-0'>%s</table>") % cells

    def action_create_statements(self):
        """Create the drafts, each contract on its own: what fails is told with its reason, and undoes nothing else.

        :return: action showing the statements created, or this page again when some failed.
        :raises UserError: no contract is left.
        """
        self.ensure_one()
        Situation = self.env["works.situation"]
        Situation._check_can_bill()
        if not self.contract_ids:
            raise UserError(self.env._("Contracts: none is left to create a statement for. Choose another period."))
        created, failed = Situation, []
        for contract in self.contract_ids:
            try:
                with self.env.cr.savepoint():
                    obstacle = contract._month_obstacle(self.period_end)
                    if obstacle:
                        raise UserError(obstacle)
                    created += Situation.create({"contract_id": contract.id, "period_end": self.period_end})
            except UserError as error:
                failed.append((contract, str(error)))
        if not failed:
            return created._action_list(self.env._("Statements of the month"))
        self.write({"report": self._html_table(failed), "created_ids": [fields.Command.set(created.ids)]})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Statements of the month"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def action_view_created(self):
        """Show the statements that were created."""
        self.ensure_one()
        return self.created_ids._action_list(self.env._("Statements of the month"))


class WorksSituation(models.Model):
    _inherit = "works.situation"

    def _action_list(self, name):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": self._name,
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", self.ids)],
        }


class WorksContract(models.Model):
    _inherit = "works.contract"

    def _month_obstacle(self, period_end):
        """Why a contract gets no statement for a period (str), or False.

        :param period_end: date
        """
        self.ensure_one()
        if self.state != "running":
            return self.env._("It is not running: start it first.")
        try:
            self._check_can_open_situation()
        except UserError as error:
            return str(error)
        last = self._last_situation()
        if "monthly" not in self._kinds_after(last):
            return self.env._("%(statement)s ends its works: what follows is opened by hand.", statement=last.name)
        if period_end and last.period_end and last.period_end >= period_end:
            return self.env._(
                "%(statement)s counts the works up to %(date)s already.",
                statement=last.name,
                date=format_date(self.env, last.period_end),
            )
        return False
