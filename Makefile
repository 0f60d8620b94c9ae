# Thin: each target calls python -m emdbook, which works without make too (see README.md).
# Set-up goes into .venv, happens once, and is redone when the requirements change.  What reading and building need
# (.ready) comes first; what tests, the PDF and authors need beyond that (.ready-test) only when it is asked for.

PYTHON ?= python3
VENV = .venv
PY = $(VENV)/bin/python
READY = $(VENV)/.ready
READY_TEST = $(VENV)/.ready-test
PIP = $(PY) -m pip install --quiet --disable-pip-version-check
# More words for a command: make lab ARGS=--allow-root
ARGS ?=
# Containers often forbid Python to keep what it compiled.  uv compiles nothing, so each of a hundred processes would
# read 2,000 modules anew: 4.4 s of processor for each start instead of 1.7 s.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: python tidy sync questions copies help book preview slides kit epub offline release serve lab vote test check-data check-text audit lint bench lock setup clean

help:
	@echo "make book        set up, check the data, build the book and open it"
	@echo "make test        run the gates: lint, data, tests, notebooks, book, web"
	@echo "make preview     show a page seconds after a file was saved; CHAPTER=09 opens that one"
	@echo "make slides      build a deck of slides for every chapter"
	@echo "make kit         print plans, tests, keys and cards for teachers as PDF (needs Chromium)"
	@echo "make python      fetch Python for the pages (98 MB, once), so that exercises run in the book that is built next"
	@echo "make epub        write the book as EPUB 3, for reading devices"
	@echo "make offline     make the copy to take along (zip) and the book as PDF"
	@echo "make release     make all that a teacher takes (zips, PDF, EPUB, kit, exports) with checksums"
	@echo "make serve       serve the built book on this machine"
	@echo "make lab         open JupyterLab at the chapters"
	@echo "make vote        let a class vote with its phones, without internet"
	@echo "make check-data  check the data package"
	@echo "make tidy        bring tables that a spreadsheet saved back into form"
	@echo "make sync        write every number of the text from the data"
	@echo "make check-text  check the parts of every chapter, and the numbers of the text against the data"
	@echo "make lint        style and spelling"
	@echo "make bench       measure drawing, widgets, pages and data, into one JSON file"
	@echo "make audit       look at the built pages with Lighthouse (needs Node)"
	@echo "make copies      write a learner's and a teacher's copy of every chapter"
	@echo "make questions   write all questions for Moodle"
	@echo "make lock        write the lock files anew"
	@echo "make clean       remove what was built (not .venv)"

setup: $(READY)

# The stamps are removed first, so that a set-up that was cut off is done again.
$(READY): requirements.lock pyproject.toml
	@rm -f $(READY) $(READY_TEST)
	@command -v $(PYTHON) >/dev/null 2>&1 || { \
	  echo "There is no '$(PYTHON)' here. Install Python 3.11 or newer, or name yours: make book PYTHON=python3.12"; \
	  exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "This book needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) -V 2>&1)."; \
	  echo "If you have a newer one, name it: make book PYTHON=python3.12"; exit 1; }
	@echo "Setting up $(VENV) (once; it takes a minute or two)"
	@$(PYTHON) -m venv $(VENV) || { \
	  echo "The virtual environment could not be made. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
	@$(call install,requirements.lock)
	@$(PY) -m uv pip install --quiet --python $(PY) --no-deps -e . 2>/dev/null || $(PIP) --no-deps -e . || $(NO_NETWORK)
	@touch $(READY)

$(READY_TEST): $(READY) requirements-test.lock
	@rm -f $(READY_TEST)
	@echo "Adding what tests, the PDF and authors need (once)"
	@$(call install,requirements-test.lock)
	@touch $(READY_TEST)

# uv installs in a tenth of pip's time.  It comes by pip, with its hash from the lock.  Where it cannot be had, or where
# packages come from an address that only pip is told, pip does all of it.
define install
sed -n '/^uv==/,/[^\]$$/p' $(1) > $(VENV)/uv.txt; \
{ $(PIP) -r $(VENV)/uv.txt && $(PY) -m uv pip install --quiet --python $(PY) --require-hashes -r $(1); } 2>/dev/null \
|| $(PIP) -r $(1) || $(NO_NETWORK)
endef
NO_NETWORK = { echo "The packages could not be installed; the reason stands above. Without a network nothing can be set up."; exit 1; }

book: $(READY)
	@$(PY) -m emdbook build

preview: $(READY_TEST)
	@$(PY) -m emdbook preview $(CHAPTER)

slides: $(READY)
	@$(PY) -m emdbook slides

python: $(READY)
	@$(PY) -m emdbook python

kit: $(READY_TEST)
	@$(PY) -m emdbook kit

epub: $(READY)
	@$(PY) -m emdbook epub

offline: $(READY_TEST)
	@$(PY) -m emdbook offline

release: $(READY_TEST)
	@$(PY) -m emdbook release $(ARGS)

serve: $(READY)
	@$(PY) -m emdbook serve

# make vote ARGS="sternum-mass flush-with-bone" prepares the questions of a lesson
vote: $(READY)
	@$(PY) -m emdbook vote $(ARGS)

lab: $(READY)
	@$(PY) -m emdbook lab $(ARGS)

test: $(READY_TEST)
	@$(PY) -m emdbook test

check-data: $(READY)
	@$(PY) -m emdbook check-data

check-text: $(READY)
	@$(PY) -m emdbook structure; shape=$$?; $(PY) -m emdbook sync --check && exit $$shape

# make tidy after a spreadsheet saved a table
tidy: $(READY)
	@$(PY) -m emdbook tidy

sync: $(READY)
	@$(PY) -m emdbook sync

lint: $(READY_TEST)
	@$(PY) -m emdbook test lint

bench: $(READY_TEST)
	@$(PY) -m benchmarks

audit: $(READY_TEST)
	@$(PY) -m benchmarks lighthouse

lock: $(READY)
	@$(PY) -m emdbook lock

questions: $(READY)
	@$(PY) -m emdbook questions

copies: $(READY)
	@$(PY) -m emdbook copies

clean:
	@rm -rf _build .emdbook-cache .jupyter_cache .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -not -path "./$(VENV)/*" -prune -exec rm -rf {} +
