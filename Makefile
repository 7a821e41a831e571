# What a person runs. Everything installed goes to .venv/, everything written at run time to var/.

PORT ?= 8080
SEEDS ?= 100
STEPS ?= 150
TABLETS ?= 3
KILLS ?= 1000
# The layers of tests to run, all when empty: make test LAYERS="tidy unit"
LAYERS ?=

PYTHON := .venv/bin/python
PIP := $(PYTHON) -m pip --disable-pip-version-check --no-input

# A stamp bears the hash of what was installed and of where: the same again costs nothing and asks
# no network; another lock, or a moved checkout, installs anew.
hash_of = $(shell (pwd; cat pyproject.toml $(1)) | sha256sum | cut -c1-16)
RUN := .venv/.run-$(call hash_of,requirements.lock)
TEST := .venv/.test-$(call hash_of,requirements-test.lock)

.PHONY: help demo demo-reset test journey bench simulate crash bare lint format lock clean

help: ## List these commands.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

demo: $(RUN) ## Serve the office at http://127.0.0.1:8080 (PORT=) with believable data; open the tablet.
	@$(PYTHON) tools/demo.py --port $(PORT)

demo-reset: $(RUN) ## Throw the demonstration's data away and start over.
	@$(PYTHON) tools/demo.py --port $(PORT) --reset

test: $(TEST) ## Style, types and every test, or some (LAYERS="lint unit").
	@$(PYTHON) tools/run_tests.py $(addprefix --only ,$(LAYERS))

journey: $(TEST) ## Tell the whole story with real processes; pictures in var/journey/.
	@$(PYTHON) -m tests.journey

bench: $(TEST) ## Measure speed and size as ratios to a limit of the same run.
	@$(PYTHON) -m tests.bench

simulate: $(TEST) ## Many seeds of the simulation (SEEDS= STEPS= TABLETS=); goes on where it was ended.
	@$(PYTHON) -m tests.simulation --seeds $(SEEDS) --steps $(STEPS) --tablets $(TABLETS) \
		--processes 2 --log var/simulation/$(shell git rev-parse --short HEAD).jsonl

crash: $(TEST) ## Kill real tablets and servers (KILLS=), fail their writes, cut the power.
	@$(PYTHON) -m tests.crash --kills $(KILLS)

bare: ## Prove the installation in a fresh Debian 12 (as root, by debootstrap).
	@tools/bare.sh

lint: $(TEST) ## Style and types only.
	@$(PYTHON) tools/run_tests.py --only lint

format: $(TEST) ## Put the sources into the house's style.
	@$(PYTHON) -m ruff check --quiet --fix . ; $(PYTHON) -m ruff format .

lock: $(TEST) ## Resolve both lock files from pyproject.toml (UPGRADE=1 for newer versions).
	@tools/lock.sh

clean: ## Remove caches and builds; var/ and .venv/ stay.
	@rm -rf build dist .mypy_cache .ruff_cache .hypothesis .pytest_cache
	@find . -path ./.venv -prune -o -name __pycache__ -type d -print0 | xargs -0 rm -rf

$(RUN):
	@tools/install.sh requirements.lock run
	@touch $@

# The test lock holds the run lock's packages in the same versions, so one install serves both.
$(TEST):
	@tools/install.sh requirements-test.lock test
	@touch $@ $(RUN)
