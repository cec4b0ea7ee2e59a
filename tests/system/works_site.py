"""A works contract and its months, by what the accountant does on screen."""

import io
import re
from datetime import date, timedelta

from pypdf import PdfReader

from dev.browser import expect

REFERENCE = "2026-118"
WALLS, PIPES, ROOF, EXTRA = "Voiles et poteaux", "Réseaux", "Étanchéité", "Reprise en sous-œuvre"
"""Names of the posts, as their lines show them."""


def month_start(back):
    """First day of the month that many months ago."""
    count = date.today().year * 12 + date.today().month - 1 - back
    return date(count // 12, count % 12 + 1, 1)


def month_end(back):
    return month_start(back - 1) - timedelta(days=1)


def french(day):
    return day.strftime("%d/%m/%Y")


def euros(amount):
    """As the screens write it, whatever their spaces."""
    whole, cents = f"{amount:,.2f}".split(".")
    return re.compile(whole.replace(",", r"\s?").replace("-", "[-−]\\s?") + f",{cents}")


class Site:
    """One contract and its statements, by what the accountant does on screen."""

    def __init__(self, machine, desk):
        self.machine, self.desk, self.page = machine, desk, desk.page
        self.number = 0

    # --- once

    def publish(self, values):
        """Paste index values, by months ago."""
        desk = self.desk
        desk.go(
            "chorus_visiobat.works_price_index_action", self.machine.sql("SELECT max(id) FROM works_price_index")[0][0]
        )
        self.page.get_by_role("button", name="Importer les valeurs").click()
        desk.type("text", "\n".join(f"{month_start(back):%Y-%m};{value}" for back, value in values.items()))
        self.page.locator(".modal .o_field_widget[name=text] textarea").blur()
        desk.press("action_import")
        expect(self.page.locator(".modal")).to_have_count(0)

    def sign(self):
        desk = self.desk
        desk.go("chorus_visiobat.works_contract_action", "new")
        desk.type("name", "Médiathèque – lot 2 Gros œuvre")
        desk.type("reference", REFERENCE)
        desk.add_line("line_ids", code="1", name=WALLS, amount="100000")
        desk.add_line("line_ids", code="3", name=ROOF, amount="20000")
        self.add_quantity_post()
        desk.tab("actors")
        desk.type("chorus_contract_number", "2026-TX-118")
        desk.choose("moa_partner_id", "Commune de Saint-Aubin-le-Val")
        desk.choose("moe_partner_id", "Atelier Lumen, architectes")
        desk.type_date("date_notification", french(month_start(20)))
        desk.type_date("date_start", french(month_start(18)))
        desk.type_date("date_end", french(month_end(1)))
        desk.save()
        self.id = self.machine.sql("SELECT max(id) FROM works_contract")[0][0]
        desk.tab("subcontractors")
        self.page.click(".o_field_widget[name=party_ids] .o_field_x2many_list_row_add a")
        row = self.page.locator(".o_field_widget[name=party_ids] .o_data_row").last
        row.locator("td[name=partner_id] input").fill("Toitures du Val")
        self.page.locator(".o-autocomplete--dropdown-item", has_text="Toitures du Val").first.click()
        row.locator("td[name=amount_max] input").fill("20000")
        desk.save()
        desk.tab("posts")
        line = self.page.locator(".o_field_widget[name=line_ids] .o_data_row").nth(1)  # once typed in, it has no text
        line.locator("td[name=party_id]").click()
        line.locator("td[name=party_id] input").fill("Toitures du Val")
        self.page.locator(".o-autocomplete--dropdown-item", has_text="Toitures du Val").first.click()
        desk.leave_line()
        desk.tab("retention")
        desk.type_date("date_consultation", french(month_start(22)))
        desk.type("retention_rate", "5")
        desk.box("retention_rate").press("Tab")
        desk.type_date("retention_release_date", french(date.today() + timedelta(days=300)))
        desk.type("advance_rate", "5")
        desk.save()
        self.formula()
        desk.press("action_start")
        desk.settle()

    def add_quantity_post(self):
        """400 m of pipes at 125."""
        lines = self.page.locator(".o_field_widget[name=line_ids]")
        lines.locator(".o_field_x2many_list_row_add a").click()
        row = lines.locator(".o_data_row").last
        row.locator("td[name=name] input").fill(PIPES)
        row.locator("td[name=mode] input").click()
        self.page.locator(".o_select_menu_item", has_text="Quantité").first.click()
        row.locator("td[name=quantity] input").fill("400")
        row.locator("td[name=price_unit] input").fill("125")
        self.desk.leave_line()

    def formula(self):
        desk = self.desk
        desk.tab("prices")
        desk.select("price_type", "Révisable")
        desk.type_date("price_base_month", french(month_start(20)))
        self.page.click(".o_field_widget[name=formula_ids] .o_field_x2many_list_row_add a")
        modal = self.page.locator(".modal")
        modal.locator(".o_field_widget[name=fixed_part] input").fill("0,15")
        modal.locator(".o_field_x2many_list_row_add a").click()
        row = modal.locator(".o_data_row").last
        row.locator("td[name=index_id] input").fill("BT06")
        self.page.locator(".o-autocomplete--dropdown-item", has_text="BT06").first.click()
        row.locator("td[name=weight] input").fill("0,85")
        modal.locator(".o_form_button_save").click()
        expect(modal).to_have_count(0)
        desk.save()

    def open(self):
        self.desk.go("chorus_visiobat.works_contract_action", self.id)

    # --- every month

    def new(self, back, progress, *, kind=None, direct=None):
        """Open the next statement and type its month; ``progress`` by post: column and text."""
        desk = self.desk
        self.open()
        desk.press("action_new_situation")
        self.number += 1
        desk.sees(f"{REFERENCE} – S{self.number:02d}")
        self.statement = self.machine.sql("SELECT max(id) FROM works_situation")[0][0]
        if kind:
            desk.select("kind", kind)
        if self.number == 1:
            desk.type_date("period_end", french(month_end(back)))
        desk.type_date("invoice_date", french(min(month_end(back) + timedelta(days=3), date.today())))
        for post, (column, text) in progress.items():
            desk.type_cell(post, column, text)
        if direct:
            desk.tab("settlement")
            self.page.click(".o_field_widget[name=direct_payment_ids] .o_field_x2many_list_row_add a")
            row = self.page.locator(".o_field_widget[name=direct_payment_ids] .o_data_row").last
            row.locator("td[name=party_id] input").fill("Toitures du Val")
            self.page.locator(".o-autocomplete--dropdown-item", has_text="Toitures du Val").first.click()
            row.locator("td[name=amount] input").fill(direct)
        desk.save()

    def total(self, label, amount):
        """The ladder says this amount for the month."""
        row = self.page.locator(".o_field_widget[name=ladder] tr", has_text=label).last
        expect(row).to_contain_text(euros(amount))

    def invoice(self):
        self.page.locator("button[name=action_invoice]:visible").first.click()
        self.page.wait_for_selector("button[name=action_register_payment]:visible")

    def show(self):
        self.desk.go("chorus_visiobat.works_situation_action", self.statement)

    def admit(self):
        self.show()
        self.desk.press("action_admit_as_requested")
        self.page.locator(".modal .btn-primary").click()
        expect(self.page.locator("button[name=action_undo_admission]:visible")).to_have_count(1)

    def answer(self, *, post=None, admitted=None, penalty=None):
        """Record an answer that cuts a post or bears a penalty."""
        self.show()
        self.desk.press("action_record_admission")
        modal = self.page.locator(".modal")
        if post:
            row = modal.locator(".o_data_row", has_text=post)
            row.locator("td[name=admitted]").click()
            row.locator("td[name=admitted] input").fill(admitted)
            modal.locator(".o_field_widget[name=preview]").click()
            expect(modal.locator(".o_field_widget[name=preview]")).to_contain_text("accepté")
        if penalty:
            modal.locator(".o_notebook a[name=deductions]").click()
            modal.locator(".o_field_widget[name=deduction_ids] .o_field_x2many_list_row_add a").click()
            row = modal.locator(".o_field_widget[name=deduction_ids] .o_data_row").last
            row.locator("td[name=name] input").fill("Retard")
            row.locator("td[name=amount] input").fill(penalty)
            modal.locator(".o_field_widget[name=preview]").click()
        self.desk.press("action_confirm")
        expect(modal).to_have_count(0)
        expect(self.page.locator("button[name=action_undo_admission]:visible")).to_have_count(1)

    def pay(self):
        """Register what the dialog of the invoice proposes: the net that the client pays."""
        self.show()
        self.desk.press("action_view_move")
        self.desk.press("action_register_payment")
        self.page.locator(".modal button[name=action_create_payments]").click()
        expect(self.page.locator(".modal")).to_have_count(0)
        self.desk.settle()

    def month(self, back, progress, *, kind=None, direct=None):
        """A month billed, admitted as requested, paid."""
        self.new(back, progress, kind=kind, direct=direct)
        self.invoice()
        self.admit()
        self.pay()

    def paper(self):
        """Text of the page that is sent."""
        answer = self.page.request.get(f"{self.desk.url}/chorus_visiobat/works.situation/{self.statement}/s.pdf")
        assert answer.ok, answer.status
        return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.body())).pages)

    def ledger(self):
        """Balance of the posted entries by account code, nil ones left out."""
        rows = self.machine.sql(
            "SELECT account.code_store ->> %s, sum(line.balance)"
            "  FROM account_move_line line JOIN account_account account ON account.id = line.account_id"
            " WHERE line.parent_state = 'posted' GROUP BY 1",
            str(self.machine.sql("SELECT company_id FROM works_contract WHERE id = %s", self.id)[0][0]),
        )
        return {code: float(balance) for code, balance in rows if balance}
