# Included by the Makefile. `local-env` prints nothing but shell commands, so it is called with `make -s`.

LOCAL_PYTHON := .venv/local/bin/python

.venv/local/.done: requirements/local.txt
	python3 -m venv .venv/local
	.venv/local/bin/pip install --quiet --disable-pip-version-check -r requirements/local.txt
	touch $@

# LOCAL_PACKAGE: the registry package that is registered at the start, a prerequisite of its own in the Makefile
.PHONY: local local-env local-check
local: .venv/local/.done $(LOCAL_PACKAGE)
	@exec $(LOCAL_PYTHON) -m local.up $(if $(LOCAL_PACKAGE),--register $(LOCAL_PACKAGE)) $(LOCAL_OPTIONS)

local-env:
	@test -x $(LOCAL_PYTHON) || { echo 'local AWS does not run: start it with `make local` in another terminal' >&2; exit 1; }
	@$(LOCAL_PYTHON) -m local.environment

# Lint, types and tests of local AWS itself
local-check: .venv/local/.done
	.venv/local/bin/ruff check local test/local
	.venv/local/bin/ruff format --check local test/local
	MYPYPATH=test/local .venv/local/bin/mypy --config-file local/mypy.ini
	$(LOCAL_PYTHON) -m pytest test/local
