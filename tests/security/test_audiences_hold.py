"""Whatever three groups type, in any order: what one kept to itself, or to those affected, no other one ever sees."""

import asyncio
import re
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.app import FEATURES
from storage.work import open_work
from tests.support.house import Clock, House, plain
from tests.support.tables import make_tables

PEOPLE = {"oakland": "ana", "nairobi": "wanjiku", "bilbao": "iker"}
SECRET = {"oakland": "redwood", "nairobi": "baobab", "bilbao": "beech"}
"""Each group's own word: typed only where nobody but itself may read it."""
SHARED = "delta"
"""Oakland's and Nairobi's word; Bilbao is never among those affected or told."""
NUMBERS = st.integers(1, 5)
RELATIONS = st.sampled_from(["supersedes", "reverses", "amends", "depends-on", "relates-to"])
COMMANDS = st.one_of(
    st.sampled_from(
        [
            "/decide {own} plan --why {own} --tags {own} --rests-on {own} --audience group",
            "/decide {own} mandate --taken-by {own} --audience circle --review 1d",
            "/decide open plan",
            "/decide open plan --affects all --urgent now",
            "/propose open proposal --affects all --for 2h",
            "/decisions",
            "/decisions redwood",
            "/decisions delta",
            "/decisions --tag baobab",
            "/decisions --value beech",
            "/decisions --by ana --since 1d",
            "/draft",
            "/protocol",
            "/roles",
            "/privacy",
            "/undo",
            "/forget-me --yes",
            "/decide {own} position --position --audience group",
            "/mandate phones --to somebody --for 1d",
            "/mandates",
            "/positions",
            "/start",
            "/start --group oakland",
            "/start --group nairobi",
            "/why plan",
            "/why proposal mandate next position now",
            "/who-decides plan",
            "/groups",
            "/group pause 1d --yes",
            "/group split West",
            "/group choose west",
            "/group export",
            "/group leave",
            "/group agree {code}",
            "/group agree {code}",
        ]
    ),
    st.sampled_from(
        [
            "/decide {own} alerts --tags alerts:{own} --audience group",
            "/decide alerts --tags alerts:sms",
            "/conflict D-1 --with {own} {own} --in-confidence",
            "/conflicts",
            "/conflicts all",
            "/conflicts mine",
            "/conflicts --host none",
        ]
    ),
    st.builds("/conflict D-{} D-{} a tension".format, NUMBERS, NUMBERS),
    st.builds("/conflicts X-{}".format, NUMBERS),
    st.builds("/{} X-{}".format, st.sampled_from(["host", "confirm", "raise", "confide", "reopen"]), NUMBERS),
    st.builds("/settle X-{} so".format, NUMBERS),
    st.builds("/show D-{}".format, NUMBERS),
    st.builds("/undo D-{}".format, NUMBERS),
    st.builds("/redact {}-{}".format, st.sampled_from("DC"), NUMBERS),
    st.builds("/edit D-{} --note again --reversible".format, NUMBERS),
    st.builds("/draft {} open".format, NUMBERS),
    st.builds("/link D-{} {} D-{}".format, NUMBERS, RELATIONS, NUMBERS),
    st.builds("/accept-link D-{} {} D-{}".format, NUMBERS, RELATIONS, NUMBERS),
    st.builds("/decide {{own}} next --audience group --supersedes D-{}".format, NUMBERS),
    st.builds("/decide next --supersedes D-{}".format, NUMBERS),
    st.builds("/input D-{} concern".format, NUMBERS),
    st.builds("/answer C-{} never mind".format, NUMBERS),
    st.builds("/resolve C-{}".format, NUMBERS),
    st.builds("/pass D-{}".format, NUMBERS),
    st.builds("/affects-us D-{} we too".format, NUMBERS),
    st.builds("/carried-out D-{} adapted a little".format, NUMBERS),
    st.builds("/renew D-{}".format, NUMBERS),
    st.builds("/outcome D-{} withdrawn".format, NUMBERS),
    st.builds("/group take-over D-{}".format, NUMBERS),
)
BEFORE = (
    ("oakland", "/propose {shared} proposal --why {shared} --affects nairobi --audience affected --for 2h"),
    ("nairobi", "/input D-1 concern {shared} objection"),
    ("oakland", "/decide {shared} plan --tell nairobi --audience affected --review 1d"),
)
FOR_TWO = st.sampled_from(
    [
        ("oakland", "/decide {shared} now --affects nairobi --audience affected --urgent {shared}"),
        ("nairobi", "/input D-1 question {shared} question"),
        ("nairobi", "/resolve C-1"),
        ("nairobi", "/affects-us D-2 {shared} of ours"),
        ("nairobi", "/carried-out D-1 adapted {shared} way"),
        ("oakland", "/answer C-1 {shared} answer"),
        ("oakland", "/edit D-1 --why {shared} anew"),
        ("nairobi", "/conflict D-1 D-2 {shared} tension"),
        ("oakland", "/log X-1 {shared} talk"),
        ("oakland", "/settle X-1 {shared} settlement"),
        ("oakland", "/outcome D-1 withdrawn {shared} outcome"),
        ("nairobi", "/decide {own} of ours --audience group --supersedes D-2"),
        ("nairobi", "/propose ours --affects oakland --for 2h --supersedes D-2"),
    ]
)
STEPS = st.lists(st.one_of(st.tuples(st.sampled_from(list(PEOPLE)), COMMANDS), FOR_TWO), max_size=16)


def foreign(group: str) -> set[str]:
    """The words that a group may never see."""
    return {word for owner, word in SECRET.items() if owner != group} | ({SHARED} if group == "bilbao" else set())


async def step(house: House, group: str, typed: str) -> None:
    asked = re.findall(r"CODE-\d+", house.shown(group))
    typed = typed.replace("{own}", SECRET[group]).replace("{shared}", SHARED)
    typed = typed.replace("{code}", asked[-1] if asked else "CODE-0")
    answer = plain(await house.say(group, PEOPLE[group], typed))
    leaked = {word for word in foreign(group) if word in answer and word not in typed}
    assert not leaked, (group, typed, answer)


def check_shown(house: House) -> None:
    for group in PEOPLE:
        leaked = {word for word in foreign(group) if word in house.shown(group)}
        assert not leaked, (group, house.shown(group))


@settings(max_examples=30, deadline=None)
@given(steps=STEPS)
def test_no_group_sees_what_another_kept_to_itself(steps: list[tuple[str, str]]) -> None:
    async def run(folder: str) -> None:
        url = f"sqlite:///{Path(folder) / 'mycel.db'}"
        make_tables(url)
        clock = Clock()
        work = open_work(url, clock=clock)
        house = House(work, FEATURES, clock)
        try:
            await house.found()
            for group, typed in (*BEFORE, *steps):
                await step(house, group, typed)
            check_shown(house)
            await house.wait(hours=4)
            check_shown(house)
            await house.wait(days=3)
            check_shown(house)
        finally:
            await work.close()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(folder))
