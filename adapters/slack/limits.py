"""What Slack refuses, in numbers (https://docs.slack.dev/reference/block-kit). The SDK checks most of these not."""

from __future__ import annotations

MESSAGE_BLOCKS = 50
MESSAGE_CHARS = 12_000
"""All blocks of one message together; Slack refuses longer ones (msg_blocks_too_long), and nobody reads them."""
TEXT = 3_900
"""The text beside the blocks is for notifications; beyond 4,000 characters Slack would cut it."""
SECTION = 3_000
FIELDS, FIELD = 10, 2_000
HEADER = 150
ALTERNATIVE = 1_000
"""The words beside a picture: 2,000 in a block, 1,000 at its upload."""
ACTIONS = 25
CONTEXT_ELEMENTS = 10
BUTTON, VALUE = 75, 2_000
OPTIONS, CHOICES, OPTION, OPTION_VALUE = 100, 10, 75, 75
"""`OPTIONS` of a select, `CHOICES` of checkboxes; the length of an option's text, and of its value."""
VIEW_BLOCKS, TITLE, METADATA = 100, 24, 3_000
LABEL, HINT, PLACEHOLDER, INPUT = 2_000, 2_000, 150, 3_000
IDS = 255


def shortened(text: str, most: int) -> str:
    """The text, or as much of it as fits with an ellipsis."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
