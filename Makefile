# make run        set up what is missing, then serve on http://127.0.0.1:5000
# make test       set up what is missing, then run every test
# make test-stock the same tests on the libraries' own way out (ENGINE=stock); ONLY=tests/server runs some of them
# make check      lint, format, types (Python and JavaScript)
# make setup      only the set-up that `run` and `test` share
# make lock       write the lock files anew from requirements*.txt and package.json
# make storm      kill servers, Redis and PostgreSQL while people talk, and check what everybody saw (a quarter of an hour)
# make bench      measure Parlor beside its peers, in 15 minutes; bench-quick in three (installs the peers first)
# make bench-scale    two processes with PostgreSQL and Redis; bench-hostile: what others notice of floods and the like
# make types      write docs/parlor.d.ts, the contract as TypeScript, anew
# make release-contract  write docs/contract/, which later documents are compared with; it refuses to break clients
# make screenshots  the pictures in docs/, taken from a running server
# Steps run again only when what they depend on changed.

VENV := .venv
BIN  := $(VENV)/bin
OLD  := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
            if $$p -c '$(OLD)' >/dev/null 2>&1; then echo $$p; break; fi; done)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run test test-stock storm check setup setup-dev migrate format lock types release-contract screenshots clean bench bench-quick bench-scale \
  bench-hostile bench-lock

run: setup
	@$(BIN)/flask db upgrade
	@exec $(BIN)/python wsgi.py

setup: $(VENV)/.installed static/vendor/.fetched

setup-dev: $(VENV)/.installed-dev node_modules/.fetched-dev
	@tools/chromium.sh
	@tools/nginx.sh

migrate: setup
	$(BIN)/flask db upgrade

test: setup-dev
	$(BIN)/python -m pytest -n 2 --dist loadfile

test-stock: setup-dev
	ENGINE=stock $(BIN)/python -m pytest -n 2 --dist loadfile $(ONLY)

storm: setup-dev
	$(BIN)/python -m tests.faults.storm --single --write

check: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python tools/tsc.py

format: setup-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: setup
	$(BIN)/python tools/contract.py types

release-contract: setup
	$(BIN)/python tools/contract.py release $(if $(BREAK),--break)

screenshots: setup-dev
	$(BIN)/python -m tools.screenshots

bench: setup
	$(BIN)/python -m benchmarks.run

bench-quick: setup
	$(BIN)/python -m benchmarks.run --quick

bench-scale: $(VENV)/.installed-dev static/vendor/.fetched
	$(BIN)/python -m benchmarks.scale

bench-hostile: setup
	$(BIN)/python -m benchmarks.hostile

# The peers' own lock files: nothing of Parlor's depends on them.
bench-lock: $(VENV)/.installed-dev
	cd benchmarks && ../$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-annotate --no-emit-index-url --no-emit-find-links --custom-compile-command "make bench-lock" \
	  -o requirements.lock requirements.txt
	cd benchmarks && npm install --package-lock-only --ignore-scripts

lock: $(VENV)/.installed-dev
	for name in requirements requirements-scale requirements-dev requirements-node; do \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	    --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
	    -o $$name.lock $$name.txt || exit 1; done
	npm install --package-lock-only --ignore-scripts

clean:
	rm -rf $(VENV) node_modules static/vendor *.egg-info

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Parlor needs Python 3.11 to 3.14 (python3 here is older, newer or missing). \
	Install one, or name it: make PYTHON=/path/to/python3.11 …"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.lock pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --no-index -e .
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

static/vendor/.fetched: package-lock.json tools/frontend.py | $(VENV)/.installed
	$(BIN)/python tools/frontend.py
	@touch $@

node_modules/.fetched-dev: package-lock.json tools/frontend.py | $(VENV)/.installed
	$(BIN)/python tools/frontend.py --dev
	@touch $@ static/vendor/.fetched
