# make setup | quick | test | test-all | test-browser | lab | site | lock | clean. Each sets up .venv first if it is missing or stale.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready

.PHONY: setup quick test test-all test-browser lab site lock clean
.DELETE_ON_ERROR:

setup: $(READY)

$(READY): requirements.lock requirements-torch.lock pyproject.toml
ifndef ALONE
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null \
	  || { echo "cubistlib needs Python 3.11 or newer: make PYTHON=python3.11 …" >&2; exit 1; }
# A second one in this checkout waits for the first, which holds a lock on this file, and finds all
# there. Whatever is exec'd, and what that starts, keeps the lock.
	@$(PYTHON) -c 'import fcntl, os, sys; file = open("Makefile", "r+"); fcntl.flock(file, fcntl.LOCK_EX); \
	  os.set_inheritable(file.fileno(), True); os.execvp(sys.argv[1], sys.argv[1:])' \
	  $(MAKE) --no-print-directory ALONE=yes $@
else
# PyTorch by its version alone: its builds for CPUs and for GPUs are different files, and bring
# different things along.
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --requirement requirements-torch.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@
endif

quick: $(READY)
	$(BIN)/python -m cubistlib run quick

# Two files at a time, in the order of collection: tests, which compile the engine, then notebooks,
# which write their results to a folder of their own, and last those that read what others wrote;
# these stand beside a test, so that tests/conftest.py is there to compare what they tell.
READING := $(wildcard notebooks/3*.ipynb notebooks/40*.ipynb notebooks/69*.ipynb)
WRITING := $(filter-out $(READING), $(wildcard notebooks/*.ipynb))
TWO := -n 2 --dist loadfile --no-loadscope-reorder
TOLD := --nbval-lax --nbval-current-env --nbval-sanitize-with tests/times.cfg
test: TESTS = not all
# Also what takes too long for every change.
test-all: TESTS = all or not all
test test-all: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy
	home=$$(mktemp -d) && trap 'rm -rf "$$home"' EXIT && \
	  export CUBISTLIB_HOME=$$home && \
	  $(BIN)/pytest -m '$(TESTS)' $(TWO) $(TOLD) --ignore tests/browser \
	    --ignore tests/test_told.py tests $(WRITING) && \
	  $(BIN)/pytest -m '$(TESTS)' $(TWO) $(TOLD) tests/test_told.py $(READING)

# The explorer, by itself and in JupyterLab, and the pages, in a real browser; skipped where there is none.
test-browser: $(READY)
	$(BIN)/pytest -rs $(TWO) tests/browser

lab: $(READY)
	$(BIN)/jupyter lab

# The static site, in build/site/html.
site: $(READY)
	$(BIN)/python tools/make_site.py

# Newest versions that pyproject.toml allows, for every system and Python, each with the hashes of
# its files. torch is left out; what it needs on every machine is named, so that it is locked.
lock:
	rm -rf build/lock && $(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install --quiet uv
	echo "torch; sys_platform == 'none'" > build/lock/override
	printf 'sympy\nnetworkx\nfsspec\n' > build/lock/torch-needs.in
	build/lock/bin/uv pip compile --quiet --universal --upgrade --generate-hashes \
	  --no-emit-index-url --no-header --no-annotate --no-emit-package torch \
	  --override build/lock/override --extra dev pyproject.toml build/lock/torch-needs.in \
	  --output-file requirements.lock
	rm -rf build/lock

# The environment, caches and what runs wrote; -X leaves whatever git tracks.
clean:
	git clean -fdXq -- .venv build outputs cubistlib tests notebooks benchmarks \
	  '*.egg-info' .pytest_cache .ruff_cache .hypothesis
