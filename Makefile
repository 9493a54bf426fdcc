# make demo            see what callkit-lint finds
# make test            everything a change must pass
# make test-consumers  use the tool from other programs (pre-commit, Vim, Emacs, Node.js, validators of formats)
# make readme          write the README's table of rules anew
# make clean           remove what these made
#
# Works with GNU make 3.81, which macOS ships.

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
PYTHON := $(shell for python in python3.13 python3.12 python3.11 python3; do \
	if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then echo $$python; break; fi; done)

.PHONY: demo test test-consumers readme clean

demo: $(VENV)/installed
	@$(BIN)/callkit-lint check --exit-zero fixtures/route_flapping

test: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q

test-consumers: $(VENV)/installed-consumers
	$(BIN)/python -m pytest -q -m consumers

readme: $(VENV)/installed
	@$(BIN)/python -m tests.readme

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	@if [ -z "$(PYTHON)" ]; then echo "callkit-lint needs Python 3.11 or newer; none was found" >&2; exit 1; fi
	@$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml | $(VENV)/bin/python
	@$(PIP) install --editable .
	@touch $@

$(VENV)/installed-dev: pyproject.toml | $(VENV)/bin/python
	@$(PIP) install --editable '.[dev]'
	@touch $@

$(VENV)/installed-consumers: pyproject.toml | $(VENV)/bin/python
	@$(PIP) install --editable '.[dev,consumers]'
	@touch $@
