# make setup | quick | test | test-browser | lab | lock | clean. Each sets up .venv first if it is missing or stale.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready

.PHONY: setup quick test test-browser lab lock clean
.DELETE_ON_ERROR:

setup: $(READY)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null \
	  || { echo "cubistlib needs Python 3.11 or newer: make PYTHON=python3.11 …" >&2; exit 1; }
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	@touch $@

quick: $(READY)
	$(BIN)/python -m cubistlib run quick

# The notebooks write their results to a folder of their own, one after the other, since
# later ones read what earlier ones wrote.
test: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy
	home=$$(mktemp -d) && trap 'rm -rf "$$home"' EXIT && \
	  CUBISTLIB_HOME=$$home $(BIN)/pytest --nbval-lax --nbval-current-env \
	    --ignore tests/browser tests notebooks

# The inspector in JupyterLab, in a real browser; skipped where there is none.
test-browser: $(READY)
	$(BIN)/pytest -rs tests/browser

lab: $(READY)
	$(BIN)/jupyter lab

# Newest versions that pyproject.toml allows, from an environment of their own; torch stays, since
# newer ones bring gigabytes along.
lock:
	rm -rf build/lock && $(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install --quiet '.[dev]' torch==2.13.0
	build/lock/bin/python -m pip freeze --exclude cubistlib | sed 's/+.*//' > build/lock/frozen
	mv build/lock/frozen requirements.lock
	rm -rf build/lock

# The environment, caches and what runs wrote; -X leaves whatever git tracks.
clean:
	git clean -fdXq -- .venv build outputs cubistlib tests notebooks benchmarks \
	  '*.egg-info' .pytest_cache .ruff_cache .hypothesis
