"""What a statement was computed from is kept as JSON, and read back equal: it says the same years later."""

import json
from datetime import date
from decimal import Decimal

import pytest

from decompte import (
    Advance,
    Amendment,
    Assignment,
    CoefficientRounding,
    Deduction,
    DirectPayment,
    Formula,
    IndexLink,
    IndexSeries,
    IndexWeight,
    Inputs,
    Month,
    Opening,
    Post,
    Progress,
    Prorata,
    Retention,
    Subcontractor,
    Terms,
    dump_inputs,
    load_inputs,
)
from decompte.terms import Carried

INPUTS = Inputs(
    posts=(
        Post(1, "Béton", "40000.10", vat_rate=20, formula_key=7, lot="Gros œuvre", nature="works"),
        Post("L2", "Étanchéité", 8000, vat_rate="5.5", mode="quantity", unit_price="12.345", quantity=648, party_key=3),
    ),
    progress=(Progress(1, percent="33.33"), Progress("L2", quantity=100)),
    terms=Terms(
        formulas=(
            Formula(
                7,
                "Lot 1",
                (IndexWeight("BT01", "0.85", "126.9"),),
                date(2025, 3, 14),
                fixed_part="0.15",
                rounding=CoefficientRounding(4, upwards=False),
            ),
        ),
        advance=Advance(start=0, end=100, method="staggered", share=35),
        retention=Retention(rate=3, with_variation=True, legal_rate=3),
        prorata=Prorata("1.5", deducted=True),
        subcontractors=(Subcontractor(3, "Étanchéité du Val", 8000, reverse_charge=False),),
        amendments=(Amendment(9, "Avenant 1", notified=False),),
        contract_amounts={Decimal(20): Decimal("40000.10")},
        assignment=Assignment("dailly", "Banque du Val", "FR76"),
    ),
    month=Month(
        executed=date(2026, 8, 31),
        series=(IndexSeries("BT01", {date(2026, 8, 1): "131.4"}, links=[IndexLink(date(2026, 1, 1), "1.1862")]),),
        kind="final",
        advance_granted=1200,
        deductions=(Deduction("Retard", 450, kind="penalty", reason="3 jours"),),
        direct_payments=(DirectPayment(3, 1200, "12.5"),),
        quitus=True,
    ),
)
OPENING = Opening(previous={}, invoiced_vat={}, invoiced_base={}, carried=Carried())


def test_inputs_survive_json():
    again = load_inputs(json.loads(json.dumps(dump_inputs(INPUTS))))
    assert again == INPUTS
    assert again.compute(OPENING).totals == INPUTS.compute(OPENING).totals
    assert [type(post.key) for post in again.posts] == [int, str]


def test_defaults_are_not_written():
    plain = Inputs(posts=(Post(1, "L1", 100, vat_rate=20),), progress=(), terms=Terms(), month=Month())
    assert dump_inputs(plain) == {
        "posts": [{"key": 1, "label": "L1", "amount": "100.00", "vat_rate": "20"}],
        "progress": [],
        "terms": {},
        "month": {},
    }


def test_what_is_no_inputs():
    with pytest.raises(KeyError):
        load_inputs({**dump_inputs(INPUTS), "weather": "fine"})
