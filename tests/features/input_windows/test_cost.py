"""What a contribution costs does not depend on how many there are, nor on how many groups are asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from bot.core.conversation import MessagePosted
from tests.features.input_windows.threads import propose, root
from tests.support.house import House


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is executed meanwhile, by any engine."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


async def test_the_hundredth_contribution_costs_what_the_second_does(house: House) -> None:
    await propose(house)
    costs = []
    for n in range(100):
        with statements() as seen:
            at, place, key = house.clock(), house.place("nairobi", root("nairobi")), house.event_key()
            actor, text = house.actor("wanjiku"), f"concern: number {n}"
            await house.dispatch.handle(MessagePosted(key, place, actor, at, key, text))
        costs.append(len(seen))
    assert len(set(costs[1:])) == 1
    assert costs[-1] <= 30
