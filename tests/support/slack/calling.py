"""A call of the Web API: who calls, with what, and how Slack refuses."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, field
from typing import Any

from tests.support.slack import kit, markup
from tests.support.slack.world import Channel, Installation, Json, Workspace, World


class Refused(Exception):
    """Slack answers `ok: false` with this error."""

    def __init__(self, error: str, *messages: str, **more: Any) -> None:
        super().__init__(error, *messages)
        self.error, self.messages, self.more = error, messages, more

    def body(self) -> Json:
        said: Json = {"response_metadata": {"messages": list(self.messages)}} if self.messages else {}
        return {"ok": False, "error": self.error, **self.more, **said}


@dataclass
class Call:
    """`workspace`: that of the token, None for calls without one."""

    method: str
    args: Json
    world: World
    workspace: Workspace | None = None
    scopes: tuple[str, ...] = ()
    token: str = ""

    def __getitem__(self, name: str) -> Any:
        return self.args.get(name)

    @property
    def team(self) -> Workspace:
        assert self.workspace is not None
        return self.workspace

    @property
    def bot(self) -> Installation:
        return self.team.installed

    def flag(self, name: str) -> bool:
        return str(self.args.get(name, "")).lower() in ("true", "1")

    def parsed(self, name: str, error: str) -> Any:
        """An argument that is JSON, given as such or as text; None if it is missing. Raises Refused."""
        value = self.args.get(name)
        if not isinstance(value, str) or value == "":
            return copy.deepcopy(value) or None
        try:
            return json.loads(value)
        except ValueError:
            raise Refused(error) from None

    def channel(self, name: str = "channel", *, as_member: bool = False) -> Channel:
        """The channel that is meant, as far as this workspace can see it. Raises Refused."""
        wanted = str(self.args.get(name, ""))
        channel = self.world.channels.get(wanted)
        if channel is None or self.team.id not in channel.names:
            raise Refused("channel_not_found")
        is_in = self.bot.bot.id in channel.members
        if not is_in and channel.kind != "channel":
            raise Refused("channel_not_found")
        if as_member and not is_in:
            raise Refused("not_in_channel")
        return channel

    def page(self, rows: list[Any], default: int, most: int) -> tuple[list[Any], str]:
        """A page of them and the next cursor. Raises Refused."""
        limit = int(self.args.get("limit") or default)
        if not 1 <= limit <= most:
            raise Refused("invalid_limit")
        cursor = str(self.args.get("cursor") or "")
        if cursor and not cursor.startswith("next:"):
            raise Refused("invalid_cursor")
        begin = int(cursor[5:] or 0) if cursor else 0
        more = f"next:{begin + limit}" if begin + limit < len(rows) else ""
        return rows[begin : begin + limit], more


@dataclass
class Done:
    """A call that arrived, for tests to look at."""

    method: str
    team: str
    args: Json
    error: str = ""
    at: float = 0
    marks: list[str] = field(default_factory=list)


def blocks_of(call: Call) -> list[Json] | None:
    """The blocks of a message, checked and with all ids. Raises Refused."""
    blocks = call.parsed("blocks", "invalid_blocks_format")
    if not blocks:
        return None
    if not isinstance(blocks, list):
        raise Refused("invalid_blocks_format")
    wrong = kit.wrong_blocks(blocks) or wrong_files(call, blocks)
    if wrong:
        raise Refused("invalid_blocks", *wrong)
    return with_ids(call.world, blocks)


def wrong_files(call: Call, blocks: list[Json]) -> list[str]:
    """Files that are not the app's in this workspace, or that Slack has not looked over yet."""
    uploads, wrong = call.world.uploads, []
    for place, block in enumerate(blocks):
        file: Any = block.get("slack_file")
        upload = uploads.get(str(file.get("id"))) if file else None
        is_shown = upload is not None and upload.shown_at is not None and upload.shown_at <= call.world.real()
        if file and not (upload and is_shown and upload.team == call.team.id):
            wrong.append(f"[ERROR] invalid slack file [json-pointer:/blocks/{place}/slack_file]")
    return wrong


def with_ids(world: World, blocks: list[Json]) -> list[Json]:
    """Slack gives an id to every block and action that has none."""
    blocks = copy.deepcopy(blocks)
    for block in blocks:
        block.setdefault("block_id", f"b{next(world.numbers)}")
    for _, element in kit.elements(blocks):
        element.setdefault("action_id", f"a{next(world.numbers)}")
    return blocks


def look_at(world: World, text: str, blocks: list[Json] | None, where: str) -> None:
    """Notes what people would be bothered by: mass mentions, and signs that were not escaped."""
    for each in [text, *markup.texts(blocks or [])]:
        if markup.MASS.search(each):
            world.complaints.append(f"a mass mention in {where}: {each[:80]}")
        for sign in markup.unescaped_signs(each):
            world.complaints.append(f"not escaped in {where}: {sign}")
