# The work is in dev/ (python3 -m dev COMMAND). Python 3.10 to 3.13.
PYTHON ?= python3

.PHONY: help demo test bench chaos lint i18n screenshots stop clean lock
help:
	@echo "make demo   Odoo, the addon and a simulated Chorus Pro, running (SERVE=0: stop after the table)"
	@echo "make test   every test (ONLY=pure,simulator,addon,sale,jobs,system  ARGS='-k word')"
	@echo "make bench  what a works statement costs beside a plain invoice; a month of invoices beside one call for each"
	@echo "make chaos  servers killed at random, then the count: lost and duplicated (ARGS='--operations 500 --kills 10 --seed 7')"
	@echo "make lint   ruff, pylint-odoo, OCA checks"
	@echo "make i18n   refresh the French translation from the code, list what is missing"
	@echo "make screenshots   the pictures of README and of the guide, made anew"
	@echo "make stop   stop the servers       make clean   remove all they left"

demo test bench chaos lint i18n screenshots stop clean:
	@$(PYTHON) -m dev $@

lock: ## after a change of dev/requirements.in; needs uv
	uv pip compile --universal --python-version 3.10 --generate-hashes --upgrade \
	  --no-header --no-annotate --no-emit-index-url --output-file dev/requirements.txt dev/requirements.in
