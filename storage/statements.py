"""Statements that both databases understand."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import Insert, insert

__all__ = ["Insert", "insert", "insert_new"]


def insert_new(table: sa.Table) -> Insert:
    """INSERT … ON CONFLICT DO NOTHING: `rowcount` says whether the row is new.

    PostgreSQL's construct, which SQLite's compiler reads as its own: the clauses are the same. SQLAlchemy has to be
    told to keep the row count of an INSERT; without that it is -1 on PostgreSQL.
    """
    return insert(table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
