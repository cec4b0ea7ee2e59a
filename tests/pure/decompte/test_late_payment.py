"""Payment delay, late interest and indemnity, reckoned by hand beside each figure."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from decompte.late_interest import RateMissing, Receipt, half_year_of, late_interest
from decompte.payment_delay import Interruption, payment_delay

# Main refinancing operations of the ECB on the first day of each half-year, percent.
RATES = {
    date(2024, 7, 1): Decimal("4.25"),
    date(2025, 1, 1): Decimal("3.15"),
    date(2025, 7, 1): Decimal("2.15"),
    date(2026, 1, 1): Decimal("2.15"),
}


def test_thirty_days_from_reception():
    # 31 January + 30 days: 28 days of February, then 2 March
    assert payment_delay(date(2026, 1, 31), 30).due == date(2026, 3, 2)


def test_an_interruption_opens_thirty_days_when_fewer_were_left():
    # due 31 March, told on 11 March: 20 days left, so 30; from 20 March: 19 April
    delay = payment_delay(date(2026, 3, 1), 30, [Interruption(date(2026, 3, 11), date(2026, 3, 20))])
    assert (delay.new_days, delay.due) == (30, date(2026, 4, 19))


def test_an_interruption_keeps_the_days_left_when_they_were_more():
    # hospital: 1 March + 50 = 20 April; told on 11 March: 40 days left; from 20 March: 29 April
    delay = payment_delay(date(2026, 3, 1), 50, [Interruption(date(2026, 3, 11), date(2026, 3, 20))])
    assert (delay.new_days, delay.due) == (40, date(2026, 4, 29))


def test_no_last_day_while_documents_are_awaited():
    assert payment_delay(date(2026, 3, 1), 30, [Interruption(date(2026, 3, 11))]).due is None


def test_the_client_interrupts_once_and_not_after_the_delay():
    first = Interruption(date(2026, 3, 11), date(2026, 3, 20))
    again = Interruption(date(2026, 4, 1), date(2026, 4, 30))
    late = Interruption(date(2026, 4, 2), date(2026, 4, 9))
    assert payment_delay(date(2026, 3, 1), 30, [again, first]).due == date(2026, 4, 19)
    assert payment_delay(date(2026, 3, 1), 30, [late]).due == date(2026, 3, 31)


def test_documents_are_not_received_before_they_are_asked_for():
    with pytest.raises(ValueError, match="before the interruption"):
        payment_delay(date(2026, 3, 1), 30, [Interruption(date(2026, 3, 11), date(2026, 3, 10))])


@given(st.integers(0, 60), st.integers(0, 200), st.integers(0, 200))
def test_an_interruption_never_shortens_the_delay(days, told, lasted):
    start = date(2026, 1, 1)
    stop = Interruption(start + timedelta(told), start + timedelta(told + lasted))
    assert payment_delay(start, days, [stop]).due >= payment_delay(start, days).due


def test_whole_amount_paid_late():
    # due 31 March, paid 30 April: 1 to 30 April are 30 days; 2.15 + 8 = 10.15 %
    # 48 000.00 × 10.15 % = 4 872.00 a year; × 30 / 365 = 400.438… → 400.44; + 40.00
    owed = late_interest("48000", date(2026, 3, 31), [Receipt(date(2026, 4, 30), Decimal(48000))], RATES, date.max)
    assert (owed.since, owed.days, owed.rate) == (date(2026, 4, 1), 30, Decimal("10.15"))
    assert (owed.interest, owed.indemnity, owed.total) == (Decimal("400.44"), Decimal("40.00"), Decimal("440.44"))
    assert owed.settled_on == date(2026, 4, 30)


def test_payment_in_two_parts():
    # due 30 June 2025; 60 000 on 10 July: 10 days on 100 000 → 10 150.00 × 10 / 365 = 278.082… → 278.08
    # 40 000 on 4 August: 11 July to 4 August are 21 + 4 = 25 days on 40 000 → 4 060.00 × 25 / 365 = 278.082… → 278.08
    receipts = [Receipt(date(2025, 8, 4), Decimal(40000)), Receipt(date(2025, 7, 10), Decimal(60000))]
    owed = late_interest(100000, date(2025, 6, 30), receipts, RATES, date(2025, 12, 31))
    assert [(one.days, one.base, one.interest) for one in owed.stretches] == [
        (10, Decimal("100000.00"), Decimal("278.08")),
        (25, Decimal("40000.00"), Decimal("278.08")),
    ]
    assert owed.total == Decimal("596.16")


def test_a_part_paid_in_time_bears_nothing():
    # due 30 June 2025; 75 000 paid before; 25 000 on 7 July: 7 days → 2 537.50 × 7 / 365 = 48.664… → 48.66
    receipts = [Receipt(date(2025, 6, 20), Decimal(75000)), Receipt(date(2025, 7, 7), Decimal(25000))]
    owed = late_interest(100000, date(2025, 6, 30), receipts, RATES, date(2025, 12, 31))
    assert (owed.interest, owed.total) == (Decimal("48.66"), Decimal("88.66"))


def test_the_rate_is_that_of_the_half_year_in_which_interest_began():
    # due 20 December 2024, paid 20 February 2025: 11 + 31 + 20 = 62 days, all at 4.25 + 8 = 12.25 %
    # 10 000.00 × 12.25 % = 1 225.00; × 62 / 365 = 208.082… → 208.08
    owed = late_interest(10000, date(2024, 12, 20), [Receipt(date(2025, 2, 20), Decimal(10000))], RATES, date.max)
    assert (owed.rate, owed.interest) == (Decimal("12.25"), Decimal("208.08"))


def test_delay_that_ends_with_a_half_year_takes_the_next_rate():
    # due 31 December 2024: interest begins on 1 January 2025, 3.15 + 8
    owed = late_interest(10000, date(2024, 12, 31), [], RATES, date(2025, 1, 1))
    assert (owed.since, owed.days, owed.rate) == (date(2025, 1, 1), 1, Decimal("11.15"))


def test_what_is_still_owed_runs_up_to_the_day_of_the_letter():
    # due 31 March 2026, letter of 30 May: 30 + 30 = 60 days; 5 000 × 10.15 % = 507.50; × 60 / 365 = 83.424… → 83.42
    owed = late_interest(5000, date(2026, 3, 31), [], RATES, date(2026, 5, 30))
    assert (owed.days, owed.interest, owed.settled_on) == (60, Decimal("83.42"), None)


def test_paid_on_the_last_day_is_not_late():
    owed = late_interest(5000, date(2026, 3, 31), [Receipt(date(2026, 3, 31), Decimal(5000))], RATES, date(2026, 5, 30))
    assert (owed.total, owed.settled_on, owed.since) == (0, date(2026, 3, 31), None)


def test_one_day_late_owes_the_whole_indemnity():
    # 100.00 × 10.15 % / 365 = 0.0278… → 0.03; + 40.00
    owed = late_interest(100, date(2026, 3, 31), [Receipt(date(2026, 4, 1), Decimal(100))], RATES, date.max)
    assert owed.total == Decimal("40.03")


def test_a_missing_rate_is_named():
    with pytest.raises(RateMissing) as caught:
        late_interest(100, date(2026, 6, 30), [], RATES, date(2026, 9, 1))
    assert caught.value.half_year == date(2026, 7, 1) == half_year_of(date(2026, 12, 31))


@given(
    st.decimals(1, 10**7, places=2),
    st.lists(st.tuples(st.integers(0, 300), st.decimals("0.01", 10**6, places=2)), max_size=5),
)
def test_days_are_counted_once_and_paying_sooner_never_costs_more(principal, payments):
    due, until = date(2026, 1, 10), date(2026, 12, 31)
    receipts = [Receipt(due + timedelta(days), amount) for days, amount in payments]
    owed = late_interest(principal, due, receipts, RATES, until)
    assert owed.interest <= late_interest(principal, due, [], RATES, until).interest
    for before, after in zip(owed.stretches, owed.stretches[1:], strict=False):
        assert after.first == before.last + timedelta(1) and after.base < before.base
