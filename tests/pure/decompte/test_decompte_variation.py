"""Price variation worked by hand (works-billing.md §2.3, §2.6, §2.11.2)."""

from datetime import date
from decimal import Decimal as D

import pytest
from chain import Chain

from decompte import (
    Admission,
    CoefficientRounding,
    DecompteError,
    Formula,
    IndexLink,
    IndexSeries,
    IndexWeight,
    Post,
    Retention,
    Terms,
    annex_e,
    check_statement,
    check_terms,
    restate,
)

JAN, FEB, MAR, APR = (date(2026, month, 1) for month in range(1, 5))


def bt01(*values, **options):
    """A series that starts in January 2026."""
    return IndexSeries("BT01", {date(2026, 1 + rank, 1): value for rank, value in enumerate(values)}, **options)


def revision(**options):
    return Formula("R", "BT01", [IndexWeight("BT01", "0.85")], JAN, fixed_part="0.15", **options)


def one_post(formula):
    return Chain(Post("L", "Lot", 100000, vat_rate=20, formula_key=formula.key), formulas=[formula])


@pytest.mark.parametrize(
    ("rounding", "coefficient", "amount"),
    [
        (CoefficientRounding(), "1.016", "160.00"),
        (CoefficientRounding(4, upwards=False), "1.0156", "156.00"),
        (CoefficientRounding(5, upwards=False), "1.01563", "156.30"),
        (CoefficientRounding(6, upwards=True), "1.015625", "156.25"),
    ],
)
def test_several_indexes_and_every_rounding(rounding, coefficient, amount):
    # 0.125 + 0.50 × 112.2/110 + 0.375 × 121.8/120 = 0.125 + 0.51 + 0.380625 = 1.015625; on 10 000 € of works.
    formula = Formula(
        "R",
        "Terrassement",
        [IndexWeight("TP08", "0.5", base=110), IndexWeight("BT01", "0.375", base=120)],
        JAN,
        fixed_part="0.125",
        rounding=rounding,
    )
    series = [IndexSeries("TP08", {FEB: "112.2"}), IndexSeries("BT01", {FEB: "121.8"})]
    statement = one_post(formula).bill({"L": 10}, executed=FEB, series=series)
    assert statement.variation.coefficients[0].value == D(coefficient)
    assert statement.totals["variation"].month == D(amount)


@pytest.mark.parametrize(("raw", "coefficient"), [("1.0310000000001", "1.031"), ("1.031000002", "1.032")])
def test_binary_noise_does_not_push_a_coefficient_up(raw, coefficient):
    assert CoefficientRounding().apply(D(raw)) == D(coefficient)


def test_each_group_of_posts_has_its_formula_or_none():
    other = Formula("E", "Électricité", [IndexWeight("BT47", 1, base=100)], JAN)
    chain = Chain(
        Post("A", "Gros œuvre", 10000, vat_rate=20, formula_key="R"),
        Post("B", "Courants forts", 10000, vat_rate=20, formula_key="E"),
        Post("C", "Études", 10000, vat_rate=20),
        formulas=[revision(), other],
    )
    series = [bt01("126.9", "130.1"), IndexSeries("BT47", {FEB: "101.2"})]
    statement = chain.bill({"A": 50, "B": 50, "C": 50}, executed=FEB, series=series)
    # 5 000 × 0.022 = 110.00 (G2's coefficient); 5 000 × 0.012 = 60.00; C is firm.
    assert [(line.coefficient.value, line.amount) for line in statement.variation.lines] == [
        (D("1.022"), 110),
        (D("1.012"), 60),
    ]
    assert statement.total_excluded == 15170


@pytest.mark.parametrize(("start", "month_amount"), [(date(2026, 5, 1), 100), (date(2026, 4, 15), 0)])
def test_an_adjustment_is_made_once_and_only_after_three_months(start, month_amount):
    # Price of 15 January: works that start by 15 April are not adjusted. From 1 May, the index is February's:
    # 121.2 / 120 = 1.010, for all months, whatever the index becomes.
    formula = Formula(
        "A", "Actualisation", [IndexWeight("BT01", 1)], JAN, method="adjustment", price_date=date(2026, 1, 15),
        start_date=start,
    )  # fmt: skip
    chain = one_post(formula)
    for percent, executed in ((10, date(2026, 5, 31)), (20, date(2026, 6, 30))):
        statement = chain.bill({"L": percent}, executed=executed, series=[bt01(120, "121.2", 125, 130, 140, 150)])
        assert statement.variation.total.month == month_amount


