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
    "recycle_invoice": "Correction de l’adressage",
    "recycle_works": "Correction de l’adressage",
    "complete_invoice": "Ajout de pièces",
    "complete_works": "Ajout de pièces",
    "correct_validator": "Correction du valideur",
    "handle_rejections": "Rejet marqué comme traité",
    "decide_validation": "Réponse à une demande de validation",
    "refuse_works": "Refus d’une pièce reçue",
}
STATES = {
    "queued": "en attente",
    "sending": "en cours d’envoi",
    "unknown": "réponse perdue",
    "deposited": "acceptée",
    "integrated": "intégrée",
    "partial": "intégrée en partie",
    "rejected": "refusée",
    "needs_attention": "réponse perdue",
    "cancelled": "retirée",
}
"""The words of the certificate, French whatever the language of who issues it."""


class DepositCertificate(models.AbstractModel):
    """What the certificate of a deposit shows: its sealed facts and nothing else, the moments in French time."""

    _name = "report.chorus_visiobat.deposit_certificate"
    _description = "Certificate of deposit"

    def _get_report_values(self, docids, data=None):
        documents = self.env["chorus.document"].browse(docids)
        return {
            "doc_model": documents._name,
            "docs": documents,
            "moment": moment,
            "operations": OPERATIONS,
            "states": STATES,
            **self.env.context.get("chorus_certificate", {}),
            **{name: getattr(french, name) for name in ("amount", "euros", "siret", "typeset")},
        }


def moment(text):
    """A moment of the facts as French people read it, with its zone; a dash for none."""
    if not text:
        return "—"
    if len(text) == 10:
        return datetime.fromisoformat(text).strftime("%d/%m/%Y")
    moment = datetime.fromisoformat(text.rstrip("Z")).replace(tzinfo=timezone.utc).astimezone(PARIS)
    return moment.strftime("%d/%m/%Y %H:%M:%S (UTC%z)")
