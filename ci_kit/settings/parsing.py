"""The value that a source gives for a setting, or an error that names the source."""

from __future__ import annotations

from ci_kit.errors import UsageError
from ci_kit.settings.names import did_you_mean
from ci_kit.settings.option import Option, Value
from ci_kit.settings.parsers import UnknownWordError
from ci_kit.settings.source import DEFAULT, Source


def parse(option: Option, raw: object, source: Source) -> Value:
    """The value that a source gives for an option. Raises UsageError, which names the source."""
    if source == DEFAULT:
        return option.default
    try:
        return option.value_of(raw)
    except ValueError as error:
        shown = "" if option.secret else f": {raw!r}"
        raise UsageError(
            f"{option.name} is not valid{shown}",
            why=f"{error}; it came from {source.text}",
            todo=_hint(option, raw, error)
            or f"correct the value, or remove it to use the default ({option.default_text})",
        ) from error


def _hint(option: Option, raw: object, error: ValueError) -> str:
    if isinstance(error, UnknownWordError):
        return did_you_mean(error.word, error.known)
    return did_you_mean(str(raw), option.choices)
