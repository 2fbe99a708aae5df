"""What Mycel knows of one person, shown to that person alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.language import Words
from bot.core.message import (
    Action,
    Actions,
    Block,
    Bullets,
    Code,
    Fields,
    Heading,
    Message,
    Note,
    Paragraph,
    Spans,
    text,
)
from storage.network import Person
from storage.people import Identity


@dataclass(frozen=True, slots=True)
class Known:
    """A person with accounts, the names of their groups, and of those for which they are on call."""

    person: Person
    accounts: Sequence[Identity]
    groups: Sequence[str]
    on_call_for: Sequence[str] = ()


def known_shown(words: Words, known: Known) -> Message:
    """The answer to `whoami`."""
    person = known.person
    titles = {"steward": words("steward"), "facilitator": words("facilitator")}
    held = [titles.get(role, role) for role in sorted(person.roles)] or [words("member")]
    accounts = [f"{a.platform} {a.workspace} {a.account}" for a in known.accounts]
    rows = [
        (words("Name"), text(person.name)),
        (words("Accounts"), text(", ".join(accounts) or words("none stored yet"))),
        (words("Groups"), text(", ".join(known.groups) or words("none yet: speak in a group’s channel"))),
        (words("Roles"), text(", ".join(held))),
        (words("Time zone"), text(person.zone or words("not known; your group’s is used"))),
    ]
    if known.on_call_for:
        rows.append((words("On call for"), text(", ".join(known.on_call_for))))
    link = words.line("Another account of yours? {command}", command=Code("/link-account"))
    return Message((Fields(tuple(rows)), Note(link)))


def privacy_shown(words: Words, known: Known, records: Sequence[Block]) -> Message:
    """The answer to `privacy`; `records` are the features' own counts."""
    counts = (
        text(words.plural("{n} account on a platform", "{n} accounts on platforms", len(known.accounts))),
        text(words.plural("{n} membership of a group", "{n} memberships of groups", len(known.groups))),
        text(words.plural("{n} role", "{n} roles", len(known.person.roles))),
    )
    return Message(
        (
            Heading(words.line("What Mycel keeps about you")),
            Bullets(
                (
                    words.line("Your name and time zone as your platform gives them: {name}.", name=known.person.name),
                    *counts,
                )
            ),
            *records,
            Heading(words.line("Who can read it")),
            Bullets(_readers(words)),
            Heading(words.line("How long, and how it goes")),
            Bullets(_endings(words)),
        )
    )


def _readers(words: Words) -> tuple[Spans, ...]:
    return (
        words.line("Who will read what you log is shown with it: the network, unless you choose fewer."),
        words.line("What is said in a channel and is neither a command nor an answer in an open window is not kept."),
        words.line(
            "Whoever runs this Mycel can read its whole database, whatever the audience. If that is a danger to you,"
            " do not write it here."
        ),
        words.line("Nothing leaves for third parties, and there are no figures per person."),
    )


def _endings(words: Words) -> tuple[Spans, ...]:
    return (
        words.line("Decisions and what was said on them are the memory of the network and stay, with every version."),
        words.line("{command} removes a text everywhere.", command=Code("/redact D-1")),
        words.line(
            "{command} removes you: accounts, memberships, roles and your name. That something happened stays, without"
            " your name and your words.",
            command=Code("/forget-me"),
        ),
        words.line("A group that leaves the network takes along what its people decided and said for it, with names."),
        words.line("Backups, and what your platform keeps itself, are out of Mycel’s reach."),
    )


def forget_asked(words: Words, *, is_last_steward: bool) -> Message:
    """What will happen, before it does."""
    blocks: list[Block] = [
        Paragraph(words.line("This cannot be undone. Mycel will:")),
        Bullets(
            (
                words.line("delete your accounts, memberships and roles, and your name and time zone"),
                words.line("blank what you wrote in input; decisions stay the group’s, without your name"),
                words.line("know you as somebody new if you speak in a group’s channel again"),
            )
        ),
    ]
    if is_last_steward:
        note = words.line(
            "You are the last steward. Give somebody else the role first ({command}), or whoever runs Mycel has to make"
            " a new code.",
            command=Code("/roles PERSON steward"),
        )
        blocks.append(Note(note))
    blocks.append(Actions((Action(words("Forget me"), "/forget-me --yes", "danger"),)))
    return Message(tuple(blocks))
