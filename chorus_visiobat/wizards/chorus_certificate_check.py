import base64
import hashlib
import json

from odoo import fields, models
from odoo.exceptions import UserError

from ..keyring import KeyringError
from ..models.chorus_certificate import FACTS_NAME, SEAL_NAME
from ..report.archival_pdf import embedded_files


class ChorusCertificateCheck(models.TransientModel):
    """Tells whether a certificate of deposit was issued by this server, and whether it was changed since.

    Read from the file alone: its facts, its seal and the paper that it carries.
    """

    _name = "chorus.certificate.check"
    _description = "Verification of a certificate of deposit"

    file = fields.Binary(
        "Certificate", attachment=False, help="The PDF file of the certificate, as it was given to you."
    )
    filename = fields.Char()
    verdict = fields.Selection(
        [
            ("genuine", "Issued here, and unchanged"),
            ("changed", "Changed since it was issued"),
            ("unknown", "Not sealed by this server, or its key is gone"),
        ],
        readonly=True,
        help="What the seal says of the facts that the file carries.",
    )
    findings = fields.Text("What was found", readonly=True, help="Each thing that was verified.")

    def action_check(self):
        """Verify the file.

        :raise UserError: no file, or not a certificate of deposit
        """
        self.ensure_one()
        self.check_access("write")
        files = self._files()
        facts = json.loads(files[FACTS_NAME])
        document = self._document_of(facts)
        fingerprint = hashlib.sha256(files[FACTS_NAME]).hexdigest()
        try:
            sealed = document._sealed_fingerprint(files[SEAL_NAME].decode()) if document else None
        except (KeyringError, ValueError):
            sealed = None
        verdict = "unknown" if sealed is None else "genuine" if sealed == fingerprint else "changed"
        self.write({"verdict": verdict, "findings": "\n".join(self._findings(facts, files, document, fingerprint))})
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _files(self):
        try:
            files = embedded_files(base64.b64decode(self.with_context(bin_size=False).file or b""))
            json.loads(files[FACTS_NAME])["piece"]["numero"]
            files[SEAL_NAME].decode()
        except (ValueError, KeyError, TypeError):
            raise UserError(
                self.env._("Certificate: this file is no certificate of deposit. Choose the PDF that Odoo issued.")
            ) from None
        return files

    def _document_of(self, facts):
        """The paper of the certificate among those that the user may see; empty when there is none."""
        piece = facts["piece"]
        return (
            self.env["chorus.document"]
            .with_context(active_test=False)
            .search(
                [
                    ("number", "=", piece["numero"]),
                    ("environment", "=", piece.get("environnement")),
                    ("issuer_siret", "=", piece.get("emetteur", {}).get("siret")),
                    ("framework_id.api_code", "=", piece.get("cadre")),
                ],
                limit=1,
            )
        )

    def _findings(self, facts, files, document, fingerprint):
        _ = self.env._
        found = [_("Fingerprint of the facts: %(sha256)s", sha256=fingerprint)]
        for told in facts.get("fichiers", []):
            content = files.get(told.get("nom"))
            if content is not None:
                same = hashlib.sha256(content).hexdigest() == told.get("sha256")
                found.append(
                    _("%(name)s, inside the certificate: the bytes that were deposited.", name=told["nom"])
                    if same
                    else _("%(name)s, inside the certificate: NOT the bytes that were deposited.", name=told["nom"])
                )
        if not document:
            return [*found, _("The paper is not in this database, or you may not see it.")]
        found.append(_("Paper: %(name)s", name=document.display_name))
        known = {one["sha256"] for one in document._certificate_facts()["envois"]}
        told = {one.get("sha256") for one in facts.get("envois", [])}
        found.append(
            _("The journal of this database holds every sending that it tells.")
            if told <= known
            else _("The journal of this database does not hold every sending that it tells.")
        )
        return found
