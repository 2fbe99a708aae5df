"""What a contribution costs does not depend on how many there are, nor on how many groups are asked."""

from bench.statements import statements
from bot.core.conversation import MessagePosted
from tests.features.input_windows.threads import propose, root
from tests.support.house import House


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


async def test_a_window_to_forty_groups_is_edited_once_a_thread_and_interval(empty_house: House) -> None:
    """Four hundred contributions in one interval: each costs what the first did, and every head is edited once."""
    house = empty_house
    slugs = [f"group{n}" for n in range(41)]
    await house.found({slug: (slug.title(), "UTC", "KE", []) for slug in slugs})
    await house.say("group0", "ana", "/propose One newsletter --affects all --for 10bd")
    assert len(house.channels.posts) == 41
    costs = []
    for n in range(400):
        group = n % 40 + 1
        place, key = house.place(f"group{group}", f"D-1:head:{group + 1}"), house.event_key()
        said = MessagePosted(key, place, house.actor(f"person{group}"), house.clock(), key, f"data: number {n}")
        with statements() as seen:
            await house.dispatch.handle(said)
        costs.append(len(seen))
    assert len(set(costs[40:])) == 1  # whoever speaks for the first time becomes known
    await house.deliverer.drain()
    house.clock.move(seconds=5)
    await house.deliverer.drain()
    assert {len([post for post in house.channels.edits if post.key == f"D-1:head:{id}"]) for id in range(1, 42)} == {1}
    house.channels.edits.clear()
    house.clock.move(seconds=60)
    await house.deliverer.drain()
    assert house.channels.edits == []
