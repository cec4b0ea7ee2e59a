"""Golden tests: statements worked by hand, to the cent (works-billing.md §2.14, §7.1, corrections 1 and 10).

Each situation starts from the state that the previous one left: cumulative by post, VAT invoiced by rate.
"""

from decimal import Decimal as D

import pytest

from decompte import Post, Progress, compute_statement


class Contract:
    """A contract in progress: keeps, as the caller does, what the next statement starts from."""

    def __init__(self, *posts):
        self.posts, self.previous, self.vat = posts, {}, {}

    def bill(self, **percents):
        return self.bill_progress(*(Progress(key, percent=percent) for key, percent in percents.items()))

    def bill_progress(self, *progress):
        statement = compute_statement(self.posts, progress, self.previous, self.vat)
        self.previous = {line.key: line.cumulative for line in statement.lines}
        self.vat = {line.rate: line.cumulative_tax for line in statement.vat}
        return statement


def months(statement):
    return {line.key: line.amount for line in statement.lines}


@pytest.fixture
def g1():
    return Contract(
        Post("L1", "Gros œuvre", "40000.00", vat_rate=20),
        Post("L2", "Charpente", "55000.00", vat_rate=20),
        Post("L3", "Couverture", "25000.00", vat_rate=20),
        Post("AV1", "Avenant 1", "6500.00", vat_rate=20, amendment_key=1),
    )


def test_g1_firm_price_one_rate_one_amendment(g1):
    expected = [
        # cumul HT, mois HT, TVA, TTC
        ("17500.00", "17500.00", "3500.00", "21000.00"),
        ("68000.00", "50500.00", "10100.00", "60600.00"),
        ("126500.00", "58500.00", "11700.00", "70200.00"),
    ]
    found = [
        g1.bill(L1=30, L2=10, L3=0),
        g1.bill(L1=100, L2=45, L3=0, AV1=50),
        g1.bill(L1=100, L2=100, L3=100, AV1=100),
    ]
    for statement, row in zip(found, expected, strict=True):
        assert (
            statement.cumulative_excluded,
            statement.total_excluded,
            statement.total_tax,
            statement.total_included,
        ) == tuple(map(D, row))
    last = found[-1]
    assert (last.previous_excluded, last.previous_tax, last.previous_included) == (68000, 13600, 81600)
    assert last.cumulative_included == D("151800.00") == D("126500") * D("1.2")
    assert last.total_payable == last.total_included
    assert (last.contract_excluded, last.amendments_excluded) == (120000, 6500)
    assert [line.drift for line in last.vat] == [0]


def test_g2_two_rates_before_revision():
    contract = Contract(
        Post("A", "Lot A", "87654.32", vat_rate=20, lot="A"),
        Post("B", "Lot B", "45678.91", vat_rate=10, lot="B"),
    )
    # Months A and B are the dossier's; VAT by hand, as revision is not in: 29 215.18 × 20 % = 5 843.036,
    # 5 709.86 × 10 % = 570.986; 29 223.96 × 20 % = 5 844.792, 21 126.50 × 10 % = 2 112.65;
    # 29 215.18 × 20 % again, 18 842.55 × 10 % = 1 884.255: the half cent goes up.
    expected = [
        (("33.33", "12.5"), ("29215.18", "5709.86"), ("5843.04", "570.99")),
        (("66.67", "58.75"), ("29223.96", "21126.50"), ("5844.79", "2112.65")),
        (("100", "100"), ("29215.18", "18842.55"), ("5843.04", "1884.26")),
    ]
    for (a, b), amounts, taxes in expected:
        statement = contract.bill(A=a, B=b)
        assert months(statement) == dict(zip("AB", map(D, amounts), strict=True))
        assert [(line.rate, line.tax) for line in statement.vat] == [(20, D(taxes[0])), (10, D(taxes[1]))]
        assert [(line.rate, line.lot, line.amount) for line in statement.invoice_lines] == [
            (20, "A", D(amounts[0])),
            (10, "B", D(amounts[1])),
        ]
    # 87 654.32 × 20 % = 17 530.864, invoiced 17 530.87; 45 678.91 × 10 % = 4 567.891, invoiced 4 567.90.
    assert [(line.cumulative_tax, line.drift) for line in statement.vat] == [
        (D("17530.87"), D("0.01")),
        (D("4567.90"), D("0.01")),
    ]


