"""`mycel export madr`: a Markdown record for every decision that the whole network may read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from bot.exporting import CannotExport, written
from bot.features.transfer.madr import BACKWARD, FORWARD, Record, file_name
from bot.features.transfer.madr import written as as_madr
from bot.progress import Progress
from storage import contributions, decision_lists, decisions, directory, input_windows, links, migrate, transfer
from storage.audiences import Eyes
from storage.decision_lists import Filter
from storage.decisions import Decision
from storage.engine import open_reader
from storage.imports import OWN

_A_PAGE = 200
_OURS = re.compile(r"\d{4,}-.*\.md")


def madr(url: str, network: str, folder: Path) -> int:
    """Writes the records into a folder, which is made; returns how many. Raises CannotExport.

    Files of an earlier export that are not written again (renamed, redacted since) are removed; others are left alone.
    """
    if migrate.missing(url):
        raise CannotExport("The database is not there yet, or not up to date: `mycel migrate` brings it there.")
    engine = open_reader(url, connections=1)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with engine.begin() as db:
            return write_all(db, network, folder)
    except OSError as error:
        raise CannotExport(f"“{folder}” cannot be written: {error.strerror or type(error).__name__}.") from error
    finally:
        engine.dispose()


def write_all(db: sa.Connection, network: str, folder: Path) -> int:
    """Writes all records in one transaction. Raises CannotExport where there is no such network, and OSError."""
    network_id = transfer.network_named(db, network)
    if network_id is None:
        raise CannotExport(f"There is no network “{network}” in this database. Which one is said by MYCEL_NETWORK.")
    every = {d.number: d for d in _open_to_all(db, network_id)}
    own = f"{OWN}{transfer.fingerprint(db, network_id)}:"
    progress, names = Progress("Exporting", len(every)), set[str]()
    for done, d in enumerate(every.values(), start=1):
        names.add(file_name(d.number, d.title))
        with written(folder / file_name(d.number, d.title)) as out:
            out.write(as_madr(_record(db, d, every, f"{own}{d.number}")))
        progress.at(done)
    _remove_stale(folder, own, names)
    progress.done()
    return len(every)


def _open_to_all(db: sa.Connection, network_id: int) -> Iterator[Decision]:
    """The newest first; nothing that was taken back or redacted."""
    before: int | None = None
    eyes = Eyes(network_id, frozenset(), False)
    while page := decision_lists.page(db, eyes, Filter(before=before), _A_PAGE):
        yield from (d for d in page if d.redacted_at is None)
        before = page[-1].number


def _record(db: sa.Connection, listed: Decision, every: dict[int, Decision], own_id: str) -> Record:
    network_id = listed.network_id
    d = decisions.find(db, network_id, listed.number) or listed
    concerns = contributions.concerns(db, network_id, d.number)
    ids = {d.group_id, *d.affected_ids, *d.told_ids, *(concern.group_id for concern in concerns)}
    groups = {id: group.name for id, group in directory.groups_by_id(db, network_id, sorted(ids)).items()}
    window = input_windows.window(db, network_id, d.number)
    outcome = window.outcome if window else ""
    if window and window.outcome and window.outcome_at:
        outcome = f"{window.outcome}, {window.outcome_at:%Y-%m-%d}. {window.outcome_text}".strip()
    return Record(
        d,
        own_id,
        groups[d.group_id],
        tuple(groups[id] for id in d.affected_ids),
        tuple(groups[id] for id in d.told_ids),
        outcome,
        tuple((groups.get(c.group_id, "?"), f"concern C-{c.id}, {c.state}") for c in concerns),
        tuple(_links(db, d, every)),
    )


def _links(db: sa.Connection, d: Decision, every: dict[int, Decision]) -> Iterator[tuple[str, int, str]]:
    for link in links.links_of(db, d.network_id, d.number):
        is_forward = link.number == d.number
        other = every.get(link.to_number if is_forward else link.number)
        if link.state == links.KEPT and other is not None:
            yield (FORWARD if is_forward else BACKWARD)[link.relation], other.number, other.title


def _remove_stale(folder: Path, own: str, names: set[str]) -> None:
    for file in folder.iterdir():
        if file.name not in names and _OURS.fullmatch(file.name) and file.is_file():
            with file.open(encoding="utf-8", errors="replace") as opened:
                is_ours = any(own in line for line, _ in zip(opened, range(20), strict=False))
            if is_ours:
                file.unlink()
