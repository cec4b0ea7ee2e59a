"""The arithmetic of a works statement (*décompte*): from the progress of the posts to the month's totals.

Everything is cumulative first: the user says how far each post has come since the start, the month is the
cumulative less the previous one (CCAG-Travaux 12.1.1, 12.2.1; works-billing.md §0.1, §2.2). Exact decimals,
rounded half-up.

    posts = [Post("L1", "Gros œuvre", 40000, vat_rate=20), Post("L2", "Charpente", 55000, vat_rate=20)]
    progress = [Progress("L1", percent=100), Progress("L2", percent=45)]
    problems = check_progress(posts, progress, previous={"L1": 12000, "L2": 5500})
    statement = compute_statement(posts, progress, {"L1": 12000, "L2": 5500}, invoiced_vat={20: 3500})
    statement.total_included, statement.invoice_lines, statement.explain("total_tax")

The rest of the contract comes in by three optional records, and what a month leaves goes out by one::

    terms = Terms(retention=Retention(rate=5), advance=Advance.by_default(consultation, 5), formulas=[...])
    month = Month(executed=date(2026, 11, 30), series=[IndexSeries("BT01", {...})], deductions=[...])
    statement = compute_statement(posts, progress, **opening.inputs(), terms=terms, month=month)
    answer = admit(statement, Admission(posts={"L1": 36000}, reasons={"L1": "métré"}))
    opening = answer.closing  # or statement.closing, until the MOE answers; then restate() the open month
    annex_d(statement), annex_e(statement), check_terms(terms, posts), check_statement(statement)

Amounts are EUR; *excluded* is HT, *included* is TTC; rates and progress are percents (20 means 20 %), the parts of a
formula ratios (0.15), as contracts write them. Imports no Odoo. What the user reads (problems, formulas, labels) is in
French.
"""

from .admission import Admission, Admitted, Cut, admit, restate, what_changed
from .advance import Advance, AdvanceState, Repayment, advance_amount
from .amendments import Amendment
from .assignment import Assignment
from .balance import BalanceLine, final_balance
from .checks import check_progress
from .column_import import read_column
from .contract_checks import check_statement, check_terms, moves
from .deductions import Deduction, DirectPayment, Paid, Prorata, Subcontractor
from .errors import DecompteError, Problem
from .formulas import Coefficient, CoefficientRounding, Formula, IndexWeight
from .index_import import IndexTable, read_index_values
from .indexes import IndexLink, IndexSeries
from .joint import JointStatement, Member, compute_joint_statement, share_out
from .money import Columns, as_decimal, round_money, split_included
from .opening import check_opening, expected_opening
from .page import PageLine, VariationRow, annex_d, annex_e, notes
from .posts import Post, Progress
from .records import Inputs, dump_inputs, load_inputs
from .regimes import advance_regime, least_advance, retention_cap
from .retention import Retention
from .statement import InvoiceLine, Opening, Statement, StatementLine, compute_statement
from .storage import dump_opening, load_opening
from .terms import Carried, Month, Terms
from .totals import Total
from .variation import Pending, Variation, VariationLine
from .vat import VatLine

__all__ = [
    "Admission",
    "Admitted",
    "Advance",
    "AdvanceState",
    "Amendment",
    "Assignment",
    "BalanceLine",
    "Carried",
    "Coefficient",
    "CoefficientRounding",
    "Columns",
    "Cut",
    "DecompteError",
    "Deduction",
    "DirectPayment",
    "Formula",
    "IndexLink",
    "IndexSeries",
    "IndexTable",
    "IndexWeight",
    "Inputs",
    "InvoiceLine",
    "JointStatement",
    "Member",
    "Month",
    "Opening",
    "PageLine",
    "Paid",
    "Pending",
    "Post",
    "Problem",
    "Progress",
    "Prorata",
    "Repayment",
    "Retention",
    "Statement",
    "StatementLine",
    "Subcontractor",
    "Terms",
    "Total",
    "Variation",
    "VariationLine",
    "VariationRow",
    "VatLine",
    "admit",
    "advance_amount",
    "advance_regime",
    "annex_d",
    "annex_e",
    "as_decimal",
    "check_opening",
    "check_progress",
    "check_statement",
    "check_terms",
    "compute_joint_statement",
    "compute_statement",
    "dump_inputs",
    "dump_opening",
    "final_balance",
    "expected_opening",
    "least_advance",
    "load_inputs",
    "load_opening",
    "moves",
    "notes",
    "read_column",
    "read_index_values",
    "restate",
    "retention_cap",
    "round_money",
    "share_out",
    "split_included",
    "what_changed",
]
