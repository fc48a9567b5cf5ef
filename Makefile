# Two commands: `make run` starts the app, `make test` runs all tests. Both install what they need.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test lint bench load reproduce screenshots pretrain clean

run: .venv/run
	$(BIN)/streamlit run app.py

test: .venv/test
	$(BIN)/python -m tools.chromium
	$(BIN)/python -m tools.postgresql
	$(BIN)/python -m pytest tests/browser
	$(BIN)/python -m pytest -n 2 --dist loadfile --ignore tests/browser

screenshots: .venv/test
	$(BIN)/python -m tools.screenshots http://localhost:8501

pretrain: .venv/run
	$(BIN)/python -m tools.pretrain

reproduce: .venv/run
	$(BIN)/python -m tools.reproduce

bench: .venv/test
	$(BIN)/python -m tools.benchmark

load: .venv/run
	$(BIN)/python -m tools.load

lint: .venv/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/oxlint --deny-warnings core
	$(BIN)/oxfmt --check 'core/**/*.js' 'core/**/*.css'
	$(BIN)/basedpyright --pythonpath $(BIN)/python

clean:
	rm -rf .venv

.venv/run: requirements.txt
	@$(PYTHON) -c "import sys; sys.exit(0 if sys.version_info >= (3, 11) else 'Receptive needs Python 3.11 or newer; name one with: make run PYTHON=python3.12')"
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/test: .venv/run requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@
