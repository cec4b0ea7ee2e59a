"""Retention, advance, deductions and the net, worked by hand (works-billing.md §2.2, §2.4, §2.5, §2.7–§2.10)."""

from datetime import date
from decimal import Decimal as D

import pytest
from chain import Chain, months

from decompte import (
    Advance,
    AdvanceState,
    Amendment,
    Carried,
    DecompteError,
    Deduction,
    DirectPayment,
    Month,
    Post,
    Progress,
    Prorata,
    Retention,
    Subcontractor,
    Terms,
    advance_amount,
    advance_regime,
    check_progress,
    check_statement,
    check_terms,
    compute_statement,
    least_advance,
    retention_cap,
    split_included,
)
from decompte.contract_checks import moves


def lot(amount=100000, rate=20, **options):
    return Post("L", "Lot", amount, vat_rate=rate, **options)


def codes(problems):
    return [(one.code, one.blocking) for one in problems]


# --- what a month is made of ---


def test_materials_bonuses_and_expenses():
    chain = Chain(
        lot(10000),
        Post("M", "Aciers", 0, vat_rate=20, mode="amount", kind="materials"),
        Post("P", "Prime d'avance", 0, vat_rate=20, mode="amount", kind="bonus"),
        Post("D", "Débours", 0, vat_rate=0, mode="amount", kind="expense"),
        retention=Retention(rate=5),
    )
    first = chain.bill({"L": 30}, Progress("M", amount=3000))
    # 3 000 of works + 3 000 of stock; 7 200 TTC, retention 360.
    assert months(first, "total_excluded", "total_tax", "retention") == (6000, 1200, 360)
    second = [Progress("L", percent=60), *(Progress(k, amount=a) for k, a in (("M", 1000), ("P", 500), ("D", 120)))]
    assert check_progress(chain.posts, second, chain.opening.previous) == []
    second = chain.bill((), *second)
    # 3 000 of works − 2 000 of stock used + 500 + 120 = 1 620; VAT 20 % of 1 500; the expense bears none.
    names = "works_excluded", "materials_excluded", "bonus_excluded", "expense_excluded"
    assert months(second, *names) == (3000, -2000, 500, 120)
    assert months(second, "total_excluded", "total_tax", "total_included") == (1620, 300, 1920)
    # Base 7 500 × 1.2 + 120 = 9 120; 5 % = 456, less 360.
    assert months(second, "retention", "total_payable") == (96, 1824)
    assert {line.kind: line.amount for line in second.invoice_lines} == {
        "works": 3000, "materials": -2000, "bonus": 500, "expense": 120,
    }  # fmt: skip


def test_every_rate_of_vat():
    rates = ("20", "10", "8.5", "5.5", "2.1", "0")
    chain = Chain(*(Post(rate, rate, 1000, vat_rate=rate) for rate in rates))
    statement = chain.bill(dict.fromkeys(rates, 100))
    assert [line.tax for line in statement.vat] == [200, 100, 85, 55, 21, 0]
    assert statement.total_included == 6461


def test_an_amendment_is_billed_once_notified():
    posts = [lot(), Post("AV", "Plus-value", 6500, vat_rate=20, amendment_key=1)]
    progress = [Progress("L", percent=10), Progress("AV", percent=50)]
    pending = Amendment(1, "Avenant 1", notified=False)
    (problem,) = check_progress(posts, progress, {}, amendments=[pending])
    assert (problem.key, problem.code, problem.blocking) == ("AV", "amendment_not_notified", True)
    assert "« Avenant 1 » n'est pas notifié" in problem.message
    for amendment in (
        Amendment(1, "Avenant 1", notified=True),
        Amendment(1, "OS 3", notified=False, kind="service_order", provisional_prices=True),
    ):
        assert check_progress(posts, progress, {}, amendments=[amendment]) == []
    order = Amendment(1, "OS 3", notified=False, kind="service_order")
    assert "prix sont provisoires" in check_progress(posts, progress, {}, amendments=[order])[0].message
    assert check_progress(posts, progress[:1], {}, amendments=[pending]) == []
    # Nor does it raise the contract that the retention is capped by: 5 % of 120 000 TTC, not of 127 800.
    statement = compute_statement(posts, progress, {}, terms=Terms(retention=Retention(), amendments=[pending]))
    assert statement.settlement.retention.ceiling == 6000
    assert statement.amendments_excluded == 0, "nor the contract that the page prints"


@pytest.mark.parametrize(
    "make",
    [
        lambda: Month(kind="finale"),
        lambda: Amendment(1, "OS 3", True, kind="order"),
        lambda: Advance(method="flat"),
        lambda: Deduction("Retard", 1, kind="fine"),
        lambda: lot(kind="labour"),
    ],
)
def test_an_unknown_kind_is_a_programming_error(make):
    with pytest.raises(ValueError, match="is no (kind|method)"):
        make()


