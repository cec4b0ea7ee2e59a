"""What the MOE admits, and joint ventures, worked by hand (works-billing.md §0.8, §2.7, §2.9, correction 1)."""

from decimal import Decimal as D

import pytest
from chain import Chain, months

from decompte import (
    Admission,
    Advance,
    DecompteError,
    Deduction,
    DirectPayment,
    Member,
    Month,
    Post,
    Progress,
    Retention,
    Subcontractor,
    Terms,
    compute_joint_statement,
    restate,
    what_changed,
)
from decompte.admission import spread


def g1():
    """G1 at its second month: L1 12 000 → 40 000, L2 5 500 → 24 750, AV1 0 → 3 250."""
    chain = Chain(
        Post("L1", "Gros œuvre", 40000, vat_rate=20),
        Post("L2", "Charpente", 55000, vat_rate=20),
        Post("L3", "Couverture", 25000, vat_rate=20),
        Post("AV1", "Avenant 1", 6500, vat_rate=20, amendment_key=1),
        retention=Retention(rate=5),
    )
    chain.bill({"L1": 30, "L2": 10})
    chain.bill({"L1": 100, "L2": 45, "AV1": 50})
    return chain


def test_admitted_as_requested_changes_nothing():
    chain = g1()
    requested = chain.statements[-1]
    admitted = chain.answer(Admission())
    assert admitted.statement.totals == admitted.kept.totals == requested.totals
    assert admitted.closing == requested.closing
    assert admitted.explain() == []


def test_a_total_corrected_alone_is_spread_over_what_moved():
    # 1 000 on months of 28 000, 19 250 and 3 250 (50 500): 554.455…, 381.188…, 64.356…; rounded they make 1 000.01,
    # and the cent comes off where rounding up was largest: L1.
    admitted = g1().answer(Admission(total=67000, reasons={None: "métré"}))
    assert {cut.key: cut.amount for cut in admitted.cuts} == {"L1": D("554.45"), "L2": D("381.19"), "AV1": D("64.36")}
    assert {cut.reason for cut in admitted.cuts} == {"métré"}
    assert admitted.statement.cumulative_excluded == 67000 == sum(admitted.closing.previous.values())
    assert admitted.credited.excluded == 1000


def test_posts_and_total_corrected_together():
    # L1 less 4 000, and the total 65 000 − 68 000 = 3 000 in all: 1 000 back over what is left of the month.
    admitted = g1().answer(Admission(posts={"L1": 36000}, total=65000))
    assert admitted.statement.cumulative_excluded == 65000
    assert sum(cut.amount for cut in admitted.cuts) == 3000


def test_a_cut_larger_than_the_month_falls_on_the_cumulatives():
    admitted = g1().answer(Admission(total=10000))
    assert admitted.statement.cumulative_excluded == 10000
    assert admitted.statement.is_credit_note
    assert all(amount >= 0 for amount in admitted.closing.previous.values())


def test_one_cut_accepted_and_another_contested():
    chain = g1()
    requested = chain.statements[-1]
    admitted = chain.answer(Admission(posts={"L1": 36000, "L2": 20000}, contested=["L2"]))
    assert (admitted.credited.included, admitted.disputed.included) == (4800, 5700)
    assert requested.total_included - 4800 - 5700 == admitted.statement.total_included
    assert admitted.closing.previous["L1"] == 36000
    assert admitted.closing.previous["L2"] == 24750


def test_more_may_be_admitted_than_requested():
    admitted = g1().answer(Admission(posts={"L2": 30000}))
    assert admitted.credited.excluded == -5250
    plain = [one.replace("\u202f", " ").replace("\xa0", " ") for one in admitted.explain()]
    assert plain[:2] == [
        "Charpente : 5 250,00 € HT admis en plus (accepté)",
        "À facturer en complément : 5 250,00 € HT + 1 050,00 € de TVA = 6 300,00 €",
    ]


def test_penalties_are_discovered_in_the_answer():
    chain = g1()
    admitted = chain.answer(Admission(deductions=[Deduction("Retard", 450, reason="3 jours")]))
    assert admitted.credited.included == 0
    assert admitted.net.month == D("57570.00") - 450
    assert admitted.closing.carried.penalties == 450
    third = chain.bill({"L1": 100, "L2": 100, "L3": 100, "AV1": 100})
    assert third.totals["penalties"].previous == 450 and third.totals["penalties"].month == 0
    assert third.total_payable == D("66690.00")


