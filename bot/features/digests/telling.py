"""How a digest answers "why did I get this?". It keeps its own rhythm, so it is never offered."""

from __future__ import annotations

from bot.core.context import Context, ViewContext
from bot.core.feature import Telling
from bot.core.language import Words
from bot.core.message import Code, Spans
from storage.tellings import Told


def _is_wanted(ctx: Context, told: Told) -> bool:
    return False


def _line(ctx: ViewContext, told: Told) -> Spans | None:
    return None


def _why(words: Words, told: Told) -> Spans:
    return words.line(
        "the digest of its week, which every group gets once a week at its own hour; {command} changes or stops it.",
        command=Code("/digest"),
    )


DIGEST = Telling(is_wanted=_is_wanted, subject=_line, line=_line, why=_why)
