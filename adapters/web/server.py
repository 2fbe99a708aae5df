"""One HTTP server for all that Mycel serves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from aiohttp import web

from adapters.web.metrics import Metrics
from storage.work import Work

SHUTDOWN_S = 1.0
"""How long requests under way are waited for at a stop; what they asked for is stored all the same."""


class Server:
    """Serves the routes it was given, on one address."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._app = web.Application(client_max_size=1 << 20)
        self._runner: web.AppRunner | None = None

    def add(self, routes: Iterable[web.RouteDef]) -> None:
        self._app.add_routes(routes)

    async def start(self) -> None:
        """Begins to serve. Raises OSError where the address cannot be used."""
        self._runner = web.AppRunner(self._app, access_log=None, shutdown_timeout=SHUTDOWN_S)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()


def health_routes(
    work: Work, metrics: Metrics, problems: Mapping[str, Callable[[], str]] | None = None
) -> list[web.RouteDef]:
    """/healthz, /readyz and /metrics. `problems`: by platform, what says why it cannot be used ("" if it can)."""

    async def healthz(_: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def readyz(_: web.Request) -> web.Response:
        problem = await metrics.database_problem(work)
        if problem:
            return web.Response(status=503, text=f"database: {problem}\n")
        found = {name: problem() for name, problem in (problems or {}).items()}
        if any(found.values()):
            lines = [f"{name}: {problem}\n" for name, problem in found.items() if problem]
            return web.Response(status=503, text="".join(lines))
        return web.Response(text="ready\n")

    async def figures(_: web.Request) -> web.Response:
        body = await metrics.collect(work)
        return web.Response(body=body, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

    return [web.get("/healthz", healthz), web.get("/readyz", readyz), web.get("/metrics", figures)]
