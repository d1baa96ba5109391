# make demo · make test: all that a new machine needs is Python 3.11+, git and make.
PYTHON ?= python3
BIN := .venv/bin
MEMBERS := -e packages/umi-minilm -e packages/umi -e packages/agent-memory-client -e packages/py-cml

# What tests/conftest.py keeps together goes to one worker, in its order.
SHARED_OUT := --numprocesses=auto --dist=loadgroup --no-loadscope-reorder
# The order of the tests, and what hypothesis draws, come from their own tree: others whenever it changes, and the same
# for all who run them.
ORDER := $(shell git rev-parse --short=7 HEAD:tests 2>/dev/null | tr a-f 0-5)
IN_ORDER := --randomly-seed=$(or $(ORDER),0) --hypothesis-seed=$(or $(ORDER),0)

.PHONY: help demo serve test coverage check bench lock clean

help:
	@echo "make demo       import a year of conversation and ask about it"
	@echo "make serve      serve the store on 127.0.0.1:8000, open to this machine"
	@echo "make test       lint, types, import contracts, and every test"
	@echo "make coverage   every test, telling which lines they run"
	@echo "make check      lint, types and import contracts only"
	@echo "make bench      the quick benchmarks (see docs/reference/benchmarks.md for all)"
	@echo "make lock       resolve the dependencies anew into requirements/"
	@echo "make clean      remove the environment"

demo: .venv/.run
	@$(BIN)/umi demo

# On this machine only, so without keys: `umi keys create` and `umi serve` are for others to come in, too.
serve: .venv/.run
	@$(BIN)/umi serve --no-auth

test: .venv/.dev .venv-clients/.done check
	$(BIN)/python -m pytest $(SHARED_OUT) $(IN_ORDER)

# Telling which lines the tests run slows all of them down, so it is asked for by itself.
coverage: .venv/.dev .venv-clients/.done
	$(BIN)/python -m pytest $(SHARED_OUT) --cov --cov-report=term

check: .venv/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/basedpyright
	$(BIN)/lint-imports

bench: .venv/.dev
	$(BIN)/python benchmarks/latency.py --sizes 1000 10000

.venv/.uv:
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@touch $@

# Each set of requirements is hash-pinned; the members are installed editable, without looking for dependencies again.
.venv/.run: .venv/.uv requirements/run.txt packages/umi/pyproject.toml packages/umi-minilm/pyproject.toml packages/agent-memory-client/pyproject.toml packages/py-cml/pyproject.toml
	@echo "Setting up .venv ..."
	@$(BIN)/uv pip install --quiet --python .venv --require-hashes -r requirements/run.txt
	@$(BIN)/uv pip install --quiet --python .venv --no-deps $(MEMBERS)
	@touch $@

.venv/.dev: .venv/.run requirements/dev.txt
	@echo "Setting up the tools of development ..."
	@$(BIN)/uv pip install --quiet --python .venv --require-hashes -r requirements/dev.txt
	@touch $@

# Published clients of other systems, which have the same import names as ours, are installed apart and run against our server.
# Their requirements are all listed: without looking for more, as one of them names packages that it does not need for this.
.venv-clients/.done: .venv/.uv requirements/clients.txt
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv-clients
	@$(BIN)/uv pip install --quiet --python .venv-clients --no-deps --require-hashes -r requirements/clients.txt
	@touch $@

lock: .venv/.uv
	$(BIN)/uv lock
	$(BIN)/uv export --quiet --package umi-memory --extra server --no-dev --no-emit-workspace --no-header --no-annotate --output-file requirements/run.txt
	$(BIN)/uv export --quiet --all-packages --all-groups --all-extras --no-emit-workspace --no-header --no-annotate --output-file requirements/dev.txt

clean:
	rm -rf .venv .venv-clients
