"""The table of who may do what (interface.md), enforced in dispatch for every command there is."""

from collections.abc import AsyncIterator

import pytest

from bot.app import FEATURES
from bot.core.commands import Who
from bot.core.registry import Registry
from bot.core.replies import Invalid
from storage.types import metadata
from storage.work import open_work
from tests.support.house import Clock, House, plain, rows
from tests.support.tables import make_tables

TABLE = {
    **{"decide": (Who.OWN,), "propose": (Who.OWN,), "undo": (Who.AUTHOR, Who.OWN), "edit": (Who.AUTHOR, Who.OWN)},
    **{"redact": (Who.AUTHOR, Who.RAISER, Who.STEWARD), "show": (Who.ALL,), "decisions": (Who.ALL,)},
    **{"link": (Who.OWN,), "accept-link": (Who.OWN,), "decline-link": (Who.OWN,), "input": (Who.AFFECTED,)},
    **{"answer": (Who.OWN,), "resolve": (Who.RAISER,), "pass": (Who.AFFECTED,), "outcome": (Who.OWN,)},
    **{"hold": (Who.AFFECTED,), "extend": (Who.OWN,), "close": (Who.OWN,), "withdraw": (Who.OWN,)},
    **{"take-over": (Who.AFFECTED,), "let-out": (Who.RAISER,), "keep-words": (Who.OWN,), "relay": (Who.ALL,)},
    **{"conflicts": (Who.ALL,), "conflict": (Who.ALL,), "host": (Who.CIRCLE,), "log": (Who.HOST, Who.PARTY)},
    **{"settle": (Who.HOST,), "differ": (Who.HOST,), "value-conflict": (Who.HOST,)},
    **{"confirm": (Who.PARTY,), "dismiss": (Who.CIRCLE, Who.PARTY), "take-back": (Who.RAISER,)},
    **{"reopen": (Who.PARTY,), "raise": (Who.RAISER,), "confide": (Who.RAISER,)},
    **{"circle": (Who.ALL,), "undelivered": (Who.CIRCLE,)},
    **{"protocol": (Who.ALL,), "steward": (Who.HOLDER,), "whoami": (Who.ALL,), "help": (Who.ALL,)},
    **{"why": (Who.ALL,), "start": (Who.ALL,), "affects-us": (Who.ALL,)},
    **{"groups": (Who.ALL,), "audit": (Who.STEWARD,), "roles": (Who.ALL,), "invite": (Who.STEWARD,)},
    **{f"group-{name}": (Who.OWN,) for name in ("pause", "resume", "contact", "merge", "split", "leave", "export")},
    **{
        "group-agree": (Who.OWN,),
        "group-refuse": (Who.OWN,),
        "group-take-over": (Who.OWN,),
        "group-choose": (Who.ALL,),
    },
    **{
        "on-call": (Who.OWN,),
        "privacy": (Who.ALL,),
        "forget-me": (Who.ALL,),
        "link-account": (Who.ALL,),
        "draft": (Who.ALL,),
    },
}
COMMANDS = Registry(FEATURES).commands
REFUSED = [
    ("bilbao", "iker", "/edit D-1 --why x"),
    ("bilbao", "iker", "/undo D-1"),
    ("bilbao", "iker", "/redact D-1"),
    ("bilbao", "iker", "/redact C-1"),
    ("bilbao", "iker", "/link D-1 amends D-2"),
    ("bilbao", "iker", "/accept-link D-1 amends D-2"),
    ("bilbao", "iker", "/decline-link D-1 amends D-2"),
    ("bilbao", "iker", "/outcome D-1 adopted"),
    ("bilbao", "iker", "/answer C-1 never mind"),
    ("bilbao", "iker", "/resolve C-1"),
    ("bilbao", "iker", "/input D-1 concern mine too"),
    ("bilbao", "iker", "/pass D-1"),
    ("bilbao", "iker", "/hold D-1 wait for us"),
    ("bilbao", "iker", "/extend D-1 3d"),
    ("bilbao", "iker", "/close D-1"),
    ("bilbao", "iker", "/withdraw D-1 no"),
    ("bilbao", "iker", "/take-over C-1"),
    ("bilbao", "iker", "/let-out C-1"),
    ("nairobi", "otieno", "/let-out C-1"),
    ("oakland", "ana", "/take-over C-1"),
    ("bilbao", "iker", "/decide X --as oakland"),
    ("bilbao", "iker", "/propose X --as oakland --affects nairobi"),
    ("bilbao", "iker", "/protocol set affects-others 5bd"),
    ("bilbao", "iker", "/protocol set windows on"),
    ("bilbao", "iker", "/renew D-1"),
    ("bilbao", "iker", "/mandate phones --to Iker --as oakland"),
    ("bilbao", "iker", "/carried-out D-1 as-is"),
    ("bilbao", "iker", "/roles Ana steward"),
    ("bilbao", "iker", "/invite"),
    ("bilbao", "iker", "/audit"),
    ("bilbao", "iker", "/group take-over D-1 --as oakland"),
    ("bilbao", "iker", "/on-call on --as oakland"),
    *(("bilbao", "iker", f"/{typed}") for typed in ("host X-1", "log X-1 hm", "settle X-1 so", "differ X-1 9d so")),
    *(("bilbao", "iker", f"/{typed} X-1") for typed in ("confirm", "dismiss", "reopen", "raise", "confide")),
    ("bilbao", "iker", "/value-conflict X-1 so"),
    ("bilbao", "iker", "/undelivered again 2"),
    *(("bilbao", "iker", f"/circle {typed}") for typed in ("add Iker", "remove Ana", "rotate", "new Board", "here")),
    ("oakland", "ana", "/host X-1"),
    *(("oakland", "ana", f"/{typed}") for typed in ("settle X-1 so", "differ X-1 9d so", "value-conflict X-1 so")),
    *(("nairobi", "wanjiku", f"/{typed}") for typed in ("settle X-1 so", "differ X-1 9d so", "value-conflict X-1 so")),
    ("nairobi", "otieno", "/take-back X-1 no"),
    ("bilbao", "iker", "/take-back X-1 no"),
    ("nairobi", "wanjiku", "/edit D-1 --why x"),
    ("nairobi", "wanjiku", "/undo D-1"),
    ("nairobi", "wanjiku", "/redact D-1"),
    ("nairobi", "wanjiku", "/outcome D-1 adopted"),
    ("nairobi", "wanjiku", "/answer C-1 never mind"),
    ("nairobi", "otieno", "/resolve C-1"),
    ("nairobi", "otieno", "/redact C-1"),
    ("oakland", "ana", "/resolve C-1"),
    ("oakland", "ana", "/redact C-1"),
]


