# Installs the pinned packages of constraints.txt into .venv, once.
PYTHON ?= python3
VENV := .venv
READY := $(VENV)/.ready
NPM := $(shell command -v npm)
JAVASCRIPT := $(if $(NPM),tests/javascript/node_modules/.package-lock.json)
TEST ?=

MUTANTS ?=

.PHONY: demo test mutants javascript lint docs diagram deployments catalogs pictures bench clean

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

demo: $(READY)
	$(VENV)/bin/clusterflow demo $(DEMO)

# Three at a time, on two cores: tests with a Prefect server mostly wait. Those begin first, so that none of them is
# left running alone at the end.
test: $(READY) $(JAVASCRIPT)
	$(VENV)/bin/python -m pytest -n 3 --dist loadgroup --no-loadscope-reorder --durations 40 $(TEST)

# Whether the tests can fail: named guards are removed, then mutmut changes the code bit by bit. Hours for everything;
# MUTANTS="ledger rules/backoff.py" for a part or a file, SAMPLE=60 (and SEED=2) for so many of each. What survives:
# docs/mutants.md.
mutants: $(READY)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[mutants]'
	$(VENV)/bin/python tests/guards.py
	$(VENV)/bin/python tests/mutants.py $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(SEED),--seed $(SEED)) $(MUTANTS)

# The JavaScript readers of exports; without npm their tests are left out.
javascript: $(JAVASCRIPT)

tests/javascript/node_modules/.package-lock.json: tests/javascript/package-lock.json
	npm ci --silent --prefix tests/javascript

lint: $(READY)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(VENV)/bin/python tests/house.py
	PYTHONPATH=src $(VENV)/bin/python tests/texts.py
	$(VENV)/bin/python -m clusterflow.notices.catalogs --check
	$(VENV)/bin/python -m clusterflow.web.catalog_files --check

# Run this after a change of a template in configs/messages, or of a text of the web pages: it adds the texts to the
# catalog of every language.
catalogs: $(READY)
	$(VENV)/bin/python -m clusterflow.notices.catalogs
	$(VENV)/bin/python -m clusterflow.web.catalog_files

# The documentation site, in docs/_build/html. A warning, such as a dead link, is an error.
docs: $(READY)
	$(VENV)/bin/python -m sphinx -W -n --keep-going -q -b html docs docs/_build/html
	@echo docs/_build/html/index.html

# Run this after a change of imports between packages: it draws the picture of docs/architecture.md.
diagram: $(READY)
	$(VENV)/bin/python docs/generate_diagram.py

# Run this after a change of a shipped model or a deployment: it writes deployments/prefect.yaml.
deployments: $(READY)
	$(VENV)/bin/python -m clusterflow.prefect.declarations

# Run this after a change of Prefect's pages or ours: tests take the pictures of the documentation.
pictures: $(READY)
	CLUSTERFLOW_PICTURES=$(CURDIR)/docs/pictures $(VENV)/bin/python -m pytest tests/browser/test_form.py tests/browser/test_portfolio.py tests/browser/test_year.py

bench: $(READY)
	$(VENV)/bin/python -m benches

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache docs/_build tests/javascript/node_modules mutants
