"""Two networks in one database: whatever is done in both, nothing of one is ever shown or answered in the other."""

import asyncio
import re
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.app import FEATURES
from bot.core.conversation import Actor, CommandTyped, MessagePosted, Place
from storage import codes, directory
from storage.network import Channel, Group
from storage.work import Tx, open_work
from tests.support.house import Clock, House, plain
from tests.support.tables import make_tables

WORDS = {1: "redwood", 2: "baobab"}
"""Each network's own word: it is in every title, name and reason of the one and must not be seen in the other."""
GROUPS = ("north", "south")
NUMBERS = st.integers(1, 6)
COMMANDS = st.one_of(
    st.sampled_from(
        [
            "/decide {w} plan --why {w} --tags {w}",
            "/decide {w} secret --audience group --tell",
            "/decide {w} for all --affects all",
            "/decide {w} now --affects all --urgent {w}",
            "/propose {w} proposal --affects all --for 2h",
            "/decisions",
            "/decisions redwood",
            "/decisions baobab",
            "/decisions --by redwood",
            "/decisions --tag baobab",
            "/draft",
            "/decide {w} alerts --tags alerts:{w}",
            "/circle",
            "/circle add person",
            "/circle rotate",
            "/circle handover",
            "/circle out",
            '/circle new {w} --domain {w} --questions "{w}?"',
            "/conflicts",
            "/conflicts mine",
            "/conflicts all",
            "/conflicts --host none",
            "/conflict D-1 D-2 {w} tension",
            "/conflict D-1 --with {w} {w} --in-confidence",
            "/protocol",
            "/protocol set affects-others 5bd --why {w}",
            "/group",
            "/group --quiet off",
            "/roles",
            "/whoami",
            "/privacy",
            "/link-account",
            "/undo",
            "/decide {w} position --position",
            "/mandate {w} --to {w}",
            "/mandates",
            "/who-decides plan",
            "/why plan",
            "/start",
            "/positions",
            "/help decide",
            "/groups",
            "/audit",
            "/group --contact {w}",
            "/group contact off",
            "/group pause 1w --yes",
            "/group resume",
            "/group export",
            "/group leave",
            "/group merge south",
            "/group split {w} west",
            "/group agree {code}",
            "/group agree {code}",
            "/group refuse {code}",
            "/group choose {w}-west",
            "hello {w}",
        ]
    ),
    st.builds("/show D-{}".format, NUMBERS),
    st.builds("/draft {} now because {{w}}".format, NUMBERS),
    st.builds("/draft {} open".format, NUMBERS),
    st.builds("/edit D-{} --why {{w}} again".format, NUMBERS),
    st.builds("/redact D-{}".format, NUMBERS),
    st.builds("/link D-{} {} D-{}".format, NUMBERS, st.sampled_from(["supersedes", "relates-to", "amends"]), NUMBERS),
    st.builds("/accept-link D-{} amends D-{}".format, NUMBERS, NUMBERS),
    st.builds("/input D-{} concern {{w}} objection".format, NUMBERS),
    st.builds("/pass D-{}".format, NUMBERS),
    st.builds("/affects-us D-{} {{w}} too".format, NUMBERS),
    st.builds("/carried-out D-{} adapted {{w}}".format, NUMBERS),
    st.builds("/renew D-{} --why {{w}}".format, NUMBERS),
    st.builds("/answer C-{} {{w}}".format, NUMBERS),
    st.builds("/outcome D-{} adopted {{w}}".format, NUMBERS),
    st.builds("/conflicts X-{}".format, NUMBERS),
    st.builds("/{} X-{} {{w}}".format, st.sampled_from(["log", "settle", "dismiss", "take-back", "reopen"]), NUMBERS),
    st.builds("/{} X-{}".format, st.sampled_from(["host", "confirm", "raise", "confide"]), NUMBERS),
)
STEPS = st.lists(st.tuples(st.sampled_from([1, 2]), st.sampled_from(GROUPS), st.integers(1, 2), COMMANDS), max_size=14)


