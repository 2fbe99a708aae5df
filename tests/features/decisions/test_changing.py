"""edit, redact, review, people who become one or go; and the protocol of notice."""

import sqlite3
from pathlib import Path

import pytest

from bot.core.context import Context
from bot.core.events import Fact, IdentityLinked, PersonForgotten
from bot.core.language import Words
from bot.core.replies import Invalid
from bot.features.decisions import FEATURE
from storage import decisions, directory
from storage import people as person_store
from storage.network_tables import people
from storage.work import Tx
from tests.features.decisions.conftest import give_role
from tests.support.house import House, plain


async def publish(house: House, fact: Fact) -> None:
    """What another feature says has happened."""

    def tell(tx: Tx) -> None:
        network = directory.network(tx.db, 1)
        subscribers = house.dispatch.registry.subscribers
        ctx = Context(tx.db, tx.now, tx.now, house.new_id, network, Words(), subscribers=subscribers)
        ctx.publish(fact)
        ctx.flush()

    await house.work.write(1, tell)
    await house.deliverer.drain()


async def person_id(house: House, name: str) -> int:
    return await house.work.read(lambda tx: tx.db.execute(people.select().where(people.c.name == name)).one().id)


def file_after_checkpoint(path: Path) -> bytes:
    """The bytes of a SQLite file with all that its log has, in lower case."""
    db = sqlite3.connect(path)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return path.read_bytes().lower()


async def test_an_edit_keeps_what_it_said_before(house: House) -> None:
    await house.say("oakland", "ana", "/decide Use Signal --why first --tags phones")
    house.clock.move(days=1)
    answer = plain(await house.say("oakland", "ben", "/edit D-1 --why second --note clearer --title Use Signal now"))
    assert answer == "D-1 is changed (version 2). “show” has the earlier ones."
    await house.say("oakland", "ana", "/edit D-1 --alternatives Matrix --review 30d")
    shown = plain(await house.say("nairobi", "otieno", "/show D-1"))
    assert shown.startswith("D-1 Use Signal now")
    assert "second" in shown
    assert "Alternatives considered\nMatrix" in shown
    assert "Version 1, until Tue 3 Nov 2026" in shown
    assert "> first" in shown
    assert "clearer" in shown
    assert "Tags: phones" in shown
    assert "D-1 Use Signal now" in house.shown("oakland")
    assert "first" not in house.shown("oakland")
    assert "D-1" in plain(await house.say("oakland", "ana", "/decisions second matrix"))
    assert "D-1" not in plain(await house.say("oakland", "ana", "/decisions first"))


async def test_an_edit_is_by_the_deciding_group_and_changes_something(house: House) -> None:
    await house.say("oakland", "ana", "/decide Use Signal --why first")
    assert "who wrote it" in plain(await house.say("nairobi", "otieno", "/edit D-1 --why x"))
    assert "changes nothing" in plain(await house.say("oakland", "ana", "/edit D-1 --why first"))
    assert "version 1" not in plain(await house.say("oakland", "ana", "/show D-1")).lower()


