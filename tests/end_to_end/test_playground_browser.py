"""The playground in a real browser: what a newcomer does on the first day, from /decide to the outcome."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.support.browser import Page, open_browser
from tests.support.served import served_playground

ALL = ("oakland", "nairobi", "bilbao")
SCREENSHOT = Path(__file__).resolve().parents[2] / "docs" / "images" / "playground.png"


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Chrome]:
    browser = open_browser(tmp_path / "profile", 1600, 1080)
    yield browser
    browser.quit()


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    with served_playground(tmp_path) as address:
        yield address


@pytest.fixture
def page(browser: Chrome, address: str) -> Page:
    return Page(browser, address)


def picture(page: Page) -> None:
    """The README's picture, made anew where that is asked for."""
    if os.environ.get("MYCEL_SCREENSHOT"):
        page.browser.execute_script(
            "document.activeElement.blur(); for (const list of document.querySelectorAll('.list')) list.scrollTop = 0"
        )
        SCREENSHOT.parent.mkdir(parents=True, exist_ok=True)
        assert page.browser.save_screenshot(str(SCREENSHOT))


def test_from_decide_to_the_outcome(page: Page) -> None:
    page.click(lambda: page.column("oakland").find_element(By.CSS_SELECTOR, "button.try"))
    hint = page.browser.switch_to.active_element
    assert hint.get_attribute("value") == "/decide Use Signal for alerts --affects nairobi,bilbao"
    hint.send_keys(' --why "The last two alerts reached nobody in Nairobi before noon."', Keys.ENTER)
    page.sees("oakland", "Only Ana can see this")
    assert "Use Signal" not in page.column("nairobi").text

    page.press("oakland", "Open for input")
    for channel in ALL:
        page.sees(channel, "D-1 Use Signal for alerts")
    page.reply("nairobi", "D-1 Use Signal for alerts", "concern: Half of us have no smartphone.")
    page.press("bilbao", "Support")
    for channel in ALL:
        page.sees(channel, "Half of us have no smartphone.")
        page.sees(channel, "1 in support")

    page.say("oakland", "/answer C-1 A phone tree stays for those without one.")
    page.sees("nairobi", "A phone tree stays for those without one.")
    picture(page)
    for _ in range(25):
        if "Input on D-1 closed" in page.column("oakland").text:
            break
        page.move_clock("next")
    for channel in ALL:
        page.sees(channel, "Input on D-1 closed")

    page.say("oakland", "/outcome D-1 adopted-with-changes With a phone tree beside it.")
    for channel in ALL:
        page.sees(channel, "adopted with changes")
        page.sees(channel, "With a phone tree beside it.")
    expect_the_same_after_a_reload(page)
    assert page.problems() == []


def expect_the_same_after_a_reload(page: Page) -> None:
    before = ids(page)
    assert len(before) == len(set(before))
    page.load()
    page.until(lambda: ids(page) == before)


def ids(page: Page) -> list[str]:
    """Of all messages that are shown, read at one moment."""
    script = "return [...document.querySelectorAll('article.message')].map((message) => message.dataset.id)"
    found: list[str] = page.browser.execute_script(script)
    return found


def test_a_record_is_shown_to_the_one_who_asks(page: Page) -> None:
    page.say("oakland", "/decide Meet on Mondays")
    page.sees("oakland", "D-1")
    page.until(lambda: page.column("oakland").find_elements(By.CSS_SELECTOR, "button.record"))
    page.click(lambda: page.column("oakland").find_elements(By.CSS_SELECTOR, "button.record")[-1])
    page.until(lambda: page.column("oakland").text.count("Only Ana can see this") == 2)
    page.speak_as("oakland", "ben")
    assert "Only Ana" not in page.column("oakland").text
    page.speak_as("oakland", "ana")
    assert page.column("oakland").text.count("Only Ana can see this") == 2
    assert page.problems() == []


