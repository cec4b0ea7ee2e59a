"""The table that ends the demonstration."""

from dev.table import Row, render

ROW = Row("Gymnase n° 4", "Commune", "12 000,00 €", "2026T014-S04", "540067", "À associer MOE", "Maître d'œuvre")


def test_every_cell_stands_under_its_heading():
    heading, rule, first = render([ROW]).splitlines()
    for title, cell in (("Client", ROW.client), ("N° technique", ROW.technical_number), ("Statut", ROW.status)):
        assert first.index(cell) == heading.index(title)
    assert set(rule) == {"─", " "}


def test_a_column_is_as_wide_as_its_widest_cell():
    long = ROW._replace(client="Département du Haut-Val")
    first, second = render([ROW, long]).splitlines()[2:]
    assert first.index(ROW.amount) == second.index(long.amount)


def test_a_long_cell_goes_on_below_in_its_own_column():
    advice = "Lisez le motif, puis déposez une nouvelle pièce dans le même dossier, avec le métré contradictoire joint."
    heading, _rule, first, second = render([ROW._replace(next_step=advice)]).splitlines()
    column = heading.index("Prochaine étape")
    assert not second[:column].strip()
    assert f"{first[column:]} {second[column:]}" == advice
