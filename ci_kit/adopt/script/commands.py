"""What a shell script consists of. ``start`` and ``end`` are positions in the text of the script."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias


@dataclass(frozen=True)
class Text:
    """Characters that the shell passes on, or expands if they are an unquoted pattern such as ``*.py``."""

    text: str
    quoted: bool = False


@dataclass(frozen=True)
class Variable:
    """``$NAME`` or ``${NAME}``; the name is ``?`` for the exit code of the last command."""

    name: str
    quoted: bool = False


@dataclass(frozen=True)
class Expression:
    """The text between ``${{`` and ``}}``. GitHub replaces it before the shell reads the script.

    ``quote`` is the quote around it, empty if there is none.
    """

    text: str
    quote: str = ""


@dataclass(frozen=True)
class Substitution:
    """``$(…)``: the output of commands."""

    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class Opaque:
    """What only a shell can evaluate, such as ``${NAME:-x}`` or ``$((1 + 1))``."""

    text: str


Part: TypeAlias = Text | Variable | Expression | Substitution | Opaque


@dataclass(frozen=True)
class Word:
    """One word of a command, or the body of a here-document."""

    parts: tuple[Part, ...]
    start: int
    end: int

    @property
    def plain(self) -> str | None:
        """The word if it is one text without anything to evaluate, otherwise None."""
        if not all(isinstance(part, Text) for part in self.parts):
            return None
        return "".join(part.text for part in self.parts if isinstance(part, Text))

    @property
    def is_pattern(self) -> bool:
        """Whether the shell may replace the word by the names of files."""
        bare = [part.text for part in self.parts if isinstance(part, Text) and not part.quoted]
        starts_bare = bool(self.parts) and isinstance(self.parts[0], Text) and not self.parts[0].quoted
        return any(set(text) & set("*?[") for text in bare) or (starts_bare and bare[0].startswith("~"))


@dataclass(frozen=True)
class Redirect:
    """``operator`` is written without a number. ``body`` is the text of a here-document."""

    operator: str
    target: Word
    descriptor: str = ""
    body: Word | None = None
    end: int = 0


@dataclass(frozen=True)
class Simple:
    """A program or a builtin with its words."""

    assignments: tuple[tuple[str, Word], ...]
    words: tuple[Word, ...]
    redirects: tuple[Redirect, ...]
    start: int
    end: int


@dataclass(frozen=True)
class If:
    """``branches`` has the condition and the body of ``if`` and of each ``elif``."""

    branches: tuple[tuple[tuple[Statement, ...], tuple[Statement, ...]], ...]
    otherwise: tuple[Statement, ...]
    redirects: tuple[Redirect, ...]
    start: int
    end: int


@dataclass(frozen=True)
class Loop:
    """``words`` are those after ``in`` of a ``for``; ``condition`` is that of ``while`` and ``until``."""

    kind: Literal["for", "while", "until"]
    words: tuple[Word, ...]
    condition: tuple[Statement, ...]
    body: tuple[Statement, ...]
    redirects: tuple[Redirect, ...]
    start: int
    end: int


@dataclass(frozen=True)
class Group:
    """``{ …; }``, or ``( … )`` in a subshell."""

    body: tuple[Statement, ...]
    redirects: tuple[Redirect, ...]
    start: int
    end: int


Command: TypeAlias = Simple | If | Loop | Group


@dataclass(frozen=True)
class Pipeline:
    """Commands with ``|`` between them."""

    commands: tuple[Command, ...]
    negated: bool
    start: int
    end: int

    @property
    def only(self) -> Command | None:
        """Its command, if it is one that is not negated."""
        return self.commands[0] if len(self.commands) == 1 and not self.negated else None


@dataclass(frozen=True)
class Statement:
    """Pipelines with ``&&`` or ``||`` between them. ``end`` includes the bodies of here-documents."""

    pipelines: tuple[Pipeline, ...]
    operators: tuple[str, ...]
    background: bool
    start: int
    end: int


def commands_in(statements: Iterable[Statement]) -> Iterator[Command]:
    """Every command of statements, also those in others and in substitutions."""
    for statement in statements:
        for pipeline in statement.pipelines:
            for command in pipeline.commands:
                yield command
                yield from commands_in(_inner(command))


def words_of(command: Command) -> Iterator[Word]:
    """The words of one command, with the values of its assignments."""
    match command:
        case Simple():
            yield from (word for _, word in command.assignments)
            yield from command.words
        case Loop():
            yield from command.words
    yield from (redirect.body or redirect.target for redirect in command.redirects)


def _inner(command: Command) -> Iterator[Statement]:
    for word in words_of(command):
        for part in word.parts:
            if isinstance(part, Substitution):
                yield from part.statements
    match command:
        case If():
            for condition, body in command.branches:
                yield from (*condition, *body)
            yield from command.otherwise
        case Loop():
            yield from (*command.condition, *command.body)
        case Group():
            yield from command.body