async def test_a_redaction_reaches_every_copy(house: House, sqlite_url: str) -> None:
    words = "xylophone quetzal zugzwang marzipan"
    xylophone, quetzal, zugzwang, marzipan = words.split()
    typed = (
        f"/decide Old {xylophone} --why {quetzal} --taken-by {zugzwang} --tags {marzipan} --tell nairobi --review 30d"
    )
    await house.say("oakland", "ana", typed)
    await house.say("oakland", "ana", "/edit D-1 --why because --title New xylophone --note quetzal")
    await house.say("oakland", "ana", "/decide Newer --supersedes D-1")
    await house.say("bilbao", "iker", "/decide Bilbao's --supersedes D-2")
    await house.say("bilbao", "iker", "/link D-3 amends D-1")
    everywhere = [house.shown(c) for c in ("oakland", "nairobi")]
    assert all("xylophone" in shown for shown in everywhere)
    assert "This is for the person who wrote it" in plain(await house.say("nairobi", "otieno", "/redact D-1"))
    await house.say("bilbao", "zoe", "hi")
    await give_role(house, "Zoe", "steward")
    assert "The words of D-1 are gone" in plain(await house.say("bilbao", "zoe", "/redact D-1"))
    house.clock.move(days=31)
    await house.clockwork.fire_due()
    await house.deliverer.drain()
    for text in [
        *(house.shown(c) for c in ("oakland", "nairobi", "bilbao")),
        *[plain(await house.say("oakland", "ana", f"/show D-{n}")) for n in (1, 2, 3)],
        plain(await house.say("oakland", "ana", "/decisions")),
        plain(await house.say("oakland", "ana", "/decisions xylophone")),
        plain(await house.say("oakland", "ana", "/decisions --tag marzipan")),
    ]:
        assert not [word for word in words.split() if word in text], text
    assert "D-1 (redacted)" in plain(await house.say("oakland", "ana", "/show D-2"))
    assert "already" in plain(await house.say("oakland", "ana", "/redact D-1"))
    assert "nothing left to edit" in plain(await house.say("oakland", "ana", "/edit D-1 --why again"))
    await house.work.close()
    kept = file_after_checkpoint(Path(sqlite_url.removeprefix("sqlite:///")))
    assert not [word for word in words.split() if word.encode() in kept]
    assert b"newer" in kept


async def test_a_review_comes_back_to_its_group_once(house: House) -> None:
    await house.say("oakland", "ana", "/decide Use Signal --review 30d")
    await house.wait(days=29)
    assert "look again" not in house.shown("oakland")
    await house.wait(days=2)
    shown = house.shown("oakland")
    assert "Time to look again at D-1 Use Signal" in shown
    assert "late" not in shown
    assert "[Keep it for another 90 days] /edit D-1 --review 90d --wording" in shown
    await house.say("oakland", "ana", "/edit D-1 --review 90d --wording")
    await house.wait(days=91)
    assert house.shown("oakland").count("Time to look again") == 2
    await house.wait(days=200)
    assert house.shown("oakland").count("Time to look again") == 2
    assert house.shown("nairobi") == ""


async def test_a_review_that_was_missed_comes_late_and_says_so(house: House) -> None:
    await house.say("oakland", "ana", "/decide Use Signal --review 30d")
    house.clock.move(days=30, hours=10)
    await house.clockwork.fire_due()
    await house.wait(minutes=10)
    assert "(This comes late by 10 h: Mycel was not running.)" in house.shown("oakland")


async def test_a_review_waits_for_the_working_hours_of_its_group(house: House) -> None:
    await house.say("oakland", "ana", "/decide Use Signal --review 30d")
    await house.wait(days=30)  # Wednesday, 01:00 in Oakland
    assert "look again" not in house.shown("oakland")
    await house.wait(hours=8, minutes=10)
    assert house.shown("oakland").count("look again") == 1
    assert "late" not in house.shown("oakland")


@pytest.mark.parametrize("ended", ["/decide Newer --supersedes D-1", "/redact D-1", "/undo D-1"])
async def test_what_is_over_is_not_reviewed(house: House, ended: str) -> None:
    await house.say("oakland", "ana", "/decide Use Signal --review 30d")
    await house.say("oakland", "ana", ended)
    await house.wait(days=40)
    assert "look again" not in house.shown("oakland")


async def test_a_review_that_is_moved_comes_at_its_new_time_only(house: House) -> None:
    await house.say("oakland", "ana", "/decide Use Signal --review 30d")
    await house.say("oakland", "ana", "/edit D-1 --review 60d")
    await house.wait(days=59)
    assert "look again" not in house.shown("oakland")
    await house.wait(days=6)  # over New Year and a weekend
    assert house.shown("oakland").count("look again") == 1


