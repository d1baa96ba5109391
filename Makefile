# make demo · make test: all that a new machine needs is Python 3.11+, git and make.
PYTHON ?= python3
BIN := .venv/bin
MEMBERS := -e packages/umi-minilm -e packages/umi

.PHONY: help demo test check bench lock clean

help:
	@echo "make demo    import a year of conversation and ask about it"
	@echo "make test    lint, types, import contracts, and every test"
	@echo "make check   lint, types and import contracts only"
	@echo "make bench   the quick benchmarks (see docs/reference/benchmarks.md for all)"
	@echo "make lock    resolve the dependencies anew into requirements/"
	@echo "make clean   remove the environment"

demo: .venv/.run
	@$(BIN)/umi demo

test: .venv/.dev check
	$(BIN)/python -m pytest --numprocesses=auto --cov --cov-report=term

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
.venv/.run: .venv/.uv requirements/run.txt packages/umi/pyproject.toml packages/umi-minilm/pyproject.toml
	@echo "Setting up .venv ..."
	@$(BIN)/uv pip install --quiet --python .venv --require-hashes -r requirements/run.txt
	@$(BIN)/uv pip install --quiet --python .venv --no-deps $(MEMBERS)
	@touch $@

.venv/.dev: .venv/.run requirements/dev.txt
	@echo "Setting up the tools of development ..."
	@$(BIN)/uv pip install --quiet --python .venv --require-hashes -r requirements/dev.txt
	@touch $@

lock: .venv/.uv
	$(BIN)/uv lock
	$(BIN)/uv export --quiet --package umi-memory --no-dev --no-emit-workspace --no-header --no-annotate --output-file requirements/run.txt
	$(BIN)/uv export --quiet --all-packages --all-groups --all-extras --no-emit-workspace --no-header --no-annotate --output-file requirements/dev.txt

clean:
	rm -rf .venv
