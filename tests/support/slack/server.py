"""The stand-in's server on loopback: the Web API with its checks, response_urls, uploads and Socket Mode."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

from aiohttp import web

from tests.support.slack import channels, installing, kit, payloads, views
from tests.support.slack.calling import Call, Done, Refused, look_at, with_ids
from tests.support.slack.chat import Chat, remove
from tests.support.slack.faults import AFTER, Fault, Faults, How, Limits
from tests.support.slack.files import FORMS_ONLY, Files
from tests.support.slack.outgoing import Outgoing
from tests.support.slack.reference import METHODS
from tests.support.slack.sockets import Sockets
from tests.support.slack.world import Channel, Ephemeral, Json, ResponseUrl, Workspace, World

_WITHOUT_TOKEN = ("oauth.v2.access",)
_CONVERSATIONS = ("conversations.info", "conversations.history", "conversations.replies", "conversations.members")


class Slack:
    """Slack for one app. Everything that goes on in it is in `world`; `calls` are those that the app made."""

    def __init__(self, now: Callable[[], float] = time.time, real: Callable[[], float] = time.time) -> None:
        self.world = World(now, real)
        self.app = self.world.app
        self.faults, self.limits = Faults(), Limits()
        self.sockets = Sockets(self.app)
        self.outgoing = Outgoing(self.world, self.sockets)
        self.calls: list[Done] = []
        self.chat = Chat(self.tell)
        self.files = Files(self.world, self.chat, lambda: self.url)
        self._methods: dict[str, Callable[[Call], Json]] = {
            **self.chat.methods(),
            **channels.methods(lambda call, channel, event: self.tell(call.world, channel, event)),
            **views.methods(),
            **installing.methods(),
            "apps.connections.open": self._open_connection,
            "apps.uninstall": self._uninstall,
            **self.files.methods(),
        }
        self._stopping = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self.url = ""

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/"

    async def start(self) -> None:
        server = web.Application(client_max_size=20_000_000)
        server.router.add_route("*", "/api/{method}", self._answer)
        server.router.add_post("/respond/{team}/{key}", self._respond)
        server.router.add_post("/upload/{id}", self._upload)
        server.router.add_get("/link/", self.sockets.handle)
        self._runner = web.AppRunner(server, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self.outgoing.start()

    async def stop(self) -> None:
        self._stopping.set()
        await self.outgoing.stop()
        await self.sockets.close()
        if self._runner is not None:
            await self._runner.cleanup()

    def tell(self, world: World, channel: Channel, event: Json) -> None:
        """The app is told of something that happened in a channel, as far as it may know."""
        for payload in payloads.events(world, channel, event):
            self.outgoing.event(json.loads(json.dumps(payload)))

    def uninstall(self, workspace: Workspace) -> None:
        """The app is out of the workspace: its tokens are worth nothing, and it is told so."""
        bot = workspace.installed.bot
        told: list[Json] = [
            {"type": "app_uninstalled"},
            {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [bot.id]}},
        ]
        workspace.installation = None
        del workspace.accounts[bot.id]
        for channel in self.world.channels.values():
            channel.members.discard(bot.id)
        for event in told:
            self.outgoing.event(payloads.event(self.world, workspace, {**event, "event_ts": self.world.ts()}))

    def called(self, method: str, *, with_errors: bool = False) -> list[Done]:
        """Calls of a method that went well; or all."""
        return [c for c in self.calls if c.method == method and (with_errors or not c.error)]

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        args, token = await _read(request)
        done = Done(name, "", args, at=time.monotonic())
        self.calls.append(done)
        if await _is_given_up(request):
            done.error = "given up"
            return web.Response()
        fault = self.faults.take(name, str(args.get("channel", "")))
        if fault is not None and fault.how not in AFTER:
            done.error = fault.how.value
            return await self._failed(request, fault)
        try:
            call = self._checked(name, args, token, done)
            body = {"ok": True, **self._methods[name](call)}
        except Refused as refusal:
            if name in METHODS and not METHODS[name].knows(refusal.error):
                self.world.complaints.append(f"the stand-in is wrong: {name} has no error {refusal.error}")
            done.error, body = refusal.error, refusal.body()
            if refusal.error == "ratelimited":
                return web.json_response(body, status=429, headers={"Retry-After": str(refusal.more["retry_after"])})
        if fault is not None:
            done.marks.append(fault.how.value)
            return await self._failed(request, fault)
        return web.json_response(body, headers={"X-OAuth-Scopes": ",".join(self.app.scopes)})

    async def _failed(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        match fault.how:
            case How.RESET | How.RESET_AFTER:
                assert request.transport is not None
                request.transport.abort()
                return web.Response()
            case How.HANG | How.HANG_AFTER:
                await self._stopping.wait()
                return web.Response()
            case How.LIMITED:
                body = {"ok": False, "error": "ratelimited"}
                return web.json_response(body, status=429, headers={"Retry-After": str(fault.retry_after)})
            case How.REFUSED:
                return web.json_response({"ok": False, "error": fault.error})
            case _:
                return web.Response(status=500, text="upstream connect error")

    def _checked(self, name: str, args: Json, token: str, done: Done) -> Call:
        """Who calls, whether they may, whether the arguments are right. Raises Refused."""
        method = METHODS.get(name)
        if method is None:
            raise Refused("unknown_method")
        call = Call(name, args, self.world, token=token)
        if name not in _WITHOUT_TOKEN:
            self._authorize(call)
        done.team = call.workspace.id if call.workspace else ""
        wrong = method.wrong(args)
        if wrong:
            raise Refused("invalid_arguments", *wrong)
        self._check_scope(call)
        where = str(args["channel"]) if name == "chat.postMessage" else done.team
        wait_s = self.limits.wait_s(name, where, 60 if name == "chat.postMessage" else method.per_minute)
        if wait_s:
            raise Refused("ratelimited", retry_after=wait_s)
        return call

    def _authorize(self, call: Call) -> None:
        if not call.token:
            raise Refused("not_authed")
        is_app_token = call.token.startswith("xapp-")
        if (call.method == "apps.connections.open" and not is_app_token) or (
            is_app_token and call.method not in ("apps.connections.open", "auth.test")
        ):
            raise Refused("not_allowed_token_type")
        if call.token == self.app.app_token:
            return
        for workspace in self.world.workspaces.values():
            installation = workspace.installation
            if installation is not None and call.token in installation.tokens:
                ends_at = installation.tokens[call.token]
                if ends_at is not None and ends_at < self.world.real():
                    raise Refused("token_expired")
                call.workspace, call.scopes = workspace, installation.scopes
                return
        raise Refused("token_revoked" if call.token.startswith(("xoxb-", "xoxe.")) else "invalid_auth")

    def _check_scope(self, call: Call) -> None:
        scopes = METHODS[call.method].scopes
        channel = self.world.channels.get(str(call["channel"]))
        if call.method in _CONVERSATIONS and channel is not None:
            kind = channels.SCOPE_OF[channel.kind]
            scopes = tuple(scope for scope in scopes if scope.startswith(f"{kind}:"))
        if scopes and not set(scopes) & set(call.scopes):
            raise Refused("missing_scope", needed=scopes[0], provided=",".join(call.scopes))

    def _open_connection(self, call: Call) -> Json:
        address = self.url.replace("http://", "ws://")
        return {"url": f"{address}/link/?ticket={self.sockets.ticket()}&app_id={self.app.id}"}

    def _uninstall(self, call: Call) -> Json:
        if (call["client_id"], call["client_secret"]) != (self.app.client_id, self.app.client_secret):
            raise Refused("bad_client_secret")
        self.uninstall(call.team)
        return {}

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        fault = self.faults.take("upload", "")
        return await (self._failed(request, fault) if fault is not None else self.files.receive(request))

    async def _respond(self, request: web.Request) -> web.Response:
        """A response_url: five uses in half an hour, without a token."""
        found = self.world.response_urls.get(request.match_info["key"])
        if found is None or found.ends_at < self.world.real():
            return web.json_response({"ok": False, "error": "expired_url"}, status=404)
        fault = self.faults.take("response_url", found.channel)
        if fault is not None:
            answer = await self._failed(request, fault)
            return answer if isinstance(answer, web.Response) else web.Response(status=500)
        found.uses += 1
        if found.uses > 5:
            return web.json_response({"ok": False, "error": "used_url"}, status=404)
        wrong = self.respond(found, await request.json())
        if wrong:
            return web.json_response({"ok": False, "error": "invalid_blocks", "messages": wrong}, status=400)
        return web.Response(text="ok")

    def respond(self, to: ResponseUrl, said: Json) -> list[str]:
        """Shows an answer of the app's to a command or click; returns what is wrong with it."""
        blocks, text = said.get("blocks"), str(said.get("text") or "")
        wrong = kit.wrong_blocks(blocks) if blocks else []
        if wrong or not (blocks or text or said.get("delete_original")):
            return wrong or ["no_text"]
        channel = self.world.channels[to.channel]
        blocks = with_ids(self.world, blocks) if blocks else None
        if to.original and (said.get("delete_original") or said.get("replace_original")):
            self._change_original(to, channel, text, blocks, is_gone=bool(said.get("delete_original")))
        elif said.get("response_type") == "in_channel":
            team = self.world.workspaces[to.team]
            self.chat.put(self.world, channel, team, text, blocks, thread=said.get("thread_ts"))
        else:
            look_at(self.world, text, blocks, "an answer")
            raw = {"ts": self.world.ts(), "text": text, "blocks": blocks or []}
            raw |= {"thread_ts": said["thread_ts"]} if said.get("thread_ts") else {}
            self.world.ephemerals.append(Ephemeral(to.user, to.channel, raw))
        return []

    def _change_original(
        self, to: ResponseUrl, channel: Channel, text: str, blocks: list[Json] | None, *, is_gone: bool
    ) -> None:
        for each in self.world.ephemerals:
            if each.raw["ts"] == to.original:
                each.is_gone = is_gone
                each.raw |= {} if is_gone else {"text": text, "blocks": blocks or []}
                return
        message = channel.messages[str(to.original)]
        if is_gone:
            self.tell(self.world, channel, remove(self.world, channel, message))
        else:
            message.raw |= {"text": text, "blocks": blocks or []}


async def _is_given_up(request: web.Request) -> bool:
    """Whether the caller has hung up before we came to it: on a busy machine this loop may stand still that long.

    A call is taken while its caller waits, or never. What a caller gives up is shown at the latest a history's lag
    after that: only so can it be read back.
    """
    for _ in range(3):
        # What a connection brings after the request, its end, is seen in the loop's next turns.
        await asyncio.sleep(0)
    return request.transport is None or request.transport.is_closing()


async def _read(request: web.Request) -> tuple[Json, str]:
    """Arguments and token of a call, as JSON, form or query."""
    args: Json = dict(request.query)
    if request.content_type == "application/json":
        args |= await request.json() if request.match_info["method"] not in FORMS_ONLY else {}
    elif request.method == "POST":
        args |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    header = request.headers.get("Authorization", "")
    if header.startswith("Basic "):
        args |= installing.basic(header)
    given: Any = args.pop("token", "")
    return args, header.removeprefix("Bearer ") if header.startswith("Bearer ") else str(given or "")
