"""`mycel import`: reads files here, and hands what they say over in small steps."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, Literal, TypeVar

import sqlalchemy as sa

from bot import app
from bot.core.errors import UserError
from bot.features.transfer import lines, steps
from bot.features.transfer.adr_folder import adr_files, read_adrs
from bot.features.transfer.folder import pep_files, read_folder
from bot.features.transfer.joining import Linking
from bot.features.transfer.linking import FORWARD, reciprocal
from bot.features.transfer.records import ImportedDecision, LinkKind, Report
from bot.features.transfer.restoring import Line
from bot.features.transfer.steps import A_CHUNK, Refused
from bot.handing_over import OwnSteps, Steps, remote
from bot.parts import CannotStart
from bot.progress import Progress
from bot.running import Running
from bot.settings import Settings
from storage import directory
from storage.work import open_work

T = TypeVar("T")
LINES_AT_ONCE = 100
"""Rows of an export are smaller than decisions with all that belongs to them."""
LARGEST_STEP = 1_000_000
MOST_CONFLICTS = 20
SAID: dict[LinkKind, str] = {
    "supersedes": "supersedes",
    "superseded-by": "is superseded by",
    "depends-on": "depends on",
    "needed-by": "is needed by",
    "relates-to": "relates to",
}

PROBLEMS = (UserError, Refused, CannotStart, sa.exc.DBAPIError)
"""What can be wrong with an import that people can mend; `said` has the words."""


def said(problem: Exception) -> str:
    """What to tell the one who imports."""
    if isinstance(problem, UserError):
        return f"{problem.message}\nFor example: {problem.example}" if problem.example else problem.message
    if isinstance(problem, sa.exc.DBAPIError):
        return f"The database cannot be used: {str(problem.orig).strip().splitlines()[0]}"
    return str(problem)


@dataclass
class Outcome:
    """What an import did: numbers by name, and everything that somebody should look at."""

    counts: dict[str, int] = field(default_factory=dict)
    items: list[dict[str, str]] = field(default_factory=list)
    headline: str = ""

    def note(self, kind: str, source: str, said: str) -> None:
        self.items.append({"kind": kind, "source": source, "said": said})

    def to_text(self) -> str:
        shown = [self.headline, *(f"  {name.replace('_', ' ')}: {n}" for name, n in self.counts.items() if n)]
        for kind, some in _by_kind(self.items).items():
            shown += ["", f"{kind} ({len(some)}):", *(f"  {item['said']}" for item in some)]
        return "\n".join(shown)

    def to_json(self) -> str:
        return json.dumps({"counts": self.counts, "items": self.items}, ensure_ascii=False)


def _by_kind(items: Sequence[dict[str, str]]) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for item in items:
        found.setdefault(item["kind"], []).append(item)
    return found


@contextlib.asynccontextmanager
async def target(settings: Settings) -> AsyncIterator[Steps]:
    """The Mycel that runs on this data folder; else its database, held so that none starts meanwhile.

    Raises CannotStart where the database cannot be used, AlreadyRunning where a Mycel is just starting or stopping.
    """
    running = Running(settings.data_folder)
    address = running.find()
    if address is not None:
        async with remote(address) as found:
            yield found
        return
    with running.held():
        app.prepare_database(settings, may_migrate=False)
        work = open_work(settings.database_url, clock=app.real_clock)
        try:
            slug = settings.mycel_network
            network_id = await work.write(0, lambda tx: directory.ensure_network(tx.db, slug, "en", tx.now))
            yield OwnSteps(work, network_id, app.new_ids())
        finally:
            await work.close()


async def pep(settings: Settings, path: Path, group: str | None) -> Outcome:
    """Imports PEP files. Raises UserError where there is nothing to read, Refused, and as `target`."""
    read = _read(path)
    async with target(settings) as found:
        return await import_decisions(found, read, group)


async def adr(settings: Settings, path: Path, group: str | None) -> Outcome:
    """Imports ADR and MADR files. Raises as `pep`."""
    files = adr_files(path)
    async with target(settings) as found:
        return await import_decisions(found, read_adrs(files, f"adr/{group.lower()}" if group else "adr"), group, "adr")


def _read(path: Path) -> list[ImportedDecision | Report]:
    files = pep_files(path)
    progress = Progress("Reading", len(files))
    read: list[ImportedDecision | Report] = []
    done = 0
    for item in read_folder(path):
        is_file = isinstance(item, ImportedDecision) or item.kind == "unreadable"
        done += is_file
        read.append(item)
        progress.at(done)
    progress.done()
    return read


async def import_decisions(
    found: Steps,
    read: Iterable[ImportedDecision | Report],
    group: str | None,
    collection: Literal["pep", "adr"] = "pep",
) -> Outcome:
    """Two passes: all decisions first, then their links."""
    items = list(read)
    outcome = Outcome()
    for report in items:
        if isinstance(report, Report):
            _report(outcome, report)
    records, reports = reciprocal([_lean(item) for item in items if isinstance(item, ImportedDecision)])
    if not records:
        said = "\n".join(item["said"] for item in outcome.items)
        raise Refused(f"Nothing could be imported.\n{said}")
    slug = (await found.do(steps.Begin(group=group, collection=collection)))["group"]
    await _store(found, outcome, slug, records)
    await _link(found, outcome, records, reports)
    for report in reports:
        if report.kind != "dangling":  # the running network may have what this import has not: it says so itself
            _report(outcome, report)
    outcome.counts["unreadable"] = sum(item["kind"] == "unreadable" for item in outcome.items)
    outcome.headline = f"Read {len(records)} decisions for the group “{slug}”."
    return outcome


def _lean(record: ImportedDecision) -> ImportedDecision:
    """Without mail addresses: they prove nothing and are kept nowhere."""
    return replace(record, people=tuple(replace(p, email=None) for p in record.people), remarks=())


def _report(outcome: Outcome, report: Report) -> None:
    outcome.note(report.kind, report.source, str(report))


async def _store(found: Steps, outcome: Outcome, slug: str, records: Sequence[ImportedDecision]) -> None:
    progress, counts, done = Progress("Importing", len(records)), Counter[str](), 0
    for some in _chunks(records, A_CHUNK):
        answer = await found.do(steps.Decisions(group=slug, records=tuple(some)))
        for stored in answer["stored"]:
            counts[stored["what"]] += 1
            _note_stored(outcome, stored)
        done += len(some)
        progress.at(done)
    progress.done()
    outcome.counts |= {
        "imported": counts["new"],
        "here_already": counts["here"],
        "changed_since": counts["changed"],
        "redacted_here": counts["redacted"],
    }


def _note_stored(outcome: Outcome, stored: dict[str, Any]) -> None:
    source, id = stored["source"], f"D-{stored['number']}"
    if stored["what"] == "changed":
        said = f"{source} has changed since it was imported as {id} ({stored['detail']}); {id} was left as it is."
        outcome.note("changed", source, said)
    if stored["what"] == "redacted":
        outcome.note("redacted", source, f"{source} is here as {id} and was redacted; it stays so.")


async def _link(found: Steps, outcome: Outcome, records: Sequence[ImportedDecision], reports: Sequence[Report]) -> None:
    said = {(r.source, r.target) for r in reports if r.kind == "cycle"}
    fates = Counter[str]()
    progress, done = Progress("Linking", 2 * len(records)), 0
    for step in (steps.Links, steps.Loose):
        for some in _chunks([_linking(r, is_loose=step is steps.Loose) for r in records], A_CHUNK):
            for joined in (await found.do(step(items=tuple(some))))["joined"]:
                fates[joined["fate"]] += 1
                _note_link(outcome, joined, said)
            done += len(some)
            progress.at(done)
    progress.done()
    outcome.counts |= {
        "links_made": fates["linked"],
        "links_here_already": fates["kept"],
        "links_joined_with_earlier_imports": fates["joined"],
        "links_kept_as_text": fates["dangling"] + fates["cycle"] + fates["self-link"],
    }


def _linking(record: ImportedDecision, *, is_loose: bool) -> Linking:
    forward = tuple(link for link in record.links if link.kind in FORWARD)
    return Linking(record.source, loose=record.loose_links) if is_loose else Linking(record.source, links=forward)


def _note_link(outcome: Outcome, joined: dict[str, str], said: set[tuple[str, str]]) -> None:
    source, target = joined["source"], joined["target"]
    link = f"{source} {SAID[joined['kind']]} {target}"  # type: ignore[index]  # one of the kinds that we sent
    if joined["fate"] == "dangling":
        outcome.note("dangling", source, f"{link}, which is not here; kept as text until it is.")
    elif joined["fate"] == "cycle" and (source, target) not in said:
        outcome.note("cycle", source, f"{link}: that would close a circle; kept as text.")
    elif joined["fate"] == "joined":
        outcome.note("joined", source, f"{link}: a link now, as both are here.")


async def jsonl(settings: Settings, path: Path) -> Outcome:
    """Imports Mycel's own export. Raises UserError for a file that cannot be read, Refused, and as `target`."""
    header = lines.read_header(path)
    for _ in lines.read_rows(path):
        pass  # a file with a broken line is refused before anything is looked at
    async with target(settings) as found:
        outcome = await restore(found, path)
    outcome.headline = f"Read the network “{header.network}” as it was on {header.made_at}."
    return outcome


