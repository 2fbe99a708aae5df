"""Out and in again: the same network, on either database; and a file that does not fit changes nothing."""

from __future__ import annotations

import json
import stat
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import exporting, importing
from bot.core.errors import UserError
from bot.features.transfer import lines
from bot.features.transfer.restoring import Line
from bot.features.transfer.steps import Refused
from bot.handing_over import OwnSteps
from storage import decisions, directory, events, search, transfer
from storage.decision_tables import decision_links
from storage.schema import metadata
from storage.types import JsonText, UtcDateTime
from storage.work import open_work
from tests.features.transfer.conftest import NOW, Desk, open_desk, put

# --- random small networks ------------------------------------------------------------------------------------------

TEXTS = ("", "a", "Zoë", "\U0001f333 tree", 'say "no"\\n', "two\nlines", "\u2028", "D-1", "null", "  ")
VALUES: tuple[Any, ...] = (
    0,
    -7,
    1.5,
    True,
    False,
    "x",
    [],
    {},
    [None, {"b": "ñ", "a": [1, "2"]}],
    {"z": None, "é": {"y": 1e-9}},
)
PARENTS = {
    "group_id": ("groups", "id"),
    "person_id": ("people", "id"),
    "to_number": ("decisions", "number"),
}
"""What these refer to where the database does not hold it."""
UNIQUE = {
    "groups": ("slug",),
    "circles": ("slug",),
    "decisions": ("source",),
    "channels": ("platform", "workspace", "remote_id"),
}


def value(random: Random, column: sa.Column[Any]) -> Any:
    if column.nullable and random.random() < 0.3:
        return None
    match column.type:
        case UtcDateTime():
            return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=random.getrandbits(51))
        case JsonText():
            return random.sample(TEXTS, 2) if column.name in ("tags", "rests_on") else random.choice(VALUES)
        case sa.Boolean():
            return random.random() < 0.5
        case sa.Integer():
            return random.getrandbits(random.choice((3, 31 if not isinstance(column.type, sa.BigInteger) else 62)))
        case _:
            length = getattr(column.type, "length", None) or 100
            return (random.choice(TEXTS) + random.choice(("", str(random.getrandbits(8)))))[:length]


def parents(column: str, table: sa.Table) -> tuple[str, str] | None:
    """Table and column that a column refers to."""
    for key in table.c[column].foreign_keys:
        return key.column.table.name, key.column.name
    return PARENTS.get(column)


def several(table: sa.Table) -> list[dict[str, tuple[str, str]]]:
    """Of each key of several columns that refers elsewhere: table and column by column."""
    keys = [{each.parent.name: each.column for each in key.elements} for key in table.foreign_key_constraints]
    named = [{name: (c.table.name, c.name) for name, c in key.items() if name != "network_id"} for key in keys]
    return [key for key in named if len(key) > 1]


def network(random: Random) -> dict[str, list[dict[str, Any]]]:
    """Some rows of every table that is carried over, as far as there is what they refer to."""
    made: dict[str, list[dict[str, Any]]] = {}
    for name in transfer.TABLES:
        table = metadata.tables[name]
        unique = [tuple(c.name for c in table.primary_key.columns if c.name != "network_id"), UNIQUE.get(name, ())]
        rows: list[dict[str, Any]] = []
        for _ in range(1 if name == transfer.NETWORK else random.randrange(4)):
            row = {c.name: value(random, c) for c in table.c if c.name not in ("network_id",)}
            if name == transfer.NETWORK:
                del row["id"], row["slug"]
            for column in row:
                if (owner := parents(column, table)) is not None and row[column] is not None:
                    row[column] = random.choice([each[owner[1]] for each in made[owner[0]]] or [None])
            for key in several(table):
                owners = made[next(iter(key.values()))[0]]
                found = random.choice(owners) if owners else {}
                row |= {column: found.get(of) for column, (_, of) in key.items()}
            is_whole = all(row[c.name] is not None or c.nullable for c in table.c if c.name in row)
            if is_whole and all(not key or all(same(row, other, key) is False for other in rows) for key in unique):
                rows.append(row)
        made[name] = rows
    return made


