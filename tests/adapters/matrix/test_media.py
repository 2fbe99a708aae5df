"""Files on a homeserver, and events in a thread: what is asked, in which order, and what a refusal means."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from nio.crypto.attachments import decrypt_attachment

from adapters.matrix.errors import MatrixError
from adapters.matrix.http import Http
from adapters.matrix.media import Media
from adapters.matrix.rooms import Rooms
from adapters.matrix.sending import Sending
from adapters.matrix.zones import Zones

UPLOAD, NEW, OLD = "/_matrix/media/v3/upload", "/_matrix/client/v1/media/config", "/_matrix/media/v3/config"
TAKEN = {"content_uri": "mxc://here/1"}
NOT_THERE = MatrixError("404", status=404, permanent=True)


class Homeserver(Http):
    """Answers by path; `asked` has what it was asked, `given` the files."""

    def __init__(self, answers: dict[str, dict[str, Any] | MatrixError]) -> None:
        super().__init__("http://127.0.0.1:1")
        self.answers, self.asked, self.given = answers, list[str](), list[tuple[bytes, str, dict[str, str]]]()

    async def call(self, method: str, path: str, *_: Any, **__: Any) -> dict[str, Any]:
        return self._answer(path)

    async def bring(self, path: str, data: bytes, media_type: str, *, query: Any, timeout_s: float) -> dict[str, Any]:
        self.given.append((data, media_type, query))
        return self._answer(path)

    def _answer(self, path: str) -> dict[str, Any]:
        self.asked.append(path)
        answer = self.answers[path]
        if isinstance(answer, MatrixError):
            raise answer
        return answer


async def test_a_file_is_brought_as_it_is_or_sealed_without_its_name() -> None:
    server = Homeserver({NEW: {"m.upload.size": 10}, UPLOAD: TAKEN})
    media = Media(server)
    assert await media.bring(b"a picture", "image/png", "a.png", is_encrypted=False) == {"url": "mxc://here/1"}
    file = (await media.bring(b"a picture", "image/png", "a.png", is_encrypted=True))["file"]
    assert server.asked == [NEW, UPLOAD, UPLOAD]  # what it takes is asked once
    assert server.given[0] == (b"a picture", "image/png", {"filename": "a.png"})
    sealed, media_type, query = server.given[1]
    assert (media_type, query) == ("application/octet-stream", {})
    assert decrypt_attachment(sealed, file["key"]["k"], file["hashes"]["sha256"], file["iv"]) == b"a picture"
    assert (file["v"], file["url"]) == ("v2", "mxc://here/1")


@pytest.mark.parametrize("old", [{"m.upload.size": 5}, NOT_THERE, {}])
async def test_older_homeservers_say_elsewhere_what_they_take(old: dict[str, Any] | MatrixError) -> None:
    server = Homeserver({NEW: NOT_THERE, OLD: old, UPLOAD: TAKEN})
    media = Media(server)
    await media.bring(b"12345", "image/png", "a.png", is_encrypted=False)
    assert server.asked == [NEW, OLD, UPLOAD]
    if old == {"m.upload.size": 5}:
        with pytest.raises(MatrixError, match="6 bytes is too large here") as error:
            await media.bring(b"123456", "image/png", "a.png", is_encrypted=True)
        assert error.value.permanent
        assert len(server.given) == 1


async def test_a_homeserver_in_trouble_is_asked_again_and_a_dead_session_is_said() -> None:
    server = Homeserver({NEW: MatrixError("502", status=502, unclear=True), UPLOAD: TAKEN})
    media = Media(server)
    await media.bring(b"1", "image/png", "a.png", is_encrypted=False)
    server.answers[NEW] = MatrixError("401", status=401, code="M_UNKNOWN_TOKEN")
    with pytest.raises(MatrixError) as error:
        await media.bring(b"1", "image/png", "a.png", is_encrypted=False)
    assert error.value.is_end_of_session
    assert server.asked == [NEW, UPLOAD, NEW]


@pytest.mark.parametrize("answer", [{}, {"content_uri": "https://elsewhere/1"}, {"content_uri": 7}])
async def test_an_answer_that_names_no_file_is_no_success(answer: dict[str, Any]) -> None:
    media = Media(Homeserver({NEW: {}, UPLOAD: answer}))
    with pytest.raises(MatrixError, match="does not say where the file is"):
        await media.bring(b"1", "image/png", "a.png", is_encrypted=False)


async def test_a_long_thread_is_looked_through_to_its_beginning() -> None:
    """A picture or a part that stands before a hundred replies must not be taken for missing."""
    own, other = {"sender": "@mycel:here"}, {"sender": "@ana:here"}
    pages: list[dict[str, Any]] = [
        {"chunk": [{**own, "event_id": "$4"}, {**other, "event_id": "$3"}], "next_batch": "further"},
        {"chunk": [{**own, "event_id": "$2"}, {**own, "event_id": "$1"}]},
    ]
    asked: list[str] = []

    class Thread(Http):
        async def call(self, method: str, path: str, *_: Any, query: Any = None, **__: Any) -> dict[str, Any]:
            asked.append(query.get("from", ""))
            return pages[len(asked) - 1]

    sending = Sending(Thread("http://127.0.0.1:1"), lambda: 1)
    sending.bring(Rooms("@mycel:here"), None, Zones(Thread("http://127.0.0.1:1"), lambda: datetime.now(UTC)))
    sending.tell_synced()
    assert [event["event_id"] for event in await sending.related("!room", "$root")] == ["$1", "$2", "$4"]
    assert asked == ["", "further"]
