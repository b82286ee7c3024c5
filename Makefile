# On Debian or Ubuntu with git, make and Python 3.11: `make run` shows everything, `make test` proves it.
# Debian's own Python is compiled with profiles: an eighth faster than one that was built at home.
PYTHON ?= $(firstword $(wildcard /usr/bin/python3) python3)
BIN = .venv/bin

.PHONY: setup run test check format bench lock

setup: .venv/ready

# The lock names every package, so nothing is left for pip to resolve.
.venv/ready: requirements.lock pyproject.toml .ci/system
	PYTHON=$(PYTHON) .ci/system
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "philos needs Python 3.11 or newer; name one: make setup PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

# The example campaign is made once; a second run prints only what has changed.
run: setup
	test -d out/campaign || $(BIN)/philos init out/campaign
	$(BIN)/philos print out/campaign --out out
	$(BIN)/philos serve out/campaign $(SERVE)

# The tests of a module stay in one process: what it sets up for them is made once. What they cover
# is looked at apart: asked for both at once, slipcover 1.1 tells it without what its workers saw.
test: setup
	$(BIN)/python -W 'ignore:Unable to activate pytest' -m slipcover --fail-under 0 --json \
	    --out .coverage.json -m pytest -n 2 --dist loadscope $(TESTS)
	$(BIN)/python -m slipcover --out .coverage.json --merge .coverage.json

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/djlint --quiet --lint materials webapp
	$(BIN)/codespell
	$(BIN)/philos translate check

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup
	$(BIN)/python -m tests.bench

lock:
	uv pip compile --quiet --universal --python-version 3.11 --all-extras --generate-hashes \
	    --no-annotate --no-header pyproject.toml --output-file requirements.lock
