"""Blocks of Markdown in a place with a size limit: whole blocks, from the top."""

from __future__ import annotations

from collections.abc import Callable, Iterable

_CUT = "… cut here: the page would exceed GitHub's size limit.\n"


def byte_size(text: str) -> int:
    """The length in UTF-8."""
    return len(text.encode(errors="replace"))


def fit_blocks(blocks: Iterable[str], room: int, *, measure: Callable[[str], int] = byte_size) -> str:
    """The blocks that fit into ``room``, and a note if some are left out. ``measure`` gives a text's size."""
    kept: list[str] = []
    used = 0
    for block in blocks:
        used += measure(block) + bool(kept)
        kept.append(block)
        if used > room:
            return _cut(kept, room, measure)
    return "\n".join(kept)


def _cut(blocks: list[str], room: int, measure: Callable[[str], int]) -> str:
    while blocks and measure("\n".join([*blocks, _CUT])) > room:
        blocks.pop()
    return "\n".join([*blocks, _CUT]) if measure(_CUT) <= room else ""
