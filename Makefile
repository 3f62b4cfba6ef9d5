# deepgrade: the commands of every day. `make demo` and `make test` need Python 3.11 and nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: help sandbox demo test test-long test-containers test-slurm lint unit verify verify-all verify-real faults fuzz attack-table bench bench-long clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-16s %s\n", $$1, $$2}' Makefile

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "deepgrade needs Python 3.11 or newer; name one with: make PYTHON=python3.12 demo"; exit 2; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null \
	  || { echo "Python cannot make environments here. On Debian: apt-get install python3-venv"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[student,grade,build,review,dev]'
	@touch $@

sandbox: # bubblewrap surrounds every run
	@command -v bwrap >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "installing bubblewrap"; apt-get update -qq && apt-get install -y -qq bubblewrap; \
	  else echo "bubblewrap is missing. Install it as root: apt-get install bubblewrap"; exit 2; fi; }

demo: $(STAMP) sandbox ## grade eight demo submissions of LE5 on quick synthetic data
	$(BIN)/deepgrade demo --course demo-course

test: $(STAMP) sandbox lint unit ## lint, types and all tests but the long ones

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# These time things, fill a machine on purpose, look for what is left on it, or use its throw-away users by their numbers. The
# others share the processors.
ALONE := $(addprefix tests/,faults performance sandbox/test_separate_user.py zoo)

unit: $(STAMP)
	$(BIN)/deepgrade build --all --check
	$(BIN)/pytest -n 2 $(addprefix --ignore=,$(ALONE))
	$(BIN)/pytest $(ALONE)

LONG_APART := $(addprefix tests/,board gradescope infer interchange kernel labs native)

test-long: $(STAMP) sandbox ## LE5 graded, faults over a class, otter and nbgrader beside us, the pages' commands (half an hour)
	$(BIN)/pytest -n 2 --dist loadfile -m long $(LONG_APART)
	$(BIN)/pytest -m long $(addprefix --ignore=,$(LONG_APART))
	DEEPGRADE_TEST_START=plain $(BIN)/pytest tests/zoo/test_hostile.py

test-containers: $(STAMP) ## the same walls with podman and docker (root, Debian: installs and starts what it needs)
	.ci/containers
	$(BIN)/pytest -m containers
	DEEPGRADE_TEST_SANDBOX=podman=localhost/deepgrade-test:cpu $(BIN)/pytest tests/zoo/test_hostile.py

test-slurm: $(STAMP) sandbox ## a class on a real Slurm cluster of two small nodes (root, Debian: installs, starts and stops it)
	.ci/slurm install
	$(BIN)/pytest -m slurm

faults: $(STAMP) sandbox ## kill, fill, lock and jump the clock under a class of 20, then look whether every grade is right
	PYTHONPATH=tests $(BIN)/python -m faults.kills

fuzz: $(STAMP) sandbox ## 2,000 broken notebooks: each gets a sentence or a verdict
	PYTHONPATH=tests $(BIN)/python -m faults.fuzz_notebooks

attack-table: $(STAMP) sandbox ## the hostile zoo here, under otter and under nbgrader (half an hour; goes on where it stopped)
	PYTHONPATH=tests $(BIN)/python -m zoo.native.table --resume --out docs/security.md

verify: $(STAMP) sandbox ## prove LE5 fair on quick synthetic data (about 20 minutes)
	$(BIN)/deepgrade data synthetic --size quick
	$(BIN)/deepgrade verify le5 --data synthetic --size quick --together 4

verify-one: $(STAMP) sandbox ## the same for the cheapest lab, all cases (2 minutes)
	$(BIN)/deepgrade data synthetic mnist --size quick
	$(BIN)/deepgrade verify mnist_one_layer --data synthetic --size quick --together 6

verify-all: $(STAMP) sandbox ## every lab with 30 seeds on quick synthetic data, into docs/fairness.md (hours; goes on where it stopped)
	$(BIN)/deepgrade data synthetic --size quick
	$(BIN)/deepgrade verify --all --data synthetic --size quick --together 4 --seeds 30 --record

verify-real: $(STAMP) sandbox ## the solutions with 5 seeds on the real data in the store (about 2 hours; goes on where it stopped)
	$(BIN)/deepgrade verify --all --data real --size full --no-mistakes --no-alternatives --seeds 5 --record

BENCH = PYTHONPATH=tests $(BIN)/python -m benchmarks $(if $(QUICK),--quick) $(if $(WRITE),--write)

bench: $(STAMP) sandbox ## what grading costs beside bare runs, otter and nbgrader (20 minutes; QUICK=1: 4; goes on where it stopped)
	$(BENCH)

bench-long: $(STAMP) sandbox ## the same of LE5, and 500 submissions on Slurm (root, Debian: installs it; 25 minutes)
	.ci/slurm install
	$(BENCH) --long

clean: ## remove the environment and what the demo made
	rm -rf $(VENV) demo-course
