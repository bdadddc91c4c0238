"""The workflows of the corpus, with what a careful person expects for each."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from tests.runner.image import ServerName

CORPUS = Path(__file__).parent / "corpus"

Result: TypeAlias = Literal["adopted", "part", "open", "refused", "nothing", "invalid"]
"""What adopt must do: replace everything, replace a part, either of them or nothing, or change nothing."""

Run: TypeAlias = Literal["service", "mariadb", "services", "docker", ""]
"""The database server of the run before the adoption; empty if the workflow cannot run here."""


@dataclass(frozen=True)
class Case:
    """One workflow of the corpus, and the facts about it."""

    name: str
    data: bytes
    traits: tuple[str, ...]
    result: Result
    run: Run = ""
    no_run: str = ""
    """Why the workflow cannot run here."""
    gone: frozenset[int] = frozenset()
    """The numbers of the lines that adopt must remove."""
    free: frozenset[int] = frozenset()
    """The numbers of the lines that adopt may remove or change. All other lines stay byte for byte."""
    line: frozenset[int] = frozenset()
    """The lines that the error about an invalid workflow may name."""
    explains: tuple[str, ...] = ()
    """Texts that the explanation must contain, in any case of letters."""
    job: str = ""
    """The job of `settings`, if adopt changes several jobs."""
    settings: dict[str, str] = field(default_factory=dict)
    """The settings that the run of ci-kit must have, from an input, from the environment or by default."""
    installer: Literal["pip", "poetry", "uv"] = "pip"
    project: str = "."
    """The folder of the project in the repository."""
    matrix: str = ""
    """The cell of the matrix that runs."""
    sql_mode: str = ""
    """The server's sql_mode that the tests must find."""
    databases: tuple[str, ...] = ()
    """Databases that must exist beside the one of the tests."""
    tables: tuple[str, ...] = ()
    """Tables that must exist in the database of the tests."""
    database: str = ""
    password: str = ""
    port: int = 3306
    """The port of the server before the adoption."""

    @property
    def lines(self) -> list[bytes]:
        return self.data.splitlines(keepends=True)

    @property
    def changeable(self) -> frozenset[int]:
        """The lines that may go or change: those that the facts name, and the empty lines beside them."""
        found = set(self.gone | self.free)
        for step in (1, -1):
            for line in self.gone | self.free:
                number = line + step
                while 1 <= number <= len(self.lines) and not self.lines[number - 1].strip():
                    found.add(number)
                    number += step
        return frozenset(found)

    @property
    def server(self) -> ServerName:
        """The server of the machine that can run the workflow."""
        return "mariadb" if self.run == "mariadb" or "services: mariadb" in self.traits else "mysql"

    @property
    def must_change(self) -> bool:
        return self.result in ("adopted", "part")

    @property
    def may_change(self) -> bool:
        return self.must_change or self.result == "open"


def load_cases() -> list[Case]:
    """All cases, in the order of their numbers. Raises ValueError for a fact that is not known."""
    paths = sorted(CORPUS.glob("*.yml"), key=lambda path: int(path.stem.partition("-")[0]))
    return [_load(path) for path in paths]


def _load(path: Path) -> Case:
    facts = tomllib.loads(path.with_suffix(".toml").read_text(encoding="utf-8"))
    if facts["result"] not in get_args(Result) or facts.get("run", "") not in get_args(Run):
        raise ValueError(f"{path.stem}: unknown result or run")
    if bool(facts.get("run")) == bool(facts.get("no-run")):
        raise ValueError(f"{path.stem}: expected either run or no-run")
    known: dict[str, object] = {}
    for name, value in facts.items():
        match name, value:
            case (("gone" | "free" | "line"), str(text)):
                known[name] = _numbers(text)
            case _, list(texts):
                known[name] = tuple(texts)
            case _:
                known[name.replace("-", "_")] = value
    return Case(path.stem, path.read_bytes(), **known)  # type: ignore[arg-type]


def _numbers(text: str) -> frozenset[int]:
    """The numbers that ``3-5 8`` means."""
    found: set[int] = set()
    for part in text.split():
        first, _, last = part.partition("-")
        found.update(range(int(first), int(last or first) + 1))
    return frozenset(found)
