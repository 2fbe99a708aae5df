"""Lengths said in words: "10 business days"."""

from __future__ import annotations

from typing import assert_never

from bot.core.durations import BusinessDays, Days, Duration, EndOf, Hours, Minutes, Months, OnDate, OnWeekday, Weeks
from bot.core.language import Words


def in_words(words: Words, length: Duration) -> str:
    """A counted length in the reader's language; dates and the like as they are typed."""
    match length:
        case BusinessDays(n):
            return words.plural("{n} business day", "{n} business days", n)
        case Days(n):
            return words.plural("{n} day", "{n} days", n)
        case Weeks(n):
            return words.plural("{n} week", "{n} weeks", n)
        case Months(n):
            return words.plural("{n} month", "{n} months", n)
        case Hours(n):
            return words.plural("{n} hour", "{n} hours", n)
        case Minutes(n):
            return words.plural("{n} minute", "{n} minutes", n)
        case OnDate() | OnWeekday() | EndOf():
            return str(length)
        case _:
            assert_never(length)
