"""Troubles of the database: nobody's bug, gone by themselves. Whoever meets one leaves all as it is and comes again."""

from __future__ import annotations

import sqlalchemy as sa

from storage.work import Busy, Closed, GroupLost

TROUBLE = (sa.exc.OperationalError, sa.exc.InterfaceError, Busy, Closed, GroupLost)
"""Nothing of the command is stored. What else a statement raises (a broken constraint, bad data) is a bug."""
