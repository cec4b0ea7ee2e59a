"""What the addon costs beside plain Odoo: `make bench`, which runs `bench.run.main` in Odoo's shell."""
