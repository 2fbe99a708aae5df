"""The rules of input windows: what a message says, for which group, who is asked until when. Pure; times aware UTC."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.core.errors import UserError
from bot.core.language import Words, mark
from storage.contributions import ANSWERED, CARRIED, CONCERN, OPEN, RESOLVED, RESTED, TALK, Contribution
from storage.input_windows import CANCELLED, CLOSED, CONCLUDED, Window, WindowGroup
from storage.input_windows import OPEN as OPEN_WINDOW
from storage.network import Group

SUPPORT, QUESTION, DATA, CONTEXT = "support", "question", "data", "context"
KINDS = (SUPPORT, CONCERN, QUESTION, DATA, CONTEXT)
ADOPTED, WITH_CHANGES, WITHDRAWN = "adopted", "adopted-with-changes", "withdrawn"
STANDING = (OPEN, ANSWERED, CARRIED)
"""States of a concern that somebody has to speak for."""
OUTCOMES = (ADOPTED, WITH_CHANGES, WITHDRAWN)
REACTIONS: Mapping[str, str] = {"👍": SUPPORT, "❓": QUESTION, "✋": CONCERN}
"""Reactions offered under a head message, in order."""

# The words a message begins with, in the channel's language; several are separated by commas.
LEADING = {
    SUPPORT: mark("support:"),
    CONCERN: mark("concern:"),
    QUESTION: mark("question:"),
    DATA: mark("data:"),
    CONTEXT: mark("context:"),
}
_LEAD = re.compile(r"[*_~`>]{0,3} ?([^\W\d_]{3,20}) ?[*_~`]{0,3} ?[:\uff1a][*_~`]{0,3}\s*")
_FIRST = re.compile(r"([^\W\d_]{3,20})(?:\s+|$)")
_SHADES = re.compile("[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said: of which kind, in which words."""

    stance: str
    text: str


def leading_words(words: Words) -> dict[str, str]:
    """Leading word (in lower case) → kind, in a channel's language and in English."""
    own = {word.strip(" :").lower(): kind for kind in LEADING for word in words(LEADING[kind]).split(",")}
    return {kind: kind for kind in LEADING} | own


def read(text: str, leading: Mapping[str, str]) -> Said:
    """A message: with a leading word ("concern: …") it has a kind, without one it is talk."""
    text = text.strip()
    found = _LEAD.match(text)
    kind = leading.get(found[1].lower()) if found else None
    if found is None or kind is None:
        return Said(TALK, text)
    return Said(kind, text[found.end() :])


def read_typed(stance: str, text: str, leading: Mapping[str, str]) -> Said:
    """What was typed behind `input D-1`: the kind may also lead without a colon, in the channel's language."""
    text = text.strip()
    if stance:
        return Said(stance, text)
    said = read(text, leading)
    first = _FIRST.match(text)
    if said.stance == TALK and first and (kind := leading.get(first[1].lower())):
        return Said(kind, text[first.end() :])
    return said


def read_reaction(emoji: str) -> str | None:
    """The kind that a reaction stands for, in every shade of skin; None for all others."""
    return REACTIONS.get(_SHADES.sub("", emoji))


def speaker_group(place: int | None, mine: Collection[int], asked: Collection[int], deciding: int) -> int | None:
    """The group for which somebody speaks; None where that is not clear.

    In the channel of an asked or the deciding group: for that group. Elsewhere: for the only asked group that they
    belong to, else for the deciding group if they belong to it.
    """
    if place is not None and (place in asked or place == deciding):
        return place
    own = set(mine) & set(asked)
    if len(own) == 1:
        return next(iter(own))
    return deciding if not own and deciding in mine else None


def asked_group(place: int | None, mine: Collection[int], asked: Collection[int], typed: str) -> int:
    """The asked group that somebody acts for by the command `typed`. UserError where there is none, or several."""
    own = set(mine) & set(asked)
    if place is not None and place in own:
        return place
    if len(own) == 1:
        return next(iter(own))
    if not own:
        raise UserError("Your group is not asked here, so there is nothing to pass or to hold.")
    raise UserError("You belong to several of the groups that are asked. Say for which one.", f"{typed} --as GROUP")


def check_speaker(named: Group | None, mine: Collection[int], groups: Collection[int], about: str) -> None:
    """Whoever names a group speaks for that one and for no other. UserError where they cannot."""
    if named is None:
        return
    if named.id not in mine:
        raise UserError("You are no member of {group}.", group=named.name)
    if named.id not in groups:
        raise UserError("{group} is not asked about {id}.", group=named.name, id=about)


def check_open(window: Window) -> None:
    """UserError unless input is still asked for."""
    if window.state != OPEN_WINDOW:
        raise UserError("{id} is not open for input any more.", id=window.about)


