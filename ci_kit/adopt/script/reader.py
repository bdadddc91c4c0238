"""Reads a shell script. What it does not understand is an error, never a guess.

The grammar is a part of the "Shell Command Language" of POSIX, with a few forms of bash.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from typing import Literal

from ci_kit.adopt.script.commands import (
    Command,
    Group,
    If,
    Loop,
    Pipeline,
    Redirect,
    Simple,
    Statement,
    Text,
    Word,
    commands_in,
)
from ci_kit.adopt.script.here_document import read_here_document
from ci_kit.adopt.script.scanner import Scanner
from ci_kit.adopt.script.words import UnsureError, WordReader

_REDIRECT = re.compile(r"(\d*)(<<<|<<-|<<|<&|<|>>|>&|>\||>|)|(&>>|&>)", re.ASCII)
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=", re.ASCII)
_ELEMENT = re.compile(r"[A-Za-z_]\w*\[", re.ASCII)
_TEST_OPERATOR = re.compile(r"&&|\|\||[<>()]")
_CLOSERS = frozenset({"then", "elif", "else", "fi", "do", "done", "}", "esac", "in", "!", "]]"})
_OPENERS = frozenset({"if", "while", "until", "for", "{", "[["})
_UNSUPPORTED = frozenset({"case", "function", "select", "coproc", "time", "((", "eval"})
_DEEPEST = 20


def read_script(text: str) -> tuple[Statement, ...]:
    """The statements of a script in their order. Raises UnsureError, with the reason and its position."""
    return _Reader(text).script()


class _Reader(Scanner):
    def __init__(self, text: str, depth: int = 0) -> None:
        super().__init__(text)
        if depth > _DEEPEST:
            raise UnsureError("commands are nested too deeply", 0)
        self.depth = depth
        self.words = WordReader(text, self._inner, lambda inner: _Reader(inner, depth + 1).script())

    def script(self) -> tuple[Statement, ...]:
        statements = self._statements(())
        if self.position < len(self.text):
            raise UnsureError(f"{self.text[self.position]!r} is not expected here", self.position)
        if self.bodies:
            raise UnsureError("a here-document begins within a quote", min(self.bodies))
        return statements

    def _inner(self, position: int) -> tuple[tuple[Statement, ...], int]:
        """The statements up to the parenthesis that closes ``$(``."""
        if self.depth > _DEEPEST:
            raise UnsureError("commands are nested too deeply", position)
        kept, self.position, words = self.position, position, self.words
        self.words = WordReader(self.text, self._inner, words.read_text)
        self.depth += 1
        statements = self._statements(())
        self.require(")")
        end, self.position, self.words = self.position, kept, words
        self.depth -= 1
        return statements, end

    # Grammar

    def _statements(self, closers: Collection[str]) -> tuple[Statement, ...]:
        statements: list[Statement] = []
        while True:
            self.skip_lines()
            if self.position >= len(self.text) or self.text[self.position] == ")":
                return tuple(statements)
            if self.keyword() in closers:
                return tuple(statements)
            statements.append(self._statement())

    def _body(self, *closers: str) -> tuple[Statement, ...]:
        """The statements of a compound command: at least one."""
        statements = self._statements(closers)
        if not statements:
            raise UnsureError("a command is missing", self.position)
        return statements

    def _statement(self) -> Statement:
        pipelines, operators = [self._pipeline()], []
        while self.at("&&") or self.at("||"):
            operators.append(self.text[self.position : self.position + 2])
            self.position += 2
            self.skip_lines()
            pipelines.append(self._pipeline())
        end, background = pipelines[-1].end, self.at("&")
        if background or (self.at(";") and not self.at(";;")):
            self.position += 1
        elif not (self.position >= len(self.text) or self.text[self.position] in "\n)"):
            raise UnsureError(f"{self.text[self.position]!r} is not expected here", self.position)
        bodies = [redirect.end for one in pipelines for redirect in _redirects(one)]
        return Statement(
            tuple(pipelines), tuple(operators), background, pipelines[0].start, max([end, *bodies])
        )

    def _pipeline(self) -> Pipeline:
        self.skip_blanks()
        start = self.position
        negated = self.keyword() == "!"
        if negated:
            self.position += 1
        commands = [self._command()]
        while self.at("|") and not self.at("||"):
            self.position += 2 if self.at("|&") else 1
            self.skip_lines()
            commands.append(self._command())
        return Pipeline(tuple(commands), negated, start, commands[-1].end)

    def _command(self) -> Command:
        self.skip_blanks()
        start, word = self.position, self.keyword()
        if word in _CLOSERS:
            raise UnsureError(f"{word!r} is not expected here", start)
        if word in _UNSUPPORTED or self.at("(("):
            raise UnsureError(f"{word or '(('!r} is not supported", start)
        match word:
            case "if":
                return self._if(start)
            case "while" | "until" | "for":
                return self._loop(start, word)
            case "{":
                self.position += 1
                body = self._body("}")
                self.require_word("}")
                return self._ended(Group(body, (), start, self.position))
            case "[[":
                return self._test(start)
        if self.at("("):
            self.position += 1
            body = self._body()
            self.require(")")
            return self._ended(Group(body, (), start, self.position))
        return self._simple(start)

    def _ended(self, command: Command) -> Command:
        """A compound command with the redirections that follow it."""
        redirects = self._trailing_redirects()
        return replace(command, redirects=redirects, end=self.position) if redirects else command

    def _if(self, start: int) -> Command:
        branches: list[tuple[tuple[Statement, ...], tuple[Statement, ...]]] = []
        otherwise: tuple[Statement, ...] = ()
        while self.keyword() in {"if", "elif"}:
            self.position += len(self.keyword())
            condition = self._body("then")
            self.require_word("then")
            branches.append((condition, self._body("elif", "else", "fi")))
        if self.keyword() == "else":
            self.position += len("else")
            otherwise = self._body("fi")
        self.require_word("fi")
        return self._ended(If(tuple(branches), otherwise, (), start, self.position))

    def _loop(self, start: int, kind: Literal["for", "while", "until"]) -> Command:
        self.position += len(kind)
        words: tuple[Word, ...] = ()
        condition: tuple[Statement, ...] = ()
        if kind == "for":
            if self.at("(("):
                raise UnsureError("'for ((' is not supported", start)
            self.position = self._word().end
            self.require_word("in")
            words = self._words()
            if self.at(";"):
                self.position += 1
        else:
            condition = self._body("do")
        self.require_word("do")
        body = self._body("done")
        self.require_word("done")
        return self._ended(Loop(kind, words, condition, body, (), start, self.position))

    def _test(self, start: int) -> Command:
        """``[[ … ]]``, in which ``&&``, ``<`` and parentheses are words."""
        words = []
        while True:
            self.skip_blanks()
            sign = _TEST_OPERATOR.match(self.text, self.position)
            word = Word((Text(sign[0]),), sign.start(), sign.end()) if sign else self._word()
            words.append(word)
            self.position = word.end
            if word.plain == "]]":
                return self._ended(Simple((), tuple(words), (), start, self.position))

    def _simple(self, start: int) -> Simple:
        assignments: list[tuple[str, Word]] = []
        words: list[Word] = []
        redirects: list[Redirect] = []
        end = start
        while True:
            self.skip_blanks()
            if redirect := self._redirect():
                redirects.append(redirect)
                end = self.position
                continue
            word = self.words.word(self.position)
            if word.end == word.start:
                break
            self.position = end = word.end
            if self.text.startswith("(", word.end) or (not words and _ELEMENT.match(self.text, word.start)):
                raise UnsureError("a function or an array is not supported", word.start)
            if not words and _bare(word) in _CLOSERS | _OPENERS | _UNSUPPORTED:
                raise UnsureError(f"{word.plain!r} is not expected here", word.start)
            found = _ASSIGNMENT.match(self.text, word.start)
            if found and not words:
                assignments.append((found[1], _without(word, found.end() - found.start())))
                continue
            words.append(word)
        if not (assignments or words or redirects):
            raise UnsureError("a command is missing", start)
        return Simple(tuple(assignments), tuple(words), tuple(redirects), start, end)

    def _word(self) -> Word:
        self.skip_blanks()
        word = self.words.word(self.position)
        if word.end == word.start:
            raise UnsureError("a word is missing", self.position)
        return word

    def _words(self) -> tuple[Word, ...]:
        words: list[Word] = []
        while True:
            self.skip_blanks()
            word = self.words.word(self.position)
            if word.end == word.start:
                return tuple(words)
            words.append(word)
            self.position = word.end

    def _trailing_redirects(self) -> tuple[Redirect, ...]:
        redirects = []
        end = self.position
        self.skip_blanks()
        while redirect := self._redirect():
            redirects.append(redirect)
            end = self.position
            self.skip_blanks()
        self.position = end
        return tuple(redirects)

    def _redirect(self) -> Redirect | None:
        found = _REDIRECT.match(self.text, self.position)
        operator = found and (found[2] or found[3])
        if not found or not operator:
            return None
        if self.text.startswith("(", found.end()):
            raise UnsureError("'<(…)' is not supported", self.position)
        self.position = found.end()
        target = self._word()
        self.position = target.end
        if self.text.startswith(("<", ">"), target.end) and (target.plain or "").isdecimal():
            raise UnsureError("a redirection has no file", target.start)
        if operator in {"<<", "<<-"}:
            return read_here_document(self, operator, target)
        return Redirect(operator, target, found[1] or "", None, target.end)


def _redirects(pipeline: Pipeline) -> list[Redirect]:
    inner = commands_in([Statement((pipeline,), (), False, pipeline.start, pipeline.end)])
    return [redirect for command in inner for redirect in command.redirects if redirect.body]


def _bare(word: Word) -> str:
    """The text of a word without quotes; empty for any other word."""
    return "" if any(getattr(part, "quoted", True) for part in word.parts) else word.plain or ""


def _without(word: Word, length: int) -> Word:
    """The value of an assignment: the word without the name and ``=``."""
    first, *rest = word.parts
    if not isinstance(first, Text):
        raise UnsureError("an assignment is not understood", word.start)
    value = Text(first.text[length:], first.quoted)
    return Word((*((value,) if value.text else ()), *rest), word.start + length, word.end)
