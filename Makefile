# Postern. `make help` lists what there is.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
STAGE ?= dev
EXAMPLES ?= 500
export PORT

.DEFAULT_GOAL := help
.PHONY: help install install-ops run mcp test explore check format emulate bench deploy destroy smoke clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

# Installed again whenever a requirements file is newer than the mark.
$(VENV)/.installed: requirements.txt requirements-ops.txt requirements-dev.txt constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Postern needs Python 3.11 or newer; try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

install: $(VENV)/.installed ## create .venv and install everything

run: $(VENV)/.installed ## serve on http://127.0.0.1:$PORT with an embedded cloud and demo seeds
	@exec $(BIN)/python -m infra.local

mcp: $(VENV)/.installed ## serve the example MCP server on http://127.0.0.1:9000/mcp, beside `make run`
	@$(BIN)/python -m infra --stage local resource create --file examples/mcp/resource.json > /dev/null
	@ISSUER=http://127.0.0.1:$(PORT) exec $(BIN)/python -m examples.mcp

test: $(VENV)/.installed ## run the whole test suite
	@$(BIN)/python -m pytest -n auto --dist loadfile $(ARGS)

explore: $(VENV)/.installed ## look for new faults with random examples; an hour, EXAMPLES=2000 for more
	@EXPLORE=1 EXAMPLES=$(EXAMPLES) STATEFUL_EXAMPLES=$(EXAMPLES) $(BIN)/python -m pytest -n auto --dist loadfile \
		tests/stateful $$(grep -rl --include='test_*.py' '@given' tests) $(ARGS)

check: $(VENV)/.installed ## check format, lint and types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

format: $(VENV)/.installed ## format the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

emulate: $(VENV)/.installed ## build the package and run it on an emulated API Gateway and Lambda
	@exec $(BIN)/python -m infra.emulate

smoke: $(VENV)/.installed ## run the smoke story against a running server: make smoke URL=https://...
	@exec $(BIN)/python -m infra.emulate.smoke $(URL)

bench: $(VENV)/.installed ## measure cold start, CPU, AWS calls, cost and growth; some minutes
	@exec $(BIN)/python -m bench $(ARGS)

deploy: $(VENV)/.installed ## put a stage up on AWS: make deploy STAGE=dev
	@exec $(BIN)/python -m infra --stage $(STAGE) deploy

destroy: $(VENV)/.installed ## take a stage down: make destroy STAGE=dev
	@exec $(BIN)/python -m infra --stage $(STAGE) destroy

clean: ## remove what was installed and built
	rm -rf $(VENV) .local build .pytest_cache .mypy_cache .ruff_cache .hypothesis
