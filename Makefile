# The commands of the project. `make` alone lists them.
# Works with GNU make 3.81 (macOS) and needs nothing but Python 3.11 or newer.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.stamps
PORT ?= 8000
TORCH := torch==2.13.0
# PYTEST_ARGS="-k name" and the like are handed to pytest.
PYTEST_ARGS ?=
# How often `make chaos` disturbs its site, and what draws how. CHAOS_ARGS="--json --keep" is handed on.
KILLS ?= 100
SEED ?= 1
CHAOS_ARGS ?=
# Ratings for `bench recommender`, as in MovieLens.
RATINGS ?= ../shared/data/ml-latest-small
# Where torch comes from. Empty: the usual place, which on Linux means the CUDA build (several GB).
TORCH_INDEX_URL ?=

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONUNBUFFERED := 1
# Containers often set this; every process of a site would then compile our files again.
unexport PYTHONDONTWRITEBYTECODE

PIP := $(BIN)/python -m pip -qq install
WARM := $(wildcard simapp/management/commands/warm.py)
# Files with compiled kernels: when one changes, the kernels are compiled before the next start, not during it.
KERNELS := $(shell grep -rl --include='*.py' 'njit' simapp recommender agents 2>/dev/null)

.PHONY: help setup demo test chaos kill-decisions bench check lint types wiring clean dev browser bench-oasis

help:  ## this list
	@echo "Sociarium. Commands:"
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*##/:/' | awk -F': ' '{printf "  make %-11s %s\n", $$1, $$2}'
	@echo "Settings: PORT=8000  KILLS=100  SEED=1  TORCH_INDEX_URL=...  PYTHON=/path/to/python3.11  SOCIARIUM_STATE=folder"

setup: $(STAMPS)/runtime $(STAMPS)/warm  ## the environment in .venv (torch first), kernels compiled

demo: setup  ## services, an example run and the web page on 127.0.0.1:$PORT
	@exec env SOCIARIUM_STOP_WITH_PARENT=1 $(BIN)/python manage.py demo --port "$(PORT)"

test: setup dev browser  ## everything the tests need, then all checks and tests
	@$(MAKE) --no-print-directory -j 2 check
	$(BIN)/python -m pytest -n 3 --dist worksteal $(PYTEST_ARGS)

chaos: setup dev  ## kill parts of a site of its own, KILLS=100 times (SEED=1), and look for losses
	@exec $(BIN)/python -m tests.chaos --kills "$(KILLS)" --seed "$(SEED)" $(CHAOS_ARGS)

kill-decisions: setup dev  ## kill the decision worker KILLS=20 times inside batches, and compare digests
	@KILLS="$(if $(filter command line,$(origin KILLS)),$(KILLS),20)" $(BIN)/python -m pytest -q -s tests/runs/test_mixed_minds.py -k kills --timeout 0 -o faulthandler_timeout=0

bench: setup  ## every benchmark with its table
	$(BIN)/python manage.py bench step --users 100000 --follows 30
	$(BIN)/python manage.py bench scale --follows 30 --steps 3
	$(BIN)/python manage.py bench decide --tier endpoint --users 1000
	$(BIN)/python manage.py bench decide --tier endpoint --users 1000 --latency-ms 1000 --steps 2
	$(BIN)/python manage.py bench decide --tier archetype --users 100000
	$(BIN)/python manage.py bench decide --tier local --users 256
	$(BIN)/python manage.py bench rank --kind hot --users 100000 --posts 100000
	$(BIN)/python manage.py bench rank --kind interest --users 100000 --posts 4000 --candidates 4000
	$(BIN)/python manage.py bench metrics --users 100000
	$(BIN)/python manage.py bench live --sockets 500
	@if [ -d "$(RATINGS)" ]; then $(BIN)/python manage.py bench recommender --data "$(RATINGS)"; \
	else echo "bench recommender was left out: RATINGS=$(RATINGS) is no folder (MovieLens ml-latest-small has the form)"; fi

