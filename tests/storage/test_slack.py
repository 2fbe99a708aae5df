"""Slack installations in the database: one for each workspace or organisation, gone with the app."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from storage import directory, roles, slack
from storage.engine import open_engine
from storage.network import Channel, Group
from storage.slack import Bound, InstallationRow, Standing
from tests.support.tables import make_tables

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
COOP = InstallationRow(
    *("app", "", "T1", "A1", "Coop", "B1", "UBOT", "chat:write", "locked", None, None, "U1"), installed_at=AT
)


@pytest.fixture
def db(database_url: str) -> Iterator[sa.Connection]:
    make_tables(database_url)
    engine = open_engine(database_url)
    with engine.begin() as connection:
        network = directory.add_network(connection, 1, "mycel", "en", AT)
        oakland = Group(network, 1, "oakland", "Oakland", "UTC", None, "mon-fri", "off", "en", "active", ())
        directory.add_group(connection, oakland, AT)
        directory.add_channel(connection, Channel(network, 1, "slack", "T1", "C1", 1, True, "", "active"))
        directory.add_person(connection, network, 7, "Ana", "UTC", AT)
        directory.add_identity(connection, network, "slack", "T1", "U1", 7, "Ana")
        yield connection
    engine.dispose()


def test_installing_again_keeps_the_newer_token_only(db: sa.Connection) -> None:
    slack.save(db, COOP)
    slack.save(db, replace(COOP, token="newer", refresh_token="fresh", expires_at=AT + timedelta(hours=12)))
    [kept] = slack.all_installations(db, "app")
    assert (kept.token, kept.refresh_token, kept.expires_at) == ("newer", "fresh", AT + timedelta(hours=12))
    assert slack.all_installations(db, "another app") == []


def test_a_workspace_is_served_by_its_own_installation_else_by_its_organisation_s(db: sa.Connection) -> None:
    org = replace(COOP, enterprise_id="E1", team_id="", token="org")
    slack.save(db, org)
    assert slack.find(db, "app", "E1", "T2") == org
    assert slack.find(db, "app", "", "T2") is None
    slack.learn_org_team(db, "T2", "E1")
    slack.learn_org_team(db, "T2", "E1")
    assert slack.find(db, "app", "", "T2") == org
    slack.save(db, COOP)
    assert slack.find(db, "app", "", "T1") == COOP
    assert slack.find(db, "app", "E1", "T1") == COOP
    assert slack.find(db, "app", "E2", "T3") is None


def test_uninstalling_takes_the_tokens_of_that_workspace_away_and_no_others(db: sa.Connection) -> None:
    org, garden = replace(COOP, enterprise_id="E1", team_id="", token="org"), replace(COOP, team_id="T2")
    for row in (COOP, org, garden, replace(COOP, client_id="other")):
        slack.save(db, row)
    assert slack.drop(db, "app", "", "T1")
    assert not slack.drop(db, "app", "", "T1")
    assert slack.find(db, "app", "", "T1") is None
    assert slack.drop(db, "app", "E1", "")
    assert slack.all_installations(db, "app") == [garden]
    assert len(slack.all_installations(db, "other")) == 1


def test_a_shared_channel_is_found_under_the_workspace_it_was_bound_in(db: sa.Connection) -> None:
    assert slack.workspaces_of(db, "C1") == ["T1"]
    assert slack.workspaces_of(db, "C2") == []
    slack.change_channel_id(db, "T1", "C1", "C9")
    assert slack.workspaces_of(db, "C9") == ["T1"]
    slack.set_channel_state(db, "T1", "C9", "archived")
    assert slack.bound_channels(db) == [Bound("T1", "C9", "Oakland", "archived")]
    assert directory.homes(db, 1, [1]) == []
    directory.set_channel_state(db, 1, 1, "left")
    slack.set_channel_state(db, "T1", "C9", "active")
    assert slack.bound_channels(db) == [Bound("T1", "C9", "Oakland", "left")]
    assert slack.workspaces_of(db, "C9") == []


def test_people_are_known_by_account_and_home(db: sa.Connection) -> None:
    assert slack.known_accounts(db, ["T1", "E1"], ["U1", "U2"]) == {"U1": ("T1", "Ana")}
    assert slack.known_accounts(db, ["T2"], ["U1"]) == {}
    assert slack.known_accounts(db, ["T1"], []) == {}
    assert slack.standing(db, "T1", "U1") == Standing(1, 7, frozenset())
    roles.add(db, 1, 7, "steward", AT)
    assert slack.standing(db, "T1", "U1") == Standing(1, 7, frozenset({"steward"}))
    assert slack.standing(db, "T2", "U1") is None
    slack.change_zone(db, "T1", "U1", "Africa/Nairobi")
    slack.change_zone(db, "T2", "U1", "Europe/Madrid")
    assert db.execute(sa.text("SELECT zone FROM people WHERE id = 7")).scalar_one() == "Africa/Nairobi"
