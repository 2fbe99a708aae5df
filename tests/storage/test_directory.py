"""Groups, people, roles and codes in the database; two networks in one database never see each other."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import codes, directory, people, roles
from storage.engine import open_engine
from storage.network import Channel, Group, network_of, scope
from storage.network_tables import people as people_table
from tests.support.tables import make_tables

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
NETWORKS = (1, 2)


def group(network_id: int, id: int, slug: str, name: str = "") -> Group:
    return Group(
        network_id, id, slug, name or slug.title(), "Africa/Nairobi", None, "mon-fri", "off", "en", "active", ()
    )


def channel(network_id: int, id: int, remote_id: str, group_id: int | None = None, workspace: str = "") -> Channel:
    return Channel(
        network_id, id, "test", workspace or f"w{network_id}", remote_id, group_id, group_id is not None, "", "active"
    )


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    """A database with two networks, each with a workspace."""
    make_tables(database_url)
    engine = open_engine(database_url)
    with engine.begin() as db:
        for network_id in NETWORKS:
            directory.add_network(db, network_id, f"net{network_id}", "en", NOW)
            directory.add_workspace(db, "test", f"w{network_id}", network_id, NOW)
    yield engine
    engine.dispose()


@pytest.fixture
def db(engine: sa.Engine) -> Iterator[sa.Connection]:
    with engine.begin() as connection:
        yield connection


def add_person(db: sa.Connection, network_id: int, id: int, name: str, *, at: datetime = NOW) -> None:
    directory.add_person(db, network_id, id, name, None, at)
    directory.add_identity(db, network_id, "test", f"w{network_id}", f"u{id}", id, name)


def test_a_group_is_found_by_name_in_any_case_and_by_slug(db: sa.Connection) -> None:
    directory.add_group(db, group(1, 5, "sao-paulo", "São Paulo"), NOW)
    for name, slug in (("São Paulo", ""), ("sao-paulo", ""), ("SAO-PAULO", ""), ("x", "sao-paulo")):
        found = directory.group_named(db, 1, name, slug)
        assert found is not None
        assert found.id == 5
    assert directory.group_named(db, 1, "Sao", "sao") is None


def test_a_changed_group_reads_back(db: sa.Connection) -> None:
    directory.add_group(db, group(1, 5, "oakland"), NOW)
    wanted = Group(
        1, 5, "east", "East", "UTC", "US-CA", "mon,wed", "20:00-08:00", "es", "active", (("2026-12-24", False),)
    )
    directory.change_group(db, wanted)
    assert directory.groups_by_id(db, 1, [5]) == {5: wanted}


def test_a_free_channel_is_bound_and_a_taken_one_is_not(db: sa.Connection) -> None:
    directory.add_group(db, group(1, 5, "oakland"), NOW)
    directory.add_group(db, group(1, 6, "nairobi"), NOW)
    directory.add_channel(db, channel(1, 10, "lobby"))
    bound = directory.bind_channel(db, channel(1, 99, "lobby", 5))
    assert bound == channel(1, 10, "lobby", 5)
    assert directory.bind_channel(db, channel(1, 98, "lobby", 6)) is None
    assert directory.bind_channel(db, channel(1, 11, "fresh", 6)) == channel(1, 11, "fresh", 6)
    assert directory.homes(db, 1, [5, 6]) == [channel(1, 10, "lobby", 5), channel(1, 11, "fresh", 6)]


def test_a_channel_of_another_network_is_never_bound(db: sa.Connection) -> None:
    directory.add_group(db, group(2, 5, "oakland"), NOW)
    directory.add_channel(db, channel(1, 10, "lobby"))
    assert directory.bind_channel(db, channel(2, 11, "lobby", 5, workspace="w1")) is None
    assert directory.channel(db, 1, 10) == channel(1, 10, "lobby")


def test_settings_are_replaced(db: sa.Connection) -> None:
    directory.set_settings(db, 1, {"open_registration": True})
    assert directory.network(db, 1).settings == {"open_registration": True}
    assert directory.network(db, 2).settings == {}


def test_people_are_found_by_account_before_name(db: sa.Connection) -> None:
    add_person(db, 1, 1, "u2")
    add_person(db, 1, 2, "Ana")
    add_person(db, 1, 3, "ana")
    assert [p.id for p in people.find(db, 1, "test", "w1", "u2")] == [2]
    assert [p.id for p in people.find(db, 1, "test", "elsewhere", "u2")] == [1]
    assert [p.id for p in people.find(db, 1, "test", "w1", "ANA")] == [2, 3]
    assert people.find(db, 2, "test", "w1", "u2") == []


def test_two_people_become_one(db: sa.Connection) -> None:
    for id, name in ((1, "Ana"), (2, "Annie"), (3, "Anna")):
        add_person(db, 1, id, name)
    for id in (5, 6):
        directory.add_group(db, group(1, id, f"g{id}"), NOW)
    for member, group_id in ((1, 5), (2, 5), (2, 6)):
        directory.add_membership(db, 1, member, group_id, NOW)
    roles.add(db, 1, 2, "steward", NOW)
    codes.add(db, 1, "code", codes.LINK, NOW, LATER, person_id=2)
    people.merge(db, 1, 3, 2)
    people.merge(db, 1, 2, 1)
    assert [identity.account for identity in people.identities_of(db, 1, 1)] == ["u1", "u2", "u3"]
    assert people.group_ids_of(db, 1, 1) == {5, 6}
    assert people.group_ids_of(db, 1, 2) == frozenset()
    assert [(h.person_id, h.role) for h in roles.holders(db, 1)] == [(1, "steward")]
    assert people.person(db, 1, 2) is None
    assert codes.find(db, 1, "code", codes.LINK, NOW) is None
    assert set(db.execute(sa.select(people_table.c.id, people_table.c.merged_into))) == {
        (1, None),
        (2, 1),
        (3, 1),
    }
    assert [p.id for p in people.find(db, 1, "test", "w1", "Annie")] == []


def test_forgetting_blanks_all_that_a_person_was(db: sa.Connection) -> None:
    for id, name in ((1, "Ana"), (2, "Annie"), (3, "Ben")):
        add_person(db, 1, id, name)
    people.merge(db, 1, 2, 1)
    roles.add(db, 1, 1, "steward", NOW)
    people.forget(db, 1, 1, "someone who left", LATER)
    assert directory.person_names(db, 1, [1, 2, 3]) == {1: "someone who left", 2: "someone who left", 3: "Ben"}
    assert people.identities_of(db, 1, 1) == []
    assert roles.holders(db, 1) == []
    assert people.person(db, 1, 1) is None
    assert people.find(db, 1, "test", "w1", "someone who left") == []


def test_a_code_is_used_once_in_its_time_for_its_purpose(db: sa.Connection) -> None:
    codes.add(db, 1, "K7QMP-2RXVT", codes.HOME, NOW, LATER, data={"a": [1]}, person_id=None)
    assert codes.find(db, 1, "k7qmp2rxvt", codes.HOME, NOW) == codes.Code({"a": [1]}, None)
    assert codes.find(db, 2, "K7QMP-2RXVT", codes.HOME, NOW) is None
    assert codes.use(db, 1, "K7QMP-2RXVT", codes.LINK, NOW) is None
    assert codes.use(db, 1, "K7QMP-2RXVT", codes.HOME, LATER) is None
    assert codes.use(db, 1, "K7QMP-2RXVT", codes.HOME, NOW) == codes.Code({"a": [1]}, None)
    assert codes.use(db, 1, "K7QMP-2RXVT", codes.HOME, NOW) is None


def test_old_codes_go_when_a_new_one_comes(db: sa.Connection) -> None:
    for network_id in NETWORKS:
        codes.add(db, network_id, "old", codes.LINK, NOW, LATER)
    codes.add(db, 1, "new", codes.LINK, LATER, LATER + timedelta(days=1))
    assert codes.find(db, 1, "old", codes.LINK, NOW) is None
    assert codes.find(db, 2, "old", codes.LINK, NOW) is not None


def test_only_codes_that_connect_lead_to_a_network(db: sa.Connection) -> None:
    codes.new_steward_code(db, 2, "S-7", NOW)
    codes.add(db, 1, "N-7", codes.INVITE, NOW, LATER)
    codes.add(db, 1, "K-7", codes.LINK, NOW, LATER)
    assert [codes.network_of(db, code) for code in ("s7", "n7", "k7", "")] == [2, 1, None, None]
    codes.use(db, 1, "N-7", codes.INVITE, NOW)
    assert codes.network_of(db, "n7") is None


# What any network can do to itself, by name: (db, network, a number below 4, another such number).
Step = Callable[[sa.Connection, int, int, int], Any]
STEPS: dict[str, Step] = {
    "group": lambda db, n, a, b: directory.change_group(db, group(n, a, f"s{a}", f"Changed by {n}")),
    "member": lambda db, n, a, b: directory.add_membership(db, n, a, b, NOW),
    "role": lambda db, n, a, b: roles.add(db, n, a, ("facilitator", "steward")[b % 2], NOW),
    "no role": lambda db, n, a, b: roles.remove(db, n, a, ["facilitator", "steward"]),
    "bind": lambda db, n, a, b: directory.bind_channel(db, channel(n, 10 + a, f"c{a}", b, workspace="shared")),
    "merge": lambda db, n, a, b: people.merge(db, n, a, b) if a != b else None,
    "forget": lambda db, n, a, b: people.forget(db, n, a, f"forgotten by {n}", NOW),
    "code": lambda db, n, a, b: codes.use(db, n, f"code{a}", codes.LINK, NOW),
    "forget codes": lambda db, n, a, b: codes.forget_person(db, n, a),
    "settings": lambda db, n, a, b: directory.set_settings(db, n, {"by": n}),
    "clock": lambda db, n, a, b: directory.set_clock(db, n, timedelta(seconds=a)),
}


def seen(db: sa.Connection, n: int) -> list[Any]:
    """All that the queries show of one network."""
    ids = list(range(8))
    return [
        directory.network(db, n),
        directory.all_groups(db, n),
        directory.groups_by_id(db, n, ids),
        directory.groups_by_slug(db, n, [f"s{i}" for i in ids]),
        [directory.group_named(db, n, f"S{i}", "") for i in ids],
        [directory.member_count(db, n, i) for i in ids],
        directory.person_names(db, n, ids),
        [people.person(db, n, i) for i in ids],
        [people.identities_of(db, n, i) for i in ids],
        [people.group_ids_of(db, n, i) for i in ids],
        [people.find(db, n, "test", f"w{n}", name) for name in ("Same", "u1")],
        roles.holders(db, n),
        [codes.find(db, n, f"code{i}", codes.LINK, NOW) for i in ids],
        scope(db, n, platform="test", workspace=f"w{n}", channel="c1", account="u1", repeated_since=NOW),
    ]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=12
    )
)
def test_nothing_that_one_network_does_is_seen_in_another(engine: sa.Engine, steps: list[tuple[str, int, int]]) -> None:
    with engine.connect() as db, db.begin() as transaction:
        for n in NETWORKS:
            for i in range(4):
                directory.add_group(db, group(n, i, f"s{i}"), NOW)
                add_person(db, n, i, "Same")
                codes.add(db, n, f"code{i}", codes.LINK, NOW, LATER, person_id=i)
        before = seen(db, 2)
        for name, a, b in steps:
            STEPS[name](db, 1, a, b)
        assert seen(db, 2) == before
        for record in seen(db, 1)[1]:
            assert record.network_id == 1
        transaction.rollback()


def test_a_place_is_its_channels_networks_before_its_workspaces(db: sa.Connection) -> None:
    directory.add_channel(db, channel(2, 10, "ours", workspace="w1"))
    assert network_of(db, "test", "w1", "ours") == 2
    assert network_of(db, "test", "w1", "other") == 1
    assert network_of(db, "test", "w9", "other") is None