def test_what_one_says_is_changed_answered_and_taken_back_by_the_keyboard(page: Page) -> None:
    page.say("bilbao", "Helo")
    page.sees("bilbao", "Helo")
    page.box("bilbao").send_keys(Keys.ARROW_UP)
    page.browser.switch_to.active_element.send_keys(Keys.CONTROL, "a")
    page.browser.switch_to.active_element.send_keys("Hello", Keys.SHIFT, Keys.ENTER, Keys.SHIFT, "all", Keys.ENTER)
    page.sees("bilbao", "Hello\nall")
    page.sees("bilbao", "edited")
    page.speak_as("bilbao", "ana")
    page.reply("bilbao", "Hello", "Hello from Oakland")
    page.sees("bilbao", "1 reply")
    page.browser.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert page.browser.switch_to.active_element.text == "Reply in thread"
    page.use("bilbao", "Hello from Oakland", "React")
    page.browser.switch_to.active_element.send_keys(Keys.ENTER)
    page.until(lambda: page.column("bilbao").find_elements(By.CSS_SELECTOR, ".reaction[aria-pressed='true']"))
    page.use("bilbao", "Hello from Oakland", "Delete")
    page.browser.switch_to.active_element.send_keys(Keys.ENTER)
    page.sees("bilbao", "This message was taken back.")
    assert page.problems() == []


def test_a_message_is_logged_as_a_decision(page: Page) -> None:
    page.say("bilbao", "We meet on Tuesdays")
    page.sees("bilbao", "We meet on Tuesdays")
    page.use("bilbao", "We meet on Tuesdays", "Log as decision")
    page.sees("bilbao", "Logged: D-1 We meet on Tuesdays")
    page.say("bilbao", "/show D-1")
    page.sees("bilbao", "Made from a message")
    assert page.problems() == []


def test_a_form_keeps_what_was_typed(page: Page) -> None:
    page.say("oakland", "/propose")
    page.until(lambda: page.browser.find_elements(By.CSS_SELECTOR, "dialog[open]"))
    page.field("title").send_keys("Use Signal for alerts")
    page.browser.find_element(By.CSS_SELECTOR, "dialog summary").click()
    page.field("length").send_keys("5m")
    page.browser.find_element(By.CSS_SELECTOR, "dialog button[type=submit]").click()
    page.until(lambda: page.browser.find_element(By.CSS_SELECTOR, "dialog .problem").text)
    assert page.field("title").get_attribute("value") == "Use Signal for alerts"
    assert page.browser.find_element(By.CSS_SELECTOR, "dialog [aria-invalid='true']").get_attribute("value") == "5m"
    page.browser.switch_to.active_element.send_keys(Keys.ESCAPE)
    page.until(lambda: not page.browser.find_elements(By.CSS_SELECTOR, "dialog"))
    page.say("oakland", "/propose")
    page.until(lambda: page.browser.find_elements(By.CSS_SELECTOR, "dialog[open]"))
    assert page.field("title").get_attribute("value") == "Use Signal for alerts"


def test_a_channel_and_a_person_are_added_and_the_channel_becomes_a_groups_home(page: Page) -> None:
    page.browser.find_element(By.ID, "new-channel").click()
    page.field("title").send_keys("Manchester", Keys.ENTER)
    page.sees("manchester", "belongs to no group yet")
    page.say("manchester", "/group Manchester --tz Europe/London")
    page.sees("manchester", "This channel is a home of Manchester.")
    page.sees("manchester", "London")
    page.speak_as("manchester", "+")
    page.field("name").send_keys("Mo", Keys.ENTER)
    page.until(lambda: page.box("manchester").get_attribute("aria-label") == "Message to Manchester as Mo")
    page.say("manchester", "/decide Meet on Mondays --affects nairobi")
    page.press("manchester", "Open for input")
    page.sees("nairobi", "Mo for Manchester")
    assert page.problems() == []


