"""What a script does to itself and to the steps after it: variables, folders, messages."""

from __future__ import annotations

import re

from ci_kit.adopt.recognise.argv import Argv, argv_of
from ci_kit.adopt.recognise.effects import Activate, Assign, Effect, Export, Folder, Harmless, Neutral
from ci_kit.adopt.script.commands import Pipeline, Simple
from ci_kit.adopt.values import Scope

_EXPORT = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)


def recognise_shell(pipeline: Pipeline, scope: Scope) -> Effect | None:
    """``echo``, ``cd``, ``set -e``, ``NAME=value``, ``source .venv/bin/activate``, GITHUB_ENV."""
    command = pipeline.only
    if isinstance(command, Simple):
        return _program(command, scope) if command.words else _assignment(command, scope)
    return None


def _program(command: Simple, scope: Scope) -> Effect | None:
    argv = argv_of(command, scope)
    match argv.program, argv.known:
        case (("echo" | "printf"), _):
            return _message(command, argv, scope)
        case (("true" | ":" | "date"), _) | ("exit", () | ("0",)):
            return Neutral()
        case "cd", (path,) if argv.all_known:
            return Folder(path)
        case ("set", _) | (("source" | "."), (*_, ".venv/bin/activate" | "venv/bin/activate")):
            return Activate()
        case "export", (text,) if found := _EXPORT.fullmatch(text):
            return Assign(found[1], found[2], exported=True)
    return None


def _assignment(command: Simple, scope: Scope) -> Assign | None:
    if len(command.assignments) != 1 or command.redirects:
        return None
    ((name, word),) = command.assignments
    return Assign(name, scope.word(word))


def _message(command: Simple, argv: Argv, scope: Scope) -> Effect:
    targets = {getattr(part, "name", "") for one in command.redirects for part in one.target.parts}
    text = (argv.known or ("",))[-1]
    if "GITHUB_ENV" in targets and (found := _EXPORT.fullmatch(text)):
        return Export(found[1], scope.text(found[2]))
    # What is in a file may be read later.
    kept = [one for one in command.redirects if one.descriptor != "2" and one.target.plain != "/dev/null"]
    return Harmless() if any(not one.operator.endswith("&") for one in kept) else Neutral()
