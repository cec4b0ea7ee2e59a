import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..chorus_api import FlowArchive, InvoiceQuery, WorksQuery
from ..chorus_api.rules import MAX_FLOW_FILES
from ..settings import server_number

MOST_NAMES = 3
DEPOSIT_MARGIN = 1
"""Days looked back before the start of a lost flow: the day of a deposit is told in the time of Chorus Pro."""


class ChorusTransmission(models.Model):
    """Papers that wait separately travel together (*flux*, chorus-pro-api.md §2.1).

    Each waits under its own key, without bytes. The first one due takes with it those that may share its flow, as long
    as the archive stays within its limits; what each of them waited by is dropped, and the bytes are kept, in the very
    transaction that claims the flow. One that was divided after a refusal takes nobody more (chorus_flow_report.py).
    """

    _inherit = "chorus.transmission"

    divided_from_id = fields.Many2one(
        "chorus.transmission",
        "Flow that was divided",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
        help="Flow that Chorus Pro did not take in: this one carries a part of its papers.",
    )
    paper_names = fields.Char(
        "Papers in short", compute="_compute_paper_names", help="First papers that it carries, and how many there are."
    )

    @api.depends("document_ids.name")
    def _compute_paper_names(self):
        for transmission in self:
            papers = transmission.document_ids
            names = ", ".join(papers[:MOST_NAMES].mapped("name"))
            if len(papers) > MOST_NAMES:
                names = self.env._("%(names)s… (%(count)s papers)", names=names, count=len(papers))
            transmission.paper_names = names

    def _load(self):
        """Keep the bytes of this flow, just before it leaves: the file of its paper, or an archive of several. In this
        transaction the caller claims it.

        :raise UserError: the file of its own paper is missing
        :raise Misconfigured: the size limit set on the server is no number
        """
        self.ensure_one()
        if self.sha256 or self.state != "queued":
            return
        companions = self._companions()
        papers = self.document_ids.sorted("id")
        archive, loaded = FlowArchive(int(server_number("MAX_FLOW_BYTES")), MAX_FLOW_FILES), papers.browse()
        for paper in [*papers, *companions.document_ids.sorted("id")]:
            file = paper.main_attachment_file_id
            content = file.raw
            if not content and paper in papers:
                raise UserError(
                    self.env._("%(name)s: its file is missing. Correct the paper, then send it again.", name=paper.name)
                )
            if content and not archive.add(f"{paper.id}-{file.name}", content):
                break
            loaded |= paper if content else paper.browse()
            file.invalidate_recordset(["raw", "datas"])
        if left := papers - loaded:
            self._leave_again(left)
        if loaded == papers and len(papers) == 1:
            file = papers.main_attachment_file_id
            self.write(self._frozen(file.raw, file.name))
            return
        companions.filtered(lambda other: other.document_ids <= loaded).unlink()
        content = archive.close()
        digest = hashlib.sha256(content).hexdigest()
        self.write(
            {
                **self._frozen(content, f"flux-{digest[:16]}.tar.gz"),
                "key": f"{self.env.cr.dbname}:{digest}",
                "document_ids": [fields.Command.set(loaded.ids)],
            }
        )

    def _companions(self):
        """What waits and may leave in the same flow, oldest first."""
        if self.divided_from_id or len(self.document_ids) > 1:
            return self.browse()
        return self.search(self._companions_domain(), order="id", limit=MAX_FLOW_FILES - 1)

    def _companions_domain(self):
        """Domain of the flows that wait, never sent, and whose papers are announced under the same syntax."""
        paper = self.document_ids
        return [
            ("id", "!=", self.id),
            ("account_id", "=", self.account_id.id),
            ("company_id", "=", self.company_id.id),
            ("environment", "=", self.environment),
            ("verb", "=", "deposit_flow"),
            ("state", "=", "queued"),
            ("sha256", "=", False),
            ("attempts", "in", (0, False)),
            ("divided_from_id", "=", False),
            "|",
            ("not_before", "=", False),
            ("not_before", "<=", fields.Datetime.now()),
            ("document_ids.framework_id.is_works", "=", paper.framework_id.is_works),
            ("document_ids.file_format", "=", paper.file_format),
        ]

    def _look_up(self, client):
        """A lost flow of many papers is looked for once, by the day of its deposit, and not once for each paper."""
        if len(self.document_ids) == 1 or self.verb != "deposit_flow" or self.remote_ref:
            return super()._look_up(client)
        by_number = {document.number: document for document in self.document_ids}
        others = []
        for row in self._rows_of_the_day(client):
            document = by_number.get(row.number)
            if not document:
                continue
            known = self._known_elsewhere(row, document)
            differences = known or document._differences(row)
            if not differences:
                return document, row, []
            if not known:
                others.append(self._finding(client, document, row, differences))
        return None, None, others

    def _rows_of_the_day(self, client):
        supplier, works = self.account_id._supplier_id(), self.document_ids[0].framework_id.is_works
        since = fields.Date.subtract((self.started_at or fields.Datetime.now()).date(), days=DEPOSIT_MARGIN)
        if works:
            return client.search_works(WorksQuery(supplier_id=supplier, deposited_from=since))
        return client.search_invoices(InvoiceQuery(supplier_id=supplier, deposited_from=since))
