# Every target installs what it needs into .venv by itself.
.DEFAULT_GOAL := help
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
SOURCES := services tests hatch_build.py

.PHONY: help
help: ## Show what can be made.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: install
install: $(STAMP) ## Install everything into .venv; the command is then .venv/bin/sevenviews.

$(STAMP): pyproject.toml constraints.txt hatch_build.py $(wildcard protos/sevenviews/v1/*.proto)
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[all]" --group dev
	touch $@

.PHONY: demo
demo: $(STAMP) ## Make a corpus, start everything, import, search with held-out drawings, draw the answer.
	$(BIN)/sevenviews demo --out demo

.PHONY: test
test: lint $(STAMP) ## Run all checks and tests; ends with a table of what was skipped and why.
	$(BIN)/python -m pytest --ignore tests/cluster

.PHONY: test-cluster
test-cluster: $(STAMP) ## Run the tests that need a Kubernetes, on the one that KUBECONFIG names.
	$(BIN)/python -m pytest tests/cluster

.PHONY: test-unit
test-unit: $(STAMP) ## Run the unit tests: some minutes.
	$(BIN)/python -m pytest tests/unit tests/architecture

.PHONY: lint
lint: $(STAMP) ## Check the style, the types, the import rule and the protos.
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy
	cd protos && ../$(BIN)/buf lint && ../$(BIN)/buf format --diff --exit-code

.PHONY: format
format: $(STAMP) ## Put the sources into their form.
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)
	cd protos && ../$(BIN)/buf format --write

.PHONY: clean
clean: ## Remove what the demo and the tests left behind, not the installation.
	rm -rf demo .sevenviews .pytest_cache .mypy_cache .ruff_cache .hypothesis
