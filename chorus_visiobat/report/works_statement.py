from markupsafe import Markup, escape

from odoo import models

from ..decompte import advance_amount, annex_d, annex_e, as_decimal, final_balance, notes
from ..decompte.money import ZERO
from ..decompte.months import month_name
from ..decompte.posts import KINDS
from ..decompte.settlement import total_of
from ..decompte.wording import number
from . import french
from .instalments import instalments, total

TITLES = {
    "monthly": "Projet de décompte mensuel",
    "advance": "Demande d’avance",
    "final": "Projet de décompte final",
    "general": "Décompte général",
    "tacit": "Projet de décompte général",
}
# Frameworks whose paper has another name than its kind.
FRAMEWORK_TITLES = {
    "A5": "État d’acompte",
    "A6": "État d’acompte",
    "A10": "Demande de paiement du sous-traitant",
    "A23": "Décompte général et définitif tacite",
}
# Kinds that close the contract: their page says what the balance is made of.
CLOSING_KINDS = ("final", "general", "tacit")
SUBSCRIPT_ZERO = "\N{SUBSCRIPT ZERO}"
AMENDMENTS = {"amendment": "Avenant", "order": "Ordre de service"}
PENDING = "non notifié à ce jour"
# Functions of `french` that the templates use.
FORMATS = ("amount", "euros", "percent", "quantity", "day", "siret", "iban", "typeset")


