"""The network's rules of notice; each was set by a decision."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage.decision_tables import protocol_rules
from storage.statements import insert

_RULES = sa.select(protocol_rules.c.case, protocol_rules.c.length, protocol_rules.c.decided_in).where(
    protocol_rules.c.network_id == bindparam("n")
)
_SET = insert(protocol_rules)
_SET = _SET.on_conflict_do_update(
    index_elements=["network_id", "case"],
    set_={"length": _SET.excluded.length, "decided_in": _SET.excluded.decided_in},
)


def rules(db: sa.Connection, network_id: int) -> dict[str, tuple[str, int]]:
    """case → (length as typed or "none", number of the decision that set it); cases at their default are absent."""
    return {r[0]: (r[1], r[2]) for r in db.execute(_RULES, {"n": network_id})}


def set_rule(db: sa.Connection, network_id: int, case: str, length: str, decided_in: int) -> None:
    db.execute(_SET, {"network_id": network_id, "case": case, "length": length, "decided_in": decided_in})
