"""The golden tests of works-billing.md §2.14 and §7.1, whole: from the posts to the net, to the cent."""

from datetime import date
from decimal import Decimal as D

import pytest
from chain import Chain, months

from decompte import (
    Admission,
    Advance,
    AdvanceState,
    Carried,
    Deduction,
    DirectPayment,
    Formula,
    IndexSeries,
    IndexWeight,
    Member,
    Post,
    Progress,
    Retention,
    Subcontractor,
    Terms,
    advance_amount,
    check_terms,
    compute_joint_statement,
    compute_statement,
    restate,
    what_changed,
)


def decimals(*texts):
    return tuple(map(D, texts))


def g1(**terms):
    return Chain(
        Post("L1", "Gros œuvre", 40000, vat_rate=20),
        Post("L2", "Charpente", 55000, vat_rate=20),
        Post("L3", "Couverture", 25000, vat_rate=20),
        Post("AV1", "Avenant 1", 6500, vat_rate=20, amendment_key=1),
        retention=Retention(rate=5),
        **terms,
    )


G1_PROGRESS = (
    {"L1": 30, "L2": 10, "L3": 0},
    {"L1": 100, "L2": 45, "L3": 0, "AV1": 50},
    {"L1": 100, "L2": 100, "L3": 100, "AV1": 100},
)


def test_g1_retention():
    chain = g1()
    expected = [
        ("17500.00", "3500.00", "21000.00", "1050.00", "19950.00"),
        ("50500.00", "10100.00", "60600.00", "3030.00", "57570.00"),
        ("58500.00", "11700.00", "70200.00", "3510.00", "66690.00"),
    ]
    names = "total_excluded", "total_tax", "total_included", "retention", "total_payable"
    for progress, row in zip(G1_PROGRESS, expected, strict=True):
        assert months(chain.bill(progress), *names) == decimals(*row)
    last = chain.statements[-1]
    assert last.totals["retention"].cumulative == 7590
    assert last.totals["total_payable"].cumulative == 144210
    assert last.totals["total_payable"].cumulative + 7590 == D("151800.00")


def test_g1_a_guarantee_replaces_the_retention_before_the_second_month():
    chain = g1()
    chain.bill(G1_PROGRESS[0])
    second = chain.bill(G1_PROGRESS[1], guaranteed=True)
    third = chain.bill(G1_PROGRESS[2], guaranteed=True)
    assert months(second, "retention", "total_payable") == (-1050, D("61650.00"))
    assert months(third, "retention", "total_payable") == (0, D("70200.00"))
    assert not second.is_credit_note


BT01 = {
    date(2026, 1, 1): D("126.9"),
    date(2026, 2, 1): D("130.1"),
    date(2026, 3, 1): D("131.4"),
}


def g2(**retention):
    # 0.15 + 0.85 × I / I0, thousandth above; index values fictitious, as in the dossier.
    formula = Formula("R", "BT01", [IndexWeight("BT01", "0.85")], date(2026, 1, 1), fixed_part="0.15")
    return Chain(
        Post("A", "Lot A", "87654.32", vat_rate=20, lot="A", formula_key="R"),
        Post("B", "Lot B", "45678.91", vat_rate=10, lot="B", formula_key="R"),
        formulas=[formula],
        retention=Retention(rate=3, **retention),
    )


def bill_g2(chain):
    known = [IndexSeries("BT01", BT01)]
    return [
        chain.bill({"A": "33.33", "B": "12.5"}, executed=date(2026, 2, 28), series=known),
        chain.bill(
            {"A": "66.67", "B": "58.75"},
            executed=date(2026, 3, 31),
            series=known,
            deductions=[Deduction("Retard", 450)],
        ),
        chain.bill({"A": 100, "B": 100}, executed=date(2026, 4, 30), series=known),
    ]


def test_g2_two_rates_revised_with_a_provisional_index_and_a_penalty():
    chain = g2()
    expected = [
        # moisA, moisB, révA, révB, TVA20, TVA10, TTC, RG, net
        ("29215.18", "5709.86", "642.73", "125.62", "5971.58", "583.55", "42248.52", "1240.17", "41008.35"),
        ("29223.96", "21126.50", "905.94", "654.92", "6025.98", "2178.14", "60115.44", "1749.24", "57916.20"),
        ("29215.18", "18842.55", "905.67", "584.12", "6024.17", "1942.67", "57514.36", "1673.55", "55840.81"),
    ]
    coefficients = []
    for statement, row in zip(bill_g2(chain), expected, strict=True):
        a, b = statement.lines
        vat = [line.tax for line in statement.vat]
        variation = [line.amount for line in statement.variation.lines]
        found = (a.amount, b.amount, *variation, *vat, *months(statement, "total_included", "retention"))
        assert (*found, statement.total_payable) == decimals(*row)
        (coefficient,) = statement.variation.coefficients
        coefficients.append((coefficient.value, coefficient.provisional))
        assert sum(line.amount for line in statement.invoice_lines) == statement.total_excluded
    assert coefficients == [(D("1.022"), False), (D("1.031"), False), (D("1.031"), True)]
    assert chain.statements[-1].totals["retention"].cumulative == D("4662.96")
    assert "provisoire" in " ".join(chain.statements[-1].explain("variation"))


