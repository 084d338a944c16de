# make try     install hpatch into ./.venv and lint examples/
# make check   install what the tests need, then run every check and the tests
# make lowest  run the quick tests with the oldest libraries that pyproject.toml allows
# make newer   run some of the quick tests with each newer Python on this machine
# make mutants AREA=status   change the code in small ways and see whether the tests notice (minutes an area)
# make compiled   build a wheel with compiled modules, and run the tests of what is compiled on it (minutes)
# make proof   build httpd from Debian's source and uWSGI 2.0.4, and prove the workaround on them (minutes); with
#              HPATCH_HTTPD_GIT and HPATCH_UWSGI_GIT, git repositories of the projects, also the sets of upstream's revisions
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
LOWEST := $(VENV)-lowest
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# The tests start Python some hundred times: without stored bytecode, each start compiles hpatch again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: try check compiled proof lowest newer fix test bench mutants debian clean

try: $(VENV)/installed
	@$(BIN)/hpatch lint examples || status=$$?; \
	[ "$${status:-0}" -eq 1 ] || { echo "hpatch ended with $${status:-0}: examples/ should give findings (1)" >&2; exit 1; }; \
	echo "Exit code 1: there are findings. examples/ holds them on purpose."

check: $(VENV)/tested debian
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n auto

proof: $(VENV)/tested debian
	HPATCH_TESTS_MANY_EXAMPLES=yes $(BIN)/pytest -n auto -m 'hypothesis and not proof'
	$(BIN)/pytest -m 'proof and waiting' -n 4 --dist load --durations=10
	$(BIN)/pytest -m 'proof and not measured and not waiting' -n 2 --dist loadfile --durations=30
	$(BIN)/pytest -m 'proof and measured' --durations=30

# The compiled hpatch stands before the checkout's on sys.path; tests/conftest.py sees to it.
compiled: $(VENV)/tested
	rm -rf build/compiled
	HPATCH_COMPILE=1 $(BIN)/python -m hatchling build --target wheel --directory build/compiled/wheel
	$(PIP) install --no-deps --target build/compiled/site build/compiled/wheel/*.whl
	HPATCH_TESTS_COMPILED=yes $(BIN)/pytest -n auto -o pythonpath='build/compiled/site .' \
	  tests/conf tests/proxy tests/lint tests/cli/lint

lowest: $(LOWEST)/tested
	$(LOWEST)/bin/pytest -n auto --quick

newer: $(VENV)/tested
	$(PIP) install 'uv>=0.5'
	tests/newer-pythons $(BIN)/uv $(VENV)

fix: $(VENV)/tested
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

test: $(VENV)/tested
	$(BIN)/pytest -n auto

bench: $(VENV)/benched
	$(BIN)/python bench/lint.py

mutants: $(VENV)/tested
	nice $(BIN)/python -m bench.mutants $(AREA)

debian:
	@tests/debian-packages

clean:
	rm -rf $(VENV) $(VENV)-* build dist

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml | $(VENV)/bin/python
	$(PIP) install --editable .
	@touch $@

$(VENV)/tested: pyproject.toml | $(VENV)/bin/python
	$(PIP) install --editable '.[test,mutants]'
	@touch $@ $(VENV)/installed

$(VENV)/benched: pyproject.toml | $(VENV)/bin/python
	$(PIP) install --editable '.[bench]'
	@touch $@ $(VENV)/installed

# uv chooses the oldest of what is named here, and the newest of what these need in turn.
$(LOWEST)/tested: pyproject.toml
	$(PYTHON) -m venv --clear $(LOWEST)
	$(LOWEST)/bin/python -m pip --disable-pip-version-check --quiet install 'uv>=0.5'
	$(LOWEST)/bin/uv pip install --quiet --python $(LOWEST)/bin/python --resolution lowest-direct --editable '.[test,mutants]'
	@touch $@
