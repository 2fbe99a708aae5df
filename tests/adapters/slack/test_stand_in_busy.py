"""The stand-in on a busy machine still keeps Slack's promise, without which nothing could be read back."""

from __future__ import annotations

import asyncio
import json
import socket
from urllib.parse import urlsplit

from tests.support.slack.people import Team
from tests.support.slack.server import Slack


async def test_a_call_that_was_given_up_before_it_was_read_is_not_taken(slack: Slack) -> None:
    """Here nothing else runs while the callers speak: all comes to the stand-in at once, as after a standstill."""
    team, address = Team(slack, "coop"), urlsplit(slack.url)
    garden = team.channel("garden")
    callers = [socket.create_connection((address.hostname, address.port)) for _ in range(2)]
    for caller, text in zip(callers, ("given up", "waited for"), strict=True):
        body = json.dumps({"channel": garden.id, "text": text})
        head = [
            "POST /api/chat.postMessage HTTP/1.1",
            "Host: slack",
            f"Authorization: Bearer {team.token}",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
        ]
        caller.sendall("\r\n".join((*head, "", body)).encode())
    callers[0].close()
    callers[1].setblocking(False)
    answer = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(callers[1], 4096), 5)
    callers[1].close()
    assert answer.startswith(b"HTTP/1.1 200")
    assert [call.error for call in slack.calls] == ["given up", ""]
    assert [message.text for message in team.shown(garden)] == ["waited for"]
