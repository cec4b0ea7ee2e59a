"""Posts read from the rows of a DPGF, a BPU or a *devis*: figures worked by hand in the comments."""

from decimal import Decimal

import pytest

from decompte.post_table import find_columns, find_heading, missing_rates, read_posts
from decompte.reading import plain, read_number

DPGF = [
    ["Commune de Saint-Aubin-le-Val", None, None, None, None, None],
    [None, None, None, None, None, None],
    ["N°", "Désignation des ouvrages", "U", "Qté", "P.U. HT", "Montant HT"],
    [None, "LOT 1 – GROS ŒUVRE", None, None, None, None],
    ["1", "Terrassements", None, None, None, None],
    ["1.1", "Décapage", "m²", 250, 4.2, 1050],
    ["1.2", "Fouilles en rigole", "m3", "32,5", "48,00 €", "1 560,00 €"],
    [None, "Sous-total Terrassements", None, None, None, 2610],
    [None, None, None, None, None, None],
    [None, "LOT 2 – CHARPENTE", None, None, None, None],
    ["2.1", "Charpente en chêne", "ens", 1, 18400, 18400],
    ["2.2", "Option lucarne", "u", None, None, "PM"],
    [None, "Total HT", None, None, None, 21010],
    [None, "TVA 20 %", None, None, None, 4202],
    [None, "Total TTC", None, None, None, 25212],
]


def read(rows):
    heading = find_heading(rows)
    return read_posts(rows, find_columns(rows[heading]), heading)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1 234,56", "1234.56"),
        ("1\u202f234,56\xa0€", "1234.56"),
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1.234.567", "1234567"),
        ("12.5", "12.5"),
        ("-3,1", "-3.1"),
        ("\N{MINUS SIGN}3,1", "-3.1"),
        ("(12,50)", "-12.50"),
        ("20 %", "20"),
        (0.1 + 0.2, "0.3"),
        (7, "7"),
    ],
)
def test_numbers_as_france_writes_them(written, meant):
    assert read_number(written) == Decimal(meant)


@pytest.mark.parametrize("written", [None, "", "  "])
def test_an_empty_cell_is_no_number(written):
    assert read_number(written) is None


@pytest.mark.parametrize("written", ["dix", "12 m²", "1,2,3.4.5", "--1", "1e5", True])
def test_what_is_no_number(written):
    with pytest.raises(ValueError, match="not a number"):
        read_number(written)


def test_a_label_is_compared_without_its_looks():
    assert plain("  Désignation\nDES  Œuvres ") == "designation des oeuvres"


def test_the_headings_are_found_below_the_title():
    assert find_heading(DPGF) == 2
    assert find_columns(DPGF[2]) == {"code": 0, "name": 1, "unit": 2, "quantity": 3, "unit_price": 4, "amount": 5}


@pytest.mark.parametrize(
    ("heading", "meant"),
    [
        (["Article", "Libellé", "Unité", "Quantité", "Prix unitaire", "Prix total HT", "Taux de TVA"],
         {"code": 0, "name": 1, "unit": 2, "quantity": 3, "unit_price": 4, "amount": 5, "vat": 6}),
        (["Lot", "N° de prix", "Désignation", "Un.", "PU (€ HT)", "Qtés"],
         {"lot": 0, "code": 1, "name": 2, "unit": 3, "unit_price": 4, "quantity": 5}),
    ],
)  # fmt: skip
def test_headings_of_other_files(heading, meant):
    assert find_columns(heading) == meant


def test_posts_with_their_lots():
    table = read(DPGF)
    assert not table.problems
    assert [(post.lot, post.code, post.name, post.amount) for post in table.posts] == [
        ("LOT 1 – GROS ŒUVRE", "1.1", "Décapage", Decimal("1050.00")),
        ("LOT 1 – GROS ŒUVRE", "1.2", "Fouilles en rigole", Decimal("1560.00")),
        ("LOT 2 – CHARPENTE", "2.1", "Charpente en chêne", Decimal("18400.00")),
    ]
    fouilles = table.posts[1]
    assert (fouilles.line, fouilles.unit, fouilles.quantity, fouilles.unit_price) == (7, "m3", Decimal("32.5"), 48)


