"""Decisions in the search index: with which words, and for whose eyes."""

from __future__ import annotations

import sqlalchemy as sa

from storage import decisions, search
from storage.decisions import Decision


def marks(d: Decision) -> list[str]:
    """The marks in the search index of all who may read a decision."""
    if d.audience == "network":
        return [search.everyone(d.network_id)]
    ids = {d.group_id}
    if d.audience == "affected":
        ids |= {*d.affected_ids, *d.told_ids}
    found = [search.group_mark(d.network_id, id) for id in sorted(ids)]
    return found + ([search.circle_mark(d.network_id)] if d.audience == "circle" else [])


def add(db: sa.Connection, d: Decision) -> None:
    """Makes a decision findable for those who may read it."""
    words = " ".join((d.title, d.why, d.alternatives, *d.tags))
    search.index(db, d.network_id, d.number, words, marks(d))


def renew(db: sa.Connection, network_id: int, number: int) -> None:
    """Indexes a decision as it stands now; one that was redacted or taken back is found by no word."""
    search.drop(db, network_id, number)
    decision = decisions.find(db, network_id, number)
    if decision is not None and decision.redacted_at is None and decision.status != "undone":
        add(db, decision)
