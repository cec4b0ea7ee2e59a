"""Limits that Chorus Pro sets on what it receives (chorus-pro-api.md §3.7), told in French before it refuses.

Every check gives the list of its problems, empty when there is none.
"""

import re
from dataclasses import dataclass

from stdnum.exceptions import ValidationError
from stdnum.fr import siret as siret_number


@dataclass(frozen=True)
class TextRule:
    """A field of text.

    :param label: the field's name for the user
    :param longest: characters
    :param allowed: regular expression of the legal characters, None for any
    :param allowed_in_words: the same for the user
    """

    label: str
    longest: int
    allowed: str | None = None
    allowed_in_words: str | None = None


RULES = {
    # G1.05 of the EDI annex, refusals measured live.
    "invoice_number": TextRule(
        "Identifiant de la facture", 20, r"[A-Za-z0-9 +_/-]", "lettres sans accent, chiffres, espace, - + _ et /"
    ),
    "commitment_number": TextRule("Numéro d'engagement", 50),
    "contract_number": TextRule("Identifiant du marché", 50),
    "service_code": TextRule("Code service", 100),
    "structure_identifier": TextRule("Identifiant de la structure", 80),
    "flow_file_name": TextRule("Nom du fichier transmis", 200),
    "attachment_name": TextRule("Nom de la pièce jointe", 50),
    # 1000 is what a production client keeps to; the annex may allow 2000.
    "comment": TextRule("Commentaire", 1000),
}

MAX_ATTACHMENT_BYTES = 10_000_000
MAX_SUBMISSION_BYTES = 120_000_000
MAX_FLOW_BYTES = 10_000_000
"""10 MB and 120 MB, counted in millions: the sources do not say which megabyte, so the smaller one."""

MAX_FLOW_FILES = 500
"""Papers in one flow (§2.1)."""

RESERVED_NAME = "factur-x.xml"
"""Name of the structured data inside a Factur-X: a file of the same name would take its place."""

EXTENSIONS = frozenset(
    "BMP GIF FAX ODT PPT TIFF XLS BZ2 GZ JPEG P7S RTF TXT XML CSV GZIP JPG PDF SVG XHTML XLSX DOC HTM ODP PNG TGZ XLC "
    "ZIP DOCX HTML ODS PPS TIF XLM PPTX".split()
)


def check_text(rule_name: str, value: str | None) -> list[str]:
    """Problems of a text against its rule; an absent text has none.

    :param rule_name: a key of `RULES`
    """
    if not value:
        return []
    rule = RULES[rule_name]
    problems = []
    if len(value) > rule.longest:
        problems.append(
            f"{rule.label} : {len(value)} caractères, {rule.longest} au plus. Raccourcissez « {value[:60]} »."
        )
    illegal = sorted(set(re.sub(rule.allowed, "", value))) if rule.allowed else []
    if illegal:
        shown = " ".join(f"« {character} »" for character in illegal)
        problems.append(f"{rule.label} : retirez {shown}. Sont acceptés : {rule.allowed_in_words}.")
    return problems


def check_invoice_number(number: str | None) -> list[str]:
    """Problems of an *Identifiant de la facture* (BT-1): 1 to 20 characters `[A-Za-z0-9 +_/-]`."""
    label = RULES["invoice_number"].label
    if not number or not number.strip():
        return [f"{label} : il manque. Saisissez le numéro de la facture, 20 caractères au plus."]
    problems = check_text("invoice_number", number)
    if number != number.strip():
        problems.append(f"{label} : retirez l'espace au début ou à la fin de « {number} ».")
    return problems


def extension_of(name: str) -> str:
    """The extension of a file name, in upper case without dot; empty when there is none."""
    stem, dot, extension = name.rpartition(".")
    return extension.upper() if dot and stem else ""


