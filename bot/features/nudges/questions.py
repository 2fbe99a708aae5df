"""What a group could really answer: an open window, a concern, an outcome that it owes, a review that is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.features.nudges import rules
from storage import digest_content as content
from storage.nudges import Silence


@dataclass(frozen=True, slots=True)
class Question:
    """`about` is the decision; `concern` the number of the concern, 0 for other kinds."""

    kind: str
    about: str
    concern: int = 0


def all_open(db: sa.Connection, network_id: int, group_id: int, now: datetime) -> dict[str, list[Question]]:
    """What waits for a group, by kind, the most urgent of each first."""
    mine = (group_id,)
    asked = [a for a in content.asked(db, network_id, mine, now) if a.heard_at is None]
    found = {
        rules.WINDOW: [Question(rules.WINDOW, f"D-{a.number}") for a in asked],
        rules.CONCERN: [
            Question(rules.CONCERN, f"D-{c.number}", c.id) for c in content.concerns_to(db, network_id, mine)
        ],
        rules.OUTCOME: [Question(rules.OUTCOME, f"D-{o.number}") for o in content.outcomes_owed(db, network_id, mine)],
        rules.REVIEW: [Question(rules.REVIEW, f"D-{r.number}") for r in content.reviews_due(db, network_id, mine, now)],
    }
    return {kind: some for kind, some in found.items() if some}


def best(db: sa.Connection, silence: Silence, now: datetime) -> Question | None:
    """The question that is worth asking a group most; not the last one again where there is another of its kind."""
    found = all_open(db, silence.network_id, silence.group_id, now)
    kind = rules.best_kind(found.keys(), silence)
    if kind is None:
        return None
    return next((q for q in found[kind] if q.about != silence.about), found[kind][0])


def is_open(db: sa.Connection, network_id: int, group_id: int, kind: str, about: str, now: datetime) -> bool:
    """Whether a question still waits for the group."""
    return any(q.about == about for q in all_open(db, network_id, group_id, now).get(kind, ()))
