"""Who may do what: for each right of the table, what a person has to be towards the subject."""

import pytest

from bot.app import FEATURES
from bot.core.commands import Args, Command, Who
from bot.core.errors import UserError
from bot.core.permissions import Subject, authorise, standings
from bot.core.registry import Registry
from bot.core.replies import Nothing
from storage.network import Person

SUBJECT = Subject(
    group_id=1,
    author_id=10,
    raiser_id=20,
    affected_ids=frozenset({2, 3}),
    party_ids=frozenset({2, 4}),
    host_id=30,
)


def person(id: int = 99, *group_ids: int, roles: tuple[str, ...] = ()) -> Person:
    return Person(1, id, "Ana", None, frozenset(group_ids), frozenset(roles))


PEOPLE = {
    "a stranger": person(),
    "a member of an uninvolved group": person(99, 9),
    "a member of the deciding group": person(99, 1),
    "a member of an affected group": person(99, 3),
    "a member of both": person(99, 1, 2),
    "the author": person(10),
    "the author, of the group": person(10, 1),
    "the raiser": person(20),
    "a member of a party": person(99, 4),
    "the host": person(30),
    "a facilitator": person(99, roles=("facilitator",)),
    "a steward": person(99, roles=("steward",)),
}
INVOLVED = {
    Who.ALL: set(PEOPLE),
    Who.HOLDER: set(PEOPLE),
    Who.OWN: {"a member of the deciding group", "a member of both", "the author, of the group"},
    Who.AFFECTED: {
        "a member of the deciding group",
        "a member of an affected group",
        "a member of both",
        "the author, of the group",
    },
    Who.AUTHOR: {"the author", "the author, of the group"},
    Who.RAISER: {"the raiser"},
    Who.PARTY: {"a member of a party", "a member of both"},
    Who.HOST: {"the host"},
    Who.CIRCLE: {"a facilitator"},
    Who.STEWARD: {"a steward"},
}


def declared(*who: Who) -> Command:
    return Command("try", "Try", who, Args, lambda _ctx, _args: Nothing())


def is_allowed(somebody: Person, subject: Subject, *who: Who) -> bool:
    try:
        authorise(declared(*who), somebody, subject)
    except UserError:
        return False
    return True


def test_every_right_is_in_the_table() -> None:
    assert set(INVOLVED) == set(Who)


@pytest.mark.parametrize("name", PEOPLE)
@pytest.mark.parametrize("who", Who)
def test_a_right_is_theirs_who_stand_so(who: Who, name: str) -> None:
    assert is_allowed(PEOPLE[name], SUBJECT, who) is (name in INVOLVED[who])


@pytest.mark.parametrize("name", PEOPLE)
def test_several_rights_are_alternatives(name: str) -> None:
    rights = (Who.AUTHOR, Who.RAISER, Who.STEWARD)
    assert is_allowed(PEOPLE[name], SUBJECT, *rights) is any(name in INVOLVED[who] for who in rights)


@pytest.mark.parametrize("name", PEOPLE)
def test_a_subject_that_says_nothing_gives_nothing(name: str) -> None:
    assert standings(PEOPLE[name], Subject()) <= {Who.ALL, Who.HOLDER, Who.CIRCLE, Who.STEWARD}


@pytest.mark.parametrize("who", [who for who in Who if who not in (Who.ALL, Who.HOLDER)])
def test_a_refusal_says_for_whom_it_is(who: Who) -> None:
    with pytest.raises(UserError, match="This is for"):
        authorise(declared(who), PEOPLE["a stranger"], SUBJECT)


def test_a_refusal_names_all_who_may() -> None:
    for command in Registry(FEATURES).commands.values():
        if len(command.who) > 1:
            with pytest.raises(UserError, match=r"^This is for .* and for "):
                authorise(command, PEOPLE["a stranger"], SUBJECT)


def test_other_rights_may_hold_for_some_arguments() -> None:
    with pytest.raises(UserError, match="for stewards"):
        authorise(declared(Who.ALL), PEOPLE["a stranger"], SUBJECT, (Who.STEWARD,))
    authorise(declared(Who.ALL), PEOPLE["a steward"], SUBJECT, (Who.STEWARD,))
