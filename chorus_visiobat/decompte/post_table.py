"""Reading the posts of a price schedule (DPGF, BPU, *devis*) out of the rows of a spreadsheet.

Such files are made for the eye: titles above the table, lots as title rows, merged cells, empty rows, subtotals. What
is a post is read; what is not is skipped, and said. Nothing is guessed about a number: one that cannot be read is a
problem with the number of its row.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from .errors import Problem
from .money import CENT, ZERO, round_money
from .reading import plain, read_number
from .wording import euros, number, percent

# What a column may hold, in the order in which a heading is tried; the words are those of :func:`plain`.
HEADINGS = {
    "vat": ("tva", "taux tva", "taux de tva", "% tva"),
    "unit_price": ("prix unitaire", "prix unit", "pu", "p u", "prix u"),
    "amount": ("montant", "prix total", "total", "prix global", "mt"),
    "quantity": ("quantite", "quantites", "qte", "qtes", "qt", "q"),
    "unit": ("unite", "unites", "u", "un", "ute"),
    "lot": ("lot", "chapitre", "corps d etat"),
    "code": ("code", "n", "no", "num", "numero", "article", "art", "ref", "reference", "repere", "n prix", "n de prix"),
    "name": ("designation", "libelle", "description", "intitule", "nature", "ouvrage", "prestation", "poste"),
}
LABELS = {
    "vat": "TVA",
    "unit_price": "prix unitaire",
    "amount": "montant",
    "quantity": "quantité",
}
_ROWS_SEARCHED = 80
_TOTAL = re.compile(r"\b(sous )?tot(al|aux)\b|^montant (ht|ttc|total|tva)|^tva\b|^(a )?report(er)?\b|^net a payer")
_GRAND_TOTAL = re.compile(
    r"^(montant )?total( general)?( ht| h t| hors taxes?)?( du marche| des travaux)?$|^montant (total )?ht$"
)
_FOR_MEMORY = {"pm", "p m", "pour memoire", "inclus", "compris", "sans objet", "so", "neant"}


@dataclass(frozen=True)
class PostRow:
    """A post as the file has it.

    :ivar line: number of its row, from 1.
    :ivar quantity: None where the file has none; ``unit_price``: EUR HT; ``amount``: EUR HT; ``vat_rate``: percent.
    """

    line: int
    name: str
    lot: str = ""
    code: str = ""
    unit: str = ""
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    amount: Decimal = ZERO
    vat_rate: Decimal | None = None


@dataclass
class PostTable:
    """What was read.

    :ivar posts: in the order of the file.
    :ivar skipped: what is not a post: (row, why, what it says), in French.
    :ivar total: total HT that the file itself gives, None where it gives none.
    :ivar problems: what must be corrected first, all of it.
    :ivar advice: what deserves a look, in French.
    """

    posts: list[PostRow] = field(default_factory=list)
    skipped: list[tuple[int, str, str]] = field(default_factory=list)
    total: Decimal | None = None
    problems: list[Problem] = field(default_factory=list)
    advice: list[str] = field(default_factory=list)

    @property
    def amount(self) -> Decimal:
        """Sum of the posts, EUR HT."""
        return sum((post.amount for post in self.posts), ZERO)


def find_columns(heading: Sequence[object]) -> dict[str, int]:
    """What the columns under a row of headings hold: position by meaning (keys of ``HEADINGS``)."""
    found = {}
    for meaning, words in HEADINGS.items():
        for position, cell in enumerate(heading):
            text = plain(cell).removesuffix(" ht").removesuffix(" h t").removesuffix(" eur")
            said = text in words or (
                len(text) < 40 and any(text.startswith(f"{word} ") for word in words if len(word) > 2)
            )
            if said and position not in found.values():
                found[meaning] = position
                break
    return found


def find_heading(rows: Sequence[Sequence[object]]) -> int | None:
    """Position of the row of headings: the one that names most columns; None where there is none."""
    best, most = None, 1
    for position, row in enumerate(rows[:_ROWS_SEARCHED]):
        columns = find_columns(row)
        if "name" in columns and len(columns) > most and columns.keys() & {"amount", "unit_price"}:
            best, most = position, len(columns)
    return best


def read_posts(rows: Sequence[Sequence[object]], columns: Mapping[str, int], heading: int = -1) -> PostTable:
    """Read the posts below a row of headings.

    :param rows: cells as a spreadsheet gives them: None, text or number.
    :param columns: position by meaning.
    :param heading: position of the row of headings; -1: the first row is data already.
    """
    table = PostTable()
    if "name" not in columns or not columns.keys() & {"amount", "unit_price"}:
        table.problems.append(
            Problem(
                None,
                "columns",
                "Colonnes : indiquez au moins la désignation, et le montant ou le prix unitaire.",
            )
        )
        return table
    lines = []
    for line, row in enumerate(rows[heading + 1 :], start=heading + 2):
        if any(plain(cell) for cell in row):
            lines.append((line, {meaning: _cell(row, position) for meaning, position in columns.items()}, row))
    titles = _titles(lines)
    lot = ""
    for line, cells, row in lines:
        if line in titles:
            title = _title(cells)
            lot = title if titles[line] else lot
            table.skipped.append((line, "lot" if titles[line] else "titre", title))
        elif _is_total(cells, row):
            _keep_total(table, line, cells, row)
        else:
            _read_row(table, line, cells, lot)
    if not table.posts and not table.problems:
        table.problems.append(Problem(None, "no_post", "Aucun poste trouvé : vérifiez la feuille et les colonnes."))
    table.advice += _repeated(table.posts)
    return table


def _cell(row, position):
    value = row[position] if position < len(row) else None
    return value.strip() if isinstance(value, str) else value


def _text(cell):
    """A code that a spreadsheet took for a number is a text again: 1.0 is « 1 »."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return " ".join(str(cell).split())


