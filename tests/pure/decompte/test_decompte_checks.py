"""Bad input: every problem at once, in French, naming the post, the field and the cure."""

from decimal import Decimal as D

import pytest

from decompte import DecompteError, Post, Progress, as_decimal, check_progress, compute_statement, round_money

WALLS = Post("L1", "Gros œuvre", 40000, vat_rate=20)
ROOF = Post("L2", "Charpente", 55000, vat_rate=20)
CONCRETE = Post("Q", "Béton", 4000, vat_rate=20, mode="quantity", quantity=100, unit_price=40)
FEES = Post("A", "Études", 3000, vat_rate=20, mode="amount")
LESS = Post("MV", "Moins-value", -2000, vat_rate=20)


def codes(problems):
    return [(problem.key, problem.code) for problem in problems]


def test_a_sound_month_has_no_problem():
    progress = [Progress("L1", percent=100), Progress("Q", quantity=100), Progress("A", amount=3000)]
    assert check_progress([WALLS, ROOF, CONCRETE, FEES], progress, {"L1": 12000}) == []


@pytest.mark.parametrize(
    ("post", "progress"),
    [
        (WALLS, Progress("L1", percent="-0.01")),
        (CONCRETE, Progress("Q", quantity=-1)),
        (FEES, Progress("A", amount=-1)),
        (LESS, Progress("MV", percent=-1)),
    ],
)
def test_negative_progress(post, progress):
    (problem,) = check_progress([post], [progress], {})
    assert (problem.key, problem.code, problem.blocking) == (post.key, "negative", True)
    assert post.label in problem.message and "ne peut pas être négatif" in problem.message


def test_the_amount_of_a_deduction_is_negative_as_its_contract():
    deduction = Post("MV", "Moins-value", -2000, vat_rate=20, mode="amount")
    assert check_progress([deduction], [Progress("MV", amount=-500)], {}) == []
    assert codes(check_progress([deduction], [Progress("MV", amount=500)], {})) == [("MV", "negative")]
    assert codes(check_progress([deduction], [Progress("MV", amount=-2000.01)], {})) == [("MV", "above_contract")]


@pytest.mark.parametrize(
    ("post", "progress", "shown"),
    [
        (WALLS, Progress("L1", percent=120), "120\xa0%"),
        (CONCRETE, Progress("Q", quantity=100.5), "100,5\xa0%"),
        (FEES, Progress("A", amount=3030), "101\xa0%"),
        (LESS, Progress("MV", percent=100.01), "100,01\xa0%"),
    ],
)
def test_more_than_the_contract_calls_for_an_amendment(post, progress, shown):
    (problem,) = check_progress([post], [progress], {})
    assert (problem.code, problem.blocking) == ("above_contract", True)
    assert shown in problem.message and "avenant" in problem.message


def test_a_quantity_that_the_contract_does_not_estimate_has_no_ceiling():
    post = Post("Q", "Régie", 0, vat_rate=20, mode="quantity", quantity=0, unit_price=55)
    assert check_progress([post], [Progress("Q", quantity=12)], {}) == []
    (line,) = compute_statement([post], [Progress("Q", quantity=12)], {}).lines
    assert (line.amount, line.percent) == (660, 0)


def test_going_down_needs_a_reason():
    month = [WALLS], [Progress("L1", percent=25)], {"L1": 12000}
    for reasons in ({}, {"L1": "  "}, {"L2": "métré corrigé"}):
        (problem,) = check_progress(*month, reasons)
        assert (problem.key, problem.code, problem.blocking) == ("L1", "below_previous", True)
        assert "12\u202f000,00\xa0€ à 10\u202f000,00\xa0€" in problem.message and "motif" in problem.message
    assert check_progress(*month, {"L1": "métré corrigé"}) == []


def test_a_deduction_goes_down_when_it_shrinks():
    assert check_progress([LESS], [Progress("MV", percent=60)], {"MV": -1000}) == []
    assert codes(check_progress([LESS], [Progress("MV", percent=40)], {"MV": -1000})) == [("MV", "below_previous")]


@pytest.mark.parametrize("progress", [[], [Progress("L1")], [Progress("L1", percent=30)]])
def test_a_month_in_which_nothing_moves(progress):
    (problem,) = check_progress([WALLS, ROOF], progress, {"L1": 12000})
    assert (problem.key, problem.code) == (None, "nothing_moves")


def test_movements_that_cancel_out_are_movements():
    twin = Post("L3", "Dallage", 40000, vat_rate=20)
    progress = [Progress("L1", percent=0), Progress("L3", percent=30)]
    assert check_progress([WALLS, twin], progress, {"L1": 12000}, {"L1": "imputé à tort"}) == []


