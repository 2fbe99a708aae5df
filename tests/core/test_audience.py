"""What is not for one's eyes is not shown: the table of audiences and readers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.audience import AUDIENCES, Reader, channel_reader, may_read, person_reader
from storage.network import Group, Person

DECIDING, AFFECTED, OTHER = 1, 2, 3


def in_group(id: int, *, is_circle: bool = False) -> Reader:
    return Reader(frozenset({id}), is_circle)


@pytest.mark.parametrize(
    ("audience", "readers"),
    [
        ("group", "deciding"),
        ("affected", "deciding affected"),
        ("circle", "deciding facilitator"),
        ("network", "deciding affected other nobody facilitator"),
    ],
)
def test_an_audience_is_who_may_read(audience: str, readers: str) -> None:
    everybody = {
        "deciding": in_group(DECIDING),
        "affected": in_group(AFFECTED),
        "other": in_group(OTHER),
        "nobody": Reader(),
        "facilitator": in_group(OTHER, is_circle=True),
    }
    allowed = {name for name, reader in everybody.items() if may_read(audience, DECIDING, {AFFECTED}, reader)}
    assert allowed == set(readers.split())


@given(
    st.sampled_from(AUDIENCES),
    st.frozensets(st.integers(1, 4)),
    st.frozensets(st.integers(1, 4)),
    st.booleans(),
)
def test_belonging_to_more_never_hides_anything(
    audience: str, affected: frozenset[int], group_ids: frozenset[int], is_circle: bool
) -> None:
    if may_read(audience, DECIDING, affected, Reader(group_ids, is_circle)):
        for more in (*range(1, 5),):
            assert may_read(audience, DECIDING, affected, Reader(group_ids | {more}, is_circle))
        assert may_read(audience, DECIDING, affected, Reader(group_ids, is_circle=True))


def test_a_channel_reads_as_its_group_whoever_asks_there() -> None:
    group = Group(1, 7, "a", "A", "UTC", None, "mon-fri", "off", "en", "active", ())
    assert channel_reader(group) == Reader(frozenset({7}))
    assert channel_reader(None) == Reader()


def test_a_person_reads_as_all_their_groups_and_roles() -> None:
    person = Person(1, 1, "Ana", None, frozenset({7, 8}), frozenset({"facilitator"}))
    assert person_reader(person) == Reader(frozenset({7, 8}), is_circle=True)
