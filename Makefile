# Sets everything up in .venv from the pins of constraints.txt, once; again in a moment.
PYTHON ?= python3
VENV := .venv
READY := $(VENV)/.ready
TEST ?=

.PHONY: demo test lint catalogs pictures bench clean

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

demo: $(READY)
	$(VENV)/bin/clusterflow demo $(DEMO)

# Two at a time: those with Prefect wait much and reckon little, the others do the reverse. In the order of the tree,
# or the longest, that stand alone in their files, would come last and by themselves.
test: $(READY)
	$(VENV)/bin/python -m pytest -n 2 --dist loadgroup --no-loadscope-reorder $(TEST)

lint: $(READY)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(VENV)/bin/python tests/house.py
	$(VENV)/bin/python -m clusterflow.notices.catalogs --check

# After a template of configs/messages is new or changed: its texts come into every language's catalog.
catalogs: $(READY)
	$(VENV)/bin/python -m clusterflow.notices.catalogs

# After Prefect's pages or ours look different: the pictures of the guide, taken by the test that looks at them.
pictures: $(READY)
	CLUSTERFLOW_PICTURES=$(CURDIR)/docs/pictures $(VENV)/bin/python -m pytest tests/browser/test_form.py

bench: $(READY)
	$(VENV)/bin/python -m benches

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