# --- retention ---


def test_retention_never_exceeds_its_share_of_the_contract():
    # 100 u × 100 € = 10 000 HT; 130 u done: 15 600 TTC × 5 % = 780, capped at 12 000 × 5 % = 600.
    chain = Chain(
        lot(10000, mode="quantity", quantity=100, unit_price=100), retention=Retention(rate=5)
    )  # fmt: skip
    statement = chain.bill((), Progress("L", quantity=130))
    assert months(statement, "retention") == (600,)
    assert any("Plafonnée" in one for one in statement.explain("retention"))


def test_retention_of_a_price_schedule_without_quantities():
    # The posts sum to nothing: the contract's amount is told, 50 000 HT; 660 × 1.2 × 5 % = 39.60.
    chain = Chain(
        lot(0, mode="quantity", quantity=0, unit_price=55),
        retention=Retention(rate=5),
        contract_amounts={20: 50000},
    )
    assert months(chain.bill((), Progress("L", quantity=12)), "retention") == (D("39.60"),)


def test_retention_on_ht_and_without_the_subcontractors():
    posts = [lot(), Post("ST", "Étanchéité", 50000, vat_rate=20, party_key="st")]
    subcontractors = [Subcontractor("st", "Étanche", 50000)]
    progress = {"L": 10, "ST": 20}  # 10 000 + 10 000 HT
    expected = {
        Retention(rate=5): 1200,
        Retention(rate=5, with_tax=False): 1000,
        Retention(rate=5, with_subcontractors=False): 600,
        Retention(rate=5, with_tax=False, with_subcontractors=False): 500,
    }
    for retention, amount in expected.items():
        chain = Chain(*posts, retention=retention, subcontractors=subcontractors)
        assert months(chain.bill(progress), "retention") == (amount,)


def test_partial_release_then_the_rest():
    chain = Chain(lot(), retention=Retention(rate=5))
    chain.bill({"L": 100})  # 6 000 held
    release = chain.bill(retention_released=4000)
    assert months(release, "retention", "total_payable") == (-4000, 4000)
    assert moves(release) and not release.is_credit_note
    assert months(chain.bill(retention_released=6000), "retention", "total_payable") == (-2000, 2000)
    assert chain.opening.carried.retention == 0


@pytest.mark.parametrize(
    ("day", "small_firm", "buyer", "cap"),
    [
        (date(2024, 12, 31), True, "state", 5),
        (date(2025, 1, 1), True, "state", 3),
        (date(2025, 1, 1), True, "large_body", 3),
        (date(2025, 1, 1), True, "other", 5),
        (date(2025, 1, 1), False, "state", 5),
    ],
)
def test_legal_cap_of_the_retention(day, small_firm, buyer, cap):
    assert retention_cap(day, small_firm=small_firm, buyer=buyer) == cap
    terms = Terms(retention=Retention(rate=5, legal_rate=cap))
    assert codes(check_terms(terms)) == ([] if cap == 5 else [("retention_above_legal", False)])


# --- advance ---


@pytest.mark.parametrize(("months_", "amount"), [(6, "24000.00"), (12, "24000.00"), (16, "18000.00"), (18, "16000.00")])
def test_amount_of_the_advance(months_, amount):
    # 5 % of 480 000 TTC; beyond twelve months, of twelve months of it: 480 000 × 12 / 16 × 5 % = 18 000.
    assert advance_amount(5, D(480000), months_)[0] == D(amount)
    assert least_advance(small_firm=True, buyer="state") == 30
    assert least_advance(small_firm=False, buyer="state") == 5


@pytest.mark.parametrize(
    ("day", "share", "start", "end", "method"),
    [
        (date(2020, 10, 17), 20, 65, 80, "linear"),
        (date(2020, 10, 18), 30, 65, 80, "linear"),
        (date(2020, 10, 18), 40, 0, 80, "linear"),
        (date(2024, 12, 31), 90, 0, 90, "linear"),
        (date(2025, 1, 1), 30, 65, 100, "staggered"),
        (date(2025, 1, 1), 40, 0, 100, "staggered"),
    ],
)
def test_regimes_of_the_silent_contract(day, share, start, end, method):
    advance = Advance.by_default(day, share)
    assert (advance.start, advance.end, advance.method) == (start, end, method)
    assert advance.problems() == []


def test_bounds_of_the_repayment():
    assert codes(Advance(start=80, end=65).problems()) == [("advance_bounds", True)]
    late = Advance(start=65, end=95, share=5, latest_end=advance_regime(date(2022, 1, 1)).latest_end)
    assert codes(late.problems()) == [("advance_end_late", False)]


