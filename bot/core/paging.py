"""Long messages in pages that a phone can show: cut between blocks, never within one. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from bot.core.message import Block, block_to_plain

PAGE_LENGTH = 2800
"""Characters on a page, about three screens of a phone; a longer block has a page of its own."""


def pages(blocks: Iterable[Block], length: int = PAGE_LENGTH) -> list[tuple[Block, ...]]:
    """The blocks in pages of at most `length` characters each; at least one page, which may be empty."""
    found: list[list[Block]] = [[]]
    used = 0
    for block in blocks:
        size = len(block_to_plain(block))
        if found[-1] and used + size > length:
            found.append([])
            used = 0
        found[-1].append(block)
        used += size
    return [tuple(page) for page in found]
