"""Numbers without gaps: D-1, D-2, … and C-1, C-2, … per network."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column, bindparam

from storage.prepared import Prepared
from storage.statements import insert
from storage.types import metadata

counters = sa.Table(
    "counters",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("letter", sa.String(2), primary_key=True),
    Column("last", sa.BigInteger, nullable=False),
)
_FIRST = insert(counters).values(last=bindparam("by", type_=sa.BigInteger))
_NEXT = Prepared(
    _FIRST.on_conflict_do_update(
        index_elements=["network_id", "letter"], set_={"last": counters.c.last + bindparam("by", type_=sa.BigInteger)}
    ).returning(counters.c.last)
)


def take(db: sa.Connection, network_id: int, letter: str, count: int = 1) -> int:
    """The first of `count` new numbers; given back if the transaction is."""
    ((last,),) = _NEXT.rows(db, {"network_id": network_id, "letter": letter, "by": count})
    return int(last) - count + 1
