"""The French of the interface: `i18n/fr.po` of each addon, read as it is delivered."""

import re

import polib
import pytest

from dev.i18n import ADDONS, IDENTICAL, is_untranslated

FOLDERS = [addon / "i18n" for addon in ADDONS]
CATALOGUES = [polib.pofile(str(folder / "fr.po")) for folder in FOLDERS]
ENTRIES = [entry for catalogue in CATALOGUES for entry in catalogue]
TRANSLATED = [entry for entry in ENTRIES if entry.msgstr]

SAME_WORDS = {
    "Administration", "Archive", "Base", "Clients", "Code", "Configuration", "Confirmation", "Consultation", "Contact",
    "Date", "Index", "Journal", "Lot", "Message", "Messages", "Module", "Nature", "Obstacle", "Part", "Position",
    "Production", "Qualification", "Service", "Services", "Situation", "Source", "Structure", "Total",
    "Transmissions", "Variation", "Verdict",
}  # fmt: skip
"""Words that French and English spell alike."""

SAME_NAMES = {
    "API", "CII (XML)", "CCAG 2009", "CCAG 2014", "CCAG 2021", "Chorus Pro", "Factur-X",
    "Fichier Echange Informatise", "ID", "PDF", "SHA-256", "SIRET", "UBL (XML)",
}  # fmt: skip
"""Names and abbreviations."""

EXAMPLES = {
    "2026-08;131,4\n2026-07;130,1", "411700", "416000", "604000", "658100", "–",
    "%(state)s, %(environment)s.", "00000000-0000-0000-0000-000000000000", "APP_SANDBOX_…", "F{year}/",
    "TECH_…@cpp2017.fr", "comptabilite@…",
}  # fmt: skip
"""What is typed or put together, without a word to translate."""

GLOSSARY = {
    r"statements?\b(?<!final statement)(?<!general statement)(?<!monthly statement)(?<!payment statement)": "situation",
    r"payment statement": "états? d'acompte",
    r"project managers?\b": "maîtr(e|ise) d'œuvre|état d'acompte",
    r"paymaster": "payeur",
    r"billing framework": "cadres? de facturation",
    r"billing file": "dossiers? de facturation",
    r"commitment": "engagement",
    r"subcontractor": "sous-traitant|paiements directs",
    r"joint contractor": "cotraitant",
    r"technical (account|password|number)": "technique",
    r"technical account": "comptes? techniques?",
    r"contract identifier": "identifiant du marché",
    r"invoice identifier": "identifiant de la facture",
    r"chorus ?pro subscription": "abonnement ChorusPRO",
    r"service code": "code service",
    r"service order": "ordres? de service",
    r"amendment": "avenant",
    r"works contract": "marché",
    r"\bpapers?\b": "pièce|papier|situation de travaux|documents",
    r"\bproof": "preuve",
    r"excl\. tax|excluding (tax|VAT)": r"HT|hors (taxes?|TVA)",
    r"incl\. tax": "TTC",
    r"\bVAT\b(?<!excluding VAT)": "TVA|TTC",
}
"""English expression → the French that stands for it (works-billing.md §2.1, §5.1; DESIGN §3)."""

ENGLISH = re.compile(r"\b(the|of|is|are|was|not|and|with|from|this|that|has|have|will|been|by|its|which|your)\b", re.I)

PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|\{\{.*?\}\}|<\w[^>]*/>")
"""What gives way to a value: in a message, in the subject and in the body of an e-mail."""

TAG = re.compile(r"</?\w[^>]*>")


def visible(text: str) -> str:
    """Return the words of a term: without its tags, each value as an ellipsis."""
    return TAG.sub("", PLACEHOLDER.sub("…", text)).replace("%%", "%")


def offenders(pattern: str, text_of=lambda entry: visible(entry.msgstr)) -> list[str]:
    return [entry.msgstr for entry in TRANSLATED if re.search(pattern, text_of(entry))]


def is_french_at_the_source(entry) -> bool:
    """Whether the term is one of an e-mail: these are written in French, for the contact of a French company."""
    return all(where.startswith("model:mail.template,") for where, _line in entry.occurrences)


def test_every_term_is_translated():
    assert len(ENTRIES) > 800
    assert [entry.msgid for entry in ENTRIES if is_untranslated(entry)] == []
    assert {catalogue.metadata["Language"] for catalogue in CATALOGUES} == {"fr"}


def test_every_term_of_the_template_and_no_other():
    for folder, catalogue in zip(FOLDERS, CATALOGUES, strict=True):
        template = {entry.msgid for entry in polib.pofile(str(folder / f"{folder.parent.name}.pot"))}
        assert {entry.msgid for entry in catalogue} == template


def test_left_as_in_english_only_what_french_says_alike():
    marked = [entry for entry in ENTRIES if entry.tcomment == IDENTICAL and not is_french_at_the_source(entry)]
    same = {visible(entry.msgid) for entry in marked}
    assert same - SAME_WORDS - SAME_NAMES - {visible(text) for text in EXAMPLES} == set()


def test_placeholders_and_tags_are_those_of_the_source():
    for pattern in (PLACEHOLDER, TAG, re.compile("%%")):
        for entry in TRANSLATED:
            assert sorted(pattern.findall(entry.msgstr)) == sorted(pattern.findall(entry.msgid)), entry.msgid


def test_no_english_left():
    left = [entry.msgstr for entry in TRANSLATED if ENGLISH.search(visible(entry.msgstr))]
    assert left == []


@pytest.mark.parametrize("english", GLOSSARY)
def test_a_term_is_translated_one_way(english):
    concerned = [entry for entry in TRANSLATED if re.search(english, visible(entry.msgid), re.I)]
    assert concerned, "no term uses this expression any more: remove it from the glossary"
    french = re.compile(GLOSSARY[english], re.I)
    assert [(entry.msgid, entry.msgstr) for entry in concerned if not french.search(entry.msgstr)] == []


def test_french_typography():
    """U+00A0 before ; : ! ? » % and after «, the straight apostrophe: as the French of Odoo itself."""
    assert offenders(r"[^\u00a0](?:[!?;»](?=\s|$)|:(?=\s|$))") == []
    assert offenders(r"[\d…] %|«(?!\u00a0)|[’“”\u202f]|\.\.\.") == []


def test_no_stray_space():
    """Indentation follows a line break; elsewhere one space is enough, and none at the ends."""
    assert offenders(r"[^\n ]  |\u00a0 | \u00a0| [,.)](?!\.)") == []
    neat = [entry for entry in TRANSLATED if entry.msgid == entry.msgid.strip()]
    assert [entry.msgstr for entry in neat if entry.msgstr != entry.msgstr.strip()] == []


def test_sentences_end_as_their_source_does():
    def end(text):
        return re.search(r"(?<! no)[.:?…]?$", visible(text).strip())[0]

    assert [entry.msgid for entry in TRANSLATED if end(entry.msgid) != end(entry.msgstr)] == []


def test_no_hand_made_plural():
    assert offenders(r"\w\((s|e|x|nt|es)\)") == []


def test_only_french_is_delivered():
    for folder in FOLDERS:
        assert {path.name for path in folder.iterdir()} == {f"{folder.parent.name}.pot", "fr.po"}
