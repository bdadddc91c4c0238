"""What a script does to itself and to the steps after it: variables, folders, messages."""

from __future__ import annotations

import re

from ci_kit.adopt.recognise.argv import argv_of
from ci_kit.adopt.recognise.effects import Activate, Assign, Effect, Export, Folder, Harmless, Neutral
from ci_kit.adopt.script.commands import Pipeline, Simple
from ci_kit.adopt.values import Scope

_EXPORT = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)


def recognise_shell(pipeline: Pipeline, scope: Scope) -> Effect | None:
    """``echo``, ``cd``, ``set -e``, ``NAME=value``, ``source .venv/bin/activate``, GITHUB_ENV."""
    command = pipeline.only
    if not isinstance(command, Simple):
        return None
    if not command.words:
        return _assignment(command, scope)
    argv = argv_of(command, scope)
    last = (argv.known or ("",))[-1]
    match argv.program:
        case "echo" | "printf":
            return _message(command, last, scope)
        case "true" | ":" | "date" | "exit" if argv.program != "exit" or argv.known in {(), ("0",)}:
            return Neutral()
        case "cd" if argv.all_known and len(argv.known) == 1:
            return Folder(last)
        case "export" if argv.known and (found := _EXPORT.fullmatch(last)) and len(argv.words) == 1 + 1:
            return Assign(found[1], found[2] if argv.all_known else None, exported=True)
        case "set":
            return Activate()
        case "source" | "." if last.endswith("bin/activate"):
            return Activate()
    return None


def _assignment(command: Simple, scope: Scope) -> Assign | None:
    if len(command.assignments) != 1 or command.redirects:
        return None
    ((name, word),) = command.assignments
    return Assign(name, scope.word(word))


def _message(command: Simple, last: str, scope: Scope) -> Effect:
    targets = ["".join(getattr(part, "name", "") for part in one.target.parts) for one in command.redirects]
    if "GITHUB_ENV" in targets and (found := _EXPORT.fullmatch(last)):
        return Export(found[1], scope.text(found[2]))
    # A message to a file may be read later.
    kept = [one for one in command.redirects if one.descriptor != "2" and one.target.plain != "/dev/null"]
    return Harmless() if [one for one in kept if not one.operator.endswith("&")] else Neutral()
