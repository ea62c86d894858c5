"""What examples of an endpoint ask it with: `client.post("/sum", json=[1, 2])`, through ASGI and without a network.

The examples' inputs are sent as requests; what they show goes back like any other value, and is compared outside.
"""

import json
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fastapi import FastAPI

    from vibesafe_runtime._units import Unit

NAME = "client"
MODULES = ("asyncio", "httpx", "vibesafe_runtime.fastapi")
METHODS = ("get", "head", "post", "put", "patch", "delete", "options", "request")
_REQUEST = re.compile(rf"\b{NAME}\.(?:{'|'.join(METHODS)})\(")


def asks(sources: "Iterable[str]") -> bool:
    """Return whether one of these examples sends a request."""
    return any(_REQUEST.search(source) for source in sources)


class Response:
    """What an endpoint answered."""

    __slots__ = ("headers", "status_code", "text")

    def __init__(self, status_code: int, headers: dict[str, str], text: str) -> None:
        self.status_code = status_code
        self.headers = headers
        self.text = text

    def json(self) -> object:
        """Return the body as JSON says it."""
        return json.loads(self.text)

    def __repr__(self) -> str:
        return f"<Response [{self.status_code}]>"


class Client:
    """Asks one application. An exception that an endpoint lets through is raised here, so that it can be read."""

    __slots__ = ("_app",)

    def __init__(self, app: "FastAPI") -> None:
        self._app = app

    def request(self, method: str, path: str, **options: object) -> Response:
        """Send a request; the options are `params`, `json`, `data`, `content`, `headers` and `cookies`, as in httpx."""
        import asyncio  # noqa: PLC0415 - sixty modules, which every child of a worker would copy

        return asyncio.run(self._ask(method, path, options))

    async def _ask(self, method: str, path: str, options: "dict[str, object]") -> Response:
        import httpx  # noqa: PLC0415 - only examples that ask need it

        transport = httpx.ASGITransport(self._app)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            done = await client.request(method, path, **options)  # type: ignore[arg-type]  # the example's own
        return Response(done.status_code, dict(done.headers), done.text)

    def get(self, path: str, **options: object) -> Response:
        """Send a GET request."""
        return self.request("GET", path, **options)

    def head(self, path: str, **options: object) -> Response:
        """Send a HEAD request."""
        return self.request("HEAD", path, **options)

    def post(self, path: str, **options: object) -> Response:
        """Send a POST request."""
        return self.request("POST", path, **options)

    def put(self, path: str, **options: object) -> Response:
        """Send a PUT request."""
        return self.request("PUT", path, **options)

    def patch(self, path: str, **options: object) -> Response:
        """Send a PATCH request."""
        return self.request("PATCH", path, **options)

    def delete(self, path: str, **options: object) -> Response:
        """Send a DELETE request."""
        return self.request("DELETE", path, **options)

    def options(self, path: str, **options: object) -> Response:
        """Send an OPTIONS request."""
        return self.request("OPTIONS", path, **options)


def client_of(unit: "Unit", namespace: "Mapping[str, object]") -> Client:
    """Return what asks the application with a unit's route: its module's own, or one with nothing else."""
    from vibesafe_runtime.fastapi import application_of  # noqa: PLC0415 - as above

    return Client(application_of(unit, namespace.values()))
