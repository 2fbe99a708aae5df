"""What people do in Slack and what they see: forms, shortcuts, mentions, messages that change, App Home."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from storage import decision_sources
from storage import slack as installed
from tests.adapters.contract.slack import SlackStage
from tests.adapters.contract.test_dialogues import open_window, record
from tests.support.slack import payloads
from tests.support.slack.faults import How
from tests.support.slack.world import ResponseUrl


async def decisions(stage: SlackStage) -> list[str]:
    return [title for _, title, *_ in (await record(stage))["decisions"]]


async def seen(stage: SlackStage, who: str, channel: str) -> str:
    """The last thing that only they see."""
    await stage.mycel.settled()
    return stage.people[who].sees(stage.channels[channel])[-1].text


async def test_a_bare_command_is_a_form_whose_answer_comes_where_it_was_typed(stage: SlackStage) -> None:
    ana, oakland = stage.people["ana"], stage.channels["oakland"]
    await ana.types(oakland, "/decide")
    assert "Use Signal" not in ana.modal_text
    assert "The same as text: `/decide TITLE" in ana.modal_text
    await ana.submits(title="Use Signal", why="The alerts reached nobody.")
    assert ana.modal is None
    assert "D-1" in await seen(stage, "ana", "oakland")
    assert await decisions(stage) == ["Use Signal"]


async def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(stage: SlackStage) -> None:
    ana, oakland = stage.people["ana"], stage.channels["oakland"]
    await ana.types(oakland, "/decide")
    await ana.submits(title="Use Signal", review="some day")
    assert ana.modal is not None
    [(field, said)] = ana.modal.errors.items()
    assert field == "f:review"
    assert "some day" in said
    await ana.submits(review="90d")
    assert ana.modal is None
    assert await decisions(stage) == ["Use Signal"]


async def test_what_no_field_is_to_blame_for_stands_over_the_form(stage: SlackStage) -> None:
    ana, oakland = stage.people["ana"], stage.channels["oakland"]
    await ana.types(oakland, "/propose")
    await ana.submits(title="Use Signal")
    assert ana.modal is not None
    assert "Nobody else is affected" in ana.modal_text
    assert "Title: <Use Signal>" in ana.modal_text
    await ana.submits(Affects=["Nairobi"])
    assert await decisions(stage) == ["Use Signal"]


async def test_a_form_that_cannot_be_opened_is_told_in_words(stage: SlackStage) -> None:
    stage.slack.faults.add("views.open", How.REFUSED, error="expired_trigger_id")
    ana, oakland = stage.people["ana"], stage.channels["oakland"]
    await ana.types(oakland, "/decide")
    assert "Write it in one message: `/decide TITLE" in await seen(stage, "ana", "oakland")


async def test_a_message_becomes_a_decision(stage: SlackStage) -> None:
    ben, ana, oakland = stage.people["ben"], stage.people["ana"], stage.channels["oakland"]
    message = await ben.says(oakland, "Let us paint the door red & blue\nIt is <ugly>.")
    await ana.runs_shortcut("Log as decision", oakland, message)
    await stage.mycel.settled()
    assert "Let us paint the door red & blue" in ana.modal_text
    await ana.submits()
    await stage.mycel.settled()
    [decided] = (await record(stage))["decisions"]
    assert decided[1:3] == ("Let us paint the door red & blue", "Let us paint the door red & blue\nIt is <ugly>.")
    source = await stage.work.read(lambda tx: decision_sources.find(tx.db, 1, 1))
    assert source is not None
    assert (source.message_id, source.text) == (message.ts, "Let us paint the door red & blue\nIt is <ugly>.")
    await ben.deletes(oakland, message)
    await stage.mycel.settled()
    gone = await stage.work.read(lambda tx: decision_sources.find(tx.db, 1, 1))
    assert gone is not None
    assert gone.text == ""


async def test_somebody_else_s_words_in_a_private_channel_are_not_put_into_the_form(stage: SlackStage) -> None:
    stage.channels["oakland"].kind = "group"
    ben, ana, oakland = stage.people["ben"], stage.people["ana"], stage.channels["oakland"]
    message = await ben.says(oakland, "Between us: I am ill.")
    await ana.runs_shortcut("Log as decision", oakland, message)
    await stage.mycel.settled()
    assert "ill" not in ana.modal_text


async def test_a_message_in_a_window_s_thread_becomes_a_concern_on_it(stage: SlackStage) -> None:
    await open_window(stage)
    wanjiku, nairobi = stage.people["wanjiku"], stage.channels["nairobi"]
    said = await wanjiku.says(nairobi, "half of us have no smartphone", await stage.root("nairobi", "D-1"))
    await stage.mycel.settled()
    await wanjiku.runs_shortcut("Raise as concern", nairobi, said)
    await stage.mycel.settled()
    await wanjiku.submits()
    assert "C-2" in await seen(stage, "wanjiku", "nairobi")
    given = [(kind, text) for _, kind, text, *_ in (await record(stage))["contributions"]]
    assert ("concern", "half of us have no smartphone") in given


async def test_in_threads_a_mention_does_what_slash_commands_cannot(stage: SlackStage) -> None:
    ana, oakland = stage.people["ana"], stage.channels["oakland"]
    root = await ana.says(oakland, "Shall we?")
    await ana.mentions(oakland, "decide Meet on Tuesdays", root.ts)
    assert "D-1" in await seen(stage, "ana", "oakland")
    assert ana.sees(oakland)[-1].thread == root.ts
    await ana.mentions(oakland, "decide", root.ts)
    await stage.mycel.settled()
    assert await decisions(stage) == ["Meet on Tuesdays", "Shall we?"]


async def test_a_bare_mention_has_a_button_for_the_form(stage: SlackStage) -> None:
    ana, oakland = stage.people["ana"], stage.channels["oakland"]
    await ana.mentions(oakland, "decide")
    assert "Open the form" in (await seen(stage, "ana", "oakland"))
    await ana.presses(oakland, ana.sees(oakland)[-1], "Open the form")
    await stage.mycel.settled()
    await ana.submits(title="From the form")
    await stage.mycel.settled()
    assert await decisions(stage) == ["From the form"]


async def test_alone_with_mycel_commands_need_no_slash(stage: SlackStage) -> None:
    await stage.say("oakland", "ana", "/decide Meet on Tuesdays")
    ana = stage.people["ana"]
    await ana.says(ana.direct(), "show D-1")
    await stage.mycel.settled()
    assert "Meet on Tuesdays" in stage.team.shown(ana.direct())[-1].text


async def test_replies_that_change_are_followed_and_others_are_not_touched(stage: SlackStage) -> None:
    await open_window(stage)
    wanjiku, nairobi = stage.people["wanjiku"], stage.channels["nairobi"]
    root = await stage.root("nairobi", "D-1")
    shared = await wanjiku.says(nairobi, "data: see", root, subtype="file_share", files=[{"name": "survey.pdf"}])
    spread = await wanjiku.says(nairobi, "support: yes", root, subtype="thread_broadcast")
    await stage.mycel.settled()
    given = {kind: text for _, kind, text, *_ in (await record(stage))["contributions"]}
    assert given == {"data": "see\n📎 survey.pdf", "support": "yes"}
    await wanjiku.edits(nairobi, spread, "support: yes, gladly")
    await wanjiku.deletes(nairobi, shared)
    await stage.mycel.settled()
    kept = [(kind, text, is_gone) for _, kind, text, _, _, _, is_gone in (await record(stage))["contributions"]]
    assert kept == [("data", "", True), ("support", "yes, gladly", False)]


async def test_other_bots_and_channels_that_are_nobody_s_leave_no_trace(stage: SlackStage) -> None:
    await open_window(stage)
    root, nairobi = await stage.root("nairobi", "D-1"), stage.channels["nairobi"]
    wanjiku, otieno = stage.people["wanjiku"], stage.people["otieno"]
    await wanjiku.says(nairobi, "concern: beep", root, subtype="bot_message", bot_id="B999")
    lobby = stage.team.channel("lobby", otieno)
    message = await otieno.says(lobby, "hello")
    await otieno.reacts(lobby, message.ts, "👍")
    await stage.mycel.settled()
    found = await record(stage)
    assert found["contributions"] == []
    known = await stage.work.read(lambda tx: installed.known_accounts(tx.db, [stage.team.id], [otieno.id]))
    assert known == {}


async def test_what_is_said_in_a_private_channel_stays_there_until_its_author_lets_it_out(stage: SlackStage) -> None:
    stage.channels["nairobi"].kind = "group"
    await open_window(stage)
    await stage.say("nairobi", "wanjiku", "concern: half of us have no smartphone", "D-1")
    wanjiku, nairobi = stage.people["wanjiku"], stage.channels["nairobi"]
    assert "Let the words out" in wanjiku.sees(nairobi)[-1].buttons
    await stage.wait(seconds=10)
    assert "smartphone" not in "\n".join(await stage.shown("oakland", "D-1"))
    await stage.press("nairobi", "wanjiku", "Let the words out")
    await stage.wait(seconds=10)
    assert "> half of us have no smartphone" in "\n".join(await stage.shown("oakland", "D-1"))


async def test_a_mention_in_a_private_channel_stays_there_too(stage: SlackStage) -> None:
    stage.channels["nairobi"].kind = "group"
    await open_window(stage)
    wanjiku, nairobi = stage.people["wanjiku"], stage.channels["nairobi"]
    await wanjiku.mentions(
        nairobi, "input D-1 concern half of us have no smartphone", await stage.root("nairobi", "D-1")
    )
    await stage.mycel.settled()
    await stage.wait(seconds=10)
    assert (await record(stage))["contributions"]
    assert "smartphone" not in "\n".join(await stage.shown("oakland", "D-1"))


async def test_home_shows_what_is_open_and_its_buttons_work(stage: SlackStage) -> None:
    await open_window(stage)
    await stage.say("oakland", "ana", "/decide Meet on Tuesdays")
    ana = stage.people["ana"]
    await ana.opens_home()
    await stage.mycel.settled()
    assert "Open for input" in ana.home.text
    assert "Use Signal for alerts" in ana.home.text
    assert "Decisions of Oakland" in ana.home.text
    assert "Invite another workspace" not in ana.home.buttons
    await ana.presses_in_view("Log a decision")
    await stage.mycel.settled()
    await ana.submits(title="From home", **{"As group": "Oakland"})
    await stage.mycel.settled()
    assert "From home" in await decisions(stage)
    assert "D-3" in stage.team.shown(ana.direct())[-1].text
    await ana.presses_in_view("All commands")
    await stage.mycel.settled()
    assert "/mycel help" in ana.modal_text or "decide" in ana.modal_text


async def test_mycel_says_hello_and_how_to_begin(stage: SlackStage) -> None:
    otieno = stage.people["otieno"]
    lobby = stage.team.channel("lobby", otieno, is_in=False)
    await otieno.invites_the_app(lobby)
    await stage.mycel.settled()
    assert "`/mycel group NAME --tz Area/City`" in stage.team.shown(lobby)[-1].text


async def test_a_private_home_without_mycel_asks_to_invite_it(stage: SlackStage) -> None:
    stage.slack.world.channels[stage.channels["oakland"].id].kind = "group"
    stage.channels["oakland"].members.discard(stage.team.bot)
    await stage.say("oakland", "ana", "/mycel whoami")
    await stage.mycel.settled()
    assert "/invite @Mycel" in stage.people["ana"].sees(stage.channels["oakland"])[-1].text


async def test_who_is_given_a_role_is_chosen_by_account(stage: SlackStage) -> None:
    await stage.say("oakland", "ben", "hello there")
    await stage.say("oakland", "ben", "/mycel whoami")
    answer = await stage.say("oakland", "ana", "/mycel roles @ben facilitator")
    assert "steward" in answer  # ana may not; but it was understood whom she meant
    assert "knows nobody" not in answer


async def test_an_answer_that_a_restart_lost_is_given_once_the_event_comes_again(stage: SlackStage) -> None:
    ana, oakland = stage.people["ana"], stage.channels["oakland"]
    await ana.mentions(oakland, "decide Meet on Tuesdays")
    await stage.mycel.settled()
    [mention] = [s for s in stage.slack.outgoing.sent if s.payload.get("event", {}).get("type") == "app_mention"]
    before = len(ana.sees(oakland))
    await stage.slack.outgoing.event(mention.payload)
    await stage.mycel.settled()
    assert len(ana.sees(oakland)) == before
    stage.mycel.apps[0]._handling._answered.clear()  # as after a restart
    await stage.slack.outgoing.event(mention.payload)
    assert "Done, as D-1." in await seen(stage, "ana", "oakland")
    assert await decisions(stage) == ["Meet on Tuesdays"]


async def test_a_home_that_mycel_is_taken_out_of_is_kept_as_lost_until_it_comes_back(stage: SlackStage) -> None:
    oakland, world = stage.channels["oakland"], stage.slack.world

    async def state() -> str:
        await stage.mycel.settled()
        bound = await stage.work.read(lambda tx: installed.bound_channels(tx.db))
        return next(channel.state for channel in bound if channel.remote_id == oakland.id)

    left = {"type": "channel_left", "channel": oakland.id, "event_ts": world.ts()}
    await stage.slack.outgoing.event(payloads.event(world, stage.team.workspace, left, oakland))
    assert await state() == "lost"
    await stage.people["ben"].invites_the_app(oakland)
    assert await state() == "active"


async def test_who_leaves_a_home_is_no_member_of_the_group_any_more(stage: SlackStage) -> None:
    await stage.say("oakland", "ben", "hello")
    ben, oakland, world = stage.people["ben"], stage.channels["oakland"], stage.slack.world
    answer = await stage.say("oakland", "ben", "/mycel whoami")
    assert "Oakland" in answer
    left = {"type": "member_left_channel", "user": ben.id, "channel": oakland.id, "channel_type": "C"}
    stage.slack.tell(world, oakland, {**left, "team": stage.team.id, "event_ts": world.ts()})
    await stage.mycel.settled()
    await ben.says(ben.direct(), "whoami")
    await stage.mycel.settled()
    assert "Oakland" not in stage.team.shown(ben.direct())[-1].text


async def test_somebody_of_whom_slack_tells_no_zone_is_served_like_anybody(stage: SlackStage) -> None:
    nils, oakland = stage.team.person("nils", None), stage.channels["oakland"]
    oakland.members.add(nils.id)
    stage.people["nils"] = nils
    assert "D-1" in await stage.say("oakland", "nils", "/decide Meet on Tuesdays")
    assert "Nils" in await stage.say("oakland", "nils", "/mycel whoami")


@pytest.mark.parametrize("is_used_up", [True, False])
async def test_an_answer_whose_address_is_used_up_or_over_comes_another_way(
    stage: SlackStage, *, is_used_up: bool
) -> None:
    """Five uses, half an hour."""
    await stage.say("oakland", "ana", "/propose One newsletter --affects bilbao --for 10bd")
    found = stage.slack.world.response_urls

    def spend(url: ResponseUrl) -> ResponseUrl:
        return replace(url, uses=5) if is_used_up else replace(url, ends_at=0)

    stage.slack.world.response_urls = Spent(found, spend)
    answer = await stage.press("bilbao", "iker", "Pass", about="D-1")
    assert "D-1" in answer
    assert stage.slack.called("chat.postEphemeral")


class Spent(dict[str, ResponseUrl]):
    """Addresses that are of no use by the time they come."""

    def __init__(self, known: dict[str, ResponseUrl], spend: Callable[[ResponseUrl], ResponseUrl]) -> None:
        super().__init__(known)
        self._spend = spend

    def __setitem__(self, key: str, url: ResponseUrl) -> None:
        super().__setitem__(key, self._spend(url))
