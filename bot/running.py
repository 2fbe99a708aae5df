"""Which Mycel runs here: one process a data folder, and how commands of the command line reach it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO


class AlreadyRunning(Exception):
    """Another process holds the data folder."""


class Unusable(Exception):
    """The data folder cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the running Mycel takes work from this machine: loopback only, with a token that only we can read."""

    pid: int
    url: str
    token: str


class Running:
    """The data folder's lock and the address file in it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock, self._address = folder / "mycel.lock", folder / "running.json"

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Holds the folder, which is made where it is missing, as long as the block lasts.

        Raises AlreadyRunning, Unusable.
        """
        with self._opened() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise AlreadyRunning from None
            yield

    def _opened(self) -> IO[str]:
        try:
            # Only for us: what people tell Mycel lies in here.
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return self._lock.open("w")
        except OSError as error:
            raise Unusable(f"The folder {self._folder}/ cannot be used: {error.strerror}.") from error

    @contextlib.contextmanager
    def announced(self, address: Address) -> Iterator[None]:
        """Says where we are, as long as the block lasts."""
        new = self._address.with_suffix(".new")
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump({"pid": address.pid, "url": address.url, "token": address.token}, file)
        new.replace(self._address)
        try:
            yield
        finally:
            self._address.unlink(missing_ok=True)

    def find(self) -> Address | None:
        """The Mycel that runs on this folder; None if none does (a file left by a killed one does not count)."""
        if not self._address.exists() or not self._is_held():
            return None
        found = json.loads(self._address.read_text())
        return Address(found["pid"], found["url"], found["token"])

    def _is_held(self) -> bool:
        try:
            with self.held():
                return False
        except AlreadyRunning:
            return True
