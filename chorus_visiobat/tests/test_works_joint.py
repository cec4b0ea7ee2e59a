from datetime import date

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..decompte.money import ZERO
from .golden_case import NARROW, plain_text_of
from .receivable_case import ReceivableCase

# G6 (works-billing.md §2.14): amounts HT of each member, and progress of the month
G6 = (("M", 182450, 41.7), ("B", 64312.50, 55), ("C", 31847.33, 12.35))


@tagged("post_install", "-at_install")
class TestWorksJoint(ReceivableCase):
    """A joint venture that we lead: golden test G6 through the records, the ledger of our share, its table."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.members = cls.env["res.partner"].create(
            [
                {"name": "Charpentes Renaud", "is_company": True, "company_registry": "59603082500019"},
                {"name": "Couverture du Val", "is_company": True},
            ]
        )
        cls.accounts = cls.env["res.partner.bank"].create(
            [
                {"partner_id": partner.id, "acc_number": iban}
                for partner, iban in zip(
                    cls.members, ("FR7630006000011234567890189", "FR7610107001011234567890129"), strict=True
                )
            ]
        )

    def _venture(self, posts=None, **values):
        """Contract that we lead with the two members; by default the posts of G6, one for each."""
        posts = posts or [(name, amount) for name, amount, _percent in G6]
        contract = self._contract(posts=posts, role="lead", retention_rate=5, **values)
        contract.member_ids = [
            Command.create(
                {
                    "partner_id": partner.id,
                    "role": "co_contractor",
                    "retention_rate": 5,
                    "bank_id": account.id,
                    "share": share,
                }
            )
            for partner, account, share in zip(self.members, self.accounts, (30, 10), strict=True)
        ]
        if len(posts) > 2:
            for line, party in zip(contract.line_ids[1:], contract.member_ids, strict=True):
                line.party_id = party
        return contract

    def _month(self, contract, ours, *theirs):
        """Open the next statement and type the progress of everybody, in percent."""
        situation = self._open(contract)
        self._leave_time_for_more(situation)
        self._enter(situation, ours)
        for line, percent in zip(situation.member_line_ids, theirs, strict=True):
            line.percent = percent
        return situation

    def _rows(self, situation, *names):
        return [tuple(float(row[name]) for name in names) for row in situation._joint_rows()]

    def test_g6_each_member_and_their_sum(self):
        contract = self._venture()
        self.assertEqual(contract.amount_current, 182450, "the contract is worth our posts to us")
        situation = self._month(contract, *(percent for _name, _amount, percent in G6))
        self.assertEqual(
            self._rows(situation, "excluded", "tax", "included", "retention", "payable"),
            [
                (76081.65, 15216.33, 91297.98, 4564.90, 86733.08),
                (35371.88, 7074.38, 42446.26, 2122.31, 40323.95),
                (3933.15, 786.63, 4719.78, 235.99, 4483.79),
                # the sums, column by column
                (115386.68, 23077.34, 138464.02, 6923.20, 131540.82),
            ],
        )
        self.assertEqual(
            [(row["label"], row["lead"], row["account"]) for row in situation._joint_rows()],
            [
                (self.company.name, True, self.company.bank_ids[:1].acc_number or ""),
                ("Charpentes Renaud", False, "FR76 3000 6000 0112 3456 7890 189"),
                ("Couverture du Val", False, "FR76 1010 7001 0112 3456 7890 129"),
                ("", False, ""),
            ],
        )
        self.assertEqual(situation.member_ids.mapped("amount_payable"), [40323.95, 4483.79])
        self.assertIn("131\u202f540,82", situation.joint_table)
        site = situation.with_user(self.site_manager)
        self.assertIn("131\u202f540,82", site.joint_table)
        self.assertIn("FR76 3000 6000", situation.joint_table)
        self.assertNotIn("FR76", site.joint_table, "bank accounts are for those who bill")

    def test_we_invoice_our_own_share(self):
        contract = self._venture()
        situation = self._month(contract, *(percent for _name, _amount, percent in G6))
        situation.action_invoice()
        invoice = situation.move_id
        self.assertEqual((invoice.amount_untaxed, invoice.amount_total), (76081.65, 91297.98))
        self.assertEqual(
            self._ledger(invoice), {"411100": 86733.08, "411700": 4564.90, "445710": -15216.33, "704000": -76081.65}
        )
        self.assertEqual((contract.amount_billed, contract.amount_retention_held), (76081.65, 4564.90))
        self.assertAlmostEqual(contract.progress, 41.7, places=3)

    def test_each_member_goes_on_from_his_own_month(self):
        contract = self._venture()
        first = self._month(contract, 10, 20, 30)
        first.action_invoice()
        before = self._rows(first, "included", "payable")
        contract.member_ids[0].retention_rate = 3
        self.assertEqual(self._rows(first, "included", "payable"), before, "an invoiced statement keeps its table")
        second = self._open(contract)
        self.assertEqual(second.member_line_ids.mapped("percent"), [20, 30])
        self.assertEqual(second.member_line_ids.mapped("previous"), [12862.50, 9554.20])
        second.member_line_ids[0].percent = 55
        # B: 55 % of 64 312.50 = 35 371.88, less 12 862.50 = 22 509.38; C does not move.
        # Retention of B now 3 % of 42 446.26 = 1 273.39, less 5 % of 15 435.00 = 771.75: 501.64
        self.assertEqual(
            self._rows(second, "excluded", "retention")[1:3],
            [(22509.38, 501.64), (0, 0)],
        )
        # The project manager admits 10 000.00 of B's first month: his second starts from there, ours does not move.
        ours = second.amount_untaxed
        first.member_line_ids[0].admitted_cumulative = 10000
        self.assertEqual(second.member_line_ids[0].previous, 10000)
        self.assertEqual(self._rows(second, "excluded")[1], (25371.88,))
        self.assertEqual((second.amount_untaxed, first.amount_to_credit), (ours, 0))

    def test_taken_over_with_the_months_of_each(self):
        """Begun elsewhere: M 41.7 %, B 55 %, C 12.35 % billed; the next month of each starts from there."""
        contract = self._venture()
        wizard = self.env["works.opening"].browse(contract.action_opening()["res_id"])
        with Form(wizard) as form:
            form.date = date(2026, 5, 31)
            for index, (_name, _amount, percent) in enumerate(G6):
                with form.line_ids.edit(index) as line:
                    line.percent = percent
            self.assertEqual(form.retention, 4564.90, "the sums are ours")
        wizard.action_apply()
        self.assertEqual(contract.amount_billed, 76081.65)
        second = self._open(contract)
        self.assertEqual(second.member_line_ids.mapped("previous"), [35371.88, 3933.15])
        self.assertEqual(self._rows(second, "excluded", "payable"), [(0, 0)] * 4)
        self._enter(second, 100)
        for line in second.member_line_ids:
            line.percent = 100
        # 182 450.00 − 76 081.65; 64 312.50 − 35 371.88; 31 847.33 − 3 933.15
        # retention of B: 5 % of 77 175.00 = 3 858.75, less 2 122.31 taken over: 1 736.44
        self.assertEqual(self._rows(second, "excluded", "retention")[:2], [(106368.35, 6382.10), (28940.62, 1736.44)])
        self.assertEqual(self._rows(second, "excluded")[2], (27914.18,))

    def test_typed_on_the_form_of_the_statement(self):
        contract = self._venture()
        first = self._month(contract, 10, 0, 0)
        with Form(first) as form:
            with form.member_line_ids.edit(0) as line:
                line.percent = 55
                self.assertEqual((line.cumulative, line.amount), (35371.88, 35371.88))
            with form.member_line_ids.edit(1) as line:
                line.cumulative = 3933.15
        self.assertEqual(first.member_line_ids.mapped("amount"), [35371.88, 3933.15])
        self.assertEqual(first.member_ids.mapped("amount_payable"), [40323.95, 4483.79])
        first.action_invoice()
        second = self._open(contract)
        with Form(first) as form:
            with form.member_line_ids.edit(0) as line:
                line.admitted_cumulative = 30000
        self.assertEqual(second.member_line_ids[0].previous, 30000)

    def test_own_guarantee_and_advance_of_a_member(self):
        contract = self._venture(advance_start_pct=50, advance_end_pct=80, advance_method="linear")
        contract.member_ids[0].write({"guarantee_date": "2020-01-01", "advance_amount": 6000})
        advance = self._open(contract)
        self._leave_time_for_more(advance)
        advance.kind = "advance"
        self.assertEqual(self._rows(advance, "granted", "payable"), [(0, 0), (6000, 6000), (0, 0), (6000, 6000)])

    def test_what_is_wrong_with_a_member_is_told(self):
        contract = self._venture()
        situation = self._month(contract, 10, 120, 0)
        with self.assertRaisesRegex(UserError, r"Charpentes Renaud – Poste « B » : il dépasse le marché \(120"):
            situation.action_invoice()

    def test_a_post_changes_hands_until_it_is_billed(self):
        contract = self._venture()
        draft = self._open(contract)
        self.assertEqual(draft.line_ids.contract_line_id, contract.line_ids[0])
        contract.line_ids[1].party_id = False
        self.assertEqual(draft.line_ids.contract_line_id, contract.line_ids[:2])
        self.assertEqual(draft.member_line_ids.contract_line_id, contract.line_ids[2])
        contract.line_ids[1].party_id = contract.member_ids[0]
        self.assertEqual(draft.line_ids.contract_line_id, contract.line_ids[0])
        self._leave_time_for_more(draft)
        self._enter(draft, 10)
        draft.member_line_ids[0].percent = 10
        draft.action_invoice()
        for post, party in ((0, contract.member_ids[0].id), (1, False)):
            with self.assertRaisesRegex(UserError, "it stays with the member who did it"):
                contract.line_ids[post].party_id = party
        with self.assertRaisesRegex(UserError, "stands on an invoiced statement"):
            contract.member_ids[0].unlink()

    def test_common_posts_are_divided_by_the_shares(self):
        contract = self._venture(posts=[("Installation", "100.01"), ("Ours", 1000)])
        self.assertEqual(contract.joint_share, 60)
        contract.line_ids[0].is_common = True
        contract.action_share_out()
        # 30 % of 100.01 = 30.00, 10 % = 10.00; the lead takes what is left: 60.01
        self.assertEqual(
            [(line.name, line.party_id.display_name, line.amount) for line in contract.line_ids.sorted("amount")],
            [
                ("Installation", "Couverture du Val", 10),
                ("Installation", "Charpentes Renaud", 30),
                ("Installation", False, 60.01),
                ("Ours", False, 1000),
            ],
        )
        with self.assertRaisesRegex(UserError, "tick Common"):
            contract.action_share_out()
        with self.assertRaisesRegex(ValidationError, "exceed 100"):
            contract.member_ids[0].share = 95

    def test_single_account_invoices_all(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
            self._venture(joint_single_account=True, chorus_contract_number="x")
            self.env.flush_all()
        contract = self._venture(joint_kind="several", joint_single_account=True)
        self.assertAlmostEqual(contract.amount_current, 278609.83)
        situation = self._open(contract)
        self._leave_time_for_more(situation)
        self._enter(situation, *(percent for _name, _amount, percent in G6))
        self.assertFalse(situation.member_line_ids)
        situation.action_invoice()
        # 115 386.68 HT in all; VAT of the whole 23 077.34; retention 5 % of 138 464.02 = 6 923.20
        self.assertEqual((situation.amount_untaxed, situation.amount_total), (115386.68, 138464.02))
        self.assertEqual(situation.amount_payable, 131540.82)
        rows = situation._joint_rows()
        self.assertEqual([float(row["excluded"]) for row in rows], [76081.65, 35371.88, 3933.15, 115386.68])
        self.assertEqual([row["payable"] for row in rows[:3]], [None] * 3)
        with self.assertRaisesRegex(UserError, "Single account"):
            contract.joint_single_account = False

    def test_the_page_shows_who_is_paid_what(self):
        contract = self._venture()
        situation = self._month(contract, *(percent for _name, _amount, percent in G6))
        text = plain_text_of(situation._render_paper()).replace(NARROW, " ")
        for part in ("Répartition par cotraitant", "131 540,82", "40 323,95", "FR76 1010 7001 0112 3456 7890 129"):
            self.assertIn(part, text)

    def test_a_contract_without_members_is_as_before(self):
        contract = self._contract(role="lead", retention_rate=5)
        situation = self._bill(contract, 30, 10, 0)
        self.assertFalse(situation.is_joint or situation.joint_table or situation._joint_rows())
        self.assertEqual(sum(row["payable"] or ZERO for row in situation._joint_rows()), 0)
        self.assertNotIn("Répartition par cotraitant", plain_text_of(situation._render_paper()))

    def test_members_are_entered_on_the_form(self):
        contract = self._contract(role="lead")
        with Form(contract) as form:
            with form.member_ids.new() as member:
                member.partner_id = self.members[0]
                member.share = 40
            self.assertEqual(form.joint_share, 60)
        self.assertEqual(contract.member_ids.role, "co_contractor")
        self.assertFalse(contract.party_ids, "they are no subcontractors")

    # --- we are a joint contractor: the lead validates ---

    def test_the_lead_validates_our_statement(self):
        """A13 goes through the lead: he is named to Chorus Pro, and asked for before anything leaves."""
        account = self._activate_account()
        account.structure_ref = "123"
        contract = self._contract(role="co_contractor")
        self.assertEqual(contract.chorus_framework_id.code, "A13")
        situation = self._bill(contract, 30, 10, 0)
        send = self.env["chorus.send"].with_context(active_model="works.situation", active_ids=situation.ids)
        action = situation.action_chorus_send()
        wizard = send.browse(action["res_id"])
        self.assertIn(
            "Name the lead of the joint venture, who validates on the contract",
            "\n".join(wizard.problem_ids.mapped("message")),
        )
        contract.main_contractor_id = self.county
        wizard.action_check_again()
        self.assertNotIn("lead of the joint venture", "\n".join(wizard.problem_ids.mapped("message")))
        document = situation.move_id.chorus_document_ids
        transmission = self.env["chorus.transmission"].new({"document_ids": document.ids, "account_id": account.id})
        document.main_attachment_file_id = self.env["ir.attachment"].create({"name": "s.pdf", "raw": b"%PDF-1.4"})
        transmission.upload_ids = self.env["chorus.transmission"].new(
            {"attachment_id": document.main_attachment_file_id.id, "remote_ref": "1"}
        )
        frame = transmission._works_submission().to_json()
        self.assertIn('"codeStructureValideur":"20913909600017"', frame.decode().replace(" ", ""))
        self.assertIn("A13_PROJET_DECOMPTE_MENSUEL_COTRAITANT", frame.decode())