def same(one: dict[str, Any], other: dict[str, Any], key: tuple[str, ...]) -> bool:
    return all(name in one and one[name] == other[name] for name in key)


def fill(desk: Desk, rows: dict[str, list[dict[str, Any]]]) -> None:
    with desk.engine.begin() as db:
        for table, some in rows.items():
            transfer.store(db, 1, table, some)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1 << 32))
async def test_any_network_comes_back_as_it_was(seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        first, second = (open_desk(f"sqlite:///{folder}/{name}.db") for name in ("first", "second"))
        fill(first, network(Random(seed)))
        out = first.export(Path(folder) / "first.jsonl")
        await importing.restore(second, Path(folder) / "first.jsonl")
        assert second.export(Path(folder) / "second.jsonl") == out
        first.engine.dispose()
        second.engine.dispose()


# --- one network that has everything --------------------------------------------------------------------------------


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Desk]:
    """A network with something in every table, and text that databases sort and keep in ways of their own."""
    desk = open_desk(f"sqlite:///{tmp_path}/house.db")
    fill(desk, EVERYTHING)
    yield desk
    desk.engine.dispose()


def one(table: str, **given: Any) -> dict[str, Any]:
    """A row with what is given, and something plain in every other column."""
    plain = {
        UtcDateTime: NOW,
        JsonText: [],
        sa.Boolean: False,
        sa.BigInteger: 1,
        sa.Integer: 1,
        sa.Text: "x",
        sa.String: "x",
    }
    columns = [c for c in metadata.tables[table].c if c.name != "network_id"]
    return {c.name: given.get(c.name, None if c.nullable else plain[type(c.type)]) for c in columns}


def decision(number: int, **given: Any) -> dict[str, Any]:
    words = {"title": f"Use Signal {number}", "status": "taken", "audience": "network", "source": ""}
    return one("decisions", **{"number": number, **words, **given})


EVERYTHING: dict[str, list[dict[str, Any]]] = {
    name: [one(name)] for name in transfer.TABLES if name != transfer.NETWORK
} | {
    transfer.NETWORK: [
        {"language": "es", "clock_ahead_s": 3600, "settings": {"z": 1, "a": {"ñ": [1.5, None]}}, "created_at": NOW}
    ],
    "identities": [
        one("identities", platform=platform, account=account)
        for platform in ("slack", "matrix")
        for account in ("zoë", "Zoe", "@a:b.example", "_a", "a b", "\U0001f333", "é")
    ],
    "decisions": [
        decision(1),
        decision(2, title="", why="", alternatives="", taken_by="", urgent="", tags=[], redacted_at=NOW),
        decision(3, status="undone", title="Never mind"),
        decision(4, audience="group", title="Only ours"),
        decision(9, source="pep:9", created_at=datetime(1999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)),
    ],
    "decision_links": [one("decision_links", number=9, to_number=1, relation="supersedes", state="asked")],
    "deadlines": [one("deadlines", kind=kind, state=state) for kind, state in (("b", "pending"), ("B", "fired"))],
    "events": [one("events", id=id, at=NOW + timedelta(seconds=id), data={"b": 1, "a": [2]}) for id in range(1, 1002)],
}


async def test_the_same_network_on_either_database(house: Desk, desk: Desk, tmp_path: Path) -> None:
    out = house.export(tmp_path / "out.jsonl")
    outcome = await importing.restore(desk, tmp_path / "out.jsonl")
    assert desk.export(tmp_path / "again.jsonl") == out
    assert outcome.counts == {"rows_stored": len(out) - 2, "rows_here_already": 0}
    assert {json.loads(line)["table"] for line in out[:-2]} == set(transfer.TABLES)


def test_no_table_is_forgotten() -> None:
    assert transfer.tables_of_metadata() == {*transfer.TABLES, *transfer.LEFT_BEHIND}


async def test_no_code_and_no_message_leaves(house: Desk, tmp_path: Path) -> None:
    with house.engine.begin() as db:
        db.execute(metadata.tables["codes"].insert(), {"network_id": 1, **one("codes", digest="d1g35t")})
        db.execute(metadata.tables["messages"].insert(), {"network_id": 1, **one("messages", view="w0rd5")})
    text = "\n".join(house.export(tmp_path / "out.jsonl"))
    assert "d1g35t" not in text
    assert "w0rd5" not in text


