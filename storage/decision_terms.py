"""Terms of decisions: public positions, mandates, and what ends unless it is renewed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage.decision_life_tables import decision_terms
from storage.statements import insert

URGENT, MANDATE = "urgent", "mandate"
POSITION = "position"


@dataclass(frozen=True, slots=True)
class Terms:
    """`kind`: "", urgent, mandate. `expires_at`: when it ends unless it is renewed; None: it does not end by itself.

    `topic`, `holder`: of a mandate.
    """

    network_id: int
    number: int
    kind: str = ""
    is_position: bool = False
    expires_at: datetime | None = None
    renewals: int = 0
    topic: str = ""
    holder: str = ""

    @property
    def marks(self) -> tuple[str, ...]:
        """What it is found by among decisions: "mandate", "position"."""
        return (MANDATE,) * (self.kind == MANDATE) + (POSITION,) * self.is_position


_NAMES = tuple(Terms.__dataclass_fields__)
_THIS = (decision_terms.c.network_id == bindparam("n"), decision_terms.c.number == bindparam("d"))
_SET = insert(decision_terms)
_SET = _SET.on_conflict_do_update(
    index_elements=["network_id", "number"],
    set_={name: _SET.excluded[name] for name in _NAMES if name not in ("network_id", "number")},
)
_COLUMNS = [decision_terms.c[name] for name in _NAMES]
_FIND = sa.select(*_COLUMNS).where(*_THIS)
_OF_MANY = sa.select(*_COLUMNS).where(
    decision_terms.c.network_id == bindparam("n"), decision_terms.c.number.in_(bindparam("numbers", expanding=True))
)
_BLANK = sa.update(decision_terms).where(*_THIS).values(topic="", holder="")


def put(db: sa.Connection, terms: Terms) -> None:
    """Stores the terms of a decision, or its new ones."""
    db.execute(_SET, {name: getattr(terms, name) for name in _NAMES})


def find(db: sa.Connection, network_id: int, number: int) -> Terms:
    """The terms of a decision; plain ones where it has none."""
    row = db.execute(_FIND, {"n": network_id, "d": number}).one_or_none()
    return Terms(*row) if row else Terms(network_id, number)


def of_many(db: sa.Connection, network_id: int, numbers: list[int]) -> dict[int, Terms]:
    """Terms by number, of those that have some."""
    if not numbers:
        return {}
    return {row.number: Terms(*row) for row in db.execute(_OF_MANY, {"n": network_id, "numbers": numbers})}


def blank(db: sa.Connection, network_id: int, number: int) -> None:
    """Takes people's words out of the terms."""
    db.execute(_BLANK, {"n": network_id, "d": number})