def test_g2_the_final_index_regularises_the_provisional_month():
    chain = g2()
    bill_g2(chain)
    known = [IndexSeries("BT01", {**BT01, date(2026, 4, 1): "132.7"})]
    regularisation = chain.bill(executed=date(2026, 5, 31), series=known)
    assert [line.amount for line in regularisation.variation.lines] == list(decimals("233.72", "150.74"))
    assert [line.tax for line in regularisation.vat] == list(decimals("46.74", "15.07"))
    assert months(regularisation, "total_included", "retention", "total_payable") == (D("446.27"), 0, D("446.27"))
    assert regularisation.closing.carried.pending == ()
    # Σ net + RG + penalties = Σ TTC = 159 878.32 + 446.27
    totals = regularisation.totals
    assert totals["total_payable"].cumulative == D("154765.36") + D("446.27")
    assert totals["total_included"].cumulative == D("159878.32") + D("446.27")


def test_g2_retention_on_the_variation_too():
    first, *_ = bill_g2(g2(with_variation=True))
    assert months(first, "retention") == (D("1267.46"),)


G3_OWN, G3_ST = (20, 45, 62, 72, 85, 100), (0, 25, 50, 100, 100, 100)


def bill_g3(own_share):
    amount, formula = advance_amount(5, D(384000), 16)
    assert amount == D("14400.00")
    assert "12 / 16 mois" in formula
    chain = Chain(
        Post("own", "Part propre", 320000, vat_rate=20),
        Post("st", "Part sous-traitée", 80000, vat_rate=20, party_key="ST"),
        retention=Retention(rate=5),
        advance=Advance(start=65, end=80, own_share=own_share),
        subcontractors=[Subcontractor("ST", "Étanche SARL", 80000)],
    )
    chain.bill(kind="advance", advance_granted=amount)
    assert chain.statements[-1].total_payable == amount
    paid, found = 0, []
    for own, st in zip(G3_OWN, G3_ST, strict=True):
        cumulative = 800 * st
        payments = [DirectPayment("ST", cumulative - paid)] if cumulative != paid else []
        paid = cumulative
        found.append(chain.bill({"own": own, "st": st}, direct_payments=payments))
    return found


def test_g3_advance_direct_payments_and_reverse_charge():
    expected = [
        # HT, TVA, TTC, RG, avance, sous-traitant, net
        ("64000.00", "12800.00", "76800.00", "3840.00", "0.00", "0.00", "72960.00"),
        ("100000.00", "20000.00", "120000.00", "6000.00", "0.00", "20000.00", "94000.00"),
        ("74400.00", "14880.00", "89280.00", "4464.00", "0.00", "20000.00", "64816.00"),
        ("72000.00", "14400.00", "86400.00", "4320.00", "6720.00", "40000.00", "35360.00"),
        ("41600.00", "8320.00", "49920.00", "2496.00", "7680.00", "0.00", "39744.00"),
        ("48000.00", "9600.00", "57600.00", "2880.00", "0.00", "0.00", "54720.00"),
    ]
    names = "total_excluded", "total_tax", "total_included", "retention", "advance_repaid", "direct_payments"
    found = bill_g3(own_share=True)
    for statement, row in zip(found, expected, strict=True):
        assert (*months(statement, *names), statement.total_payable) == decimals(*row)
    assert [one.replace("\u202f", " ").replace("\xa0", " ") for one in found[3].explain("advance_repaid")] == [
        "Avancement de la part propre : 276 480,00 € / 384 000,00 € TTC = 72 %",
        "Avance à rembourser : 14 400,00 € × (72 % − 65 %) / (80 % − 65 %) = 6 720,00 €",
        "Remboursement de l'avance du mois : 6 720,00 €",
    ]
    assert found[3].explain("total_payable")[0].replace("\u202f", " ").replace("\xa0", " ") == (
        "Net à payer : 86 400,00 € − 4 320,00 € − 6 720,00 € − 40 000,00 € = 35 360,00 € "
        "(total TTC, retenue de garantie, remboursement de l'avance, paiements directs)"
    )
    last = found[-1].totals
    # Σ net 361 600 + advance 14 400 already paid; with ST 80 000 and RG 24 000 that is the contract TTC.
    assert last["total_payable"].cumulative == 361600 + 14400
    assert last["total_payable"].cumulative + 80000 + 24000 == 480000 == last["total_included"].cumulative
    assert found[-1].settlement.advance_repaid.left == 0


