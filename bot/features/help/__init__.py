"""The help in chat and the reference page, both from the declarations alone."""

from bot.core.feature import Feature
from bot.core.language import mark
from bot.features.help.commands import help_command
from bot.features.help.reference import reference

__all__ = ["FEATURE", "reference"]

FEATURE = Feature(name="help", title=mark("Help"), commands=(help_command,))
