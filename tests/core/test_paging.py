"""Long messages in pages: nothing is lost, cut or reordered."""

from hypothesis import given
from hypothesis import strategies as st

from bot.core.message import Block, Paragraph, Text, block_to_plain
from bot.core.paging import pages

BLOCKS = st.lists(st.integers(1, 60).map(lambda n: Paragraph((Text("x" * n),))), max_size=30)


@given(blocks=BLOCKS, length=st.integers(20, 200))
def test_pages_hold_every_block_once_in_order_and_no_more_than_fits(blocks: list[Block], length: int) -> None:
    found = pages(blocks, length)
    assert [block for page in found for block in page] == blocks
    assert len(found) >= 1
    for page in found:
        assert len(page) <= 1 or sum(len(block_to_plain(block)) for block in page) <= length


def test_nothing_is_one_empty_page() -> None:
    assert pages([]) == [()]
