import base64
import hashlib
import json

from odoo import fields, models
from odoo.exceptions import UserError

from ..keyring import KeyringError
from ..models.chorus_certificate import FACTS_NAME, SEAL_NAME
from ..report import french
from ..report.archival_pdf import embedded_files
from ..report.deposit_certificate import moment


class ChorusCertificateCheck(models.TransientModel):
    """Tells whether a certificate of deposit was issued by this server, and whether it was changed since.

    The seal speaks for the facts that the file carries, not for its pages: those are believed where the whole file is,
    to the byte, one of the certificates kept with the paper.
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
            ("facts", "Its facts were sealed here, but its pages are not those of a certificate kept here"),
            ("changed", "Changed since it was issued"),
            ("unknown", "Not sealed by this server, or its key is gone"),
        ],
        readonly=True,
        help="What the seal says of the facts that the file carries, and whether the file is one that was kept here.",
    )
    findings = fields.Text("What was found", readonly=True, help="Each thing that was verified.")

    def action_check(self):
        """Verify the file.

        :raise UserError: no file, or not a certificate of deposit
        """
        self.ensure_one()
        self.check_access("write")
        content = base64.b64decode(self.with_context(bin_size=False).file or b"")
        files = self._files(content)
        facts = json.loads(files[FACTS_NAME])
        papers = self._papers_of(facts)
        fingerprint = hashlib.sha256(files[FACTS_NAME]).hexdigest()
        try:
            sealed = papers[:1]._sealed_fingerprint(files[SEAL_NAME].decode()) if papers else None
        except (KeyringError, ValueError):
            sealed = None
        if sealed is None:
            verdict = "unknown"
        elif sealed != fingerprint:
            verdict = "changed"
        else:
            verdict = "genuine" if papers._keeps_certificate(content) else "facts"
        findings = self._findings(facts, files, papers, fingerprint)
        if verdict in ("genuine", "facts"):
            findings.insert(0, self._sealed_sentence(facts))
        self.write({"verdict": verdict, "findings": "\n".join(findings)})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Verify a certificate"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _files(self, content):
        try:
            files = embedded_files(content)
            json.loads(files[FACTS_NAME])["piece"]["numero"]
            files[SEAL_NAME].decode()
        except (ValueError, KeyError, TypeError):
            raise UserError(
                self.env._("Certificate: this file is no certificate of deposit. Choose the PDF that Odoo issued.")
            ) from None
        return files

    def _papers_of(self, facts):
        """The papers of this number among those that the user may see: several where a refused one was sent again."""
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
                ]
            )
        )

    def _sealed_sentence(self, facts):
        """What the seal vouches for, to be compared with the pages."""
        piece, deposit = facts["piece"], facts["depot"]
        return self.env._(
            "Sealed: paper %(number)s for %(client)s, %(amount)s incl. tax, deposited on %(date)s, technical number "
            "%(technical)s.",
            number=piece["numero"],
            client=piece["destinataire"]["nom"],
            amount=french.euros(float(piece["montant_ttc"] or 0)),
            date=moment(deposit["date_depot"]),
            technical=deposit["numero_technique"] or "–",
        )

    def _findings(self, facts, files, papers, fingerprint):
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
        if not papers:
            return [*found, _("The paper is not in this database, or you may not see it.")]
        found.append(_("Paper: %(name)s", name=papers[0].display_name))
        known = {one["sha256"] for paper in papers for one in paper._certificate_facts()["envois"]}
        told = {one.get("sha256") for one in facts.get("envois", [])}
        found.append(
            _("The journal of this database holds every sending that it tells.")
            if told <= known
            else _("The journal of this database does not hold every sending that it tells.")
        )
        return found