async def test_two_accounts_of_one_person_share_what_they_wrote(house: House) -> None:
    await house.say("oakland", "ana", "/decide Use Signal")
    await house.say("oakland", "ana", "/decide Other --affects nairobi")
    await house.say("oakland", "ana2", "hello")
    new, old = await person_id(house, "Ana2"), await person_id(house, "Ana")
    await publish(house, IdentityLinked(about="", person_id=new, from_id=old))
    assert "by Ana2" in plain(await house.say("oakland", "ben", "/show D-1"))
    assert "Only you see this" in plain(await house.say("oakland", "ana2", "/draft 1"))
    assert "taken back" in plain(await house.say("oakland", "ana2", "/undo"))


async def test_who_is_forgotten_leaves_their_groups_decisions_and_no_draft(house: House) -> None:
    await house.say("oakland", "ana", "/decide Use Signal")
    await house.say("oakland", "ana", "/decide Other --affects nairobi")
    ana = await person_id(house, "Ana")
    await publish(house, PersonForgotten(about="", person_id=ana))
    assert "There is no draft 1" in plain(await house.say("oakland", "ana", "/draft 1"))
    assert await house.work.read(lambda tx: decisions.find(tx.db, 1, 1)) is not None
    assert "D-1 Use Signal" in house.shown("oakland")
    assert "D-1" in plain(await house.say("oakland", "ben", "/decisions --by ana"))
    await house.work.write(1, lambda tx: person_store.forget(tx.db, 1, ana, "someone who left", tx.now))
    await house.wait(minutes=1)
    assert "Nothing fits" in plain(await house.say("oakland", "ben", "/decisions --by ana"))
    assert "D-1" in plain(await house.say("oakland", "ben", "/decisions --by someone"))


async def test_the_protocol_is_changed_by_a_steward_and_that_is_a_decision(house: House) -> None:
    before = plain(await house.say("oakland", "ana", "/protocol"))
    assert "Affects other groups: " in before
    assert "for stewards" in plain(await house.say("oakland", "ana", "/protocol set affects-others 5bd"))
    await give_role(house, "Ana", "steward")
    answer = plain(await house.say("oakland", "ana", '/protocol set affects-others 5bd --why "ten were too long"'))
    assert "It is logged as D-1." in answer
    assert "ten were too long" in house.shown("oakland")
    assert "(decided in D-1)" in plain(await house.say("nairobi", "otieno", "/protocol"))
    preview = plain(await house.say("nairobi", "otieno", "/decide X --affects bilbao"))
    assert "until Mon 9 Nov 2026" in preview
    assert "set a rule" in plain(await house.say("oakland", "ana", "/undo D-1"))
    assert "set a rule" in plain(await house.say("oakland", "ben", "/decide No rules --supersedes D-1"))


async def test_without_notice_those_affected_are_told(house: House) -> None:
    await house.say("oakland", "ana", "hello")
    await give_role(house, "Ana", "steward")
    await house.say("oakland", "ana", "/protocol set affects-others none")
    assert "Logged: D-2 X" in plain(await house.say("nairobi", "otieno", "/decide X --affects bilbao"))
    assert "Nairobi lets you know:\nD-2 X" in house.shown("bilbao")
    assert "3 days" in plain(await house.say("nairobi", "otieno", "/decide Y --affects bilbao --reversible"))


@pytest.mark.parametrize(
    "typed", ["set", "set affects-others", "set affects-others soon", "set affects-others 2027-01-01"]
)
async def test_a_rule_that_is_none_is_refused(house: House, typed: str) -> None:
    await house.say("oakland", "ana", "hello")
    await give_role(house, "Ana", "steward")
    assert isinstance(await house.say("oakland", "ana", f"/protocol {typed}"), Invalid)
    assert "decided in" not in plain(await house.say("oakland", "ana", "/protocol"))


def test_every_view_and_deadline_is_declared() -> None:
    shown = {"decision_card", "review_due", "link_asked", "link_answered"}
    assert set(FEATURE.views) == shown | {"decision_ending", "decision_ended", "group_affected", "carried_out_asked"}
    due = {"decision_review", "name_forgotten", "words_forgotten", "link_unanswered"}
    assert set(FEATURE.deadlines) == due | {"decision_ending", "decision_ends", "carried_out"}
