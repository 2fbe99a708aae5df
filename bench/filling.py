"""A network with many decisions, written in bulk past dispatch, with words as frequent as words are (Zipf)."""

from __future__ import annotations

import itertools
import random
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from bench.playing import GROUPS, PLATFORM, Playing
from storage import search, title_words
from storage.counters import counters
from storage.decision_tables import decision_groups, decision_tags, decisions
from storage.decision_tables import title_words as titles
from storage.delivery_tables import messages
from storage.events import events
from storage.inbox import inbox
from storage.network_tables import people
from storage.work import Tx

OLDEST = 5
"""So many of the oldest decisions have what is rare: the word, the tag, the person and the status."""
RARE_WORD, RARE_TAG, RARE_PERSON, RARE_STATUS = "ultramarine", "heirloom", "Zebedee", "withdrawn"
AUTHORS = [f"Author{i:03}" for i in range(300)]
TAGS = [f"tag{i}" for i in range(200)]
YEARS = timedelta(days=3 * 365)
_BLOCK = 2_000


def _vocabulary() -> list[str]:
    syllables = [a + b for a in "bdfgklmnprstv" for b in "aeiou"]
    short = ["".join(pair) for pair in itertools.product(syllables, repeat=2)]
    return [a + b for a, b in itertools.product(short[:200], short[::20])][:40_000]


VOCABULARY = _vocabulary()
random.Random(1).shuffle(VOCABULARY)
COMMON, LESS_COMMON, BEGINNING = VOCABULARY[0], VOCABULARY[1], VOCABULARY[200][:5]


def _weights(count: int) -> list[float]:
    return list(itertools.accumulate(1 / rank for rank in range(1, count + 1)))


class Filler:
    """Writes decisions of one network, always the same ones."""

    def __init__(self, network_id: int, size: int, now: datetime) -> None:
        self.network_id, self.size, self.now = network_id, size, now
        self._chance = random.Random(7)
        self._words, self._tags = _weights(len(VOCABULARY)), _weights(len(TAGS))
        self._authors = _weights(len(AUTHORS))

    def text(self, words: int) -> str:
        return " ".join(self._chance.choices(VOCABULARY, cum_weights=self._words, k=words))

    def rows(self, numbers: range) -> dict[str, list[Any]]:
        """The rows of these decisions, by table."""
        found: dict[str, list[Any]] = {"decisions": [], "tags": [], "groups": [], "words": [], "titles": []}
        found |= {"events": [], "messages": [], "inbox": []}
        for number in numbers:
            self._decision(number, found)
        return found

    def _decision(self, number: int, found: dict[str, list[Any]]) -> None:
        is_rare, chance = number <= OLDEST, self._chance
        title, why = self.text(6) + (f" {RARE_WORD}" if is_rare else ""), self.text(20)
        tags = {*chance.choices(TAGS, cum_weights=self._tags, k=2), *([RARE_TAG] if is_rare else [])}
        group = chance.randrange(len(GROUPS)) + 1
        audience = chance.choices(("network", "group", "affected"), (8, 1, 1))[0]
        affected = [id for id in range(1, len(GROUPS) + 1) if id != group and chance.random() < 0.2]
        author = 1 + (len(AUTHORS) if is_rare else chance.choices(range(len(AUTHORS)), cum_weights=self._authors)[0])
        at = self.now - YEARS * ((self.size - number) / self.size)
        status = RARE_STATUS if is_rare else chance.choices(("taken", "superseded"), (9, 1))[0]
        key = {"network_id": self.network_id, "number": number}
        found["decisions"].append(
            {
                **key,
                "group_id": group,
                "author_id": -author,
                "status": status,
                "audience": audience,
                "title": title,
                "why": why,
                "alternatives": "",
                "taken_by": "",
                "urgent": "",
                "is_reversible": False,
                "tags": sorted(tags),
                "rests_on": [],
                "version": 1,
                "created_at": at,
                "taken_at": at,
                "review_at": None,
                "redacted_at": None,
                "source": "",
            }
        )
        found["tags"] += [{**key, "tag": tag} for tag in sorted(tags)]
        found["groups"] += [{**key, "group_id": id, "part": "affected"} for id in affected]
        facets = [search.facet("tag", tag) for tag in sorted(tags)]
        name = RARE_PERSON if is_rare else AUTHORS[author - 1]
        marks = self._marks(audience, {group, *affected})
        found["words"].append(search.Entry(self.network_id, number, f"{title} {why}", marks, name, facets))
        found["titles"] += title_words.rows(self.network_id, number, title)
        self._technical(number, group, at, found)

    def _marks(self, audience: str, group_ids: set[int]) -> list[str]:
        if audience == "network":
            return [search.everyone(self.network_id)]
        return [search.group_mark(self.network_id, id) for id in sorted(group_ids)]

    def _technical(self, number: int, group: int, at: datetime, found: dict[str, list[Any]]) -> None:
        """The row of the log, the card that was sent, and the event that came in."""
        about, network = f"D-{number}", {"network_id": self.network_id}
        event = {"id": number, "at": at, "kind": "decision_logged", "about": about, "person_id": None}
        found["events"].append({**network, **event, "group_id": group, "data": {"number": number}, "is_past": False})
        card = {"id": number, "key": f"{about}:card:{group}", "channel_id": group, "thread_of": None, "about": about}
        card |= {"view": "decision_card", "args": {"number": number, "is_told": False}, "wanted_rev": 1, "sent_rev": 1}
        card |= {"sent_digest": "", "remote_id": f"m{number}", "state": "live", "ready_at": at, "edit_gap_s": 0}
        card |= {"attempts": 0, "is_unclear": False, "error": "", "created_at": at}
        found["messages"].append({**network, **card})
        came = {"source": f"{PLATFORM}:w0", "event_key": f"old{number}", "received_at": at, "fingerprint": number}
        found["inbox"].append({**network, **came, "subject": about})


