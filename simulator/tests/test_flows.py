"""Flows: really parsed, checked, and integrated with time (chorus-pro-api.md §2.1, §2.2, §3.4, §3.7, §3.8, §6.5 b)."""

import base64

import pytest
from conftest import BUILDER_SIRET, CARPENTER, COUNTY_SIRET, MATTRESS, TOWN_SIRET, Client
from samples import cii, factur_x, tar_gz, ubl, zipped

from chorus_simulator.field_rules import LABEL_LENGTH
from chorus_simulator.pdf import one_page_pdf


@pytest.fixture
def integrate(client, simulator):
    """Deposit a flow, let it be processed, return its report."""

    def run(content, name="facture.pdf", syntax="IN_DP_E2_CII_FACTURX"):
        flow = client.deposit_flow(content, name, syntax)
        simulator.control.advance(4)
        return {**client.report(flow), "flow": flow}

    return run


def labels(report):
    return [error["libelleErreurDP"] for error in report["listeErreurDP"]]


def test_a_flow_goes_through_its_states_with_time(client, simulator):
    flow = client.deposit_flow(factur_x())
    assert flow.startswith("CPP0011117") and len(flow) == 25
    seen = []
    for _ in range(5):
        seen.append(client.report(flow)["etatCourantDepotFlux"])
        simulator.control.advance(1)
    assert seen == [
        "IN_DEPOT_PORTAIL_EN_ATTENTE_TRAITEMENT_SE_CPP",
        "IN_RECU",
        "IN_TRAITE_SE_CPP",
        "IN_EN_COURS_TRAITEMENT_CPP",
        "IN_INTEGRE",
    ]
    report = client.report(flow)
    assert (report["listeErreurDP"], report["listeErreurTechnique"]) == ([], [])
    assert report["codeInterfaceDepotFlux"] == "FSO1117A"
    assert report["nomFichier"] == f"FSO1117A_CPP001_{flow}"


def test_an_integrated_invoice_is_found_by_its_flow_and_reaches_its_recipient(integrate, client, simulator):
    report = integrate(factur_x(contract="2026-M-0142"))
    found = client.call("factures/v1/rechercher/fournisseur", {"numeroFluxDepot": report["flow"]})["listeFactures"]
    assert len(found) == 1
    expected = {
        "numeroFacture": "FA-2026-001",
        "codeFournisseur": BUILDER_SIRET,
        "codeDestinataire": TOWN_SIRET,
        "numeroMarche": "2026-M-0142",
        "montantHT": 100.0,
        "montantTTC": 120.0,
        "statut": "DEPOSEE",
        "dateFacture": "2026-11-30",
    }
    assert {key: found[0][key] for key in expected} == expected
    simulator.control.advance(2)
    history = client.call("factures/v1/consulter/historique", {"idFacture": found[0]["identifiantFactureCPP"]})
    assert history["statutCourantCode"] == "MISE_A_DISPOSITION"
    codes = [entry["histoStatutCode"] for entry in history["historiquesDesStatuts"]["histoStatut"]]
    assert codes == ["MISE_A_DISPOSITION", "EN_COURS_ACHEMINEMENT", "DEPOSEE"]


