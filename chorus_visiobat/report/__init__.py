from . import chorus_pdf, works_statement
