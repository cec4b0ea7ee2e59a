"""What holds for every contract, whatever its clauses, its months and its answers."""

import json
from datetime import date
from decimal import Decimal as D

from chain import Chain
from hypothesis import HealthCheck, given, settings, strategies as st

from decompte import (
    Admission,
    Advance,
    Deduction,
    DirectPayment,
    Formula,
    IndexSeries,
    IndexWeight,
    Post,
    Progress,
    Prorata,
    Retention,
    Subcontractor,
    admit,
    annex_d,
    annex_e,
    dump_opening,
    load_opening,
)

RATES = [D("20"), D("10"), D("5.5"), D("0")]
amounts = st.decimals("0", "500000", places=2)
percents = st.decimals("0", "100", places=2)
START = date(2026, 1, 1)
COUNT = 4
thorough = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def executed(rank):
    return date(2026, 2 + rank, 1)


@st.composite
def clauses(draw):
    return {
        "retention": Retention(
            rate=draw(st.sampled_from([0, 3, 5])),
            with_tax=draw(st.booleans()),
            with_variation=draw(st.booleans()),
            with_subcontractors=draw(st.booleans()),
        ),
        "advance": Advance(
            start=draw(st.sampled_from([0, 40, 65])),
            end=draw(st.sampled_from([80, 100])),
            method=draw(st.sampled_from(["linear", "staggered"])),
            own_share=draw(st.booleans()),
        ),
        "prorata": draw(st.sampled_from([None, Prorata(2), Prorata(1, deducted=True, with_tax=True)])),
        "subcontractors": [Subcontractor("st", "Sous-traitant", 50000)],
        "formulas": [
            Formula("R", "R", [IndexWeight("I", "0.85", base=100)], START, fixed_part="0.15"),
            Formula("S", "S", [IndexWeight("I", "0.5", base=100), IndexWeight("J", "0.5", base=110)], START),
        ],
    }


@st.composite
def contracts(draw):
    """Posts, clauses, and for each month the progress by post and what happens."""
    posts = [
        Post(
            key,
            f"Poste {key}",
            draw(amounts),
            vat_rate=draw(st.sampled_from(RATES)),
            formula_key=draw(st.sampled_from([None, "R", "S"])),
            party_key=draw(st.sampled_from([None, None, "st"])),
        )
        for key in range(draw(st.integers(1, 4)))
    ]
    indexes = st.decimals("80", "140", places=1)
    values = {key: [draw(indexes) for _ in range(COUNT)] for key in "IJ"}
    months = [({}, {"kind": "advance", "advance_granted": draw(st.sampled_from([0, 5000, 60000])), **_read(values, 0)})]
    for rank in range(COUNT):
        happened = {
            "deductions": [Deduction("Retard", draw(st.sampled_from([0, 0, 450, 200000])))],
            "direct_payments": [DirectPayment("st", draw(st.sampled_from([0, 1000])))],
            "guaranteed": draw(st.booleans()),
            # The last index is published one month late, now and then.
            **_read(values, max(rank + draw(st.sampled_from([0, 1])), 1), rank),
        }
        months.append(({post.key: draw(percents) for post in posts}, happened))
    return posts, draw(clauses()), months


def _read(values, published, rank=0):
    series = [
        IndexSeries(key, {executed(one): value for one, value in enumerate(found[:published])})
        for key, found in values.items()
    ]
    return {"executed": executed(rank), "series": series}


def play(contract):
    posts, terms, months = contract
    chain = Chain(*posts, **terms)
    for progress, happened in months:
        chain.bill(progress, **happened)
    return chain


@thorough
@given(contracts())
def test_months_sum_to_the_cumulative_whatever_the_total(contract):
    statements = play(contract).statements
    last = statements[-1]
    for name, total in last.totals.items():
        assert total.cumulative == sum(one.totals[name].month for one in statements if name in one.totals)
    for before, after in zip(statements, statements[1:], strict=False):
        for name, total in after.totals.items():
            assert total.previous == (before.totals[name].cumulative if name in before.totals else 0)
    assert sum(line.amount for one in statements for line in one.invoice_lines) == last.cumulative_excluded


