"""Month end: what is queued separately travels together, and one bad paper never holds the others back."""

import hashlib
import io
import tarfile

from odoo.tests import tagged

from .common import ChorusCase

FLOW = "/cpro/factures/v1/deposer/flux"
SEARCH = "/cpro/factures/v1/rechercher/fournisseur"
HISTORY = "/cpro/factures/v1/consulter/historique"
REPORT = "/cpro/transverses/v1/consulterCRDetaille"


class FlowCase(ChorusCase):
    def papers(self, count):
        """So many A1 papers, each queued by its own click; their file is no Factur-X."""
        documents = self.env["chorus.document"]
        for rank in range(count):
            document = self.create_document(f"FA2026-{rank:04}", "A1", content=self.pdf(rank))
            document._queue()
            documents |= document
        return documents

    @staticmethod
    def pdf(rank):
        """Bytes that no compression makes smaller, as those of a real PDF."""
        return b"%PDF-1.4 " + b"".join(hashlib.sha256(bytes([rank, part])).digest() for part in range(8))

    def contents(self):
        """The names in each flow that Chorus Pro received, in order."""
        found = []
        for flow, content in self.flows():
            if not flow["filename"].endswith(".tar.gz"):
                found.append([flow["filename"]])
                continue
            with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
                found.append(archive.getnames())
        return found

    def flows(self):
        """The flows that Chorus Pro received, oldest first, each with its bytes."""
        for flow in sorted(self.control.flows(), key=lambda flow: flow["number"][-15:]):
            answer = self.control.session.get(f"{self.control.url}/_sim/flows/{flow['number']}/content", timeout=30)
            answer.raise_for_status()
            yield flow, answer.content

    def report(self, state, *refused, technical=()):
        """Have the next report say this, whatever the flow holds."""
        errors = [{"numeroDP": paper.number, "libelleErreurDP": "le code service est absent"} for paper in refused]
        body = {"etatCourantDepotFlux": state, "listeErreurDP": errors, "listeErreurTechnique": list(technical)}
        self.control.fault("patch", REPORT, body=body)

    @property
    def transmissions(self):
        return self.env["chorus.transmission"].search([("account_id", "=", self.account.id)], order="id")


@tagged("post_install", "-at_install")
class TestBatch(FlowCase):
    def test_papers_queued_separately_leave_together(self):
        papers = self.papers(7)
        self.assertEqual(len(self.transmissions), 7)
        self.deposit()
        [names] = self.contents()
        self.assertEqual(names, [f"{paper.id}-{paper.number}.pdf" for paper in papers])
        [flow] = self.transmissions
        self.assertEqual(flow.document_ids, papers)
        self.assertEqual(set(papers.mapped("stage")), {"deposited"})
        self.assertEqual(set(papers.mapped("flow_number")), {flow.flow_number})
        self.assertEqual(len(papers.message_ids.filtered(lambda note: flow.flow_number in note.body)), 7)

    def test_each_company_has_its_own_flow(self):
        """A branch sends by the technical account of its parent, and its papers stay its own."""
        branch = self.env["res.company"].create({"name": "Agence de Saumur", "parent_id": self.company.id})
        papers = self.papers(2)
        for rank in (2, 3):
            paper = self.create_document(f"FA2026-{rank:04}", "A1", content=self.pdf(rank), company_id=branch.id)
            paper._queue()
            papers |= paper
        self.deposit()
        self.assertEqual([len(names) for names in self.contents()], [2, 2])
        self.assertEqual(self.transmissions.mapped("document_ids.company_id"), self.company | branch)
        self.assertEqual([flow.company_id for flow in self.transmissions], [self.company, branch])

    def test_flows_stay_within_the_limit(self):
        papers = self.papers(6)
        with self.environment(CHORUS_VISIOBAT_MAX_FLOW_BYTES="1000"):
            self.deposit()
        flows = self.contents()
        self.assertGreater(len(flows), 1)
        self.assertEqual(sorted(sum(flows, [])), sorted(f"{paper.id}-{paper.number}.pdf" for paper in papers))
        for _flow, content in self.flows():
            self.assertLessEqual(len(content), 1000)

    def test_paper_withdrawn_stays_out_of_the_flow(self):
        papers = self.papers(3)
        papers[1].with_user(self.biller).action_withdraw()
        self.deposit()
        [names] = self.contents()
        self.assertEqual(len(names), 2)
        self.assertEqual(papers.mapped("stage"), ["deposited", "draft", "deposited"])

    def test_missing_file_stops_its_own_paper_only(self):
        papers = self.papers(3)
        papers[0].main_attachment_file_id = False
        self.deposit()
        self.assertEqual(papers.mapped("stage"), ["to_fix", "deposited", "deposited"])

    def test_lost_answer_of_a_flow_is_looked_for_in_one_call(self):
        papers = self.papers(5)
        self.control.fault("drop_after", FLOW)
        self.deposit()
        self.assertEqual(set(papers.mapped("stage")), {"unknown"})
        self.control.forget_requests()
        self.wait(papers._current_deposits(), minutes=2)
        self.deposit()
        self.assertEqual(len(self.control.requests(SEARCH)), 1)
        self.wait(papers._current_deposits(), hours=4)
        self.deposit()
        self.assertEqual(len(self.contents()), 2, "Unknown after the quiet period: the same bytes leave again")
        self.assertEqual(*self.contents())


