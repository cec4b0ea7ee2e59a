"""What holds for every statement, whatever the contract."""

from decimal import Decimal as D

from hypothesis import given, strategies as st

from decompte import Post, Progress, as_decimal, compute_statement, round_money

RATES = [D("20"), D("10"), D("5.5"), D("2.1"), D("8.5"), D("0")]
money = st.decimals("-500000", "500000", places=2)
percents = st.decimals("0", "100", places=4)


@st.composite
def contracts(draw, months=3):
    """Posts, and a cumulative percent per post for each month; months may go down."""
    posts = [
        Post(
            key,
            f"Poste {key}",
            draw(money),
            vat_rate=draw(st.sampled_from(RATES)),
            lot=draw(st.sampled_from([None, "1", "2"])),
            nature=draw(st.sampled_from(["works", "supply"])),
        )
        for key in range(draw(st.integers(1, 6)))
    ]
    progress = [[Progress(post.key, percent=draw(percents)) for post in posts] for _ in range(months)]
    return posts, progress


def play(posts, months):
    previous, vat, statements = {}, {}, []
    for progress in months:
        statement = compute_statement(posts, progress, previous, vat)
        previous = {line.key: line.cumulative for line in statement.lines}
        vat = {line.rate: line.cumulative_tax for line in statement.vat}
        statements.append(statement)
    return statements


@given(contracts())
def test_months_sum_to_the_cumulative(contract):
    statements = play(*contract)
    last = statements[-1]
    for line in last.lines:
        assert line.cumulative == sum(
            one.amount for statement in statements for one in statement.lines if one.key == line.key
        )
    for name in last.totals:
        assert last.totals[name].cumulative == sum(statement.totals[name].month for statement in statements)
        assert last.totals[name].previous == statements[-2].totals[name].cumulative


@given(contracts())
def test_a_cumulative_does_not_depend_on_the_months_before(contract):
    posts, months = contract
    at_once = compute_statement(posts, months[-1], {})
    assert play(posts, months)[-1].cumulative_excluded == at_once.cumulative_excluded


@given(contracts())
def test_a_completed_contract_is_worth_its_price_to_the_cent(contract):
    posts, months = contract
    done = [Progress(post.key, percent=100) for post in posts]
    last = play(posts, [*months, done])[-1]
    assert last.cumulative_excluded == sum(post.amount for post in posts)
    assert all(line.remaining == 0 for line in last.lines)


@given(contracts(), st.randoms())
def test_order_of_posts_does_not_matter(contract, random):
    posts, months = contract
    shuffled, reordered = list(posts), [list(progress) for progress in months]
    for items in (shuffled, *reordered):
        random.shuffle(items)
    for one, other in zip(play(posts, months), play(shuffled, reordered), strict=True):
        assert one.totals == other.totals
        assert one.vat == other.vat
        assert set(one.lines) == set(other.lines)
        assert set(one.invoice_lines) == set(other.invoice_lines)


@given(contracts())
def test_invoice_lines_sum_to_the_month_rate_by_rate(contract):
    for statement in play(*contract):
        assert sum(line.amount for line in statement.invoice_lines) == statement.total_excluded
        for vat in statement.vat:
            assert vat.base == sum(line.amount for line in statement.invoice_lines if line.rate == vat.rate)
        groups = [(line.rate, line.lot, line.nature) for line in statement.invoice_lines]
        assert len(groups) == len(set(groups))


@given(contracts())
def test_vat_is_within_half_a_cent_each_month_and_so_is_its_drift(contract):
    for count, statement in enumerate(play(*contract), start=1):
        for vat in statement.vat:
            assert abs(vat.tax - vat.base * vat.rate / 100) <= D("0.005")
            # §2.11.4: one cent per statement and rate at most.
            assert abs(vat.drift) <= D("0.01") * count
        assert statement.total_included == statement.total_excluded + statement.total_tax


@given(contracts(months=2))
def test_nothing_entered_nothing_billed(contract):
    posts, months = contract
    first = play(posts, months)[-1]
    previous = {line.key: line.cumulative for line in first.lines}
    vat = {line.rate: line.cumulative_tax for line in first.vat}
    for progress in ([], months[-1]):
        again = compute_statement(posts, progress, previous, vat)
        assert again.total_included == 0 and again.invoice_lines == ()
        assert again.cumulative_included == first.cumulative_included


@given(amount=st.decimals("0", "500000", places=2), percent=percents)
def test_the_three_modes_agree_on_the_same_progress(amount, percent):
    modes = {
        "percent": Progress("P", percent=percent),
        "quantity": Progress("P", quantity=percent),
        "amount": Progress("P", amount=amount * percent / 100),
    }
    found = {
        compute_statement(
            [Post("P", "Poste", amount, vat_rate=20, mode=mode, quantity=100, unit_price=amount / 100)],
            [progress],
            {},
        ).total_included
        for mode, progress in modes.items()
    }
    assert len(found) == 1


@given(contracts(months=2))
def test_a_contract_and_its_mirror_cancel_out(contract):
    posts, months = contract
    mirror = [Post(p.key, p.label, -p.amount, vat_rate=p.vat_rate, lot=p.lot, nature=p.nature) for p in posts]
    for one, other in zip(play(posts, months), play(mirror, months), strict=True):
        assert one.total_included == -other.total_included
        assert not (one.is_credit_note and other.is_credit_note)


@given(contracts())
def test_every_total_explains_itself_down_to_its_figure(contract):
    for statement in play(*contract):
        for name, total in statement.totals.items():
            sentences = statement.explain(name)
            shown = f"{abs(total.month):,.2f} €".replace(",", "\u202f").replace(".", ",").replace(" €", "\xa0€")
            assert not total.month or any(shown in sentence for sentence in sentences)


@given(st.decimals("-1e9", "1e9", places=6))
def test_a_float_is_read_as_it_was_typed(number):
    assert as_decimal(float(number)) == number


@given(st.decimals("-1e9", "1e9", places=4))
def test_rounding_is_within_half_a_cent_and_symmetrical(amount):
    assert abs(round_money(amount) - amount) <= D("0.005")
    assert round_money(-amount) == -round_money(amount)
