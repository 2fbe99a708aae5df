"""What makes two decisions look like a conflict: only what can be compared exactly, never what they mean. Pure.

A suggestion is a question to people, with its reason beside it; confirming or dismissing it is theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.core.language import mark
from storage.conflicts import Conflict
from storage.decisions import Decision
from storage.links import REFUSED, Link

CHOICE, DATES, TAG, SUPERSEDED, LINK, LEANING = "choice", "dates", "tag", "superseded", "link", "leaning"
MOST = 3
"""Suggestions for one decision: more would be noise."""
REASONS = {
    CHOICE: mark("Both decide “{what}”, and not alike."),
    DATES: mark("Both are about “{what}”, and their dates overlap."),
    TAG: mark("Both are about “{what}”, in nearly the same words."),
    SUPERSEDED: mark("{what}, which is not in force any more, is cited here."),
    LINK: mark("They were linked as conflicting."),
    LEANING: mark("This depends on {what}, which is not in force any more."),
}
_ALIKE = 0.5
"""From this share of common words on, two titles are about the same question."""
_LONGEST_SPAN = timedelta(days=366)
_DATE = re.compile(r"\b(\d{4}-\d{2}-\d{2})(?:\s*(?:\.\.|to|until|–|—|-|/)\s*(\d{4}-\d{2}-\d{2}))?\b")
_CITED = re.compile(r"\bD-(\d{1,9})\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
_IN_FORCE = ("proposed", "taken")
_RETIRED = ("superseded", "reversed")
_DECLARED = ("supersedes", "reverses", "amends")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why two decisions look like a conflict. `what`: the tag, the resource or the decision it is about."""

    rule: str
    what: str


def reason(rule: str, first: Decision, second: Decision) -> Reason | None:
    """The reason that a rule finds in two decisions as they are now; None: none."""
    return _RULES[rule](first, second)


def suggestions(
    new: Decision, others: Iterable[Decision], links: Sequence[Link], known: Iterable[Conflict]
) -> list[tuple[Decision, Reason]]:
    """Which of `others` the decision may conflict with, by the first rule that says so; at most MOST.

    Left out: what the decision is said to replace or change, and pairs that were looked at before.
    """
    declared = {_other(link, new.number) for link in links if link.relation in _DECLARED and link.state != REFUSED}
    looked_at = {number for conflict in known for number in conflict.numbers if new.number in conflict.numbers}
    found: list[tuple[Decision, Reason]] = []
    for other in others:
        if other.number == new.number or other.number in declared | looked_at or other.redacted_at is not None:
            continue
        first = next((why for rule in (SUPERSEDED, CHOICE, DATES, TAG) if (why := reason(rule, new, other))), None)
        if first is not None:
            found.append((other, first))
    return found[:MOST]


def cited(decision: Decision) -> list[int]:
    """The numbers of the decisions that its words name."""
    texts = (decision.title, decision.why, decision.alternatives, " ".join(decision.rests_on))
    numbers = (int(n) for text in texts for n in _CITED.findall(text))
    return [n for n in dict.fromkeys(numbers) if n and n != decision.number]


def resources(decision: Decision) -> list[str]:
    """Its tags as they can be looked up: a tag "hall:friday" is about the resource "hall"."""
    return list(dict.fromkeys(tag.partition(":")[0] for tag in decision.tags))


def is_exact(decision: Decision) -> bool:
    """Whether it makes a choice ("alerts:signal") or names a date, by which it can differ from its own group's, too."""
    return bool(_choices(decision) or spans(decision))


def spans(decision: Decision) -> list[tuple[date, date]]:
    """The dates that it names: (first, last) day each."""
    found = []
    for begin, end in _DATE.findall(f"{decision.title}\n{decision.why}\n{' '.join(decision.tags)}"):
        first = _date(begin)
        last = _date(end) if end else first
        if first and last and timedelta() <= last - first <= _LONGEST_SPAN:
            found.append((first, last))
    return found


def _choice(new: Decision, other: Decision) -> Reason | None:
    """The same resource ("alerts:signal", "alerts:sms"), decided differently."""
    if not _are_in_force(new, other):
        return None
    mine, theirs = _choices(new), _choices(other)
    for resource in sorted(mine.keys() & theirs.keys()):
        if mine[resource].isdisjoint(theirs[resource]):
            return Reason(CHOICE, resource)
    return None


def _dates(new: Decision, other: Decision) -> Reason | None:
    common = set(resources(new)) & set(resources(other))
    if not common or not _are_in_force(new, other):
        return None
    theirs = spans(other)
    if any(a <= d and c <= b for a, b in spans(new) for c, d in theirs):
        return Reason(DATES, sorted(common)[0])
    return None


def _tag(new: Decision, other: Decision) -> Reason | None:
    """The same tag and nearly the same title, decided by another group in other words."""
    common = set(new.tags) & set(other.tags)
    if not common or new.group_id == other.group_id or not _are_in_force(new, other):
        return None
    mine, theirs = _words(new.title), _words(other.title)
    if mine == theirs or not mine | theirs or len(mine & theirs) / len(mine | theirs) < _ALIKE:
        return None
    return Reason(TAG, sorted(common)[0])


def _superseded(new: Decision, other: Decision) -> Reason | None:
    is_cited = other.number in cited(new)
    return Reason(SUPERSEDED, other.id) if is_cited and other.status in _RETIRED else None


def _leaning(_: Decision, other: Decision) -> Reason | None:
    return Reason(LEANING, other.id) if other.status in _RETIRED else None


def _link(_: Decision, other: Decision) -> Reason | None:
    return Reason(LINK, other.id)


_RULES = {CHOICE: _choice, DATES: _dates, TAG: _tag, SUPERSEDED: _superseded, LINK: _link, LEANING: _leaning}


def _are_in_force(*both: Decision) -> bool:
    return all(decision.status in _IN_FORCE for decision in both)


def _choices(decision: Decision) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for tag in decision.tags:
        resource, _, choice = tag.partition(":")
        if choice:
            found.setdefault(resource, set()).add(choice)
    return found


def _words(title: str) -> set[str]:
    return {word for word in _WORD.findall(title.lower()) if len(word) > 2}


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _other(link: Link, number: int) -> int:
    return link.to_number if link.number == number else link.number