def test_g3_progress_of_the_whole_contract():
    repaid = [months(one, "advance_repaid")[0] for one in bill_g3(own_share=False)]
    assert repaid == list(decimals("0.00", "0.00", "0.00", "12096.00", "2304.00", "0.00"))


def test_g4_no_more_is_repaid_than_is_due_and_the_rest_is_told():
    advance = Advance(start=65, end=80, share=40)
    assert [(one.code, one.blocking) for one in check_terms(Terms(advance=advance))] == [("advance_overpaid", False)]
    # 100 000 TTC is not a round HT at 20 %: the article reckons TTC, hence rate 0.
    chain = Chain(Post("L", "Lot", 100000, vat_rate=0, mode="amount"), advance=advance)
    chain.bill(kind="advance", advance_granted=40000)
    done, found = 0, []
    for claim in (20000, 20000, 24000, 14000, 12000, 10000):
        done += claim
        found.append(chain.bill((), Progress("L", amount=done)))
    assert [months(one, "advance_repaid")[0] for one in found] == [0, 0, 0, 14000, 12000, 10000]
    assert [one.settlement.advance_repaid.target for one in found] == [0, 0, 0, D("34666.67"), 40000, 40000]
    assert [one.total_payable for one in found[3:]] == [0, 0, 0]
    assert found[-1].settlement.advance_repaid.left == 4000
    assert found[-1].settlement.advance_repaid.postponed == 4000
    assert any("4\u202f000,00\xa0€ sont reportés" in one for one in found[-1].explain("advance_repaid"))


def test_g5_silent_contract_since_2025():
    advance = Advance.by_default(date(2025, 3, 1), 20)
    assert (advance.start, advance.end, advance.method) == (65, 100, "staggered")
    chain = Chain(Post("L", "Lot", 150000, vat_rate=20, mode="amount"), advance=advance)
    chain.bill(kind="advance", advance_granted=36000)
    repaid = [
        chain.bill((), Progress("L", amount=D(cumul) / D("1.2"))).totals["advance_repaid"]
        for cumul in (45000, 99000, 135000, 162000, 180000)
    ]
    assert [one.month for one in repaid] == list(decimals("0.00", "0.00", "10285.71", "15428.58", "10285.71"))
    assert [one.cumulative for one in repaid] == list(decimals("0.00", "0.00", "10285.71", "25714.29", "36000.00"))


def test_g6_joint_venture():
    terms = Terms(retention=Retention(rate=5))
    members = [
        Member("M", "Mandataire", lead=True, bank="FR76 M", terms=terms),
        Member("B", "Membre B", bank="FR76 B", terms=terms),
        Member("C", "Membre C", bank="FR76 C", terms=terms),
    ]
    posts = [
        Post(1, "Lot M", "182450.00", vat_rate=20, party_key="M"),
        Post(2, "Lot B", "64312.50", vat_rate=20, party_key="B"),
        Post(3, "Lot C", "31847.33", vat_rate=20, party_key="C"),
    ]
    progress = [Progress(1, percent="41.7"), Progress(2, percent="55"), Progress(3, percent="12.35")]
    joint = compute_joint_statement(members, posts, progress)
    names = "total_excluded", "total_included", "retention", "total_payable"
    assert [months(one, *names) for one in joint.statements.values()] == [
        decimals("76081.65", "91297.98", "4564.90", "86733.08"),
        decimals("35371.88", "42446.26", "2122.31", "40323.95"),
        decimals("3933.15", "4719.78", "235.99", "4483.79"),
    ]
    assert joint.total("total_payable").month == D("131540.82")
    assert [(member.bank, amount) for member, amount in joint.payments()] == [
        ("FR76 M", D("86733.08")),
        ("FR76 B", D("40323.95")),
        ("FR76 C", D("4483.79")),
    ]