def test_g3_months_of_a_contract_partly_subcontracted():
    contract = Contract(
        Post("own", "Part propre", 320000, vat_rate=20), Post("st", "Part sous-traitée", 80000, vat_rate=20)
    )
    own, subcontracted = (20, 45, 62, 72, 85, 100), (0, 25, 50, 100, 100, 100)
    found = [contract.bill(own=a, st=b) for a, b in zip(own, subcontracted, strict=True)]
    # The holder owes the VAT of the whole works, the subcontractor's share included (§2.8).
    assert [s.total_excluded for s in found] == [64000, 100000, 74400, 72000, 41600, 48000]
    assert [s.total_tax for s in found] == [12800, 20000, 14880, 14400, 8320, 9600]
    assert [s.total_included for s in found] == [76800, 120000, 89280, 86400, 49920, 57600]


@pytest.mark.parametrize(
    ("amount", "percent", "excluded", "included"),
    [
        ("182450.00", "41.7", "76081.65", "91297.98"),
        ("64312.50", "55", "35371.88", "42446.26"),  # 35 371.875: the half cent goes up
        ("31847.33", "12.35", "3933.15", "4719.78"),
    ],
)
def test_g6_each_member_of_a_joint_venture(amount, percent, excluded, included):
    statement = Contract(Post("M", "Membre", amount, vat_rate=20)).bill(M=percent)
    assert (statement.total_excluded, statement.total_included) == (D(excluded), D(included))


def test_g7_cumulative_vat_is_what_was_invoiced_and_its_drift_is_told():
    contract = Contract(Post("L", "Lot unique", 100000, vat_rate=20, mode="amount"))
    found = [contract.bill_progress(Progress("L", amount=amount)) for amount in ("33333.33", "66666.67", "100000")]
    assert [s.total_excluded for s in found] == [D("33333.33"), D("33333.34"), D("33333.33")]
    assert [s.total_tax for s in found] == [D("6666.67")] * 3
    assert found[-1].cumulative_tax == D("20000.01")
    assert [s.vat[0].drift for s in found] == [0, D("0.01"), D("0.01")]
    assert found[-1].explain("total_tax")[-1] == (
        "Écart d'arrondi cumulé à 20\xa0% : +0,01\xa0€ (20\xa0% du cumul HT donneraient 20\u202f000,00\xa0€)"
    )


def test_g7_drift_may_be_negative():
    # §2.11.4: sevenths of 9 999.99 at 5.5 %. 1 428.57 × 5.5 % = 78.57135 → 78.57, 7 × 78.57 = 549.99,
    # 9 999.99 × 5.5 % = 549.99945 → 550.00.
    contract = Contract(Post("L", "Lot unique", "9999.99", vat_rate="5.5", mode="amount"))
    for seventh in range(1, 8):
        statement = contract.bill_progress(Progress("L", amount=D("1428.57") * seventh))
    assert statement.cumulative_excluded == D("9999.99")
    assert (statement.cumulative_tax, statement.vat[0].drift) == (D("549.99"), D("-0.01"))


def test_g8_the_next_month_starts_from_what_was_admitted(g1):
    g1.bill(L1=30, L2=10, L3=0)
    g1.bill(L1=100, L2=45, L3=0, AV1=50)
    # The MOE brought L1 from 100 % to 90 %; the difference is credited with its VAT (correction 1).
    g1.previous["L1"] -= 4000
    g1.vat[D(20)] -= 800
    third = g1.bill(L1=100, L2=100, L3=100, AV1=100)
    assert third.previous_excluded == 64000
    assert months(third)["L1"] == 4000
    assert third.total_excluded == 62500
    # Nothing billed twice: invoiced − credited = the works done.
    assert (third.cumulative_excluded, third.cumulative_tax, third.vat[0].drift) == (126500, 25300, 0)


