"""Tells those who look at the playground that something has changed."""

from __future__ import annotations

import asyncio


class Changes:
    """A bell: everybody who waits hears it. Used on one event loop."""

    def __init__(self) -> None:
        self._bell = asyncio.Event()
        self.is_closed = False

    def ring(self) -> None:
        """Something has changed."""
        rung, self._bell = self._bell, asyncio.Event()
        rung.set()

    def close(self) -> None:
        """Nothing will change any more; whoever waits is let go."""
        self.is_closed = True
        self.ring()

    @property
    def bell(self) -> asyncio.Event:
        """The next ring. Take it before looking, then wait for it: so nothing is missed in between."""
        return self._bell