def staggered(method):
    """150 000 HT, 180 000 TTC; 36 000 advanced; repaid from 65 to 100 %; the third month bears 4 000 only."""
    chain = Chain(lot(150000, mode="amount"), advance=Advance(start=65, end=100, method=method))
    chain.bill(kind="advance", advance_granted=36000)
    repaid = []
    for cumul, penalty in ((117000, 0), (135000, 14000), (162000, 0), (180000, 0)):
        deductions = [Deduction("Retard", penalty)] if penalty else []
        statement = chain.bill((), Progress("L", amount=D(cumul) / D("1.2")), deductions=deductions)
        repaid.append(months(statement, "advance_repaid")[0])
    return repaid


def test_what_a_month_cannot_bear_is_spread_or_caught_up():
    # 75 %: 36 000 × 10/35 = 10 285.71, of which 18 000 − 14 000 = 4 000 can be taken.
    # Staggered: 32 000 left over 25 points: at 90 %, 4 000 + 32 000 × 15/25 = 23 200.
    assert staggered("staggered") == [0, 4000, 19200, 12800]
    # Linear: back on the line at once: 36 000 × 25/35 = 25 714.29, less 4 000.
    assert staggered("linear") == [0, 4000, D("21714.29"), D("10285.71")]


def test_the_final_statement_takes_what_is_left_of_the_advance():
    # Works end at 70 % of the contract: 14 400 × 5/15 = 4 800 repaid; the rest is due with the balance.
    chain = Chain(lot(320000), advance=Advance())
    chain.bill(kind="advance", advance_granted=14400)
    assert months(chain.bill({"L": 70}), "advance_repaid") == (4800,)
    final = chain.bill({"L": 71}, kind="final")
    assert months(final, "total_included", "advance_repaid", "total_payable") == (3840, 3840, 0)
    assert ("advance_left", False) in codes(check_statement(final))
    assert final.settlement.advance_repaid.left == 5760


def test_the_debt_of_earlier_months_comes_before_the_advance():
    # 12 000 TTC less 15 000 of penalties: 3 000 owed. Then 5 000 × 1.2 = 6 000: 3 000 are left for the advance, of
    # which 15 % of 30 000 = 4 500 should be repaid by now.
    chain = Chain(lot(), advance=Advance(start=0, end=100))
    chain.bill(kind="advance", advance_granted=30000)
    first = chain.bill({"L": 10}, deductions=[Deduction("Retard", 15000)])
    assert (months(first, "advance_repaid")[0], first.debt) == (0, -3000)
    second = chain.bill({"L": 15})
    assert (months(second, "advance_repaid")[0], second.total_payable, second.debt) == (3000, 0, 0)
    assert codes(check_statement(second)) == [("advance_postponed", False)]


def test_progress_of_the_own_share_of_a_price_schedule():
    # 100 000 HT told, of which 40 000 of a subcontractor: 45 000 of the holder's 60 000 are 75 %.
    chain = Chain(
        lot(0, mode="quantity", quantity=0, unit_price=50),
        Post("ST", "Étanchéité", 40000, vat_rate=20, party_key="st"),
        subcontractors=[Subcontractor("st", "Étanche", 40000)],
        contract_amounts={20: 100000},
        advance=Advance(own_share=True),
    )
    chain.bill(kind="advance", advance_granted=3600)
    statement = chain.bill((), Progress("L", quantity=900))
    assert statement.settlement.advance_repaid.progress == 75
    assert months(statement, "advance_repaid") == (2400,)


def test_works_subcontracted_later_give_their_part_of_the_advance_back_at_once():
    # A quarter of 14 400 goes back now, the rest follows the line: at 72.5 %, 3 600 + 10 800 / 2.
    chain = Chain(lot(320000), advance=Advance(refunded=3600))
    chain.bill(kind="advance", advance_granted=14400)
    assert months(chain.bill({"L": 20}), "advance_repaid") == (3600,)
    assert chain.bill({"L": "72.5"}).totals["advance_repaid"].cumulative == 9000


def test_progress_that_falls_gives_back_what_was_repaid_too_soon():
    chain = Chain(lot(320000), advance=Advance())
    chain.bill(kind="advance", advance_granted=14400)
    chain.bill({"L": 80})
    statement = chain.bill({"L": "72.5"})
    # −24 000 HT: −28 800 TTC; 7 200 of the advance are owed again.
    assert months(statement, "total_included", "advance_repaid", "total_payable") == (-28800, -7200, -21600)


def test_a_ttc_amount_is_split_without_losing_a_cent():
    assert split_included(D("10285.71"), D(20)) == (D("8571.43"), D("1714.28"))


# --- deductions, net ---


