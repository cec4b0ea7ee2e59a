"""What each refusal that Chorus Pro is known to utter leads to (chorus-pro-api.md §2, §3.8, §6.4)."""

import pytest
from hypothesis import given, strategies as st

from chorus_api import CONSEQUENCES, InvoiceError, Refused, consequence_of

PATH = "FichierXml.SupplyChainTradeTransaction.ApplicableHeaderTradeAgreement."
LABELS = {
    "duplicate": [
        "numéro de facture déjà utilisé : 2026T014-S04",
        "La demande de paiement F-1 existe deja pour ce fournisseur (FichierXml.ExchangedDocument.ID.value)",
    ],
    "addressing": [
        f"L'engagement juridique ({PATH}BuyerOrderReferencedDocument.IssuerAssignedID.value) est obligatoire",
        f"L'engagement juridique ({PATH}BuyerReference.value) est obligatoire",
        "Le code service du destinataire est obligatoire.",
        "Le service du destinataire n'est pas actif.",
        "Le destinataire n'existe pas : SIRET inconnu de Chorus Pro.",
        "La structure destinataire (balise : AccountingCustomerParty.Party.PartyIdentification.ID.value) n'est pas "
        "active dans notre systeme",
    ],
    "issuer": [
        "L'identifiant fournisseur de la demande de paiement (balise : "
        "AccountingSupplierParty.Party.PartyIdentification.ID.value) n'est pas reference dans notre systeme. ",
        "La structure (balise AccountingSupplierParty.Party.PartyIdentification.ID.value) n'utilise pa",
        "Les coordonnées bancaires ne sont pas celles du fournisseur.",
    ],
    "content": [
        "Le champ identifiant de la facture (FichierXml.ExchangedDocument.ID.value) ne doit pas depasser 20 caracteres",
        "ApplicableHeaderTradeSettlement.SpecifiedTradeSettlementPaymentMeans.TypeCode.value est obligatoire",
        "Le cadre de facturation (FichierXml.ExchangedDocumentContext.BusinessProcessSpecifiedDocumentContextParameter."
        "ID.value) a une valeur non autorisee : M1. Valeurs attendues : A1 a A25",
        "Le montant TTC n'est pas la somme du montant HT et de la TVA.",
    ],
    "file": [
        "GDP_MSG_11.022",
        "IRRECEVABILITE: cvc-datatype-valid.1.2.1: '-1 324,60' is not a valid value for 'decimal'. - ligne: 150",
        "L'extension « EXE » n'est pas autorisée pour une pièce jointe.",
        "GDP_MSG_01.002 - La syntaxe de flux n'est pas reconnue.",
    ],
    "actors": ["La structure MOE 85908301600013 n'existe pas ou n'est pas active dans Chorus Pro."],
    "state": [
        "GDP_MSG_11.033 - La demande de paiement n'est pas au statut « Suspendue ».",
        "GDP_MSG_11.001 - L'état courant ne permet pas cette opération. États permis : BROUILLON, "
        "ERREUR_FOURNISSEUR_SUR_VALIDEUR, A_RECYCLER.",
    ],
    "rights": ["GDP_MSG_11.005", "Vous n'avez pas les habilitations nécessaires pour cette structure."],
    "absent": [
        "GDP_MSG_11.008 - La demande de paiement n'existe pas.",
        "POQ_MSG_01.003 - Flux introuvable.",
        "La structure n'existe pas ou n'est pas accessible à ce compte.",
    ],
    "unavailable": ["Service exposé ne fonctionnant pas sur l'espace de qualification."],
    "other": ["Une phrase jamais lue", "", None],
}


def test_every_consequence_has_an_example():
    assert set(LABELS) == set(CONSEQUENCES)


@pytest.mark.parametrize(
    "label, consequence", [(label, name) for name, labels in LABELS.items() for label in labels], ids=str
)
def test_consequence_of_a_label(label, consequence):
    assert consequence_of(label) == consequence
    assert Refused("Refusé", label=label).consequence == consequence


@pytest.mark.parametrize("code", [20303, 20304, 20305])
def test_refused_totals_need_no_words(code):
    assert Refused("Refusé", code=code, label="").consequence == "content"


def test_each_message_of_a_rejected_invoice_has_its_own_consequence():
    error = InvoiceError("F-1", None, None, (LABELS["addressing"][0], LABELS["content"][1]))
    assert error.consequences == ("addressing", "content")


@given(st.text())
def test_any_label_leads_somewhere(label):
    assert consequence_of(label) in CONSEQUENCES
