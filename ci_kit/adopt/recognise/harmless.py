"""Commands that need no server: they may stand between the server and the tests, and they stay."""

from __future__ import annotations

import re

from ci_kit.adopt.recognise.argv import argv_of
from ci_kit.adopt.recognise.effects import Harmless, Unknown
from ci_kit.adopt.script.commands import Pipeline, Simple
from ci_kit.adopt.values import Scope

_INSTALLERS = frozenset(
    {"apt-get", "apt", "brew", "pip", "pip3", "pipx", "conda", "mamba", "npm", "yarn", "dpkg"}
)
_LINTERS = frozenset(
    {"ruff", "black", "flake8", "isort", "mypy", "pyright", "pylint", "bandit", "pre-commit"}
)
_TEXTS = frozenset({"cat", "head", "tail", "grep", "sed", "awk", "sort", "wc", "tee", "diff", "jq", "base64"})
_FILES = frozenset({"ls", "cp", "mv", "mkdir", "rm", "touch", "chmod", "chown", "ln", "find", "tar", "unzip"})
_LOOKS = frozenset(
    {"which", "type", "env", "printenv", "test", "[", "[[", "pwd", "whoami", "uname", "df", "free"}
)
_OTHERS = frozenset({"curl", "wget", "git", "node", "export", "unset", "locale-gen", "ssh-keygen", "openssl"})
_PROGRAMS = _INSTALLERS | _LINTERS | _TEXTS | _FILES | _LOOKS | _OTHERS
_MANAGERS = {
    "poetry": frozenset({"install", "config", "lock", "self", "check", "show", "env", "add", "--version"}),
    "uv": frozenset({"sync", "pip", "venv", "lock", "python", "tool", "add", "cache", "--version"}),
    "pdm": frozenset({"install", "sync", "lock", "use", "config", "add", "--version"}),
    "pipenv": frozenset({"install", "sync", "lock", "--version"}),
    "hatch": frozenset({"env", "build", "--version"}),
}
_MODULES = frozenset({"pip", "venv", "ensurepip", "compileall", "build", "poetry", "uv"}) | _LINTERS
_DOWNLOADS = frozenset({"curl", "wget"})
_INTERPRETERS = frozenset({"sh", "bash", "python", "python3"})
_NAMES_A_SERVER = re.compile(r"mysql|mariadb|my\.cnf", re.IGNORECASE)
_INSTALLS = frozenset(
    {"pip", "pip3", "apt-get", "apt", "uv", "poetry", "pipenv", "pdm", "conda", "brew", "echo"}
)


def recognise_harmless(pipeline: Pipeline, scope: Scope) -> Harmless | Unknown | None:
    """Package managers, linters, and commands that only look at files or change them."""
    commands = [argv_of(one, scope) for one in pipeline.commands if isinstance(one, Simple)]
    if not commands or len(commands) != len(pipeline.commands):
        return None
    if len(commands) > 1 and commands[0].program in _DOWNLOADS and commands[-1].program in _INTERPRETERS:
        # The installer of a package manager: curl … | sh
        return None if _NAMES_A_SERVER.search(" ".join(commands[0].known)) else Harmless()
    for argv in commands:
        mentions = [word for word in argv.known if _NAMES_A_SERVER.search(word)]
        if mentions and argv.program not in _INSTALLERS | _MANAGERS.keys():
            return Unknown(f"it names {mentions[0]}", is_server=True)
        manager = _MANAGERS.get(argv.program, frozenset())
        allowed = argv.module and argv.program in _MODULES
        allowed = allowed or (not argv.module and argv.program in _PROGRAMS)
        allowed = allowed or bool(argv.known and argv.known[0] in manager)
        is_version = argv.program.startswith("python") and argv.known in {("--version",), ("-V",)}
        if not (allowed or is_version):
            return None
    return Harmless()
