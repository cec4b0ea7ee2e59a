"""A contract begun in another program, with the golden tests of works-billing.md §2.14 taken over on the way."""

from datetime import date
from decimal import Decimal as D

import pytest

from decompte import (
    Advance,
    AdvanceState,
    Amendment,
    Carried,
    DecompteError,
    DirectPayment,
    Month,
    Opening,
    Paid,
    Post,
    Progress,
    Prorata,
    Retention,
    Subcontractor,
    Terms,
    check_opening,
    compute_statement,
    expected_opening,
    read_column,
)

MONTH = Month(executed=date(2026, 11, 30))
G1 = (
    Post("L1", "L1", 40000, vat_rate=20),
    Post("L2", "L2", 55000, vat_rate=20),
    Post("L3", "L3", 25000, vat_rate=20),
    Post("AV1", "AV1", 6500, vat_rate=20, amendment_key="A1"),
)
G1_TERMS = Terms(retention=Retention(rate=5))
# S2 of G1: 40 000 + 45 % of 55 000 + 50 % of 6 500 = 68 000 HT; VAT 13 600; retention 5 % of 81 600 = 4 080.
G1_AMOUNTS = {"L1": D(40000), "L2": D(24750), "AV1": D(3250)}


def opening(amounts=G1_AMOUNTS, tax=D(13600), base=D(68000), **carried):
    carried = {"retention": 4080, **carried}
    return Opening(previous=amounts, invoiced_vat={D(20): tax}, invoiced_base={D(20): base}, carried=Carried(**carried))


def codes(one, posts=G1, terms=G1_TERMS, statements=2, month=MONTH):
    return {
        (problem.code, problem.blocking)
        for problem in check_opening(one, posts, terms, statements=statements, month=month)
    }


def test_g1_taken_over_after_its_second_statement():
    assert not codes(opening())
    third = compute_statement(
        G1, [Progress(post.key, percent=100) for post in G1], **opening().inputs(), terms=G1_TERMS, month=MONTH
    )
    assert (third.total_excluded, third.total_tax, third.total_included) == (58500, 11700, 70200)
    assert (third.totals["retention"].month, third.total_payable) == (3510, 66690)


def test_the_proposal_is_what_the_clauses_give():
    proposed = expected_opening(G1, G1_AMOUNTS, variation={}, terms=G1_TERMS, month=MONTH)
    assert proposed.carried.retention == 4080
    assert proposed.invoiced_vat == {D(20): 13600}
    assert proposed.invoiced_base == {D(20): 68000}


def test_g3_taken_over_after_its_third_statement():
    """Own 62 % of 320 000 = 198 400, subcontractor 50 % of 80 000 = 40 000: 238 400 HT, VAT 47 680, TTC 286 080.

    Retention 5 % of it: 14 304. Progress of the own share 62 %, below 65: nothing of the advance is repaid yet.
    """
    posts = (
        Post("own", "Propre", 320000, vat_rate=20),
        Post("st", "Étanchéité", 80000, vat_rate=20, party_key="ST"),
    )
    terms = Terms(
        retention=Retention(rate=5),
        advance=Advance(start=65, end=80, own_share=True),
        subcontractors=[Subcontractor("ST", "Étanchéité du Val", 80000)],
    )
    proposed = expected_opening(
        posts,
        {"own": D(198400), "st": D(40000)},
        variation={},
        terms=terms,
        month=Month(executed=date(2026, 3, 31), advance_granted=14400),
    )
    assert proposed.carried.retention == 14304
    assert (proposed.carried.advance.granted, proposed.carried.advance.repaid) == (14400, 0)
    taken_over = Opening(
        previous=proposed.previous,
        invoiced_vat=proposed.invoiced_vat,
        invoiced_base=proposed.invoiced_base,
        carried=Carried(
            retention=14304,
            advance=AdvanceState(granted=14400),
            direct_payments={"ST": Paid(total=40000, base=40000)},
        ),
    )
    assert not codes(taken_over, posts, terms, statements=3)
    nets, before = [], taken_over
    for own, paid in ((72, 40000), (85, 0), (100, 0)):
        statement = compute_statement(
            posts,
            [Progress("own", percent=own), Progress("st", percent=100)],
            **before.inputs(),
            terms=terms,
            month=Month(executed=date(2026, 4, 30), direct_payments=[DirectPayment("ST", paid)]),
        )
        before = statement.closing
        nets.append((statement.totals["advance_repaid"].month, statement.total_payable))
    assert nets == [(6720, 35360), (7680, 39744), (0, 54720)]