@thorough
@given(contracts())
def test_retention_stays_within_its_cap(contract):
    for statement in play(contract).statements:
        held = statement.settlement.retention
        assert 0 <= held.cumulative <= held.ceiling
        assert held.cumulative <= max(held.due, 0)
        # Whatever the base, not a cent above the rate of the contract TTC.
        whole = sum(line.post.amount * (100 + line.post.vat_rate) / 100 for line in statement.lines)
        assert held.cumulative <= whole * held.terms.rate / 100 + D("0.005")
        if statement.month.guaranteed:
            assert held.cumulative == 0


@thorough
@given(contracts())
def test_the_advance_is_never_repaid_beyond_what_was_granted_nor_lost(contract):
    chain = play(contract)
    for statement in chain.statements:
        repaid = statement.settlement.advance_repaid
        if repaid is None:
            assert not statement.settlement.advance_granted.cumulative
            continue
        assert 0 <= repaid.cumulative <= repaid.state.granted
        assert repaid.cumulative + repaid.left == repaid.state.granted
        assert repaid.month <= repaid.available
    # Once the works are done and enough is due, all of it has come back.
    rich = Post("rich", "Solde", 10**7, vat_rate=0)
    chain.posts = (*chain.posts, rich)
    done = dict.fromkeys([post.key for post in chain.posts], 100)
    final = chain.bill(done, kind="final", **_read({"I": [], "J": []}, 0))
    if final.settlement.advance_repaid:
        assert final.settlement.advance_repaid.left == 0


@thorough
@given(contracts())
def test_a_negative_net_is_carried_and_said_and_is_no_credit_note(contract):
    statements = play(contract).statements
    for statement in statements:
        settlement = statement.settlement
        assert statement.is_credit_note == (statement.total_included < 0)
        if not statement.is_credit_note:
            assert statement.total_payable >= 0
        else:
            assert statement.total_payable >= statement.total_included
        assert statement.debt <= 0
        if statement.debt:
            assert any("reportés" in sentence for sentence in statement.explain("total_payable"))
            assert statement.total_payable == min(statement.total_included, 0)
        # Nothing is lost on the way: what is paid and what is carried make up the nets.
        granted = settlement.advance_granted.cumulative
        assert settlement.payable.cumulative + statement.debt == settlement.net.cumulative + granted


@thorough
@given(contracts(), st.randoms())
def test_order_of_posts_does_not_matter(contract, random):
    posts, terms, months = contract
    shuffled = list(posts)
    random.shuffle(shuffled)
    for one, other in zip(play(contract).statements, play((shuffled, terms, months)).statements, strict=True):
        assert one.totals == other.totals
        assert one.vat == other.vat
        assert one.closing == other.closing


@thorough
@given(contracts())
def test_admitted_as_requested_changes_nothing(contract):
    for statement in play(contract).statements:
        as_requested = statement.closing.previous
        admitted = admit(statement, Admission(posts=as_requested, total=sum(as_requested.values())))
        assert admitted.cuts == ()
        assert admitted.statement.totals == statement.totals
        assert admitted.closing == statement.closing
        assert admitted.credited.included == admitted.disputed.included == 0


