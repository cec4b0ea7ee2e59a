from . import chorus_pdf, late_interest_letter, works_statement
