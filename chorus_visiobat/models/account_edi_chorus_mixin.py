import textwrap
from datetime import date
from decimal import Decimal

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext
from odoo.tools.date_utils import end_of, start_of

from ..decompte.wording import REVERSE_CHARGE_MENTION

PROFILE = "urn:cen.eu:en16931:2017"

# Chorus Pro knows a company by its 14-digit SIRET. 0009 is the scheme of the SIRET (BT-29, BT-46); which scheme
# stands in the legal organisation differs by syntax (chorus-pro-api.md §4 "Where data go").
SIRET_SCHEME = "0009"

INVOICE, CREDIT_NOTE = "380", "381"  # UNTDID 1001: Chorus Pro takes no other type
CREDIT_TRANSFER = "30"  # UNTDID 4461, one of those Chorus Pro accepts (§3.7)
ALREADY_PAID = "A2"
REVERSE_CHARGE_REASON = "VATEX-FR-AE"  # 2 of article 283 of the CGI
STANDARD_RATE = "S"  # UNTDID 5305

MAX_NOTE = 1024  # BT-22 (formats.md §4.9)
MAX_NAME = 99
MAX_ITEM_NAME = 255

# What core checks in the name of EN 16931; the rest is asked by German rules, Peppol, or an approved platform.
KEPT_CHECKS = {"tax_on_line", "tax_invoice_line", "seller_postal_address", "seller_identifier"}
KEPT_CHECKS_PREFIXES = ("ubl20_", "cen_en16931_")


