"""The limits of Chorus Pro, told in French before it refuses (chorus-pro-api.md §3.7)."""

import re

import pytest
from hypothesis import given, strategies as st

from chorus_api.rules import (
    MAX_ATTACHMENT_BYTES,
    RULES,
    check_attachment,
    check_attachments,
    check_invoice_number,
    check_siret,
    check_submission_size,
    check_text,
    siret_is_genuine,
)


@pytest.mark.parametrize("number", ["2026T014-S04", "F/2026/0001", "A+B_C D", "1", "x" * 20])
def test_legal_invoice_numbers(number):
    assert check_invoice_number(number) == []


@pytest.mark.parametrize(
    "number, said",
    [
        ("", "il manque"),
        (None, "il manque"),
        ("   ", "il manque"),
        ("x" * 21, "21 caractères, 20 au plus"),
        ("FAC.2026.1", "retirez « . »"),
        ("Décompte 4", "retirez « é »"),
        (" 2026-1", "espace au début ou à la fin"),
    ],
)
def test_illegal_invoice_number_names_the_field_and_the_cure(number, said):
    (problem,) = check_invoice_number(number)
    assert problem.startswith("Identifiant de la facture : ") and said in problem


def test_all_problems_of_a_number_come_at_once():
    problems = check_invoice_number(" FACTURE n°12345.6789012 ")
    assert len(problems) == 3


@given(st.text(max_size=30))
def test_a_number_is_legal_exactly_when_chorus_pro_takes_it(number):
    legal = bool(re.fullmatch(r"[A-Za-z0-9 +_/-]{1,20}", number)) and number == number.strip()
    assert (check_invoice_number(number) == []) is legal


@pytest.mark.parametrize("rule", RULES)
def test_each_text_stops_at_its_limit(rule):
    longest = RULES[rule].longest
    assert check_text(rule, "x" * longest) == [] == check_text(rule, None)
    (problem,) = check_text(rule, "x" * (longest + 1))
    assert RULES[rule].label in problem and str(longest) in problem


@pytest.mark.parametrize("name", ["situation.pdf", "PLAN.PDF", "métré.v2.xlsx", "a.7.zip"])
def test_accepted_attachments(name):
    assert check_attachment(name, 1) == [] == check_attachment(name, MAX_ATTACHMENT_BYTES)


@pytest.mark.parametrize(
    "name, size, said",
    [
        ("programme.exe", 1, "n'accepte pas les fichiers .exe"),
        ("situation", 1, "n'a pas d'extension"),
        (".pdf", 1, "n'a pas d'extension"),
        ("vide.pdf", 0, "est vide"),
        ("gros.pdf", 10_000_001, "10,1 Mo, 10 Mo au plus"),
        ("x" * 47 + ".pdf", 1, "51 caractères, 50 au plus"),
    ],
)
def test_refused_attachments(name, size, said):
    (problem,) = check_attachment(name, size)
    assert said in problem


def test_all_problems_of_an_attachment_come_at_once():
    assert len(check_attachment("x" * 60 + ".exe", 0)) == 3


def test_whole_submission_has_a_limit():
    assert check_submission_size(120_000_000) == []
    assert "120,1 Mo" in check_submission_size(120_000_001)[0]


@pytest.mark.parametrize("siret", ["45260181800019", "20913909600017", "35600000000048"])
def test_genuine_sirets(siret):
    """The last is the registered office of La Poste, whose own rule differs."""
    assert check_siret(siret) == []


@pytest.mark.parametrize(
    "siret, said",
    [
        ("", "il manque"),
        (None, "il manque"),
        ("452601818", "ajoutez les 5 chiffres"),
        ("452 601 818 00019", "sans espace"),
        ("4526018180001", "14 chiffres"),
        ("٤5260181800019", "14 chiffres"),
        ("33254021516357", "clé de contrôle"),
    ],
)
def test_wrong_sirets(siret, said):
    (problem,) = check_siret(siret, label="SIRET du client")
    assert problem.startswith("SIRET du client : ") and said in problem


def test_qualification_uses_sirets_that_are_wrong_on_purpose():
    assert check_siret("33254021516357", check_digit=False) == []
    assert not siret_is_genuine("33254021516357")


def test_all_problems_of_all_files_come_together():
    files = [("DC4.pdf", 100), ("dc4.PDF", 100), ("plan.exe", 5), ("vide.pdf", 0), ("a/b.pdf", 5), ("factur-x.xml", 9)]
    problems = " ".join(check_attachments(files))
    for words in (
        "« DC4.pdf », « dc4.PDF » : le même nom",
        ".exe",
        "est vide",
        "retirez « / »",
        "données de la facture",
    ):
        assert words in problems


def test_the_weight_of_the_paper_counts_with_its_files():
    files = [(f"plan{number}.pdf", MAX_ATTACHMENT_BYTES) for number in range(11)]
    assert check_attachments(files) == []
    assert check_attachments(files, MAX_ATTACHMENT_BYTES) == []
    (problem,) = check_attachments(files, MAX_ATTACHMENT_BYTES + 1)
    assert "120,1 Mo avec la facture, 120 Mo au plus" in problem
