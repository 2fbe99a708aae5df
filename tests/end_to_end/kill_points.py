"""Named points at which a running Mycel can be killed, put around real objects from outside.

What a transaction did is known by the functions of storage that it called; a point lies just before its commit, and
another just after it, before anybody is told.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial, wraps
from typing import Any

import sqlalchemy as sa

from adapters.local.sender import LocalSender
from adapters.slack.app import Tuning
from adapters.slack.sender import SlackSender
from bot import slack
from bot.core import delivery as delivering
from bot.features.input_windows import opening
from storage import deadlines, delivery, directory, inbox, local_chat, migrate
from storage.work import Tx, Work

DEEDS: dict[str, tuple[Any, str]] = {
    "a command": (inbox, "accept"),
    "what a person said": (local_chat, "happened"),
    "its being taken": (local_chat, "taken"),
    "a claim of lanes": (delivery, "claim"),
    "the platform's showing a message": (local_chat, "post"),
    "the platform's edit of a message": (local_chat, "show"),
    "marking a message as sent": (delivery, "mark_sent"),
    "giving a lane back": (delivery, "release"),
    "a deadline": (deadlines, "finish"),
    "moving the clock": (directory, "set_clock"),
}
BEFORE, AFTER = "before the commit of", "after the commit of"
IN_A_GROUP, SENDING, MIGRATING = "in a group of commands", "before a send", "while migrating"
QUICK = Tuning(lag_s=0.1, retry_s=0.02, timeout_s=0.25, is_paced=False)
POINTS = (*(f"{when} {deed}" for deed in DEEDS for when in (BEFORE, AFTER)), IN_A_GROUP, SENDING)
"""All but MIGRATING, which is passed on an empty database only."""


class Reaper:
    """Kills its own process with SIGKILL when `point` is passed for the `nth` time."""

    def __init__(self, point: str, nth: int) -> None:
        self._point, self._left, self._here = point, nth, threading.local()

    def pass_by(self, point: str) -> None:
        if point != self._point:
            return
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def did(self, db: sa.Connection, deed: str) -> None:
        """The transaction of `db` does this."""
        db.info.setdefault("deeds", []).append(deed)
        mine: set[str] = getattr(self._here, "deeds", set())
        mine.add(deed)
        if deed == "a command" and db.info["deeds"].count(deed) > 1:
            self.pass_by(IN_A_GROUP)

    def commits(self, db: sa.Connection) -> None:
        for deed in dict.fromkeys(db.info.pop("deeds", ())):
            self.pass_by(f"{BEFORE} {deed}")

    def run(self, fn: Callable[[Tx], Any], deeds: set[str], tx: Tx) -> Any:
        """A transaction's function, noting in `deeds` what it does."""
        self._here.deeds = deeds
        return fn(tx)


def set_up(reaper: Reaper) -> None:
    """Puts the points around what this process is made of. Leases run out and edits follow sooner than in earnest."""
    opening.EDIT_GAP_S = 0
    delivering.LEASE, delivering.SEND_TIMEOUT = timedelta(seconds=0.6), timedelta(seconds=0.3)
    for deed, (module, name) in DEEDS.items():
        setattr(module, name, _noted(getattr(module, name), reaper, deed))
    sa.event.listen(sa.Engine, "commit", reaper.commits)
    Work.write = _told(Work.write, reaper)  # type: ignore[method-assign]  # what this module is for
    for sender in (LocalSender, SlackSender):
        for name in ("post", "edit"):
            setattr(sender, name, _sending(getattr(sender, name), reaper))
    set_up_slack()
    migrate._run = _migrating(migrate._run, reaper)


def set_up_slack() -> None:
    """Everything sooner than in earnest, and as many messages at once as there are; a send is given time to fail."""
    if "SLACK_API_URL" not in os.environ:
        return
    delivering.LEASE, delivering.SEND_TIMEOUT = timedelta(seconds=3), timedelta(seconds=1)
    delivering.FIRST_PAUSE = timedelta(seconds=0.1)
    slack.build_slack = partial(slack.build_slack, tuning=QUICK)


def _noted(original: Callable[..., Any], reaper: Reaper, deed: str) -> Callable[..., Any]:
    @wraps(original)
    def noted(db: sa.Connection, *args: Any, **more: Any) -> Any:
        result = original(db, *args, **more)
        reaper.did(db, deed)
        return result

    return noted


def _told(original: Callable[..., Any], reaper: Reaper) -> Any:
    @wraps(original)
    async def write(self: Work, network_id: int, fn: Callable[[Tx], Any], *, background: bool = False) -> Any:
        deeds: set[str] = set()
        result = await original(self, network_id, lambda tx: reaper.run(fn, deeds, tx), background=background)
        for deed in sorted(deeds):
            reaper.pass_by(f"{AFTER} {deed}")
        return result

    return write


def _sending(original: Callable[..., Any], reaper: Reaper) -> Callable[..., Any]:
    @wraps(original)
    async def send(*args: Any) -> Any:
        reaper.pass_by(SENDING)
        return await original(*args)

    return send


def _migrating(original: Callable[..., list[str]], reaper: Reaper) -> Callable[..., list[str]]:
    @wraps(original)
    def run(db: sa.Connection, to: str) -> list[str]:
        sa.event.listen(db, "after_cursor_execute", lambda *_: reaper.pass_by(MIGRATING))
        return original(db, to)

    return run
