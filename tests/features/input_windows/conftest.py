"""The house with decisions and their input windows; people have spoken at home before, so that they are members."""

from collections.abc import Sequence

import pytest

from bot.core import telling
from bot.core.feature import Feature
from bot.features import decisions, input_windows
from tests.features.input_windows.elsewhere import ELSEWHERE


@pytest.fixture
def features() -> Sequence[Feature]:
    return (decisions.FEATURE, input_windows.FEATURE, ELSEWHERE, telling.FEATURE)
