"""The submission of a works document (chorus-pro-api.md §2.10), its body derived from that of ordinary invoices."""

from dataclasses import dataclass
from datetime import date

from .submission import Attachment, MainFile, Totals, attachments, main_files
from .values import encode

# typeFactureTravaux by short framework code (§3.1).
WORKS_TYPES = {
    "A4": "PROJET_DECOMPTE_MENSUEL",
    "A5": "ETAT_ACOMPTE",
    "A6": "ETAT_ACOMPTE_VALIDE",
    "A7": "PROJET_DECOMPTE_FINAL",
    "A8": "DECOMPTE_GENERAL_SIGNE",
    "A10": "DP_DE_SOUSTRAITANT_TRAVAUX",
    "A13": "PROJET_DECOMPTE_MENSUEL",
    "A14": "PROJET_DECOMPTE_FINAL",
    "A15": "ETAT_ACOMPTE",
    "A16": "ETAT_ACOMPTE_VALIDE",
    "A17": "PROJET_DECOMPTE_GENERAL",
    "A18": "DECOMPTE_GENERAL",
    "A19": "ETAT_ACOMPTE_VALIDE",
    "A20": "DECOMPTE_GENERAL",
    "A22": "PROJET_DECOMPTE_GENERAL_PROCEDURE_TACITE",
    "A23": "DECOMPTE_GENERAL_DEFINITIF_TACITE",
    "A24": "DECOMPTE_GENERAL_DEFINITIF_TACITE",
    "A25": "DECOMPTE_GENERAL_DEFINITIF_PROCEDURE_TACITE",
}


def works_type_of(framework: str) -> str:
    """The `typeFactureTravaux` of a framework, given by its API code or its short code.

    :raise KeyError: for a framework that is not one of works
    """
    return WORKS_TYPES[framework.partition("_")[0]]


@dataclass(frozen=True)
class WorksSubmission:
    """A works document whose PDF was uploaded before.

    :param number: *Identifiant de la facture*
    :param framework: API code, `A4_PROJET_DECOMPTE_MENSUEL_FOURNISSEUR` and the like
    :param recipient_siret: the payer
    :param service_code: service of the payer
    :param supplier_id: `idStructureCPP` of our structure
    :param bank_account_id: from `list_bank_accounts`
    :param vat_regime: `TVA_SUR_DEBIT`, `TVA_SUR_ENCAISSEMENT`, `EXONERATION` or `SANS_TVA`
    :param validator_siret: main contractor or lead who must validate (A10, A13, A14)
    :param moe_siret: *maître d'œuvre*
    :param moa_siret: *maître d'ouvrage*
    :param previous_id: technical number of the document this one answers, None for a first deposit
    :param deposit_mode: `DEPOT_PDF_API`, or `DEPOT_PDF_SIGNE_API` for a signed PDF
    """

    number: str
    date: date
    framework: str
    recipient_siret: str
    supplier_id: int
    totals: Totals
    main_file: MainFile
    vat_regime: str
    service_code: str | None = None
    supplier_service_id: int | None = None
    bank_account_id: int | None = None
    validator_siret: str | None = None
    validator_service: str | None = None
    moe_siret: str | None = None
    moe_service: str | None = None
    moa_siret: str | None = None
    moa_service: str | None = None
    exemption_reason: str | None = None
    contract_number: str | None = None
    commitment_number: str | None = None
    payment_mode: str = "VIREMENT"
    attachments: tuple[Attachment, ...] = ()
    previous_id: int | None = None
    comment: str | None = None
    deposit_mode: str = "DEPOT_PDF_API"

    def to_json(self) -> bytes:
        """The exact bytes of the request; the same for the same submission.

        :raise KeyError: when the framework is not one of works
        """
        return encode(
            {
                "modeDepot": self.deposit_mode,
                "typeFactureTravaux": works_type_of(self.framework),
                "numeroFactureTravauxSaisi": self.number,
                "dateFactureTravaux": self.date,
                "destinataire": {"codeDestinataire": self.recipient_siret, "codeServiceExecutant": self.service_code},
                "fournisseur": {
                    "idFournisseur": self.supplier_id,
                    "idServiceFournisseur": self.supplier_service_id,
                    "codeCoordonneesBancairesFournisseur": self.bank_account_id,
                },
                "cadreDeFacturation": {
                    "codeCadreFacturation": self.framework,
                    "codeStructureValideur": self.validator_siret,
                    "codeServiceValideur": self.validator_service,
                    "codeStructureMoe": self.moe_siret,
                    "codeServiceMoe": self.moe_service,
                    "codeStructureMoa": self.moa_siret,
                    "codeServiceMoa": self.moa_service,
                },
                "references": {
                    "deviseFacture": "EUR",
                    "typeTva": self.vat_regime,
                    "motifExonerationTva": self.exemption_reason,
                    "numeroMarche": self.contract_number,
                    "numeroBonCommande": self.commitment_number,
                    "modePaiement": self.payment_mode,
                },
                "montantTotal": self.totals.body(),
                "pieceJointePrincipale": main_files(self.main_file),
                "pieceJointeComplementaire": attachments(self.attachments),
                "idPiecePrecedente": self.previous_id,
                "commentaire": self.comment,
            }
        )
