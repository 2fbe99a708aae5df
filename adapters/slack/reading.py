"""Slack's texts as people read them: without markup in angle brackets and escapes. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.slack.port import Known, Payload

_MARKUP = re.compile(r"<([^<>]*)>")
_PERSON = re.compile(r"<@([UW][A-Z0-9]+)(?:\|([^<>]*))?>")
_OPTION = re.compile("(?:--|[\u2013\u2014])([a-z-]+)=?")
_SKIN = re.compile(r"::skin-tone-\d$")
EMOJI = {
    "+1": "👍",
    "thumbsup": "👍",
    "question": "❓",
    "grey_question": "❓",
    "hand": "✋",
    "raised_hand": "✋",
}
"""Names of the signs that Mycel offers; whatever else somebody puts on a message keeps its name."""


def people_in(text: str) -> frozenset[str]:
    """The accounts that a text mentions."""
    return frozenset(user for user, _ in _PERSON.findall(text))


def read(text: str, known: Known, *, options: Collection[str] = ()) -> str:
    """The text as people read it. `options`: of the command that it is, those that name a person, "" for one that is
    named right behind the command; there people of this workspace are given by their account, as names are not unique.
    """
    parts, at = [], 0
    for found in _MARKUP.finditer(text):
        is_account = bool(options) and _names_a_person(text[: found.start()], options)
        parts += [html.unescape(text[at : found.start()]), _meant(found[1], known, as_account=is_account)]
        at = found.end()
    return "".join((*parts, html.unescape(text[at:])))


def _names_a_person(before: str, options: Collection[str]) -> bool:
    """Whether what follows these words of a command is the value of such an option."""
    words = [word.lower() for word in before.split() if word.lower() != "mycel"]
    option = _OPTION.fullmatch(words[-1]) if words else None
    return option[1] in options if option else "" in options and len(words) == 1


def _meant(markup: str, known: Known, *, as_account: bool) -> str:
    target, _, label = markup.partition("|")
    target, label = html.unescape(target), html.unescape(label)
    match target[:1]:
        case "@":
            return _person(target[1:], label, known, as_account=as_account)
        case "#":
            return f"#{label or target[1:]}"
        case "!":
            return _special(target[1:], label)
        case _:
            return _link(target, label)


def _person(user: str, label: str, known: Known, *, as_account: bool) -> str:
    is_own = known.home_of(user) == known.workspace
    return f"@{user}" if as_account and is_own else f"@{known.name_of(user, label)}"


def _special(target: str, label: str) -> str:
    """Mass mentions, user groups, dates."""
    if label:
        return label
    return "" if target.startswith("date^") else f"@{target.partition('^')[2] or target}"


def _link(target: str, label: str) -> str:
    address = target.removeprefix("mailto:")
    return address if not label or label in address else f"{label} ({address})"


def mention_of(bot_user: str, text: str) -> str | None:
    """What stands behind a mention of the bot at the beginning; None if it is not called there."""
    found = _PERSON.match(text.lstrip())
    if found is None or found[1] != bot_user:
        return None
    return text.lstrip()[found.end() :].lstrip(" \t\n:,")


def with_files(text: str, files: Any) -> str:
    """The text with the names of what was shared with it; the files themselves stay where they are."""
    named = [str(f.get("title") or f.get("name")) for f in files or () if f.get("title") or f.get("name")]
    return "\n".join((*([text] if text.strip() else []), *(f"📎 {name}" for name in named)))


def sign_of(reaction: str) -> str:
    """The sign of a reaction's name, whatever its skin."""
    name = _SKIN.sub("", reaction)
    return EMOJI.get(name, f":{name}:")


def moment(ts: str) -> datetime:
    """Slack's time stamp ("1596183880.004200"), to the microsecond; ValueError for what is none."""
    seconds, _, rest = ts.partition(".")
    return datetime.fromtimestamp(int(seconds), UTC) + timedelta(microseconds=int(rest.ljust(6, "0")[:6] or 0))


def authorized_team(payload: Payload) -> tuple[str, str]:
    """(team, enterprise) of the installation that an event is for: in a shared channel not the author's."""
    for each in payload.get("authorizations") or ():
        return str(each.get("team_id") or ""), str(each.get("enterprise_id") or "")
    return str(payload.get("team_id") or ""), str(payload.get("enterprise_id") or "")


def interacting_team(payload: Payload) -> tuple[str, str]:
    """(team, enterprise) of a command or an interaction."""
    view: Mapping[str, Any] = payload.get("view") or {}
    team: Mapping[str, Any] = payload.get("team") or {}
    user: Any = payload.get("user") or {}
    enterprise: Mapping[str, Any] = payload.get("enterprise") or {}
    of_user = user.get("team_id") if isinstance(user, Mapping) else None
    team_id = view.get("app_installed_team_id") or payload.get("team_id") or team.get("id") or of_user
    enterprise_id = payload.get("enterprise_id") or enterprise.get("id") or team.get("enterprise_id")
    return str(team_id or ""), str(enterprise_id or "")
