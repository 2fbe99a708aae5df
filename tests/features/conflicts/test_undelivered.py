"""What could not be delivered is on the desk of those who host, with what to do, and on nobody else's."""

import pytest
import sqlalchemy as sa

from bot.core import errors
from bot.core.context import Context
from bot.core.conversation import ChannelJoined, ChannelLeft
from bot.core.delivery import Post
from bot.core.errors import DeliveryError
from bot.core.events import DigestAsked
from bot.core.language import Words
from bot.core.message import Message, to_plain
from bot.core.replies import Answer
from bot.features.conflicts.digesting import in_digest
from storage import directory
from storage.network import Channel
from storage.network_tables import channels
from storage.work import Tx
from tests.features.conflicts.scenes import make_facilitator, meeting_place
from tests.support.house import Channels, House, plain


class Refusing(Channels):
    """Takes nothing for Nairobi as long as there is a `cause`."""

    cause = errors.ABSENT

    async def post(self, post: Post) -> str:
        if self.cause and post.channel.remote_id == "nairobi":
            raise DeliveryError("not_in_channel", permanent=True, cause=self.cause)
        return await super().post(post)


@pytest.fixture
async def refusing(house: House) -> Refusing:
    """Two messages for Nairobi were given up: on X-1, which all may read, and on D-3, which is Nairobi's own."""
    platform = Refusing(shown=house.channels.shown)
    house.deliverer._sender = platform
    await house.say("oakland", "ben", "/conflict D-1 D-2 Twice or never")
    await house.say("nairobi", "otieno", "/decide Move the archive of the strike fund --audience group")
    return platform


async def told(house: House, *, is_circle: bool) -> str:
    def ask(tx: Tx) -> str:
        ctx = Context(tx.db, tx.now, tx.now, house.new_id, directory.network(tx.db, 1), Words())
        asked = DigestAsked(about="digest", group_id=1, since=tx.now, until=tx.now, is_circle=is_circle, most=5)
        return to_plain(Message(in_digest(ctx, asked)))

    return await house.work.read(ask)


async def test_a_facilitator_finds_it_with_what_to_do(house: House, refusing: Refusing) -> None:
    await house.wait(days=2)
    shown = await house.say("bilbao", "maite", "/conflicts undelivered")
    assert isinstance(shown, Answer)
    assert shown.is_secret
    assert plain(shown).splitlines()[:2] == [
        "What was not delivered, the oldest first",
        "• Nairobi (test nairobi): 2 messages not delivered – 2 days. About X-1. "
        "Mycel is not in that channel: somebody there invites it, then try again.",
    ]
    assert "[Try again: Nairobi (test nairobi)] /undelivered again 2" in plain(shown)
    assert "[Let go: Nairobi (test nairobi)] /undelivered let-go 2" in plain(shown)
    assert "strike" not in plain(shown)


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        (errors.GONE, "The channel is archived or gone"),
        (errors.FORBIDDEN, "Mycel may not write there"),
        (errors.OFF, "Mycel’s account there cannot be used"),
        (errors.UNREACHED, "The platform gave no answer for a day"),
        (errors.REFUSED, "The platform refused them"),
    ],
)
async def test_every_reason_has_something_to_do(house: House, refusing: Refusing, cause: str, said: str) -> None:
    refusing.cause = cause
    await house.say("nairobi", "otieno", "/decide Another one")
    assert said in plain(await house.say("bilbao", "maite", "/conflicts undelivered"))


@pytest.mark.parametrize(
    ("typed", "is_there"),
    [
        ("/conflicts", True),
        ("/conflicts all", True),
        ("/conflicts --group nairobi", True),
        ("/conflicts --group oakland", False),
        ("/conflicts --older 1d", True),
        ("/conflicts --older 3d", False),
        ("/conflicts --host none", False),
        ("/conflicts mine", False),
        ("/conflicts undelivered --group oakland", False),
    ],
)
async def test_it_is_filtered_like_the_rest(house: House, refusing: Refusing, typed: str, is_there: bool) -> None:
    await house.wait(days=2)
    assert ("not delivered" in plain(await house.say("bilbao", "maite", typed))) == is_there


async def test_where_the_circle_meets_it_is_no_secret_and_the_sums_count_it(house: House, refusing: Refusing) -> None:
    await meeting_place(house)
    shown = await house.say("circle", "maite", "/conflicts")
    assert isinstance(shown, Answer)
    assert not shown.is_secret
    assert "0 owed outcomes and 1 channel not reached." in plain(shown)


async def test_it_is_for_facilitators_alone(house: House, refusing: Refusing) -> None:
    refused = plain(await house.say("nairobi", "otieno", "/conflicts undelivered"))
    assert "What could not be delivered is for facilitators." in refused
    assert "This is for facilitators" in plain(await house.say("nairobi", "otieno", "/undelivered again 2"))
    shown = plain(await house.say("nairobi", "otieno", "/conflicts"))
    assert "not delivered" not in shown
    assert "not reached" not in shown