def check_attachment(name: str, size: int) -> list[str]:
    """Problems of a file to attach.

    :param name: file name with its extension
    :param size: bytes
    """
    problems = check_text("attachment_name", name)
    if unsafe := sorted(set(re.findall(r'[\x00-\x1f<>:"/\\|?*]', name))):
        shown = " ".join(f"« {character if character.isprintable() else '?'} »" for character in unsafe)
        problems.append(f"Pièce jointe « {name} » : retirez {shown} de son nom, que des systèmes refusent.")
    if name.casefold() == RESERVED_NAME:
        problems.append(f"Pièce jointe « {name} » : ce nom est celui des données de la facture. Renommez-la.")
    extension = extension_of(name)
    if not extension:
        problems.append(f"Pièce jointe « {name} » : le nom n'a pas d'extension. Ajoutez-la, par exemple .pdf.")
    elif extension not in EXTENSIONS:
        problems.append(
            f"Pièce jointe « {name} » : Chorus Pro n'accepte pas les fichiers .{extension.lower()}. "
            "Convertissez-la en PDF."
        )
    if size <= 0:
        problems.append(f"Pièce jointe « {name} » : le fichier est vide. Joignez-le de nouveau.")
    elif size > MAX_ATTACHMENT_BYTES:
        problems.append(
            f"Pièce jointe « {name} » : {_megabytes(size)} Mo, 10 Mo au plus. "
            "Compressez-la ou partagez-la en plusieurs fichiers."
        )
    return problems


def check_attachments(files: list[tuple[str, int]], paper_size: int = 0) -> list[str]:
    """Problems of all the files of a paper, at once: each of them, names that repeat, the total.

    No source publishes how many files a paper may have (chorus-pro-api.md §3.7): their total weight is the limit.

    :param files: (name, bytes) of each file to attach
    :param paper_size: bytes of the paper itself, when it is known
    """
    problems = [problem for name, size in files for problem in check_attachment(name, size)]
    names = [name.casefold() for name, _size in files]
    repeated = dict.fromkeys(name for name, _size in files if names.count(name.casefold()) > 1)
    if repeated:
        shown = ", ".join(f"« {name} »" for name in repeated)
        problems.append(
            f"Pièces jointes : {shown} : le même nom revient plusieurs fois. Renommez-les, ou retirez les doubles."
        )
    return problems + check_submission_size(sum(size for _name, size in files) + paper_size)


def check_submission_size(total: int) -> list[str]:
    """Problems of an invoice and its attachments together. :param total: bytes"""
    if total <= MAX_SUBMISSION_BYTES:
        return []
    return [
        f"Pièces jointes : {_megabytes(total)} Mo avec la facture, 120 Mo au plus. Retirez ou compressez des pièces."
    ]


def check_siret(siret: str | None, *, label: str = "SIRET", check_digit: bool = True) -> list[str]:
    """Problems of a SIRET: 14 digits, always; its check digit when asked.

    :param label: whose SIRET it is, for the user
    :param check_digit: False in qualification, whose test SIRETs are wrong on purpose (§1.4)
    """
    if not siret:
        return [f"{label} : il manque. Saisissez les 14 chiffres du SIRET."]
    if not re.fullmatch(r"[0-9]{14}", siret):
        digits = sum(character in "0123456789" for character in siret)
        hint = " C'est un SIREN : ajoutez les 5 chiffres de l'établissement." if digits == 9 else ""
        return [f"{label} : « {siret} » n'est pas un SIRET. Saisissez 14 chiffres, sans espace.{hint}"]
    if check_digit and not siret_is_genuine(siret):
        return [f"{label} : la clé de contrôle de « {siret} » est fausse. Vérifiez les chiffres saisis."]
    return []


def siret_is_genuine(siret: str) -> bool:
    """Whether the check digits of a SIRET are right (Luhn, with the rule of La Poste)."""
    try:
        siret_number.validate(siret)
    except ValidationError:
        return False
    return int(siret) > 0


def _megabytes(size: int) -> str:
    # Rounded up: "10,0 Mo, 10 Mo au plus" would puzzle.
    tenths = -(-size // 100_000)
    return f"{tenths // 10},{tenths % 10}"