async def test_restored_decisions_are_found_and_hidden_ones_are_not(house: Desk, desk: Desk, tmp_path: Path) -> None:
    house.export(tmp_path / "out.jsonl")
    await importing.restore(desk, tmp_path / "out.jsonl")
    assert desk.found("signal") == ["Use Signal 9", "Use Signal 1"]
    assert desk.found("never mind") == []
    with desk.engine.begin() as db:
        assert search.find(db, 1, search.Sought("only ours"), [search.group_mark(1, 1)], 100, 10) == [4]
        redacted = decisions.find(db, 1, 2)
        assert redacted is not None
        assert (redacted.title, redacted.redacted_at) == ("", NOW)


async def test_again_stores_nothing(house: Desk, desk: Desk, tmp_path: Path) -> None:
    out = house.export(tmp_path / "out.jsonl")
    await importing.restore(desk, tmp_path / "out.jsonl")
    outcome = await importing.restore(desk, tmp_path / "out.jsonl")
    assert outcome.counts == {"rows_stored": 0, "rows_here_already": len(out) - 2}
    assert desk.export(tmp_path / "again.jsonl") == out


@pytest.mark.parametrize("killed_after", [0, 14, 20, 24])
async def test_killed_halfway_and_run_again_it_is_whole(
    house: Desk, desk: Desk, tmp_path: Path, killed_after: int
) -> None:
    out = house.export(tmp_path / "out.jsonl")
    desk.most = killed_after
    with pytest.raises(KeyboardInterrupt):
        await importing.restore(desk, tmp_path / "out.jsonl")
    desk.most = 1000
    await importing.restore(desk, tmp_path / "out.jsonl")
    assert desk.export(tmp_path / "again.jsonl") == out
    assert desk.found("signal") == ["Use Signal 9", "Use Signal 1"]


async def test_what_is_in_the_way_is_named_and_nothing_is_stored(house: Desk, desk: Desk, tmp_path: Path) -> None:
    house.export(tmp_path / "out.jsonl")
    fill(desk, {"groups": [one("groups", id=77, slug="x")], "people": [one("people", id=1, name="Somebody else")]})
    before = desk.export(tmp_path / "before.jsonl")
    with pytest.raises(Refused, match=r"(?s)Nothing was stored: 3 rows.*networks.*groups.*people.*not merged"):
        await importing.restore(desk, tmp_path / "out.jsonl")
    assert desk.export(tmp_path / "after.jsonl") == before


async def test_a_channel_of_another_network_is_in_the_way(house: Desk, desk: Desk, tmp_path: Path) -> None:
    house.export(tmp_path / "out.jsonl")
    with desk.engine.begin() as db:
        directory.add_network(db, 2, "other", "en", NOW)
        db.execute(metadata.tables["channels"].insert(), {"network_id": 2, **one("channels", group_id=None)})
    with pytest.raises(Refused, match=r"Nothing was stored: 1 rows(.|\n)*channels"):
        await importing.restore(desk, tmp_path / "out.jsonl")
    assert desk.count("groups") == 0


