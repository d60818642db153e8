.DEFAULT_GOAL := help
SHELL := /bin/sh

# The interpreter the environment is made with: the first of these that is recent enough.
PYTHON ?= python3 python3.13 python3.12 python3.11

VENV := .venv
BIN := $(VENV)/bin
MADE := $(VENV)/.made
READY := $(VENV)/.ready
PIP_INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-input --progress-bar off

# An environment works only in the folder it was made in: one copied or moved along with the checkout is made again.
ifneq ($(shell test -x $(BIN)/python && cat $(MADE) 2>/dev/null),$(CURDIR))
$(MADE): FORCE
endif

.PHONY: help run test check guard bench clean FORCE

help: ## list these targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 14
	@echo 'PYTHON=<interpreter> chooses the Python that the environment is first made with.'

run: $(READY) ## run the shipped scenario
	@$(BIN)/thrive run scenarios/thrive.yaml

# The slowest files hold few tests: in the order of their numbers one processor would wait for the last of them.
test: check ## check, then run the tests
	@$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

check: $(READY) ## lint, formatting, types and the import layers
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

guard: $(READY) ## hold what the shipped scenarios come to against what was accepted (a test does so, too)
	@$(BIN)/thrive guard

bench: $(READY) ## time the start-up of the command, and the engine
	@$(BIN)/python benchmarks/startup.py
	@$(BIN)/python benchmarks/engine_speed.py

clean: ## remove the environment, caches and builds
	@rm -rf $(VENV) build dist *.egg-info .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): $(MADE) pyproject.toml requirements.lock hatch_build.py thrive_model/engine/kernel.c
	@echo 'Installing the locked packages into $(VENV) ...'
	@$(PIP_INSTALL) --require-hashes -r requirements.lock
	@$(PIP_INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(MADE):
	@found=; \
	for python in $(PYTHON); do \
	  if $$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then \
	    found=$$python; break; \
	  fi; \
	done; \
	if [ -z "$$found" ]; then \
	  set -- $(PYTHON); \
	  echo "This needs Python 3.11, 3.12 or 3.13, but $$1 is $$($$1 --version 2>/dev/null || echo missing);" \
	    "name another with PYTHON=<interpreter>." >&2; \
	  exit 1; \
	fi; \
	if ! $$found -c 'import ensurepip, venv' 2>/dev/null; then \
	  echo "$$found has no venv module: install it (on Debian and Ubuntu, the package python3-venv)." >&2; \
	  exit 1; \
	fi; \
	rm -rf $(VENV) && $$found -m venv $(VENV) && printf '%s\n' '$(CURDIR)' > $@
