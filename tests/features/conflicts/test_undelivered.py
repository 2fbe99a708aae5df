"""What could not be delivered is seen by those who host, and by nobody else."""

import sqlalchemy as sa

from bot.core.context import Context
from bot.core.events import DigestAsked
from bot.core.language import Words
from bot.core.message import Message, to_plain
from bot.features.conflicts.digesting import in_digest
from storage import directory
from storage.delivery_tables import messages
from storage.work import Tx
from tests.support.house import House


async def told(house: House, *, is_circle: bool) -> str:
    def ask(tx: Tx) -> str:
        ctx = Context(tx.db, tx.now, tx.now, house.new_id, directory.network(tx.db, 1), Words())
        asked = DigestAsked(about="digest", group_id=1, since=tx.now, until=tx.now, is_circle=is_circle, most=5)
        return to_plain(Message(in_digest(ctx, asked)))

    return await house.work.read(ask)


async def test_a_message_that_was_given_up_is_in_the_circles_digest(house: House) -> None:
    assert await told(house, is_circle=True) == ""
    await house.work.write(1, lambda tx: tx.db.execute(sa.update(messages).values(state="dead")).rowcount)
    assert (await told(house, is_circle=True)).endswith(
        "messages could not be delivered: whoever runs Mycel finds why in its doctor."
    )
    assert await told(house, is_circle=False) == ""
