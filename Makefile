# Thin: each target calls python -m emdbook, which works without make too (see README.md).
# Set-up goes into .venv, happens once, and is redone when the requirements change.

PYTHON ?= python3
VENV = .venv
PY = $(VENV)/bin/python
READY = $(VENV)/.ready

.PHONY: sync copies help book slides offline serve lab test check-data check-text audit lint bench lock setup clean

help:
	@echo "make book        set up, check the data, build the book and open it"
	@echo "make test        run the gates: lint, data, tests, notebooks, book, web"
	@echo "make slides      build a deck of slides for every chapter"
	@echo "make offline     make the copy to take along (zip) and the book as PDF"
	@echo "make serve       serve the built book on this machine"
	@echo "make lab         open JupyterLab at the chapters"
	@echo "make check-data  check the data package"
	@echo "make check-text  check the parts of every chapter, and the numbers of the text against the data"
	@echo "make lint        style and spelling"
	@echo "make bench       measure drawing, widgets, pages and data, into one JSON file"
	@echo "make audit       look at the built pages with Lighthouse (needs Node)"
	@echo "make lock        write requirements.lock from requirements.txt"
	@echo "make clean       remove what was built (not .venv)"

setup: $(READY)

# The stamp is removed first, so that a set-up that was cut off is done again.
$(READY): requirements.txt requirements.lock pyproject.toml
	@rm -f $(READY)
	@command -v $(PYTHON) >/dev/null 2>&1 || { \
	  echo "There is no '$(PYTHON)' here. Install Python 3.11 or newer, or name yours: make book PYTHON=python3.12"; \
	  exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "This book needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) -V 2>&1)."; \
	  echo "If you have a newer one, name it: make book PYTHON=python3.12"; exit 1; }
	@echo "Setting up $(VENV) (once; it takes a few minutes)"
	@$(PYTHON) -m venv $(VENV) || { \
	  echo "The virtual environment could not be made. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
	@$(PY) -m pip install --quiet --disable-pip-version-check \
	  -r $$(test "$$(uname -s)" = Linux && echo requirements.lock || echo requirements.txt)
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $(READY)

book: $(READY)
	@$(PY) -m emdbook build

slides: $(READY)
	@$(PY) -m emdbook slides

offline: $(READY)
	@$(PY) -m emdbook offline

serve: $(READY)
	@$(PY) -m emdbook serve

lab: $(READY)
	@$(PY) -m emdbook lab

test: $(READY)
	@$(PY) -m emdbook test

check-data: $(READY)
	@$(PY) -m emdbook check-data

check-text: $(READY)
	@$(PY) -m emdbook structure; shape=$$?; $(PY) -m emdbook sync --check && exit $$shape

sync: $(READY)
	@$(PY) -m emdbook sync

lint: $(READY)
	@$(PY) -m emdbook test lint

bench: $(READY)
	@$(PY) -m benchmarks

audit: $(READY)
	@$(PY) -m benchmarks lighthouse

# From a fresh environment with requirements.txt only, so that no stray package slips in.
lock:
	@rm -rf $(VENV)-lock
	@$(PYTHON) -m venv $(VENV)-lock
	@$(VENV)-lock/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@$(VENV)-lock/bin/python -m emdbook lock
	@rm -rf $(VENV)-lock

copies: $(READY)
	@$(PY) -m emdbook copies

clean:
	@rm -rf _build .emdbook-cache .jupyter_cache .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -not -path "./$(VENV)/*" -prune -exec rm -rf {} +
