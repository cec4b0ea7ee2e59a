"""The page that paymasters check, and who is paid (CGCT annexes D and F; works-billing.md §2.2)."""

from chain import Chain

from decompte import (
    Advance,
    Assignment,
    Deduction,
    DirectPayment,
    Member,
    Post,
    Progress,
    Retention,
    Subcontractor,
    Terms,
    annex_d,
    final_balance,
    notes,
)


def lot():
    return Post("L", "Lot", 100000, vat_rate=20)


def test_the_page_of_the_paymaster():
    chain = Chain(
        lot(),
        Post("AV", "Avenant 1", 10000, vat_rate=10, amendment_key=1),
        Post("P", "Prime", 0, vat_rate=20, mode="amount", kind="bonus"),
        retention=Retention(rate=5),
        advance=Advance(start=0, end=100),
        subcontractors=[Subcontractor("st", "Étanche", 20000)],
        assignment=Assignment("dailly", "Banque du Val", "FR76 0001"),
    )
    chain.bill(kind="advance", advance_granted=13100)  # 10 % of 131 000 TTC
    chain.bill({"L": 10})
    statement = chain.bill(
        {"L": 30, "AV": 50},
        Progress("P", amount=1000),
        direct_payments=[DirectPayment("st", 8000)],
        deductions=[Deduction("Retard", 500), Deduction("Compte interentreprises", 100, kind="other")],
    )
    # b 35 000; d 1 000; e of the month: 21 000 × 20 % + 5 000 × 10 % = 4 700.
    # g base 31 000 × 1.2 + 5 500 = 42 700 × 5 % = 2 135, less 600. h at (36 000 + 5 500) / 131 000: × 13 100 = 4 150,
    # less 1 200.
    page = {line.letter: (line.cumulative, line.previous, line.month) for line in annex_d(statement) if line.letter}
    assert page == {
        "a": (13100, 13100, 0),
        "b": (35000, 10000, 25000),
        "c": (0, 0, 0),
        "d": (1000, 0, 1000),
        "e": (6700, 2000, 4700),
        "f": (42700, 12000, 30700),
        "g": (2135, 600, 1535),
        "h": (4150, 1200, 2950),
        "i": (6285, 1800, 4485),
        "j": (36415, 10200, 26215),
        "k": (8000, 0, 8000),
        "l": (28415, 10200, 18215),
        "m": (600, 0, 600),
        "n": (27815, 10200, 17615),
    }
    assert "".join(page) == "abcdefghijklmn"
    assert page["n"][2] == statement.total_payable
    details = [line.label.replace("\xa0", " ") for line in annex_d(statement) if not line.letter]
    assert details == [
        "dont avenants et ordres de service", "dont à 20 %", "dont à 10 %", "dont Étanche", "dont pénalités",
        "dont autres retenues",
    ]  # fmt: skip
    formulas = {line.letter: line.formula.replace("\u202f", " ").replace("\xa0", " ") for line in annex_d(statement)}
    assert formulas["n"] == "18 215,00 € − 600,00 €"
    assert formulas["f"] == "25 000,00 € + 1 000,00 € + 4 700,00 €"


def test_the_page_says_what_leads_from_line_n_to_the_payment():
    chain = Chain(lot(), advance=Advance())
    granted = annex_d(chain.bill(kind="advance", advance_granted=6000))
    assert [(line.label, line.month) for line in granted[-2:]] == [
        ("Avance demandée par cette situation (a)", 6000),
        ("Net à payer", 6000),
    ]
    carried = annex_d(chain.bill({"L": 10}, deductions=[Deduction("Retard", 15000)]))
    assert [(line.label, line.month) for line in carried[-2:]] == [("Solde négatif reporté", -3000), ("Net à payer", 0)]
    assert next(line for line in carried if line.letter == "n").month == -3000


def test_who_is_paid_when_the_claim_is_assigned():
    dailly = Assignment("dailly", "Banque du Val", "FR76 0001")
    assert "cédée à Banque du Val" in dailly.mention and "FR76 0001" in dailly.mention
    factor = Assignment("factor", "Affacturage SA", "FR76 0002", text="Payez {assignee} : {iban}")
    assert factor.mention == "Payez Affacturage SA : FR76 0002"
    member = Member("A", "Alpha", bank="FR76 9999", lead=True, terms=Terms(assignment=dailly))
    assert member.account == "FR76 0001"
    assert Member("B", "Bêta", bank="FR76 9999").account == "FR76 9999"


def test_the_balance_leads_from_the_works_to_what_remains():
    """G3 closed: 480 000 − 80 000 paid directly + 14 400 − 14 400 of advance − 24 000 retained − 321 280 received."""
    chain = Chain(
        Post("own", "Propre", 320000, vat_rate=20),
        Post("st", "Sous-traité", 80000, vat_rate=20, party_key="st"),
        retention=Retention(rate=5),
        advance=Advance(start=65, end=80, own_share=True),
        subcontractors=[Subcontractor("st", "Étanche", 80000)],
    )
    chain.bill(kind="advance", advance_granted=14400)
    for own, st, paid in ((20, 0, 0), (45, 25, 20000), (62, 50, 20000), (72, 100, 40000), (85, 100, 0)):
        chain.bill({"own": own, "st": st}, direct_payments=[DirectPayment("st", paid)])
    final = chain.bill({"own": 100, "st": 100}, kind="final")
    balance = final_balance(final)
    assert [line.amount for line in balance] == [
        480000, 480000, -80000, 14400, -14400, -24000, -321280, 54720
    ]  # fmt: skip
    assert [line.label for line in balance if line.is_total] == ["Montant du décompte", "Solde"]


def test_the_balance_adds_up_with_penalties_and_a_negative_net_carried():
    chain = Chain(lot(), retention=Retention(rate=5))
    chain.bill({"L": 10}, deductions=[Deduction("Retard", 15000)])  # 12 000 − 600 − 15 000 = −3 600 carried
    final = chain.bill({"L": 50}, kind="final")
    # 60 000 − 15 000 − 3 000 = 42 000; nothing was paid before.
    assert [(line.amount, line.is_total) for line in final_balance(final)] == [
        (60000, False), (-15000, False), (45000, True), (-3000, False), (42000, True),
    ]  # fmt: skip
    assert final.total_payable == 42000


def test_every_balance_is_the_sum_of_its_lines():
    chain = Chain(lot(), retention=Retention(rate=5))
    chain.bill({"L": 10}, deductions=[Deduction("Retard", 15000)])
    balance = final_balance(chain.bill({"L": 20}, kind="final"))
    assert sum(line.amount for line in balance if not line.is_total) == balance[-1].amount


def test_notes_tell_what_no_sum_explains():
    chain = Chain(lot(), retention=Retention(rate=5))
    assert [letter for letter, _sentences in notes(chain.bill({"L": 10}))] == ["g"]
    told = dict(notes(chain.bill({"L": 20}, deductions=[Deduction("Retard", 30000, reason="CCAP 4.3")])))
    assert list(told) == ["g", "m", "n"]
    assert "24 000,00 € (travaux TTC hors variation de prix) × 5 % = 1 200,00 €" in plain(told["g"][0])
    assert plain(told["m"][0]) == "Retard : 30 000,00 € (CCAP 4.3)"
    assert "reportés sur la situation suivante" in told["n"][0]


def plain(sentence):
    return sentence.replace("\u202f", " ").replace("\xa0", " ")
