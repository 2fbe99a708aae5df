"""`mycel doctor`: what is configured, reachable and missing, in plain words, and the next step."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import sqlalchemy as sa

from bot.finding import NOTE, OK, WRONG, Finding
from bot.running import Running
from bot.settings import Settings
from storage import figures, migrate
from storage.engine import is_postgres, open_reader

__all__ = ["NOTE", "OK", "WRONG", "Finding", "Report", "examine"]

_SIGNS = {OK: "✓", NOTE: "·", WRONG: "✗"}
_PATIENCE_S = 3


@dataclass(frozen=True, slots=True)
class Report:
    findings: tuple[Finding, ...]

    @property
    def is_well(self) -> bool:
        return all(finding.state != WRONG for finding in self.findings)

    def to_json(self) -> str:
        return json.dumps({"is_well": self.is_well, "findings": [asdict(f) for f in self.findings]}, ensure_ascii=False)

    def to_text(self) -> str:
        lines = []
        for finding in self.findings:
            lines.append(f"{_SIGNS[finding.state]} {finding.what}")
            if finding.next_step:
                lines.append(f"    → {finding.next_step}")
        return "\n".join(lines)


async def examine(settings: Settings) -> Report:
    """Looks at everything; changes nothing."""
    parts: tuple[Callable[[Settings], list[Finding]], ...] = (_python, _settings, _database, _platforms, _process)
    found: list[Finding] = []
    for part in parts:
        found += await asyncio.to_thread(part, settings)
    return Report(tuple(found))


def _python(_: Settings) -> list[Finding]:
    return [Finding(OK, f"Python {sys.version.split()[0]}")]


def _settings(settings: Settings) -> list[Finding]:
    files = [name for name in (".env", "mycel.toml") if Path(name).exists()]
    read = (
        f"from the environment and {' and '.join(files)}" if files else "from the environment (no .env, no mycel.toml)"
    )
    found = [Finding(OK, f"Settings read {read}; network “{settings.mycel_network}”")]
    if settings.platforms and settings.mycel_base_url == "":
        step = "Set MYCEL_BASE_URL to the address that people can open."
        found.append(Finding(NOTE, f"Links will point to {settings.base_url}", step))
    return found


def _database(settings: Settings) -> list[Finding]:
    kind = "PostgreSQL" if _is_postgres(settings) else "SQLite"
    try:
        missing = migrate.missing(settings.database_url)
        if missing:
            how = "`mycel migrate`" if kind == "PostgreSQL" else "Nothing: `mycel run` does it by itself."
            return [Finding(NOTE, f"{kind}: {len(missing)} migration(s) to run", how)]
        return [Finding(OK, f"{kind} is reachable and up to date"), *_contents(settings)]
    except (sa.exc.SQLAlchemyError, ValueError, migrate.NewerDatabase) as error:
        why = str(error).splitlines()[0] if not isinstance(error, sa.exc.SQLAlchemyError) else type(error).__name__
        return [Finding(WRONG, f"The database cannot be used: {why}", "Look at DATABASE_URL; is the server running?")]


def _is_postgres(settings: Settings) -> bool:
    try:
        return is_postgres(settings.database_url)
    except ValueError:
        return False


def _contents(settings: Settings) -> list[Finding]:
    engine = open_reader(settings.database_url)
    try:
        with engine.connect() as db:
            counted, failed = figures.figures(db), figures.failed_deadlines(db)
    finally:
        engine.dispose()
    found = []
    if counted["groups"] == 0:
        found.append(Finding(NOTE, "No groups yet", "`mycel init` gives the first steward a code."))
    else:
        found.append(Finding(OK, f"Groups: {counted['groups']}; things due later: {counted['deadlines_pending']}"))
    if counted["messages_dead"]:
        step = "A facilitator finds them with `/conflicts undelivered`, with what to do; the log has their ids and why."
        found.append(Finding(WRONG, f"Messages that could not be delivered: {counted['messages_dead']}", step))
    if failed:
        found.append(
            Finding(WRONG, f"Deadlines that failed and were given up: {failed}", "Look for their ids in the log.")
        )
    return found


def _platforms(settings: Settings) -> list[Finding]:
    if not settings.platforms:
        step = "docs/operators has how to connect one."
        return [Finding(NOTE, "No platform is set up: `mycel run` starts the playground", step)]
    found = []
    if "matrix" in settings.platforms:
        from bot import matrix_doctor

        found += matrix_doctor.accounts(settings)
    if "slack" in settings.platforms:
        from bot import slack_doctor

        found += slack_doctor.findings(settings)
    return found


def _process(settings: Settings) -> list[Finding]:
    address = Running(settings.data_folder).find()
    if address is not None:
        return [_readiness(address.url)]
    if _is_taken(settings.mycel_host, settings.mycel_port):
        what = f"Port {settings.mycel_port} is used by another program"
        return [Finding(WRONG, what, "Choose another: MYCEL_PORT=8081")]
    return [Finding(NOTE, "Mycel is not running in this folder", "`mycel run`")]


def _readiness(url: str) -> Finding:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=_PATIENCE_S) as answer:
            answer.read()
    except urllib.error.HTTPError as error:
        with error:
            why = "; ".join(error.read().decode(errors="replace").split("\n")).strip("; ")
        return Finding(WRONG, f"Mycel runs at {url} but is not ready: {why or error}", "Look at its log.")
    except OSError as error:
        return Finding(WRONG, f"Mycel runs at {url} but does not answer: {error}", "Look at its log.")
    return Finding(OK, f"Mycel runs at {url} and is ready")


def _is_taken(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0
