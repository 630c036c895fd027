# Two commands: `make run` starts Tidehub on the embedded default, `make test` runs every check.
PY      ?= python3
V       := .venv/bin
NPM     := npm
STATIC  := src/tidehub/static/index.html
FONT    := src/tidehub/fonts/NotoSansSC-Regular.ttf
WEB_SRC := $(shell find web -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)

.PHONY: run build test lint types unit web-test e2e bench peers lock migration reference clean

run: build
	$(V)/tidehub run --demo-boats

build: $(V)/tidehub $(STATIC) $(FONT)

$(V)/tidehub: requirements-dev.lock pyproject.toml
	test -x $(V)/python || $(PY) -m venv .venv
	$(V)/pip install -q --disable-pip-version-check uv
	$(V)/uv pip sync -q --python $(V)/python --require-hashes requirements-dev.lock
	$(V)/uv pip install -q --python $(V)/python --no-deps --no-build-isolation -e .
	touch $@

web/node_modules/.stamp: web/package-lock.json
	cd web && $(NPM) ci --no-audit --no-fund --loglevel=error && touch node_modules/.stamp

$(STATIC): web/node_modules/.stamp $(WEB_SRC)
	cd web && $(NPM) run --silent build
	touch $@

$(FONT): web/node_modules/.stamp $(STATIC) $(V)/tidehub
	$(V)/python -m tidehub.adapters.pdf.build_font web/node_modules/@fontsource/noto-sans-sc $@

# What it runs: style, strict types, the import contracts, every Python test (SQLite, and PostgreSQL where a
# server answers), the checks of the web pages, and the stories in a browser where Chromium is installed.
test: build lint types unit web-test e2e

lint: $(V)/tidehub
	$(V)/ruff check .
	$(V)/ruff format --check .
	$(V)/lint-imports

types: $(V)/tidehub
	$(V)/mypy

unit: $(V)/tidehub
	$(V)/python -m pytest -n 2 --dist worksteal --ignore tests/e2e

web-test: web/node_modules/.stamp
	cd web && $(NPM) run --silent check

e2e: build
	$(V)/python -m pytest tests/e2e

lock:
	$(V)/uv pip compile -q --universal --generate-hashes --no-annotate --no-header -p 3.11 requirements.in -o requirements.lock
	$(V)/uv pip compile -q --universal --generate-hashes --no-annotate --no-header -p 3.11 requirements-dev.in -o requirements-dev.lock
	$(V)/uv pip compile -q --universal --generate-hashes --no-annotate --no-header -p 3.11 requirements-peers.in -o requirements-peers.lock

# What the benchmarks compare with, in an environment of its own; nothing of it is shipped.
peers: $(V)/tidehub
	test -x .venv-peers/bin/python || $(PY) -m venv .venv-peers
	$(V)/uv pip sync -q --python .venv-peers/bin/python --require-hashes requirements-peers.lock

migration: $(V)/tidehub
	$(V)/python -m tidehub.hub.migrate

reference: $(V)/tidehub
	$(V)/tidehub reference docs/reference

clean:
	rm -rf .venv web/node_modules src/tidehub/static dist build
