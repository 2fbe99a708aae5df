"""A real Matrix homeserver for tests and measurements: Synapse, on a free port of 127.0.0.1, with SQLite."""

from __future__ import annotations

import fcntl
import hmac
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha1
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

SECRET = "shared secret of the tests"
STARTS_WITHIN_S = 240
_ENDLESS = {"per_second": 100_000, "burst_count": 100_000}
_NO_LIMITS: dict[str, Any] = {
    **{name: _ENDLESS for name in ("rc_message", "rc_registration", "rc_joins_per_room", "rc_admin_redaction")},
    "rc_login": {name: _ENDLESS for name in ("address", "account", "failed_attempts")},
    "rc_joins": {"local": _ENDLESS, "remote": _ENDLESS},
    "rc_invites": {name: _ENDLESS for name in ("per_room", "per_user", "per_issuer")},
    "rc_room_creation": _ENDLESS,
    "rc_presence": {"per_user": _ENDLESS},
    "rc_key_requests": _ENDLESS,
    "rc_3pid_validation": _ENDLESS,
}


class Refused(Exception):
    """The homeserver answered a test's request with an error."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(f"{status} {body}")
        self.status, self.body = status, body


@dataclass
class Synapse:
    """A homeserver whose data are in `folder`; `port` stays the same over restarts."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def name(self) -> str:
        """What user ids end with."""
        return f"localhost:{self.port}"

    def start(self) -> None:
        """Start it, or start it again; returns when it answers."""
        config = str(self.folder / "homeserver.yaml")
        with open(self.folder / "output.txt", "ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "synapse.app.homeserver", "-c", config],
                cwd=self.folder,
                stdout=output,
                stderr=output,
                env={**os.environ, "SYNAPSE_CACHE_FACTOR": "0.5"},
            )
        end = time.monotonic() + STARTS_WITHIN_S
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > end:
                said = (self.folder / "output.txt").read_text(errors="replace")[-3000:]
                raise RuntimeError(f"Synapse did not start: {said}")
            time.sleep(0.05)

    def stop(self) -> None:
        """End it; `start` brings it back as it was."""
        if self.process is not None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            try:
                self.process.wait(2)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """It takes connections in the block, and answers none."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def register(self, name: str | None = None, password: str = "password") -> User:
        """A new user with a device; without a name a unique one."""
        name = name or f"user-{secrets.token_hex(4)}"
        nonce = request(self.url, "GET", "/_synapse/admin/v1/register")["nonce"]
        mac = hmac.new(SECRET.encode(), "\0".join((nonce, name, password, "notadmin")).encode(), sha1).hexdigest()
        body = {"nonce": nonce, "username": name, "password": password, "admin": False, "mac": mac}
        found = request(self.url, "POST", "/_synapse/admin/v1/register", body)
        return User(self.url, found["user_id"], found["access_token"], found["device_id"], password)

    def _answers(self) -> bool:
        try:
            request(self.url, "GET", "/_matrix/client/versions")
        except (Refused, OSError):
            return False
        return True


@dataclass(frozen=True)
class User:
    """Somebody with a simple client. `password` for logging in once more."""

    url: str
    user_id: str
    token: str
    device_id: str
    password: str

    def call(self, method: str, path: str, body: Any = None, **query: str) -> dict[str, Any]:
        """A request to the client API (`/_matrix/client/v3` is put before `path`). Raises Refused."""
        return request(self.url, method, f"/_matrix/client/v3{path}", body, self.token, query)

    def create_room(self, *invited: str, is_encrypted: bool = False, **body: Any) -> str:
        """A private room; returns its id."""
        state = list(body.pop("initial_state", []))
        if is_encrypted:
            content = {"algorithm": "m.megolm.v1.aes-sha2"}
            state.append({"type": "m.room.encryption", "state_key": "", "content": content})
        whole = {"preset": "private_chat", "invite": list(invited), "initial_state": state, **body}
        return str(self.call("POST", "/createRoom", whole)["room_id"])

    def invite(self, room_id: str, user_id: str) -> None:
        self.call("POST", f"/rooms/{quote(room_id)}/invite", {"user_id": user_id})

    def join(self, room_id: str) -> None:
        self.call("POST", f"/join/{quote(room_id)}", {})

    def kick(self, room_id: str, user_id: str) -> None:
        self.call("POST", f"/rooms/{quote(room_id)}/kick", {"user_id": user_id})

    def send(self, room_id: str, content: dict[str, Any] | str, kind: str = "m.room.message") -> str:
        """An event, or the text of a message; returns its id."""
        if isinstance(content, str):
            content = {"msgtype": "m.text", "body": content}
        path = f"/rooms/{quote(room_id)}/send/{kind}/{secrets.token_hex(8)}"
        return str(self.call("PUT", path, content)["event_id"])

    def set_state(self, room_id: str, kind: str, content: dict[str, Any], key: str = "") -> None:
        self.call("PUT", f"/rooms/{quote(room_id)}/state/{kind}/{quote(key)}", content)

    def messages(self, room_id: str, limit: int = 100) -> list[dict[str, Any]]:
        """The latest events, oldest first."""
        found = self.call("GET", f"/rooms/{quote(room_id)}/messages", dir="b", limit=str(limit))
        chunk: list[dict[str, Any]] = found["chunk"]
        return chunk[::-1]

    def texts(self, room_id: str, sender: str | None = None) -> list[str]:
        """What was said, oldest first; only by `sender` where it is given."""
        said = (e for e in self.messages(room_id) if e["type"] == "m.room.message")
        return [e["content"].get("body", "") for e in said if sender in (None, e["sender"])]

    def members(self, room_id: str) -> dict[str, str]:
        """User id → membership."""
        found = self.call("GET", f"/rooms/{quote(room_id)}/members")
        return {event["state_key"]: event["content"]["membership"] for event in found["chunk"]}

    def log_in(self) -> User:
        """The same user on another device."""
        identifier = {"type": "m.id.user", "user": self.user_id}
        body = {"type": "m.login.password", "identifier": identifier, "password": self.password}
        found = self.call("POST", "/login", body)
        return User(self.url, self.user_id, found["access_token"], found["device_id"], self.password)


def request(
    url: str,
    method: str,
    path: str,
    body: Any = None,
    token: str = "",
    query: dict[str, str] | None = None,
) -> dict[str, Any]:
    """JSON in, JSON out. Raises Refused, URLError."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    whole = url + path + (f"?{urlencode(query)}" if query else "")
    data = None if body is None else json.dumps(body).encode()
    try:
        with urlopen(Request(whole, data, headers, method=method), timeout=30) as answer:
            found: dict[str, Any] = json.load(answer)
    except HTTPError as error:
        with error:
            raise Refused(error.code, json.loads(error.read() or b"{}")) from None
    return found