def test_price_variation_billed_elsewhere_bears_vat():
    # 68 000 + 1 000 of variation = 69 000, at 20 %: 13 800.
    proposed = expected_opening(G1, G1_AMOUNTS, variation={D(20): D(1000)}, terms=G1_TERMS, month=MONTH)
    assert (proposed.invoiced_base[D(20)], proposed.invoiced_vat[D(20)]) == (69000, 13800)
    assert proposed.carried.variation == {D(20): 1000}
    assert proposed.carried.retention == 4080, "the variation is not in its base"


@pytest.mark.parametrize(
    ("one", "code"),
    [
        (opening({}, D(0), D(0), retention=0), "opening_empty"),
        (opening({"L1": D(-1)}), "negative"),
        (opening({"L1": D("40000.01")}), "above_contract"),
        (opening(tax=D(-13600)), "opening_vat"),
        # 5 % of 126 500 × 1.2 = 7 590
        (opening(retention=D("7590.01")), "opening_retention"),
        (opening(penalties=-1), "opening_negative"),
        (opening(debt=1), "opening_negative"),
        (opening(advance=AdvanceState(granted=100)), "opening_advance"),
        (opening(prorata=10), "opening_prorata"),
    ],
)
def test_what_cannot_be_is_refused(one, code):
    assert (code, True) in codes(one)


def test_all_the_problems_are_told_at_once():
    found = codes(opening({"L1": D(50000), "L2": D(-1)}, D(-1), retention=D(4080), penalties=-1, prorata=10))
    assert {"above_contract", "negative", "opening_vat", "opening_negative", "opening_prorata"} <= {
        code for code, _blocking in found
    }


def test_retention_without_a_clause():
    assert ("opening_retention", True) in codes(opening(), terms=Terms())


def test_a_subcontractor_above_his_special_act():
    terms = Terms(retention=Retention(rate=5), subcontractors=[Subcontractor("ST", "ST", 1000)])
    paid = opening(direct_payments={"ST": Paid(total=1200, base="1000.01")})
    assert ("above_special_act", True) in codes(paid, terms=terms)
    assert not codes(opening(direct_payments={"ST": Paid(total=1200, base=1000)}), terms=terms), "variation is over it"


def test_the_vat_is_that_of_the_invoices():
    # Two statements may have rounded it by a cent each.
    assert not codes(opening(tax=D("13600.02")))
    assert codes(opening(tax=D("13600.03"))) == {("opening_vat_drift", False)}


def test_what_the_next_statement_would_make_up_is_told():
    assert codes(opening(retention=4000)) == {("opening_made_up", False)}
    terms = Terms(retention=Retention(rate=5), prorata=Prorata(1, deducted=True))
    # 1 % of 68 000 = 680
    assert not codes(opening(prorata=680), terms=terms)
    assert codes(opening(prorata=600), terms=terms) == {("opening_made_up", False)}


def test_an_amendment_billed_before_its_notification_is_only_told():
    terms = Terms(retention=Retention(rate=5), amendments=[Amendment("A1", "Avenant 1", notified=False)])
    # 5 % of 120 000 × 1.2 = 7 200: the cap leaves the amendment out, and is far
    assert codes(opening(), terms=terms) == {("amendment_not_notified", False)}


def test_a_schedule_without_quantities_has_no_ceiling():
    posts = [Post("Q", "Béton", 0, vat_rate=20, mode="quantity", unit_price=D("12.5"))]
    one = Opening(
        previous={"Q": D(500)}, invoiced_vat={D(20): D(100)}, invoiced_base={D(20): D(500)}, carried=Carried()
    )
    assert not codes(one, posts, Terms())


# --- a column pasted from a spreadsheet ---


def test_a_column_as_the_french_write_it():
    text = "1\u202f234,50 €\n0,5\n\n1.234,56\n12.5\n-3\n45 %\n"
    assert read_column(text, 7) == [D("1234.50"), D("0.5"), 0, D("1234.56"), D("12.5"), -3, 45]


def test_the_last_cell_counts():
    assert read_column("1.1\tBéton\t40 000,00\n1.2\tAcier\t24 750,00", 2) == [40000, 24750]


def test_a_column_that_is_not_one():
    with pytest.raises(DecompteError) as error:
        read_column("Montant\n12\nabc", 3)
    assert "Ligne 1" in str(error.value)
    assert "Ligne 3" in str(error.value)
    with pytest.raises(DecompteError, match="2 lignes, et le marché 3 postes"):
        read_column("12\n13", 3)
    with pytest.raises(DecompteError, match="0 lignes"):
        read_column("  ", 3)
