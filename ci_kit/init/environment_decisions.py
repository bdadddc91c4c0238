"""The variables beside the login: which system the code uses, and what it needs on import."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ci_kit.init.code.environment import Read
from ci_kit.init.decision import Decisions
from ci_kit.init.facts import ProjectFacts
from ci_kit.init.names import login_field, may_be_secret
from ci_kit.init.repository import Repository

# Set on every machine, or by a runner.
_OF_THE_MACHINE = re.compile(
    r"HOME|PATH|USER|SHELL|LANG|PWD|TMPDIR|TZ|CI|TERM|VIRTUAL_ENV|DEBUG|(?:GITHUB|RUNNER|CI_KIT|PYTHON|COV)_?.*"
)
# Code for several systems asks such a variable which one to use.
_SYSTEM = re.compile(
    r"(?:\w*_)?(?:DB|DATABASE)(?:_(?:TYPE|ENGINE|KIND|DIALECT|BACKEND|CONNECTION|VENDOR))?", re.IGNORECASE
)
_MYSQL = re.compile(r"[\"'](django\.db\.backends\.mysql|mysql|mariadb)[\"']", re.IGNORECASE)
_ANY_CASE = re.compile(r"mysql|mariadb", re.IGNORECASE)
_DJANGO = "DJANGO_SETTINGS_MODULE"
_BRACES = re.compile(r"\{([a-z][a-z0-9_.-]*)\}")


def decide_system(repository: Repository, facts: ProjectFacts, decisions: Decisions) -> None:
    """Let a variable such as ``DB_ENGINE`` choose MySQL, if the code has a name for it."""
    for read in facts.reads:
        default = read.default or ""
        if login_field(read.name) or not _SYSTEM.fullmatch(read.name) or _ANY_CASE.search(default):
            continue
        names = [found[1] for found in _MYSQL.finditer(repository.text(read.place.file))]
        if read.name.upper().endswith("ENGINE"):
            # Django compares no short name.
            names.sort(key=len, reverse=True)
        if names:
            found = f"{read.name}, which selects the system"
            decisions.set(("env", read.name), names[0], read.place, found=found, verb="read by")


def decide_environment(facts: ProjectFacts, decisions: Decisions) -> None:
    """Set the other variables without which the code fails on import. Warn if a value is unknown."""
    sets = facts.suite.variables
    for module in facts.django_settings[:1]:
        if facts.suite.runner == "pytest" and _DJANGO not in sets:
            found = f"settings of Django, {module.text}"
            decisions.set(("env", _DJANGO), module.text, module.place, found=found)
    # The value of an example may be empty on purpose.
    values = {read.name: read.default for read in reversed(facts.reads) if read.default is not None}
    unknown = []
    for read in _required(facts):
        value = values.get(read.name)
        if value is None or may_be_secret(read.name, value):
            unknown.append(read)
            continue
        # A word in braces would be a placeholder.
        text = _BRACES.sub(r"{{\1}}", value)
        found = f"{read.name}, without a default"
        decisions.set(("env", read.name), text, read.place, found=found, verb="read by")
    if unknown:
        names = ", ".join(f"{read.name} ({read.place})" for read in unknown)
        decisions.warnings.append(
            f"the code needs variables whose values are not in the project's files: {names}. Set them in"
            " [tool.ci-kit.env], or as secrets in [tool.ci-kit.workflow.env]"
        )


def _required(facts: ProjectFacts) -> Iterator[Read]:
    """The first read of each variable without which the code fails on import."""
    seen = set(facts.suite.variables)
    for read in facts.reads:
        known = read.name in seen or login_field(read.name) or _OF_THE_MACHINE.fullmatch(read.name)
        if read.required and not known:
            seen.add(read.name)
            yield read
