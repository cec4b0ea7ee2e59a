"""Rows out of a file of posts: Excel, CSV, or what was pasted."""

import base64
import binascii
import csv
import io
import zipfile

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from ..decompte.errors import DecompteError, Problem

MOST_ROWS = 20_000
MOST_COLUMNS = 60


def letters(position):
    """Letter of a column as spreadsheets show it: 0 is A."""
    return get_column_letter(position + 1)


def read_sheets(file, file_name, text):
    """Read the sheets of a file, or the text pasted.

    :param file: bytes in base64, or falsy
    :param file_name: decides nothing: an Excel file is known by its bytes
    :param text: rows copied from a spreadsheet, where there is no file
    :return: list of (name: str, rows: list of tuples of None, str or numbers)
    :raises DecompteError: it is neither, or it is too long
    """
    if not file:
        return [("", _text_rows(text))]
    try:
        content = base64.b64decode(file, validate=True)
    except (binascii.Error, ValueError):
        raise _refused("il ne peut pas être lu : choisissez-le de nouveau.") from None
    if content.startswith(b"PK"):
        return _excel_sheets(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise _refused("c'est un ancien fichier Excel (.xls) : enregistrez-le en .xlsx, puis choisissez-le.")
    if content.startswith(b"%PDF"):
        raise _refused("c'est un PDF : demandez la DPGF en Excel, ou copiez-collez ses lignes.")
    return [(file_name or "", _text_rows(_decoded(content)))]


def _excel_sheets(content):
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        return [(sheet.title, _rows(sheet.iter_rows(values_only=True))) for sheet in book.worksheets]
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError):
        raise _refused("ce n'est pas un fichier Excel (.xlsx) lisible : enregistrez-le de nouveau.") from None


def _decoded(content):
    for encoding in ("utf-8-sig", "utf-16"):
        try:
            if encoding == "utf-8-sig" or content[:2] in (b"\xff\xfe", b"\xfe\xff"):
                return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("cp1252", errors="replace")


def _text_rows(text):
    counts = {mark: text.count(mark) for mark in "\t;,"}
    # A comma parts columns only where nothing else does: it is the decimal mark of French numbers.
    mark = "\t" if counts["\t"] else ";" if counts[";"] else ","
    return _rows(csv.reader(io.StringIO(text), delimiter=mark))


def _rows(rows):
    kept, last = [], 0
    for number, row in enumerate(rows, start=1):
        if number > MOST_ROWS:
            raise _refused(f"il a plus de {MOST_ROWS} lignes : gardez celles des postes.")
        kept.append(tuple(row[:MOST_COLUMNS]))
        if any(cell not in (None, "") for cell in row):
            last = number
    return kept[:last]


def _refused(why):
    return DecompteError([Problem(None, "file", f"Fichier : {why}")])
