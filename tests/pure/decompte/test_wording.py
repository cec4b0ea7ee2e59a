"""Numbers as a French reader writes them."""

from decimal import Decimal

from decompte.wording import euros


def test_amounts_in_euros():
    assert euros(Decimal("-1234.5")) == "\u22121\u202f234,50\u00a0€"
    assert euros(Decimal("24.605")) == "24,605\u00a0€"
    assert euros(-1 * Decimal("0.00")) == "0,00\u00a0€", "nothing to deduct is not a negative amount"
