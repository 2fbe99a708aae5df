"""`mycel`: the command line. Results go to stdout, all else to stderr; exit 1: failed, 2: wrong usage or settings."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from bot.settings import Settings, WrongSettings, load

if TYPE_CHECKING:
    from bot.importing import Outcome

FAILED, WRONG_USAGE = 1, 2


class Problem(click.ClickException):
    """Something that people can mend: one sentence and, where there is one, what to do."""

    def __init__(self, message: str, *, exit_code: int = FAILED) -> None:
        super().__init__(message)
        self.code = exit_code

    @property
    def exit_code(self) -> int:  # type: ignore[override]  # a class variable in click
        return self.code

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(f"mycel: {self.message}", err=True)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="mycel")
def main() -> None:
    """A Slack and Matrix bot for networks of autonomous groups."""


def _settings() -> Settings:
    try:
        return load()
    except WrongSettings as error:
        raise Problem(f"wrong settings:\n{error}", exit_code=WRONG_USAGE) from error


@main.command()
@click.option("--migrate", "may_migrate", is_flag=True, help="Bring a PostgreSQL database up to date first.")
def run(may_migrate: bool) -> None:
    """Start Mycel: every platform there are settings for, else the playground."""
    with _nothing_collected():
        from bot import app
        from bot.logs import set_up
        from bot.running import Running

    settings = _settings()
    set_up(settings.mycel_log_level, settings.mycel_log_format)
    with _said_plainly(), Running(settings.data_folder).held():
        app.prepare_database(settings, may_migrate=may_migrate)
        asyncio.run(_until_stopped(settings))


@contextlib.contextmanager
def _nothing_collected() -> Iterator[None]:
    """Of what is imported nothing is garbage; to look for it all the time is a third of a start."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@contextlib.contextmanager
def _said_plainly() -> Iterator[None]:
    """What keeps Mycel from its work is told in a sentence, not as a traceback."""
    from bot.parts import CannotStart
    from bot.running import AlreadyRunning, Unusable

    try:
        yield
    except AlreadyRunning:
        raise Problem(f"Mycel is running already in {Path.cwd()}: one process a folder.") from None
    except (CannotStart, Unusable) as error:
        raise Problem(str(error)) from error


async def _until_stopped(settings: Settings) -> None:
    from bot import app

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(one, stop.set)
    await app.run(settings, announce=_announce, stop=stop)


def _announce(line: str) -> None:
    click.echo(line)
    click.echo("Stop it with Ctrl-C; everything is kept.", err=True)
    sys.stdout.flush()


@main.command()
def migrate() -> None:
    """Bring the database up to date."""
    from bot import app

    with _said_plainly():
        done = app.prepare_database(_settings(), may_migrate=True)
    click.echo("\n".join(done) if done else "The database is up to date.")


@main.command()
def init() -> None:
    """Make the network if there is none, and show a code for its first steward (good once, for a week)."""
    from bot import setup

    with _said_plainly():
        click.echo(asyncio.run(setup.init(_settings())))


@main.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def doctor(as_json: bool) -> None:
    """Tell what is configured, reachable and missing, and the next step."""
    from bot import doctor as examination

    report = asyncio.run(examination.examine(_settings()))
    click.echo(report.to_json() if as_json else report.to_text())
    if not report.is_well:
        raise SystemExit(FAILED)


@main.command()
@click.option("--http", "is_http", is_flag=True, help="For HTTP at MYCEL_BASE_URL instead of Socket Mode.")
def manifest(is_http: bool) -> None:
    """Print the manifest of the Slack app (JSON): commands, scopes, events, shortcuts, made from the declarations."""
    import json

    from bot import app
    from bot.core.registry import Registry
    from bot.slack import manifest_of

    settings = _settings()
    over_http = is_http or any(a.signing_secret and not a.app_token for a in settings.slack_accounts)
    if over_http and not settings.base_url.startswith("https://"):
        raise Problem("Slack sends to https:// only: set MYCEL_BASE_URL to the address at which it can reach Mycel.")
    found = manifest_of(
        dict(Registry(app.FEATURES).commands),
        base_url=settings.base_url if over_http else "",
        is_oauth=over_http and not any(a.bot_token for a in settings.slack_accounts),
    )
    click.echo(json.dumps(found, indent=2, ensure_ascii=False))


