# One virtual environment, .venv, grows as needed: `make run` puts the locked runtime set into it, everything else
# the locked development set, which holds the same versions.

BIN := .venv/bin
LOCK := $(BIN)/uv pip compile --quiet --system-certs --universal --python-version 3.11 --generate-hashes --no-header
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
EXTRACT := $(BIN)/pybabel --quiet extract --mapping-file pyproject.toml --add-location file --sort-by-file \
	--project Daylight --copyright-holder "The Daylight authors" --add-comments "Translators:"

# What was compiled once is kept: tests start some hundred processes, and each would compile the program anew.
export PYTHONDONTWRITEBYTECODE =

.PHONY: help
help: ## List what can be done
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: .venv/runtime ## Serve the board at http://127.0.0.1:8000
	@$(BIN)/python -m app serve

.PHONY: test
test: .venv/development ## Run the tests; one file: make test only=tests/test_votes.py
	$(BIN)/python -m pytest -n logical --maxprocesses 4 --dist worksteal $(only)

.PHONY: quick
quick: .venv/development ## Run the tests that need no server and no browser and do not try everything, on SQLite
	$(BIN)/python -m pytest -n logical --maxprocesses 4 --dist worksteal \
		-m "not browser and not server and not smtp and not postgresql and not thorough" $(only)

.PHONY: bench
bench: .venv/development ## Measure speed and memory against the bare minimum; needs wrk; about 20 minutes
	@$(BIN)/python -m tests.bench

.PHONY: lighthouse
lighthouse: .venv/development ## Measure the main pages with Lighthouse; installs 400 MB into build/lighthouse
	@$(BIN)/python -m tests.lighthouse build/lighthouse

.PHONY: check
check: .venv/development ## Lint, format, types, layers, templates, words and locks
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet templates
	@$(MAKE) --no-print-directory check-words check-locks

.PHONY: check-words
check-words: .venv/development
	@mkdir -p build
	$(EXTRACT) --output-file build/daylight.pot .
	@diff -u -I '^"POT-Creation-Date' app/locale/daylight.pot build/daylight.pot \
		|| { echo 'Visible words changed: run "make words" and commit app/locale/daylight.pot.'; exit 1; }

.PHONY: check-locks
check-locks: .venv/development
	@mkdir -p build && cp requirements.txt requirements-dev.txt build
	$(LOCK) requirements.in --output-file build/requirements.txt
	$(LOCK) requirements-dev.in --output-file build/requirements-dev.txt
	@{ diff -u requirements.txt build/requirements.txt && diff -u requirements-dev.txt build/requirements-dev.txt; } \
		|| { echo 'The locks do not match their .in files: run "make lock" and commit them.'; exit 1; }

.PHONY: format
format: .venv/development ## Put the code in its house style
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

.PHONY: words
words: .venv/development ## Collect every visible string into app/locale/daylight.pot
	@mkdir -p app/locale
	$(EXTRACT) --output-file app/locale/daylight.pot .

.PHONY: lock
lock: .venv/development ## Lock requirements.in and requirements-dev.in
	$(LOCK) requirements.in --output-file requirements.txt
	$(LOCK) requirements-dev.in --output-file requirements-dev.txt

.PHONY: migration
migration: export DAYLIGHT_DATA_DIR = build/migration
migration: .venv/development ## Draft a migration from the models: make migration m="items get a colour"
	@test -n "$(m)" || { echo 'Say what changes: make migration m="items get a colour"'; exit 1; }
	@rm -rf build/migration && mkdir -p build/migration
	$(BIN)/python -m alembic upgrade head
	$(BIN)/python -m alembic revision --autogenerate -m "$(m)"
	@$(BIN)/ruff check --quiet --fix migrations && $(BIN)/ruff format --quiet migrations

.venv/runtime: requirements.txt | .venv/bin/pip
	@echo "Installing what Daylight needs (only now and when requirements.txt changes) ..."
	@$(INSTALL) --requirement requirements.txt
	@touch $@

.venv/development: requirements-dev.txt | .venv/bin/pip
	@echo "Installing what its developers need (only now and when requirements-dev.txt changes) ..."
	@$(INSTALL) --requirement requirements-dev.txt
	@touch .venv/runtime $@

# The first Python that is new enough wins; PYTHON=/path/to/python goes before all.
.venv/bin/pip:
	@for python in $(PYTHON) python3.13 python3.12 python3.11 python3 python; do \
		"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
		"$$python" -c 'import ensurepip, venv' 2>/dev/null || { \
			echo "$$python has no venv module. On Debian and Ubuntu: sudo apt install python3-venv"; exit 1; }; \
		echo "Making .venv with $$("$$python" --version) ..."; \
		exec "$$python" -m venv --clear .venv; \
	done; \
	echo "Daylight needs Python 3.11 or newer, and none is on PATH. Have one elsewhere? make run PYTHON=/path/to/python"; \
	exit 1