async def fill(mycel: Playing, size: int) -> None:
    """Decisions D-1 to D-`size` in the first network, which has none yet; the newest is of now."""
    work, network_id = mycel.core.work, mycel.networks[0]
    filler = Filler(network_id, size, mycel.core.clock())
    await work.write(network_id, lambda tx: _begin(tx, network_id, size))
    for numbers in _blocks(size):
        await work.write(network_id, partial(_store, rows=filler.rows(numbers)))
        if numbers[-1] % (10 * _BLOCK) == 0 or numbers[-1] == size:
            print(f"  {numbers[-1]:,} of {size:,} decisions written", file=sys.stderr, flush=True)
    await work.write(network_id, _settle)


def _blocks(size: int) -> Iterator[range]:
    for first in range(1, size + 1, _BLOCK):
        yield range(first, min(first + _BLOCK, size + 1))


def _begin(tx: Tx, network_id: int, size: int) -> None:
    names = [*AUTHORS, RARE_PERSON]
    rows = [{"network_id": network_id, "id": -i, "name": name, "created_at": tx.now} for i, name in enumerate(names, 1)]
    tx.db.execute(sa.insert(people), rows)
    tx.db.execute(sa.insert(counters), {"network_id": network_id, "letter": "D", "last": size})


def _store(tx: Tx, rows: dict[str, list[Any]]) -> None:
    tables = {"decisions": decisions, "tags": decision_tags, "groups": decision_groups, "titles": titles}
    for name, table in (tables | {"events": events, "messages": messages, "inbox": inbox}).items():
        tx.db.execute(sa.insert(table), rows[name])
    search.index(tx.db, rows["words"])


def _settle(tx: Tx) -> None:
    """What the database does by itself in a quiet hour."""
    tx.db.execute(sa.text("ANALYZE"))
