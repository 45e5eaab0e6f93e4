# Every target installs what it needs into .venv by itself.
.DEFAULT_GOAL := help
# Empty: the first that is new enough. `make PYTHON=python3.13 demo` chooses one.
PYTHON ?=
VENV := .venv
BIN := $(VENV)/bin
DEMO_STAMP := $(VENV)/.demo-installed
STAMP := $(VENV)/.installed
INSTALLED_FROM := pyproject.toml constraints.txt hatch_build.py $(shell find protos -name '*.proto')
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
SOURCES := services tests deploy hatch_build.py
# Hundreds of processes start here, and each would compile again what the one before has compiled.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## Show what can be made.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: $(DEMO_STAMP) ## Make a corpus, start everything, import, search with held-out drawings, draw the answer.
	$(BIN)/sevenviews demo --out demo

# What runs on one machine, without what trains: a fifth of the whole. `make install` adds the rest to the same .venv.
$(DEMO_STAMP): $(INSTALLED_FROM)
	@deploy/dev/venv.sh "$(PYTHON)"
	@echo "installing into $(VENV): 1.7 GB"
	$(PIP) install --upgrade "pip>=25.1"
	$(PIP) install --constraint constraints.txt --editable ".[local]"
	@touch $@

.PHONY: install
install: $(STAMP) ## Install everything into .venv; the command is then .venv/bin/sevenviews.

$(STAMP): $(INSTALLED_FROM)
	@deploy/dev/venv.sh "$(PYTHON)"
	@echo "installing into $(VENV): 7.6 GB, most of it torch with CUDA"
	$(PIP) install --upgrade "pip>=25.1"
	$(PIP) install --constraint constraints.txt --editable ".[all,bench]" --group dev
	@touch $@ $(DEMO_STAMP)

.PHONY: test-deps
test-deps: ## Install the servers and tools that the tests start, by apt and go.
	deploy/dev/test-deps.sh

# One word, `=` and all: pytest would take the file for a place of tests, and never read the options that tests define.
PYTEST := $(BIN)/python -m pytest $(if $(ALLOWED_SKIPS),--allowed-skips=$(ALLOWED_SKIPS))
# Three processes, for each waits now and then for what it has started: tests that share a server or a system stay
# together (tests/side_by_side.py). A thread each, or they would wait for each other's. What they make is not a part
# of this make.
SIDE_BY_SIDE := env -u MAKEFLAGS OMP_NUM_THREADS=1 $(PYTEST) --numprocesses 3 --no-loadscope-reorder

.PHONY: test test-all fast-tests all-tests
test: style ## Run all checks, and the tests but the slow ones: ten minutes on two cores.
	@$(MAKE) --no-print-directory --jobs 2 types fast-tests

test-all: style ## Run everything; on the Kubernetes that KUBECONFIG names too, where it names one.
	@$(MAKE) --no-print-directory --jobs 2 types all-tests

fast-tests:
	$(SIDE_BY_SIDE) -m "not slow" --ignore tests/cluster

all-tests:
	$(SIDE_BY_SIDE) --hypothesis-profile=exploring

.PHONY: test-cluster
test-cluster: $(STAMP) ## Run the tests that need a Kubernetes, on the one that KUBECONFIG names.
	$(PYTEST) tests/cluster

.PHONY: test-unit
test-unit: $(STAMP) ## Run the unit tests: some minutes.
	$(SIDE_BY_SIDE) -m "not slow" tests/unit tests/architecture

.PHONY: bench
bench: $(STAMP) ## Measure everything beside its limits and peers: half an hour. With QUICK=1 some of it: three minutes.
	$(if $(QUICK),$(BIN)/sevenviews bench all --quick,$(BIN)/python deploy/dev/bench.py)

.PHONY: lint style types
lint: style types ## Check the style, the protos and the types.

style: $(STAMP)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/python deploy/dev/protos.py lint
	$(BIN)/python deploy/dev/protos.py breaking

types: $(STAMP)
	$(BIN)/mypy

.PHONY: format
format: $(STAMP) ## Put the sources into their form.
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)
	cd protos && ../$(BIN)/buf format --write

.PHONY: hashes
hashes: $(STAMP) ## Write deploy/hashes.txt anew, after a change of constraints.txt.
	$(BIN)/python deploy/dev/hashes.py

.PHONY: audit
audit: $(STAMP) ## Look up known vulnerabilities of what the images install; it needs PyPI's database.
	$(BIN)/pip-audit --strict --disable-pip --require-hashes --requirement deploy/hashes.txt

.PHONY: clean
clean: ## Remove what the demo and the tests left behind, not the installation.
	rm -rf demo .sevenviews .pytest_cache .mypy_cache .ruff_cache .hypothesis
