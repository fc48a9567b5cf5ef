# Two commands: `make run` starts the app, `make test` checks style and types and runs all tests. Both install what they need.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
COVERAGE ?= # of pytest: COVERAGE=--cov prints which lines and branches no test without a browser has run
SESSIONS ?= 30
MODE ?= class
MINUTES ?= 30

.PHONY: run test test-newest lint mutants bench load soak reproduce torment screenshots film pretrain clean

run: $(VENV)/run
	$(BIN)/streamlit run app.py

test: lint
	$(BIN)/python -m tools.chromium
	$(BIN)/python -m tools.postgresql
	$(BIN)/python -m pytest -n 2 --dist loadfile --reruns 2 -r fER tests/browser
	$(BIN)/python -m pytest -n 2 --dist loadfile --ignore tests/browser $(COVERAGE)

# With another Python: of what leans on TensorFlow, Streamlit, the database and files, some of each; every module is imported.
NEWEST := tests/store tests/ui \
	$(addprefix tests/pages/test_,draw.py imports.py inside.py lesson_card.py pages.py) \
	$(addprefix tests/training/test_,foreign.py loop.py pretrained.py run.py workspace.py)

test-newest: $(VENV)/test
	$(BIN)/python -m pytest -n 2 --dist loadfile $(NEWEST)

screenshots: $(VENV)/test
	$(BIN)/python -m tools.screenshots http://localhost:8501

film: $(VENV)/test
	$(BIN)/python -m tools.film

pretrain: $(VENV)/run
	$(BIN)/python -m tools.pretrain

reproduce: $(VENV)/run
	$(BIN)/python -m tools.reproduce

# For developers: small faults put into the code, and which of them no test notices. Half an hour at most.
mutants: $(VENV)/test
	$(BIN)/python -m tools.mutants

bench: $(VENV)/test
	$(BIN)/python -m tools.benchmark
	$(BIN)/python -m tools.playground_benchmark
	$(BIN)/python -m tools.study_benchmark

# MODE=playground: all of them on the Playground. MODE=heavy: beside trainings of the largest network that is allowed.
load: $(VENV)/run
	$(BIN)/python -m tools.load --sessions $(SESSIONS) --mode $(MODE)

# Ten visitors at a time, 150 in all: does memory come back?
soak: $(VENV)/run
	$(BIN)/python -m tools.soak --minutes $(MINUTES)

# For developers, on Linux: servers killed at random moments, two on one folder, a clock that jumps back, a full disk; ten tabs.
torment: $(VENV)/run
	$(BIN)/python -m tools.torment

lint: $(VENV)/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/oxlint --deny-warnings core
	$(BIN)/oxfmt --check 'core/**/*.js' 'core/**/*.css'
	$(BIN)/basedpyright --pythonpath $(BIN)/python

clean:
	rm -rf .venv .venv-newest

$(VENV)/run: requirements.txt
	@$(PYTHON) -c "import sys; sys.exit(0 if sys.version_info >= (3, 11) else 'Receptive needs Python 3.11 or newer; name one with: make run PYTHON=python3.12')"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/test: $(VENV)/run requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@
