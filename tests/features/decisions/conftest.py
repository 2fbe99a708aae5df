"""The house with decisions alone."""

from collections.abc import Sequence

import pytest

from bot.core.feature import Feature
from bot.features.decisions import FEATURE


@pytest.fixture
def features() -> Sequence[Feature]:
    return (FEATURE,)
