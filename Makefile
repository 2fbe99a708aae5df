# Mycel: `make help` lists the targets. Needs Python 3.11 or newer; everything else goes into .venv/.

VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
PIP := $(PY) -m pip --disable-pip-version-check --no-input --quiet
UV_VERSION := 0.13.9
WORKERS ?= 3
CODE := $(wildcard bot adapters storage migrations tests bench)

IS_RECENT = import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for each in python3 python3.14 python3.13 python3.12 python3.11; do \
	if $$each -c '$(IS_RECENT)' >/dev/null 2>&1; then echo $$each; exit; fi; done; echo python3)

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup dependencies run test check lint bench bench-long format lock migration clean

help:  ## what each target does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

setup: $(VENV)/.run $(VENV)/.project  ## build .venv/, so that .venv/bin/mycel is the command

dependencies: $(VENV)/.run  ## only the packages that Mycel runs on

run: setup  ## start Mycel with the settings of the environment, .env or mycel.toml; without any: the playground
	@$(BIN)/mycel run

test: lint  ## all checks and all tests, on SQLite, PostgreSQL and in a browser
	@sh tests/support/install_chromium.sh
	$(PY) -m pytest -q -n $(WORKERS) --dist loadfile

check: lint  ## lint, types, imports, sizes and the quick tests; under a minute
	$(PY) -m pytest -q -n $(WORKERS) --dist loadfile $(wildcard tests/core tests/features tests/checks)

lint: $(VENV)/.test $(VENV)/.project  ## the checks that run no test
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports --no-logo
	$(PY) -m tests.checks.sizes

bench: $(VENV)/.test $(VENV)/.project  ## measure speed, CPU cost and memory
	@$(BIN)/mycel bench

bench-long: $(VENV)/.test $(VENV)/.project  ## the same with a million decisions
	@$(BIN)/mycel bench --long

format: $(VENV)/.test  ## lay the code out and repair what ruff can
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

LOCK = $(PY) -m uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' $(UPGRADE)

lock: $(VENV)/.created  ## pin what pyproject.toml asks for, with hashes (UPGRADE=--upgrade takes the newest)
	$(PIP) install uv==$(UV_VERSION)
	$(LOCK) --group build --output-file requirements/run.txt
	$(LOCK) --group build --group test --group check --constraint requirements/run.txt \
		--output-file requirements/test.txt

migration: $(VENV)/.test  ## write the next migration from what changed in the tables (NAME="add holds")
	$(PY) -m migrations $(NAME)

clean:  ## remove caches and builds; keeps .venv/ and data/
	rm -rf build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +

# A venv that works is taken over; one whose Python is gone or too old is built anew.
$(VENV)/.created:
	@if ! { $(PY) -c '$(IS_RECENT)' && $(PY) -m pip --version; } >/dev/null 2>&1; then \
		$(PYTHON) -c '$(IS_RECENT)' 2>/dev/null || { \
			echo "Mycel needs Python 3.11 or newer; this machine's $(PYTHON) is" \
				"$$($(PYTHON) --version 2>/dev/null || echo missing)." >&2; \
			echo "Install a newer one, or name it: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; \
			exit 1; }; \
		echo "Building $(VENV)/ with $$($(PYTHON) --version)" >&2; \
		$(PYTHON) -m venv --clear $(VENV); \
	fi
	@touch $@

$(VENV)/.run: requirements/run.txt $(VENV)/.created
	@echo "Installing what Mycel runs on (once)" >&2
	@$(PIP) install --require-hashes --requirement requirements/run.txt
	@touch $@

$(VENV)/.test: requirements/test.txt $(VENV)/.created
	@echo "Installing what Mycel runs on and what its tests and checks need (once)" >&2
	@$(PIP) install --require-hashes --requirement requirements/test.txt
	@touch $@ $(VENV)/.run

$(VENV)/.project: pyproject.toml $(VENV)/.created | $(VENV)/.run
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@