def test_the_three_deposits_measured_live(simulator):
    """Missing BT-81 rejected; 21 characters and a SIREN rejected; corrected, integrated (September 2026)."""
    client = Client(simulator, MATTRESS)
    values = {"seller": "33254021516357", "buyer": "12345678200051"}

    def run(**changes):
        flow = client.deposit_flow(factur_x(**{**values, **changes}))
        simulator.control.advance(4)
        return client.report(flow)

    first = run(means="")
    assert first["etatCourantDepotFlux"] == "IN_REJETE"
    assert labels(first) == [
        "ApplicableHeaderTradeSettlement.SpecifiedTradeSettlementPaymentMeans.TypeCode.value est obligatoire"
    ]
    second = run(number="FA-2026-0000000000001", seller="332540215")
    assert second["etatCourantDepotFlux"] == "IN_REJETE"
    assert labels(second)[0].startswith(
        "Le champ identifiant de la facture (FichierXml.ExchangedDocument.ID.value) ne doit pas depasser 20 caracteres|"
        "L'identifiant fournisseur de la demande de paiement"
    )
    assert run()["etatCourantDepotFlux"] == "IN_INTEGRE"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"framework": "M1"}, "DocumentContextParameter.ID.value) a une valeur non autorisee : M1"),
        ({"framework": ""}, "BusinessProcessSpecifiedDocumentContextParameter.ID"),
        ({"number": "FA_2026#1"}, "contient des caracteres non autorises"),
        ({"seller": "59603082500019"}, "n'utilise pas ce mode de depot"),
        ({"buyer": "99999999999999"}, "L'identifiant destinataire de la demande de paiement"),
        (
            {"buyer": COUNTY_SIRET, "commitment": "E1"},
            "L'engagement juridique (FichierXml.SupplyChainTradeTransaction.ApplicableHeaderTradeAgreement."
            "BuyerReference.value) est obligatoire",
        ),
        (
            {"buyer": COUNTY_SIRET, "service": "DIRBAT"},
            "L'engagement juridique (FichierXml.SupplyChainTradeTransaction.ApplicableHeaderTradeAgreement."
            "BuyerOrderReferencedDocument.IssuerAssignedID.value) est obligatoire",
        ),
        ({"buyer": COUNTY_SIRET, "service": "ANCIEN", "commitment": "E1"}, "n'est pas actif"),
        ({"buyer": COUNTY_SIRET, "service": "INVENTE", "commitment": "E1"}, "n'est pas reference pour ce destinataire"),
        ({"buyer": "11000201100044", "service": "FAC0000001"}, "IssuerAssignedID.value) est obligatoire"),
        ({"means": "57"}, "TypeCode.value a une valeur non autorisee : 57"),
        ({"means": "30", "iban": ""}, "IBANID.value est obligatoire pour un virement"),
        ({"currency": "USD"}, "doit etre EUR"),
        ({"commitment": "E" * 51}, "ne doit pas depasser 50 caracteres"),
        ({"ttc": "121.00"}, "n'est pas la somme"),
        ({"framework": "A2"}, "doit etre nul pour une facture deja payee"),
    ],
)
def test_each_field_rule_has_its_label(integrate, values, expected):
    report = integrate(factur_x(**values))
    assert report["etatCourantDepotFlux"] == "IN_REJETE"
    assert len(labels(report)) == 1 and expected in labels(report)[0]
    assert report["listeErreurDP"][0]["numeroDP"] == values.get("number", "FA-2026-001")
    assert labels(report)[0].isascii()


def test_several_errors_are_joined_and_cut_at_200_characters(integrate):
    label = labels(integrate(factur_x(framework="M1", means="", currency="USD", number="A" * 21)))[0]
    assert len(label) == LABEL_LENGTH and "|" in label


def test_a_credit_note_needs_no_payment_means(integrate):
    assert integrate(factur_x(type_code="381", means=""))["etatCourantDepotFlux"] == "IN_INTEGRE"


def test_partial_integration_of_an_archive(integrate, client):
    members = {
        "a.pdf": factur_x(number="LOT-1"),
        "b.pdf": factur_x(number="LOT-2", means=""),
        "c.pdf": factur_x(number="LOT-3"),
    }
    report = integrate(tar_gz(members), "lot.tar.gz")
    assert report["etatCourantDepotFlux"] == "IN_INTEGRE_PARTIEL"
    assert [error["numeroDP"] for error in report["listeErreurDP"]] == ["LOT-2"]
    found = client.call("factures/v1/rechercher/fournisseur", {"numeroFluxDepot": report["flow"]})["listeFactures"]
    assert sorted(row["numeroFacture"] for row in found) == ["LOT-1", "LOT-3"]


def test_a_zip_is_unpacked_too(integrate):
    content = zipped({"a.pdf": factur_x(number="ZIP-1"), "b.pdf": factur_x(number="ZIP-2")})
    assert integrate(content, "lot.zip")["etatCourantDepotFlux"] == "IN_INTEGRE"


def test_a_number_serves_once_even_inside_one_archive(integrate):
    assert integrate(factur_x())["etatCourantDepotFlux"] == "IN_INTEGRE"
    again = integrate(factur_x())
    assert again["etatCourantDepotFlux"] == "IN_REJETE" and "existe deja" in labels(again)[0]
    twins = integrate(tar_gz({"a.pdf": factur_x(number="T-1"), "b.pdf": factur_x(number="T-1")}), "lot.tar.gz")
    assert twins["etatCourantDepotFlux"] == "IN_INTEGRE_PARTIEL"


