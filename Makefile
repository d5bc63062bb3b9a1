# What a person and CI call. Everything runs in .venv, which is made and filled from the lock when it is out of date.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
# At least two test processes, at most four.
WORKERS ?= $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); [ $$n -gt 4 ] && n=4; [ $$n -lt 2 ] && n=2; echo $$n)
WORLDS ?= 20000
BENCHMARKS := $(filter release taxii exchange intake claims pages store,$(patsubst benchmarks/%.py,%,$(wildcard benchmarks/*.py)))
LOCK_OPTIONS := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header -q
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help install demo test test-peers check format docs bench mutants worlds simulation soak lock clean
.DEFAULT_GOAL := help

help:
	@echo "make demo     install, start four nodes and play the story (DEMO_ARGS=--exit ends it)"
	@echo "make test     install and run all tests"
	@echo "make test-peers  our TAXII client against medallion and OpenTAXII, which are installed into build/peers"
	@echo "make check    what CI runs: style, types, imports, documentation, licences, tests"
	@echo "make format   put the code into the house's form"
	@echo "make docs     write the generated pages of docs/reference anew"
	@echo "make bench    all benchmarks; make bench-NAME one of: $(BENCHMARKS) (STORE=postgresql for taxii)"
	@echo "make worlds   the release engine against the oracle on WORLDS=$(WORLDS) random worlds"
	@echo "make simulation  22 nodes live together, SIMULATION_ARGS='--seeds 20 --objects 2000'"
	@echo "make soak     two served nodes under load with a kill -9 each 20 s, SOAK_ARGS='--minutes 20'"
	@echo "make fuzz     broken input for every parser of intake, FUZZ_ARGS='--minutes 10'"
	@echo "make mutants  change the release rules one at a time and see that a test fails"
	@echo "make lock     write requirements/*.lock anew from pyproject.toml"

install: $(INSTALLED)

$(INSTALLED): requirements/dev.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null 2>&1 || { \
	  echo "sepakat: error: $(PYTHON) is not installed; Sepakat needs Python 3.11 or later" >&2; \
	  echo "sepakat: hint: name another one with make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "sepakat: error: $(PYTHON) is $$($(PYTHON) --version 2>&1); Sepakat needs Python 3.11 or later" >&2; \
	  echo "sepakat: hint: name another one with make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV) || { \
	  echo "sepakat: error: $(PYTHON) cannot make a virtual environment" >&2; \
	  echo "sepakat: hint: on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "Installing Sepakat into $(VENV) ..."
	@$(PIP) install --require-hashes -r requirements/dev.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q src
	@touch $@

demo: install
	@$(BIN)/sepakat demo $(DEMO_ARGS)

test: install
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(TEST_ARGS)

test-peers: install
	$(BIN)/python -m pytest tests/peers/against_peers.py $(TEST_ARGS)

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m checks.documentation
	$(BIN)/python -m checks.licences
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

format: install
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: install
	$(BIN)/python -m checks.documentation --write

bench: $(addprefix bench-,$(BENCHMARKS))

bench-%: install
	@test -f benchmarks/$*.py || { echo "sepakat: error: there is no benchmark $*; there are: $(BENCHMARKS)" >&2; exit 1; }
	@mkdir -p build/bench
	$(BIN)/python -m benchmarks.$*

worlds: install
	SEPAKAT_WORLDS=$(WORLDS) $(BIN)/python -m pytest -m worlds -n $(WORKERS)

simulation: install
	$(BIN)/python -m tests.integration.simulation $(SIMULATION_ARGS)

soak: install
	$(BIN)/python -m tests.integration.soak $(SOAK_ARGS)

fuzz: install
	$(BIN)/python -m checks.fuzz $(FUZZ_ARGS)

mutants: install
	$(BIN)/python -m checks.mutants $(MUTANTS_ARGS)

# uv is needed for this alone, so it is not in the lock.
lock: install
	$(PIP) install uv
	$(BIN)/uv pip compile $(LOCK_OPTIONS) pyproject.toml -o requirements/runtime.lock
	$(BIN)/uv pip compile $(LOCK_OPTIONS) --group dev pyproject.toml -o requirements/dev.lock
	$(BIN)/uv pip compile $(LOCK_OPTIONS) --group bench -o requirements/bench.lock

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