def test_all_problems_at_once():
    unpriced = Post("U", "Divers", 100, vat_rate=20, mode="quantity", quantity=2)
    odd_rate = Post("T", "Taxe", 100, vat_rate=120)
    posts = [WALLS, ROOF, ROOF, CONCRETE, unpriced, odd_rate]
    progress = [
        Progress("L1", percent=-1),
        Progress("L2", percent=101),
        Progress("Q", percent=10),
        Progress("X", percent=1),
        Progress("T", percent=1),
        Progress("T", percent=2),
    ]
    previous = {"L2": 60000, "gone": 5, "empty": 0, "Q": "?"}
    problems = check_progress(posts, progress, previous)
    assert set(codes(problems)) == {
        ("L2", "duplicate_post"),
        ("T", "vat_rate"),
        ("U", "no_unit_price"),
        ("X", "unknown_post"),
        ("T", "duplicate_progress"),
        ("Q", "wrong_mode"),
        ("Q", "not_a_number"),
        ("gone", "post_removed"),
        ("L1", "negative"),
    }
    assert all(problem.message.endswith(".") and problem.blocking for problem in problems)

    with pytest.raises(DecompteError) as caught:
        compute_statement(posts, progress, previous)
    # What can be computed is judged apart: all but the negative progress.
    assert set(codes(caught.value.problems)) == set(codes(problems)) - {("L1", "negative")}
    assert all(problem.message in str(caught.value) for problem in caught.value.problems)


def test_zeros_in_the_fields_of_other_modes_are_no_entry():
    progress = [Progress("L1", percent=50, quantity=0.0, amount=0.0)]
    assert check_progress([WALLS], progress, {}) == []
    assert compute_statement([WALLS], progress, {}).total_excluded == 20000


def test_vat_already_invoiced_must_be_told():
    with pytest.raises(DecompteError, match="TVA à 20\xa0% déjà facturée n'est pas connue") as caught:
        compute_statement([WALLS], [Progress("L1", percent=50)], {"L1": 12000})
    assert codes(caught.value.problems) == [(None, "vat_untold")]
    exempt = Post("E", "Export", 1000, vat_rate=0)
    assert compute_statement([exempt], [Progress("E", percent=50)], {"E": 100}).total_included == 400


@pytest.mark.parametrize("value", ["abc", "12,5", float("nan"), "Infinity", True, None, object()])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(DecompteError, match="Gros œuvre.*le montant HT doit être un nombre"):
        Post("L1", "Gros œuvre", value, vat_rate=20)


def test_all_bad_numbers_of_a_record_are_told_at_once():
    with pytest.raises(DecompteError) as caught:
        Post("L1", "Gros œuvre", "x", vat_rate="y", quantity="z")
    assert len(caught.value.problems) == 3
    with pytest.raises(DecompteError, match="avancement cumulé"):
        Progress("L1", percent="?")


def test_an_unknown_mode_is_a_programming_error():
    with pytest.raises(ValueError, match="no mode of progress"):
        Post("L1", "Gros œuvre", 1, vat_rate=20, mode="weight")


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [("0.005", "0.01"), ("-0.005", "-0.01"), ("0.0049", "0.00"), ("-0.001", "0.00"), ("2.675", "2.68")],
)
def test_money_is_rounded_half_away_from_zero(amount, rounded):
    assert str(round_money(D(amount))) == rounded


def test_binary_noise_does_not_move_a_cent():
    assert as_decimal(0.1 + 0.2) == D("0.3")
    assert as_decimal(1.0310000000001) == D("1.031")
    assert as_decimal(33.33) == D("33.33")


def test_the_explanation_reads_as_a_paymaster_would_write_it():
    posts = [WALLS, ROOF, CONCRETE]
    progress = [Progress("L1", percent=100), Progress("L2", percent=10), Progress("Q", quantity=12.5)]
    statement = compute_statement(posts, progress, {"L1": 12000, "L2": 5500}, {20: 3500})
    plain = {
        name: [sentence.replace("\u202f", " ").replace("\xa0", " ") for sentence in statement.explain(name)]
        for name in statement.totals
    }
    assert plain == {
        "total_excluded": [
            "Gros œuvre : 40 000,00 € × 100 % = 40 000,00 €, moins 12 000,00 € antérieurs : 28 000,00 €",
            "Béton : 12,5 × 40,00 € = 500,00 €",
            "Total HT du mois : 46 000,00 € cumulés, moins 17 500,00 € antérieurs : 28 500,00 €",
        ],
        "total_tax": [
            "TVA à 20 % : 28 500,00 € × 20 % = 5 700,00 €",
            "TVA cumulée, telle que facturée : 3 500,00 € + 5 700,00 € = 9 200,00 €",
        ],
        "total_included": ["Total TTC du mois : 28 500,00 € + 5 700,00 € de TVA = 34 200,00 €"],
        "total_payable": ["Net à payer : 34 200,00 €, le total TTC du mois, sans déduction"],
    }
    with pytest.raises(KeyError):
        statement.explain("retention")
