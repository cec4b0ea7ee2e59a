import hashlib

from odoo import fields, models

VERSION = 1
"""Of the layout of the facts: a certificate says how it is to be read."""


class ChorusDocument(models.Model):
    """The facts of a deposit as its certificate tells them, read from the journal: nothing is computed from memory."""

    _inherit = "chorus.document"

    def _certificate_facts(self):
        """What is known of this deposit, in the order and words of the certificate.

        Moments are ISO 8601 in UTC, amounts text in EUR with two decimals; the same facts give the same bytes.

        :return: dict that JSON can hold
        """
        self.ensure_one()
        document = self.sudo()
        deposit = document._current_deposit()
        contract = document.contract_id
        return {
            "version": VERSION,
            "piece": {
                "cadre": document.framework_id.api_code or document.framework_id.code,
                "numero": document.number,
                "environnement": document.environment,
                "emetteur": {"nom": document.issuer_name or document.company_id.name, "siret": document.issuer_siret},
                "destinataire": {"nom": document._payer().name, "siret": document.recipient_siret},
                "maitre_oeuvre": _body(contract.moe_partner_id),
                "maitre_ouvrage": _body(contract.moa_partner_id),
                "marche": contract.chorus_contract_number or None,
                "engagement": contract.chorus_commitment_number or None,
                "montant_ht": _euros(document.amount_untaxed),
                "montant_tva": _euros(document.amount_tax),
                "montant_ttc": _euros(document.amount_total),
            },
            "depot": {
                "numero_technique": document.technical_number or None,
                "numero_flux": document.flow_number or None,
                "date_depot": _moment(document.deposit_date),
                "reception": _day(document._received_on()),
                "depart_delai_paiement": _day(document.payment_start_date),
                "delai_paiement_jours": document._payment_days() if document.move_id else None,
                "echeance_paiement": _day(document.payment_due_date),
            },
            "envois": [_sending(one) for one in document._certificate_transmissions()],
            "fichiers": document._certificate_files(),
            "historique": [
                {
                    "piece": event.document_id.name,
                    "date": _moment(event.date),
                    "code": event.code,
                    "libelle": event.status_id.name or None,
                    "auteur": event.author or None,
                    "commentaire": event.comment or None,
                }
                for event in document.file_event_ids.sorted(lambda event: (event.date, event.id))
            ],
            "certificat": {
                "emis_le": _moment(fields.Datetime.now()),
                "emis_par": self.env.user.name,
                "societe": document.company_id.name,
            },
            "base": {"identite": deposit.database_identity or None, "nom": self.env.cr.dbname},
        }

    def _certificate_transmissions(self):
        """Everything that left for this paper, with the files uploaded for it, oldest first."""
        own = self.transmission_ids.filtered(lambda one: one.attempts)
        return (own | own.upload_ids.filtered(lambda one: one.attempts)).sorted("id")

    def _certificate_files(self):
        """The files of the paper with their fingerprints; and how Chorus Pro lists them, when somebody asked."""
        held = {row.attachment_id.id: row for row in self.held_file_ids}
        found = []
        for file in self.main_attachment_file_id | self.attachment_ids:
            row = held.get(file.id)
            content = file.raw or b""
            found.append(
                {
                    "nom": file.name,
                    "octets": len(content),
                    "sha256": hashlib.sha256(content).hexdigest(),
                    "numero_chorus_pro": row.file_ref or None if row else None,
                    "present_chorus_pro": row.state == "both" if row else None,
                }
            )
        return found


def _body(partner):
    return {"nom": partner.name, "siret": partner.company_registry or None} if partner else None


def _sending(transmission):
    return {
        "operation": transmission.verb,
        "fichier": transmission.payload_name or None,
        "sha256": transmission.sha256 or None,
        "envoye_le": _moment(transmission.started_at),
        "repondu_le": _moment(transmission.answered_at),
        "etat": transmission.state,
        "numero_flux": transmission.flow_number or None,
        "reference_chorus_pro": transmission.remote_ref or None,
        "identifiant_correlation": transmission.correlation_id or None,
        "nombre_envois": transmission.attempts,
        "reponses_perdues": transmission.lost_answers,
    }


def _euros(value):
    return f"{value:.2f}"


def _moment(value):
    return f"{value.isoformat()}Z" if value else None


def _day(value):
    return value.isoformat() if value else None