async def test_a_row_without_what_it_refers_to_is_refused(house: Desk, sqlite_url: str, tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    out = house.export(path)
    kept = [line for line in out[:-2] if json.loads(line)["table"] != "groups"]
    path.write_text("".join((HEADER, *(f"{line}\n" for line in kept), lines.end_line(len(kept)))))
    open_desk(sqlite_url).engine.dispose()
    work = open_work(sqlite_url, clock=lambda: NOW)
    with pytest.raises(Refused, match=r"The database refuses lines 2 to \d+, which may refer to what is not there"):
        await importing.restore(OwnSteps(work, 1, lambda: 1), path)
    await work.close()


# --- files ----------------------------------------------------------------------------------------------------------


HEADER = lines.header_line("mycel", NOW)
COUNTER = lines.row_line("counters", {"letter": "D", "last": 3})
BROKEN = {
    "": "is empty",
    "no json\n": "Line 1 of .* it is not JSON",
    "[]\n": "Line 1 of .* it is no JSON object",
    '{"PEP": 1}\n': "is no export of Mycel",
    HEADER.replace('"version":1', '"version":2'): r"newer Mycel \(format 2\); this one reads up to 1",
    HEADER + COUNTER: "is cut off: it ends after 1 rows",
    HEADER + COUNTER + lines.end_line(2): "is cut off: it ends after 1 rows",
    HEADER + lines.end_line(0) + COUNTER: "Line 3 of .* behind the end",
    HEADER + COUNTER + "{\n": "Line 3 of .* it is not JSON",
    HEADER + "{}\n": "Line 2 of .* no table and row",
    HEADER + '{"end": 3}\n': "Line 2 of .* how many rows",
    HEADER + lines.row_line("inbox", {}): "Line 2 of .* there is no table “inbox”",
    HEADER + lines.row_line("counters", {"letter": "D"}): "Line 2 of .* counters: “last” is missing",
    HEADER + lines.row_line("counters", {"letter": "D", "last": 3, "more": 1}): "Line 2 of .* “more” is unknown",
    HEADER + lines.row_line("counters", {"letter": "D", "last": None}): "Line 2 of .* “last” is empty",
    HEADER + lines.row_line("counters", {"letter": "D", "last": True}): "Line 2 of .* “last” is not what it should be",
    HEADER + lines.row_line("counters", {"letter": "DDD", "last": 1}): "Line 2 of .* “letter” is not what it should be",
    HEADER
    + lines.row_line("counters", {"letter": "\x00", "last": 1}): "Line 2 of .* “letter” is not what it should be",
    HEADER + COUNTER.replace('"D"', '"\\ud800"'): "Line 2 of .* “letter” is not what it should be",
    HEADER
    + lines.row_line("roles", {"person_id": 1, "role": "steward", "since": "2026-11-02T09:00:00"}): "“since” is not",
}


def read(path: Path) -> list[Line]:
    """All of a file, as an import reads it."""
    lines.read_header(path)
    return list(lines.read_rows(path))


@pytest.mark.parametrize(("text", "said"), BROKEN.items(), ids=range(len(BROKEN)))
def test_what_is_wrong_with_a_file_is_said_with_its_line(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=said):
        read(path)


def test_a_file_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There is no file"):
        lines.read_header(tmp_path / "nothing")
    with pytest.raises(UserError, match="is a folder"):
        lines.read_header(tmp_path)
    (tmp_path / "latin").write_bytes(HEADER.encode() + b"\xe9\n")
    with pytest.raises(UserError, match=r"Line 2 of .* it is not UTF-8"):
        list(lines.read_rows(tmp_path / "latin"))


def half_written(path: Path) -> None:
    with exporting.written(path) as out:
        out.write("half")
        raise RuntimeError


def test_an_export_takes_its_name_when_it_is_whole_and_is_ours_alone(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text("the one before")
    with pytest.raises(RuntimeError):
        half_written(path)
    assert path.read_text() == "the one before"
    with exporting.written(path) as out:
        out.write("whole")
    assert path.read_text() == "whole"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["out.jsonl"]


async def test_imported_peps_come_back_too(desk: Desk, tmp_path: Path) -> None:
    peps = tmp_path / "peps"
    peps.mkdir()
    for number in range(1, 12):
        put(peps, number, Replaces=str(number - 1))
    await desk.pep(peps)
    out = desk.export(tmp_path / "out.jsonl")
    second = open_desk(f"sqlite:///{tmp_path}/second.db")
    await importing.restore(second, tmp_path / "out.jsonl")
    assert second.export(tmp_path / "again.jsonl") == out
    again = await second.pep(peps)
    assert (again.counts["imported"], again.counts["here_already"]) == (0, 11)
    with second.engine.begin() as db:
        assert all(event.is_past for event in events.after(db, 1, 0, 100))
        assert db.execute(sa.select(sa.func.count()).select_from(decision_links)).scalar_one() == 10
    second.engine.dispose()