def check_hold(row: WindowGroup, group: Group, about: str, shown_end: str, now: datetime) -> None:
    """UserError unless the group can ask for time: once, and while it has some. `shown_end`: its own end."""
    if row.held_at is not None:
        raise UserError(
            "{group} has asked for time on {id} already, and has it until {end}.",
            group=group.name,
            id=about,
            end=shown_end,
        )
    if row.closes_at <= now:
        raise UserError(
            "The time of {group} on {id} ended {end}. What you say in the thread still counts until it closes.",
            f"/input {about} concern …",
            group=group.name,
            id=about,
            end=shown_end,
        )


def check_all_heard(window: Window, silent: str, shown_end: str) -> None:
    """UserError where groups have not been heard (`silent`: their names): nobody's time is cut short."""
    if silent:
        raise UserError(
            "{id} closes early only when every affected group was heard, and these were not: {groups}. "
            "It closes by itself {end}.",
            f"/outcome {window.about} withdrawn",
            id=window.about,
            groups=silent,
            end=shown_end,
        )


def asked_ids(decision_group: int, affected: Iterable[int]) -> tuple[int, ...]:
    """Who is asked: the affected groups; where nobody else is affected, the deciding group itself."""
    others = tuple(dict.fromkeys(id for id in affected if id != decision_group))
    return others or (decision_group,)


def wants_reminder(asked: WindowGroup, group_state: str, next_at: datetime, now: datetime) -> bool:
    """Whether a reminder that is due still makes sense: the one place that says who is addressed.

    `next_at`: when the next one, or the group's close, is due.
    """
    is_waited_for = asked.is_asked and group_state == "active" and asked.heard_at is None
    return is_waited_for and now < min(next_at, asked.closes_at)


def is_late(window: Window, said_at: datetime) -> bool:
    """Whether something was said after the window's end; what arrives late but was said in time is not."""
    return said_at > min(window.closes_at, window.closed_at or window.closes_at)


def first_state(stance: str) -> str:
    """The state in which a contribution of a kind begins."""
    return OPEN if stance == CONCERN else ""


def edited(old: Contribution, said: Said, said_at: datetime, now: datetime) -> Contribution | None:
    """A contribution after an edit of its message; None where the edit is older than what is known, or it is gone.

    A concern stays what it became; one that was none before begins open.
    """
    if old.redacted_at is not None or said_at < old.said_at:
        return None
    if (said.stance, said.text) == (old.stance, old.text):
        return None
    state = old.state if said.stance == old.stance else first_state(said.stance)
    return replace(old, stance=said.stance, text=said.text, state=state, said_at=said_at, edited_at=now)


def to_version(changed: Contribution, window: Window) -> Contribution:
    """Support that somebody words anew is given to the proposal as it is now."""
    return replace(changed, version=max(changed.version, window.substance_version))


def check_take_over(concern: Contribution, text: str, *, is_holder_gone: bool, by: int) -> None:
    """UserError unless it can be taken over: nobody speaks for it any more, or who took it over gives it words."""
    id = f"C-{concern.id}"
    if concern.state == RESOLVED:
        raise UserError("{id} is resolved already.", id=id)
    is_wordless = not concern.text and concern.taken_over_by == by
    if not is_holder_gone and not is_wordless:
        raise UserError(
            "{id} has somebody who speaks for it. It is theirs to resolve.", f"/show D-{concern.number}", id=id
        )
    if concern.text and text.strip():
        raise UserError("{id} has its raiser's words, and they stay. Take it over as it is.", f"/take-over {id}", id=id)


def state_taken_over(concern: Contribution, window: Window, *, has_answer: bool) -> str:
    """The state of a concern that somebody speaks for again."""
    if concern.state != RESTED:
        return concern.state
    if window.state == CONCLUDED:
        return CARRIED
    return ANSWERED if has_answer else OPEN


def check_no_concern(about: str, concerns: Collection[Contribution]) -> None:
    """UserError where somebody raised a concern: that is answered by an outcome, not by taking all of it back."""
    if concerns:
        raise UserError(
            "{id} has a concern already, which is not to go under. Say what becomes of it instead of taking it back.",
            f"/outcome {about} withdrawn",
            id=about,
        )


def check_outcome(window: Window, outcome: str, asked: Collection[WindowGroup], shown_end: object) -> None:
    """UserError unless the window may be concluded this way now. `shown_end`: its end as the asker reads it."""
    if window.state == CONCLUDED:
        raise UserError("{id} has its outcome already.", f"/show {window.about}", id=window.about)
    if window.state == CANCELLED:
        raise UserError("{id} was taken back; there is nothing left to conclude.", id=window.about)
    if window.state == CLOSED or outcome == WITHDRAWN or all(group.heard_at for group in asked):
        return
    raise UserError(
        "{id} is open for input until {end}, and not every affected group has been heard. "
        "Until then it can only be withdrawn.",
        f"/outcome {window.about} withdrawn",
        id=window.about,
        end=shown_end,
    )
