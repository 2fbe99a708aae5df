"""The connection to a homeserver."""

import pytest

from adapters.matrix.errors import MatrixError
from adapters.matrix.http import Http


async def test_what_was_still_to_come_goes_nowhere_once_it_is_closed() -> None:
    """A receipt that is sent a moment later must not open a session that nobody closes."""
    http = Http("http://127.0.0.1:1")
    await http.close()
    with pytest.raises(MatrixError, match="the connection is closed"):
        await http.call("POST", "/receipt", {})
    http.reopen()
    with pytest.raises(MatrixError, match="cannot reach"):
        await http.call("POST", "/receipt", {})
    await http.close()
