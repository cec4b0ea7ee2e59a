from odoo import Command
from odoo.tests import new_test_user

from .works_common import WorksCase


class AccessCase(WorksCase):
    """A user of each sort, and a record of each model: what the access table is tried with."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        other = cls.env["res.company"].create({"name": "Charpentes Renaud", "country_id": cls.env.ref("base.fr").id})
        groups = {
            "portal": ("base.group_portal", cls.company),
            "employee": ("base.group_user", cls.company),
            "site": ("chorus_visiobat.group_site", cls.company),
            "accountant": ("chorus_visiobat.group_billing", cls.company),
            "stranger": ("chorus_visiobat.group_billing", other),
            "administrator": (
                "chorus_visiobat.group_manager,account.group_account_manager,base.group_system",
                cls.company,
            ),
        }
        cls.users = {
            name: new_test_user(
                cls.env, f"access_{name}", group, company_id=company.id, company_ids=[Command.set(company.ids)]
            )
            for name, (group, company) in groups.items()
        }
        cls.records = cls._samples()

    @classmethod
    def _samples(cls):
        """One record of each model, of the first company where it has one."""
        env, company = cls.env, cls.company
        project = env["project.project"].create({"name": "Mairie", "company_id": company.id})
        contract = cls._contract(project_id=project.id)
        contract.action_start()
        billed = env["works.situation"].browse(contract.action_new_situation()["res_id"])
        billed.line_ids[0].input_percent = 10
        billed.action_invoice()
        amendment = env["works.contract.amendment"].create(
            {"contract_id": contract.id, "number": "1", "name": "Avenant 1"}
        )
        # Of another contract: an open statement would stop what is tried on the first, rights or not.
        open_contract = cls._contract(chorus_contract_number="2026-015")
        open_contract.action_start()
        situation = env["works.situation"].browse(open_contract.action_new_situation()["res_id"])
        situation.line_ids[0].input_percent = 50
        situation.flush_recordset()
        application = env["chorus.piste.application"].create({"name": "APP", "client_id": "id"})
        account = env["chorus.account"].create(
            {"company_id": company.id, "siret": "45260181800019", "contact_email": "a@b.fr", "login": "TECH_1@cpro.fr"}
        )
        account._resume()
        late = cls._as("accountant", env["chorus.late.interest"]).create({})
        framework = env["chorus.framework"].search([("code", "=", "A4")])
        posts = cls._as("accountant", env["works.post.import"]).create(
            {"contract_id": open_contract.id, "sheet_count": 1, "text": "Poste\tMontant\nA\t1"}
        )
        posts.action_read()
        document = env["chorus.document"].create(
            {
                "company_id": company.id,
                "environment": "qualification",
                "framework_id": framework.id,
                "number": "ACCES-1",
                "issuer_siret": account.siret,
                "contract_id": contract.id,
            }
        )
        structure = env["chorus.structure"].create(
            {"name": "Commune", "siret": "26613186100012", "environment": "qualification"}
        )
        move = env["account.move"].create(
            {"move_type": "out_invoice", "partner_id": cls.client_body.id, "journal_id": cls.journal.id}
        )
        send = cls._as("accountant", env["chorus.send"]).create({})
        wizard = cls._as("administrator", env["chorus.subscription"])._open(company)
        found = {
            "account.journal": cls.journal,
            "account.move": move,
            "account.move.line": billed.move_id.line_ids[:1],
            "chorus.account": account,
            "chorus.attach": cls._as("accountant", env["chorus.attach"]).create(
                {"document_id": document.id, "technical_number": "540066"}
            ),
            "chorus.call": env["chorus.call"].create(
                {
                    "account_id": account.id,
                    "company_id": company.id,
                    "day": "2026-11-30",
                    "verb": "submit_works",
                    "kind": "effect",
                    "outcome": "ok",
                    "calls": 1,
                }
            ),
            "chorus.attachment.type": env["chorus.attachment.type"].search([], limit=1),
            "chorus.bank": env["chorus.bank"].create({"account_id": account.id, "remote_ref": "132", "name": "Compte"}),
            "chorus.document": document,
            "chorus.event": env["chorus.event"].create(
                {"document_id": document.id, "code": "DEPOSEE", "date": "2026-11-30 10:00:00"}
            ),
            **cls._validation_samples(document),
            **cls._found_samples(framework),
            **cls._cure_samples(document),
            "chorus.framework": framework,
            "chorus.health": env["chorus.health"],
            "chorus.lane.success": env["chorus.lane.success"].create(
                {"account_id": account.id, "lane": "poll", "date": "2026-11-30 10:00:00"}
            ),
            "chorus.held.file": env["chorus.held.file"].create(
                {"document_id": document.id, "name": "metre.pdf", "state": "both"}
            ),
            "chorus.lookup": env["chorus.lookup"].create({"siret": "26613186100012", "environment": "production"}),
            "chorus.bank.rate": env["chorus.bank.rate"].search([], limit=1),
            "chorus.certificate.check": cls._as("accountant", env["chorus.certificate.check"]).create({}),
            "chorus.late.interest": late,
            "chorus.late.interest.line": late.line_ids.create(
                {"wizard_id": late.id, "document_id": document.id, "payer_id": cls.client_body.id}
            ),
            "chorus.payment.regime": env["chorus.payment.regime"].search([], limit=1),
            "chorus.piste.application": application,
            "chorus.proof.export": cls._as("administrator", env["chorus.proof.export"]).create({}),
            "chorus.rejection": env["chorus.rejection"].create(
                {"name": "n", "pattern": "p", "explanation": "e", "cure": "c"}
            ),
            "chorus.send": send,
            "chorus.send.paper": send.paper_ids.create({"wizard_id": send.id, "move_id": move.id}),
            "chorus.send.problem": send.problem_ids.create(
                {
                    "wizard_id": send.id,
                    "level": "advice",
                    "code": "c",
                    "message": "m",
                    "res_model": "account.move",
                    "res_id": move.id,
                }
            ),
            "chorus.service": env["chorus.service"].create({"structure_id": structure.id, "code": "S", "name": "S"}),
            "chorus.status": env["chorus.status"].search([], limit=1)
            or env["chorus.status"].create({"code": "DEPOSEE", "name": "Déposée", "stage": "deposited"}),
            "chorus.structure": structure,
            "chorus.subscription": env["chorus.subscription"].browse(wizard["res_id"]),
            "chorus.transmission": env["chorus.transmission"].create(
                {
                    "account_id": account.id,
                    "company_id": company.id,
                    "environment": "qualification",
                    "verb": "add_file",
                    "key": "access",
                    "document_ids": document.ids,
                }
            ),
            "ir.module.module": env.ref("base.module_chorus_visiobat"),
            "project.project": project,
            "res.company": company,
            "res.config.settings": cls._as("administrator", env["res.config.settings"]).create({}),
            "res.partner": cls.client_body,
            "res.users": cls.users["administrator"],
            **cls._answer_samples(billed),
            "works.contract": contract,
            "works.contract.amendment": amendment,
            "works.contract.line": contract.line_ids[0],
            **cls._terms_samples(open_contract, situation),
            **cls._books_samples(),
            "works.deadline.rule": env["works.deadline.rule"].search([], limit=1),
            "works.prior.agreement": cls._as("accountant", env["works.prior.agreement"]).create(
                {"situation_id": situation.id, "person": "M. Lumen"}
            ),
            "works.reception": cls._as("accountant", env["works.reception"]).create({"contract_id": contract.id}),
            "works.imposed.statement": cls._as("accountant", env["works.imposed.statement"]).create(
                {"situation_id": situation.id, "file": "JVBERi0=", "amount_total": 1}
            ),
            **cls._opening_samples(open_contract),
            **{
                name: cls._as("accountant", env[name]).create(values)
                for name, values in {
                    "works.hand.back": {"situation_id": situation.id, "reason": "Métré"},
                    "works.invoice.batch": {"situation_ids": situation.ids},
                    "works.month.open": {},
                }.items()
            },
            "works.post.import": posts,
            "works.post.import.column": posts.column_ids[0],
            **cls._joint_samples(),
            "works.receivable.clearing": cls._as("accountant", env["works.receivable.clearing"]).create(
                {"contract_id": contract.id, "part": "retention", "amount": 1}
            ),
            "works.situation": situation,
            "works.situation.line": situation.line_ids[0],
            "works.situation.report": env["works.situation.report"].search(
                [("contract_id", "=", contract.id)], limit=1
            ),
            "works.situation.vat": env["works.situation.vat"].search([("situation_id", "=", situation.id)], limit=1)
            or env["works.situation.vat"].create({"situation_id": situation.id, "rate": 5.5}),
        }
        env.flush_all()
        return found

    @classmethod
    def _found_samples(cls, framework):
        """A paper of ours found on Chorus Pro, and the dialog that attaches it."""
        found = cls.env["chorus.found.paper"].create(
            {
                "company_id": cls.company.id,
                "environment": "qualification",
                "technical_number": "540099",
                "number": "PORTAIL-1",
                "framework_id": framework.id,
            }
        )
        adopt = cls._as("accountant", cls.env["chorus.adopt"]).create({"found_id": found.id})
        return {"chorus.found.paper": found, "chorus.adopt": adopt}

    @classmethod
    def _validation_samples(cls, document):
        """The dialog of our decision on a request, with a reason of refusal."""
        wizard = cls._as("accountant", cls.env["chorus.validation.decide"]).create({"document_ids": document.ids})
        reasons = cls._as("accountant", cls.env["chorus.validation.reason"])
        reason = reasons.create({"wizard_id": wizard.id, "code": "MOTIF_01", "name": "Autre motif"})
        return {"chorus.validation.decide": wizard, "chorus.validation.reason": reason}

    @classmethod
    def _cure_samples(cls, document):
        """The dialogs that cure a paper."""
        names = [f"chorus.cure.{name}" for name in ("addressing", "completion", "refusal", "replacement")]
        return {name: cls._as("accountant", cls.env[name]).create({"document_ids": document.ids}) for name in names}

    @classmethod
    def _answer_samples(cls, situation):
        """The dialog of the project manager's answer, with a post and a deduction."""
        Admission = cls._as("accountant", cls.env["works.admission"]).with_context(default_situation_id=situation.id)
        wizard = Admission.create({"deduction_ids": [Command.create({"name": "Retard", "amount": 1})]})
        return {
            "works.admission": wizard,
            "works.admission.line": wizard.line_ids[0],
            "works.admission.deduction": wizard.deduction_ids,
        }

    @classmethod
    def _terms_samples(cls, contract, situation):
        """One record of each model of the financial terms; prices and indexes belong to no company."""
        env = cls.env
        index = env["works.price.index"].create({"code": "BT01"})
        value, link = (
            env[f"works.price.index.{name}"].create({"index_id": index.id, "month": "2026-05-01", number: 1})
            for name, number in (("value", "value"), ("link", "coefficient"))
        )
        contract.write({"price_type": "revisable", "price_base_month": "2026-05-01"})
        formula = env["works.revision.formula"].create(
            {"contract_id": contract.id, "weight_ids": [Command.create({"index_id": index.id, "weight": 0.85})]}
        )
        party = env["works.contract.party"].create(
            {"contract_id": contract.id, "partner_id": cls.moe.id, "amount_max": 100}
        )
        entry = {"situation_id": situation.id, "amount": 1}
        return {
            "works.contract.party": party,
            "works.price.import": cls._as("accountant", env["works.price.import"]).create(
                {"index_id": index.id, "text": "2026-06;1"}
            ),
            "works.price.index": index,
            "works.price.index.link": link,
            "works.price.index.value": value,
            "works.revision.formula": formula,
            "works.revision.weight": formula.weight_ids,
            "works.situation.deduction": env["works.situation.deduction"].create({**entry, "name": "Retard"}),
            "works.situation.direct_payment": env["works.situation.direct_payment"].create(
                {**entry, "party_id": party.id}
            ),
        }

    @classmethod
    def _books_samples(cls):
        """One record of each model of the books."""
        setup = cls._as("administrator", cls.env["works.chart.setup"]).create({"company_id": cls.company.id})
        accrual = cls._as("accountant", cls.env["works.accrual"]).create({"date": "2026-05-31"})
        situation = cls.env["works.situation"].search([("company_id", "=", cls.company.id)], limit=1)
        return {
            "l10n_fr.fec.export.wizard": cls.env["l10n_fr.fec.export.wizard"].create(
                {"date_from": "2026-01-01", "date_to": "2026-01-31", "test_file": True}
            ),
            "works.accrual": accrual,
            "works.accrual.line": accrual.line_ids.create(
                {"accrual_id": accrual.id, "situation_id": situation.id, "kind": "accrued"}
            ),
            "works.vat.report": cls.env["works.vat.report"].search([("company_id", "=", cls.company.id)], limit=1),
            "works.chart.setup": setup,
            "works.chart.setup.line": setup.line_ids.create({"setup_id": setup.id, "model": "account.tax"}),
        }

    @classmethod
    def _joint_samples(cls):
        """The part of another member in the statement of a venture that we lead."""
        contract = cls._contract(chorus_contract_number="2026-016", role="lead")
        party = cls.env["works.contract.party"].create(
            {"contract_id": contract.id, "partner_id": cls.moe.id, "role": "co_contractor"}
        )
        contract.line_ids[2].party_id = party
        member = cls.env["works.situation"].browse(contract.action_new_situation()["res_id"]).member_ids
        return {"works.situation.member": member, "works.situation.member.line": member.line_ids}

    @classmethod
    def _opening_samples(cls, contract):
        """The dialog of the opening balances, and one row of each kind."""
        wizard = cls._as("accountant", cls.env["works.opening"])._of_contract(contract)
        return {
            "works.opening": wizard,
            "works.opening.line": wizard.line_ids[0],
            "works.opening.payment": wizard.payment_ids[0],
            "works.opening.vat": wizard.vat_ids[0],
        }

    @classmethod
    def _as(cls, name, records):
        user = cls.users[name]
        return records.with_user(user).with_context(allowed_company_ids=user.company_ids.ids, lang="en_US")
