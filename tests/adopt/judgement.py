"""Compares a workflow before and after its adoption, byte for byte."""

from __future__ import annotations

from collections import Counter

from tests.adopt.cases import Case

BOM = b"\xef\xbb\xbf"


def changed_lines_that_stay(case: Case, after: bytes) -> list[str]:
    """What differs outside the lines that adopt may change: one message for each difference.

    Adjacent lines that stay must stay adjacent. New text is only accepted where lines may go.
    """
    blocks = _blocks_that_stay(case)
    first, *middle, last = blocks if len(blocks) > 1 else (*blocks, b"")
    if len(blocks) == 1 and case.data != after:
        return ["a line differs, and every line must stay"]
    problems = []
    position = len(first)
    if not after.startswith(first):
        problems.append(f"the text before the first change differs:\n{_text(first)}")
    for block in middle:
        found = _find_lines(after, block, position)
        if found < 0:
            problems.append(f"these lines are changed, or no longer in their order:\n{_text(block)}")
        else:
            position = found + len(block)
    start = len(after) - len(last)
    if start < position or (last and _find_lines(after, last, start) != start):
        problems.append(f"the text after the last change differs:\n{_text(last)}")
    return problems


def lines_left_over(case: Case, after: bytes) -> list[str]:
    """The lines that must go, and are still there."""
    stay = Counter(line.strip() for number, line in enumerate(case.lines, 1) if number not in case.gone)
    now = Counter(line.strip() for line in after.splitlines())
    gone = {case.lines[number - 1].strip() for number in case.gone}
    return [_text(line) for line in sorted(gone) if line and now[line] > stay[line]]


def wrong_line_ends(case: Case, after: bytes) -> list[str]:
    """The lines of a file that do not end as those before, and a byte order mark that differs."""
    end = b"\r\n" if b"\r\n" in case.data else b"\n"
    problems = [
        f"line {number} ends with {line[-2:]!r}"
        for number, line in enumerate(after.splitlines(keepends=True), 1)
        if line.endswith(b"\n") and line.endswith(b"\r\n") != (end == b"\r\n")
    ]
    if after.startswith(BOM) != case.data.startswith(BOM):
        problems.append("the byte order mark differs")
    return problems


def _blocks_that_stay(case: Case) -> list[bytes]:
    """The text between the lines that may change. The first or the last block may be empty."""
    blocks = [b""]
    changing = False
    for number, line in enumerate(case.lines, 1):
        if number in case.changeable:
            changing = True
            continue
        if changing:
            blocks.append(b"")
            changing = False
        blocks[-1] += line
    if changing:
        blocks.append(b"")
    return blocks


def _find_lines(text: bytes, block: bytes, start: int) -> int:
    """The position of the block at the beginning of a line, -1 if there is none."""
    found = text.find(block, start)
    while found > 0 and text[found - 1 : found] != b"\n":
        found = text.find(block, found + 1)
    return found


def _text(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace")
