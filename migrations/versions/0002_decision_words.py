"""The search index over decisions: FTS5 on SQLite, a tsvector under GIN on PostgreSQL."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE decision_words USING fts5("
            "words, people, facets, readers, tokenize='ascii', detail='column')"
        )
        return
    op.execute(
        "CREATE TABLE decision_words (network_id BIGINT NOT NULL, number BIGINT NOT NULL, words TSVECTOR NOT NULL, "
        "CONSTRAINT pk_decision_words PRIMARY KEY (network_id, number))"
    )
    op.execute("CREATE INDEX ix_decision_words_words ON decision_words USING gin (words) WITH (fastupdate = off)")


def downgrade() -> None:
    raise NotImplementedError("There is no way back: restore the backup made before the upgrade.")
