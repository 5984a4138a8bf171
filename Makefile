# What people type. Each target creates what it needs; a fresh machine needs Python 3.11+ and nothing else.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help setup run test soak check bench screenshots format

help: ## show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: $(STAMP) ## create .venv and install from the lock

$(STAMP): requirements/dev.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Anhu needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $(STAMP)

run: setup ## start the demonstration county: web pages and scheduler (PORT=8000)
	@$(BIN)/python -m scheduler.launch

test: setup ## run every test, on SQLite and PostgreSQL, in a real browser where there is one
	$(BIN)/python -m pytest -n auto --dist worksteal --cov --cov-report=term $(PYTEST_ARGS)

soak: setup ## the long versions of the fault, property and crawl tests
	ANHU_SOAK=1 $(BIN)/python -m pytest -n auto --dist worksteal tests/faults tests/unit tests/reports tests/services tests/web \
		tests/browser/test_offline_on_a_phone.py $(PYTEST_ARGS)

check: setup ## lint, types, import contracts, translations, migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -p no:cacheprovider tests/architecture tests/migrations

bench: setup ## measure, each figure beside its floor in the same run
	$(BIN)/python -m bench

screenshots: setup ## the pictures of docs/screenshots/, from a real browser
	$(BIN)/python docs/screenshots/take.py

format: setup ## put the code in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
