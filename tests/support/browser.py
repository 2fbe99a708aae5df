"""Headless Chromium for tests, and the playground's page as a person uses it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException, TimeoutException
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select, WebDriverWait

T = TypeVar("T")

PATIENCE_S = 15
_QUIET = (
    "--headless=new",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
)


def open_browser(profile: Path, width: int = 1440, height: int = 900) -> Chrome:
    """A Chromium with a profile of its own. Without one the test skips; where CI=true it fails."""
    browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if browser is None or driver is None:
        reason = "THE BROWSER TEST DID NOT RUN: no chromium with chromedriver here (apt-get install chromium-driver)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    options = ChromeOptions()
    options.binary_location = browser
    for switch in (*_QUIET, f"--user-data-dir={profile}", f"--window-size={width},{height}"):
        options.add_argument(switch)
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return Chrome(options=options, service=Service(driver))


class Page:
    """The playground in a browser."""

    def __init__(self, browser: Chrome, address: str) -> None:
        self.browser, self._address = browser, address
        self.load()

    def load(self) -> None:
        """Opens the page, or opens it again."""
        self.browser.get(self._address)
        self.until(lambda: self.browser.find_element(By.ID, "columns").get_attribute("aria-busy") == "false")

    def until(self, condition: Callable[[], T]) -> T:
        """Waits until something holds, and gives it; fails after some seconds with the columns' texts.

        The page is live: what it replaces while one looks is looked for again.
        """
        wait = WebDriverWait(self.browser, PATIENCE_S, 0.05, ignored_exceptions=[StaleElementReferenceException])
        try:
            return wait.until(lambda _: condition())
        except TimeoutException as error:
            raise TimeoutException("\n\n".join(self._columns())) from error

    def _columns(self) -> list[str]:
        script = "return [...document.querySelectorAll('.column')].map((column) => column.innerText)"
        found: list[str] = self.browser.execute_script(script)
        return found

    def column(self, channel: str) -> WebElement:
        return self.browser.find_element(By.ID, f"channel-{channel}")

    def sees(self, channel: str, text: str) -> None:
        """Waits until a channel shows a text."""
        self.until(lambda: text in self.column(channel).text)

    def speak_as(self, channel: str, account: str) -> None:
        Select(self.browser.find_element(By.ID, f"as-{channel}")).select_by_value(account)

    def box(self, channel: str) -> WebElement:
        """Where one types in a channel."""
        return self.column(channel).find_element(By.CSS_SELECTOR, "footer textarea")

    def say(self, channel: str, text: str) -> None:
        """Types into the channel's box and sends it with Enter."""
        self.box(channel).send_keys(text, Keys.ENTER)

    def field(self, name: str) -> WebElement:
        """A field of the form that is open."""
        return self.browser.find_element(By.CSS_SELECTOR, f"dialog [id='field-{name}']")

    def message(self, channel: str, text: str) -> WebElement:
        """The first message of a channel that contains a text."""
        messages = self.column(channel).find_elements(By.CSS_SELECTOR, "article.message")
        found = next((m for m in messages if text in m.text), None)
        if found is None:
            raise NoSuchElementException(text)
        return found

    def use(self, channel: str, text: str, tool: str) -> None:
        """Does with the message that contains a text what can be done: Reply in thread, React, Edit, Delete."""
        self.click(lambda: self.message(channel, text).find_element(By.CSS_SELECTOR, f"[data-focus='{tool}']"))

    def reply(self, channel: str, to: str, text: str) -> None:
        """Answers in the thread of the message that contains `to`."""
        self.use(channel, to, "Reply in thread")
        self.browser.switch_to.active_element.send_keys(text, Keys.ENTER)

    def press(self, channel: str, label: str) -> None:
        """Presses the last button of that name in a channel."""
        self.click(lambda: self._button(channel, label))

    def _button(self, channel: str, label: str) -> WebElement:
        buttons = self.column(channel).find_elements(By.CSS_SELECTOR, "button.action")
        found = [button for button in buttons if button.text == label]
        if not found:
            raise NoSuchElementException(label)
        return found[-1]

    def click(self, find: Callable[[], WebElement]) -> None:
        """Clicks what `find` finds, as soon as it is there."""
        script = "arguments[0].scrollIntoView({block: 'center'}); arguments[0].click(); return true"
        self.until(lambda: self.browser.execute_script(script, find()))

    def move_clock(self, by: str) -> str:
        """Presses a button of the clock ("1h", "1d", "next") and returns what it said."""
        toast = self.browser.find_element(By.ID, "toast")
        self.click(lambda: self.browser.find_element(By.CSS_SELECTOR, f"[data-by='{by}']"))
        self.until(lambda: "It is now" in toast.text)
        said = toast.text
        self.browser.execute_script("arguments[0].textContent = ''", toast)
        return said

    def problems(self) -> list[str]:
        """What the browser complained of: scripts that failed, what the content security policy stopped."""
        return [
            str(entry["message"])
            for entry in self.browser.execute("getLog", {"type": "browser"})["value"]
            if entry["level"] == "SEVERE"
        ]
