"""What a life leaves behind, in words that no platform owns: what its channels show, and what an export writes down."""

from __future__ import annotations

import json
import re
from typing import Any

import sqlalchemy as sa

from storage import transfer
from storage.network_tables import channels, groups, people
from storage.work import Tx
from tests.adapters.contract.stage import Stage

CHANNELS = ("oakland", "nairobi", "bilbao")
# Who is connected how, and how each platform's people and channels came to be known.
_OF_THE_PLATFORM = {
    *("workspaces", "channels", "identities", "people", "memberships", "roles", "attention", "counters"),
    *("local_channels", "local_accounts", "event_cursors", "networks", "groups"),
}
_PEOPLE = ("person_id", "author_id", "by_id", "raiser_id", "host_id", "_by")
_GROUPS = ("group_id", "group_ids", "affected_ids", "told_ids", "silent_ids", "party_ids", "deciding_id", "into_id")
_CHANNELS = ("channel_id", "ids")
_MESSAGES = ("message_id", "said_at", "source", "code")
_BUTTON = re.compile(r"^(?:• )?\[?([^\]:\n]+?)(?:\]|:) [/!][a-z].*$", re.M)
_BUTTONS = re.compile(r"^\[.+\]$", re.M)
_CODE = re.compile(r"(?<=exports/)[\w-]+")
_ABOUT = re.compile(r"(group|digest):(\d+)|(change|person):.*")
_COMMAND = re.compile(r"(?<![\w/])[/!](?:mycel )?(?=[a-z])")


def words(shown: str) -> str:
    """What is said, word for word: without markup, and with buttons by their labels."""
    shown = _BUTTONS.sub(lambda found: found[0].replace("] [", "\n").strip("[]"), shown)
    shown = _COMMAND.sub("", _BUTTON.sub(r"\1", shown))
    return " ".join(re.findall(r"[\w–]+", _CODE.sub("", shown)))


async def shown(stage: Stage) -> dict[str, list[str]]:
    """Every message of Mycel's that the channels show now, in order."""
    return {channel: [words(text) for text in await stage.everything(channel)] for channel in CHANNELS}


async def written(stage: Stage) -> list[str]:
    """All rows of an export, with people and groups by their names."""
    return await stage.work.read(_written)


def _written(tx: Tx) -> list[str]:
    names = {row.id: row.name for row in tx.db.execute(sa.select(people.c.id, people.c.name))}
    slugs = {row.id: row.slug for row in tx.db.execute(sa.select(groups.c.id, groups.c.slug))}
    homes = {row.id: slugs.get(row.group_id) for row in tx.db.execute(sa.select(channels.c.id, channels.c.group_id))}

    def named(key: str, value: Any) -> Any:
        match value:
            case dict():
                return {name: named(name, each) for name, each in value.items() if name not in _MESSAGES}
            case list():
                return [named(key, each) for each in value]
            case int() if key.endswith(_PEOPLE):
                return names.get(value, value)
            case int() if key.endswith(_GROUPS):
                return slugs.get(value) or homes.get(value, value)  # a clock of a channel has its id there
            case int() if key.endswith(_CHANNELS):
                return homes.get(value, value)
            case str() if key == "about" and (about := _ABOUT.fullmatch(value)):
                return f"{about[1]}:{slugs.get(int(about[2]))}" if about[1] else about[3]
            case _:
                return value

    found = []
    for table in transfer.TABLES:
        if table not in _OF_THE_PLATFORM:
            rows = [named("", row) for row in transfer.rows(tx.db, 1, table)]
            found += sorted(f"{table} {json.dumps(row, ensure_ascii=False)}" for row in rows)
    return found
