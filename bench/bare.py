"""2. What the rows of a command cost without Mycel: by bare SQLAlchemy Core and by raw sqlite3, in the same writer."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any

import sqlalchemy as sa

from bench.commanding import AT_ONCE
from bench.measuring import ROUNDS, Load, in_turn
from bench.places import SQLITE, Places
from bench.playing import DECIDE, PROPOSE, Playing, playing
from bench.report import Aim, Figure, Section
from bench.rows import TABLES, Row, Written, difference, picture, written_by
from storage.work import Tx

_TABLES = {table.name: table for table in TABLES}
_INSERT = {table.name: sa.insert(table) for table in TABLES}
_DIALECT = sa.create_engine("sqlite://").dialect
Statements = list[tuple[Any, Any]]
Write = Callable[[Tx, Statements], None]


async def run(places: Places) -> Section:
    section = Section("2. CPU of a command against the same rows without Mycel (SQLite FULL, 64 callers, one writer)")
    await _compare(places, section, "decide", DECIDE, 1280, Aim(4))
    await _compare(places, section, "propose to 3", PROPOSE, 320)
    return section


async def _compare(places: Places, section: Section, name: str, text: str, total: int, aim: Aim | None = None) -> None:
    urls = [places.fresh(SQLITE) for _ in range(3)]
    async with AsyncExitStack() as stack:
        mycel, core, raw = [await stack.enter_async_context(playing(url)) for url in urls]
        for each in (mycel, core, raw):
            await each.say(text)  # the first one also makes counters and lanes
        loads = {
            "dispatch": Load(AT_ONCE, total, lambda _c, _n: mycel.say(text)),
            "core": await bare_load(core, text, total, core_statements, core_write),
            "raw": await bare_load(raw, text, total, raw_statements, raw_write),
        }
        rows = (await written_by(mycel, text)).counts()
        found = await in_turn(loads)
    for url in urls:
        places.drop(url)
    cpu = {who: [sample.cpu_us for sample in samples] for who, samples in found.items()}
    for who, title in (("dispatch", "through Mycel"), ("core", "bare Core"), ("raw", "raw sqlite3")):
        rate = sorted(sample.per_s for sample in found[who])[ROUNDS // 2]
        section.add(Figure(f"{name}, {title}", "µs CPU", cpu[who], note=f"{rate:,.0f} per s"))
    for who, title, its_aim in (("core", "bare Core", aim), ("raw", "raw sqlite3", None)):
        ratios = [mine / bare for mine, bare in zip(cpu["dispatch"], cpu[who], strict=True)]
        section.add(Figure(f"{name}, Mycel / {title}", "×", ratios, its_aim))
    written = ", ".join(
        f"{table} {n}" + (" (changed)" if what == "changed" else "") for (what, table), n in rows.items()
    )
    section.notes.append(f"{name} writes {rows.total()} rows: {written}")


async def bare_load(
    mycel: Playing, text: str, total: int, prepare: Callable[[Written], Statements], write: Write
) -> Load:
    """A load that writes what the command wrote. Raises RuntimeError where it does not."""
    work, network_id = mycel.core.work, mycel.networks[0]
    model, ids = await written_by(mycel, text), itertools.count(mycel.core.new_id())
    runs = ROUNDS * total + total + AT_ONCE + 1
    prepared = iter([prepare(model.again(step, ids)) for step in range(1, runs + 1)])

    async def one(_caller: int, _n: int) -> None:
        statements = next(prepared)
        await work.write(network_id, lambda tx: write(tx, statements))

    before = await work.read(lambda tx: picture(tx.db))
    await one(0, 0)
    written = difference(before, await work.read(lambda tx: picture(tx.db))).counts()
    if written != model.counts():
        raise RuntimeError(f"not the same rows: {written} instead of {model.counts()}")
    return Load(AT_ONCE, total, one)


def core_statements(written: Written) -> Statements:
    """Statements that were built before, with their values: one for all new rows of a table."""
    new = [(_INSERT[table], rows if len(rows) > 1 else rows[0]) for table, rows in written.new.items()]
    changed = [(_UPDATE[table], _keyed(table, row)) for table, rows in written.changed.items() for row in rows]
    return new + changed


def core_write(tx: Tx, statements: Statements) -> None:
    for statement, values in statements:
        tx.db.execute(statement, values)


def raw_statements(written: Written) -> Statements:
    """SQL with values as the driver takes them."""
    found = [(_sql_insert(table), [_driven(table, row) for row in rows]) for table, rows in written.new.items()]
    return found + [
        (_sql_update(table), [_driven(table, row, keys_last=True)])
        for table, rows in written.changed.items()
        for row in rows
    ]


def raw_write(tx: Tx, statements: Statements) -> None:
    driver: sqlite3.Connection | None = tx.db.connection.driver_connection
    assert driver is not None
    for sql, rows in statements:
        for row in rows:
            driver.execute(sql, row)


def _update(table: sa.Table) -> sa.Update:
    this = [c == sa.bindparam(f"key_{c.name}", type_=c.type) for c in table.primary_key]
    return sa.update(table).where(*this).values({c.name: sa.bindparam(f"new_{c.name}") for c in _others(table)})


def _others(table: sa.Table) -> list[sa.Column[Any]]:
    return [c for c in table.c if not c.primary_key]


_UPDATE = {table.name: _update(table) for table in TABLES if _others(table)}


def _keyed(table: str, row: Row) -> Row:
    keys = {c.name for c in _TABLES[table].primary_key}
    return {f"{'key' if name in keys else 'new'}_{name}": value for name, value in row.items()}


def _sql_insert(table: str) -> str:
    names = [f'"{c.name}"' for c in _TABLES[table].c]
    return f"INSERT INTO {table}({','.join(names)}) VALUES ({','.join('?' * len(names))})"


def _sql_update(table: str) -> str:
    keys, others = _TABLES[table].primary_key, _others(_TABLES[table])
    values, this = (", ".join(f'"{c.name}"=?' for c in others), " AND ".join(f'"{c.name}"=?' for c in keys))
    return f"UPDATE {table} SET {values} WHERE {this}"


def _driven(table: str, row: Row, *, keys_last: bool = False) -> tuple[Any, ...]:
    columns: list[sa.Column[Any]] = list(_TABLES[table].c)
    if keys_last:
        columns.sort(key=lambda c: c.primary_key)
    values = []
    for column in columns:
        process = column.type.dialect_impl(_DIALECT).bind_processor(_DIALECT)
        values.append(process(row[column.name]) if process else row[column.name])
    return tuple(values)
