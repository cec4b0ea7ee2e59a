from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged

from ..models.chorus_flow_syntax import choose_syntax
from .common import ChorusCase

LISTED = ["IN_DP_E1_CII_16B", "IN_DP_E1_UBL_INVOICE", "IN_DP_E2_CII_FACTURX", "IN_DP_E2_CII_MIN_16B"]


class Listing:
    """A client that only lists, and counts the questions."""

    def __init__(self, codes):
        self.codes, self.questions = codes, 0

    def list_flow_formats(self):
        self.questions += 1
        return ("IN_DP_E2_FACTURX",)

    def list_flow_syntaxes(self, flow_format):
        return self.codes


@tagged("post_install", "-at_install")
class TestChoice(TransactionCase):
    def test_factur_x_among_what_is_listed(self):
        self.assertEqual(choose_syntax(LISTED, is_works=False), "IN_DP_E2_CII_FACTURX")
        self.assertIsNone(choose_syntax(["IN_DP_E1_UBL_INVOICE"], is_works=False))

    def test_works_syntax_as_soon_as_chorus_pro_lists_one(self):
        self.assertEqual(choose_syntax(LISTED, is_works=True), "IN_DP_E2_CII_FACTURX")
        self.assertEqual(choose_syntax([*LISTED, "IN_DP_E5_CII_FACTURX"], is_works=True), "IN_DP_E5_CII_FACTURX")
        self.assertEqual(choose_syntax([*LISTED, "IN_DP_E5_CII_FACTURX"], is_works=False), "IN_DP_E2_CII_FACTURX")


@tagged("post_install", "-at_install")
class TestListing(ChorusCase):
    def test_chorus_pro_is_asked_once_a_month(self):
        document, client = self.create_document("2026-A1-1", framework="A1"), Listing(LISTED)
        self.assertEqual(document._flow_syntax(client), "IN_DP_E2_CII_FACTURX")
        self.assertEqual(document._flow_syntax(client), "IN_DP_E2_CII_FACTURX")
        self.assertEqual(client.questions, 1)
        self.account.flow_syntaxes_date -= self.delta(days=31)
        document._flow_syntax(client)
        self.assertEqual(client.questions, 2)

    def test_the_listing_of_chorus_pro_has_a_factur_x(self):
        document = self.create_document("2026-A1-1", framework="A1")
        with self.enter_registry_test_mode():
            self.assertIn("FACTURX", document._flow_syntax())

    def test_nothing_offered_is_said(self):
        document = self.create_document("2026-A1-1", framework="A1")
        with self.assertRaises(UserError) as refusal:
            document._flow_syntax(Listing(["IN_DP_E3_UBL_INVOICE"]))
        self.assertIn("IN_DP_E3_UBL_INVOICE", str(refusal.exception))