class TwoNetworks(House):
    """`step` types a command in one network and checks what it was answered."""

    async def found_both(self) -> None:
        def seed(tx: Tx) -> None:
            for n, word in WORDS.items():
                directory.add_network(tx.db, n, word, "en", tx.now)
                directory.add_workspace(tx.db, "test", word, n, tx.now)
                for id, slug in enumerate(GROUPS, start=1):
                    group = Group(n, id, slug, f"{word} {slug}", "UTC", None, "mon-fri", "off", "en", "active", ())
                    directory.add_group(tx.db, group, tx.now)
                    home = Channel(n, id, "test", word, f"{word}-{slug}", id, True, "", "active")
                    directory.add_channel(tx.db, home)
                codes.new_steward_code(tx.db, n, f"CODE-{word}", tx.now)

        await self.work.write(1, seed)
        for n in WORDS:
            await self.step(n, "north", 1, f"/steward CODE-{WORDS[n]}")

    async def step(self, network_id: int, group: str, who: int, typed: str) -> None:
        word = WORDS[network_id]
        asked = re.findall(r"CODE-\d+", self.shown(f"{word}-{group}"))
        typed = typed.replace("{w}", word).replace("{code}", asked[-1] if asked else "CODE-0")
        # The same account names in both: nothing may be found by account alone.
        place, actor = Place("test", word, f"{word}-{group}"), Actor("test", word, f"user{who}", f"{word} person {who}")
        key = self.event_key()
        if typed.startswith("/"):
            reply = await self.handle(CommandTyped(key, place, actor, self.clock(), typed[1:]))
        else:
            reply = await self.handle(MessagePosted(key, place, actor, self.clock(), key, typed))
        other = WORDS[3 - network_id]
        answer = plain(reply).replace(typed, "")
        assert other not in answer, (typed, answer)

    def check_shown(self) -> None:
        for n, word in WORDS.items():
            for group in GROUPS:
                assert WORDS[3 - n] not in self.shown(f"{word}-{group}")


def in_two_networks(act: Callable[[TwoNetworks], Awaitable[None]]) -> None:
    async def run(folder: str) -> None:
        url = f"sqlite:///{Path(folder) / 'mycel.db'}"
        make_tables(url)
        clock = Clock()
        work = open_work(url, clock=clock)
        house = TwoNetworks(work, FEATURES, clock)
        try:
            await house.found_both()
            await act(house)
        finally:
            await work.close()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(folder))


@settings(max_examples=25, deadline=None)
@given(steps=STEPS)
def test_nothing_of_one_network_is_seen_in_the_other(steps: list[tuple[int, str, int, str]]) -> None:
    async def act(house: TwoNetworks) -> None:
        for step in steps:
            await house.step(*step)
        house.check_shown()
        await house.wait(hours=4)
        house.check_shown()

    in_two_networks(act)


def test_a_story_in_both_networks_stays_in_each() -> None:
    story = [
        "/decide {w} plan --why {w}",
        "/propose {w} proposal --affects south --for 2h",
        "/decide {w} secret --audience group",
        "/decisions redwood",
        "/decisions baobab",
        "/show D-1",
        "/link D-3 supersedes D-1",
        "/group export",
        "/audit",
        "/decide {w} other --tags alerts:{w}",
        "/decide {w} more --tags alerts:sms",
        "/conflict D-4 D-1 {w} tension",
        "/conflict D-5 D-1 {w} whisper --in-confidence",
        "/conflicts",
        "/conflicts all",
    ]

    async def act(house: TwoNetworks) -> None:
        for typed in story:
            for n in WORDS:
                await house.step(n, "north", 1, typed)
        for n, word in WORDS.items():
            await house.step(n, "south", 2, "/input D-2 concern {w} objection")
            assert f"{word} objection" in house.shown(f"{word}-north")
        await house.wait(hours=4)
        house.check_shown()

    in_two_networks(act)


def test_groups_that_change_in_both_networks_change_in_each() -> None:
    story = ["/group split {w} west", "/group leave", "/group agree {code}", "/groups", "/decisions", "/whoami"]

    async def act(house: TwoNetworks) -> None:
        for n in WORDS:
            await house.step(n, "south", 2, "/decide {w} of south --audience group")
        for typed in story:
            for n in WORDS:
                await house.step(n, "south", 2, typed)
        for n, word in WORDS.items():
            await house.step(n, "north", 1, "/groups")
            assert f"{word} south has left the network" in house.shown(f"{word}-south")
        await house.wait(hours=50)
        house.check_shown()

    in_two_networks(act)
