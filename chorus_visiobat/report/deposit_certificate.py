from datetime import datetime, timezone
from zoneinfo import ZoneInfo

from odoo import models

from . import french

PARIS = ZoneInfo("Europe/Paris")
OPERATIONS = {
    "add_file": "Envoi d’un fichier",
    "submit_works": "Dépôt de la pièce de travaux",
    "submit_invoice": "Dépôt de la facture",
    "deposit_flow": "Dépôt d’un flux",
}


class DepositCertificate(models.AbstractModel):
    """What the certificate of a deposit shows: its sealed facts and nothing else, the moments in French time."""

    _name = "report.chorus_visiobat.deposit_certificate"
    _description = "Certificate of deposit"

    def _get_report_values(self, docids, data=None):
        documents = self.env["chorus.document"].browse(docids)
        return {
            "doc_model": documents._name,
            "docs": documents,
            "moment": _moment,
            "operation": lambda verb: OPERATIONS.get(verb, verb),
            **self.env.context.get("chorus_certificate", {}),
            **{name: getattr(french, name) for name in ("amount", "euros", "siret", "typeset")},
        }


def _moment(text):
    """A moment of the facts as French people read it, with its zone; a dash for none."""
    if not text:
        return "—"
    if len(text) == 10:
        return datetime.fromisoformat(text).strftime("%d/%m/%Y")
    moment = datetime.fromisoformat(text.rstrip("Z")).replace(tzinfo=timezone.utc).astimezone(PARIS)
    return moment.strftime("%d/%m/%Y %H:%M:%S (UTC%z)")
