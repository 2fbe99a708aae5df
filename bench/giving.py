"""6. Whether input costs more where there is much of it already."""

from __future__ import annotations

import re
from datetime import datetime

from bench.measuring import Load, measure
from bench.places import Places
from bench.playing import GROUPS, PLATFORM, PROPOSE, Playing, playing
from bench.report import Figure, Section
from bot.core.delivery import Deliverer, Post
from bot.core.message import to_plain
from bot.core.replies import Answer
from storage import directory
from storage.network import Channel, Group
from storage.work import Tx

STEPS, EACH = (0, 400), 100
WIDE = 40
"""Groups of a window that asks all of them."""
WIDE_PROPOSE = "propose One newsletter for all, case {n} --affects all --for 10bd"
INPUT = "input {about} concern Case {n}: half of our members have no smartphone, so they would hear nothing of it"


class Nowhere:
    """A platform that shows nothing and is never slow; it counts."""

    platform = PLATFORM

    def __init__(self) -> None:
        self.edits = 0

    async def post(self, post: Post) -> str:
        return post.key

    async def edit(self, post: Post) -> None:
        self.edits += 1

    async def remove(self, post: Post) -> None:
        """There is nothing to take back."""


async def run(places: Places) -> Section:
    section = Section("6. Input into a window that has much of it already (1 caller)")
    for database in places.databases:
        async with playing(url := places.fresh(database)) as mycel:
            answer = await mycel.say(PROPOSE)
            assert isinstance(answer, Answer)
            found = re.search(r"D-\d+", to_plain(answer.message))
            assert found is not None
            await _grow(mycel, section, database, INPUT.replace("{about}", found[0]))
        places.drop(url)
        async with playing(url := places.fresh(database)) as mycel:
            await _wide(mycel, section, database)
        places.drop(url)
    section.notes.append(f"{WIDE} groups: a thread in each of their channels, and in the deciding group's.")
    section.notes.append("The head's edit: the proposal's message in four channels rendered anew, without sending.")
    return section


async def _grow(mycel: Playing, section: Section, database: str, text: str) -> None:
    costs: list[float] = []
    stored = 0
    for step in STEPS:
        while stored < step:
            await mycel.say(text)
            stored += 1
        samples = [await measure(Load(1, EACH // 4, lambda _c, _n: mycel.say(text))) for _ in range(4)]
        stored += EACH
        costs.append(sorted(s.median_ms for s in samples)[1])
        note = f"× {costs[-1] / costs[0]:.1f} of the first" if step else ""
        name = f"input, {step} there before; {database}"
        section.add(Figure(name, "ms", [s.median_ms for s in samples], note=note))
        section.add(Figure(f"   CPU; {database}", "µs", [s.cpu_us for s in samples]))
        section.add(await _heads(mycel, stored, database, text))


async def _heads(mycel: Playing, stored: int, database: str, text: str) -> Figure:
    core = mycel.core
    ahead: list[datetime] = [core.clock()]
    deliverer = Deliverer(core.work, Nowhere(), core.dispatch.registry, lambda: ahead[-1], core.new_id)
    await deliverer.drain()
    samples = []
    for _ in range(5):
        await mycel.say(text)
        ahead.append(core.clock().replace(year=core.clock().year + len(ahead)))  # past every pause between edits
        samples.append(await measure(Load(1, 1, lambda _c, _n: deliverer.drain())))
    return Figure(f"   the head's edit, {stored} there; {database}", "µs CPU", [s.cpu_us for s in samples])


async def _wide(mycel: Playing, section: Section, database: str) -> None:
    """A window to many groups: how many edits a burst of input costs, and whether input costs more later."""
    core = mycel.core
    await core.work.write(mycel.networks[0], lambda tx: _widen(tx, mycel.networks[0]))
    answer = await mycel.say(WIDE_PROPOSE)
    assert isinstance(answer, Answer)
    found = re.search(r"D-\d+", to_plain(answer.message))
    assert found is not None
    nowhere, ahead = Nowhere(), [core.clock()]
    deliverer = Deliverer(core.work, nowhere, core.dispatch.registry, lambda: ahead[-1], core.new_id)
    await deliverer.drain()
    text = f"input {found[0]} question Case {{n}}: who pays for it?"
    costs = [await measure(Load(1, EACH, lambda _c, _n: mycel.say(text))) for _ in range(4)]
    ahead.append(ahead[-1].replace(year=ahead[-1].year + 1))
    edits = await measure(Load(1, 1, lambda _c, _n: deliverer.drain()))
    name = f"{WIDE} groups, {4 * EACH} contributions"
    note = f"the last hundred × {costs[-1].median_ms / costs[0].median_ms:.1f} of the first"
    section.add(Figure(f"{name}: one of them; {database}", "ms", [cost.median_ms for cost in costs], note=note))
    section.add(Figure(f"   edits of heads in one interval; {database}", "edits", [float(nowhere.edits)]))
    section.add(Figure(f"   these edits; {database}", "µs CPU", [edits.cpu_us]))


def _widen(tx: Tx, network_id: int) -> None:
    for id in range(len(GROUPS) + 1, WIDE + 2):
        slug = f"group{id}"
        group = Group(network_id, id, slug, slug.capitalize(), "UTC", None, "mon-fri", "off", "en", "active", ())
        directory.add_group(tx.db, group, tx.now)
        directory.add_channel(tx.db, Channel(network_id, id, PLATFORM, "w0", slug, id, True, "", "active"))
