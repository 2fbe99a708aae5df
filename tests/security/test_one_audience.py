"""Three places say who may read a decision: the rule, the list's condition and the search index. They are one."""

from collections.abc import Iterator
from itertools import chain, combinations, product

from bot.core.audience import AUDIENCES, Reader
from bot.features.decisions.loading import readable
from storage import decision_index, decision_lists, decisions
from storage.audiences import Eyes
from storage.decision_lists import Filter
from storage.decisions import Decision
from storage.work import Tx
from tests.support.house import START, House

GROUPS = (1, 2, 3)


def subsets(ids: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    return chain.from_iterable(combinations(ids, n) for n in range(len(ids) + 1))


def every_decision() -> list[Decision]:
    """One of each audience, deciding group, affected and told groups."""
    cases = product(AUDIENCES, GROUPS, subsets(GROUPS), subsets(GROUPS))
    fitting = [c for c in cases if c[1] not in c[2] + c[3] and not set(c[2]) & set(c[3])]
    return [
        Decision(
            *(1, number, group, 7, "taken", audience, "quetzal", "", "", "", "", False, (), (), 1),
            *(START, START, None, None, "", affected, told),
        )
        for number, (audience, group, affected, told) in enumerate(fitting, start=1)
    ]


async def test_rule_list_and_search_agree_for_every_reader(each_house: House) -> None:
    known = every_decision()

    def store(tx: Tx) -> None:
        for decision in known:
            decisions.add(tx.db, decision)
            decision_index.add(tx.db, decision, ["Ana"])

    await each_house.work.write(1, store)
    for ids, is_circle in product(subsets(GROUPS), (False, True)):
        reader, eyes = Reader(frozenset(ids), is_circle), Eyes(1, frozenset(ids), is_circle)
        wanted = {d.number for d in known if readable(d, reader)}
        for filter in (Filter(), Filter(words="quetzal"), Filter(by="ana"), Filter(since=START)):
            assert await numbers(each_house, eyes, filter) == wanted


async def numbers(house: House, eyes: Eyes, filter: Filter) -> set[int]:
    found = await house.work.read(lambda tx: decision_lists.page(tx.db, eyes, filter, 1000))
    return {decision.number for decision in found}
