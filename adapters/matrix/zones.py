"""Time zones of people, from their profiles. Source: MSC4175 (`m.tz`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from adapters.matrix.errors import MatrixError
from adapters.matrix.http import Http, path

KEPT_FOR = timedelta(hours=6)
PATIENCE_S = 3
_FIELDS = ("m.tz", "us.cloke.msc4175.tz")


class Zones:
    """What profiles say, kept for some hours. `clock` is aware UTC."""

    def __init__(self, http: Http, clock: Callable[[], datetime]) -> None:
        self._http, self._clock = http, clock
        self._found: dict[str, tuple[str, datetime]] = {}

    def of(self, users: Mapping[str, object] | frozenset[str]) -> dict[str, str]:
        """The zones of those of the users that have been looked up and have one."""
        if len(users) > len(self._found):
            return {user: zone for user, (zone, _at) in self._found.items() if zone and user in users}
        return {user: self._found[user][0] for user in users if user in self._found and self._found[user][0]}

    async def look_up(self, user: str) -> None:
        """Asks the homeserver, if it was not asked lately. What goes wrong is only a zone that is not known."""
        now = self._clock()
        found = self._found.get(user)
        if not user or (found is not None and now - found[1] < KEPT_FOR):
            return
        try:
            profile = await self._http.call("GET", path("profile", user), timeout_s=PATIENCE_S)
        except MatrixError:
            profile = {}
        zone = next((profile[name] for name in _FIELDS if isinstance(profile.get(name), str)), "")
        self._found[user] = (zone, now)