async def restore(found: Steps, path: Path) -> Outcome:
    """Looks at all lines first, and stores only if nothing is in their way. Raises Refused."""
    new, same = await _compare(found, path)
    await _restore(found, path, new + same)
    return Outcome({"rows_stored": new, "rows_here_already": same})


async def _compare(found: Steps, path: Path) -> tuple[int, int]:
    progress = Progress("Looking", every=5_000)
    new, same, other = 0, 0, list[Any]()
    for some in _line_chunks(lines.read_rows(path)):
        answer = await found.do(steps.Compare(lines=tuple(some)))
        new, same = new + answer["new"], same + answer["same"]
        other += answer["other"]
        progress.at(new + same + len(other))
    progress.done()
    if other:
        raise Refused(_conflicts(other))
    return new, same


def _conflicts(other: Sequence[Sequence[Any]]) -> str:
    shown = [f"  line {number}: {table}" for number, table in other[:MOST_CONFLICTS]]
    more = [f"  and {len(other) - MOST_CONFLICTS} more"] if len(other) > MOST_CONFLICTS else []
    return "\n".join(
        (
            f"Nothing was stored: {len(other)} rows of the file are in this network already and say something else.",
            *shown,
            *more,
            "Networks are not merged. Import into an empty one: another DATABASE_URL, or another MYCEL_NETWORK.",
        )
    )


async def _restore(found: Steps, path: Path, total: int) -> None:
    progress, done = Progress("Storing", total, every=5_000), 0
    for some in _line_chunks(lines.read_rows(path)):
        await found.do(steps.Restore(lines=tuple(some)))
        done += len(some)
        progress.at(done)
    progress.done()
    numbers = (line.row["number"] for line in lines.read_rows(path) if line.table == "decisions")
    for chunk in _chunks(numbers, A_CHUNK):
        await found.do(steps.Index(numbers=tuple(chunk)))


def _line_chunks(found: Iterable[Line]) -> Iterator[list[Line]]:
    """Not too many rows and not too many bytes at a time."""
    some: list[Line] = []
    size = 0
    for line in found:
        length = len(json.dumps(dataclasses.asdict(line)))
        is_heavy = line.table == "decisions" and len(some) >= A_CHUNK
        if some and (len(some) >= LINES_AT_ONCE or size + length > LARGEST_STEP or is_heavy):
            yield some
            some, size = [], 0
        some.append(line)
        size += length
    if some:
        yield some


def _chunks(items: Iterable[T], most: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while some := list(islice(iterator, most)):
        yield some