def test_a_rebased_series_goes_on_in_the_base_of_the_contract():
    # Rebased in March with 1.2690: 103.0 is 130.707, 3 % above 126.9. 0.15 + 0.85 × 1.03 = 1.0255 → 1.026.
    series = bt01("126.9", "130.1", "103.0", links=[IndexLink(MAR, "1.2690")])
    chain = one_post(revision())
    statement = chain.bill({"L": 10}, executed=MAR, series=[series])
    (coefficient,) = statement.variation.coefficients
    assert (coefficient.value, coefficient.provisional) == (D("1.026"), False)
    assert statement.totals["variation"].month == 260
    assert "(103 × 1,269) / 126,9" in statement.explain("variation")[0]
    # A contract of the new base has no link to apply.
    assert series.reading(MAR, MAR).value == 103


def test_indexes_read_some_months_before():
    formula = revision(lag_months=3)
    statement = one_post(formula).bill({"L": 10}, executed=date(2026, 5, 31), series=[bt01("126.9", "130.1")])
    assert statement.variation.coefficients[0].readings[0].month == FEB
    assert not statement.variation.is_provisional


def test_no_index_yet_is_no_error():
    statement = one_post(revision()).bill({"L": 10}, executed=MAR, series=[bt01("126.9")])
    (coefficient,) = statement.variation.coefficients
    assert (coefficient.value, coefficient.provisional) == (1, True)
    assert [one.code for one in check_statement(statement)] == ["provisional_coefficient"]
    explicit = revision()
    explicit = Formula("R", "BT01", [IndexWeight("BT01", "0.85", base="126.9")], JAN, fixed_part="0.15")
    assert one_post(explicit).bill({"L": 10}, executed=MAR).variation.is_provisional


def test_the_last_known_coefficient_is_that_of_a_month_known_for_all_indexes():
    formula = Formula(
        "R", "Mixte", [IndexWeight("X", "0.5", base=100), IndexWeight("Y", "0.5", base=100)], JAN,
    )  # fmt: skip
    series = [IndexSeries("X", {FEB: 102, MAR: 110}), IndexSeries("Y", {FEB: 104})]
    (coefficient,) = one_post(formula).bill({"L": 10}, executed=MAR, series=series).variation.coefficients
    assert (coefficient.value, coefficient.provisional) == (D("1.03"), True)


def test_two_provisional_months_are_regularised_each_at_its_own():
    chain = one_post(revision())
    early = [bt01("126.9", "130.1")]
    chain.bill({"L": 10}, executed=MAR, series=early)
    chain.bill({"L": 30}, executed=APR, series=early)
    # Billed at 1.022: 220.00 and 440.00. March comes out at 131.4 (1.031), April is still unknown.
    third = chain.bill({"L": 30}, executed=date(2026, 5, 31), series=[bt01("126.9", "130.1", "131.4")])
    assert [(line.coefficient.month, line.amount) for line in third.variation.lines] == [(MAR, 90)]
    assert [(one.month, one.billed) for one in third.closing.carried.pending] == [(APR, 440)]
    # April comes out at 132.7 (1.039): 20 000 × 0.039 = 780.00, less 440.00.
    late = [bt01("126.9", "130.1", "131.4", "132.7", "133")]
    fourth = chain.bill({"L": 30}, executed=date(2026, 6, 30), series=late)
    assert [line.amount for line in fourth.variation.lines] == [340]
    assert fourth.closing.carried.pending == ()
    assert fourth.totals["variation"].cumulative == 310 + 780


def test_an_adjustment_may_be_provisional_too():
    formula = Formula(
        "A", "Actualisation", [IndexWeight("BT01", 1)], JAN, method="adjustment", start_date=date(2026, 6, 1)
    )
    chain = one_post(formula)
    # The index of March is not published in June: February's 121.2 / 120, then March's 122.4 / 120.
    first = chain.bill({"L": 10}, executed=date(2026, 6, 30), series=[bt01(120, "121.2")])
    assert (first.variation.total.month, first.variation.is_provisional) == (100, True)
    second = chain.bill({"L": 20}, executed=date(2026, 7, 31), series=[bt01(120, "121.2", "122.4", 130)])
    assert [line.amount for line in second.variation.lines] == [200, 100]
    not_started = Formula("A", "Actualisation", [IndexWeight("BT01", 1)], JAN, method="adjustment")
    assert one_post(not_started).bill({"L": 10}, executed=FEB).variation.total.month == 0


def test_what_is_provisional_waits_for_as_long_as_indexes_are_missing():
    chain = one_post(revision())
    chain.bill({"L": 10}, executed=MAR, series=[bt01("126.9", "130.1")])
    later = chain.bill()
    assert later.total_included == 0
    assert [one.month for one in later.closing.carried.pending] == [MAR]


