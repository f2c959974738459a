# One word per act. With nothing but Python and make, each word does the set-up it needs; see `make help`.
.DEFAULT_GOAL := help
SHELL := /bin/bash
unexport VIRTUAL_ENV
unexport PYTHONDONTWRITEBYTECODE

UV := $(shell command -v uv || echo .tools/uv/bin/uv)
RUN := $(UV) run --no-sync
NODE := .tools/node/node_modules/.package-lock.json
PARALLEL := --numprocesses logical --dist worksteal

.PHONY: help setup demo test test-quick check lint types fix bench bench-check soak mutation snapshots docs new-server node lock dist clients release site picture

help: ## Say what each word does
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

.tools/uv/bin/uv:
	@python3 scripts/install.py uv

setup: | $(UV) ## Install every server and every tool of development into .venv
	@python3 scripts/install.py servers $(UV) --development

demo: | $(UV) ## Install the servers, then talk to them as a host does
	@python3 scripts/install.py servers $(UV)
	@$(RUN) python scripts/demo.py

test: setup ## Run every test, then the quick tests of the core on the other Pythons that are here
	@$(RUN) pytest $(PARALLEL)
	@$(RUN) python scripts/other_pythons.py $(UV) $(PARALLEL) -m "not slow and not volume and not services" tests/contract tests/chassis

test-quick: setup ## Run the tests that need no service, start no program and take no seconds, in under a minute
	@$(RUN) pytest $(PARALLEL) -m "not slow and not services and not volume"

check: lint types ## Lint, types, and everything generated is fresh
	@$(RUN) python scripts/lock.py --check
	@$(RUN) python scripts/readme_tables.py --check
	@$(RUN) python scripts/snapshots.py --check

lint: setup ## ruff, check and format
	@$(RUN) ruff check
	@$(RUN) ruff format --check

types: setup ## pyright, strict
	@$(RUN) pyright

fix: setup ## Format the code and mend what ruff can mend
	@$(RUN) ruff format
	@$(RUN) ruff check --fix

BENCH ?= start compare github slack database rest http_load
bench: setup $(if $(filter github slack database,$(BENCH)),$(NODE)) ## Compare with the bare SDK and peers, in one run; BENCH="compare github" for some
	@for part in $(BENCH); do echo "== $$part"; $(RUN) python benchmarks/$$part.py || exit 1; done

bench-check: setup ## Compare start and calls with benchmarks/figures.json; fails where a ratio is worse by more than a tenth
	@$(RUN) python benchmarks/check.py

soak: setup ## The tests of volume at full size, then 100,000 messages and calls over stdio and over HTTP
	@TOOLROLL_TEST_VOLUME=full $(RUN) pytest $(PARALLEL) -m volume --timeout 1800
	@$(RUN) python benchmarks/soak.py
	@$(RUN) python benchmarks/http_soak.py

SAMPLE ?= 60
SEED ?= 20261128
IN ?= shared/src
mutation: setup ## Change SAMPLE=60 lines of IN=packages/github-mcp, one at a time, and count what the tests notice
	@PYTHONPATH=scripts $(RUN) python -m mutation $(IN) --sample $(SAMPLE) --seed $(SEED) $(if $(JOBS),--jobs $(JOBS)) \
		$(if $(WITHOUT),--without $(WITHOUT)) $(if $(TESTS),--tests $(TESTS))

snapshots: setup ## Write tests/snapshots again after a change of a tool's definition
	@$(RUN) python scripts/snapshots.py

docs: setup ## Write the generated tables of the READMEs again
	@$(RUN) python scripts/readme_tables.py

new-server: setup ## Start a new server: make new-server NAME=weather
	@$(RUN) python scripts/new_server.py "$(NAME)"
	@python3 scripts/install.py servers $(UV) --development
	@$(RUN) python scripts/snapshots.py && $(RUN) python scripts/readme_tables.py

lock: | $(UV) ## Pin a dependency that was added; UPGRADE=all or UPGRADE="name name" moves versions, nothing else does
	@$(UV) run --no-project --quiet python scripts/lock.py $(if $(UPGRADE),--upgrade $(UPGRADE))

dist: setup ## Build packages, bundles, manifests and bills of materials; REPOSITORY=https://github.com/OWNER/NAME
	@$(RUN) python scripts/dist.py $(if $(REPOSITORY),--repository $(REPOSITORY))

site: setup ## Build the documentation site into dist/site; a link that leads nowhere fails it
	@PYTHONPATH=scripts $(RUN) python -m documentation $(if $(REPOSITORY),--repository $(REPOSITORY))

picture: setup $(NODE) ## Take the picture of the README again; needs Chromium
	@.tools/node/node_modules/.bin/node scripts/picture/inspector.mjs docs/pictures/inspector.png

release: check test dist site ## Everything of a release that needs no network; REPOSITORY=https://github.com/OWNER/NAME
	@$(RUN) python scripts/release.py

$(NODE):
	@echo "Tokens are counted by an npm package: run \`make node\` first, or name other parts: make bench BENCH=\"compare rest\""
	@exit 1

clients: setup ## Install hosts, client libraries and agent frameworks, try them, write docs/clients.md; CLIENTS="codex crewai" for some
	@PYTHONPATH=scripts $(RUN) python -m clients $(UV) $(CLIENTS)

node: ## Install the npm packages that some tests use into .tools/node
	@command -v npm >/dev/null || { echo "npm is not installed: install Node.js, which brings it (Debian: nodejs npm)"; exit 1; }
	@mkdir -p .tools/node && cp scripts/node/package.json .tools/node/
	@npm install --prefix .tools/node --no-package-lock --no-audit --no-fund --loglevel=error
