"""Writes the next migration from what has changed in the tables: `python -m migrations add holds`.

Read what comes out, and complete it by hand where data have to move: it sees tables, not meanings.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from alembic import command

from storage.engine import open_engine
from storage.migrate import alembic_config, revisions

HERE = Path(__file__).parent


@click.command()
@click.argument("name", nargs=-1, required=True)
@click.option("--replace", metavar="NNNN", help="Write this one anew; only while nobody has run it.")
def main(name: tuple[str, ...], replace: str | None) -> None:
    """Write a migration called NAME that leads from the newest one to the tables in storage/."""
    known = revisions()
    if replace is not None and replace not in known:
        raise click.BadParameter(f"There is no migration {replace}; there are {', '.join(known)}.")
    revision = replace or f"{len(known) + 1:04}"
    with TemporaryDirectory() as folder:
        scripts = Path(shutil.copytree(HERE, Path(folder, "migrations")))
        for later in [each for each in known if each >= revision]:
            _file_of(scripts, later).unlink()
        written = write(scripts, revision, " ".join(name))
        if replace is not None:
            _file_of(HERE, replace).unlink()
        there = Path(shutil.copy(written, HERE / "versions"))
    for tidied in (("format", "--quiet"), ("check", "--fix", "--exit-zero")):
        subprocess.run([sys.executable, "-m", "ruff", *tidied, str(there)], check=True)
    click.echo(f"Wrote {there}. Read it, complete it, and run tests/storage/test_migrations.py.")


def write(scripts: Path, revision: str, name: str) -> Path:
    """Writes what leads from the newest migration in the folder `scripts` to the tables of the code; returns the file.

    Raises CommandError where migrations in the folder do not follow each other.
    """
    engine = open_engine(f"sqlite:///{scripts.parent / 'mycel.db'}", connections=1)
    with engine.begin() as db:
        config = alembic_config(db, scripts)
        command.upgrade(config, "head")
        command.revision(config, name, autogenerate=True, rev_id=revision)
    engine.dispose()
    return _file_of(scripts, revision)


def _file_of(scripts: Path, revision: str) -> Path:
    [path] = (scripts / "versions").glob(f"{revision}_*.py")
    return path


if __name__ == "__main__":
    main()