check: types lint wiring  ## linters, types, layers, Django's own checks

wiring: setup dev
	$(BIN)/python manage.py check --fail-level WARNING
	$(BIN)/python manage.py makemigrations --check --dry-run

lint: dev
	$(BIN)/ruff check .
	$(BIN)/lint-imports

types: dev
	$(BIN)/mypy

# OASIS_ARGS="--sizes 1000 --json" and the like are handed to the script; `--help` lists them.
bench-oasis: setup  ## OASIS and Sociarium side by side (builds OASIS's own environment; half an hour)
	@$(BIN)/python benchmarks/oasis/run.py $(OASIS_ARGS)

clean:  ## remove the environment and caches; data in var/ stay
	rm -rf $(VENV) benchmarks/oasis/.venv .pytest_cache .ruff_cache .mypy_cache .hypothesis .import_linter_cache build *.egg-info
	find simapp recommender agents benchmarks tests -name __pycache__ -type d -prune -exec rm -rf {} +

# --- how setup works: each step leaves a stamp, so a second call only compares times of files -------------------

$(STAMPS)/venv:
	@found=; \
	for candidate in $(PYTHON) python3 python3.11 python3.12 python3.13 python; do \
	  if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then found="$$candidate"; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "Python 3.11 or newer is needed and was not found; install it, or name it: make setup PYTHON=/path/to/python3.11" >&2; exit 2; \
	fi; \
	"$$found" -c 'import venv, ensurepip' >/dev/null 2>&1 || { \
	  echo "This Python cannot make virtual environments; install its venv package (on Debian: apt-get install python3-venv)." >&2; exit 2; }; \
	"$$found" -c 'import shutil, sys; free = shutil.disk_usage(".").free / 2**30; sys.exit(0 if free >= 4 else f"Only {free:.1f} GiB are free here and 4 GiB are needed; free some space first.")' || exit 2; \
	[ -x $(BIN)/python ] && $(BIN)/python -c 'import pip' >/dev/null 2>&1 || { \
	  echo "Making $(VENV) with $$found"; "$$found" -m venv $(VENV); }
	@mkdir -p $(STAMPS) && touch $@

# With another index the pinned versions of torch's own needs may be missing there; the next step puts them right.
$(STAMPS)/torch: $(STAMPS)/venv
	@echo "Installing torch (the largest part)"
	@if [ -n "$(TORCH_INDEX_URL)" ]; then $(PIP) "$(TORCH)" --index-url "$(TORCH_INDEX_URL)"; \
	else $(PIP) "$(TORCH)" -c constraints.txt; fi
	@touch $@

$(STAMPS)/runtime: $(STAMPS)/torch pyproject.toml constraints.txt
	@echo "Installing the rest"
	@$(call requirements,project["dependencies"],runtime)
	@$(PIP) -r $(STAMPS)/runtime.txt -c constraints.txt
	@touch $@

$(STAMPS)/dev: $(STAMPS)/runtime
	@echo "Installing the tools for tests"
	@$(call requirements,project["optional-dependencies"]["dev"],dev)
	@$(PIP) -r $(STAMPS)/dev.txt -c constraints.txt
	@touch $@

$(STAMPS)/warm: $(STAMPS)/runtime $(WARM) $(KERNELS)
	@if [ -n "$(WARM)" ]; then echo "Compiling kernels"; $(BIN)/python manage.py warm; fi
	@touch $@

dev: $(STAMPS)/dev

browser:
	@if command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	  echo "Installing Chromium for the browser tests"; apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null; \
	else echo "No Chromium was found: the browser tests will be skipped. Install chromium or google-chrome to run them."; fi

define requirements
$(BIN)/python -c 'import tomllib; project = tomllib.load(open("pyproject.toml", "rb"))["project"]; print("\n".join($(1)))' > $(STAMPS)/$(2).txt
endef