def test_unit_prices_with_many_decimals_are_rounded_on_the_cumulative():
    # 0.333 €/u: 10 u = 3.33; 25 u = 8.325 → 8.33; the month is 5.00, where 15 × 0.333 = 4.995 → 5.00;
    # then 26 u = 8.658 → 8.66: month 0.33.
    contract = Contract(Post("Q", "Rivets", "33.30", vat_rate=20, mode="quantity", quantity=100, unit_price="0.333"))
    found = [contract.bill_progress(Progress("Q", quantity=quantity)) for quantity in (10, 25, 26)]
    assert [s.total_excluded for s in found] == [D("3.33"), D("5.00"), D("0.33")]
    assert [s.lines[0].percent for s in found] == [D("10.00"), D("25.02"), D("26.01")]
    assert found[-1].lines[0].remaining == D("24.64")


def test_a_month_that_goes_down_is_a_credit_note(g1):
    g1.bill(L1=100, L2=45)
    statement = g1.bill(L1=90, L2=45)
    assert (statement.total_excluded, statement.total_tax, statement.total_included) == (-4000, -800, -4800)
    assert statement.is_credit_note
    assert [line.amount for line in statement.invoice_lines] == [-4000]


def test_a_post_that_goes_down_within_a_positive_month_is_none(g1):
    g1.bill(L1=100)
    statement = g1.bill(L1=90, L2=50)
    assert statement.total_excluded == 23500
    assert not statement.is_credit_note


def test_a_deduction_of_works_advances_downwards():
    # Amendment with a moins-value: 10 000 of works, less 2 000 at 50 %.
    contract = Contract(
        Post("L1", "Voirie", 10000, vat_rate=20),
        Post("MV", "Moins-value", -2000, vat_rate=20, amendment_key="AV1"),
    )
    statement = contract.bill(L1=50, MV=50)
    assert months(statement) == {"L1": 5000, "MV": -1000}
    assert (statement.total_excluded, statement.amendments_excluded) == (4000, -2000)
    assert statement.lines[1].remaining == -1000


def test_invoice_has_one_line_per_rate_lot_and_nature():
    contract = Contract(
        Post(1, "Terrassement", 1000, vat_rate=20, lot="1", nature="works"),
        Post(2, "Pompe", 500, vat_rate=20, lot="1", nature="supply"),
        Post(3, "Réseaux", 2000, vat_rate=20, lot="1", nature="works"),
        Post(4, "Isolation", 800, vat_rate="5.5", lot="2", nature="works"),
        Post(5, "Peinture", 700, vat_rate=10, lot="3", nature="works"),
    )
    statement = contract.bill_progress(*(Progress(key, percent=100) for key in (1, 2, 3, 4)))
    assert [(line.rate, line.lot, line.nature, line.amount) for line in statement.invoice_lines] == [
        (20, "1", "works", 3000),
        (20, "1", "supply", 500),
        (D("5.5"), "2", "works", 800),
    ]
    # 3 500 × 20 % + 800 × 5.5 %, nothing at 10 %.
    assert [(line.rate, line.tax) for line in statement.vat] == [(20, 700), (10, 0), (D("5.5"), 44)]


def test_a_change_of_rate_keeps_what_was_invoiced_at_the_old_one():
    # 20 000 billed at 20 %; the rest of the post falls under 10 %.
    statement = compute_statement(
        [Post("L", "Rénovation", 50000, vat_rate=10)],
        [Progress("L", percent=100)],
        {"L": 20000},
        invoiced_vat={20: 4000},
        invoiced_base={20: 20000},
    )
    old, new = statement.vat
    assert (old.rate, old.base, old.tax, old.cumulative_base, old.cumulative_tax, old.drift) == (
        20, 0, 0, 20000, 4000, 0,
    )  # fmt: skip
    assert (new.rate, new.base, new.tax, new.cumulative_base, new.drift) == (10, 30000, 3000, 30000, 0)
    assert statement.cumulative_tax == 7000


def test_a_post_without_entry_stays_where_it_was():
    statement = compute_statement(
        [Post("A", "Lot A", 1000, vat_rate=20), Post("B", "Lot B", 1000, vat_rate=20)],
        [Progress("A", percent=60)],
        {"A": 500, "B": 333.33},
        {20: 166.67},
    )
    assert months(statement) == {"A": 100, "B": 0}
    assert statement.lines[1].percent == D("33.33")
    assert statement.cumulative_excluded == D("933.33")
