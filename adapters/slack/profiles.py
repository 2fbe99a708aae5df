"""Names, zones and homes of people, looked up once and remembered. Slack tells most things by id alone."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Mapping
from typing import Any

from adapters.slack.errors import SlackError
from adapters.slack.port import Profile, Team
from adapters.slack.web import Api
from storage import slack
from storage.work import Work

log = logging.getLogger("mycel.slack")

PATIENCE_S = 1.0
"""A command has three seconds in all: who it was has to be known by then, or goes by the name that came with it."""
REMEMBERED = 10_000


class Profiles:
    """Profiles by account id, of people in any workspace."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._known: dict[str, Profile] = {}

    async def of(self, team: Team, api: Api, users: Collection[str]) -> Mapping[str, Profile]:
        """The profiles of these accounts: who was met before is known here, others as far as Slack tells in time.

        Raises what reading the database raises.
        """
        new = [user for user in users if user not in self._known]
        met = await self._work.read(lambda tx: slack.known_accounts(tx.db, team.homes, new)) if new else {}
        for user, (home, name) in met.items():
            self._keep(Profile(user, name, None, home))
        missing = [user for user in new if user not in met]
        if missing:
            try:
                async with asyncio.timeout(PATIENCE_S):
                    await asyncio.gather(*(self._look_up(api, user) for user in missing))
            except TimeoutError:
                log.warning("profiles of %s did not come in time", ", ".join(missing))
        return {user: self._known[user] for user in users if user in self._known}

    def peek(self, user: str) -> Profile | None:
        """What is remembered, without asking anybody."""
        return self._known.get(user)

    def learn(self, user: Mapping[str, Any]) -> Profile | None:
        """Takes up a profile as Slack shows it (also that of a `user_change` event)."""
        id = str(user.get("id") or "")
        if not id:
            return None
        return self._keep(profile(user))

    def _keep(self, profile: Profile) -> Profile:
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known[profile.user] = profile
        return profile

    async def _look_up(self, api: Api, user: str) -> None:
        try:
            answer = await api.call("users.info", user=user)
        except SlackError as error:
            log.warning("no profile of %s: %s", user, error.reason)
            return
        self.learn(answer.get("user") or {})


def profile(user: Mapping[str, Any]) -> Profile:
    """A user object as a profile. The zone may be missing, and names are in several places."""
    shown: Mapping[str, Any] = user.get("profile") or {}
    names = (shown.get("display_name"), shown.get("real_name"), user.get("real_name"), user.get("name"), user["id"])
    name = next(str(each).strip() for each in names if each and str(each).strip())
    of_org: Mapping[str, Any] = user.get("enterprise_user") or {}
    home = str(of_org.get("enterprise_id") or user.get("team_id") or "")
    return Profile(str(user["id"]), name, str(user["tz"]) if user.get("tz") else None, home)
