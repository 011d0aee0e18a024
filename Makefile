# Everything a developer or a newcomer runs. `make run` and `make test` set up all they need.
SHELL := /bin/sh
.DEFAULT_GOAL := help

UV := .tools/bin/uv
PY := .venv/bin/python
export UV_PYTHON_DOWNLOADS := never
export UV_LINK_MODE := copy
# A registry behind a private authority needs these passed on, or npm waits for minutes.
export SSL_CERT_FILE NODE_EXTRA_CA_CERTS PIP_CERT
# Images of containers often set it. Then each process compiles all that it loads anew: a house takes three times
# as long to start, and `make test` starts hundreds.
unexport PYTHONDONTWRITEBYTECODE

STAMPS := .build
WEB_SOURCES := $(shell find web -type f -not -path '*/node_modules/*' -not -path '*/test-results/*' 2>/dev/null)

.PHONY: help run dev test check lint types web web-check bench bench-translation bench-streams bench-web soak docs pictures lock clean machine

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.tools/bin/uv: tools/uv.lock.txt
	@python=$$(sh tools/python.sh) && $$python -m venv .tools
	@.tools/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tools/uv.lock.txt
	@touch $@

# The environment of `make run` holds what Salon needs; `make test` adds the rest to the same one.
.venv/bin/python: | $(UV)
	@python=$$(sh tools/python.sh) && $(UV) venv --quiet --allow-existing --python "$$(command -v $$python)" .venv

$(STAMPS)/run: requirements.lock pyproject.toml $(UV) | .venv/bin/python
	@mkdir -p $(STAMPS)
	@echo "Installing Salon ..."
	@$(UV) pip install --quiet --python $(PY) --require-hashes -r requirements.lock
	@$(UV) pip install --quiet --python $(PY) --no-deps --no-build-isolation -e .
	@touch $@

$(STAMPS)/dev: requirements-dev.lock pyproject.toml $(STAMPS)/run
	@$(UV) pip install --quiet --python $(PY) --require-hashes -r requirements-dev.lock
	@touch $@

$(STAMPS)/web: $(WEB_SOURCES) tools/web.py | $(STAMPS)/run
	@$(PY) tools/web.py build
	@touch $@

$(STAMPS)/vocabularies: tools/vocabulary.py tools/vocabularies/package-lock.json src/salon/gateway/counting/vocabularies.py | $(STAMPS)/run
	@$(PY) tools/vocabulary.py
	@touch $@

run: $(STAMPS)/run $(STAMPS)/web $(STAMPS)/vocabularies ## Install if needed, start Salon and open it
	@exec .venv/bin/salon serve --open

dev: $(STAMPS)/dev $(STAMPS)/web $(STAMPS)/vocabularies ## Start Salon, restarting when the code changes
	@exec $(PY) tools/dev.py

web: $(STAMPS)/web ## Build the web app

machine:
	@sh tools/test_machine.sh

lint: $(STAMPS)/dev ## Check format, style, floors and the one-of-each rules
	@.venv/bin/ruff check src tests tools bench
	@.venv/bin/ruff format --check --quiet src tests tools bench
	@$(PY) tools/floors.py
	@.venv/bin/lint-imports --config .importlinter
	@$(PY) tools/rules.py
	@$(PY) tools/columns.py

types: $(STAMPS)/dev ## Check types, strictly
	@.venv/bin/pyright

web-check: $(STAMPS)/dev $(STAMPS)/web ## Check and test the web app
	@$(PY) tools/web.py check

check: lint types

test: machine $(STAMPS)/dev $(STAMPS)/web $(STAMPS)/vocabularies check web-check ## Check and test everything
	@$(PY) tools/test.py

bench: machine $(STAMPS)/dev $(STAMPS)/web ## Measure the gateway beside nginx and its peers
	@$(PY) bench/gateway/run.py

bench-translation: $(STAMPS)/dev ## Measure the translation between every caller and every provider
	@$(PY) bench/translation.py

bench-streams: machine $(STAMPS)/dev $(STAMPS)/web ## Measure a whole house with a thousand streamed answers, and one
	@$(PY) bench/streams.py

bench-web: machine $(STAMPS)/dev $(STAMPS)/web ## Measure the page beside one that can only chat
	@PYTHONPATH=. $(PY) -m bench.web

soak: machine $(STAMPS)/dev $(STAMPS)/web ## Run the seeded suites at full length and keep the figures
	@$(PY) tools/soak.py

docs: $(STAMPS)/dev ## Regenerate the generated pages, check every link, render to build/docs
	@$(PY) tools/docs.py
	@$(PY) tools/docs_site.py

pictures: machine $(STAMPS)/dev $(STAMPS)/web ## Take the pictures of docs/pictures.md anew
	@SALON_PICTURES=1 .venv/bin/pytest -q tests/web/test_pictures.py

lock: $(UV) ## Renew the locks (hashes, no addresses)
	@sh tools/lock.sh --upgrade

clean: ## Remove what was built; data and tools stay
	@rm -rf $(STAMPS) src/salon/surfaces/api/static src/salon/gateway/counting/vocabulary_files dist
