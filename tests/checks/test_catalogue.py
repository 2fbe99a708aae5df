"""Every sentence goes through the catalogues: none bypasses them, the template is fresh, Spanish is complete."""

import io
import re
import subprocess
import sys
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from bot.app import FEATURES
from bot.core.commands import Command
from bot.core.language import languages
from tests.checks.catalogue import TEMPLATE, merged, read, template, translations, written
from tests.checks.sentences import ROOT, Module, Place, modules

UPDATE = "run: python -m tests.checks.catalogue --update"

NAMED_IN_DECLARATIONS = {
    ("bot/core/forms.py", "label(field)"),
    ("bot/core/forms.py", "option"),
    ("bot/features/help/messages.py", "title(feature)"),
}
"""Texts that are made of names in declarations: the catalogue's `declared` has them all."""

PASSED_ON = {
    ("adapters/matrix/answering.py", "template"),
    ("bot/core/language.py", "template"),
    ("bot/features/circle/commands.py", "template"),
    ("bot/features/network/access.py", "refusal"),
}
"""Parameters to which marked texts are given."""

UNSAID = {
    ("bot/core/durations.py", "'business day'"),
    ("bot/core/durations.py", "'business days'"),
    ("bot/core/durations.py", "'working day'"),
    ("bot/core/durations.py", "'working days'"),
    ("bot/core/delivery.py", "'no answer in time'"),
    ("bot/core/delivery.py", "'a bug: '"),
    ("bot/core/language.py", "'EEE d MMM y'"),
    ("bot/core/language.py", "'%b %Y'"),
    ("bot/features/decisions/tellings.py", "' --review 90d --wording'"),
    ("bot/features/decisions/views.py", "' --review 90d --wording'"),
    ("bot/features/nudges/saying.py", "' --review 90d --wording'"),
    ("bot/features/nudges/views.py", "' --review 90d --wording'"),
    ("bot/features/network/rules.py", "' --tz Africa/Nairobi'"),
}
"""What is typed, logged or a format."""

NOT_IN_CHAT = ("bot/features/transfer/", "bot/features/help/reference.py")
"""Details of an import's report and the English reference page: read in a terminal and in the docs."""


def reviewed(places: list[Place], allowed: set[tuple[str, str]]) -> list[str]:
    return [str(place) for place in places if (place.file, place.source) not in allowed]


def placeholders(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name)


def pairs(catalog: Catalog) -> list[tuple[str, str]]:
    """English and translation, each form of a plural on its own."""
    found: list[tuple[str, str]] = []
    for message in catalog:
        ids = message.id if isinstance(message.id, (list, tuple)) else (message.id,)
        said = message.string if isinstance(message.string, (list, tuple)) else (message.string,)
        if message.id:
            assert len(said) == len(ids), message.id
            found += [(str(one), str(translated or "")) for one, translated in zip(ids, said, strict=True)]
    return found


@pytest.fixture(scope="module")
def code() -> list[Module]:
    return modules()


def test_the_template_is_as_the_code_has_it() -> None:
    assert TEMPLATE.read_text(encoding="utf-8") == written(template()), UPDATE


@pytest.mark.parametrize("path", translations(), ids=lambda path: path.parent.parent.name)
class TestTranslation:
    def test_it_is_merged_with_the_template(self, path: Path) -> None:
        assert path.read_text(encoding="utf-8") == written(merged(path)), UPDATE

    def test_nothing_is_missing_and_nothing_a_guess(self, path: Path) -> None:
        catalog = read(path)
        assert [one for one, said in pairs(catalog) if not said] == []
        assert [message.id for message in catalog if message.id and message.fuzzy] == []

    def test_its_values_are_those_of_the_english(self, path: Path) -> None:
        found = pairs(read(path))
        assert [one for one, said in found if placeholders(one) != placeholders(said)] == []
        # What joins a sentence to its neighbours, and what a person types, stays as it is.
        ends = [((one[0] == " ", one[-1] == ":"), (said[0] == " ", said[-1] == ":")) for one, said in found]
        assert [pair for pair, (first, second) in zip(found, ends, strict=True) if first != second] == []
        assert [one for one, said in found if re.findall(r"--[a-z]+", one) != re.findall(r"--[a-z]+", said)] == []

    def test_it_compiles(self, path: Path) -> None:
        compiled = io.BytesIO()
        write_mo(compiled, read(path))
        assert compiled.tell() > 0
        assert path.parent.parent.name in languages()


def test_the_catalogues_get_literal_texts_only(code: list[Module]) -> None:
    found = [place for module in code for place in module.loose()]
    assert reviewed(found, NAMED_IN_DECLARATIONS | PASSED_ON) == [], "give a literal text, or a constant of mark()"


def test_no_sentence_bypasses_the_catalogues(code: list[Module]) -> None:
    said = [m for m in code if m.file.startswith(("bot/core/", "bot/features/")) and not m.file.startswith(NOT_IN_CHAT)]
    found = [place for module in said for place in module.unmarked()]
    assert reviewed(found, UNSAID) == [], "say it through `words`, or mark() it where it is declared"


def test_english_needs_no_babel() -> None:
    said = "import sys, bot.app; from bot.core.language import Words; print(Words()('Help'), 'babel' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", said], cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["Help", "False"]


def test_declarations_are_in_the_catalogue() -> None:
    known = template()
    for feature in FEATURES:
        for command in feature.commands:
            assert [text for text in described(command) if text not in known] == [], command.name


def described(command: Command) -> list[str]:
    fields = [field.description for field in command.fields if field.description and not field.is_hidden]
    return [command.summary, *fields]


@pytest.mark.parametrize(
    ("source", "loose", "unmarked"),
    [
        ('def f(words): return words(f"Hello {1}")', 1, 0),
        ('def f(words): return words.line("Hello " + name)', 1, 0),
        ("def f(words, said): return words(said)", 1, 0),
        ('def f(): raise UserError(f"There is no {1} here.")', 1, 0),
        ('def f(words): return words.plural("{n} day", many, 2)', 1, 0),
        ('def f(ctx): return ctx.words("Hello")', 0, 0),
        ('KNOWN = {1: mark("Hello you")}\ndef f(words): return words(KNOWN[1])', 0, 0),
        ('def f():\n    said = "Hello you."\n    raise UserError(said)', 0, 0),
        ('def f(): return Text("Hello")', 0, 1),
        ('def f(name): return Bold(f"Hello {name}")', 0, 1),
        ('def f(): return Action("More", "/decisions")', 0, 1),
        ('def f(): return [("Label", "Hello you")]', 0, 1),
        ('def f(): raise LookupError("nobody is here")', 0, 0),
        ('def f(): return Code("/decide TITLE")', 0, 0),
    ],
)
def test_the_reader_sees_what_it_should(source: str, loose: int, unmarked: int) -> None:
    module = Module(ROOT / "bot" / "example.py", source)
    module.with_marked(frozenset(module.constants()))
    assert (len(list(module.loose())), len(list(module.unmarked()))) == (loose, unmarked)
