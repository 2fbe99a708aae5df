"""Reading one PEP-like record, and a folder of them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import UserError
from bot.features.transfer.folder import read_folder
from bot.features.transfer.headers import SUFFIX, is_placeholder
from bot.features.transfer.pep import TEXT_LIMIT, parse_pep
from bot.features.transfer.records import (
    ImportedDecision,
    ImportedLink,
    ImportedPerson,
    Report,
    UnreadableRecord,
)

GARDEN = """\
PEP: 12
Title: Share the ``garden`` shed
Author: Ada Moss <ada@garden.example>,
        Bo Fern, Jr. <bo at garden.example>,
        Cleo Vale
Sponsor: Dee Root <dee@garden.example>
PEP-Delegate: TODO
Discussions-To: https://talk.example/12
Status: Final
Type: Standards Track
Topic: Governance, Tools
Created: 05-Mar-2015
Python-Version: 2.7, 3.5
Post-History: 06-Mar-2015,
              09-Mar-2015
Requires: 7, 8,
          PEP 9
Replaces: 3
Superseded-By: 21
Resolution: `30-Apr-2016 <https://talk.example/12/9>`__

Abstract
========

One shed is enough for *two* gardens, see :pep:`7`
and `the plan <https://plan.example/>`_ [1]_.

.. code-block:: text
   :linenos:

   shed = "one"

Motivation
==========

Rain.

Rejected Ideas
==============

Two sheds
---------

They would cost ``twice`` as much.

Copyright
=========

