"""Who is on call and whom urgent decisions mentioned, on each database."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from storage import decisions, directory, group_moves, group_states, leaving, on_call, people
from storage.decisions import Decision
from storage.engine import open_engine
from storage.group_states import ACTIVE, MERGED, PAUSED, Standing
from storage.network import Channel, Group
from tests.support.tables import make_tables

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
NORD, SUED = 1, 2
ANA, BEN, CLEO = 10, 11, 12
HEAD = "window_head"


@pytest.fixture
def db(database_url: str) -> Iterator[sa.Connection]:
    """Two networks with the same ids: Nord with Ana and Ben and two channels, Süd with Cleo; Nord's D-1."""
    make_tables(database_url)
    engine = open_engine(database_url)
    with engine.begin() as db:
        for network in (1, 2):
            directory.add_network(db, network, f"n{network}", "en", AT)
            directory.add_workspace(db, "test", f"w{network}", network, AT)
            for id, slug in ((NORD, "nord"), (SUED, "sued")):
                directory.add_group(
                    db, Group(network, id, slug, slug, "UTC", None, "mon-fri", "off", "en", "active", ()), AT
                )
            for id, group in ((1, NORD), (2, SUED), (3, NORD)):
                directory.add_channel(
                    db, Channel(network, id, "test", f"w{network}", f"c{id}", group, True, "", "active")
                )
            for person, name, group in ((ANA, "Ana", NORD), (BEN, "Ben", NORD), (CLEO, "Cleo", SUED)):
                directory.add_person(db, network, person, name, None, AT)
                directory.add_membership(db, network, person, group, AT)
            decision = ("taken", "network", "Title", "", "", "", "the water", False, (), (), 1)
            decisions.add(db, Decision(network, 1, NORD, ANA, *decision, AT, AT, None, None, "", (), ()))
        yield db
    engine.dispose()


def shown(db: sa.Connection, channel: int, network: int = 1, view: str = HEAD) -> list[str]:
    return list(on_call.mentioned(db, network, 1, view, channel).values())


def test_each_channel_has_its_own_groups_people_and_another_network_nobody(db: sa.Connection) -> None:
    for person, group in ((BEN, NORD), (ANA, NORD), (CLEO, SUED)):
        on_call.opt_in(db, 1, group, person, AT)
    on_call.mention(db, 1, 1, HEAD, [1, 2])
    assert shown(db, 1) == ["Ana", "Ben"]
    assert shown(db, 2) == ["Cleo"]
    assert shown(db, 3) == shown(db, 1, network=2) == shown(db, 1, view="decision_card") == []
    on_call.mention(db, 2, 1, HEAD, [1, 2, 3])
    assert shown(db, 1, network=2) == []
    assert on_call.mentions_of(db, 1, ANA) == [1]
    assert on_call.mentions_of(db, 2, ANA) == []


def test_what_was_meant_stays_however_often_it_is_kept(db: sa.Connection) -> None:
    on_call.opt_in(db, 1, NORD, ANA, AT)
    for _ in range(2):
        on_call.opt_in(db, 1, NORD, ANA, AT)
        on_call.mention(db, 1, 1, HEAD, [1])
    assert on_call.opt_out(db, 1, NORD, ANA)
    assert not on_call.opt_out(db, 1, NORD, ANA)
    assert shown(db, 1) == ["Ana"]
    on_call.forget_mentions(db, 1, ANA)
    assert shown(db, 1) == []


def test_a_paused_group_is_not_called(db: sa.Connection) -> None:
    on_call.opt_in(db, 1, NORD, ANA, AT)
    group_states.set_state(db, 1, PAUSED, Standing(NORD, AT))
    on_call.mention(db, 1, 1, HEAD, [1])
    assert shown(db, 1) == []
    group_states.set_state(db, 1, ACTIVE, Standing(NORD, AT))
    on_call.mention(db, 1, 1, HEAD, [1])
    assert shown(db, 1) == ["Ana"]


def test_it_goes_with_the_membership(db: sa.Connection) -> None:
    for person in (ANA, BEN):
        on_call.opt_in(db, 1, NORD, person, AT)
    directory.end_membership(db, 1, ANA, NORD)
    assert on_call.of_group(db, 1, NORD) == {BEN: "Ben"}
    people.forget(db, 1, BEN, "someone who left", AT)
    assert on_call.of_group(db, 1, NORD) == {}
    on_call.opt_in(db, 1, SUED, CLEO, AT)
    leaving.drop_people(db, 1, SUED, [CLEO])
    assert on_call.of_group(db, 1, SUED) == {}


def test_two_people_who_are_one_are_on_call_once(db: sa.Connection) -> None:
    for person, group in ((ANA, NORD), (BEN, NORD), (CLEO, SUED)):
        on_call.opt_in(db, 1, group, person, AT)
    on_call.mention(db, 1, 1, HEAD, [1, 2])
    for gone in (BEN, CLEO):
        people.merge(db, 1, gone, ANA)
        on_call.relink_mentions(db, 1, gone, ANA)
    assert on_call.groups_of(db, 1, ANA) == [NORD, SUED]
    assert on_call.of_group(db, 1, NORD) == {ANA: "Ana"}
    assert shown(db, 1) == shown(db, 2) == ["Ana"]


def test_it_goes_over_to_the_group_that_theirs_becomes_part_of(db: sa.Connection) -> None:
    for person, group in ((ANA, NORD), (CLEO, SUED)):
        on_call.opt_in(db, 1, group, person, AT)
    group_moves.merge(db, 1, NORD, SUED, AT)
    group_states.set_state(db, 1, MERGED, Standing(NORD, AT, into_id=SUED))
    assert set(on_call.of_group(db, 1, SUED).values()) == {"Ana", "Cleo"}
    assert on_call.of_group(db, 1, NORD) == {}
    on_call.mention(db, 1, 1, HEAD, [1])
    assert shown(db, 1) == ["Ana", "Cleo"]


def test_mentions_go_with_a_channel_that_is_forgotten(db: sa.Connection) -> None:
    on_call.opt_in(db, 1, NORD, ANA, AT)
    on_call.mention(db, 1, 1, HEAD, [1, 3])
    leaving.let_go(db, 1, NORD, [])
    leaving.forget_channels(db, 1, [1])
    assert shown(db, 1) == []
    assert shown(db, 3) == ["Ana"]