def _is_total(cells, row):
    return any(isinstance(cell, str) and _TOTAL.search(plain(cell)) for cell in row) and not (
        _filled(cells, "quantity") or _filled(cells, "unit_price")
    )


def _filled(cells, meaning):
    return plain(cells.get(meaning)) != ""


def _is_title(cells, row):
    priced = any(_filled(cells, meaning) for meaning in ("quantity", "unit_price", "amount"))
    return not priced and (_filled(cells, "name") or _filled(cells, "code")) and not _is_total(cells, row)


def _titles(lines):
    """Rows that are titles: whether each opens a lot, by row. Lots say so, else they are the outermost titles."""
    titles = {line: cells for line, cells, row in lines if _is_title(cells, row)}
    if any(_filled(cells, "lot") for _line, cells, _row in lines):
        return dict.fromkeys(titles, False)
    named = {line for line, cells in titles.items() if plain(_title(cells)).startswith("lot ")}
    if named:
        return {line: line in named for line in titles}
    depths = {
        line: _text(cells.get("code")).strip(".").count(".") for line, cells in titles.items() if _filled(cells, "code")
    }
    if depths:
        return {line: depths.get(line) == min(depths.values()) for line in titles}
    return dict.fromkeys(titles, True)


def _title(cells):
    return " ".join(filter(None, (_text(cells.get("code")), _text(cells.get("name")))))


def _keep_total(table, line, cells, row):
    label = next((_text(cell) for cell in row if isinstance(cell, str) and _TOTAL.search(plain(cell))), "")
    table.skipped.append((line, "total", label))
    if _GRAND_TOTAL.search(plain(label)):
        try:
            table.total = read_number(cells.get("amount")) or table.total
        except ValueError:
            return


def _read_row(table, line, cells, lot):
    numbers, problems = {}, []
    for meaning, label in LABELS.items():
        cell = cells.get(meaning)
        if plain(cell) in _FOR_MEMORY:
            table.skipped.append((line, "pour mémoire", _title(cells)))
            return
        try:
            numbers[meaning] = read_number(cell)
        except ValueError:
            problems.append(f"{label} « {cell} » n'est pas un nombre.")
    name = _text(cells.get("name"))
    if not name:
        problems.append("la désignation manque.")
    quantity, price, amount = (numbers.get(meaning) for meaning in ("quantity", "unit_price", "amount"))
    if not problems and price is None and amount is None:
        problems.append("ni prix unitaire, ni montant : indiquez l'un des deux, ou retirez la ligne.")
    table.problems += [Problem(line, "row", f"Ligne {line} : {problem}") for problem in problems]
    if problems:
        return
    reckoned = round_money(quantity * price) if quantity is not None and price is not None else None
    amount = reckoned if amount is None else round_money(amount)
    if reckoned is not None and abs(reckoned - amount) > CENT:
        table.advice.append(
            f"Ligne {line} : {number(quantity)} × {euros(price)} font {euros(reckoned)}, le fichier dit "
            f"{euros(amount)} : c'est lui qui est repris."
        )
    table.posts.append(
        PostRow(
            line,
            name,
            lot=_text(cells.get("lot")) or lot,
            code=_text(cells.get("code")),
            unit=_text(cells.get("unit")),
            quantity=quantity,
            unit_price=price,
            amount=amount or ZERO,
            vat_rate=_rate(cells.get("vat"), numbers.get("vat")),
        )
    )


def _rate(cell, rate):
    """A percentage: 0.2 in a cell shown as « 20 % » is 20."""
    if rate is None or isinstance(cell, str):
        return rate
    return rate * 100 if 0 < rate < 1 else rate


def _repeated(posts: Iterable[PostRow]) -> list[str]:
    lines = {}
    for post in posts:
        if post.code:
            lines.setdefault((post.lot, post.code), []).append(str(post.line))
    return [
        f"Code « {code} » : il figure plusieurs fois (lignes {', '.join(found)})."
        for (_lot, code), found in lines.items()
        if len(found) > 1
    ]


def missing_rates(table: PostTable, rates: Iterable[Decimal]) -> list[Problem]:
    """Rows whose VAT rate the company has no tax for.

    :param rates: percents that it has.
    """
    known = set(rates)
    return [
        Problem(
            post.line,
            "vat_rate",
            f"Ligne {post.line} : TVA {percent(post.vat_rate)} : votre société n'a pas de taxe de vente à ce taux. "
            "Créez-la, ou corrigez le fichier.",
        )
        for post in table.posts
        if post.vat_rate is not None and post.vat_rate not in known
    ]
