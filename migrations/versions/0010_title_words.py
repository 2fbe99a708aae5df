"""Words of titles, by which decisions are found that share some; those of the decisions that there are."""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_WORD = re.compile(r"[^\W_]+")
_A_STEP = 1000


def upgrade() -> None:
    op.create_table(
        "title_words",
        sa.Column("network_id", sa.BigInteger(), nullable=False),
        sa.Column("word", sa.String(length=40), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "number"],
            ["decisions.network_id", "decisions.number"],
            name=op.f("fk_title_words_network_id_number"),
        ),
        sa.PrimaryKeyConstraint("network_id", "word", "number", name=op.f("pk_title_words")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_title_words_number", "title_words", ["network_id", "number"], unique=False)
    _fill()


def _fill() -> None:
    decisions = sa.table("decisions", *map(sa.column, ("network_id", "number", "title", "status", "redacted_at")))
    words = sa.table("title_words", *map(sa.column, ("network_id", "number", "word")))
    key = sa.tuple_(decisions.c.network_id, decisions.c.number)
    after = (0, 0)
    while True:
        some = (
            sa.select(decisions.c.network_id, decisions.c.number, decisions.c.title)
            .where(key > sa.tuple_(*after), decisions.c.redacted_at.is_(None), decisions.c.status != "undone")
            .order_by(decisions.c.network_id, decisions.c.number)
            .limit(_A_STEP)
        )
        found = op.get_bind().execute(some).all()
        rows = [{"network_id": n, "number": d, "word": word} for n, d, title in found for word in _stems(title)]
        if rows:
            op.get_bind().execute(sa.insert(words), rows)
        if len(found) < _A_STEP:
            return
        after = (found[-1].network_id, found[-1].number)


def _stems(title: str) -> list[str]:
    """As `storage.title_words.words_of` had it when this was written."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", title.casefold()) if not unicodedata.combining(c))
    stems = dict.fromkeys(_stem(word) for word in _WORD.findall(plain) if len(word) >= 3)
    return sorted(stems, key=len, reverse=True)[:12]


def _stem(word: str) -> str:
    if len(word) <= 4:
        return word[:40]
    ending = next((e for e in ("es", "s", "e") if word.endswith(e) and not word.endswith("ss")), "")
    return word.removesuffix(ending)[:40]


def downgrade() -> None:
    raise NotImplementedError("There is no way back: restore the backup made before the upgrade.")
