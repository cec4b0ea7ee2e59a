from odoo.tests import TransactionCase, tagged

from ..models.chorus_flow_syntax import choose_syntax

LISTED = ["IN_DP_E1_CII_16B", "IN_DP_E1_UBL_INVOICE", "IN_DP_E2_CII_FACTURX", "IN_DP_E2_CII_MIN_16B"]


@tagged("post_install", "-at_install")
class TestChoice(TransactionCase):
    def test_factur_x_among_what_is_listed(self):
        self.assertEqual(choose_syntax(LISTED, is_works=False), "IN_DP_E2_CII_FACTURX")
        self.assertIsNone(choose_syntax(["IN_DP_E1_UBL_INVOICE"], is_works=False))

    def test_works_syntax_as_soon_as_chorus_pro_lists_one(self):
        self.assertEqual(choose_syntax(LISTED, is_works=True), "IN_DP_E2_CII_FACTURX")
        self.assertEqual(choose_syntax([*LISTED, "IN_DP_E5_CII_FACTURX"], is_works=True), "IN_DP_E5_CII_FACTURX")
        self.assertEqual(choose_syntax([*LISTED, "IN_DP_E5_CII_FACTURX"], is_works=False), "IN_DP_E2_CII_FACTURX")

    def test_structured_formats(self):
        self.assertEqual(choose_syntax(LISTED, is_works=False, file_format="cii"), "IN_DP_E1_CII_16B")
        self.assertEqual(choose_syntax(LISTED, is_works=True, file_format="ubl"), "IN_DP_E1_UBL_INVOICE")
        newer = [*LISTED, "IN_DP_E1_CII_22B", "IN_DP_E4_UBL_INVOICE"]
        self.assertEqual(choose_syntax(newer, is_works=True, file_format="ubl"), "IN_DP_E4_UBL_INVOICE")
        self.assertEqual(choose_syntax(newer, is_works=False, file_format="cii"), "IN_DP_E1_CII_22B")
        self.assertIsNone(choose_syntax(["IN_DP_E1_CII"], is_works=False, file_format="cii"))
