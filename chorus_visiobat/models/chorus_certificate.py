import hashlib
import io
import json
import zipfile

from odoo import fields, models
from odoo.exceptions import UserError

from ..keyring import KeyMissing, KeyringError
from ..report.archival_pdf import EmbeddedFile, embed_files
from ..server_keys import ensure_server_keyring, retired_keyring, server_keyring

REPORT = "chorus_visiobat.report_deposit_certificate"
FACTS_NAME, SEAL_NAME = "certificat.json", "certificat.sceau.txt"
SEAL_PLACE = {"model": "chorus.document", "field": "certificate"}


class ChorusDocument(models.Model):
    """The certificate of a deposit (*certificat de dépôt*): what left, when, and what Chorus Pro answered, for a judge.

    A PDF/A-3 that carries its facts as JSON and the very file deposited. The fingerprint of the facts (SHA-256) is
    verified by anybody, offline; the seal, the same fingerprint encrypted under a key of this server, by
    the server alone (`_sealed_fingerprint`). Neither is a qualified electronic signature, and the certificate says so.
    """

    _inherit = "chorus.document"

    certificate_id = fields.Many2one(
        "ir.attachment",
        "Certificate of deposit",
        readonly=True,
        copy=False,
        ondelete="set null",
        help="The last certificate issued; the earlier ones stay with the paper.",
    )

    def action_certificate(self):
        """Issue the certificate of each paper, kept with it, and give it: one PDF, or a ZIP of several.

        :raise UserError: papers that never reached Chorus Pro, or no PDF engine
        """
        self.check_access("write")
        missing = self.sudo().filtered(lambda paper: not (paper.technical_number or paper.flow_number))
        if missing:
            raise UserError(
                self.env._(
                    "%(names)s: nothing was deposited yet, so there is nothing to certify.",
                    names=", ".join(missing.mapped("name")),
                )
            )
        certificates = self.env["ir.attachment"].sudo()
        for document in self:
            certificates |= document._issue_certificate()
        given = certificates if len(certificates) == 1 else self._zip_certificates(certificates)
        return {"type": "ir.actions.act_url", "url": f"/web/content/{given.id}?download=true", "target": "new"}

    def _issue_certificate(self):
        """Make and keep the certificate of this paper.

        :return: its ``ir.attachment``
        """
        self.ensure_one()
        content = self._certificate()
        certificate = (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": f"certificat-{self._file_name_of(self.number)}",
                    "raw": content,
                    "description": self._seal(hashlib.sha256(content).hexdigest()),
                    "mimetype": "application/pdf",
                    "res_model": self._name,
                    "res_id": self.id,
                    "chorus_type_id": False,
                }
            )
        )
        self.sudo().certificate_id = certificate
        self._note(self.env._("Certificate of deposit issued."), hashlib.sha256(content).hexdigest())
        return certificate

    def _certificate(self) -> bytes:
        """The certificate as PDF/A-3b, its facts, its seal and the file deposited inside."""
        facts = self._certificate_facts()
        content = json.dumps(facts, ensure_ascii=False, sort_keys=True, indent=2).encode()
        fingerprint = hashlib.sha256(content).hexdigest()
        seal = self._seal(fingerprint)
        shown = {"facts": facts, "fingerprint": fingerprint, "seal": seal}
        pages = self.env["chorus.pdf"]._render(REPORT, self.with_context(chorus_certificate=shown), archival=True)
        files = [
            EmbeddedFile(FACTS_NAME, content, "application/json"),
            EmbeddedFile(SEAL_NAME, seal.encode(), "text/plain"),
        ]
        if paper := self.sudo().main_attachment_file_id:
            files.append(EmbeddedFile(paper.name, paper.raw or b"", paper.mimetype))
        return embed_files(pages, files, dated=fields.Datetime.now())

    def _seal(self, fingerprint):
        """The fingerprint encrypted and authenticated for this very paper under the first key of the server.

        :raise UserError: the keys of the server cannot be used
        """
        try:
            return ensure_server_keyring().encrypt(fingerprint, record=self._business_key(), **SEAL_PLACE)
        except KeyringError as error:
            raise UserError(str(error)) from None

    def _sealed_fingerprint(self, seal):
        """The fingerprint that a seal of this server holds for this paper, be it under a key that is no longer in use.

        :raise keyring.KeyringError: not sealed by this server, for another paper, or its key is gone
        """
        place = {"record": self._business_key(), **SEAL_PLACE}
        try:
            return server_keyring().decrypt(seal, **place)
        except KeyMissing:
            return retired_keyring().decrypt(seal, **place)

    def _keeps_certificate(self, content):
        """Whether a file is, to the byte, one of the certificates issued for these papers: the seal of the whole file
        stands beside it, for anybody may attach a file to a paper."""
        fingerprint = hashlib.sha256(content).hexdigest()
        kept = self.env["ir.attachment"].sudo().search([("res_model", "=", self._name), ("res_id", "in", self.ids)])
        for seal in kept.filtered(lambda one: one.description and one.file_size == len(content)).mapped("description"):
            try:
                if self[:1]._sealed_fingerprint(seal) == fingerprint:
                    return True
            except KeyringError:
                continue
        return False

    def _zip_certificates(self, certificates):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for certificate in certificates:
                archive.writestr(f"{certificate.res_id}-{certificate.name}", certificate.raw)
        return certificates.create(
            {
                "name": f"certificats-{fields.Date.context_today(self)}.zip",
                "raw": buffer.getvalue(),
                "mimetype": "application/zip",
            }
        )
