"""Which statements are executed: what a command costs is counted in them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa

from storage.prepared import Prepared


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is executed meanwhile, by any engine, and by those statements that go to SQLite's driver themselves."""
    seen: list[str] = []
    written_for = Prepared._for

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    def note_written(self: Prepared, *args: Any) -> Any:
        written = written_for(self, *args)
        seen.append(written.sql)
        return written

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        with patch.object(Prepared, "_for", note_written):
            yield seen
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
