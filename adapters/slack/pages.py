"""Makes somebody's App Home: asks Mycel what a person would ask, as that person, and shows the answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from adapters.slack import home
from adapters.slack.home import DECIDED, OPEN, OWED, SETUP
from adapters.slack.port import PLATFORM, Known
from adapters.slack.render import Kit
from bot.core.conversation import Actor, CommandTyped, Place
from bot.core.dispatch import Dispatch
from bot.core.grammar import quoted
from bot.core.language import Words
from bot.core.message import Message
from bot.core.replies import Answer
from storage import directory, people, slack
from storage.network import Group, network_of
from storage.slack import Standing
from storage.work import Tx, Work

GROUPS_SHOWN = 3
STEWARD = "steward"


class Pages:
    """`owed` and `opened`: reading commands for what somebody owes and what is open, the first declared one is asked;
    `decided`: for the decisions of a group, whose slug stands behind it.
    """

    def __init__(
        self, work: Work, dispatch: Dispatch, owed: Sequence[str], opened: Sequence[str], decided: str
    ) -> None:
        self._work, self._dispatch = work, dispatch
        self._owed, self._opened, self._decided = owed, opened, decided

    async def page(self, known: Known, user: str, dm: str, event_key: str, at: datetime) -> Kit:
        """The view of somebody's App Home. Raises what dispatch raises."""
        actor = _actor(known, user)
        place = Place(PLATFORM, known.team.team_id, dm, is_direct=True)
        standing, groups, is_connected = await self._work.read(lambda tx: _look_up(tx, actor, place.workspace))
        words = Words(groups[0].language if groups else "en", actor.zone or "UTC")
        if not is_connected:
            return home.view([home.Part("Mycel", "", home.no_network(words))], words, dm)
        ask = _Asking(self._dispatch, CommandTyped(f"{event_key}:home", place, actor, at, ""))
        parts = [home.Part("Mycel", "", self._buttons(words, standing))]
        parts += await ask(words(OWED), self._declared(self._owed))
        parts += await ask(words(OPEN), self._declared(self._opened))
        for group in groups[:GROUPS_SHOWN]:
            command = f"{self._decided} {quoted(group.slug)}"
            parts += await ask(words(DECIDED, group=group.name), self._declared([command]))
        if standing is not None and STEWARD in standing.roles:
            parts.append(home.Part(words(SETUP), "", home.setup(words)))
        return home.view(parts, words, dm)

    def _buttons(self, words: Words, standing: Standing | None) -> Message:
        is_steward = standing is not None and STEWARD in standing.roles
        return home.buttons(words, is_steward=is_steward, commands=self._dispatch.registry.commands)

    def _declared(self, commands: Sequence[str]) -> str:
        """The first of these whose command there is and only reads; "" for none."""
        declared = self._dispatch.registry.commands
        found = (each for each in commands if (c := declared.get(each.split()[0])) is not None and c.reads)
        return next(found, "")


class _Asking:
    """Asks reading commands as one person; what cannot be answered is left out."""

    def __init__(self, dispatch: Dispatch, as_who: CommandTyped) -> None:
        self._dispatch, self._who = dispatch, as_who

    async def __call__(self, title: str, command: str) -> list[home.Part]:
        if not command:
            return []
        who = self._who
        reply = await self._dispatch.handle(CommandTyped(who.event_key, who.place, who.actor, who.at, command))
        return [home.Part(title, command, reply.message)] if isinstance(reply, Answer) else []


def _actor(known: Known, user: str) -> Actor:
    profile = known.people.get(user)
    return Actor(PLATFORM, known.home_of(user), user, known.name_of(user), profile.zone if profile else None)


def _look_up(tx: Tx, actor: Actor, workspace: str) -> tuple[Standing | None, list[Group], bool]:
    """Who somebody is, their groups by name, and whether the workspace belongs to a network."""
    standing = slack.standing(tx.db, actor.workspace, actor.user)
    if standing is None:
        return None, [], network_of(tx.db, PLATFORM, workspace, "") is not None
    ids = people.group_ids_of(tx.db, standing.network_id, standing.person_id)
    groups = directory.groups_by_id(tx.db, standing.network_id, sorted(ids))
    return standing, sorted(groups.values(), key=lambda group: group.name), True
