"""What a fresh playground begins with: three groups in three time zones, seven people, and not one decision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from storage import directory, local_chat, roles
from storage.local_chat import PLATFORM, WORKSPACE, Account, LocalChannel
from storage.network import Channel, Group
from storage.work import Tx

HINT = {
    "channel": "oakland",
    "text": "Put a decision before the others, answer it as somebody from another group, then move the clock on.",
    "command": "/decide Use Signal for alerts --affects nairobi,bilbao",
}


@dataclass(frozen=True, slots=True)
class Seed:
    """A group with its people: (name, role); role "" is a member."""

    name: str
    zone: str
    region: str
    people: tuple[tuple[str, str], ...]


SEEDS = (
    Seed("Oakland", "America/Los_Angeles", "US-CA", (("Ana", "steward"), ("Ben", ""))),
    Seed("Nairobi", "Africa/Nairobi", "KE", (("Wanjiku", "facilitator"), ("Otieno", ""), ("Achieng", ""))),
    Seed("Bilbao", "Europe/Madrid", "ES-PV", (("Iker", ""), ("Maite", ""))),
)


def plant(tx: Tx, network_id: int, new_id: Callable[[], int]) -> None:
    """Makes the groups, their channels and people, once: nothing happens where the playground has channels already."""
    directory.add_workspace(tx.db, PLATFORM, WORKSPACE, network_id, tx.now)
    if local_chat.all_channels(tx.db, network_id):
        return
    for seed in SEEDS:
        _group(tx, network_id, new_id, seed)


def _group(tx: Tx, network_id: int, new_id: Callable[[], int], seed: Seed) -> None:
    slug = seed.name.lower()
    group = directory.groups_by_slug(tx.db, network_id, [slug]).get(slug)
    if group is None:
        days, quiet = "mon-fri", "18:00-09:00"
        group = Group(
            network_id, new_id(), slug, seed.name, seed.zone, seed.region, days, quiet, "en", "active", day_overrides=()
        )
        directory.add_group(tx.db, group, tx.now)
    local_chat.add_channel(tx.db, network_id, LocalChannel(slug, seed.name))
    home = Channel(network_id, new_id(), PLATFORM, WORKSPACE, slug, group.id, True, "", "active")
    directory.add_channel(tx.db, home)
    for name, role in seed.people:
        _person(tx, network_id, new_id(), group, Account(name.lower(), name, slug, group.zone, role))


def _person(tx: Tx, network_id: int, id: int, group: Group, account: Account) -> None:
    local_chat.add_account(tx.db, network_id, account)
    directory.add_person(tx.db, network_id, id, account.name, account.zone, tx.now)
    directory.add_identity(tx.db, network_id, PLATFORM, WORKSPACE, account.account, id, account.name)
    directory.add_membership(tx.db, network_id, id, group.id, tx.now)
    if account.role:
        roles.add(tx.db, network_id, id, account.role, tx.now)
