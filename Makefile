# Everything a person runs by hand. Needs make and Python >= 3.11; the targets fetch the rest into .venv and
# .cache. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input install -c constraints.txt
PACKAGES := spanhouse ui query collector storage
CODE := $(PACKAGES) tests bench instrumentation .ci/test_tools.py
INSTALLED := .venv/.installed
DEV_INSTALLED := .venv/.installed-dev
TOOLS_INSTALLED := .cache/test-tools/.installed
ARGS ?=

export PIP_ROOT_USER_ACTION := ignore

.PHONY: help
help: ## show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  Options of what is run go in ARGS: make demo ARGS='--port 8080', make test ARGS='-k trace'."

.PHONY: install
install: $(INSTALLED) ## set up .venv with the server, embedded ClickHouse, the OTel distro and the demo shop

.PHONY: run
run: $(INSTALLED) ## start Spanhouse with embedded ClickHouse (data in ./data)
	@exec $(BIN)/spanhouse serve $(ARGS)

.PHONY: demo
demo: $(INSTALLED) ## start Spanhouse and a shop of real services; one link turns slow, another fails
	@exec $(BIN)/spanhouse demo $(ARGS)

.PHONY: test
test: $(DEV_INSTALLED) $(TOOLS_INSTALLED) ## run the whole suite: browser and real-server tests included
	$(BIN)/pytest $(if $(findstring -n,$(ARGS)),,-n 2 --dist loadscope) $(ARGS)

.PHONY: lint
lint: $(DEV_INSTALLED) ## check style, types and import rules
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports

.PHONY: format
format: $(DEV_INSTALLED) ## rewrite the code in the project's style
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)

.PHONY: bench
bench: $(DEV_INSTALLED) ## measure durable spans per second beside what the engine alone does
	$(BIN)/python -m bench $(ARGS)

.PHONY: fuzz
fuzz: $(DEV_INSTALLED) ## send 200,000 broken requests to a real server and check that it answers well
	$(BIN)/python -m bench.fuzz $(ARGS)

.PHONY: screenshots
screenshots: $(DEV_INSTALLED) $(TOOLS_INSTALLED) ## take pictures of every page with the demo running
	$(BIN)/python -m tests.e2e.screenshots $(ARGS)

.PHONY: test-tools
test-tools: $(TOOLS_INSTALLED) ## fetch what only the tests need: Chromium, a ClickHouse server, axe

.PHONY: clean
clean: ## remove .venv, .cache and everything built (not ./data)
	rm -rf .venv .cache build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# Stamps: repeated calls take no time; a changed pin or dependency installs again.
$(BIN)/python:
	@.ci/create-venv

INSTRUMENTATION := $(wildcard instrumentation/pyproject.toml)
INSTRUMENTATION_EXTRA := $(if $(INSTRUMENTATION),-e './instrumentation[shop]')

$(INSTALLED): pyproject.toml constraints.txt $(INSTRUMENTATION) | $(BIN)/python
	@echo "Installing Spanhouse into .venv (the first time about 500 MB: ClickHouse is a library here)"
	$(PIP) --quiet -e '.[embedded]' $(INSTRUMENTATION_EXTRA)
	@touch $@

$(DEV_INSTALLED): $(INSTALLED)
	@echo "Installing what development needs into .venv"
	$(PIP) --quiet -e '.[embedded,dev]' $(INSTRUMENTATION_EXTRA)
	@touch $@

$(TOOLS_INSTALLED): .ci/test_tools.py | $(BIN)/python
	@$(BIN)/python .ci/test_tools.py
	@touch $@
