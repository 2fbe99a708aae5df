"""The message catalogues, from the code: `python -m tests.checks.catalogue --update` writes the template and merges it.

Translations are kept as long as their English sentence stays the same. A new or changed sentence comes in without one.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from bot.app import FEATURES
from bot.core.forms import label
from bot.core.kinds import Choice
from bot.features.help.messages import title
from tests.checks.sentences import BOT, Sentence, modules

TEMPLATE = BOT / "locale" / "mycel.pot"
_FORMS = "bot/core/forms.py"
# They change with the clock, the machine or the version of a tool, and say nothing.
_NOISE = (
    *("Project-Id-Version", "Report-Msgid-Bugs-To", "Generated-By"),
    *("POT-Creation-Date", "PO-Revision-Date", "Last-Translator", "Language-Team"),
)


def translations() -> list[Path]:
    """The catalogues of all other languages."""
    return sorted((BOT / "locale").glob("*/LC_MESSAGES/mycel.po"))


def declared() -> Iterator[Sentence]:
    """What the help and the forms make of the names in declarations."""
    for feature in FEATURES:
        yield Sentence("bot/features/help/messages.py", title(feature))
        for command in feature.commands:
            for field in command.fields:
                if field.is_hidden:
                    continue
                yield Sentence(_FORMS, label(field))
                if isinstance(field.kind, Choice):
                    yield from (Sentence(_FORMS, option) for option in field.kind.options)


@cache
def template() -> Catalog:
    """All that can be translated, in the order of the code."""
    catalog = Catalog(charset="utf-8", fuzzy=False)
    for sentence in [*(one for module in modules() for one in module.sentences()), *declared()]:
        if sentence.one:
            ids = (sentence.one, sentence.many) if sentence.many else sentence.one
            catalog.add(ids, locations=[(sentence.file, 0)])
    return catalog


def read(path: Path) -> Catalog:
    """A translation as it is stored; its language is its folder's name."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name, abort_invalid=True)


def written(catalog: Catalog) -> str:
    """A catalogue as a file, the same on every machine and day."""
    file = io.BytesIO()
    write_po(file, catalog, width=118, include_lineno=False, ignore_obsolete=True)
    lines = file.getvalue().decode().splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(tuple(f'"{name}' for name in _NOISE))]
    return "".join(kept[kept.index('msgid ""\n') :])


def merged(path: Path) -> Catalog:
    """A translation with all that is new in the template, and without what is gone."""
    catalog = read(path)
    catalog.update(template(), no_fuzzy_matching=True)
    return catalog


def update() -> None:
    TEMPLATE.write_text(written(template()), encoding="utf-8")
    for path in translations():
        path.write_text(written(merged(path)), encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--update", action="store_true", help="write the template and merge it into the translations")
    if parser.parse_args().update:
        update()
        print(f"Wrote {TEMPLATE} and {', '.join(str(path) for path in translations()) or 'no translation'}.")
    else:
        print(written(template()))
