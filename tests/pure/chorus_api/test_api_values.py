"""Values cross the wire exactly one way, and are understood whatever their form the other way."""

import json
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from chorus_api.values import PARIS, amount, day, decode, encode, flag, moment, rows, text, whole


def utc(*parts):
    return datetime(*parts, tzinfo=timezone.utc)


moments = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(timezone.utc))
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@pytest.mark.parametrize(
    "written, meant",
    [
        ("2026-11-30", utc(2026, 11, 29, 23)),  # midnight in Paris
        ("2016-10-25 17:42", utc(2016, 10, 25, 15, 42)),  # summer time
        ("2018-02-16T15:10:25.536+01:00", utc(2018, 2, 16, 14, 10, 25, 536000)),
        ("2018-02-16T15:10:25.536+0100", utc(2018, 2, 16, 14, 10, 25, 536000)),
        ("2018-02-16T14:10:25Z", utc(2018, 2, 16, 14, 10, 25)),
        ("2018-02-16T15:10:25", utc(2018, 2, 16, 14, 10, 25)),
        (1518790225536, utc(2018, 2, 16, 14, 10, 25, 536000)),
        (" 2026-11-30 ", utc(2026, 11, 29, 23)),
    ],
)
def test_moments_in_the_forms_of_chorus_pro(written, meant):
    assert moment(written) == meant


@given(moments, offsets)
def test_moment_written_with_an_offset_is_exact(instant, offset):
    assert moment(instant.astimezone(offset).isoformat()) == instant


@given(moments)
def test_moment_written_on_the_clock_of_paris_is_found_again(instant):
    local = instant.astimezone(PARIS).replace(second=0, microsecond=0)
    found = moment(local.strftime("%Y-%m-%d %H:%M"))
    # The hour that October repeats cannot be told from its twin.
    assert abs(found - local) in (timedelta(0), timedelta(hours=1))
    if (local + timedelta(hours=2)).utcoffset() == (local - timedelta(hours=2)).utcoffset():
        assert found == local


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_date_keeps_its_day(written):
    assert day(written.isoformat()) == written


@given(
    st.one_of(st.none(), st.booleans(), st.floats(), st.integers(), st.text(), st.lists(st.integers()), st.just({}))
    | st.from_regex(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?([+-]\d{2}:?\d{2}|Z)?)?", fullmatch=True)
)
def test_nothing_received_breaks_the_reading(value):
    assert moment(value) is None or moment(value).tzinfo is timezone.utc
    assert day(value) is None or isinstance(day(value), date)
    assert amount(value) is None or amount(value).is_finite()
    assert whole(value) is None or isinstance(whole(value), int)
    assert text(value) is None or text(value).strip() == text(value) != ""
    assert flag(value) in (None, True, False)
    assert rows({"key": value}, "key") in ([], [{}])


@pytest.mark.parametrize(
    "value", ["2026-13-01", "2026-02-30", "30/11/2026", "9999-12-31T23:59:59-12:00", "", None, True, -5]
)
def test_what_is_no_date_is_none(value):
    assert moment(value) is None and day(value) is None


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**12), max_value=10**12))
def test_amounts_are_written_and_read_exactly(value):
    written = encode({"montantHtTotal": value})
    assert decode(written) == {"montantHtTotal": value}
    assert b"E" not in written and b'"montantHtTotal":"' not in written


def test_an_amount_keeps_its_cents():
    assert encode([Decimal("0.10"), Decimal("1E+3"), Decimal("-0.07")]) == b"[0.10,1000,-0.07]"


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.booleans() | st.lists(st.text() | st.integers())))
def test_what_is_written_is_json(value):
    assert json.loads(encode(value)) == value


def test_keys_keep_their_order_and_absent_values_are_left_out():
    assert encode({"b": 1, "a": None, "c": {"d": None}, "e": [None]}) == b'{"b":1,"c":{},"e":[null]}'


def test_dates_are_written_as_production_clients_do():
    assert encode([date(2026, 11, 30), utc(2026, 7, 1, 0, 30)]) == b'["2026-11-30","2026-07-01T02:30:00"]'


@pytest.mark.parametrize("value", [0.1, Decimal("NaN"), Decimal("Infinity"), datetime(2026, 1, 1), {1}, b"x", object()])
def test_value_that_could_not_be_exact_is_not_written(value):
    with pytest.raises(TypeError):
        encode({"key": value})


@pytest.mark.parametrize(
    "value, meant",
    [
        ("12", 12),
        (12, 12),
        ("12.0", 12),
        ("12.5", None),
        (" 7 ", 7),
        ("", None),
        ("abc", None),
        (True, None),
        ("1e999999999", None),
    ],
)
def test_whole_numbers(value, meant):
    assert whole(value) == meant


@pytest.mark.parametrize(
    "value, meant", [("OUI", True), ("non", False), ("true", True), (True, True), (1, True), ("", None), (2, None)]
)
def test_flags(value, meant):
    assert flag(value) is meant


def test_long_identifiers_keep_every_digit():
    assert whole(decode(b'{"id": 123456789012345678}')["id"]) == 123456789012345678
    assert whole(Decimal("123456789012345678901234567890")) == 123456789012345678901234567890
