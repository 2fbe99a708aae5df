"""What Prometheus can read of Mycel. Counts and times only: no name, no text, no id of a person."""

from __future__ import annotations

import sqlalchemy as sa
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.process_collector import ProcessCollector

from storage import figures
from storage.work import Work


class Metrics:
    """The figures of one process; `observe` is what dispatch calls."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._commands = Counter(
            "mycel_commands", "Commands and messages handled", ["command", "reply"], registry=self.registry
        )
        self._took = Histogram(
            "mycel_command_seconds",
            "From receiving to stored",
            registry=self.registry,
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3),
        )
        self._stored = Gauge("mycel_stored", "Rows by what they are", ["what"], registry=self.registry)

    def observe(self, command: str, reply: str, seconds: float) -> None:
        """Counts one handled thing: which command, how it was answered (answer, invalid …), how long it took."""
        self._commands.labels(command, reply).inc()
        self._took.observe(seconds)

    async def collect(self, work: Work) -> bytes:
        """All figures in Prometheus' text format."""
        for what, count in (await work.read(lambda tx: figures.figures(tx.db))).items():
            self._stored.labels(what).set(count)
        return generate_latest(self.registry)

    async def database_problem(self, work: Work) -> str:
        """Why the database cannot be used, in a word; "" if it can."""
        try:
            await work.read(lambda tx: figures.is_there(tx.db))
        except sa.exc.SQLAlchemyError as error:
            return type(error).__name__
        return ""
