"""Decisions in the search index: with which words, people, tags and values, and for whose eyes."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from storage import decision_terms, decisions, directory, search, title_words
from storage.decision_terms import Terms
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


def add(db: sa.Connection, d: Decision, people: Iterable[str], terms: Terms | None = None) -> None:
    """Makes a decision findable for those who may read it; `people` are the names of all who had a part in it."""
    words = " ".join((d.title, d.why, d.alternatives, *d.tags, *((terms.topic, terms.holder) if terms else ())))
    facets = [*(search.facet("tag", tag) for tag in d.tags), *(search.facet("value", v) for v in d.rests_on)]
    facets += [search.facet("kind", kind) for kind in (terms.marks if terms else ())]
    search.index(db, [search.Entry(d.network_id, d.number, words, marks(d), " ".join(people), facets)])
    title_words.add(db, d.network_id, d.number, d.title)


def drop(db: sa.Connection, network_id: int, number: int) -> None:
    """A decision is found by no word any more."""
    search.drop(db, network_id, number)
    title_words.drop(db, network_id, number)


def renew(db: sa.Connection, network_id: int, number: int) -> None:
    """Indexes a decision as it stands now; one that was redacted or taken back is found by no word."""
    drop(db, network_id, number)
    decision = decisions.find(db, network_id, number)
    if decision is not None and decision.redacted_at is None and decision.status != "undone":
        author = directory.person_names(db, network_id, [decision.author_id]).values()
        named = [name for name, _ in decisions.people(db, network_id, number)]
        add(db, decision, [*author, *named], decision_terms.find(db, network_id, number))
