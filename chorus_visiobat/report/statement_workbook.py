"""The statement as a spreadsheet (XLSX) whose amounts are formulas, so that a paymaster may follow and change them."""

import io
from datetime import datetime, time

import xlsxwriter

from ..decompte.months import month_name
from . import french
from .workbook_page import PageSheet
from .workbook_posts import PostsSheet
from .workbook_recap import RecapSheet
from .workbook_sheet import INPUT_COLOUR
from .workbook_variation import VariationSheet

LEGEND = "Cellules colorées : données saisies ou reprises ; toutes les autres sont des formules."


def statement_workbook(situation, page) -> bytes:
    """Return the workbook of a statement; the same bytes for the same statement.

    :param situation: one ``works.situation``.
    :param page: what its printed page shows (``report.chorus_visiobat.works_statement``).
    """
    output = io.BytesIO()
    workbook = xlsxwriter.Workbook(output, {"in_memory": True})
    workbook.set_properties({"title": situation.name, "created": datetime.combine(situation.period_end, time())})
    # The page first, although it is reckoned from the others.
    decompte = PageSheet(workbook)
    variation = VariationSheet(workbook) if page["variations"] else None
    posts = PostsSheet(workbook)
    recap = RecapSheet(workbook) if page["recap"] else None
    statement = page["statement"]
    keys = {formula.key: f"F{rank}" for rank, formula in enumerate(statement.terms.formulas, start=1)}
    posts.fill(page["lots"], keys)
    if variation:
        variation.fill(statement, page["variations"], page["coefficients"], keys, posts)
    decompte.fill(page, _heads(situation, page), posts, variation)
    if recap:
        recap.fill(page["recap"], page["recap_total"])
    for sheet, title in ((posts, "Détail des postes"), (variation, "Variation des prix"), (recap, "Récapitulation")):
        if sheet:
            sheet.text(0, 0, f"{title} – {situation.name}", bold=True, font_size=14)
            sheet.text(1, 0, LEGEND, bg_color=INPUT_COLOUR, font_size=9)
    workbook.close()
    return output.getvalue()


def _heads(situation, page):
    contract, company = situation.contract_id, situation.company_id
    invoice = situation.move_id.filtered(lambda move: move.state == "posted").name
    numbers = [("Marché", contract.chorus_contract_number), ("Engagement", contract.chorus_commitment_number)]
    return [
        f"{page['title']} n° {situation.number} – {month_name(situation.period_end)}",
        f"{contract.name}{f' – {contract.lot}' if contract.lot else ''}",
        " – ".join(f"{label} {number}" for label, number in numbers if number),
        f"{company.name} – SIRET {french.siret(company.company_registry)}",
        f"Facture {invoice}" if invoice else "Projet : ne vaut pas facture",
        LEGEND,
    ]