def test_a_rejected_number_may_be_corrected_and_sent_again(integrate):
    assert integrate(factur_x(means=""))["etatCourantDepotFlux"] == "IN_REJETE"
    assert integrate(factur_x())["etatCourantDepotFlux"] == "IN_INTEGRE"


@pytest.mark.parametrize(
    ("content", "name", "syntax", "code"),
    [
        (b"%PDF-1.4 rien", "f.pdf", "IN_DP_E2_CII_FACTURX", "ERR_FIC_001"),
        (cii(), "f.xml", "IN_DP_E2_CII_FACTURX", "ERR_FIC_001"),
        (factur_x().replace(b"(factur-x.xml)", b"(factur\0x.xml)"), "f.pdf", "IN_DP_E2_CII_FACTURX", "ERR_FIC_001"),
        (b"<a", "f.xml", "IN_DP_E1_CII_16B", "ERR_XML_001"),
        (ubl(), "f.xml", "IN_DP_E1_CII_16B", "ERR_FIC_002"),
        (b"pas une archive", "f.tar.gz", "IN_DP_E2_CII_FACTURX", "ERR_ARC_001"),
        (tar_gz({}), "f.tar.gz", "IN_DP_E2_CII_FACTURX", "ERR_ARC_002"),
        (cii(ttc="-1 324,60"), "f.xml", "IN_DP_E1_CII_16B", "ERR_XSD_001"),
    ],
)
def test_an_unreadable_flow_is_rejected_with_a_technical_error(integrate, content, name, syntax, code):
    report = integrate(content, name, syntax)
    assert report["etatCourantDepotFlux"] == "IN_REJETE"
    assert report["listeErreurTechnique"][0]["codeErreur"] == code
    assert report["listeErreurDP"] == []


def test_a_pdf_without_its_xml_is_rejected(integrate):
    report = integrate(one_page_pdf(["Facture"]))
    assert "ne contient pas factur-x.xml" in report["listeErreurTechnique"][0]["libelleErreur"]


def test_an_xsd_error_names_line_and_position(integrate):
    label = integrate(cii(ttc="-1 324,60"), "f.xml", "IN_DP_E1_CII_16B")["listeErreurTechnique"][0]["libelleErreur"]
    assert "'-1 324,60'" in label and "ligne:" in label and "position:" in label


