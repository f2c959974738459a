# One word per act. With nothing but Python and make, each word does the set-up it needs; see `make help`.
.DEFAULT_GOAL := help
SHELL := /bin/bash
unexport VIRTUAL_ENV

UV := $(shell command -v uv || echo .tools/uv/bin/uv)
RUN := $(UV) run --no-sync
COMPILE := $(RUN) python -m compileall -q shared/src packages examples

.PHONY: help setup demo test check lint types bench soak mutation snapshots docs new-server node lock

help: ## Say what each word does
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

.tools/uv/bin/uv:
	@echo "Installing uv into .tools/"
	@python3 -m venv .tools/uv && .tools/uv/bin/python -m pip install --quiet --disable-pip-version-check "uv>=0.13" \
		|| python3 -m pip install --quiet --disable-pip-version-check --target .tools/uv "uv>=0.13"

setup: | $(UV) ## Install every server and every tool of development into .venv
	@$(UV) sync --quiet --all-packages
	@$(COMPILE)

demo: | $(UV) ## Install the servers, then talk to them as a host does
	@$(UV) sync --quiet --all-packages --no-dev --inexact
	@$(COMPILE)
	@$(RUN) python scripts/demo.py

test: setup ## Run every test, then the core's tests on the other Pythons that are here
	@$(RUN) pytest
	@$(RUN) python scripts/other_pythons.py $(UV) tests/contract tests/chassis

check: lint types ## Lint, types, and everything generated is fresh
	@$(RUN) python scripts/lock.py --check
	@$(RUN) python scripts/readme_tables.py --check
	@$(RUN) python scripts/snapshots.py --check

lint: setup ## ruff, check and format
	@$(RUN) ruff check
	@$(RUN) ruff format --check

types: setup ## pyright, strict
	@$(RUN) pyright

BENCH ?= compare github slack database rest http_load
bench: setup ## Compare with the bare SDK and peers, in one run; BENCH="compare github" for some
	@for part in $(BENCH); do echo "== $$part"; $(RUN) python benchmarks/$$part.py || exit 1; done

soak: setup ## Send 100,000 raw messages and 100,000 calls over stdio, as many over HTTP; what is held must stay
	@$(RUN) python benchmarks/soak.py
	@$(RUN) python benchmarks/http_soak.py

mutation: setup ## Break lines of the core and the SQL guard and count what the tests notice; MODULES="retry text" for some
	@$(RUN) --with mutmut==3.8.1 python scripts/mutation.py $(MODULES)

snapshots: setup ## Write tests/snapshots again after a change of a tool's definition
	@$(RUN) python scripts/snapshots.py

docs: setup ## Write the generated tables of the READMEs again
	@$(RUN) python scripts/readme_tables.py

new-server: setup ## Start a new server: make new-server NAME=weather
	@$(RUN) python scripts/new_server.py "$(NAME)"
	@$(UV) sync --quiet --all-packages
	@$(RUN) python scripts/snapshots.py && $(RUN) python scripts/readme_tables.py

lock: | $(UV) ## Pin a dependency that was added; UPGRADE=all or UPGRADE="name name" moves versions, nothing else does
	@$(UV) run --no-project --quiet python scripts/lock.py $(if $(UPGRADE),--upgrade $(UPGRADE))

node: ## Install the npm packages that some tests use into .tools/node
	@mkdir -p .tools/node && cp scripts/node/package.json .tools/node/
	@npm install --prefix .tools/node --no-package-lock --no-audit --no-fund --loglevel=error
