"""Alembic's way in: `storage.migrate` and `python -m migrations` hand it a connection, whose transaction is theirs."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import CreateIndexOp, MigrateOperation, MigrationScript, ModifyTableOps

from storage import schema, search
from storage.types import JsonText, UtcDateTime


def is_compared(name: str | None, kind: str, _parents: object) -> bool:
    """Leaves out the search index, which is written by hand: SQLite keeps it in several tables of its own."""
    return kind != "table" or not (name or "").startswith(search.decision_words.name)


def type_in_words(kind: str, value: Any, generated: AutogenContext) -> str | Literal[False]:
    if kind != "type" or not isinstance(value, JsonText | UtcDateTime):
        return False
    name = type(value).__name__
    generated.imports.add(f"from storage.types import {name}")
    return f"{name}()"


def is_other_default(*compared: Any) -> bool | None:
    """None: as Alembic sees it, which takes an empty text for another one on SQLite."""
    _context, _column, _wanted_column, found, _wanted, rendered = compared
    return False if (found, rendered) == ("('')", "") else None


def without_batches_for_indexes(_context: object, _revision: object, scripts: list[MigrationScript]) -> None:
    """SQLite copies a table to change its columns, which is what a batch does; an index needs none."""
    for script in scripts:
        assert script.upgrade_ops is not None
        script.upgrade_ops.ops = [plain for each in script.upgrade_ops.ops for plain in _unpacked(each)]


def _unpacked(operation: MigrateOperation) -> list[MigrateOperation]:
    if isinstance(operation, ModifyTableOps) and all(isinstance(each, CreateIndexOp) for each in operation.ops):
        return list(operation.ops)
    return [operation]


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=schema.metadata,
    include_name=is_compared,
    render_item=type_in_words,
    render_as_batch=True,
    compare_server_default=is_other_default,
    process_revision_directives=without_batches_for_indexes,
)
context.run_migrations()