def test_g8_what_was_cut_is_credited_and_claimed_again():
    chain = g1()
    chain.bill(G1_PROGRESS[0])
    requested = chain.bill(G1_PROGRESS[1])
    draft = chain.bill(G1_PROGRESS[2])
    assert draft.total_excluded == 58500

    chain.statements.pop()
    admitted = chain.answer(Admission(posts={"L1": 36000}, reasons={"L1": "enduit non fait"}))
    assert admitted.statement.total_excluded == D("46500.00")
    assert (admitted.credited.excluded, admitted.credited.tax, admitted.credited.included) == (4000, 800, 4800)
    assert admitted.disputed.included == 0
    assert requested.total_included - admitted.credited.included == admitted.statement.total_included
    # 60 600 − 4 800 = 55 800 TTC; retention 5 % of 76 800 = 3 840, less 1 050 = 2 790; net 53 010.
    assert months(admitted.statement, "total_included", "retention", "total_payable") == (55800, 2790, 53010)
    plain = [one.replace("\u202f", " ").replace("\xa0", " ") for one in admitted.explain()]
    assert plain == [
        "Gros œuvre : 4 000,00 € HT non admis (accepté) : enduit non fait",
        "À créditer par un avoir : 4 000,00 € HT + 800,00 € de TVA = 4 800,00 €",
        "Net à payer : 57 570,00 € demandés, 53 010,00 € admis",
    ]

    third = restate(draft, admitted.closing)
    assert third.total_excluded == D("62500.00")
    assert {line.key: line.amount for line in third.lines}["L1"] == 4000
    changes = [one.replace("\u202f", " ").replace("\xa0", " ") for one in what_changed(draft, third)]
    assert changes[0] == "Total HT du mois : 58 500,00 € devient 62 500,00 €"
    # Nothing billed twice: invoiced 17 500 + 50 500 + 62 500, credited 4 000, done 126 500.
    invoiced = 17500 + requested.total_excluded + third.total_excluded
    assert invoiced - admitted.credited.excluded == 126500 == third.cumulative_excluded
    assert third.cumulative_tax == 25300 and third.vat[0].drift == 0


def test_g8_contested_the_claim_is_maintained():
    chain = g1()
    chain.bill(G1_PROGRESS[0])
    requested = chain.bill(G1_PROGRESS[1])
    admitted = chain.answer(Admission(posts={"L1": 36000}, contested=["L1"]))
    assert admitted.credited.included == 0
    assert admitted.disputed.included == 4800
    assert requested.total_included - admitted.disputed.included == admitted.statement.total_included
    # The 4 000 stay invoiced: the next month does not bill them again.
    third = chain.bill(G1_PROGRESS[2])
    assert third.total_excluded == 58500
    assert third.cumulative_excluded == 126500
    # Still refused: the MOE's own month is 58 500 (122 500 − 64 000), and the 4 800 stay in dispute, once.
    again = chain.answer(Admission(posts={"L1": 36000}, contested=["L1"]))
    assert again.statement.total_excluded == 58500
    assert (again.disputed.included, again.credited.included) == (4800, 0)
    # Then admitted: his month bears the 4 000, and nothing is in dispute any more.
    last = chain.bill(G1_PROGRESS[2])
    won = chain.answer(Admission())
    assert (last.total_included, won.statement.total_included, won.disputed.included) == (0, 4800, 0)


def test_g8_a_dispute_that_is_lost_ends_in_a_credit_note():
    chain = g1()
    chain.bill(G1_PROGRESS[0])
    chain.bill(G1_PROGRESS[1])
    chain.answer(Admission(posts={"L1": 36000}, contested=["L1"]))
    chain.bill(G1_PROGRESS[2])
    lost = chain.answer(Admission(posts={"L1": 36000}))
    assert (lost.credited.included, lost.disputed.included) == (4800, 0)
    assert lost.closing == lost.admitted_closing
    assert lost.kept.cumulative_excluded == 122500


@pytest.mark.parametrize(("progress", "expected"), [(65, "0.00"), (72.5, "7200.00"), (80, "14400.00")])
def test_advance_of_a_contract_begun_in_another_program(progress, expected):
    # 50 000 € HT done and billed elsewhere, 14 400 granted: the line from 65 to 80 % is 0, half, all.
    statement = compute_statement(
        [Post("L", "Lot", 320000, vat_rate=20)],
        [Progress("L", percent=progress)],
        {"L": 50000},
        {20: 10000},
        terms=Terms(advance=Advance(), retention=Retention()),
        carried=Carried(advance=AdvanceState(granted=14400), retention=3000),
    )
    assert months(statement, "advance_repaid") == (D(expected),)
    assert statement.totals["retention"].previous == 3000