def test_external_entities_are_never_read(integrate, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET")
    xml = cii(number="&x;").replace(
        b"<rsm:CrossIndustryInvoice",
        f'<!DOCTYPE r [<!ENTITY x SYSTEM "file://{secret}">]><rsm:CrossIndustryInvoice'.encode(),
        1,
    )
    report = integrate(xml, "f.xml", "IN_DP_E1_CII_16B")
    assert report["etatCourantDepotFlux"] == "IN_REJETE" and "DOCTYPE" in str(report) and "SECRET" not in str(report)


def test_plain_cii_and_ubl_are_read(integrate, client):
    assert integrate(cii(number="E1-CII"), "f.xml", "IN_DP_E1_CII_16B")["etatCourantDepotFlux"] == "IN_INTEGRE"
    content = ubl(number="E1-UBL", buyer=COUNTY_SIRET, service="DIRBAT", commitment="2026-EJ-004512")
    assert integrate(content, "f.xml", "IN_DP_E1_UBL_INVOICE")["etatCourantDepotFlux"] == "IN_INTEGRE"
    row = client.call("factures/v1/rechercher/fournisseur", {"numeroFacture": "E1-UBL"})["listeFactures"][0]
    assert (row["codeServiceExecutant"], row["numeroBonCommande"]) == ("DIRBAT", "2026-EJ-004512")
    report = integrate(ubl(framework="M1", number="E1-M1", service="", commitment=""), "f.xml", "IN_DP_E1_UBL_INVOICE")
    assert "FichierXml.Invoice.ProfileID.value" in labels(report)[0]


def test_a_works_framework_in_a_flow_becomes_a_works_document(integrate, client):
    report = integrate(factur_x(framework="A4", number="2026T014-S05"))
    assert client.call("factures/v1/rechercher/fournisseur", {"numeroFluxDepot": report["flow"]})["codeRetour"] == 20000
    row = client.call("facturesTravaux/v1/rechercher", {"numeroFluxDepot": report["flow"]})["listeFacturesTravaux"][0]
    assert (row["numeroFactureTravaux"], row["typeFactureTravaux"]) == ("2026T014-S05", "PROJET_DECOMPTE_MENSUEL")
    assert row["statutFactureTravaux"] == "A_ASSOCIER_MOA"


def test_attachments_of_a_factur_x_are_kept(integrate, client, simulator):
    report = integrate(factur_x(attachments={"metres.csv": b"poste;quantite\n1;12\n"}))
    row = client.call("factures/v1/rechercher/fournisseur", {"numeroFluxDepot": report["flow"]})["listeFactures"][0]
    read = client.call("factures/v1/consulter/fournisseur", {"identifiantFactureCPP": row["identifiantFactureCPP"]})[
        "facture"
    ]
    files = {
        item["pieceJointeDesignation"]: item["pieceJointeId"] for item in read["listeDesPiecesJointes"]["pieceJointe"]
    }
    assert set(files) == {"facture.pdf", "metres.csv"}
    assert simulator.control.file_content(files["metres.csv"]) == b"poste;quantite\n1;12\n"


def test_a_flow_is_refused_at_once_only_for_size_emptiness_or_syntax(client):
    big = client.call(
        "factures/v1/deposer/flux",
        {"fichierFlux": "QUFB" * 3_600_000, "nomFichier": "f.pdf", "syntaxeFlux": "IN_DP_E2_CII_FACTURX"},
    )
    assert (big["codeRetour"], big["libelle"][:14]) == (20001, "GDP_MSG_11.022")
    wrong = client.call(
        "factures/v1/deposer/flux", {"fichierFlux": "QUFB", "nomFichier": "f.pdf", "syntaxeFlux": "IN_DP_E2_FACTURX"}
    )
    assert (wrong["codeRetour"], wrong["libelle"][:14]) == (20002, "GDP_MSG_01.002")
    empty = client.call(
        "factures/v1/deposer/flux", {"fichierFlux": "", "nomFichier": "f.pdf", "syntaxeFlux": "IN_DP_E2_CII_FACTURX"}
    )
    assert empty["codeRetour"] == 20001


def test_an_unknown_flow_and_the_flow_of_another_account(client, simulator):
    flow = client.deposit_flow(factur_x())
    not_found = {"codeRetour": 20001, "libelle": "POQ_MSG_01.003 - Flux introuvable."}
    assert client.report("CPP0011117000000000000001") == not_found
    assert Client(simulator, CARPENTER).report(flow) == not_found


def test_an_incident_holds_a_flow_until_it_is_resumed(client, simulator):
    flow = client.deposit_flow(factur_x())
    for state in ("IN_INCIDENTE", "IN_EN_ATTENTE_RETRAITEMENT_CPP", "IN_XYZ"):
        simulator.control.set_flow_state(flow, state)
        simulator.control.advance(3600)
        client.connect()
        assert client.report(flow)["etatCourantDepotFlux"] == state
    simulator.control.set_flow_state(flow, "IN_RECU")
    assert client.report(flow)["etatCourantDepotFlux"] == "IN_INTEGRE"


def test_the_report_has_its_pdf_once_the_flow_is_finished(client, simulator):
    flow = client.deposit_flow(factur_x(means=""))
    assert "fichierCR" not in client.call("transverses/v1/consulterCR", {"numeroFluxDepot": flow})
    simulator.control.advance(4)
    report = client.call("transverses/v1/consulterCR", {"numeroFluxDepot": flow})
    assert report["etatCourantFlux"] == "IN_REJETE" and base64.b64decode(report["fichierCR"]).startswith(b"%PDF-")


def test_the_works_syntaxes_can_be_added_to_the_list(client, simulator):
    name = "IN_DP_E5_CII_FACTURX"
    assert client.call("transverses/v1/recuperer/syntaxeflux", {"formatFlux": "IN_DP_E5"})["codeRetour"] == 20000
    simulator.control.settings(
        extra_syntaxes=[{"formatFlux": "IN_DP_E5", "syntaxeFlux": name, "interface": "FSO1127A"}]
    )
    assert {"formatFlux": "IN_DP_E5"} in client.call("transverses/v1/recuperer/formatflux")["listeFormatFlux"]
    assert client.call("transverses/v1/recuperer/syntaxeflux", {"formatFlux": "IN_DP_E5"})["listeSyntaxeFlux"] == [
        {"syntaxeFlux": name}
    ]
    assert client.deposit_flow(factur_x(framework="A4"), syntax=name).startswith("CPP0011127")
