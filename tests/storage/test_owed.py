"""What groups owe a word on beside input, on each database."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from storage import conflicts, decision_parties, decision_terms, decisions, directory, owed
from storage.conflicts import CONFIDED, OPEN, SETTLED, Conflict, Party
from storage.decision_parties import Check
from storage.decision_terms import MANDATE, Terms
from storage.decisions import Decision
from storage.engine import open_engine
from storage.network import Group
from storage.owed import Due
from tests.support.tables import make_tables

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)
NORD, SUED = 1, 2


@pytest.fixture
def db(database_url: str) -> Iterator[sa.Connection]:
    """Nord's D-1 to D-3 in two networks; D-3 is undone."""
    make_tables(database_url)
    engine = open_engine(database_url)
    with engine.begin() as db:
        for network in (1, 2):
            directory.add_network(db, network, f"n{network}", "en", AT)
            for id, slug in ((NORD, "nord"), (SUED, "sued")):
                group = Group(network, id, slug, slug, "UTC", None, "mon-fri", "off", "en", "active", ())
                directory.add_group(db, group, AT)
            for number, status in ((1, "taken"), (2, "taken"), (3, "undone")):
                texts = (status, "network", "Title", "", "", "", "", False, (), (), 1)
                decisions.add(db, Decision(network, number, NORD, 10, *texts, AT, AT, None, None, "", (SUED,), ()))
        yield db
    engine.dispose()


def test_what_came_of_a_decision_is_owed_until_it_is_said(db: sa.Connection) -> None:
    for number in (2, 1, 3):
        decision_parties.ask(db, 1, number, SUED, AT + number * DAY)
    assert owed.unanswered(db, 1, [SUED], 10) == [Due(1, SUED, AT + DAY), Due(2, SUED, AT + 2 * DAY)]
    assert owed.unanswered(db, 1, [SUED], 1) == [Due(1, SUED, AT + DAY)]
    assert (
        owed.unanswered(db, 1, [NORD], 10) == owed.unanswered(db, 1, [], 10) == owed.unanswered(db, 2, [SUED], 10) == []
    )
    decision_parties.answer(db, Check(1, 1, SUED, AT, "as-is", "", 10, AT))
    assert owed.unanswered(db, 1, [SUED, NORD], 10) == [Due(2, SUED, AT + 2 * DAY)]


def test_what_ends_soon_is_the_deciding_groups(db: sa.Connection) -> None:
    for number, days in ((1, 5), (2, 3), (3, 4)):
        decision_terms.put(db, Terms(1, number, MANDATE, expires_at=AT + days * DAY))
    until = AT + 7 * DAY
    assert [due.number for due in owed.ending(db, 1, [NORD], AT, until, 10)] == [2, 1]
    assert [due.number for due in owed.ending(db, 1, [NORD], AT + 3 * DAY, until, 10)] == [1]
    assert [due.number for due in owed.ending(db, 1, [NORD], AT, AT + 4 * DAY, 10)] == [2]
    assert owed.ending(db, 1, [SUED], AT, until, 10) == owed.ending(db, 2, [NORD], AT, until, 10) == []


def test_conflicts_wait_for_their_host_for_who_was_told_and_for_groups_that_have_not_confirmed(
    db: sa.Connection,
) -> None:
    first = Conflict(1, 1, OPEN, "", 1, 2, "", None, "", 10, NORD, None, 77, AT, AT)
    conflicts.add(db, first, (NORD, SUED))
    conflicts.add(db, replace(first, id=2, state=CONFIDED, host_id=None, confidant_id=88), (NORD,))
    conflicts.add(db, replace(first, id=3, state=SETTLED), (NORD, SUED))
    conflicts.set_party(db, 1, 1, Party(NORD, AT, 10))

    def ids(person: int, *groups: int, network: int = 1) -> list[int]:
        return [conflict.id for conflict in conflicts.owed(db, network, person, groups, 10)]

    assert ids(99, SUED) == ids(77) == [1]
    assert ids(88) == [2]
    assert ids(99, NORD) == ids(99) == ids(77, SUED, network=2) == []
