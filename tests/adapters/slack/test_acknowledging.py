"""What is acknowledged is stored, what is not stored is not acknowledged, and what comes again changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from time import process_time
from typing import Any

import aiohttp
import pytest
import sqlalchemy as sa

from bot.core import working_time
from storage.decision_tables import decisions
from storage.inbox import inbox
from storage.work import Tx
from tests.adapters.contract.slack import SlackStage
from tests.adapters.slack.recorded import recorded
from tests.support.house import rows
from tests.support.slack import payloads
from tests.support.slack.outgoing import ACK_WITHIN_S, COMMAND, EVENT, INTERACTIVE, encoded, signed

AT_ONCE = 64


async def titles(stage: SlackStage) -> list[str]:
    def read(tx: Tx) -> list[str]:
        return list(tx.db.execute(sa.select(decisions.c.title).order_by(decisions.c.number)).scalars())

    return await stage.work.read(read)


@contextmanager
def no_commit() -> Iterator[None]:
    """The disk is full."""

    def fail(_db: sa.Connection) -> None:
        raise sa.exc.OperationalError("COMMIT", {}, Exception("disk full"))

    sa.event.listen(sa.Engine, "commit", fail)
    try:
        yield
    finally:
        sa.event.remove(sa.Engine, "commit", fail)


async def test_64_commands_at_once_are_acknowledged_in_time(each_stage: SlackStage) -> None:
    """In three seconds of this process: whatever else runs on the machine is not counted."""
    stage = each_stage
    working_time.warm(["US-CA", "KE", "ES-PV"], range(2026, 2028))
    await stage.say("oakland", "ana", "/decide Warm up")
    wanted = [f"Matter {n:02}" for n in range(AT_ONCE)]
    ana, oakland = stage.people["ana"], stage.channels["oakland"]
    began = process_time()
    acks = await asyncio.gather(*(ana.types(oakland, f"/decide {title}") for title in wanted))
    assert process_time() - began < ACK_WITHIN_S
    assert [ack.error for ack in acks] == [""] * AT_ONCE
    assert sorted(await titles(stage)) == [*wanted, "Warm up"]
    await stage.mycel.settled()


async def test_what_cannot_be_stored_is_not_acknowledged(each_stage: SlackStage) -> None:
    stage = each_stage
    ana, oakland = stage.people["ana"], stage.channels["oakland"]
    stage.slack.outgoing.ack_within_s, stage.slack.outgoing.retries_after_s = 1, ()
    with no_commit():
        typed = await ana.types(oakland, "/decide Meet on Tuesdays")
        await ana.mentions(oakland, "decide Meet on Mondays")
    is_http = bool(stage.slack.app.request_url)
    assert (typed.status, typed.error) == ((500, "http_error") if is_http else (0, "http_timeout"))
    assert await titles(stage) == []
    [given_up] = [p for p in stage.slack.outgoing.given_up if p["event"]["type"] == "app_mention"]
    await stage.slack.outgoing.event(given_up)
    assert await titles(stage) == ["Meet on Mondays"]
    await stage.mycel.settled()


async def test_the_same_three_times_at_once_is_one_decision(each_stage: SlackStage) -> None:
    stage = each_stage
    ana, oakland, world = stage.people["ana"], stage.channels["oakland"], stage.slack.world
    typed = payloads.command(world, stage.slack.url, ana.account, oakland, "/decide", "By command")
    acks = await asyncio.gather(*(stage.slack.outgoing.send(COMMAND, typed) for _ in range(3)))
    assert all(ack.is_ok for ack in acks)
    await ana.mentions(oakland, "decide By mention")
    mention = [s.payload for s in stage.slack.outgoing.sent if s.payload.get("event", {}).get("type") == "app_mention"]
    await asyncio.gather(*(stage.slack.outgoing.send(EVENT, mention[0], n, "http_timeout") for n in (1, 2, 3)))
    await ana.types(oakland, "/decide")
    await ana.submits(title="By form")
    form = [s.payload for s in stage.slack.outgoing.sent if s.payload.get("type") == "view_submission"]
    await asyncio.gather(*(stage.slack.outgoing.send(INTERACTIVE, form[0]) for _ in range(3)))
    assert await titles(stage) == ["By command", "By mention", "By form"]
    await stage.mycel.settled()


@pytest.mark.parametrize("kind", [COMMAND, EVENT, INTERACTIVE])
async def test_what_is_not_slack_s_is_turned_away_and_leaves_nothing(stage: SlackStage, kind: str) -> None:
    ana, oakland, world, app = stage.people["ana"], stage.channels["oakland"], stage.slack.world, stage.slack.app
    body, headers = encoded(kind, _payload(stage, kind))
    now = int(world.real())
    right = signed(body, app.signing_secret, now)
    wrong: list[tuple[bytes, dict[str, str]]] = [
        (body, {}),
        (body, signed(body, "another secret", now)),
        (body, signed(body, app.signing_secret, now - 330)),
        (body, signed(body, app.signing_secret, now + 330)),
        (body, {**right, "X-Slack-Request-Timestamp": str(now - 1)}),
        *((body, {**right, "X-Slack-Request-Timestamp": odd}) for odd in ("soon", "9" * 5000, "²")),
        (body, {**right, "X-Slack-Signature": ""}),
        (body + b" ", right),
        (body.replace(b"Forged", b"Forgod"), right),
    ]
    async with aiohttp.ClientSession() as session:
        for changed, more in wrong:
            async with session.post(app.request_url, data=changed, headers=headers | more) as answer:
                assert answer.status == 401, more
                assert "Forged" not in await answer.text()
    assert await stage.work.read(lambda tx: rows(tx.db, inbox)) == 0
    assert await titles(stage) == []
    assert ana.sees(oakland) == []


async def test_slack_is_told_that_the_address_is_ours_and_its_look_at_the_certificate_does_nothing(
    stage: SlackStage,
) -> None:
    """Slack asks both when the address is put into the app's settings."""
    asked, app = recorded("url_verification"), stage.slack.app
    body, headers = encoded(EVENT, asked)
    right = headers | signed(body, app.signing_secret, int(stage.slack.world.real()))
    async with aiohttp.ClientSession() as session:
        async with session.post(app.request_url, data=body, headers=headers) as answer:
            assert answer.status == 401
        async with session.post(app.request_url, data=body, headers=right) as answer:
            assert (answer.status, asked["challenge"] in await answer.text()) == (200, True)
        async with session.post(app.request_url, data={"ssl_check": "1", "token": "x"}) as answer:
            assert (answer.status, await answer.text()) == (200, "")
    assert await stage.work.read(lambda tx: rows(tx.db, inbox)) == 0


def _payload(stage: SlackStage, kind: str) -> dict[str, Any]:
    ana, oakland, world = stage.people["ana"].account, stage.channels["oakland"], stage.slack.world
    match kind:
        case "slash_commands":
            return payloads.command(world, stage.slack.url, ana, oakland, "/decide", "Forged")
        case "events_api":
            text = f"<@{stage.team.bot}> decide Forged"
            event = {"type": "app_mention", "user": ana.id, "text": text, "ts": "1.2", "event_ts": "1.2"}
            return payloads.event(world, stage.team.workspace, {**event, "channel": oakland.id}, oakland)
        case _:
            action = {"type": "button", "value": "decide Forged", "action_id": "act:0", "block_id": "b"}
            raw = {"ts": "1.2"}
            return payloads.click(world, stage.slack.url, ana, oakland, raw, action, "ephemeral")
