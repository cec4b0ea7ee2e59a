"""The arithmetic of a works statement (*décompte*): from the progress of the posts to the month's totals.

Everything is cumulative first: the user says how far each post has come since the start, the month is the
cumulative less the previous one (CCAG-Travaux 12.1.1, 12.2.1; works-billing.md §0.1, §2.2). Exact decimals,
rounded half-up.

    posts = [Post("L1", "Gros œuvre", 40000, vat_rate=20), Post("L2", "Charpente", 55000, vat_rate=20)]
    progress = [Progress("L1", percent=100), Progress("L2", percent=45)]
    problems = check_progress(posts, progress, previous={"L1": 12000, "L2": 5500})
    statement = compute_statement(posts, progress, {"L1": 12000, "L2": 5500}, invoiced_vat={20: 3500})
    statement.total_included, statement.invoice_lines, statement.explain("total_tax")

Amounts are EUR; *excluded* is HT, *included* is TTC; rates and progress are percents (20 means 20 %).
Imports no Odoo. What the user reads (problems, formulas, labels) is in French.
"""

from .checks import check_progress
from .errors import DecompteError, Problem
from .money import Columns, as_decimal, round_money
from .posts import Post, Progress
from .statement import InvoiceLine, Statement, StatementLine, compute_statement
from .totals import Total
from .vat import VatLine

__all__ = [
    "Columns",
    "DecompteError",
    "InvoiceLine",
    "Post",
    "Problem",
    "Progress",
    "Statement",
    "StatementLine",
    "Total",
    "VatLine",
    "as_decimal",
    "check_progress",
    "compute_statement",
    "round_money",
]
