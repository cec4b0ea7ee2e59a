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