def test_a_late_answer_restates_the_open_month_visibly():
    chain = g1()
    draft = chain.bill({"L1": 100, "L2": 60, "AV1": 50})
    chain.statements.pop()
    admitted = chain.answer(Admission(posts={"AV1": 1000}))
    again = restate(draft, admitted.closing)
    # 8 250 of L2, and 2 250 of the amendment claimed again.
    assert (draft.total_excluded, again.total_excluded) == (8250, 10500)
    assert again.totals["total_excluded"].cumulative == draft.totals["total_excluded"].cumulative
    assert len(what_changed(draft, again)) == 5  # HT, VAT, TTC, retention, net
    assert what_changed(again, restate(again, admitted.closing)) == []


def test_a_post_without_entry_follows_what_was_admitted():
    chain = g1()
    draft = chain.bill({"L2": 60})
    chain.statements.pop()
    again = restate(draft, chain.answer(Admission(posts={"L1": 36000})).closing)
    assert {line.key: line.cumulative for line in again.lines}["L1"] == 36000
    assert again.total_excluded == 8250


def test_an_answer_about_nothing_known():
    with pytest.raises(DecompteError, match="« X » n'est pas dans cette situation"):
        g1().answer(Admission(posts={"X": 1}))
    with pytest.raises(DecompteError, match="le montant admis doit être un nombre"):
        Admission(posts={"L1": "?"})


def test_shares_of_a_cent_do_not_depend_on_the_order():
    weights = {"a": D(1), "b": D(1), "c": D(1)}
    shares = spread(D("0.02"), weights, weights)
    assert shares == spread(D("0.02"), dict(reversed(weights.items())), weights) == {"b": D("0.01"), "c": D("0.01")}
    assert spread(D(0), weights, weights) == {}


# --- joint ventures ---


def test_shared_posts_leave_no_cent():
    # 100 000.01 × 33.33 % = 33 330.00 twice, the lead takes the rest: 33 340.01.
    members = [
        Member(1, "Un", share="33.34", lead=True),
        Member(2, "Deux", share="33.33"),
        Member(3, "Trois", share="33.33"),
    ]
    joint = compute_joint_statement(members, [Post("L", "Lot", "100000.01", vat_rate=20)], [Progress("L", percent=100)])
    assert [one.total_excluded for one in joint.statements.values()] == [D("33340.01"), 33330, 33330]
    assert joint.total("total_excluded").month == D("100000.01")


def test_each_member_has_his_terms_and_his_past():
    members = [
        Member("A", "Alpha", lead=True, terms=Terms(retention=Retention(rate=5), advance=Advance(start=0, end=100))),
        Member("B", "Bêta", terms=Terms(retention=Retention(rate=5), subcontractors=[Subcontractor("s", "Sub", 9000)])),
    ]
    posts = [
        Post(1, "A", 100000, vat_rate=20, party_key="A"),
        Post(2, "B", 50000, vat_rate=20, party_key="B"),
        Post(3, "Sous-traité de B", 9000, vat_rate=20, party_key="s"),
    ]
    first = compute_joint_statement(
        members, posts, [Progress(1, percent=10), Progress(2, percent=10)], months={"A": Month(advance_granted=12000)}
    )
    openings = {key: one.closing for key, one in first.statements.items()}
    second = compute_joint_statement(
        members,
        posts,
        [Progress(1, percent=20), Progress(2, percent=20), Progress(3, percent=100)],
        openings,
        months={"B": Month(guaranteed=True, direct_payments=[DirectPayment("s", 9000)])},
    )
    # A: 12 000 − 600 − 1 200 of the advance. B: 5 000 + 9 000, 16 800 TTC, 300 of retention back, 9 000 to Sub.
    assert months(second.statements["A"], "total_included", "retention", "advance_repaid", "total_payable") == (
        12000, 600, 1200, 10200,
    )  # fmt: skip
    assert months(second.statements["B"], "total_included", "retention", "direct_payments", "total_payable") == (
        16800, -300, 9000, 8100,
    )  # fmt: skip
    assert second.total("total_payable").month == 18300
    assert second.total("retention").cumulative == 1200
    assert "direct_payments" in second.names


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ([Member(1, "Un", share=100), Member(2, "Deux")], "lead"),
        ([Member(1, "Un", share=60, lead=True), Member(2, "Deux", share=30)], "shares"),
        ([Member(1, "Un", lead=True), Member(2, "Deux")], "post_without_member"),
    ],
)
def test_what_a_joint_venture_cannot_do_without(members, code):
    with pytest.raises(DecompteError) as caught:
        compute_joint_statement(members, [Post("L", "Lot", 100, vat_rate=20)], [])
    assert [one.code for one in caught.value.problems] == [code]