class WorksStatementReport(models.AbstractModel):
    """What the printed statement shows. It is French by nature, whatever the languages of the database:
    it goes to French public bodies and bears the invoice.
    """

    _name = "report.chorus_visiobat.works_statement"
    _description = "Works statement"

    def _get_report_values(self, docids, data=None):
        situations = self.env["works.situation"].browse(docids)
        return {
            "doc_model": situations._name,
            "docs": situations,
            "page_of": self._page,
            "title_of": self._title,
            "month_name": month_name,
            "number": number,
            "formula": self._formula,
            **{name: getattr(french, name) for name in FORMATS},
        }

    def _page(self, situation):
        """Return what the templates of a statement show, by name; computed once for each statement."""
        billing = situation._balance_situation() or situation
        statement = self._printed_statement(situation, billing)
        recap = instalments(situation) if situation.kind in CLOSING_KINDS else []
        return {
            "statement": statement,
            "billing": billing,
            "reverse_charge": situation.contract_id._is_under_reverse_charge(),
            "title": self._title(situation),
            "actors": self._actors(situation),
            "lines": annex_d(statement),
            "notes": notes(statement),
            "vat": [line for line in statement.vat if line.cumulative_base or line.previous_base],
            "provisional": statement.variation.is_provisional,
            "variations": annex_e(statement),
            "coefficients": self._coefficients(statement),
            "lots": self._lots(billing, statement),
            "posts_total": self._sums(statement.lines),
            "payments": self._direct_payments(statement),
            "assignment": self._assignment(statement),
            "account": self._account(situation),
            "balance": final_balance(statement) if situation.kind in CLOSING_KINDS else (),
            "recap": recap,
            "recap_total": total(recap),
            "advance": self._advance(situation) if situation.kind == "advance" else None,
        }

    def _title(self, situation):
        return FRAMEWORK_TITLES.get(situation.framework_id.code) or TITLES[situation.kind]

    def _printed_statement(self, situation, billing):
        """Return the ``decompte.Statement`` shown. A paper that bills nothing repeats the final statement: as the
        client admitted it in his general statement, less what we accepted to credit in the tacit procedure.
        """
        if billing == situation or billing.state == "draft":
            return billing._statement()
        admitted = billing._admitted()
        return admitted.statement if situation.kind == "general" else admitted.kept

    def _actors(self, situation):
        """Return the parties of the contract: ``[(role, partner, service)]``, without those that are absent."""
        contract = situation.contract_id
        moa, payer = contract.moa_partner_id, contract.payer_partner_id
        moe = ("Maître d’œuvre", contract.moe_partner_id, contract.moe_service_id)
        if moa == payer and contract.moa_service_id in (contract.payer_service_id, contract.moa_service_id.browse()):
            actors = [("Maître d’ouvrage et payeur", moa, contract.payer_service_id), moe]
        else:
            actors = [
                ("Maître d’ouvrage", moa, contract.moa_service_id),
                moe,
                ("Payeur", payer, contract.payer_service_id),
            ]
        main = ("Entreprise principale", contract.main_contractor_id, contract.payer_service_id.browse())
        return [actor for actor in (main, *actors) if actor[1]]

    def _lots(self, situation, statement):
        """Return the posts by lot, in their order: ``[(lot, [(record, computed line, details)], sums)]``."""
        computed = {line.key: line for line in statement.lines}
        found = {}
        for record in situation.line_ids.sorted(lambda line: (line.sequence, line.id)):
            line = computed.get(record.contract_line_id.id)
            if line:
                found.setdefault(line.post.lot or "", []).append((record, line, self._details(record, line)))
        return [(lot, rows, self._sums([line for _record, line, _details in rows])) for lot, rows in found.items()]

    def _details(self, record, line):
        """Return what is told of a post below its designation: its measure, its amendment, who does it."""
        contract_line, post, details = record.contract_line_id, line.post, []
        if post.mode == "quantity" and line.value is not None:
            done = " ".join(filter(None, (french.quantity(line.value), contract_line.uom_id.name)))
            details.append(f"{done} sur {french.quantity(post.quantity or 0)}, à {french.euros(post.unit_price)}")
        if post.kind != "works":
            details.append(KINDS[post.kind])
        if amendment := contract_line.amendment_id:
            name = AMENDMENTS[amendment.kind]
            told = "notifié le " + french.day(amendment.date_notification) if amendment.date_notification else PENDING
            details.append(Markup("<b>{} n°\u00a0{}</b>, {}").format(name, amendment.number, told))
        if contract_line.party_id:
            details.append(f"exécuté par {contract_line.party_id.display_name}")
        return Markup(" — ").join(details)

    def _sums(self, lines):
        columns = total_of(lines)
        contract = sum((line.post.amount for line in lines), ZERO)
        return {
            "contract": contract,
            "columns": columns,
            "percent": 100 * columns.cumulative / contract if contract else None,
        }

    def _coefficients(self, statement):
        """Return the coefficients that annex E explains, each once."""
        return list(dict.fromkeys(line.coefficient for line in statement.variation.lines))

    def _formula(self, coefficient):
        """Return a price formula as the CCAP writes it."""
        written = str(escape(coefficient.formula.written))
        return Markup(written.replace(SUBSCRIPT_ZERO, "<sub>0</sub>"))

    def _direct_payments(self, statement):
        """Return the subcontractors paid directly: ``[(party, decompte.DirectPaid)]``."""
        Party = self.env["works.contract.party"]
        return [(Party.browse(one.subcontractor.key).exists(), one) for one in statement.settlement.direct_payments]

    def _assignment(self, statement):
        """Return the mention of an assigned claim (annex F), or an empty text."""
        return statement.terms.assignment.mention if statement.terms.assignment else ""

    def _account(self, situation):
        """Return the bank account that the client must pay: that of the invoice, or that it would name."""
        contract, company = situation.contract_id, situation.company_id
        if contract.assignment_kind:
            return contract.assignment_bank_id
        own = company.partner_id.bank_ids.filtered(lambda bank: bank.company_id in (company, company.browse()))
        return situation.move_id.partner_bank_id or own.sorted(lambda bank: not bank.allow_out_payment)[:1]

    def _advance(self, situation):
        """Return what the request of an advance shows: its base, its formula, and its parts by VAT rate."""
        contract = situation.contract_id
        base = sum(contract._advance_base().values(), ZERO)
        amount, formula = advance_amount(contract.advance_rate, base, contract.duration_months)
        return {
            "base": base,
            # An amount corrected to what the deed says has no formula of ours.
            "formula": formula if amount == french.money(contract.advance_amount) else "",
            "amount": as_decimal(contract.advance_amount),
            "parts": situation._advance_parts(),
            "asked": french.money(situation.amount_advance_granted),
        }