Nobody's.
"""


def pep(body: str = "Abstract\n========\n\nWords.\n", **fields: str) -> str:
    header = {"PEP": "12", "Title": "A shed", "Author": "Ada", "Status": "Draft", "Created": "2015-03-05"}
    given_fields = {name.replace("_", "-"): value for name, value in fields.items()}
    return "".join(f"{name}: {value}\n" for name, value in (header | given_fields).items()) + "\n" + body


def read(text: str) -> ImportedDecision:
    return parse_pep(text, "pep-0012.rst")


def kinds(decision: ImportedDecision) -> list[str]:
    return [remark.kind for remark in decision.remarks]


def test_a_whole_record_is_read() -> None:
    decision = read(GARDEN)
    assert decision.source == "pep:12"
    assert decision.title == "Share the garden shed"
    assert decision.status == "taken"
    assert decision.created_on == date(2015, 3, 5)
    assert decision.decided_on == date(2016, 4, 30)
    assert decision.resolution == "https://talk.example/12/9"
    assert decision.tags == ("standards-track", "governance", "tools", "python-2.7", "python-3.5")
    assert decision.people == (
        ImportedPerson("Ada Moss", "ada@garden.example", "author"),
        ImportedPerson("Bo Fern, Jr.", "bo@garden.example", "author"),
        ImportedPerson("Cleo Vale", None, "author"),
        ImportedPerson("Dee Root", "dee@garden.example", "sponsor"),
    )
    assert decision.links == (
        ImportedLink("supersedes", "pep:3"),
        ImportedLink("superseded-by", "pep:21"),
        ImportedLink("depends-on", "pep:7"),
        ImportedLink("depends-on", "pep:8"),
        ImportedLink("depends-on", "pep:9"),
    )
    assert [str(remark) for remark in decision.remarks] == ["pep:12: “pep-delegate” is “TODO”; nobody was recorded."]


def test_its_text_becomes_plain() -> None:
    decision = read(GARDEN)
    assert decision.why == (
        'One shed is enough for two gardens, see PEP 7 and the plan (https://plan.example/).\n\n   shed = "one"'
    )
    assert decision.alternatives == "Rejected Ideas:\nTwo sheds\n\nThey would cost twice as much."


@pytest.mark.parametrize(
    ("said", "status", "tags"),
    [
        ("Draft", "proposed", ()),
        ("Deferred", "proposed", ("deferred",)),
        ("Accepted", "taken", ()),
        ("Provisional", "taken", ("provisional",)),
        ("ACTIVE", "taken", ()),
        ("Final", "taken", ()),
        ("Rejected", "withdrawn", ("rejected",)),
        ("Withdrawn", "withdrawn", ("withdrawn",)),
        ("April Fool!", "withdrawn", ("april-fool",)),
        ("Superseded", "superseded", ()),
    ],
)
def test_every_status_has_a_word_of_ours(said: str, status: str, tags: tuple[str, ...]) -> None:
    decision = read(pep(Status=said))
    assert (decision.status, decision.tags, kinds(decision)) == (status, tags, [])


@pytest.mark.parametrize("said", ["", "Simmering"])
def test_an_unknown_status_is_proposed_and_reported(said: str) -> None:
    decision = read(pep(Status=said))
    assert decision.status == "proposed"
    assert kinds(decision) == ["unknown-status"]
    assert f"“{said}”" in str(decision.remarks[0])


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("12-Apr-1999", date(1999, 4, 12)),
        ("2015-03-05", date(2015, 3, 5)),
        ("1 June 2021", date(2021, 6, 1)),
        ("June 1st, 2021", date(2021, 6, 1)),
        ("(07-jul-2001)", date(2001, 7, 7)),
    ],
)
def test_dates_in_their_several_forms(said: str, day: date) -> None:
    decision = read(pep(Created=said))
    assert (decision.created_on, kinds(decision)) == (day, [])


@pytest.mark.parametrize(
    ("said", "day"),
    [("Feb 2000", date(2000, 2, 1)), ("2000", date(2000, 1, 1)), ("about 3-Feb-2000", date(2000, 2, 3))],
)
def test_a_rough_date_is_taken_and_reported(said: str, day: date) -> None:
    decision = read(pep(Created=said))
    assert (decision.created_on, kinds(decision)) == (day, ["unclear-date"])


@pytest.mark.parametrize(
    ("said", "people"),
    [
        ("Ada Moss", [("Ada Moss", None)]),
        ("Ada <ada@x.example>,", [("Ada", "ada@x.example")]),
        ("Ada <ada at x dot example>", [("Ada", "ada@x.example")]),
        ("ada@x.example (Ada Moss)", [("Ada Moss", "ada@x.example")]),
        ("Ada Moss (ada@x.example)", [("Ada Moss", "ada@x.example")]),
        ("<ada@x.example>", [("ada@x.example", "ada@x.example")]),
        ("Bo Fern, Jr. <bo@x.example>, Ada", [("Bo Fern, Jr.", "bo@x.example"), ("Ada", None)]),
        ('"Fern, Bo" <bo@x.example>; Ada', [("Fern, Bo", "bo@x.example"), ("Ada", None)]),
        ("Ada, MD Reed, Pat At Wood", [("Ada", None), ("MD Reed", None), ("Pat At Wood", None)]),
        ("ada at x.example, Bo", [("ada@x.example", "ada@x.example"), ("Bo", None)]),
        ("The core team and community", [("The core team and community", None)]),
    ],
)
def test_people_in_their_several_forms(said: str, people: list[tuple[str, str | None]]) -> None:
    assert [(person.name, person.email) for person in read(pep(Author=said)).people] == people


def test_a_record_without_author_is_kept_and_says_so() -> None:
    decision = read(pep(Author=""))
    assert decision.people == ()
    assert [str(remark) for remark in decision.remarks] == ["pep:12: it names no author."]


@pytest.mark.parametrize(
    "spoilt",
    [
        "\ufeff" + GARDEN,
        GARDEN.replace("\n", "\r\n"),
        GARDEN.replace("        ", "\t"),
        "\n\n" + GARDEN,
        GARDEN.replace("PEP: 12", "PEP :   0012  "),
        GARDEN.replace("\n\nAbstract", "\nAbstract"),
        GARDEN.replace("Status:", "\nStatus:"),
        GARDEN.replace("Motivation", "\x0c\nMotivation"),
    ],
    ids=["BOM", "CRLF", "tabs", "blank lines before", "blanks", "no blank line after", "blank line within", "feeds"],
)
def test_odd_typing_changes_nothing(spoilt: str) -> None:
    assert read(spoilt) == read(GARDEN)


def test_decided_on_is_created_where_no_day_of_resolution_is_given() -> None:
    url = "https://list.example/2016-04-30/1.html"
    assert read(pep(Status="Final", Resolution=url)).decided_on == date(2015, 3, 5)
    assert read(pep(Status="Draft", Resolution="30-Apr-2016")).decided_on is None


def test_a_resolution_before_the_record_is_reported() -> None:
    decision = read(pep(Status="Final", Resolution="`01-Jan-2014 <https://x.example>`__"))
    assert decision.decided_on == date(2015, 3, 5)
    assert kinds(decision) == ["unclear-date"]


def test_strange_header_fields_are_reported() -> None:
    decision = parse_pep(pep(Colour="green", Requires="7 (partly)") + "", "pep-0013.rst")
    assert [remark.detail for remark in decision.remarks] == [
        "“requires” also says “(partly)”, which is no number",
        "its file is called “pep-0013.rst”",
        "the field “colour” was not imported",
    ]


def test_a_repeated_field_is_joined_where_it_is_a_list_and_else_the_first_counts() -> None:
    decision = read("Title: First\nAuthor: Bo\nRequires: 3\n" + pep(Requires="4"))
    assert decision.title == "First"
    assert [person.name for person in decision.people] == ["Bo", "Ada"]
    assert [link.target for link in decision.links] == ["pep:3", "pep:4"]
    assert kinds(decision) == ["strange-header"]


def test_how_it_ended_stands_with_the_reasoning() -> None:
    body = "Rejection Notice\n----------------\n\nToo wet.\n\nAbstract\n--------\n\nWords.\n"
    assert read(pep(body)).why == "Words.\n\nRejection Notice: Too wet."


def test_without_an_abstract_the_first_section_is_the_reasoning() -> None:
    body = "Note\n====\n\nOld.\n\nIntroduction\n============\n\nHello.\n\nMore\n====\n\nLater.\n"
    assert read(pep(body)).why == "Hello."


def test_old_plain_text_records_have_headings_too() -> None:
    body = "Abstract\n\n    Words, and\n    more.\n\nMotivation\n\n    Rain.\n"
    assert read(pep(body)).why == "Words, and more."


def test_a_record_without_text_is_kept_and_says_so() -> None:
    decision = read(pep(".. _target: https://x.example\n"))
    assert (decision.why, kinds(decision)) == ("", ["no-reasoning"])


def test_a_long_text_is_cut_and_the_rest_pointed_to() -> None:
    decision = read(pep("Abstract\n========\n\n" + "word " * 3_000 + "\n\nRejection\n=========\n\nToo wet.\n"))
    assert len(decision.why) <= TEXT_LIMIT
    assert " … (more in pep-0012.rst)\n\nRejection: Too wet." in decision.why


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "does not begin with a header"),
        ("Dear all,\n\nhello", "does not begin with a header"),
        ("Title: x\nCreated: 2015-03-05\n", "has a PEP number"),
        ("PEP: 1\nCreated: 2015-03-05\n", "no Title"),
        ("PEP: 1\nTitle: x\n", "no Created"),
        ("PEP: 1\nTitle: x\nCreated: 31-Feb-2015\n", "“31-Feb-2015”"),
    ],
)
def test_what_is_no_record_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(UnreadableRecord, match=reason) as refusal:
        parse_pep(text, "notes.txt")
    assert str(refusal.value.report()).startswith("notes.txt was not imported: ")


FIELDS = ("PEP: 1", "Title: x", "Created: 2015-03-05", "Author: ", "Requires: ", "Status: ", "Resolution: ")
MARKUP = ("=====", "Abstract", ".. note:: ", "::", "`", "*", "<", ">", "(", "_", "[1]_", "- ", ":pep:`")
SPACING = ("\n", "\n", "\r", "\t", "  ", "\x00", ",", "9")
MARKS = st.sampled_from((*FIELDS, *MARKUP, *SPACING))
RECORD_LIKE = st.lists(MARKS | st.text(max_size=8), max_size=60).map("".join)


@given(st.text() | RECORD_LIKE | RECORD_LIKE.map(lambda text: GARDEN + text) | RECORD_LIKE.map(pep))
def test_any_text_is_read_or_refused(text: str) -> None:
    outcome = parse_or_report(text)
    if isinstance(outcome, Report):
        assert "\n" not in str(outcome)
        return
    assert outcome.source.startswith("pep:")
    assert outcome.title
    assert len(outcome.why) <= TEXT_LIMIT
    assert len(outcome.alternatives) <= TEXT_LIMIT
    assert "\x00" not in outcome.title + outcome.why + outcome.resolution
    assert all("\n" not in str(remark) for remark in outcome.remarks)


def parse_or_report(text: str) -> ImportedDecision | Report:
    try:
        return parse_pep(text, "some.txt")
    except UnreadableRecord as refusal:
        return refusal.report()


WORD = st.from_regex(r"[A-Z][a-zàéłö]{1,8}", fullmatch=True).filter(lambda word: not is_placeholder(word))
NAME = st.lists(WORD, min_size=1, max_size=3).map(" ".join).filter(lambda name: not SUFFIX.match(name))
MAIL = st.none() | st.from_regex(r"[a-z]{1,8}@[a-z]{1,8}\.example", fullmatch=True)
PERSON = st.builds(ImportedPerson, NAME, MAIL, st.just("author"))
NUMBERS = st.lists(st.integers(1, 9_999), unique=True, max_size=4)


@given(
    number=st.integers(0, 99_999),
    title=st.lists(WORD, min_size=1, max_size=8).map(" ".join),
    people=st.lists(PERSON, min_size=1, max_size=5, unique=True),
    created=st.dates(),
    needed=NUMBERS,
    replaced=NUMBERS,
    separator=st.sampled_from([", ", ",\n  ", ",\n\t\t", " , "]),
)
def test_a_header_comes_back_as_it_was_written(
    number: int,
    title: str,
    people: list[ImportedPerson],
    created: date,
    needed: list[int],
    replaced: list[int],
    separator: str,
) -> None:
    written = [f"{person.name} <{person.email}>" if person.email else person.name for person in people]
    decision = read(
        pep(
            PEP=str(number),
            Title=title,
            Author=separator.join(written),
            Created=created.isoformat(),
            Requires=separator.join(map(str, needed)),
            Replaces=separator.join(f"PEP {n}" for n in replaced),
        )
    )
    assert (decision.source, decision.title, decision.created_on) == (f"pep:{number}", title, created)
    assert decision.people == tuple(people)
    assert {str(link) for link in decision.links} == {
        *(f"depends on pep:{n}" for n in needed),
        *(f"supersedes pep:{n}" for n in replaced),
    }


def test_a_folder_is_read_by_number_and_an_unreadable_file_does_not_stop_it(tmp_path: Path) -> None:
    (tmp_path / "pep-0010.rst").write_text(pep(PEP="10", Status="Odd"), encoding="utf-8")
    (tmp_path / "pep-9.txt").write_text(pep(PEP="9"), encoding="utf-8")
    (tmp_path / "pep-0011.rst").write_bytes(b"PEP: 11\nTitle: caf\xe9\n")
    (tmp_path / "pep-0012.rst").mkdir()
    (tmp_path / "pep-0013.rst").write_text("hello", encoding="utf-8")
    (tmp_path / "README.rst").write_text("not a record", encoding="utf-8")
    items = list(read_folder(tmp_path))
    assert [item.source for item in items] == [
        "pep:9",
        "pep:10",
        "pep:10",
        "pep-0011.rst",
        "pep-0012.rst",
        "pep-0013.rst",
    ]
    assert [item.kind for item in items if isinstance(item, Report)] == ["unknown-status", *["unreadable"] * 3]
    assert str(items[3]) == "pep-0011.rst was not imported: it is not UTF-8 (byte 18)."


def test_a_single_file_of_any_name_is_read(tmp_path: Path) -> None:
    file = tmp_path / "shed.txt"
    file.write_text("\ufeff" + pep(), encoding="utf-8")
    assert [item.source for item in read_folder(file)] == ["pep:12"]


def test_reading_takes_one_file_at_a_time(tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / f"pep-{number:04}.rst").write_text(pep(PEP=str(number)), encoding="utf-8")
    items = read_folder(tmp_path)
    assert next(items).source == "pep:1"
    (tmp_path / "pep-0002.rst").unlink()
    assert [str(item) for item in items] == ["pep-0002.rst was not imported: No such file or directory."]


def test_nothing_to_read_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There is no file or folder"):
        read_folder(tmp_path / "absent")
    (tmp_path / "peps").mkdir()
    (tmp_path / "peps" / "pep-0001.rst").write_text(pep(), encoding="utf-8")
    with pytest.raises(UserError, match="has no PEP files") as refusal:
        read_folder(tmp_path)
    assert refusal.value.example == f"mycel import pep {tmp_path / 'peps'}"