def test_what_is_no_post_is_skipped_and_said():
    table = read(DPGF)
    assert {(line, why) for line, why, _text in table.skipped} == {
        (4, "lot"), (5, "titre"), (8, "total"), (10, "lot"), (12, "pour mémoire"), (13, "total"), (14, "total"),
        (15, "total"),
    }  # fmt: skip


def test_the_total_is_that_of_the_file():
    # 1 050 + 1 560 + 18 400
    table = read(DPGF)
    assert (table.amount, table.total) == (Decimal("21010.00"), Decimal("21010"))


def test_every_row_that_cannot_be_read_is_named_at_once():
    rows = [
        ["Code", "Désignation", "Qté", "PU", "Montant"],
        ["1", "Béton", "dix", 100, None],
        ["2", None, 3, 10, 30],
        ["3", "Acier", 12, None, None],
        ["4", "Coffrage", 2, "4,5 €/m²", "9,00"],
        ["5", "Cure", 1, 10, 10],
    ]
    assert [problem.message for problem in read(rows).problems] == [
        "Ligne 2 : quantité « dix » n'est pas un nombre.",
        "Ligne 3 : la désignation manque.",
        "Ligne 4 : ni prix unitaire, ni montant : indiquez l'un des deux, ou retirez la ligne.",
        "Ligne 5 : prix unitaire « 4,5 €/m² » n'est pas un nombre.",
    ]


def test_titles_without_the_word_lot_are_lots_when_outermost():
    rows = [
        ["N°", "Désignation", "Montant HT"],
        ["1", "Maçonnerie", None],
        ["1.1", "Fondations", None],
        ["1.1.1", "Semelles", 500],
        ["2", "Toiture", None],
        ["2.1", "Tuiles", 700],
    ]
    assert [post.lot for post in read(rows).posts] == ["1 Maçonnerie", "2 Toiture"]


def test_a_price_schedule_without_quantities():
    table = read([["N°", "Désignation", "Unité", "Prix unitaire HT"], ["101", "Heure de grue", "h", "95,50"]])
    assert (table.posts[0].quantity, table.posts[0].unit_price, table.posts[0].amount) == (None, Decimal("95.50"), 0)


def test_an_amount_that_is_not_quantity_by_price_is_kept_and_said():
    # 3 × 33.33 is 99.99, and the file says 100.50; a cent of rounding is nobody's business
    rows = [["Désignation", "Qté", "PU", "Montant"], ["Porte", 3, 33.33, 100.5], ["Vitre", 3, 33.333, 100.0]]
    table = read(rows)
    assert [post.amount for post in table.posts] == [Decimal("100.50"), Decimal("100.00")]
    assert len(table.advice) == 1
    assert "Ligne 2" in table.advice[0]


def test_vat_rates_of_the_file():
    rows = [
        ["Désignation", "Montant HT", "TVA"],
        ["Isolation", 100, 0.055],
        ["Peinture", 200, "10 %"],
        ["Divers", 10, 7],
    ]
    table = read(rows)
    assert [post.vat_rate for post in table.posts] == [Decimal("5.5"), Decimal(10), Decimal(7)]
    problems = missing_rates(table, [Decimal(20), Decimal(10), Decimal("5.5")])
    assert [problem.key for problem in problems] == [4]
    assert "TVA 7" in problems[0].message


def test_a_code_given_twice_is_said():
    rows = [["N°", "Désignation", "Montant"], [1.0, "A", 5], [1.0, "B", 6]]
    table = read(rows)
    assert [post.code for post in table.posts] == ["1", "1"]
    assert "lignes 2, 3" in table.advice[0]


def test_a_table_without_prices_is_refused():
    table = read_posts([["x", "y"]], {"name": 0})
    assert table.problems[0].code == "columns"
    assert find_heading([["Désignation", "Délai"]]) is None


def test_nothing_found_is_a_problem():
    assert read_posts([["N°", "Désignation", "Montant"], [None, None, None]], {"name": 1, "amount": 2}, 0).problems
