# make demo   sets up what is missing and opens the console on the offline demo
# make test   sets up what is missing and checks everything
# make looks  takes pictures of every panel and dialog
# make bench  prints the figures of ARCHITECTURE.md
# make soak   the long runs: tests of minutes, a hundred kills, and a day at full load that says what grows or is lost
PYTHON ?=
RUN = .venv/bin/python

.PHONY: demo run test types kernels bench soak looks setup setup-dev texts lock

setup:
	@PYTHON="$(PYTHON)" packaging/setup.sh

setup-dev:
	@PYTHON="$(PYTHON)" packaging/setup.sh dev

demo: setup
	@packaging/with-display.sh $(RUN) main.py demo

run: setup
	@$(RUN) main.py

test: setup-dev
	@$(RUN) -m ruff format --check -q .
	@$(RUN) -m ruff check -q .
	@$(MAKE) -s -j 2 types kernels
	@.venv/bin/lint-imports --no-cache
	@packaging/with-display.sh --virtual $(RUN) -m pytest -n 3 --dist loadfile --no-loadscope-reorder

types: setup-dev
	@$(RUN) -m mypy

# Compiled once beforehand: every process of the tests that finds nothing compiled would compile them for itself.
kernels: setup-dev
	@find core -name kernels.py | sed 's:/:.:g; s:^:import :; s:[.]py$$::' | $(RUN)

bench: setup-dev
	@for name in $$($(RUN) main.py bench --list); do $(RUN) main.py bench $$name || exit 1; done

# Tests that read KERBSIDE_SOAK do more when it is set, as properties do; each other file of them is named here.
SOAK = tests/integration/system/test_kill_http.py tests/integration/api/test_schemathesis.py

# The tests take half a minute to minutes each, a simulated day at 1,000 orders an hour half an hour and more.
soak: setup-dev
	@packaging/with-display.sh --virtual $(RUN) -m pytest -s -m soak
	@KERBSIDE_SOAK=1 packaging/with-display.sh --virtual $(RUN) -m pytest -s $(SOAK)
	@KERBSIDE_SOAK=1 packaging/with-display.sh --virtual $(RUN) -m pytest -n 2 --timeout 3600 -m "hypothesis and not soak"
	@$(RUN) main.py soak

# Pictures of every panel and dialog in both themes and at both sizes, to be looked at.
looks: setup-dev
	@for theme in light dark; do for size in 1920x1080 1366x768; do for what in panels dialogs; do \
		packaging/with-display.sh --virtual $(RUN) tests/gui/looks.py looks/$$theme-$$size --theme $$theme --size $$size --what $$what || exit 1; \
	done; done; done

# Gathers the texts of the window into the catalogues, and compiles them.
texts: setup-dev
	@$(RUN) packaging/texts.py

# Resolves pyproject.toml anew. The lock files hold hashes and no addresses.
lock:
	@$(RUN) -m pip install --quiet uv
	@$(RUN) -m uv pip compile -q pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url --no-annotate -o packaging/requirements.lock
	@$(RUN) -m uv pip compile -q pyproject.toml --extra dev -c packaging/requirements.lock --universal \
		--python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate \
		-o packaging/requirements-dev.lock
