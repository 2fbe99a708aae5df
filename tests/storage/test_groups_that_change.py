"""Groups that merge, hand over, leave and have contacts, on each database."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from storage import (
    decision_index,
    decisions,
    directory,
    group_contacts,
    group_export,
    group_moves,
    group_states,
    leaving,
    roles,
    search,
    transfer,
)
from storage.circle_tables import circles
from storage.decisions import Decision
from storage.engine import open_engine
from storage.group_contacts import Term
from storage.group_states import ACTIVE, LEFT, MERGED, Standing
from storage.network import Channel, Group, network_of, scope
from storage.network_tables import workspaces
from tests.support.tables import make_tables

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
NORD, SUED, OST = 1, 2, 3


@pytest.fixture
def db(database_url: str) -> Iterator[sa.Connection]:
    """A transaction on an empty database."""
    make_tables(database_url)
    engine = open_engine(database_url)
    with engine.begin() as db:
        yield db
    engine.dispose()


def decision(
    number: int, group: int, audience: str = "network", affected: tuple[int, ...] = (), told: tuple[int, ...] = ()
) -> Decision:
    return Decision(
        *(
            1,
            number,
            group,
            10 * group,
            "taken",
            audience,
            f"Title {number}",
            "why",
            "",
            "",
            "",
            False,
            ("tag",),
            (),
            1,
        ),
        *(AT, AT, None, None, "", affected, told),
    )


def settled(db: sa.Connection) -> None:
    """Three groups with a channel and a person each; Nord's private D-1, its D-2 for Süd, Ost's D-3 for both."""
    directory.add_network(db, 1, "mycel", "en", AT)
    directory.add_workspace(db, "test", "w", 1, AT)
    for id, slug in ((NORD, "nord"), (SUED, "sued"), (OST, "ost")):
        directory.add_group(db, Group(1, id, slug, slug, "UTC", None, "mon-fri", "off", "en", "active", ()), AT)
        directory.add_channel(db, Channel(1, id, "test", "w", slug, id, True, "", "active"))
        directory.add_person(db, 1, 10 * id, f"Person {slug}", None, AT)
        directory.add_identity(db, 1, "test", "w", f"account-{slug}", 10 * id, slug)
        directory.add_membership(db, 1, 10 * id, id, AT)
    for made in (
        decision(1, NORD, "group"),
        decision(2, NORD, affected=(SUED,)),
        decision(3, OST, "affected", affected=(NORD,), told=(SUED,)),
    ):
        decisions.add(db, made)
        decision_index.add(db, made, ["Ana"])


def found(db: sa.Connection, number: int) -> Decision:
    it = decisions.find(db, 1, number)
    assert it is not None
    return it


def test_a_merger_moves_decisions_parts_channels_and_people(db: sa.Connection) -> None:
    settled(db)
    group_moves.merge(db, 1, NORD, SUED, AT)
    group_states.set_state(db, 1, MERGED, Standing(NORD, AT, into_id=SUED))
    assert [found(db, n).group_id for n in (1, 2, 3)] == [SUED, SUED, OST]
    assert found(db, 2).affected_ids == ()
    assert (found(db, 3).affected_ids, found(db, 3).told_ids) == ((SUED,), ())
    assert group_moves.origins(db, 1, 1) == [(NORD, AT)]
    assert group_moves.origins(db, 1, 3) == []
    assert [c.id for c in directory.homes(db, 1, [NORD, SUED])] == [NORD, SUED]
    assert directory.homes(db, 1, [NORD]) == []
    assert (directory.member_count(db, 1, NORD), directory.member_count(db, 1, SUED)) == (0, 2)
    assert group_moves.numbers_of(db, 1, SUED, 0, 10) == [1, 2, 3]
    assert group_moves.numbers_of(db, 1, SUED, 1, 1) == [2]


def test_what_was_part_of_a_merged_group_goes_on_with_it(db: sa.Connection) -> None:
    settled(db)
    group_states.set_state(db, 1, MERGED, Standing(NORD, AT, into_id=SUED))
    group_states.set_state(db, 1, MERGED, Standing(SUED, AT, into_id=OST))
    assert {id: s.into_id for id, s in group_states.standings(db, 1, [NORD, SUED, OST]).items()} == {
        NORD: OST,
        SUED: OST,
    }


def test_where_a_group_came_from_outlives_a_pause(db: sa.Connection) -> None:
    settled(db)
    group_states.set_state(db, 1, ACTIVE, Standing(SUED, AT, from_id=NORD))
    group_states.set_state(db, 1, "paused", Standing(SUED, AT, AT + timedelta(days=1)))
    standing = group_states.standings(db, 1, [SUED])[SUED]
    assert (standing.from_id, standing.until_at) == (NORD, AT + timedelta(days=1))


def test_one_decision_is_handed_over(db: sa.Connection) -> None:
    settled(db)
    group_moves.take_over(db, 1, 2, SUED, AT)
    assert (found(db, 2).group_id, found(db, 2).affected_ids, found(db, 1).group_id) == (SUED, (), NORD)
    assert group_moves.origins(db, 1, 2) == [(NORD, AT)]


def test_channels_that_are_let_go_are_nobodys(db: sa.Connection) -> None:
    settled(db)
    group_states.set_state(db, 1, LEFT, Standing(NORD, AT))
    assert leaving.let_go(db, 1, NORD, ["group:1"]) == [NORD]
    assert network_of(db, "test", "w", "nord") == 1, "its workspace has other groups"
    seen = scope(db, 1, platform="test", workspace="w", channel="nord", account="account-nord", repeated_since=AT)
    assert seen is not None
    assert seen.channel is None
    leaving.forget_channels(db, 1, [NORD, SUED])
    assert directory.channel(db, 1, NORD) is None
    assert directory.channel(db, 1, SUED) is not None


def test_a_circle_in_a_channel_that_is_forgotten_stays(db: sa.Connection) -> None:
    settled(db)
    words: dict[str, Any] = {**dict.fromkeys(("slug", "name", "domain", "term"), "x"), "questions": []}
    flags = {"is_role": False, "needs_volunteers": False}
    row = {"network_id": 1, "id": 1, "seats": 1, "channel_id": NORD, "created_at": AT}
    db.execute(sa.insert(circles), row | words | flags)
    leaving.let_go(db, 1, NORD, [])
    leaving.forget_channels(db, 1, [NORD])
    assert directory.channel(db, 1, NORD) is None
    assert db.execute(sa.select(circles.c.channel_id)).scalars().all() == [None]


def test_the_last_group_of_a_workspace_frees_it(db: sa.Connection) -> None:
    settled(db)
    for id in (NORD, SUED, OST):
        leaving.let_go(db, 1, id, [])
    assert network_of(db, "test", "w", "nord") is None
    assert db.execute(sa.select(sa.func.count()).select_from(workspaces)).scalar_one() == 0


def test_a_channel_that_was_let_go_can_be_bound_again(db: sa.Connection) -> None:
    settled(db)
    leaving.let_go(db, 1, NORD, [])
    bound = directory.bind_channel(db, Channel(1, 99, "test", "w", "nord", SUED, True, "", "active"))
    assert bound is not None
    assert (bound.group_id, bound.state) == (SUED, "active")
    leaving.forget_channels(db, 1, [bound.id])
    assert directory.channel(db, 1, bound.id) is not None


def test_people_who_are_only_there_lose_roles(db: sa.Connection) -> None:
    settled(db)
    directory.add_membership(db, 1, 20, NORD, AT)
    for person in (10, 20):
        roles.add(db, 1, person, "facilitator", AT)
    assert leaving.only_here(db, 1, NORD) == [10]
    leaving.drop_people(db, 1, NORD, [10])
    assert directory.member_count(db, 1, NORD) == 0
    assert [holder.person_id for holder in roles.holders(db, 1)] == [20]


def test_what_only_the_group_could_read_is_blank_and_found_by_no_word(db: sa.Connection) -> None:
    settled(db)
    marks = [search.group_mark(1, NORD), search.everyone(1)]
    assert leaving.blank_private(db, 1, NORD, 10, AT) == [1]
    assert leaving.blank_private(db, 1, NORD, 10, AT) == []
    assert (found(db, 1).title, found(db, 1).tags, found(db, 1).redacted_at) == ("", (), AT)
    assert found(db, 2).title == "Title 2"
    assert 1 not in search.find(db, 1, search.Sought("title"), marks, before=100, most=5)


def test_an_export_is_rows_that_every_table_takes(db: sa.Connection) -> None:
    settled(db)
    rows = list(group_export.rows(db, 1, NORD, AT))
    for table, row in rows:
        transfer.checked(table, row)
    numbers = [row["number"] for table, row in rows if table == "decisions"]
    assert numbers == [1, 2], "Nord said nothing on D-3"
    assert {row["slug"]: row["state"] for table, row in rows if table == "groups"} == {
        "nord": "active",
        "sued": "dormant",
    }
    assert [row["person_id"] for table, row in rows if table == "memberships"] == [10]


def test_an_export_that_was_set_aside_comes_back_in_order_and_goes(db: sa.Connection) -> None:
    settled(db)
    lines = [f"line {n}\n" for n in range(1200)]
    group_export.keep(db, 1, NORD, lines)
    assert group_export.kept(db, 1, NORD) == lines
    assert group_export.kept(db, 1, SUED) == []
    group_export.drop(db, 1, NORD)
    assert group_export.kept(db, 1, NORD) == []


def test_terms_rotation_and_refusals_of_a_contact(db: sa.Connection) -> None:
    settled(db)

    def day(n: int) -> datetime:
        return AT + timedelta(days=n)

    group_contacts.set_term(db, 1, NORD, Term(10, day(0), None))
    group_contacts.set_term(db, 1, NORD, Term(10, day(0), day(7)))
    group_contacts.set_term(db, 1, NORD, Term(20, day(7), None))
    assert group_contacts.current(db, 1, NORD, day(6)) == Term(10, day(0), day(7))
    assert group_contacts.current(db, 1, NORD, day(7)) == Term(20, day(7), None)
    assert group_contacts.current(db, 1, SUED, day(7)) is None
    group_contacts.rotate(db, 1, NORD, "1w")
    group_contacts.rotate(db, 1, NORD, "2w")
    assert (group_contacts.every(db, 1, NORD), group_contacts.every(db, 1, SUED)) == ("2w", "")
    group_contacts.refuse(db, 1, NORD, 10)
    group_contacts.refuse(db, 1, NORD, 10)
    group_contacts.move_person(db, 1, 10, 30)
    assert group_contacts.refused(db, 1, NORD) == {30}
    assert [term.person_id for term in group_contacts.terms(db, 1, NORD)] == [30, 20]
    assert group_contacts.forget_person(db, 1, 30) == [NORD]
    assert [term.person_id for term in group_contacts.terms(db, 1, NORD)] == [20]
    group_contacts.drop(db, 1, NORD)
    assert (group_contacts.terms(db, 1, NORD), group_contacts.every(db, 1, NORD)) == ([], "")
