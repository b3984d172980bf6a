# One word for each thing one does with this project; `make` alone prints them.
.DEFAULT_GOAL := help
.PHONY: help setup run test deep check types layers bench traces kills bench-ocr bench-find train migrate demo
.PHONY: shell lock again

# each module is compiled once and not in each of the many processes, wherever a machine says no
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
TEST := $(BIN)/python -m pytest -q -n 3 --dist worksteal

help: ## print this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.locked ## make .venv with exactly what the lock names

.venv/.locked: requirements.lock requirements/uv.in requirements/uv.txt tools/setup.sh tools/cma
	@PYTHON="$(PYTHON)" sh tools/setup.sh

run: setup ## start everything with the demo on http://localhost:8000 (PORT, CMA_HOME)
	@$(BIN)/cma serve --demo

test: setup ## unit tests, services, walls, platform, browser journeys (three at a time)
	@sh tools/browser.sh
	@$(BIN)/python -m tests.built & # the screens, which the last part waits for
	@$(TEST) tests/rules tests/access tests/reading tests/test_clock.py
	@$(TEST) tests/services
	@$(TEST) --dist loadfile tests/walls tests/demo tests/printing
	@$(TEST) --dist loadfile tests/platform
	@$(TEST) --dist loadfile --no-loadscope-reorder tests/web tests/browser || $(MAKE) --no-print-directory again

# A browser on a busy machine now and then misses a press: a journey that failed above has to hold
# when nothing runs beside it, and what is broken fails twice. A wall (tests/web) is asked once.
again: setup
	@! grep '"tests/web' .pytest_cache/v/cache/lastfailed
	@echo "Once more, alone: the journeys that failed above."
	@$(BIN)/python -m pytest -q --last-failed --last-failed-no-failures none --maxfail 5 tests/browser

deep: setup ## what `make test` leaves out for its length
	@sh tools/browser.sh
	@$(BIN)/python -m pytest -q --deep -m deep tests/services tests/web tests/browser
	@$(BIN)/python -m pytest -q --deep -m 'not deep' tests/browser  # dark too

check: setup ## ruff, pyright, import-linter, alembic check
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(MAKE) --no-print-directory --jobs 2 --output-sync types layers

types: setup
	@$(BIN)/pyright

layers: setup
	@$(BIN)/lint-imports
	@$(BIN)/cma check-schema

bench: setup ## measure against raw SQL, and the bytes of a first load
	@$(BIN)/python -m tests.bench

traces: setup ## walk 2,000 random traces of supervised work (some minutes)
	@$(BIN)/python -m pytest -q -s --traces 2000 tests/services/test_sign_off_machine.py

kills: setup ## kill -9 the app and the database thirty times under load
	@$(BIN)/python -m pytest -q -s --deep --kills 30 tests/web/test_kills.py

bench-ocr: setup ## how well documents are read, beside plain pytesseract (SCANS=folder for more)
	@OMP_THREAD_LIMIT=1 $(BIN)/python -m tests.bench.reading $(SCANS)

bench-find: setup ## how fast documents are found among a hundred thousand
	@$(BIN)/python -m tests.bench.finding

train: setup ## make the sorter of documents again from its papers
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tools.training.train

migrate: setup ## bring the schema to the newest revision
	@$(BIN)/cma migrate

demo: setup ## put the demo into a database that holds no real centre
	@$(BIN)/cma demo

shell: setup ## Python on the database, as the role that serves
	@$(BIN)/cma shell

lock: setup ## write the lock again from pyproject.toml
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	  --no-annotate --no-header --no-emit-index-url --no-emit-find-links \
	  --group dev pyproject.toml requirements/uv.in --output-file requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	  --no-annotate --no-header --no-emit-index-url --no-emit-find-links \
	  requirements/uv.in --output-file requirements/uv.txt
