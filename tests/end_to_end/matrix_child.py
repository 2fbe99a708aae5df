"""A Matrix account of Mycel's in a process of its own, to be killed: writes down what it hears, and answers it.

`python -m tests.end_to_end.matrix_child '{"homeserver": …, "user": …, "password": …, "store": …, "url": …}'`
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from adapters.matrix.client import MatrixClient, Tools, Tuning
from adapters.matrix.login import Account
from adapters.matrix.rooms import RoomInfo
from adapters.matrix.vault import Vault
from storage import inbox, matrix
from storage.engine import open_engine
from storage.matrix import StagedEvent
from storage.work import Tx, Work, open_work

heard = sa.Table(
    "heard",
    sa.MetaData(),
    sa.Column("n", sa.Integer, primary_key=True),
    sa.Column("room_id", sa.Text),
    sa.Column("body", sa.Text),
)


def prepare(url: str) -> None:
    """Makes the tables that the child uses."""
    engine = open_engine(url)
    for table in (matrix.accounts, matrix.events, inbox.inbox, heard):
        table.create(engine, checkfirst=True)
    engine.dispose()


class Child:
    """Hears as dispatch does: once only by the inbox, in the transaction of what comes of it; then answers."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.client: MatrixClient

    async def handle(self, event: StagedEvent, room: RoomInfo) -> None:
        if event.type != "m.room.message" or event.payload["sender"] == self.client.user_id:
            return
        body = event.payload["content"]["body"]

        def write(tx: Tx) -> None:
            if inbox.accept(tx.db, "matrix:test", event.event_id, 1, tx.now, 0, ""):
                tx.db.execute(heard.insert(), {"room_id": event.room_id, "body": body})

        await self.work.write(1, write)
        relation = {"m.in_reply_to": {"event_id": event.event_id}}
        answer = {"msgtype": "m.notice", "body": f"heard {body}", "m.relates_to": relation}
        await self.client.send(event.room_id, "m.room.message", answer, f"answer:{event.event_id}")

    async def hear_of_trouble(self, room_id: str, what: str) -> None:
        print(json.dumps({"trouble": what}), flush=True)


async def main(homeserver: str, user: str, password: str, store: str, url: str) -> None:
    new_id = itertools.count(time.time_ns() // 1000 << 10).__next__
    work = open_work(url, clock=lambda: datetime.now(UTC))
    child = Child(work)
    tools = Tools(work, Vault(b"secret of the tests"), lambda: datetime.now(UTC), new_id, random.random)
    tuning = Tuning(poll_s=2, retry_s=0.1, timeline_limit=10, tell_after=timedelta(seconds=20))
    account = Account(homeserver, user, password, store=Path(store))
    child.client = MatrixClient(account, tools, child.handle, child.hear_of_trouble, tuning)
    print(json.dumps({"started": True}), flush=True)
    await child.client.run()


if __name__ == "__main__":
    asyncio.run(main(**json.loads(sys.argv[1])))