@tagged("post_install", "-at_install")
class TestDivision(FlowCase):
    def deposited(self, count):
        papers = self.papers(count)
        self.deposit()
        return papers

    def test_paper_named_in_a_refused_flow_frees_the_others(self):
        papers = self.deposited(4)
        self.report("IN_REJETE", papers[2])
        self.poll()
        self.assertEqual(papers.mapped("stage"), ["queued", "queued", "to_fix", "queued"])
        self.assertFalse((papers - papers[2]).activity_ids)
        self.deposit()
        self.assertEqual([len(names) for names in self.contents()], [4, 3])
        self.assertEqual(papers.mapped("stage"), ["deposited", "deposited", "to_fix", "deposited"])
        self.assertEqual(papers.filtered("refusal_label"), papers[2])

    def test_flow_refused_without_a_name_is_divided_until_the_culprit_is_alone(self):
        papers = self.deposited(9)
        bad, xsd = papers[4], {"codeErreur": "ERR_XSD_001", "libelleErreur": "IRRECEVABILITE: ligne 150"}
        rounds = 0
        while bad.stage != "to_fix" and rounds < 9:
            rounds += 1
            flows = self.transmissions.filtered(lambda flow: flow.state == "deposited")
            for flow in flows:
                if bad in flow.document_ids:
                    self.report("IN_REJETE", technical=[xsd])
                else:
                    self.report("IN_INTEGRE")
            self.poll()
            self.deposit()
        self.assertEqual(rounds, 3, "Nine, then three by three, then one by one")
        self.assertEqual(len(self.contents()), 1 + 3 + 3)
        self.assertEqual(bad.stage, "to_fix")
        self.assertIn("ligne 150", bad.refusal_label)
        self.assertEqual(set((papers - bad).mapped("stage")), {"deposited"})
        self.assertFalse((papers - bad).activity_ids)
        divided = self.transmissions.filtered("divided_from_id")
        self.assertTrue(all(part.document_ids <= part.divided_from_id.document_ids for part in divided))

    def test_parts_of_a_divided_flow_take_nobody_with_them(self):
        papers = self.deposited(4)
        self.report("IN_REJETE", technical=[{"codeErreur": "ERR_XSD_001", "libelleErreur": "illisible"}])
        self.poll()
        new = self.create_document("FA2026-NEW", "A1")
        new._queue()
        self.deposit()
        self.assertEqual([len(names) for names in self.contents()], [4, 2, 2, 1])
        self.assertEqual({new.stage, *papers.mapped("stage")}, {"deposited"})

    def test_incident_sends_the_same_flow_again_later(self):
        papers = self.deposited(3)
        self.report("IN_INCIDENTE")
        self.poll()
        self.assertEqual(set(papers.mapped("stage")), {"queued"})
        self.deposit()
        self.assertEqual(len(self.contents()), 1, "Not at once")
        self.wait(papers._current_deposits(), hours=1)
        self.deposit()
        self.assertEqual(*self.contents())

    def test_part_may_be_withdrawn_before_it_leaves_again(self):
        papers = self.deposited(4)
        self.report("IN_REJETE", papers[0])
        self.poll()
        papers[1].with_user(self.biller).action_withdraw()
        self.assertEqual(papers.mapped("stage"), ["to_fix", "draft", "queued", "queued"])
        self.deposit()
        self.assertEqual(papers.mapped("stage"), ["to_fix", "draft", "deposited", "deposited"])
