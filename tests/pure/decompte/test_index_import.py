"""Index values pasted from INSEE, or read in its CSV file."""

from datetime import date
from decimal import Decimal

import pytest

from decompte import DecompteError, read_index_values

INSEE = """\ufeff"Libellé";"Index du bâtiment - BT01 - Tous corps d'état - Base 2010"
"idBank";"001710986"
"Dernière mise à jour";"16/11/2026 08:45"
"Période";"Valeur";"Codes"
"2026-08";"131.4";"A"
"2026-07";"130.1";"A"
"""
EXPECTED = {date(2026, 7, 1): Decimal("130.1"), date(2026, 8, 1): Decimal("131.4")}


def test_the_file_of_insee():
    table = read_index_values(INSEE)
    assert table.code == "BT01"
    assert table.values == EXPECTED


@pytest.mark.parametrize(
    "text",
    [
        "2026\tAoût\t131,4\tParution au JO le 16/11/2026\n2026\tJuillet\t130,1",
        "août 2026 131,4\njuillet 2026 130,1\n",
        "08/2026;131,4\n07/2026;130,1",
        "01/08/2026 131.4\n01/07/2026 130.1",
        "2026-M08;131,4\n2026-M07;130,1\n2026-M09;n.d.",
    ],
)
def test_ways_of_writing_a_month(text):
    assert read_index_values(text).values == EXPECTED


def test_all_that_cannot_be_read_is_told_with_its_line():
    with pytest.raises(DecompteError) as caught:
        read_index_values("2026-08;131,4\nsomme;12\n2026-09;abc\n2026-08;131,5\n2026-07;-3")
    assert [problem.key for problem in caught.value.problems] == [2, 3, 4, 5]
    assert "Ligne 3 : « abc »" in str(caught.value)
    assert "août 2026 y figure deux fois" in str(caught.value)


@pytest.mark.parametrize("text", ["", "rien", "Période;Valeur"])
def test_nothing_to_read(text):
    with pytest.raises(DecompteError, match="Aucune valeur"):
        read_index_values(text)