@main.command("try")
@click.option("--script", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A dialogue to run.")
def try_(script: Path | None) -> None:
    """Run a dialogue in a playground that is thrown away, and print the channels. Reads stdin without --script."""
    from bot import trying

    text = script.read_text() if script else sys.stdin.read()
    try:
        click.echo(asyncio.run(trying.run(text)), nl=False)
    except trying.ScriptError as error:
        raise Problem(str(error), exit_code=WRONG_USAGE) from error


@main.group("import")
def import_() -> None:
    """Bring in decisions from elsewhere, or Mycel's own export; into a running Mycel too. Nobody is notified."""


@import_.command("pep")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--group", metavar="SLUG", help="Whose decisions they become; else a group “pep” is made for them.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def import_pep(path: Path, group: str | None, as_json: bool) -> None:
    """Import a folder of PEP files, or one file. What is here already is not imported again."""
    from bot import importing

    _import(lambda: importing.pep(_settings(), path, group), as_json)


@import_.command("adr")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--group", metavar="SLUG", help="Whose decisions they become; else a group “adr” is made for them.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def import_adr(path: Path, group: str | None, as_json: bool) -> None:
    """Import a folder of ADR or MADR files, or one file. What is here already is not imported again."""
    from bot import importing

    _import(lambda: importing.adr(_settings(), path, group), as_json)


@import_.command("jsonl")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def import_jsonl(path: Path, as_json: bool) -> None:
    """Import what `mycel export jsonl` wrote, into a network that is empty or has the same already."""
    from bot import importing

    _import(lambda: importing.jsonl(_settings(), path), as_json)


def _import(do: Callable[[], Coroutine[Any, Any, Outcome]], as_json: bool) -> None:
    from bot import importing
    from bot.running import AlreadyRunning

    try:
        outcome = asyncio.run(do())
    except AlreadyRunning:
        raise Problem("another Mycel is just starting, stopping or importing here; try again in a moment.") from None
    except importing.PROBLEMS as error:
        raise Problem(importing.said(error)) from error
    click.echo(outcome.to_json() if as_json else outcome.to_text())


@main.group()
def export() -> None:
    """Write down all that the network remembers."""


@export.command("jsonl")
@click.argument("path")
@click.option("--group", metavar="SLUG", help="Only what this group takes with it: its decisions and what it said.")
def export_jsonl(path: str, group: str | None) -> None:
    """Export the network as JSON lines to PATH, or to stdout for “-”; also while Mycel runs."""
    from bot import app, exporting

    settings = _settings()
    try:
        where = (settings.database_url, settings.mycel_network)
        if group:
            rows = exporting.group_jsonl(*where, group, path, app.real_clock())
        else:
            rows = exporting.jsonl(*where, path, app.real_clock())
    except exporting.CannotExport as error:
        raise Problem(str(error)) from error
    click.echo(f"{rows} rows exported.", err=True)


@export.command("madr")
@click.argument("path", type=click.Path(path_type=Path))
def export_madr(path: Path) -> None:
    """Export decisions that the whole network may read as Markdown records (MADR) into the folder PATH."""
    from bot import exporting, exporting_madr

    settings = _settings()
    try:
        count = exporting_madr.madr(settings.database_url, settings.mycel_network, path)
    except exporting.CannotExport as error:
        raise Problem(str(error)) from error
    click.echo(f"{count} decisions exported.", err=True)


@main.command()
@click.option("--long", "is_long", is_flag=True, help="Search and lists with a million decisions too.")
@click.option(
    "--only",
    multiple=True,
    help="Measure only this: commands, bare, clock, reading, process, input, matrix, slack, digests, year.",
)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def bench(is_long: bool, only: tuple[str, ...], as_json: bool) -> None:
    """Measure what Mycel costs on this machine: speed, CPU and memory. Takes some minutes."""
    try:
        with _nothing_collected():  # as `mycel run` does
            from bench import run as measurements
    except ModuleNotFoundError as missing:
        if missing.name != "bench":
            raise
        raise Problem("the measurements are not installed here; they come with Mycel's source (make bench).") from None
    try:
        measurements.main(is_long=is_long, only=only, as_json=as_json)
    except ValueError as error:
        raise Problem(str(error), exit_code=WRONG_USAGE) from error


if __name__ == "__main__":
    main()
