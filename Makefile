# Stator's commands. GNU make and a POSIX shell; Python 3.11 or newer and a package registry are all that they need.
#
#   make serve    a durable DynamoDB on http://127.0.0.1:8000, kept in ./stator.db     (SERVE_ARGS adds flags)
#   make test     everything that has to hold: lint, types, tests                      (PYTEST_ARGS adds flags)
#   make lint     ruff and mypy alone
#   make bench    Stator beside its peers, into docs/performance.md; needs wrk         (BENCH_ARGS adds flags)
#   make soak     a long run under load; then the long form of each test that has one  (SOAK_ARGS adds flags)
#   make clean    removes what the others made, never a database

SHELL := /bin/sh
.SHELLFLAGS := -eu -c
.DELETE_ON_ERROR:
.PHONY: serve test lint bench soak clean

VENV := .venv
CACHE := .cache
CLIENTS := $(CACHE)/clients
CLEAN := $(CACHE)/clean
BIN := $(VENV)/bin
PIP_FLAGS := --quiet --disable-pip-version-check
JOBS ?= 2
PYTHON ?= $(shell for each in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	if $$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$each; break; fi; done)

serve: $(VENV)/.installed
	@exec $(BIN)/stator serve --host 127.0.0.1 --port 8000 --data ./stator.db $(SERVE_ARGS)

# What is fetched is fetched while the code is checked. pytest comes last, so that the last line is its own. It leaves no
# file behind unless a test failed. Files keep their order: those with few and slow tests would come last, one after the
# other on one core.
test: $(VENV)/.tools
	@$(MAKE) --no-print-directory --jobs $(JOBS) lint $(CLEAN)/.installed $(CLIENTS)/.fetched
	@TEST_CLIENTS="$(CURDIR)/$(CLIENTS)" TEST_CLEAN="$(CURDIR)/$(CLEAN)" $(BIN)/python -m pytest \
		-n $(JOBS) --dist loadfile --no-loadscope-reorder -rfEs -o tmp_path_retention_policy=failed $(PYTEST_ARGS)

lint: $(VENV)/.tools
	@$(BIN)/ruff check .
	@$(BIN)/mypy

bench: $(VENV)/.plots
	@$(BIN)/python -m benchmarks $(BENCH_ARGS)

soak: $(VENV)/.tools
	@$(BIN)/python -m benchmarks soak $(SOAK_ARGS)
	@SOAK=1 $(BIN)/python -m pytest -n $(JOBS) --dist loadfile -rfEs -o tmp_path_retention_policy=failed \
		$$(grep -rl SOAK tests --include='test_*.py') $(PYTEST_ARGS)

clean:
	rm -rf $(VENV) $(CACHE) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find src tests examples benchmarks tools -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

# --- what the commands stand on: each is made once, and again when what it is made from changes ---------------------

$(VENV)/.made:
	@if [ -z "$(PYTHON)" ]; then echo "Stator needs Python 3.11 or newer; none was found on PATH." >&2; exit 1; fi
	@echo "making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV) || { \
		echo "$(PYTHON) cannot make a virtual environment (on Debian: apt install python3-venv)." >&2; exit 1; }
	@touch $@

$(VENV)/.installed: $(VENV)/.made pyproject.toml
	@echo "installing stator"
	@$(BIN)/python -m pip install $(PIP_FLAGS) --editable .
	@touch $@

$(VENV)/.tools: $(VENV)/.made pyproject.toml
	@echo "installing stator with its tests' tools"
	@$(BIN)/python -m pip install $(PIP_FLAGS) --editable '.[test,examples]' hatchling
	@touch $@ $(VENV)/.installed

# Without a registry to ask, the page has no plots; the next run tries again.
$(VENV)/.plots: $(VENV)/.tools
	@$(BIN)/python -m pip install $(PIP_FLAGS) --editable '.[bench]' && touch $@ || echo "no plots: matplotlib cannot be had"

# A clean environment with the wheel in it, as a user has it after `pip install`: its dependencies once, then the wheel
# anew after every change, without a network.
$(CLEAN)/.dependencies: $(VENV)/.tools pyproject.toml
	@echo "making a clean environment for the wheel"
	@rm -rf $(CLEAN)
	@$(BIN)/python -m venv $(CLEAN)
	@$(CLEAN)/bin/python -m pip install $(PIP_FLAGS) .
	@touch $@

$(CLEAN)/.installed: $(CLEAN)/.dependencies $(shell find src -type f ! -name '*.pyc') README.md LICENSE
	@rm -rf $(CACHE)/wheel
	@$(BIN)/python -m hatchling build --target wheel --directory $(CACHE)/wheel >$(CACHE)/wheel.log 2>&1 || { \
		cat $(CACHE)/wheel.log >&2; exit 1; }
	@$(CLEAN)/bin/python -m pip install $(PIP_FLAGS) --no-index --no-deps --force-reinstall $(CACHE)/wheel/*.whl
	@touch $@

# A client that cannot be had is skipped by name, and tried for again by the next run.
$(CLIENTS)/.fetched: tools/fetch_clients.py $(VENV)/.tools
	@echo "fetching outside clients"
	@$(BIN)/python tools/fetch_clients.py $(CLIENTS)
	@if ! ls $(CLIENTS)/*.skipped >/dev/null 2>&1; then touch $@; fi
