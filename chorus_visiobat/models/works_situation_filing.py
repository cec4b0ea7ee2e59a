from odoo import api, fields, models
from odoo.exceptions import UserError

from ..chorus_api.rules import check_invoice_number, check_siret
from .account_move import CORRECTABLE_STAGES
from .works_situation_piece import REFUSED_STAGES

# Ends of the numbers proposed, after that of the invoice of the balance: the actors of a file reuse the contractor's
# number with a suffix (works-billing.md §2.12).
SUFFIXES = {"A8": "DGD", "A22": "PDG", "A23": "DGT"}
LONGEST = 20


class WorksSituation(models.Model):
    """*Préparer la pièce*: the papers that bill nothing (A8, A22, A23), frozen, numbered, then deposited.

    They state the balance that the final statement bills (works-billing.md, correction 4). Without any invoice, their
    number is their own. Amounts in EUR.
    """

    _inherit = "works.situation"

    piece_number = fields.Char(
        "Paper number",
        copy=False,
        tracking=True,
        help="Number under which Chorus Pro will know this paper, which has no invoice: short and unique, 20 "
        "characters at most. Left empty, the proposed one is taken.",
    )
    piece_number_proposal = fields.Char(
        "Proposed number", compute="_compute_piece_number_proposal", help="Number of the balance invoice, and an end."
    )
    filing_date = fields.Date(
        "Paper dated", copy=False, readonly=True, help="Day on which the paper was prepared: its figures are frozen."
    )
    balance_untaxed = fields.Monetary(
        "Balance excl. tax", compute="_compute_balance", help="Balance stated by this paper, excluding VAT."
    )
    balance_tax = fields.Monetary("VAT of the balance", compute="_compute_balance", help="VAT of the balance stated.")
    balance_total = fields.Monetary(
        "Balance incl. tax",
        compute="_compute_balance",
        help="Balance stated by this paper: as admitted in a general statement, as invoiced in the tacit procedure. "
        "The invoice of the final statement bills it; this paper bills nothing more.",
    )

    @api.depends("kind", "previous_id", "previous_id.admitted_untaxed", "previous_id.state")
    def _compute_balance(self):
        for situation in self:
            final = not situation.bears_invoice and situation._balance_situation()
            stated = None
            if final:
                admitted = final._admitted()
                stated = admitted.statement if situation.kind == "general" else admitted.kept
            situation.balance_untaxed = float(stated.total_excluded) if stated else 0.0
            situation.balance_tax = float(stated.total_tax) if stated else 0.0
            situation.balance_total = float(stated.total_included) if stated else 0.0

    @api.depends("framework_id", "previous_id", "piece_number", "state")
    def _compute_piece_number_proposal(self):
        for situation in self:
            situation.piece_number_proposal = not situation.bears_invoice and situation._propose_piece_number()

    def _propose_piece_number(self):
        invoice = self._balance_situation().sudo().move_id.name
        suffix = SUFFIXES.get(self.framework_id.code)
        if not invoice or not suffix:
            return False
        rank, number = 1, f"{invoice[: LONGEST - len(suffix) - 1]}-{suffix}"
        while self._piece_number_taken(number):
            rank += 1
            end = f"-{suffix}{rank}"
            number = invoice[: LONGEST - len(end)] + end
        return number

    def _piece_number_taken(self, number):
        """The paper or the statement that bears a number already, apart from this statement's own draft."""
        companies = self._issuer_companies()
        papers = self.env["chorus.document"].sudo().with_context(active_test=False)
        taken = papers.search(
            [("number", "=", number), ("origin", "=", "ours"), ("company_id", "in", companies.ids)]
        ).filtered(lambda paper: paper.situation_id != self._origin or paper.stage in REFUSED_STAGES)
        return taken[:1] or self.sudo().search(
            [
                ("piece_number", "=", number),
                ("company_id", "in", companies.ids),
                ("state", "!=", "cancelled"),
                ("id", "not in", self._origin.ids),
            ],
            limit=1,
        )

    # --- what stands in the way ---

    def _invoice_problems(self):
        return super()._invoice_problems() if self.bears_invoice else self._filing_problems()

    def _statement_problems(self):
        return super()._statement_problems() if self.bears_invoice else self._filing_problems()

    def _filing_problems(self):
        """Everything that prevents the paper of a statement without invoice from being prepared.

        :return: list of str, each naming the field and the cure.
        """
        self.ensure_one()
        final = self._balance_situation()
        problems = []
        if not self.framework_id:
            problems.append(
                self.env._("Billing framework: choose A8 for a general statement, A22 or A23 in the tacit procedure.")
            )
        elif self.framework_id.bears_invoice:
            problems.append(
                self.env._(
                    "Billing framework: %(framework)s is an invoice, and this statement bills nothing. Choose another.",
                    framework=self.framework_id.display_name,
                )
            )
        if final.is_unbilled:
            problems.append(final._unbilled_message())
        problems += check_siret(
            self.company_id.partner_id._chorus_siret(),
            label=self.env._("SIRET of your company"),
            check_digit=self.contract_id.chorus_environment == "production",
        )
        payer = self.contract_id.payer_partner_id
        problems += payer._chorus_siret_problems(self.contract_id.chorus_environment) if payer else []
        return problems + self._piece_number_problems() + self._file_problems()

    def _piece_number_problems(self):
        number = self.piece_number or self.piece_number_proposal
        if not number:
            return [self.env._("Paper number: type one, 20 characters at most.")]
        problems = check_invoice_number(number)
        if twin := self._piece_number_taken(number):
            problems.append(
                self.env._(
                    "Paper number: %(number)s is used by %(other)s already. Choose another one.",
                    number=number,
                    other=twin.display_name,
                )
            )
        return problems

    # --- life ---

    def action_prepare_paper(self):
        """Freeze the figures of each statement and make its paper for Chorus Pro. Nothing is invoiced or sent.

        :raises UserError: all that prevents it, at once; nothing is written then.
        """
        self._check_can_bill()
        self.lock_for_update()
        problems = []
        for situation in self:
            if situation.bears_invoice or situation.state != "draft":
                found = [self.env._("this statement is invoiced, or its paper is prepared already.")]
            else:
                found = situation._filing_problems()
            problems += [
                self.env._("%(field)s: %(problem)s", field=situation.name, problem=text) if len(self) > 1 else text
                for text in found
            ]
        if problems:
            raise UserError("\n".join(f"• {problem}" for problem in dict.fromkeys(problems)))
        for situation in self:
            situation._prepare_paper()

    def _prepare_paper(self):
        self._recompute()
        self._admit_as_requested()
        self._freeze()
        self.sudo().write(
            {
                "piece_number": self.piece_number or self.piece_number_proposal,
                "filing_date": fields.Date.context_today(self),
                "state": "filed",
            }
        )
        if self.env["chorus.account"].sudo()._for(self.company_id):
            # without a technical account the paper is made when it is sent
            self._chorus_ensure_document()

    def action_invoice(self):
        for situation in self:
            if not situation.bears_invoice:
                raise UserError(
                    self.env._(
                        "%(statement)s bills nothing: the final statement bears the balance. Use Prepare the paper.",
                        statement=situation.name,
                    )
                )
        return super().action_invoice()

    def action_draft(self):
        filed = self.filtered(lambda situation: situation.state == "filed")
        filed._check_paper_not_sent()
        result = super().action_draft()
        for situation in filed.sudo():
            refused = situation.chorus_document_ids.filtered(lambda paper: paper.stage in REFUSED_STAGES)
            if situation.piece_number in refused.mapped("number"):
                situation.piece_number = False
            situation.chorus_document_ids.filtered(lambda paper: paper._never_left()).unlink()
        return result

    def action_cancel(self):
        self.filtered(lambda situation: situation.state == "filed")._check_paper_not_sent()
        return super().action_cancel()

    def _check_paper_not_sent(self):
        for situation in self:
            if situation.invoice_sent:
                raise UserError(
                    self.env._(
                        "%(paper)s has been sent to Chorus Pro: it stays as it is, unless it is refused.",
                        paper=situation.sudo()._current_paper().display_name,
                    )
                )

    @api.depends("state", "piece_number")
    def _compute_invoice_sent(self):
        filed = self.filtered(lambda situation: situation.state == "filed")
        for situation in filed:
            situation.invoice_sent = situation.sudo()._current_paper().stage not in (
                *CORRECTABLE_STAGES,
                *REFUSED_STAGES,
            )
        return super(WorksSituation, self - filed)._compute_invoice_sent()
