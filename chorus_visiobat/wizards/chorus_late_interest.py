from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..decompte.late_interest import RateMissing, Receipt, late_interest
from ..report import french

REPORT = "chorus_visiobat.report_late_interest_letter"
# Accounts of the French chart: income of trade receivables, other current income.
INTEREST, INDEMNITY = "pcg_7631", "pcg_758"
CODES = {INTEREST: "763100", INDEMNITY: "758000"}


class ChorusLateInterest(models.TransientModel):
    """Late interest and the 40 EUR indemnities of public clients (*intérêts moratoires*), explained, then claimed.

    They are due without being asked for; the letter reminds the client. Nothing is booked unless the user says so: most
    firms book them when they are agreed to, or received. Neither bears VAT (code de la commande publique, L. 2192-13).
    """

    _name = "chorus.late.interest"
    _description = "Late interest of public clients"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
        help="Company whose clients pay late.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(
        "Reckoned up to",
        required=True,
        default=fields.Date.context_today,
        help="Interest of what is not paid yet is reckoned up to this day, the date of the letter.",
    )
    document_ids = fields.Many2many("chorus.document", help="Papers looked at. None: all those paid late.")
    line_ids = fields.One2many(
        "chorus.late.interest.line",
        "wizard_id",
        "Late papers",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
        help="What each client owes for each paper; untick what you do not claim.",
    )
    amount_total = fields.Monetary(
        "To be claimed", compute="_compute_amount_total", help="Interest and indemnities of the lines ticked."
    )
    missing_rates = fields.Text(
        "Rates to enter", compute="_compute_missing_rates", help="Half-years whose rate of the Central Bank is missing."
    )

    @api.depends("date", "company_id", "document_ids")
    def _compute_line_ids(self):
        for wizard in self:
            wizard.line_ids = [Command.clear(), *(Command.create(values) for values in wizard._found())]

    @api.depends("line_ids.is_included", "line_ids.amount_total")
    def _compute_amount_total(self):
        for wizard in self:
            wizard.amount_total = sum(wizard.line_ids.filtered("is_included").mapped("amount_total"))

    @api.depends("line_ids.missing_half_year")
    def _compute_missing_rates(self):
        for wizard in self:
            days = sorted(set(wizard.line_ids.mapped("missing_half_year")) - {False})
            wizard.missing_rates = "\n".join(wizard._missing_message(day) for day in days) or False

    def _missing_message(self, day):
        return self.env._(
            "The rate of the Central Bank on %(day)s is not known: enter it in Configuration › Rates of the Central "
            "Bank, then open this dialog again.",
            day=format_date(self.env, day),
        )

    def _found(self):
        """Values of the lines: the papers paid late, or late now."""
        self.ensure_one()
        if not self.date:
            return []
        papers = self.document_ids._origin
        if not papers:
            papers = self.env["chorus.document"].search(
                [("company_id", "=", self.company_id.id), ("origin", "=", "ours"), ("late_days", ">", 0)],
                order="payment_due_date, id",
            )
        return [values for paper in papers if (values := paper._late_values(self.date))]

    # --- the letter ---

    def action_print(self):
        """Make one letter for each client, kept with his papers, and show them.

        :raise UserError: nothing is ticked, or a rate is missing
        """
        lines = self._checked_lines()
        letters = self.env["ir.attachment"]
        for payer, group in lines.grouped("payer_id").items():
            letters |= self._write_letter(payer, group)
        if len(letters) == 1:
            return {"type": "ir.actions.act_url", "url": f"/web/content/{letters.id}?download=true", "target": "new"}
        return letters._get_records_action(name=self.env._("Letters"))

    def _write_letter(self, payer, lines):
        """The letter to a client, kept with the first of the papers and told in the chatter of each."""
        content = self.env["chorus.pdf"]._render(REPORT, lines, archival=True)
        papers = lines.document_id
        name = self.env._("Late interest %(client)s %(date)s.pdf", client=payer.name, date=self.date)
        letter = (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": name.replace("/", "-"),
                    "raw": content,
                    "mimetype": "application/pdf",
                    "res_model": papers._name,
                    "res_id": papers[0].id,
                }
            )
        )
        for line in lines:
            line.document_id.sudo().write({"late_claimed_date": self.date, "late_claimed_amount": line.amount_total})
            line.document_id._note(
                self.env._(
                    "Late interest claimed from %(client)s: %(amount)s.",
                    client=payer.name,
                    amount=self.currency_id.format(line.amount_total),
                ),
                line.explanation,
            )
        papers[0].sudo().message_post(attachment_ids=letter.ids, subtype_xmlid="mail.mt_note")
        return letter.sudo(False)

    def _checked_lines(self):
        self.ensure_one()
        self.check_access("write")
        lines = self.line_ids.filtered("is_included")
        problems = [self._missing_message(day) for day in sorted(set(lines.mapped("missing_half_year")) - {False})]
        if not lines:
            problems.append(self.env._("Tick at least one paper whose interest you claim."))
        if problems:
            raise UserError("\n".join(problems))
        return lines

    # --- the entry ---

    def action_post(self):
        """Book what is claimed, one entry for each client: 411 / 763100 interest, 758000 indemnity, no VAT.

        :raise UserError: everything that prevents it, at once; nothing is written then
        :return: action that shows the entries
        """
        lines = self._checked_lines()
        problems = self.company_id._works_entry_problems(self.date, CODES)
        problems += [
            self.env._(
                "%(paper)s: its interest is booked already, by %(entry)s. Untick it, or reverse that entry first to "
                "book the whole of what is owed now.",
                paper=paper.name,
                entry=entry.name,
            )
            for paper in lines.document_id
            if (entry := paper.sudo().late_entry_id).state == "posted" and not entry.reversal_move_ids
        ]
        if problems:
            raise UserError("\n".join(problems))
        entries = self.env["account.move"]
        for payer, group in lines.grouped("payer_id").items():
            entry = entries.with_company(self.company_id).create(self._entry_values(payer, group))
            entry.action_post()
            group.document_id.sudo().late_entry_id = entry
            entries |= entry
        return entries._get_records_action(name=self.env._("Entries"))

    def _entry_values(self, payer, lines):
        receivable = payer.with_company(self.company_id).property_account_receivable_id
        items = []
        for line in lines:
            name = self.env._("Late interest %(number)s", number=line.document_id.number)
            items += [
                (receivable, line.amount_total, name),
                (self.company_id._works_chart_ref(INTEREST), -line.interest, name),
                (self.company_id._works_chart_ref(INDEMNITY), -line.indemnity, name),
            ]
        return {
            "move_type": "entry",
            "journal_id": self.company_id._works_entry_journal().id,
            "date": self.date,
            "ref": self.env._("Late interest and indemnities – %(client)s", client=payer.name),
            "line_ids": [
                Command.create({"account_id": account.id, "partner_id": payer.id, "name": name, "balance": balance})
                for account, balance, name in items
                if not self.currency_id.is_zero(balance)
            ],
        }