@thorough
@given(contracts(), st.data())
def test_requested_less_credited_less_disputed_is_admitted(contract, data):
    posts, terms, months = contract
    chain = Chain(*posts, **terms)
    invoiced = credited = {}
    for progress, happened in months:
        statement = chain.bill(progress, **happened)
        answer = {post.key: data.draw(amounts) for post in posts if data.draw(st.booleans())}
        contested = [key for key in answer if data.draw(st.booleans())]
        answer = chain.answer(Admission(posts=answer, contested=contested))
        invoiced = _add(invoiced, {line.rate: (line.base, line.tax) for line in statement.vat})
        credited = _add(credited, _pairs(answer.credited))
        kept = {line.rate: (line.cumulative_base, line.cumulative_tax) for line in answer.kept.vat}
        admitted = {line.rate: (line.cumulative_base, line.cumulative_tax) for line in answer.statement.vat}
        assert _add(invoiced, credited, -1) == kept
        assert _add(_add(invoiced, credited, -1), _pairs(answer.disputed), -1) == admitted
        assert sum(base + tax for base, tax in admitted.values()) == answer.statement.cumulative_included


def _pairs(amounts):
    return {rate: (amounts.bases[rate], amounts.taxes[rate]) for rate in amounts.bases}


def _add(one, other, sign=1):
    """HT and VAT by rate, added or taken away."""
    nil = (0, 0)
    return {
        rate: tuple(a + sign * b for a, b in zip(one.get(rate, nil), other.get(rate, nil), strict=True))
        for rate in one.keys() | other.keys()
    }


@thorough
@given(contracts(), st.data())
def test_a_corrected_total_is_met_to_the_cent(contract, data):
    statement = play(contract).statements[-1]
    total = data.draw(amounts)
    admitted = admit(statement, Admission(total=total))
    assert sum(admitted.closing.previous.values()) == total


@thorough
@given(contracts())
def test_a_late_index_costs_nothing(contract):
    """Provisional then regularised, or known from the start: the variation is the same in the end."""
    posts, terms, months = contract
    series = [IndexSeries(key, {executed(rank): 100 + rank for rank in range(COUNT)}) for key in "IJ"]
    unknown = [IndexSeries(key, {}) for key in "IJ"]
    totals = []
    for published in (series, unknown):
        chain = Chain(*posts, **terms)
        for rank, (progress, _happened) in enumerate(months[1:]):
            chain.bill(progress, executed=executed(rank), series=published)
        last = chain.bill(executed=executed(COUNT - 1), series=series)
        assert last.closing.carried.pending == ()
        totals.append({rate: one.cumulative for rate, one in last.variation.columns.items() if one.cumulative})
    assert totals[0] == totals[1]


@thorough
@given(contracts())
def test_the_page_adds_up_and_every_total_explains_itself(contract):
    for statement in play(contract).statements:
        page = {line.letter: line for line in annex_d(statement) if line.letter}
        for column in ("cumulative", "previous", "month"):
            value = {letter: getattr(line, column) for letter, line in page.items()}
            assert value["f"] == sum(value[letter] for letter in "bcde")
            assert value["j"] == value["f"] - value["g"] - value["h"] and value["l"] == value["j"] - value["k"]
            assert value["n"] == value["l"] - value["m"]
        settlement = statement.settlement
        assert page["n"].month + settlement.advance_granted.month - settlement.debt.month == statement.total_payable
        assert page["b"].month == sum(line.amount for line in statement.lines)
        assert sum(row.amount for row in annex_e(statement)) == page["c"].month
        for name, total in statement.totals.items():
            shown = f"{abs(total.month):,.2f}".replace(",", "\u202f").replace(".", ",")
            assert not total.month or any(shown in sentence for sentence in statement.explain(name)), name


@thorough
@given(contracts())
def test_progress_entered_again_bills_nothing(contract):
    posts, terms, months = contract
    chain = play(contract)
    again = [Progress(key, percent=value) for key, value in months[-1][0].items()]
    statement = chain.bill((), *again, **_read({"I": [], "J": []}, 0, COUNT - 1))
    assert [line.amount for line in statement.lines] == [0] * len(posts)
    assert statement.total_included == 0


@thorough
@given(contracts())
def test_what_a_month_leaves_survives_storage(contract):
    for statement in play(contract).statements:
        assert load_opening(json.loads(json.dumps(dump_opening(statement.closing)))) == statement.closing
