"""Adds keys to the text of a pyproject.toml. Everything that is in the text stays byte for byte."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ci_kit.errors import UsageError
from ci_kit.init.decision import Decision, Value


@dataclass(frozen=True)
class Addition:
    """Keys for one table, such as ``("tool", "ci-kit", "workflow")``."""

    table: tuple[str, ...]
    decisions: tuple[Decision, ...]


def missing(values: Mapping[str, Any], additions: Sequence[Addition]) -> tuple[Addition, ...]:
    """The additions without the keys that a document has. A table such as ``variables`` is one key."""
    found = []
    for one in additions:
        table = _table(values, one.table)
        absent = tuple(decision for decision in one.decisions if decision.key[0] not in table)
        if absent:
            found.append(Addition(one.table, absent))
    return tuple(found)


def with_additions(text: str, additions: Sequence[Addition], *, name: str) -> str:
    """The text with the additions, whose keys it does not have. ``name`` is the file in messages.

    Raises UsageError if the form of the text does not allow it, such as an inline table ``tool``.
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    # tomlkit would write some of the line breaks as \n.
    lines = text.replace("\r\n", "\n")
    for path, decisions in _by_table(additions).items():
        ways = (way(lines, path, decisions) for way in (_appended, _inserted, _below_header))
        after = next((one for one in ways if _is_right(lines, one, path, decisions)), None)
        if after is None:
            raise UsageError(
                f"ci-kit cannot add keys to [{'.'.join(path)}] in {name}",
                why="the table is written in a form that cannot get more lines",
                details=tuple(_table_text(path, decisions).splitlines()),
                todo="write it as a section, or add these lines by hand",
            )
        lines = after
    return lines.replace("\n", newline)


def expected(values: Mapping[str, Any], additions: Sequence[Addition]) -> dict[str, Any]:
    """The content of a document with the additions."""
    found = _copy(values)
    for one in additions:
        for decision in one.decisions:
            table = found
            for part in (*one.table, *decision.key[:-1]):
                table = table.setdefault(part, {})
            table[decision.key[-1]] = _plain(decision.value)
    return found


def _by_table(additions: Sequence[Addition]) -> dict[tuple[str, ...], list[Decision]]:
    """The decisions for each table; ``variables.DB_HOST`` is in the table ``variables``."""
    tables: dict[tuple[str, ...], list[Decision]] = {}
    for one in additions:
        # TOML reads keys after a table inside as keys of that table.
        for decision in sorted(one.decisions, key=lambda decision: len(decision.key)):
            tables.setdefault((*one.table, *decision.key[:-1]), []).append(decision)
    return tables


def _appended(text: str, path: tuple[str, ...], decisions: Sequence[Decision]) -> str:
    """The text with a new table at its end."""
    end = "" if text.endswith("\n") or not text else "\n"
    gap = "" if not text or text.endswith("\n\n") else "\n"
    return f"{text}{end}{gap}{_table_text(path, decisions)}"


def _inserted(text: str, path: tuple[str, ...], decisions: Sequence[Decision]) -> str:
    """The text with keys in a table that is there; unchanged if tomlkit cannot do it."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        document: Any = tomlkit.parse(text)
        table = document
        for part in path:
            table = table[part]
        for decision in decisions:
            table.add(decision.key[-1], _item(decision))
        return tomlkit.dumps(document)
    except (TOMLKitError, AttributeError, TypeError, ValueError):
        return text


def _below_header(text: str, path: tuple[str, ...], decisions: Sequence[Decision]) -> str:
    """The text with keys below a header. tomlkit loses a table that comes after a table inside it."""
    header = re.compile(rf"^[ \t]*\[[ \t]*{re.escape('.'.join(path))}[ \t]*\].*$\n?", re.MULTILINE)
    found = header.search(text)
    if found is None:
        return text
    keys = _table_text(path, decisions).partition("\n")[2]
    before = text[: found.end()]
    return f"{before}{'' if before.endswith(chr(10)) else chr(10)}{keys}{text[found.end() :]}"


def _is_right(before: str, after: str, path: tuple[str, ...], decisions: Sequence[Decision]) -> bool:
    """Whether a text has the keys and everything that was there before."""
    own = tuple(Decision(one.key[-1:], one.value, one.comment) for one in decisions)
    try:
        same = tomllib.loads(after) == expected(tomllib.loads(before), [Addition(path, own)])
    except tomllib.TOMLDecodeError:
        return False
    return same and _keeps_lines(before, after)


def _table_text(path: tuple[str, ...], decisions: Sequence[Decision]) -> str:
    import tomlkit

    document = tomlkit.document()
    for decision in decisions:
        document.add(decision.key[-1], _item(decision))
    return f"[{'.'.join(map(_bare, path))}]\n{tomlkit.dumps(document)}"


def _item(decision: Decision) -> Any:
    import tomlkit

    item = tomlkit.item(_plain(decision.value))
    # A comment ends with its line, and has no control characters.
    if decision.comment:
        item.comment("".join(char if char.isprintable() else "?" for char in decision.comment))
        item.trivia.comment_ws = "  "
    return item


def _bare(part: str) -> str:
    import tomlkit

    return str(tomlkit.key(part).as_string())


def _plain(value: Value) -> Any:
    return value if isinstance(value, str | int | bool) else list(value)


def _keeps_lines(before: str, after: str) -> bool:
    """Whether all lines of a text are in another one, in their order."""
    rest = iter(after.splitlines())
    return all(any(line == other for other in rest) for line in before.splitlines())


def _table(values: Mapping[str, Any], path: Sequence[str]) -> Mapping[str, Any]:
    table: Any = values
    for part in path:
        table = table.get(part, {}) if isinstance(table, Mapping) else {}
    return table if isinstance(table, Mapping) else {}


def _copy(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _copy(value) if isinstance(value, Mapping) else value for key, value in values.items()}
