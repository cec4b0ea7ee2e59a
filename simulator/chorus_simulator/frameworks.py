"""*Cadres de facturation*: who deposits which document, who receives it, which document answers it.

Codes: chorus-pro-api.md §3.1; chains: §3.2; works type of each framework: derived from the names (§3.1).
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Framework:
    """One framework.

    ``issuer``: ``supplier``, ``moe`` or ``moa``. ``goes_to``: the actor who receives a first deposit, among ``payer``,
    ``moe`` (the MOA when no MOE is named), ``moa``, ``validator`` (titulaire or mandataire), ``supplier``.
    ``answers``: actor → code of the document by which he answers this one; the first is the usual one.
    """

    code: str
    api_code: str
    label: str
    issuer: str
    goes_to: str
    works_type: str = ""
    answers: dict = field(default_factory=dict)

    @property
    def works(self):
        return bool(self.works_type)


_MONTHLY = {"moe": ("A15", "A16"), "moa": ("A19",)}
_FINAL = {"moe": ("A17", "A18"), "moa": ("A20",)}

_ALL = [
    Framework("A1", "A1_FACTURE_FOURNISSEUR", "Facture", "supplier", "payer"),
    Framework("A2", "A2_FACTURE_FOURNISSEUR_DEJA_PAYEE", "Facture déjà payée", "supplier", "payer"),
    Framework("A3", "A3_MEMOIRE_JUSTICE", "Mémoire de frais de justice", "supplier", "payer"),
    Framework(
        "A4",
        "A4_PROJET_DECOMPTE_MENSUEL_FOURNISSEUR",
        "Projet de décompte mensuel",
        "supplier",
        "moe",
        "PROJET_DECOMPTE_MENSUEL",
        _MONTHLY,
    ),
    Framework(
        "A5", "A5_ETAT_ACOMPTE_FOURNISSEUR", "État d'acompte", "supplier", "moa", "ETAT_ACOMPTE", {"moa": ("A19",)}
    ),
    Framework(
        "A6", "A6_ETAT_ACOMPTE_VALIDE_FOURNISSEUR", "État d'acompte validé", "supplier", "payer", "ETAT_ACOMPTE_VALIDE"
    ),
    Framework(
        "A7",
        "A7_PROJET_DECOMPTE_FINAL_FOURNISSEUR",
        "Projet de décompte final",
        "supplier",
        "moe",
        "PROJET_DECOMPTE_FINAL",
        {**_FINAL, "supplier": ("A22",)},
    ),
    Framework(
        "A8",
        "A8_DECOMPTE_GENERAL_DEFINITIF_FOURNISSEUR",
        "Décompte général et définitif",
        "supplier",
        "payer",
        "DECOMPTE_GENERAL_SIGNE",
    ),
    Framework("A9", "A9_FACTURE_SOUSTRAITANT", "Demande de paiement de sous-traitant", "supplier", "validator"),
    Framework(
        "A10",
        "A10_PROJET_DECOMPTE_MENSUEL_SOUSTRAITANT",
        "Demande de paiement de sous-traitant (travaux)",
        "supplier",
        "validator",
        "DP_DE_SOUSTRAITANT_TRAVAUX",
        _MONTHLY,
    ),
    Framework("A12", "A12_FACTURE_COTRAITANT", "Facture de cotraitant", "supplier", "validator"),
    Framework(
        "A13",
        "A13_PROJET_DECOMPTE_MENSUEL_COTRAITANT",
        "Projet de décompte mensuel de cotraitant",
        "supplier",
        "validator",
        "PROJET_DECOMPTE_MENSUEL",
        _MONTHLY,
    ),
    Framework(
        "A14",
        "A14_PROJET_DECOMPTE_FINAL_COTRAITANT",
        "Projet de décompte final de cotraitant",
        "supplier",
        "validator",
        "PROJET_DECOMPTE_FINAL",
        _FINAL,
    ),
    Framework("A15", "A15_ETAT_ACOMPTE_MOE", "État d'acompte (MOE)", "moe", "moa", "ETAT_ACOMPTE", {"moa": ("A19",)}),
    Framework(
        "A16", "A16_ETAT_ACOMPTE_VALIDE_MOE", "État d'acompte validé (MOE)", "moe", "payer", "ETAT_ACOMPTE_VALIDE"
    ),
    Framework(
        "A17",
        "A17_PROJET_DECOMPTE_GENERAL_MOE",
        "Projet de décompte général (MOE)",
        "moe",
        "moa",
        "PROJET_DECOMPTE_GENERAL",
        {"moa": ("A20",), "supplier": ("A22",)},
    ),
    Framework(
        "A18",
        "A18_DECOMPTE_GENERAL_MOE",
        "Décompte général (MOE)",
        "moe",
        "supplier",
        "DECOMPTE_GENERAL",
        {"supplier": ("A8",)},
    ),
    Framework(
        "A19", "A19_ETAT_ACOMPTE_VALIDE_MOA", "État d'acompte validé (MOA)", "moa", "payer", "ETAT_ACOMPTE_VALIDE"
    ),
    Framework(
        "A20",
        "A20_DECOMPTE_GENERAL_MOA",
        "Décompte général (MOA)",
        "moa",
        "supplier",
        "DECOMPTE_GENERAL",
        {"supplier": ("A8",)},
    ),
    Framework("A21", "A21_DEMANDE_REMBOURSEMENT_TIC", "Demande de remboursement de TIC", "supplier", "payer"),
    Framework(
        "A22",
        "A22_PROJET_DECOMPTE_GENERAL_FOURNISSEUR_PROCEDURE_TACITE",
        "Projet de décompte général (procédure tacite)",
        "supplier",
        "moa",
        "PROJET_DECOMPTE_GENERAL_PROCEDURE_TACITE",
        {"moe": ("A25", "A24"), "moa": ("A20",), "supplier": ("A23",)},
    ),
    Framework(
        "A23",
        "A23_DECOMPTE_GENERAL_DEFINITIF_TACITE_FOURNISSEUR",
        "Décompte général et définitif tacite",
        "supplier",
        "payer",
        "DECOMPTE_GENERAL_DEFINITIF_TACITE",
    ),
    Framework(
        "A24",
        "A24_DECOMPTE_GENERAL_DEFINITIF_TACITE_MOE",
        "Décompte général et définitif tacite (MOE)",
        "moe",
        "payer",
        "DECOMPTE_GENERAL_DEFINITIF_TACITE",
    ),
    Framework(
        "A25",
        "A25_DECOMPTE_GENERAL_DEFINITIF_MOE_PROCEDURE_TACITE",
        "Décompte général et définitif (MOE, procédure tacite)",
        "moe",
        "payer",
        "DECOMPTE_GENERAL_DEFINITIF_PROCEDURE_TACITE",
    ),
]

BY_CODE = {framework.code: framework for framework in _ALL}
BY_API_CODE = {framework.api_code: framework for framework in _ALL}
# A11 is in the official enumeration, and obsolete: nobody may deposit it (§3.1).
OBSOLETE = "A11_PROJET_DECOMPTE_FINAL_SOUSTRAITANT"
API_CODES = [framework.api_code for framework in _ALL] + [OBSOLETE]
WORKS_TYPES = sorted({framework.works_type for framework in _ALL if framework.works})
