# Each target brings its own environment: nothing is needed but Python >= 3.11, make and git.
# Another interpreter: make test PYTHON=/path/to/python3.12 VENV=.venv312

VENV ?= .venv
BIN := $(VENV)/bin
SIDE_BY_SIDE ?= -n auto --dist worksteal
LOCKED := requirements/build.txt pyproject.toml scripts/bootstrap.sh
export VENV

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test check lint types architecture tests chaos bench bench-peers bench-injection fmt lock clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' Makefile

demo: $(VENV)/.runtime  ## look at a shipped example and at this project: no key, no service
	@scripts/demo.sh

test: $(VENV)/.dev  ## all tests, a process for each core (SIDE_BY_SIDE= for one)
	@$(BIN)/python -m pytest $(SIDE_BY_SIDE)

check: lint types architecture tests  ## everything that must hold before a commit is shared

lint: $(VENV)/.dev  ## style, likely bugs, formatting
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .

types: $(VENV)/.dev  ## mypy, strict, over the package and its tests
	@$(BIN)/mypy

architecture: $(VENV)/.dev  ## layers, families, circles
	@$(BIN)/lint-imports --no-logo

tests: $(VENV)/.dev  ## all tests, with the coverage thresholds
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest $(SIDE_BY_SIDE)
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage json --quiet -o .coverage.json
	@$(BIN)/python scripts/coverage_gate.py .coverage.json

chaos: $(VENV)/.dev  ## kill runs and memory at random moments, and count what was done twice (CHAOS_SEED repeats one)
	@$(BIN)/python -m tests.chaos

bench: $(VENV)/.bench  ## measurements; they print, and assert nothing about speed
	@$(BIN)/python -m pytest benchmarks -s -q -o python_files='bench_*.py' -o python_functions='bench_* test_*'

bench-peers: $(VENV)/.bench .venv-peers/.locked .venv-peers-crewai/.locked  ## what turns cost, beside other libraries
	@$(BIN)/python benchmarks/bench_turns.py

bench-injection: .venv-agentdojo/.locked  ## AgentDojo's injected texts against our policy
	@.venv-agentdojo/bin/python benchmarks/bench_injection.py

fmt: $(VENV)/.dev  ## format, and fix what can be fixed safely
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format --quiet .
	@$(BIN)/python -m scripts.reference

COMPILE = $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header --no-annotate $(LOCK_FLAGS)
lock: $(VENV)/.dev  ## resolve requirements/*.txt anew (LOCK_FLAGS=--upgrade for newer versions)
	@$(COMPILE) requirements/build.in -o requirements/build.txt
	@$(COMPILE) pyproject.toml -c requirements/build.txt -o requirements/runtime.txt
	@$(COMPILE) pyproject.toml --extra embeddings -c requirements/build.txt -c requirements/runtime.txt -o requirements/embeddings.txt
	@$(COMPILE) pyproject.toml --group dev --extra embeddings -c requirements/build.txt -c requirements/runtime.txt -o requirements/dev.txt
	@$(COMPILE) pyproject.toml --group bench --extra embeddings -c requirements/dev.txt -o requirements/bench.txt
	@$(COMPILE) requirements/peers.in -c requirements/build.txt -o requirements/peers.txt
	@$(COMPILE) requirements/peers-crewai.in -c requirements/build.txt -o requirements/peers-crewai.txt
	@$(COMPILE) requirements/agentdojo.in -c requirements/build.txt -o requirements/agentdojo.txt

clean:  ## remove the environment, caches and built files
	@rm -rf $(VENV) $(VENV).log .venv-peers* .aimock dist .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .benchmarks
	@find . -type d -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +

.venv-%/.locked: requirements/%.txt $(LOCKED)
	@scripts/bootstrap.sh $* .venv-$* --without-project
	@touch $@

$(VENV)/.%: requirements/%.txt $(LOCKED)
	@scripts/bootstrap.sh $* $(VENV)
	@touch $@