async def test_a_facilitator_of_the_group_is_told_what_it_is_about(house: House, refusing: Refusing) -> None:
    await make_facilitator(house, "Otieno")
    assert "About D-3 and X-1." in plain(await house.say("nairobi", "otieno", "/conflicts undelivered"))


async def test_tried_again_it_arrives_and_leaves_the_list(house: House, refusing: Refusing) -> None:
    await house.say("bilbao", "maite", "/undelivered again nairobi")
    assert "2 messages not delivered" in plain(await house.say("bilbao", "maite", "/conflicts undelivered"))
    refusing.cause = ""
    answer = plain(await house.say("bilbao", "maite", "/undelivered again 2"))
    assert answer == (
        "On the way again to Nairobi (test nairobi): 2 messages. What is refused again comes back to the desk."
    )
    assert "> Twice or never" in house.shown("nairobi")
    assert plain(await house.say("bilbao", "maite", "/conflicts undelivered")) == "Everything was delivered."
    assert "Nothing is undelivered in “nairobi”." in plain(
        await house.say("bilbao", "maite", "/undelivered again nairobi")
    )


async def test_the_buttons_of_the_list_do_what_they_say_for_real_numbers_of_channels(house: House) -> None:
    platform = Refusing(shown=house.channels.shown)
    house.deliverer._sender = platform
    second = Channel(1, 1838824070649846789, "test", "w", "nairobi", 2, True, "", "active")

    def renumber(tx: Tx) -> None:
        tx.db.execute(sa.update(channels).where(channels.c.id == 2).values(remote_id="elsewhere"))
        directory.add_channel(tx.db, second)

    await house.work.write(1, renumber)
    await house.say("oakland", "ben", "/conflict D-1 D-2 Twice or never")
    shown = plain(await house.say("bilbao", "maite", "/conflicts undelivered"))
    again = next(line.split("] ")[1] for line in shown.splitlines() if line.startswith("[Try again"))
    assert plain(await house.say("bilbao", "maite", again)).startswith("On the way again to Nairobi (test nairobi):")
    go = next(line.split("] ")[1] for line in shown.splitlines() if line.startswith("[Let go"))
    assert plain(await house.say("bilbao", "maite", go)).startswith("Let go, for Nairobi (test nairobi):")


async def test_tried_again_at_night_it_waits_for_the_morning(house: House, refusing: Refusing) -> None:
    house.have_nights()
    house.dispatch.registry.sleepless.discard("test")
    await house.wait(hours=10)  # 22:00 in Nairobi
    refusing.cause = ""
    await house.say("bilbao", "maite", "/undelivered again nairobi")
    assert "Twice or never" not in house.shown("nairobi")
    await house.wait(hours=12)
    assert "Twice or never" in house.shown("nairobi")


async def test_let_go_nobody_waits_for_it_and_what_comes_later_comes(house: House, refusing: Refusing) -> None:
    answer = plain(await house.say("bilbao", "maite", "/undelivered let-go 2"))
    assert answer == "Let go, for Nairobi (test nairobi): 2 messages. The records keep all that they said."
    assert plain(await house.say("bilbao", "maite", "/conflicts undelivered")) == "Everything was delivered."
    refusing.cause = ""
    await house.say("bilbao", "maite", "/host X-1")
    assert "Twice or never" not in house.shown("nairobi")
    assert "Maite hosts X-1" in house.shown("nairobi")


async def test_invited_again_what_was_given_up_comes_by_itself(house: House, refusing: Refusing) -> None:
    await house.handle(ChannelLeft(house.event_key(), house.place("nairobi"), house.actor("otieno"), house.clock()))
    refusing.cause = ""
    await house.handle(ChannelJoined(house.event_key(), house.place("nairobi"), house.actor("otieno"), house.clock()))
    assert "> Twice or never" in house.shown("nairobi")
    assert plain(await house.say("bilbao", "maite", "/conflicts undelivered")) == "Everything was delivered."


async def test_what_is_wrong_is_said(house: House, refusing: Refusing) -> None:
    for typed, said in (
        ("/undelivered retry 2", "“retry” is none of: again, let-go."),
        ("/undelivered again madrid", "There is no group “madrid” here."),
        ("/undelivered again 99", "Nothing is undelivered in “99”."),
        ("/undelivered again ²", "There is no group “²” here."),
        (f"/undelivered again {'9' * 5000}", "Nothing is undelivered in"),
    ):
        assert said in plain(await house.say("bilbao", "maite", typed))


async def test_the_circles_digest_counts_it_and_says_where_it_is(house: House, refusing: Refusing) -> None:
    said = "2 messages could not be delivered: `/conflicts undelivered`"
    assert (await told(house, is_circle=True)).endswith(said)
    assert said not in await told(house, is_circle=False)
