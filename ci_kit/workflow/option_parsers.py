"""The parsers of the workflow's settings. Each raises ValueError, whose message names what was expected."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

from ci_kit.settings.parsers import quoted_text
from ci_kit.settings.server_version import WantedVersion, wanted_version
from ci_kit.settings.shapes import STRING, STRINGS, Shape, any_of, shaped, table_of
from ci_kit.workflow.expressions import RUNS_ON, require_expressions
from ci_kit.workflow.uses import Uses

# Source: "Filter pattern cheat sheet" in GitHub's documentation. A pattern has no space, and no character
# that a branch cannot have.
_PATTERN = re.compile(
    r"""!? (?: (?: [^\s~^:\\\[\]?+*!] | \[ (?: [a-z0-9]-[a-z0-9] | [\w.] )+ \] ) [?+]? | \*{1,2} (?!\*) )+""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_WRONG_SLASHES = re.compile(r"^/|^\./|/$|//|\.\.|\.$")

WORKFLOWS = PurePosixPath(".github/workflows")
_DEPENDABOT = tuple(PurePosixPath(f".github/dependabot.{suffix}") for suffix in ("yml", "yaml"))

VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
INPUT = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


_LINE = {"type": "string", "minLength": 1}


@shaped(_LINE)
def literal(value: object) -> str:
    """A string that the generated file contains as it is."""
    string = quoted_text(value)
    if "${{" in string:
        raise ValueError(
            "GitHub does not evaluate expressions here; only env, inputs and runs-on accept them"
        )
    return string


@shaped({"type": "array", "items": _LINE, "minItems": 1, "uniqueItems": True})
def literals(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise ValueError("expected a list of strings")
    strings = tuple(literal(item) for item in value)
    if repeated := [string for string in strings if strings.count(string) > 1]:
        raise ValueError(f"the list contains {repeated[0]!r} twice")
    return strings


_LINES: Shape = {"type": "array", "items": _LINE, "uniqueItems": True}


@shaped(_LINES)
def some_literals(value: object) -> tuple[str, ...]:
    """A list of strings, which may be empty."""
    return () if value == [] else literals(value)


@shaped(_LINES)
def patterns(value: object) -> tuple[str, ...]:
    """Patterns for branches, tags or files. At least one is positive."""
    texts = some_literals(value)
    for text in texts:
        if not _PATTERN.fullmatch(text) or _WRONG_SLASHES.search(text.removeprefix("!")):
            raise ValueError(f"{text!r} is not a pattern of GitHub, such as release/** or v[0-9]+.*")
    if texts and all(text.startswith("!") for text in texts):
        raise ValueError("GitHub needs a pattern without ! among the others")
    return texts


@shaped({**_LINES, "minItems": 1})
def some_patterns(value: object) -> tuple[str, ...]:
    """Patterns, at least one."""
    return patterns(list(literals(value)))


def one_of(*words: str) -> Callable[[object], str]:
    """One of several words."""

    @shaped({"enum": [*words]})
    def parse(value: object) -> str:
        if value not in words:
            raise ValueError(f"expected one of {', '.join(words)}")
        return str(value)

    return parse


@shaped(_LINE)
def path(value: object) -> PurePosixPath:
    place = PurePosixPath(literal(value))
    if place.is_absolute() or ".." in place.parts or "\\" in str(place):
        raise ValueError("expected a path inside the repository, with / between its parts")
    return place


@shaped({"type": "string", "pattern": r"\.ya?ml$"})
def workflow_path(value: object) -> PurePosixPath:
    place = path(value)
    if place in _DEPENDABOT:
        return place
    if place.parent != WORKFLOWS or place.suffix not in (".yml", ".yaml"):
        raise ValueError(f"GitHub reads workflows from {WORKFLOWS}/*.yml only")
    return place


@shaped({"type": "string", "pattern": f"^{INPUT.pattern}$"})
def template_name(value: object) -> str:
    name = quoted_text(value)
    if not INPUT.fullmatch(name):
        raise ValueError("expected the name of a template: letters, digits, - and _")
    return name


@shaped(any_of(_LINE, {"type": "array", "items": _LINE, "minItems": 1}))
def script(value: object) -> str:
    """One string as it is, or a list of commands, which get a line each."""
    match value:
        case [_, *_]:
            text = "".join(f"{quoted_text(command)}\n" for command in value)
        case str():
            text = quoted_text(value)
        case _:
            raise ValueError("expected a string or a list of shell commands")
    if "${{" in text:
        # A value such as the name of a branch would become a part of the script.
        raise ValueError('GitHub pastes an expression into the script: set it in env, and write "$NAME" here')
    return text


@shaped(_LINE)
def runner(value: object) -> str:
    """The label of a runner, or an expression."""
    label = quoted_text(value)
    require_expressions(label, RUNS_ON)
    return label


@shaped(_LINE)
def uses(value: object) -> Uses:
    return Uses.parse(quoted_text(value))


@shaped(_LINE)
def server(value: object) -> WantedVersion:
    """A version of a server, such as ``8.4`` or ``mariadb-11.4``."""
    version = wanted_version(quoted_text(value))
    if version is None or not version.number:
        raise ValueError("expected a version, such as 8.4, mysql-9 or mariadb-11.4")
    return version


@shaped(STRINGS)
def servers(value: object) -> tuple[str, ...]:
    """Versions of servers, as the setting ``mysql-version`` of a run takes them."""
    names = some_literals(value)
    for name in names:
        server(name)
    return names


def table(names: re.Pattern[str], contexts: frozenset[str]) -> Callable[[object], Mapping[str, str]]:
    """A table of strings; a number or a boolean becomes the string that a workflow makes of it.

    ``contexts`` are those that its expressions can use.
    """

    @shaped(table_of(any_of(STRING, {"type": "integer"}, {"type": "boolean"})))
    def parse(value: object) -> Mapping[str, str]:
        if not isinstance(value, dict):
            raise ValueError("expected a table")
        if wrong := [name for name in value if not names.fullmatch(name)]:
            raise ValueError(f"{wrong[0]!r} is not a valid name")
        if twice := [name for name in value if sum(name.lower() == other.lower() for other in value) > 1]:
            raise ValueError(f"{twice[0]!r} is there twice: upper and lower case are the same there")
        return {name: _table_value(name, item, contexts) for name, item in value.items()}

    return parse


def _table_value(name: str, value: object, contexts: frozenset[str]) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case "":
            return ""
    try:
        text = quoted_text(value)
        require_expressions(text, contexts)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
    return text
