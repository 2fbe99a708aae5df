"""Three small tables and the commands on them, for what is tested below any feature."""

import asyncio
import threading
from dataclasses import dataclass, field

import sqlalchemy as sa

from storage.work import Tx, Work

tables = sa.MetaData()
entries = sa.Table("entries", tables, sa.Column("body", sa.Text, primary_key=True))
counters = sa.Table("counters", tables, sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.Integer))
_entry = sa.ForeignKey("entries.body", deferrable=True, initially="DEFERRED")
owned = sa.Table("owned", tables, sa.Column("owner", sa.Text, _entry, primary_key=True))


@dataclass(frozen=True)
class Add:
    """A command: store an entry, then perhaps fail."""

    body: str
    then: Exception | None = None

    def __call__(self, tx: Tx) -> str:
        tx.db.execute(entries.insert().values(body=self.body))
        if self.then is not None:
            raise self.then
        return self.body


def add_without_entry(tx: Tx) -> None:
    """A command that only the commit refuses."""
    tx.db.execute(owned.insert().values(owner="nobody"))


def count_up(tx: Tx) -> int:
    """A command that loses an update wherever two of it run at once."""
    n: int = tx.db.execute(sa.select(counters.c.n)).scalar_one() + 1
    tx.db.execute(counters.update().values(n=n))
    return n


def count_entries(tx: Tx) -> int:
    n: int = tx.db.execute(sa.select(sa.func.count()).select_from(entries)).scalar_one()
    return n


def stored(engine: sa.Engine) -> list[str]:
    """The entries in order, as another program sees them."""
    with engine.begin() as db:
        return list(db.execute(sa.select(entries.c.body).order_by(entries.c.body)).scalars())


@dataclass
class Hold:
    """A command that runs until it is let go: what is written meanwhile has to queue, and on SQLite forms a group."""

    work: Work
    network_id: int = 1
    _has_begun: threading.Event = field(default_factory=threading.Event)
    _may_end: threading.Event = field(default_factory=threading.Event)

    async def __aenter__(self) -> "Hold":
        self._task = asyncio.create_task(self.work.write(self.network_id, self._run))
        assert await asyncio.to_thread(self._has_begun.wait, 10)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.let_go()
        await asyncio.gather(self._task, return_exceptions=True)

    def let_go(self) -> None:
        self._may_end.set()

    def _run(self, _tx: Tx) -> None:
        self._has_begun.set()
        assert self._may_end.wait(10)