def test_a_negative_net_is_carried_and_is_no_credit_note():
    chain = Chain(lot())
    first = chain.bill({"L": 10}, deductions=[Deduction("Retard", 15000, reason="15 jours")])
    assert (first.total_included, first.total_payable, first.debt) == (12000, 0, -3000)
    assert not first.is_credit_note
    assert codes(check_statement(first)) == [("negative_net", False)]
    said = " ".join(first.explain("total_payable"))
    assert "reportés sur la situation suivante" in said and "ce n'est pas un avoir" in said
    second = chain.bill({"L": 15})
    assert (second.total_included, second.total_payable, second.debt) == (6000, 3000, 0)
    assert second.totals["total_payable"].cumulative == 18000 - 15000


def test_negative_works_make_a_credit_note_and_carry_the_rest_only():
    chain = Chain(lot(), retention=Retention(rate=5))
    chain.bill({"L": 20})
    # −4 000 HT, −4 800 TTC, 240 of retention back; penalties 1 000: net −5 560. The credit note bears 4 800.
    second = chain.bill({"L": 16}, deductions=[Deduction("Retard", 1000)])
    assert second.is_credit_note
    assert months(second, "total_included", "retention") == (-4800, -240)
    assert (second.total_payable, second.debt) == (-4800, -760)
    # 10 000 HT: 12 000 − 600 − 760.
    assert chain.bill({"L": 26}).total_payable == 10640


def test_other_deductions_are_told_apart_from_penalties():
    chain = Chain(lot())
    statement = chain.bill({"L": 10}, deductions=[Deduction("Retard", 450), Deduction("Clôture", 50, kind="other")])
    assert months(statement, "penalties", "other_deductions", "total_payable") == (450, 50, 11500)
    assert statement.total_tax == 2000


@pytest.mark.parametrize(
    ("prorata", "share", "payable"),
    [
        (None, 0, 12000),
        (Prorata(2), 200, 12000),
        (Prorata(2, deducted=True), 200, 11800),
        (Prorata(2, deducted=True, with_tax=True), 240, 11760),
    ],
)
def test_the_three_modes_of_the_compte_prorata(prorata, share, payable):
    chain = Chain(lot(), prorata=prorata)
    final = chain.bill({"L": 10}, kind="final")
    assert months(final, "prorata", "total_payable") == (share, payable)
    assert codes(check_statement(final)) == ([("quitus_missing", False)] if prorata else [])


def test_a_subcontractor_is_paid_up_to_his_special_act_before_variation():
    terms = {"subcontractors": [Subcontractor("st", "Étanche", 20000)]}
    chain = Chain(lot(), **terms)
    first = chain.bill({"L": 30}, direct_payments=[DirectPayment("st", 15000, variation=900)])
    assert months(first, "direct_payments", "total_payable") == (15900, 20100)
    assert check_statement(first) == []
    second = chain.bill({"L": 60}, direct_payments=[DirectPayment("st", 5000, 300), DirectPayment("st", "0.01")])
    (problem,) = check_statement(second)
    assert (problem.key, problem.code, problem.blocking) == ("st", "above_special_act", True)
    assert "20\u202f000,01\xa0€" in problem.message and "0,01\xa0€" in problem.message
    with pytest.raises(DecompteError, match="n'est pas déclaré au marché"):
        chain.bill({"L": 70}, direct_payments=[DirectPayment("who", 1)])


def test_everything_wrong_with_the_terms_at_once():
    terms = Terms(
        retention=Retention(rate=-1),
        advance=Advance(start=70, end=60),
        prorata=Prorata(120),
        subcontractors=[Subcontractor(1, "Un", 0), Subcontractor(1, "Un", 5)],
        amendments=[Amendment(1, "Avenant 1", True), Amendment(1, "Avenant 1", True)],
    )
    problems = check_terms(terms)
    assert {one.code for one in problems} == {
        "retention_rate", "advance_bounds", "prorata_rate", "subcontractor_ceiling", "duplicate_term",
    }  # fmt: skip
    assert len(problems) == 6 and all(one.blocking and one.message.endswith(".") for one in problems)


def test_a_clause_does_not_vanish_with_the_money_it_holds():
    carried = Carried(retention=100, advance=AdvanceState(granted=50, repaid=20))
    with pytest.raises(DecompteError) as caught:
        compute_statement([lot()], [], {}, carried=carried)
    assert [one.code for one in caught.value.problems] == ["terms_dropped", "terms_dropped"]


@pytest.mark.parametrize(
    "make",
    [
        lambda: Month(advance_granted="x", retention_released="y"),
        lambda: Month(advance_granted=-1, retention_released=-1),
        lambda: AdvanceState(granted=10, repaid=11),
        lambda: Carried(variation={20: "x"}),
        lambda: Retention(rate="cinq"),
        lambda: Deduction("Retard", "beaucoup"),
    ],
)
def test_bad_numbers_are_told_in_french(make):
    with pytest.raises(DecompteError) as caught:
        make()
    assert all(" : " in one.message for one in caught.value.problems)
