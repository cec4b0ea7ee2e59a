"""The complete contract of the demonstration: what is written in it, and what each of its months says.

Amounts in EUR HT, quantities in the unit of the post, percentages cumulative. Months are counted from the present one:
0 is this month, -1 the last. The values of the index are invented.
"""

from typing import NamedTuple

REFERENCE = "2026-009"
TITLE = "Groupe scolaire Simone-Veil – lot 3 Gros œuvre"
SUBCONTRACTOR, ROOFING = "Étanchéité du Haut-Val", 64000

POSTS = (
    # code, name, lot, amount, or quantity and unit price
    ("3.1", "Installation et repli de chantier", "Chantier", 42000),
    ("3.2", "Terrassements en pleine masse (m³)", "Infrastructure", (1850, 24.6)),
    ("3.3", "Semelles, longrines et soubassements", "Infrastructure", 128000),
    ("3.4", "Réseaux sous dallage", "Infrastructure", 31500),
    ("3.5", "Dallage armé sur hérisson (m²)", "Infrastructure", (1240, 68)),
    ("3.6", "Voiles et poteaux en béton armé", "Superstructure", 236000),
    ("3.7", "Planchers à prédalles (m²)", "Superstructure", (1180, 92)),
    ("3.8", "Étanchéité des toitures-terrasses", "Superstructure", ROOFING),
)
AMENDMENT = ("A1", "Avenant n° 1 – Renforcement des fondations", "Infrastructure", 18400)
PENDING = ("OS2", "Ordre de service n° 2 – Reprise d'acrotères", "Superstructure", 6200)

INDEX, INDEX_NAME = "BT06", "Ossature, ouvrages en béton armé (valeurs de démonstration)"
BASE_MONTH = -9
INDEX_VALUES = (126.9, 127.4, 128.2, 128.8, 129.3, 130.1, 130.6, 131.4)
"""From the base month on; the last one is that of month -2: those after it are not published yet."""


class Statement(NamedTuple):
    """One statement: its month, the progress of what moved by code of the post, and what became of it.

    :ivar direct: to be paid directly to the subcontractor, EUR HT.
    :ivar admitted: cumulative HT admitted of some posts, with the reason; ``contested``: we do not accept it.
    :ivar penalty: EUR, decided by the client, with its reason.
    :ivar paid: the client paid what he admitted.
    :ivar answers: what the project manager, the client and the paymaster did on Chorus Pro, in this order.
    """

    month: int
    progress: dict[str, float]
    kind: str = "monthly"
    direct: float = 0
    admitted: dict[str, tuple[float, str]] = {}
    contested: bool = False
    penalty: tuple[float, str] | None = None
    is_admitted: bool = False
    paid: bool = False
    answers: tuple = ()


TO_PAYMENT = (("moe", "accept"), ("moa", "accept"), ("payer", "accept"), ("payer", "mandate"), ("payer", "pay"))
CORRECTED = (("moe", "correct"), ("moa", "accept"))
REFUSAL = "Pièce manquante : joindre l'acte spécial du sous-traitant, signé par le maître d'ouvrage"

STATEMENTS = (
    Statement(-7, {}, kind="advance", is_admitted=True, paid=True),
    Statement(-6, {"3.1": 60, "3.2": 1200, "3.3": 20, "3.4": 30}, is_admitted=True, paid=True, answers=TO_PAYMENT),
    Statement(-5, {"3.2": 1850, "3.3": 70, "3.4": 60}, is_admitted=True, paid=True, answers=TO_PAYMENT),
    Statement(
        -4,
        {"3.1": 70, "3.3": 100, "3.4": 100, "3.5": 620, "3.6": 15, "A1": 50},
        admitted={"3.6": (28320, "Voiles de la file C non décoffrés : 12 % admis")},
        penalty=(1500, "Remise tardive des plans d'exécution, 5 jours à 300 € (CCAP 4.3)"),
        is_admitted=True,
        paid=True,
        answers=(*CORRECTED, ("payer", "accept"), ("payer", "mandate"), ("payer", "pay")),
    ),
    Statement(
        -3,
        {"3.5": 1240, "3.6": 40, "3.7": 300, "A1": 100},
        admitted={"3.7": (23000, "250 m² constatés")},
        contested=True,
        is_admitted=True,
        answers=CORRECTED,
    ),
    Statement(-2, {"3.1": 80, "3.6": 60, "3.7": 620, "3.8": 25}, direct=16000, answers=(("moe", "refuse"),)),
    Statement(-1, {"3.6": 75, "3.7": 850, "3.8": 50}, direct=16000),
    Statement(0, {"3.1": 90, "3.6": 85, "3.7": 1000, "3.8": 60}),
)
"""The last one is the open draft, whose price is provisional."""