def start_synapse(folder: Path, *, has_limits: bool = False, **more: Any) -> Synapse:
    """A new homeserver in an empty folder. `has_limits`: Synapse's own rate limits; `more`: other settings."""
    folder.mkdir(parents=True, exist_ok=True)
    port = _free_port()
    server = Synapse(folder, port)
    # JSON is YAML, which is what Synapse reads.
    config = {**_basics(folder, server), **({} if has_limits else _NO_LIMITS), **more}
    (folder / "homeserver.yaml").write_text(json.dumps(config))
    (folder / "log.yaml").write_text(json.dumps(_logging(folder)))
    server.start()
    return server


@contextmanager
def shared_synapse(folder: Path) -> Iterator[Synapse]:
    """A homeserver for all processes of a test run: the first starts it, the last stops it."""
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder):
        users = folder / "users"
        port, pid, count = (int(n) for n in users.read_text().split()) if users.exists() else (0, 0, 0)
        if count == 0:
            server = start_synapse(folder / "server")
            assert server.process is not None
            port, pid = server.port, server.process.pid
            server.process.returncode = 0  # whichever process is the last one ends it
        users.write_text(f"{port} {pid} {count + 1}")
    try:
        yield Synapse(folder / "server", port)
    finally:
        with _locked(folder):
            _, _, count = (int(n) for n in users.read_text().split())
            users.write_text(f"{port} {pid} {count - 1}")
            if count == 1:
                os.kill(pid, signal.SIGKILL)
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _basics(folder: Path, server: Synapse) -> dict[str, Any]:
    listener = {"port": server.port, "bind_addresses": ["127.0.0.1"], "type": "http", "tls": False}
    return {
        "server_name": server.name,
        "listeners": [{**listener, "resources": [{"names": ["client", "federation"]}]}],
        "database": {"name": "sqlite3", "args": {"database": str(folder / "homeserver.db")}},
        "media_store_path": str(folder / "media"),
        "signing_key_path": str(folder / "signing.key"),
        "registration_shared_secret": SECRET,
        "macaroon_secret_key": SECRET,
        "form_secret": SECRET,
        "report_stats": False,
        "bcrypt_rounds": 4,
        "trusted_key_servers": [],
        "suppress_key_server_warning": True,
        "log_config": str(folder / "log.yaml"),
        "pid_file": str(folder / "pid"),
        "presence": {"enabled": False},
        "url_preview_enabled": False,
    }


def _logging(folder: Path) -> dict[str, Any]:
    handler = {"class": "logging.FileHandler", "filename": str(folder / "homeserver.log"), "level": "WARNING"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"file": handler},
        "root": {"level": "WARNING", "handlers": ["file"]},
    }


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    return port
