from . import chorus_pdf, deposit_certificate, late_interest_letter, works_statement
