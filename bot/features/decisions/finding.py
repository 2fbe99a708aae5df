"""Which words of a text say what it is about, and which decisions share the most of them. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import combinations

from bot.core.language import Words, mark
from storage.search import folded

LONGEST_WORDS, WORDS_OF_A_TITLE = 4, 3
_SHORTEST = 3
EMPTY = mark(
    "the and for are was were with from that this these those have has had not but our your their its what when where "
    "which who whom why how does did should would could can may must will about into than then them they you all any "
    "use one out over under after before because decide decided decision decisions group groups mycel"
)
"""Words that nearly every text has, without accents. A translation has those of its language."""


def empty_words(words: Words) -> frozenset[str]:
    """In the reader's language and in English, which is mixed into every other."""
    return _both(words(EMPTY))


@lru_cache
def _both(translated: str) -> frozenset[str]:
    return frozenset(f"{EMPTY} {translated}".split())


def content_words(text: str, empty: frozenset[str], most: int = LONGEST_WORDS) -> list[str]:
    """The words that say most: the longest that are no mere grammar."""
    words = dict.fromkeys(w for w in folded(text) if len(w) >= _SHORTEST and w not in empty)
    longest = sorted(words, key=lambda w: -len(w))[:most]
    return [w for w in words if w in longest]


def question_searches(text: str, empty: frozenset[str]) -> list[tuple[str, ...]]:
    """For decisions that may answer a question: any of its words, two of them count more."""
    words = content_words(text, empty)
    return [*combinations(words, 2), *((word,) for word in words)]


def ranked(searches: Sequence[tuple[str, ...]], found: Iterable[list[int]]) -> list[int]:
    """Numbers by how much they share; of equals the newest first."""
    scores: defaultdict[int, int] = defaultdict(int)
    for words, numbers in zip(searches, found, strict=False):
        for number in numbers:
            scores[number] += len(words) ** 2
    return sorted(scores, key=lambda number: (-scores[number], -number))


def shaping(numbers: Iterable[int], weights: Sequence[dict[int, int]], most: int) -> list[int]:
    """Those that weigh most, the newest first among equals. `weights`: points by number, of several kinds."""
    total = {number: sum(points.get(number, 0) for points in weights) for number in numbers}
    return sorted(total, key=lambda number: (-total[number], -number))[:most]
