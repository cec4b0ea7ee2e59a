import io
import re
from datetime import date

from pypdf import PdfReader

from odoo import Command
from odoo.tests import Form, tagged

from ..decompte import Admission, annex_d
from ..report.french import amount, day, euros, iban, percent, siret, typeset
from .golden_case import NARROW, GoldenCase, letters_of, plain_text_of, rows_of

NIL = ("0,00", "0,00", "0,00")


@tagged("post_install", "-at_install")
class TestStatementPages(GoldenCase):
    """What a paymaster checks: annex D, annex E, direct payments, balance; its figures worked by hand."""

    def test_g2_second_month_line_by_line(self):
        """Two rates, a revision, a penalty: works-billing.md §2.14 G2, S2.

        b 58 439.14 + 26 836.36 = 85 275.50, less 29 215.18 + 5 709.86 = 34 925.04. c 768.35, then 905.94 + 654.92.
        e 5 971.58 + 583.55, then 6 025.98 + 2 178.14. Base at 20 %: 58 439.14 + 642.73 + 905.94 = 59 987.81.
        g 3 % of the works TTC without c.
        """
        contract = self._g2()
        self._g2_month(contract, 5, 33.33, 12.5)
        second = self._g2_month(contract, 6, 66.67, 58.75, penalty=450)
        content = second._render_paper()
        self.assertEqual(
            letters_of(content),
            {
                "a": NIL,
                "b": ("85 275,50", "34 925,04", "50 350,46"),
                "c": ("2 329,21", "768,35", "1 560,86"),
                "d": NIL,
                "e": ("14 759,25", "6 555,13", "8 204,12"),
                "f": ("102 363,96", "42 248,52", "60 115,44"),
                "g": ("2 989,41", "1 240,17", "1 749,24"),
                "h": NIL,
                "i": ("2 989,41", "1 240,17", "1 749,24"),
                "j": ("99 374,55", "41 008,35", "58 366,20"),
                "k": NIL,
                "l": ("99 374,55", "41 008,35", "58 366,20"),
                "m": ("450,00", "0,00", "450,00"),
                "n": ("98 924,55", "41 008,35", "57 916,20"),
            },
        )
        rows = rows_of(content)
        self.assertIn("Taux de 20 %|59 987,81|11 997,56|30 129,90|6 025,98", rows)
        self.assertIn("Taux de 10 %|27 616,90|2 761,69|21 781,42|2 178,14", rows)
        text = plain_text_of(content).replace(NARROW, " ")
        self.assertIn("Net à payer au titulaire pour le mois 57 916,20 €", text)
        self.assertIn("m — Retard : 450,00 € (3 jours, CCAP 8.2).", text)
        self.assertEqual(second.move_id.amount_total, 60115.44, "line f of the month is the invoice")

    def test_g2_annex_e_and_its_regularisation(self):
        contract = self._g2()
        self._g2_month(contract, 5, 33.33, 12.5)
        self._g2_month(contract, 6, 66.67, 58.75)
        third = self._g2_month(contract, 7, 100, 100)
        text = plain_text_of(third._render_paper()).replace(NARROW, " ")
        self.assertIn("Coefficient de variation provisoire", text)
        self.assertIn("C = 0,15 + 0,85 × BT01 / BT010", text)
        self.assertIn("provisoire, l’index de juillet 2026 n’est pas paru", text)
        self.index._set_values({date(2026, 7, 1): 132.7})
        fourth = self._open(contract)
        fourth.period_end = date(2026, 8, 28)
        content = fourth._render_paper()
        # 29 215.18 × 0.039 = 1 139.39, less 905.67; 18 842.55 × 0.039 = 734.86, less 584.12 (G2, régul S3)
        rows = rows_of(content)
        self.assertIn("juillet 2026, CCAP|29 215,18|1,039|905,67|233,72|46,74|280,46", rows)
        self.assertIn("juillet 2026, CCAP|18 842,55|1,039|584,12|150,74|15,07|165,81", rows)
        self.assertIn("Variation du mois (ligne c)|384,46|61,81|446,27", rows)
        self.assertIn("BT01|mars 2026|126,9|juillet 2026|132,7|1", rows)
        self.assertEqual(letters_of(content)["n"][2], "446,27")

    def test_g3_fourth_month_line_by_line(self):
        """Advance and direct payment: works-billing.md §2.14 G3, S4 (our statement no. 5: no. 1 asks for the advance).

        b own 230 400 + sub 80 000, less 198 400 + 40 000. g 5 % of f. h 14 400 × (72 − 65) / (80 − 65).
        """
        contract, party = self._g3()
        for own, sub, paid in ((20, 0, 0), (45, 25, 20000), (62, 50, 20000)):
            self._g3_month(contract, party, own, sub, paid)
        fourth = self._g3_month(contract, party, 72, 100, 40000)
        content = fourth._render_paper()
        self.assertEqual(
            letters_of(content),
            {
                "a": ("14 400,00", "14 400,00", "0,00"),
                "b": ("310 400,00", "238 400,00", "72 000,00"),
                "c": NIL,
                "d": NIL,
                "e": ("62 080,00", "47 680,00", "14 400,00"),
                "f": ("372 480,00", "286 080,00", "86 400,00"),
                "g": ("18 624,00", "14 304,00", "4 320,00"),
                "h": ("6 720,00", "0,00", "6 720,00"),
                "i": ("25 344,00", "14 304,00", "11 040,00"),
                "j": ("347 136,00", "271 776,00", "75 360,00"),
                "k": ("80 000,00", "40 000,00", "40 000,00"),
                "l": ("267 136,00", "231 776,00", "35 360,00"),
                "m": NIL,
                "n": ("267 136,00", "231 776,00", "35 360,00"),
            },
        )
        rows = rows_of(content)
        self.assertIn("Étanchéité du Val|80 000,00|80 000,00|40 000,00|40 000,00", rows)
        self.assertIn(
            "SIRET 346 281 942 00018 — montants HT, TVA due par le titulaire (autoliquidation)", " ".join(rows)
        )
        self.assertIn("Avance à rembourser : 14 400,00 € × (72 % − 65 %) / (80 % − 65 %) = 6 720,00 €", "".join(rows))

    def test_g3_final_statement_says_what_the_balance_is_made_of(self):
        """480 000 TTC − 80 000 paid directly + 14 400 − 14 400 of advance − 24 000 of retention − 321 280 received."""
        contract, party = self._g3()
        for own, sub, paid in ((20, 0, 0), (45, 25, 20000), (62, 50, 20000), (72, 100, 40000), (85, 100, 0)):
            self._g3_month(contract, party, own, sub, paid)
        final = self._g3_month(contract, party, 100, 100, 0, kind="final")
        rows = rows_of(final._render_paper())
        self.assertIn("Projet de décompte final n° 7", "|".join(rows))
        for row in (
            "Travaux exécutés depuis l’origine, variation des prix comprise|480 000,00 €",
            "Montant du décompte|480 000,00 €",
            "Paiements directs aux sous-traitants|−80 000,00 €",
            "Avance versée|14 400,00 €",
            "Avance résorbée|−14 400,00 €",
            "Retenue de garantie, restituée à l’issue du délai de garantie|−24 000,00 €",
            "Acomptes antérieurs|−321 280,00 €",
            "Solde|54 720,00 €",
        ):
            self.assertIn(row, rows)
        listed = [row.split("|") for row in rows if re.match(r"\d\|(Avance|Acompte|Solde), ", row)]
        self.assertEqual(
            [row[2:] for row in listed],
            [
                ["0,00", "0,00", "0,00", "0,00", "14 400,00", "0,00", "0,00", "14 400,00", "14 400,00"],
                ["64 000,00", "12 800,00", "76 800,00", "−3 840,00", "0,00", "0,00", "0,00", "72 960,00", "72 960,00"],
                ["100 000,00", "20 000,00", "120 000,00", "−6 000,00", "0,00", "−20 000,00", "0,00"]
                + ["94 000,00"] * 2,
                ["74 400,00", "14 880,00", "89 280,00", "−4 464,00", "0,00", "−20 000,00", "0,00"] + ["64 816,00"] * 2,
                ["72 000,00", "14 400,00", "86 400,00", "−4 320,00", "−6 720,00", "−40 000,00", "0,00"]
                + ["35 360,00"] * 2,
                ["41 600,00", "8 320,00", "49 920,00", "−2 496,00", "−7 680,00", "0,00", "0,00"] + ["39 744,00"] * 2,
                ["48 000,00", "9 600,00", "57 600,00", "−2 880,00", "0,00", "0,00", "0,00"] + ["54 720,00"] * 2,
            ],
        )
        total = next(row for row in rows if row.startswith("Total|400 000,00"))
        self.assertEqual(total.split("|")[1:4], ["400 000,00", "80 000,00", "480 000,00"])
        self.assertEqual(total.split("|")[-1], "376 000,00")  # 321 280 + 54 720

    def test_what_was_admitted_is_told_and_the_list_adds_up_to_the_balance(self):
        """G8: L1 cut from 40 000 to 36 000. Asked 47 250 × 1.2 × 95 % = 53 865; due and admitted 4 560 less: 49 305."""
        contract = self._contract(retention_rate=5)
        self._bill(contract, 30, 10, 0)
        contract.situation_ids._admit(Admission(), date(2026, 7, 10))
        second = self._bill(contract, 100, 45, 0)
        post = second.line_ids[0].contract_line_id
        second._admit(Admission(posts={post.id: 36000}, reasons={post.id: "métré"}), date(2026, 8, 12))
        final = self._open(contract)
        final.kind = "final"
        self._enter(final, 100, 100, 100)
        rows = rows_of(final._render_paper())
        self.assertIn("Acomptes antérieurs|−69 255,00 €", rows)  # 19 950 + 49 305
        asked = next(row for row in rows if row.startswith("2|Acompte"))
        self.assertEqual(asked.split("|")[-2:], ["53 865,00", "49 305,00"])
        self.assertIn("admis le 12/08/2026 : 49 305,00", " ".join(rows))

    def test_what_another_program_billed_heads_the_list(self):
        """30 % of L1 taken over: 12 000 HT, 14 400 TTC less 720 retained. Then 100 %: 28 000 HT more."""
        contract = self._contract([("L1", 40000)], retention_rate=5)
        wizard = self.env["works.opening"].browse(contract.action_opening()["res_id"])
        with Form(wizard) as form:
            form.number = 2
            form.date = date(2026, 5, 31)
            with form.line_ids.edit(0) as line:
                line.percent = 30
        wizard.action_apply()
        final = self._open(contract)
        self._enter(final, 100)
        final.kind = "final"
        rows = rows_of(final._render_paper())
        reprise = next(row for row in rows if row.startswith("2|Reprise, mai 2026"))
        self.assertEqual(reprise.split("|")[2:6], ["12 000,00", "2 400,00", "14 400,00", "−720,00"])
        self.assertIn("Acomptes antérieurs|−13 680,00 €", rows)
        total = next(row for row in rows if row.startswith("Total|40 000,00"))
        self.assertEqual(total.split("|")[-1], "45 600,00")

    def test_the_tacit_procedure_repeats_the_final_statement(self):
        contract = self._contract(retention_rate=5)
        self._bill(contract, 30, 10, 0)
        final = self._open(contract)
        self._enter(final, 100, 100, 100)
        final.kind = "final"
        final.action_invoice()
        tacit = self._open(contract)
        tacit.write({"kind": "tacit", "framework_id": self._framework("A22").id})
        content = tacit._render_paper()
        self.assertIn("Projet de décompte général n° 3", plain_text_of(content).replace("\xa0", " "))
        # 120 000 × 1.2 × 95 % less 17 500 × 1.2 × 95 %
        self.assertEqual(letters_of(content)["n"], ("136 800,00", "19 950,00", "116 850,00"))
        self.assertIn("Solde|116 850,00 €", rows_of(content))
        tacit.framework_id = self._framework("A23")
        self.assertIn("Décompte général et définitif tacite", plain_text_of(tacit._render_paper()))

    def test_the_advance_is_asked_for_on_a_page_of_its_own(self):
        """5 % of 320 000 × 1.2 for 12 of 16 months: 14 400, of which 2 400 of VAT."""
        contract, _party = self._g3()
        content = contract.situation_ids._render_paper()
        rows = rows_of(content)
        self.assertIn("Demande d’avance n° 1", "|".join(rows))
        self.assertIn("Marché initial TTC, hors sous-traitants payés directement|384 000,00 €", rows)
        self.assertIn("384 000,00 € × 5 % × 12 / 16 mois = 14 400,00 €", rows)
        self.assertIn("Avance demandée, TTC|14 400,00 €", rows)
        self.assertIn("Taux de 20 %|12 000,00|2 400,00|14 400,00", rows)
        self.assertEqual(letters_of(content), {})

    def test_without_any_deduction_the_lines_are_there(self):
        """G1, first month: 17 500 HT. Nil lines are printed: the paymaster's sheet has them all."""
        first = self._bill(self._contract(), 30, 10, 0)
        letters = letters_of(first._render_paper())
        self.assertEqual("".join(letters), "abcdefghijklmn")
        self.assertEqual([letter for letter, columns in letters.items() if columns == NIL], list("acdghikm"))
        self.assertEqual(letters["n"], ("21 000,00", "0,00", "21 000,00"))

    def test_the_page_says_what_the_arithmetic_says(self):
        contract, party = self._g3(prorata_mode="deducted", prorata_rate=2)
        for own, sub, paid in ((20, 0, 0), (72, 100, 80000)):
            situation = self._g3_month(contract, party, own, sub, paid)
        rows = rows_of(situation._render_paper())
        for line in annex_d(situation._statement()):
            columns = (amount(value).replace(NARROW, " ") for value in (line.cumulative, line.previous, line.month))
            label = typeset(line.label).replace(NARROW, " ")
            self.assertIn("|".join([line.letter, label, *columns] if line.letter else [label, *columns]), rows)

    def test_an_assigned_claim_names_who_is_paid(self):
        bank = self.env["res.partner"].create({"name": "Banque du Val", "is_company": True})
        account = self.env["res.partner.bank"].create(
            {"acc_number": "FR7630004000031234567890143", "partner_id": bank.id}
        )
        contract = self._contract(assignment_kind="dailly", assignment_bank_id=account.id)
        text = plain_text_of(self._bill(contract, 30, 10, 0)._render_paper()).replace(NARROW, " ")
        self.assertIn("a été cédée à Banque du Val", text)
        self.assertIn("à l’ordre de Banque du Val : IBAN FR76 3000 4000 0312 3456 7890 143", text)
        self.assertNotIn("FR76 3000 6000", text)

    def test_a_subcontractor_bills_without_vat_and_says_why(self):
        contract = self._contract(role="subcontractor", main_contractor_id=self.county.id)
        contract._onchange_reverse_charge()
        situation = self._open(contract)
        self._enter(situation, 30, 10, 0)
        situation.framework_id = self._framework("A10")
        text = plain_text_of(situation._render_paper()).replace(NARROW, " ").replace("\xa0", " ")
        self.assertIn("Demande de paiement du sous-traitant n° 1", text)
        self.assertIn("Entreprise principale Département du Haut-Val", text)
        self.assertIn("Autoliquidation : la TVA est due par le preneur", text)
        self.assertEqual(letters_of(situation._render_paper())["f"][2], "17 500,00")

    def test_says_when_the_retention_falls_due(self):
        contract = self._contract(retention_rate=5, retention_release_date="2027-12-01")
        text = plain_text_of(self._bill(contract, 30, 10, 0)._render_paper()).replace(NARROW, " ")
        self.assertIn("Retenue de garantie de cette situation, 1 050,00 € : exigible le 1er décembre 2027.", text)

    def test_amendments_are_told_apart(self):
        contract = self._contract()
        amendment = self.env["works.contract.amendment"].create(
            {"contract_id": contract.id, "number": "1", "date_notification": "2026-05-01"}
        )
        contract.line_ids = [
            Command.create(
                {
                    "name": "Reprise",
                    "amount": 6500,
                    "tax_id": self.vat20.id,
                    "amendment_id": amendment.id,
                    "sequence": 99,
                }
            )
        ]
        situation = self._open(contract)
        self._enter(situation, 30, 10, 0, 50)
        content = situation._render_paper()
        self.assertIn("Avenant n° 1, notifié le 1er mai 2026", plain_text_of(content).replace("\xa0", " "))
        self.assertIn("dont avenants et ordres de service|3 250,00|0,00|3 250,00", rows_of(content))
        self.assertIn("Total des postes (lignes b + d)|126 500,00|16,4 %|20 750,00|0,00|20 750,00", rows_of(content))

    def test_three_hundred_posts_hold_in_few_pages(self):
        """Fewer than fifteen, the heading and the lot on each, and no signature cut in two."""
        posts = [
            {
                "name": f"Ouvrage {rank} : fourniture et pose, toutes sujétions comprises",
                "code": f"{1 + rank // 30}.{1 + rank % 30}",
                "lot": f"Lot {1 + rank // 30}",
                "mode": "quantity" if rank % 3 == 0 else "percent",
                "quantity": 12.5,
                "price_unit": 80,
                "amount": 1000,
            }
            for rank in range(300)
        ]
        situation = self._open(self._contract(posts, retention_rate=5))
        pages = [page.extract_text() for page in PdfReader(io.BytesIO(situation._render_paper())).pages]
        self.assertLess(len(pages), 15)
        for number, page in enumerate(pages, start=1):
            self.assertIn(f"page {number}/{len(pages)}", page.replace("\n", ""))
        for page in pages[1:]:
            self.assertIn("Désignation", page)
            self.assertIn("marché 2026-014", page, "the running header names the contract")
            self.assertRegex(page, r"Lot \d+")
        signing = [page for page in pages if "Le titulaire" in page]
        self.assertEqual(len(signing), 1)
        self.assertIn("vérifié et accepté", signing[0])
        self.assertIn("Le maître d’ouvrage", signing[0])

    def test_typography(self):
        contract = self._g2()
        self._g2_month(contract, 5, 33.33, 12.5)
        text = plain_text_of(self._g2_month(contract, 6, 66.67, 58.75, penalty=450)._render_paper())
        self.assertFalse(re.findall(r".{12}[ \u00a0](?:[:;!?»]|(?<=\d.)[%€]).{5}", text), "only narrow spaces before")
        self.assertNotIn("'", text)
        self.assertIn(f"57{NARROW}916,20{NARROW}€", text)

    def test_french_formats(self):
        self.assertEqual(amount(-1234567.5), f"\u22121{NARROW}234{NARROW}567,50")
        self.assertEqual(euros(0.005), f"0,01{NARROW}€")
        self.assertEqual(percent(33.333), f"33,33{NARROW}%")
        self.assertEqual(percent(None), "–")
        self.assertEqual(day(date(2026, 11, 1)), "1<sup>er</sup> novembre 2026")
        self.assertEqual(siret("45260181800019"), f"452{NARROW}601{NARROW}818{NARROW}00019")
        self.assertEqual(iban("FR76 30006000011234567890189").split(NARROW)[0::6], ["FR76", "189"])
        self.assertEqual(typeset("l'« index »\u00a0: 3 %"), f"l’«{NARROW}index{NARROW}»{NARROW}: 3{NARROW}%")
