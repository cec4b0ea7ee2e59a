"""What `make` calls: get Odoo, PostgreSQL and the rest, then demonstrate, test, check, stop.

Only `python3` is needed to start. `__main__` makes the locked virtual environment and finds Odoo with
the standard library alone, then continues inside that environment.
"""
