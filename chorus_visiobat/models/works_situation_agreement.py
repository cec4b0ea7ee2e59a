from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date


class WorksContract(models.Model):
    _inherit = "works.contract"

    prior_agreement_mode = fields.Selection(
        [("none", "Not asked"), ("advice", "Usual"), ("blocking", "Required before invoicing")],
        "Prior agreement",
        required=True,
        default="none",
        tracking=True,
        help="Agreement of the project manager on a project without number, before the invoice. Usual: invoicing "
        "without it warns. Required: it is not invoiced without it.",
    )


class WorksSituation(models.Model):
    """*Accord préalable*: the statement is first sent to the project manager as a PROJET, without number nor invoice.

    No text says whether the statement itself is the invoice (works-billing.md, correction 2): some agree on the amounts
    first. No number is consumed before the invoice. Amounts in EUR incl. tax.
    """

    _inherit = "works.situation"

    prior_agreement_mode = fields.Selection(related="contract_id.prior_agreement_mode")
    prior_agreement = fields.Selection(
        [("none", "Not asked"), ("asked", "Agreement asked"), ("agreed", "Agreed"), ("refused", "Agreement refused")],
        required=True,
        default="none",
        readonly=True,
        copy=False,
        tracking=True,
        help="Where the agreement of the project manager on this project stands.",
    )
    prior_agreement_date = fields.Date(
        "Agreement dated", readonly=True, copy=False, help="Day on which it was asked for, then answered."
    )
    prior_agreement_by = fields.Char("Answered by", readonly=True, copy=False, help="Who answered for the client.")
    prior_agreement_reason = fields.Text(
        "What he objects", readonly=True, copy=False, help="Why the agreement was refused."
    )
    prior_agreement_total = fields.Monetary(
        "Submitted incl. tax", readonly=True, copy=False, help="Amount of the project when it was sent, VAT included."
    )
    is_project = fields.Boolean(compute="_compute_is_project")

    @api.depends("state", "move_id.state")
    def _compute_is_project(self):
        """Whether the page is still a project: nothing numbered it."""
        for situation in self:
            # sudo: site managers print their statements without any right on invoices
            posted = situation.sudo().move_id.state == "posted"
            situation.is_project = situation.state == "draft" or (situation.bears_invoice and not posted)

    def action_ask_agreement(self):
        """Open the e-mail to the project manager, with the PDF of the project. It is asked once the e-mail is sent.

        :raises UserError: the statement is no draft, nothing moves on it, or nobody is to be asked.
        """
        self.ensure_one()
        self._check_can_bill()
        partner = self.contract_id.moe_partner_id or self.contract_id.moa_partner_id
        problems = self._progress_problems() if self.state == "draft" else [self._frozen_message()]
        if not partner:
            problems.append(self.env._("Project manager: the contract names none. Enter him first."))
        elif not partner.email:
            problems.append(
                self.env._("%(partner)s has no e-mail address: enter it on his card.", partner=partner.display_name)
            )
        if problems:
            raise UserError("\n".join(problems))
        localized = self.with_context(lang=partner.lang or self.env.lang)
        project = self.env["ir.attachment"].create(
            {
                "name": self._project_file_name(),
                "raw": self._render_paper(),
                "mimetype": "application/pdf",
                "res_model": "mail.compose.message",
                "res_id": 0,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Prior agreement"),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_composition_mode": "comment",
                "default_partner_ids": partner.ids,
                "default_subject": localized.env._(
                    "Project of statement no. %(number)s – %(contract)s",
                    number=self.number,
                    contract=self.contract_id.name,
                ),
                "default_body": localized._agreement_body(),
                "default_attachment_ids": project.ids,
                "force_email": True,
                "works_ask_agreement": True,
            },
        }

    def _project_file_name(self):
        return self.env["chorus.document"]._file_name_of(f"PROJET {self.name}")

    def _agreement_body(self):
        contract = self.contract_id
        sentences = (
            self.env._("Good morning,"),
            self.env._(
                "Here is the project of our statement no. %(number)s, works up to %(date)s, on the contract "
                "%(reference)s: %(total)s incl. tax.",
                number=self.number,
                date=format_date(self.env, self.period_end),
                reference=contract.chorus_contract_number or contract.name,
                total=format_amount(self.env, self.amount_total, self.currency_id),
            ),
            self.env._("Could you tell us whether you agree with it, or what you would correct?"),
            self.env._(
                "This project is no invoice and no request for payment: the statement will be deposited on Chorus Pro "
                "after your answer, and the delays count from that deposit."
            ),
        )
        return Markup().join(Markup("<p>%s</p>") % sentence for sentence in sentences)

    def _message_post_after_hook(self, message, msg_vals):
        if self.env.context.get("works_ask_agreement"):
            self.filtered(lambda situation: situation.state == "draft")._agreement_asked()
        return super()._message_post_after_hook(message, msg_vals)

    def _agreement_asked(self):
        for situation in self:
            situation.sudo().write(
                {
                    "prior_agreement": "asked",
                    "prior_agreement_date": fields.Date.context_today(self),
                    "prior_agreement_total": situation.amount_total,
                    "prior_agreement_by": False,
                    "prior_agreement_reason": False,
                }
            )

    def action_record_agreement(self):
        """Ask what the project manager answered."""
        self.ensure_one()
        self._check_can_bill()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Answer of the project manager"),
            "res_model": "works.prior.agreement",
            "view_mode": "form",
            "target": "new",
            "context": {"default_situation_id": self.id},
        }

    # --- what it means for the invoice ---

    def _agreement_message(self):
        """Why the statement is not agreed as it stands; False where it is, or where nothing is asked."""
        self.ensure_one()
        if self.prior_agreement_mode in (False, "none") or self.kind not in ("monthly", "final"):
            return False
        if self.prior_agreement == "none":
            return self.env._("Prior agreement: it was not asked for. Use Ask for the agreement.")
        if self.prior_agreement == "refused":
            return self.env._(
                "Prior agreement: refused on %(date)s (%(reason)s). Correct the statement, then ask again.",
                date=format_date(self.env, self.prior_agreement_date),
                reason=self.prior_agreement_reason or "–",
            )
        if self.currency_id.compare_amounts(self.prior_agreement_total, self.amount_total):
            return self.env._(
                "Prior agreement: the project sent was of %(before)s incl. tax, the statement is now of %(after)s. Ask "
                "again.",
                before=format_amount(self.env, self.prior_agreement_total, self.currency_id),
                after=format_amount(self.env, self.amount_total, self.currency_id),
            )
        if self.prior_agreement == "asked":
            return self.env._(
                "Prior agreement: asked on %(date)s, not answered yet. Use Record the answer.",
                date=format_date(self.env, self.prior_agreement_date),
            )
        return False

    def _statement_problems(self):
        message = self.prior_agreement_mode == "blocking" and self._agreement_message()
        return super()._statement_problems() + ([message] if message else [])

    def _progress_advice(self):
        message = self.prior_agreement_mode == "advice" and self._agreement_message()
        return super()._progress_advice() + ([message] if message else [])


class ChorusPreflight(models.AbstractModel):
    _inherit = "chorus.preflight"

    @api.model
    def _paper_checks(self):
        return super()._paper_checks() + [self._check_agreement]

    def _check_agreement(self, paper):
        situation = paper.situation
        if situation.state == "draft" and situation.prior_agreement_mode == "advice":
            if message := situation._agreement_message():
                yield "agreement", "advice", message, situation
