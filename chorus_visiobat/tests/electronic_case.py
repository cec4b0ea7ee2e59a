import os
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

from lxml import etree

from ..report.cii_tree import NAMESPACES
from .paper_case import PaperCase

FAILURES = Path(__file__).with_name("facturx_failures.py")


class ElectronicInvoiceCase(PaperCase):
    """An ordinary invoice of several rates, and what judges the electronic invoices made of it, in either syntax."""

    builder = "account.edi.xml.cii_chorus"
    namespaces = NAMESPACES

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls.env["product.product"].create({"name": "Heure de maçon", "default_code": "MAC"})
        cls.invoice = cls._invoice(
            [
                ("Entretien des façades\nSecteur nord, avril à juin", 3, 100 / 3, cls._tax(20, "on_payment")),
                (
                    "Heures de reprise",
                    2,
                    48.5,
                    cls._tax(10, "on_payment"),
                    {"product_id": cls.product.id, "discount": 10},
                ),
                ("Moins-value sur l'échafaudage", 1, -20, cls._tax(20, "on_payment")),
            ],
            buyer_reference="DIRBAT",
            purchase_order_reference="2026-EJ-004512",
            contract_reference="2026-SA-0142",
            ref="REF-CLIENT",
        )
        cls.document = cls._document("A1", cls.invoice)

    def _xml(self, document, files=()):
        return self.env[self.builder]._export_document(document, files)

    def _tree(self, document):
        return etree.fromstring(self._xml(document))

    def _credit_note(self):
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=self.invoice.ids)
            .create({"journal_id": self.invoice.journal_id.id, "date": date(2026, 11, 20)})
        )
        credit = self.env["account.move"].browse(wizard.reverse_moves()["res_id"])
        credit.action_post()
        return credit

    def _pay_in_part(self):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.invoice.ids
        ).create({"amount": 50}).action_create_payments()
        self.assertEqual(self.invoice.amount_residual, 142.03)

    def _with_long_texts(self):
        """A paper of an invoice whose note and name are longer than the syntaxes take, and that note."""
        note = "Travaux réalisés selon l'ordre de service. " * 60
        move = self._invoice([("Ouvrage " * 60, 1, 100, self._tax(20, "on_payment"))], narration=note)
        return self._document("A1", move), note.strip()

    def _values(self, tree, path):
        found = tree.xpath(path, namespaces=self.namespaces)
        return [value if isinstance(value, str) else value.text for value in found]

    def assertValues(self, tree, expected):
        for path, values in expected.items():
            with self.subTest(path):
                self.assertEqual(self._values(tree, path), values)

    def assertValid(self, content):
        """The invoice (XML, or PDF that carries it) satisfies the schema and every rule of EN 16931."""
        with tempfile.NamedTemporaryFile() as file:
            file.write(content)
            file.flush()
            # Without PYTHONPATH: the judge sees its own packages, not the server's.
            environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
            command = [sys.executable, FAILURES, file.name]
            run = subprocess.run(command, capture_output=True, text=True, env=environment)
        self.assertEqual((run.stdout, run.returncode), ("", 0), run.stderr)