@pytest.fixture
async def house(sqlite_url: str) -> AsyncIterator[House]:
    """Oakland's D-1 to Nairobi, with Wanjiku's concern C-1; Oakland's D-2; her conflict X-1; nobody is a steward."""
    make_tables(sqlite_url)
    clock = Clock()
    work = open_work(sqlite_url, clock=clock)
    house = House(work, FEATURES, clock)
    await house.found()
    await house.say("oakland", "ana", "/propose Use Signal --affects nairobi --for 3d")
    await house.say("oakland", "ana", "/decide Another thing")
    await house.say("nairobi", "wanjiku", "/input D-1 concern we have no phones")
    await house.say("nairobi", "wanjiku", "/conflict D-1 D-2 both at once")
    for channel, who in {(channel, who) for channel, who, _ in REFUSED}:
        await house.say(channel, who, "hello")
    yield house
    await work.close()


def test_the_declarations_are_the_table() -> None:
    assert {name: command.who for name, command in COMMANDS.items() if name in TABLE} == TABLE


@pytest.mark.parametrize(("channel", "who", "typed"), REFUSED)
async def test_who_may_not_is_refused_and_nothing_is_stored(house: House, channel: str, who: str, typed: str) -> None:
    before, shown = await stored(house), shown_everywhere(house)
    answer = await house.say(channel, who, typed)
    assert isinstance(answer, Invalid), plain(answer)
    assert any(word in plain(answer) for word in ("This is for", "belongs to", "affected")), plain(answer)
    assert await stored(house) == before
    assert shown_everywhere(house) == shown


async def stored(house: House) -> dict[str, int]:
    """Rows of all tables but the inbox, which notes that something came in."""
    tables = {name: table for name, table in metadata.tables.items() if name != "inbox"}
    return await house.work.read(lambda tx: {name: rows(tx.db, table) for name, table in tables.items()})


def shown_everywhere(house: House) -> list[str]:
    return [house.shown(channel) for channel in ("oakland", "nairobi", "bilbao")]


def test_every_command_that_is_not_for_all_is_tried_here() -> None:
    tried = {Registry(FEATURES).find(typed.removeprefix("/"))[0].name for _, _, typed in REFUSED}
    closed = {name for name, command in COMMANDS.items() if not {Who.ALL, Who.HOLDER} & set(command.who)}
    # Their rights depend on a code: tests/features/network.
    coded = {"group-confirm", "group-agree", "group-refuse"}
    # They act for the group in whose home they are typed, and whoever speaks there is of it: the same.
    changes = {"pause", "resume", "contact", "merge", "split", "leave", "export"}
    assert closed - tried == coded | {"keep-words"} | {f"group-{name}" for name in changes}