def test_the_state_of_variations_shows_the_regularisation():
    chain = one_post(revision())
    chain.bill({"L": 10}, executed=MAR, series=[bt01("126.9", "130.1")])
    series = [bt01("126.9", "130.1", "131.4", "132.7")]
    rows = annex_e(chain.bill({"L": 20}, executed=APR, series=series))
    assert [(row.month, row.base, row.coefficient, row.amount, row.tax, row.is_regularisation) for row in rows] == [
        (APR, 10000, D("1.039"), 390, 78, False),
        (MAR, 10000, D("1.031"), 90, 18, True),
    ]
    assert [one.replace("\u202f", " ").replace("\xa0", " ") for one in rows[1].calculation] == [
        "Coefficient « BT01 » de mars 2026 : 0,15 + 0,85 × 131,4 / 126,9 = 1,030141844, arrondi à 1,031 "
        "(3 décimales, au supérieur)",
        "Régularisation de mars 2026, TVA 20 % : 10 000,00 € × (1,031 − 1) = 310,00 €, moins 220,00 € facturés au "
        "coefficient provisoire 1,022 : 90,00 €",
    ]


def test_a_cut_takes_its_revision_with_it_and_comes_back_at_the_new_coefficient():
    # February at 1.022: 10 000 + 220; 9 000 admitted: 9 198 HT, credited 1 022 HT and 204.40 of VAT.
    chain = one_post(revision())
    series = [bt01("126.9", "130.1", "131.4")]
    chain.bill({"L": 10}, executed=FEB, series=series)
    draft = chain.bill({"L": 20}, executed=MAR, series=series)
    chain.statements.pop()
    admitted = chain.answer(Admission(posts={"L": 9000}))
    assert (admitted.credited.excluded, admitted.credited.tax) == (1022, D("204.40"))
    # March at 1.031 bears the 1 000 again: 11 000 × 0.031 = 341.00, on a variation of 198.00 admitted.
    again = restate(draft, admitted.closing)
    assert (again.totals["variation"].previous, again.totals["variation"].month) == (198, 341)


def test_a_cut_in_a_provisional_month_is_regularised_as_admitted():
    chain = one_post(revision())
    chain.bill({"L": 10}, executed=MAR, series=[bt01("126.9", "130.1")])
    admitted = chain.answer(Admission(posts={"L": 9000}))
    (pending,) = admitted.closing.carried.pending
    assert (pending.base, pending.billed) == (9000, 198)


def test_a_decrease_is_revised_and_told():
    chain = one_post(revision())
    series = [bt01("126.9", "130.1", "131.4")]
    chain.bill({"L": 20}, executed=FEB, series=series)
    statement = chain.bill({"L": 10}, executed=MAR, series=series)
    assert statement.totals["variation"].month == -310
    assert {one.code for one in check_statement(statement)} == {"variation_of_decrease", "credit_note"}
    assert statement.is_credit_note


@pytest.mark.parametrize(("fixed", "weight"), [("0.15", "0.80"), ("0.15", "0.86"), ("-0.1", "1.1"), ("1", "0")])
def test_weights_that_do_not_sum_to_one(fixed, weight):
    formula = Formula("R", "BT01", [IndexWeight("BT01", weight)], JAN, fixed_part=fixed)
    (problem,) = check_terms(Terms(formulas=[formula]))
    assert (problem.code, problem.blocking) == ("formula_weights", True)
    with pytest.raises(DecompteError, match="recopiez la formule du CCAP"):
        one_post(formula).bill({"L": 10}, executed=FEB, series=[bt01("126.9", "130.1")])


def test_what_a_formula_cannot_do_without():
    with pytest.raises(DecompteError, match="indiquez le mois d'exécution"):
        one_post(revision()).bill({"L": 10})
    with pytest.raises(DecompteError, match="mois zéro \\(janvier 2026\\) manque"):
        one_post(revision()).bill({"L": 10}, executed=FEB)
    orphan = Chain(Post("L", "Lot", 100, vat_rate=20, formula_key="X"), retention=Retention())
    with pytest.raises(DecompteError, match="« X » n'est pas au marché"):
        orphan.bill({"L": 10}, executed=FEB)
    assert [one.code for one in check_terms(orphan.terms, orphan.posts)] == ["formula_unknown"]
    empty = Formula("R", "Vide", [], JAN, fixed_part=1)
    assert [one.code for one in check_terms(Terms(formulas=[empty]))] == ["formula_empty"]


def test_gaps_of_a_series():
    series = IndexSeries("BT01", {date(2025, 11, 15): 1, JAN: 2, APR: 3})
    assert series.gaps() == [date(2025, 12, 1), FEB, MAR]
    assert IndexSeries("BT01", {}).gaps() == []
    with pytest.raises(DecompteError, match="Index « BT01 » : la valeur doit être un nombre"):
        IndexSeries("BT01", {JAN: "n.d."})