class ChorusLateInterestLine(models.TransientModel):
    """What a client owes for one paper paid late: amounts in EUR, days and rate as the law reckons them."""

    _name = "chorus.late.interest.line"
    _description = "Late interest of a paper"
    _order = "payer_id, payment_due_date, id"

    wizard_id = fields.Many2one("chorus.late.interest", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="wizard_id.company_id")
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    date = fields.Date(related="wizard_id.date")
    document_id = fields.Many2one(
        "chorus.document", "Paper", required=True, ondelete="cascade", help="Paper that was paid late."
    )
    payer_id = fields.Many2one("res.partner", "Client", required=True, help="Public body that owes the interest.")
    is_included = fields.Boolean("Claim", help="Untick what you do not claim now.")
    claimed_date = fields.Date("Claimed on", help="When a letter was made for this paper already.")
    payment_due_date = fields.Date("To be paid by", help="Last day on which the client could pay.")
    payment_date = fields.Date("Paid on", help="Day of the payment; empty as long as something is owed.")
    days = fields.Integer("Days late", help="From the day after the last day of payment to the payment included.")
    principal = fields.Monetary("Paid late", help="EUR incl. tax on which interest runs first: retention left out.")
    rate = fields.Float("Rate %", digits=(16, 4), help="Rate of the Central Bank of the half-year, and eight points.")
    interest = fields.Monetary(help="Late interest, without VAT.")
    indemnity = fields.Monetary(help="Fixed indemnity for recovery costs, once for each paper.")
    amount_total = fields.Monetary("Total", help="Interest and indemnity.")
    explanation = fields.Text("How it is reckoned", help="Each stretch of days with its base and its interest.")
    missing_half_year = fields.Date()