def test_a_concern_is_answered_with_a_button(page: Page) -> None:
    page.say("oakland", "/propose Use Signal --affects nairobi,bilbao --for 2h")
    page.reply("nairobi", "Use Signal", "concern: Half of us have no smartphone.")
    page.press("oakland", "Answer")
    page.until(lambda: page.browser.find_elements(By.CSS_SELECTOR, "dialog[open]"))
    dialog = page.browser.find_element(By.CSS_SELECTOR, "dialog")
    assert "Answer C-1" in dialog.text
    assert "Half of us have no smartphone." in dialog.text
    page.field("text").send_keys("A phone tree stays.")
    page.browser.find_element(By.CSS_SELECTOR, "dialog button[type=submit]").click()
    page.sees("nairobi", "A phone tree stays.")
    page.press("nairobi", "That resolves it")
    page.sees("oakland", "resolved")


def test_a_reminder_that_is_not_needed_any_more_leaves_nothing(page: Page) -> None:
    page.say("oakland", "/propose Use Signal --affects nairobi --for 10bd")
    page.sees("nairobi", "Use Signal")
    for _ in range(5):  # digests come on the way
        page.move_clock("next")
        if "Nairobi has not been heard" in page.column("nairobi").text:
            break
    page.sees("nairobi", "Nairobi has not been heard")
    page.press("nairobi", "Pass")
    page.until(lambda: "Nairobi has not been heard" not in page.column("nairobi").text)
    assert "taken back" not in page.column("nairobi").text
    assert not page.column("nairobi").find_element(By.CSS_SELECTOR, "button[aria-expanded]").is_displayed()


def test_a_wrong_command_is_answered_to_its_sender_and_stays_to_be_mended(page: Page) -> None:
    page.say("nairobi", "/decied Use Signal")
    page.sees("nairobi", "did you mean “decide”?")
    assert page.box("nairobi").get_attribute("value") == "/decied Use Signal"
    page.speak_as("nairobi", "otieno")
    assert "did you mean" not in page.column("nairobi").text


def test_a_direct_chat_is_there_while_its_person_speaks(page: Page) -> None:
    direct = "@ben"
    page.speak_as("oakland", "ben")
    page.click(lambda: page.column("oakland").find_element(By.CSS_SELECTOR, "button.direct"))
    page.say(direct, "my-digest on")
    page.sees(direct, "What waits for you comes every week on Monday at 09:00.")
    if shot := os.environ.get("MYCEL_SHOT"):
        page.browser.save_screenshot(shot)
    page.speak_as("oakland", "ana")
    page.until(lambda: not page.column(direct).is_displayed())
    for _ in range(8):
        page.move_clock("1d")
    page.speak_as("oakland", "ben")
    page.sees(direct, "You owe nobody an answer.")
    page.click(lambda: page.column(direct).find_element(By.CSS_SELECTOR, "button.direct"))
    page.until(lambda: not page.column(direct).is_displayed())
    page.load()
    assert page.browser.find_elements(By.ID, "channel-@ana") == []
    assert not page.column(direct).is_displayed()
    assert page.problems() == []


def test_on_a_phone_one_channel_fills_the_screen(browser: Chrome, address: str) -> None:
    phone = {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)
    page = Page(browser, address)
    width = browser.execute_script("return [document.documentElement.scrollWidth, innerWidth]")
    assert width == [360, 360]
    seen = {c: page.column(c).rect["width"] for c in ALL}
    assert all(300 <= width <= 360 for width in seen.values())
    page.click(lambda: browser.find_elements(By.CSS_SELECTOR, "#tabs button")[2])
    page.until(lambda: 0 <= page.column("bilbao").rect["x"] <= 60)
    page.until(
        lambda: browser.find_elements(By.CSS_SELECTOR, "#tabs button")[2].get_attribute("aria-current") == "true"
    )


def test_light_and_dark_are_remembered(page: Page) -> None:
    button = page.browser.find_element(By.ID, "theme")
    assert button.text == "Dark"
    button.click()
    page.load()
    assert page.browser.find_element(By.ID, "theme").text == "Light"
    assert page.browser.execute_script("return document.documentElement.dataset.theme") == "dark"