class AccountEdiChorusMixin(models.AbstractModel):
    """What the electronic invoices for Chorus Pro have in common, whatever their syntax (legacy rules, A-codes).

    A builder inherits this model, then the stock builder of its syntax, which is never changed in place: what core
    writes for other customers stays as it was.
    """

    _name = "account.edi.chorus.mixin"
    _description = "Electronic invoice for Chorus Pro"

    def _export_document(self, document, files=()):
        """Write the invoice of a document.

        :param document: a ``chorus.document`` that bears an invoice.
        :param files: the `EmbeddedFile` that the invoice carries inside it (BG-24).
        :return bytes: the XML; the same for the same document and files.
        :raises UserError: naming everything that is missing, at once.
        """
        builder = self.with_context(chorus_document_id=document.id)
        problems = self._chorus_problems(document)
        xml, errors = builder._export_invoice(document.move_id)
        problems += sorted(errors)
        if problems:
            raise UserError(
                self.env._(
                    "The electronic invoice %(number)s cannot be made yet:\n%(problems)s",
                    number=document.number,
                    problems="\n".join(f"• {problem}" for problem in problems),
                )
            )
        return builder._chorus_finish(xml, document, files)

    def _chorus_finish(self, xml, document, files):
        """Correct what the stock builder wrote; see `_export_document`."""
        raise NotImplementedError

    def _export_invoice_constraints(self, invoice, vals):
        constraints = super()._export_invoice_constraints(invoice, vals)
        return {
            key: problem
            for key, problem in constraints.items()
            if key in KEPT_CHECKS or key.startswith(KEPT_CHECKS_PREFIXES)
        }

    def _get_tax_exemption_reason(self, customer, supplier, tax):
        """The mention of the law, where core would describe its article in English (BT-120)."""
        reason = super()._get_tax_exemption_reason(customer, supplier, tax)
        if reason.get("tax_exemption_reason_code") == REVERSE_CHARGE_REASON:
            reason = {**reason, "tax_exemption_reason": REVERSE_CHARGE_MENTION}
        return reason

    def _chorus_problems(self, document):
        """Return in plain words what Chorus Pro requires and the invoice lacks."""
        move = document.move_id
        problems = []
        for siret, partner in (
            (document.issuer_siret, move.company_id.partner_id),
            (document.recipient_siret, move.commercial_partner_id),
        ):
            if not (siret or "").isdigit() or len(siret) != 14:
                problems.append(
                    self.env._(
                        "%(partner)s: enter the 14 digits of the SIRET on its form.", partner=partner.display_name
                    )
                )
        bank = move.partner_bank_id
        if move.move_type == "out_invoice" and (not bank or bank.acc_type != "iban"):
            problems.append(
                self.env._(
                    "Recipient bank of the invoice: choose a bank account identified by its IBAN; "
                    "Chorus Pro pays to an IBAN only."
                )
            )
        if move.currency_id.name != "EUR":
            problems.append(self.env._("Currency of the invoice: only the euro can be billed on Chorus Pro."))
        return problems

    def _chorus_type_code(self, move) -> str:
        return INVOICE if move.move_type == "out_invoice" else CREDIT_NOTE

    def _chorus_notes(self, document) -> list[str]:
        """Return the notes (BT-22), each short enough: our own words, never what others add for their network."""
        move = document.move_id.with_context(lang=document.move_id.partner_id.lang)
        notes = [html2plaintext(move.narration or ""), *move._works_notes()]
        if move._is_under_reverse_charge():
            notes.append(REVERSE_CHARGE_MENTION)
        return [
            part.strip()
            for note in notes
            for part in textwrap.wrap(note, MAX_NOTE, replace_whitespace=False, drop_whitespace=False)
            if part.strip()
        ]

    def _chorus_item(self, name, description) -> tuple[str, str]:
        """Return the name (BT-153) and the description (BT-154) of a line; free text is both.

        :param name: of the product, empty for a line without one.
        """
        name, description = (name or "").strip(), (description or "").strip()
        if not name or name == description:
            name, _newline, description = description.partition("\n")
        if len(name) > MAX_ITEM_NAME:
            description = description or name
            name = textwrap.shorten(name, MAX_ITEM_NAME, placeholder="…")
        return name.strip(), description.strip()[:MAX_NOTE]

    def _chorus_parties(self, document):
        """Return the seller and the buyer: (partner, SIRET) each."""
        move = document.move_id
        return (
            (move.company_id.partner_id, document.issuer_siret),
            (move.commercial_partner_id, document.recipient_siret),
        )

    def _chorus_settled(self, document, total) -> tuple[Decimal, Decimal]:
        """Return what is prepaid (BT-113) and what is due (BT-115), EUR TTC.

        An invoice already paid (A2), else what its statement says, whatever is paid when it is exported.

        :param Decimal total: BT-112.
        """
        if document.framework_id.code == ALREADY_PAID:
            return total, Decimal("0.00")
        move = document.move_id
        return Decimal(f"{move._works_amount_prepaid():.2f}"), Decimal(f"{move._works_amount_due():.2f}")

    def _chorus_origin(self, document):
        """Return the number and the date of the invoice that a credit note corrects (BT-25, BT-26), or None."""
        if origin := document.move_id.reversed_entry_id:
            return origin.chorus_document_id.number or origin.name, origin.invoice_date
        return None

    def _chorus_vat_point(self, move, category, rate) -> str | None:
        """Return when the VAT of a breakdown is due (BT-8): ``invoice`` when the company opted for debits, ``payment``
        for cash-basis taxes.

        Silence otherwise: it claims nothing (formats.md §1.1).

        :param rate: percent.
        """
        if category != STANDARD_RATE:
            return None
        if move.company_id.chorus_vat_on_debits:
            return "invoice"
        taxes = move.invoice_line_ids.tax_ids.flatten_taxes_hierarchy()
        on_payment = taxes.filtered(lambda tax: tax.amount == rate and tax.tax_exigibility == "on_payment")
        return "payment" if on_payment else None

    def _chorus_period(self, document) -> tuple[date, date]:
        """Return the period billed: the statement's, else the month of the delivery or of the invoice."""
        if document.situation_id:
            return document.situation_id._period()
        move = document.move_id
        day = move.delivery_date or move.invoice_date
        return start_of(day, "month"), end_of(day, "month")
