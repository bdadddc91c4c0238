# `make run` and `make test` need Python 3.11 or newer, git and make. They install Python packages into .venv
# folders of this checkout, and the database server with the system's package manager, after a message.

PYTHON ?= python3
SAMPLE := examples/meeting
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help run test lint unit lock upgrade pins render clean

help: ## Show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1	/' | expand -t 18

run: .venv/installed $(SAMPLE)/.venv/installed ## Run the main job on the sample meeting app
	@test -d /usr/share/zoneinfo || tools/apt.sh "There are no time zone files" tzdata
	@$(BIN)/ci-kit mysql install
	$(BIN)/ci-kit run -C $(SAMPLE)

test: lint unit $(SAMPLE)/.venv/installed ## Check and test everything, on real servers
	@test -d /usr/share/zoneinfo || tools/apt.sh "There are no time zone files" tzdata
	@command -v zsh >/dev/null && command -v fish >/dev/null || tools/apt.sh "A shell is missing" zsh fish
	@$(BIN)/ci-kit mysql install
	$(BIN)/python -m pytest tests/containers tests/runner tests/action tests/mysql tests/browser tests/shells tests/support \
		--numprocesses=auto --dist=loadfile --no-loadscope-reorder

lint: .venv/installed ## Check format, types, imports, workflows and scripts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/oxlint --quiet --deny-warnings --deny=suspicious --allow=no-unused-vars templates/html_page
	$(BIN)/lint-imports --no-cache
	$(BIN)/shellcheck action/*.sh tools/*.sh tests/runner/*.sh tests/containers/*.sh .ci/run \
		tests/adopt/project/scripts/*.sh $(addprefix tests/adopt/stand_ins/,curl docker init-script nc pipx)
	$(BIN)/actionlint
	$(BIN)/zizmor --offline --quiet --pedantic .
	$(BIN)/ci-kit render --check
	$(BIN)/python tools/document.py --check

unit: .venv/installed ## Run only the unit tests
	$(BIN)/python -m pytest tests/unit --numprocesses=auto

lock: .venv/installed ## Write requirements/ after a change of pyproject.toml
	$(BIN)/python tools/lock.py

upgrade: .venv/installed ## Write requirements/ with the newest releases
	$(BIN)/python tools/lock.py --upgrade

pins: .venv/installed ## Move the pins of ci-kit's actions to newer releases, also in the documents
	$(BIN)/ci-kit pins update --file ci_kit/workflow/pins.txt
	$(BIN)/ci-kit render
	$(BIN)/python tools/document.py

render: .venv/installed ## Write the generated workflow and documents
	$(BIN)/ci-kit render
	$(BIN)/python tools/document.py

clean: ## Remove the files that the other commands created in this checkout
	rm -rf .venv $(SAMPLE)/.venv $(SAMPLE)/.coverage $(SAMPLE)/.ci-kit .mypy_cache .pytest_cache .ruff_cache .hypothesis

.venv/installed: requirements/dev.txt pyproject.toml
	@tools/venv.sh $(PYTHON) .venv requirements/dev.txt
	@$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	@touch $@

$(SAMPLE)/.venv/installed: $(SAMPLE)/requirements.txt
	@tools/venv.sh $(PYTHON) $(SAMPLE)/.venv $(SAMPLE)/requirements.txt
	@touch $@
