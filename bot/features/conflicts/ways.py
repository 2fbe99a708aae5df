"""The ways on from a conflict, as buttons: for a channel, and for whoever reads it. Rights are checked when pressed."""

from __future__ import annotations

from bot.core.language import Words
from bot.core.message import Action
from bot.core.permissions import FACILITATOR
from bot.features.conflicts import rules
from bot.features.conflicts.loading import Case
from storage.conflicts import CONFIDED, OPEN, SUGGESTED
from storage.network import Person


def for_channel(words: Words, found: Case, group_id: int | None) -> list[Action]:
    """What those who read along in a channel may do; `group_id` None: where the circle meets."""
    conflict = found.conflict
    if conflict.state == SUGGESTED:
        return is_it_one(words, found.about)
    is_party = group_id in found.party_ids
    if conflict.state != OPEN:
        return [_reopen(words, found.about)] if is_party else []
    actions = _of_party(words, found, frozenset((group_id,))) if is_party and group_id is not None else []
    if conflict.host_id is None:
        return [*actions, host(words, found.about)]
    return actions if is_party else [*actions, *of_host(words, found.about)]


def for_person(words: Words, found: Case, person: Person) -> list[Action]:
    """What the person who reads it may do."""
    conflict, about = found.conflict, found.about
    is_party, is_facilitator = not found.party_ids.isdisjoint(person.group_ids), FACILITATOR in person.roles
    if conflict.state == CONFIDED:
        return of_raiser_in_confidence(words, about) if conflict.raiser_id == person.id else []
    if conflict.state == SUGGESTED:
        return is_it_one(words, about)[0 if is_party else 1 :] if is_party or is_facilitator else []
    if conflict.state != OPEN:
        return [_reopen(words, about)] if is_party and not conflict.is_private else []
    actions = _of_party(words, found, person.group_ids) if is_party else []
    if conflict.host_id is None and is_facilitator:
        actions.append(host(words, about))
    if conflict.host_id == person.id:
        tried = [] if is_party else [_tried(words, about)]
        actions += [*tried, *of_host(words, about), Action(words("Hand it back"), f"/host {about} --leave")]
    if conflict.raiser_id == person.id and not rules.was_taken_up(conflict, found.log):
        actions.append(_take_back(words, about))
    return actions


def is_it_one(words: Words, about: str) -> list[Action]:
    """What was suggested is a conflict, or none."""
    return [
        Action(words("It is a conflict"), f"/confirm {about}"),
        Action(words("It is none"), f"/dismiss {about}"),
    ]


def host(words: Words, about: str) -> Action:
    return Action(words("Host it"), f"/host {about}")


def of_host(words: Words, about: str) -> list[Action]:
    """The ends that a host proposes, for the groups to confirm."""
    return [
        Action(words("Settle it"), f"/settle {about}"),
        Action(words("Agree to differ"), f"/differ {about}"),
        Action(words("It is about values"), f"/value-conflict {about}"),
    ]


def of_raiser_in_confidence(words: Words, about: str) -> list[Action]:
    return [
        Action(words("Bring it into the open"), f"/raise {about}"),
        Action(words("Tell another facilitator"), f"/confide {about}"),
        _take_back(words, about),
    ]


def confirm(words: Words, about: str) -> Action:
    return Action(words("We confirm"), f"/confirm {about}", "primary")


def _of_party(words: Words, found: Case, group_ids: frozenset[int]) -> list[Action]:
    waits = any(party.group_id in group_ids and party.confirmed_at is None for party in found.parties)
    confirming = [confirm(words, found.about)] if found.conflict.ending and waits else []
    return [*confirming, _tried(words, found.about)]


def _tried(words: Words, about: str) -> Action:
    return Action(words("Write in its log"), f"/log {about}")


def _reopen(words: Words, about: str) -> Action:
    return Action(words("Open it again"), f"/reopen {about}")


def _take_back(words: Words, about: str) -> Action:
    return Action(words("Take it back"), f"/take-back {about}")