class ChorusDocument(models.Model):
    _inherit = "chorus.document"

    late_claimed_date = fields.Date(
        "Interest claimed on", readonly=True, copy=False, help="Date of the last letter that claims late interest."
    )
    late_claimed_amount = fields.Monetary(
        "Interest claimed", readonly=True, copy=False, help="Interest and indemnity of the last letter."
    )
    late_entry_id = fields.Many2one(
        "account.move",
        "Entry of the interest",
        readonly=True,
        copy=False,
        ondelete="set null",
        groups="account.group_account_invoice,account.group_account_readonly",
        help="Entry that books the late interest of this paper.",
    )

    def action_late_interest(self):
        """Open what the clients of these papers owe for paying late."""
        self.check_access("read")
        wizard = self.env["chorus.late.interest"].create(
            {"document_ids": [Command.set(self.ids)], "company_id": (self.company_id[:1] or self.env.company).id}
        )
        return wizard._get_records_action(
            name=self.env._("Late interest"), target="new", context={"dialog_size": "extra-large"}
        )

    def _late_values(self, until):
        """Values of a line of the dialog; empty where nothing is owed.

        :param until: date up to which the interest of what is not paid is reckoned
        """
        self.ensure_one()
        if not self.payment_due_date:
            return {}
        principal = self._principal()
        told = self.payment_told_date
        receipts = self._receipts()
        if told and not receipts:
            # Chorus Pro tells the payment before the bank shows it.
            receipts = [Receipt(told, principal)]
        common = {
            "document_id": self.id,
            "payer_id": self._payer().id,
            "claimed_date": self.late_claimed_date,
            "payment_due_date": self.payment_due_date,
            "payment_date": self.payment_date,
            "principal": float(principal),
        }
        try:
            owed = late_interest(
                principal, self.payment_due_date, receipts, self.env["chorus.bank.rate"]._by_half_year(), until
            )
        except RateMissing as missing:
            return {**common, "missing_half_year": missing.half_year, "days": self.late_days}
        if not owed.total:
            return {}
        return {
            **common,
            "is_included": not self.late_claimed_date,
            "principal": float(owed.stretches[0].base),
            "days": owed.days,
            "rate": float(owed.rate),
            "interest": float(owed.interest),
            "indemnity": float(owed.indemnity),
            "amount_total": float(owed.total),
            "explanation": "\n".join(_told(stretch, owed.rate) for stretch in owed.stretches),
        }

    def _payer(self):
        """The public body that pays this paper."""
        contract, move = self.contract_id, self.sudo().move_id
        return (contract.payer_partner_id or contract.moa_partner_id or move.partner_id).commercial_partner_id


def _told(stretch, rate):
    """One stretch of days as its calculation reads, in French: the letter says the same."""
    return (
        f"{french.euros(stretch.base)} × {french.percent(rate)} × {stretch.days} j / 365 = "
        f"{french.euros(stretch.interest)}"
    )
