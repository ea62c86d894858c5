"""Units of kind "http" as routes of a FastAPI application. Nothing else of the runtime imports FastAPI.

app = FastAPI()
mount(app, "shop")
"""

import logging
import re

from vibesafe_runtime._exceptions import Problem, VibesafeConfigurationError, VibesafeContractViolation
from vibesafe_runtime._prose import prose
from vibesafe_runtime._served import decorated, manifest_digest, served, unwrapped
from vibesafe_runtime._units import Unit, unit_of

try:
    from fastapi import APIRouter, FastAPI, Request
    from fastapi.responses import JSONResponse
    from fastapi.routing import APIRoute
    from starlette.routing import Match
except ModuleNotFoundError as error:
    if error.name != "fastapi":
        raise
    raise ImportError(
        "vibesafe_runtime.fastapi needs FastAPI, which is not installed: pip install fastapi", name="fastapi"
    ) from None

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from fastapi.params import Depends
    from starlette.routing import BaseRoute
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["UnitRoute", "answer_violations", "mount"]

HEADER = b"vibesafe-manifest"
HEALTH = "/healthz"
_UNBAKED = "unbaked"
_STATE = "vibesafe"
_PARAMETER = re.compile(r"\{[^}]*\}")
_LOG = logging.getLogger("vibesafe_runtime")


class _State:
    """What is mounted on an application: each package with the digest of its manifest, and what tells it."""

    __slots__ = ("digests", "has_header", "has_health")

    def __init__(self) -> None:
        self.digests: dict[str, str | None] = {}
        self.has_health = False
        self.has_header = False


class UnitRoute(APIRoute):
    """A route whose description leaves out what a docstring says to gates: `APIRouter(route_class=UnitRoute)`.

    Where it takes a body, the document also has the status that FastAPI answers where that cannot be parsed.
    """

    def __init__(self, path: str, endpoint: "Callable[..., object]", **options: object) -> None:
        options["description"] = options.get("description") or prose(endpoint.__doc__ or "") or " "
        super().__init__(path, endpoint, **options)  # type: ignore[arg-type]  # handed on as they are
        if self.body_field is not None:
            self.responses.setdefault(400, {"description": "The body cannot be parsed"})


def mount(
    app: FastAPI,
    package: str,
    *,
    prefix: str = "",
    dependencies: "Sequence[Depends]" = (),
    healthz: bool = False,
    manifest_header: bool = False,
) -> tuple[str, ...]:
    """Add every unit of kind "http" that has a path, in a module or a package and all below, and return the routes.

    A unit that the application routes already, by a decorator of its own, is left as it is. Nothing is added where
    anything is wrong.

    Args:
        app: The application.
        package: The name of the module or package; its modules are imported.
        prefix: What stands before each path.
        dependencies: Dependencies of every route.
        healthz: Whether `GET /healthz` answers, with the digest of each mounted package's manifest.
        manifest_header: Whether each response says these digests in the header `vibesafe-manifest`.

    Raises:
        VibesafeConfigurationError: if an argument is no such thing, the package has no such unit, is mounted already,
            a route cannot be added, or the header is asked for when the application has started.
        VibesafeError: whatever the import of a unit raises: what differs from what was locked is not served.
    """
    if not issubclass(type(app), FastAPI):
        what = f"is a {type(app).__name__}, and units are mounted on a FastAPI application"
        raise VibesafeConfigurationError(Problem("mount(app, ...)", what, "give it the FastAPI() that a server runs"))
    state: _State = getattr(app.state, _STATE, None) or _State()
    problems = [*_misnamed(package, prefix)]
    if manifest_header and not state.has_header and app.middleware_stack is not None:
        what = "has started, so that no header can be added to its responses"
        problems.append(Problem("mount(app, ...)", what, "mount before it serves, or leave manifest_header=True out"))
    if problems:
        raise VibesafeConfigurationError(*problems)
    _check_unmounted(package, state.digests)
    existing = dict(_routes(app.routes))
    router = APIRouter(prefix=prefix, dependencies=list(dependencies), route_class=UnitRoute)
    added: dict[tuple[str, str], str] = {}
    units = served("http", package)
    for unit in units:
        problems += _add(unit, prefix, router, existing, added)
    routed = {unit_of(function) for endpoint in existing.values() for function in unwrapped(endpoint)}
    if not added and not problems and not routed.intersection(units):
        what = "has units of kind 'http', but none says its path, and this application has no route to any of them"
        remedy = 'write @vibesafe.http(path="/..."), or app.include_router(...) before you mount'
        problems.append(Problem(package, what, remedy))
    if healthz and not state.has_health and (("GET", HEALTH) in added or _answers_health(app.routes)):
        what = f"has a route already that answers GET {HEALTH}"
        problems.append(Problem(package, what, "leave healthz=True out, mount before that route, or change its path"))
    if problems:
        raise VibesafeConfigurationError(*problems)
    digest = manifest_digest(package)
    # Before the units, of which one may have the path /{name}.
    _serve(app, state, healthz=healthz, manifest_header=manifest_header)
    app.include_router(router)
    setattr(app.state, _STATE, state)
    state.digests[package] = digest
    answer_violations(app)
    return tuple(sorted(f"{method} {path}" for (method, _), path in added.items()))


def application_of(unit: Unit, beside: "Iterable[object]" = ()) -> FastAPI:
    """Return an application that has a unit's route: one of these objects, one that includes one, or a new one.

    Raises:
        VibesafeConfigurationError: if the unit has no path, or the route cannot be made.
    """
    app = FastAPI()
    answer_violations(app)
    for each in beside:
        if not isinstance(each, (FastAPI, APIRouter)):
            continue
        if any(unit.implementation in unwrapped(endpoint) for _, endpoint in _routes(each.routes)):
            if isinstance(each, FastAPI):
                return each
            app.include_router(each)
            return app
    router = APIRouter(route_class=UnitRoute)
    added: dict[tuple[str, str], str] = {}
    problems = [*_add(unit, "", router, {}, added)]
    if not added:
        what = "has no path, and its module no router that it is added to"
        raise VibesafeConfigurationError(*(problems or [Problem(str(unit), what, 'write @vibesafe.http(path="/...")')]))
    app.include_router(router)
    return app


def answer_violations(app: FastAPI) -> None:
    """Let an application answer 422 where a request breaks what a unit requires, and 500 where any other clause breaks.

    The body names the clause and, as in FastAPI's own 422, holds a list of errors; no value of the call is in it. What
    broke is logged with its values. `mount` does this; call it for units that only routers of your own have.
    """
    app.exception_handlers.setdefault(VibesafeContractViolation, _violated)


async def _violated(request: Request, violation: Exception) -> JSONResponse:
    clause = getattr(violation, "clause", "")
    endpoint = request.scope.get("endpoint")
    asked = {str(unit_of(function)) for function in unwrapped(endpoint)}
    # What another unit requires was broken by the unit that calls it, and not by the client.
    is_theirs = clause.startswith("Requires ") and getattr(violation, "unit", None) in asked
    if not is_theirs:
        _LOG.error("%s", violation)
    kind = clause.partition(" ")[0].lower() or "contract"
    detail = [{"type": kind, "loc": ["contract"], "msg": clause}]
    return JSONResponse({"detail": detail}, status_code=422 if is_theirs else 500)


def _misnamed(package: object, prefix: object) -> "Iterator[Problem]":
    """Yield what is wrong with the name of a package, and with what is to stand before its paths."""
    if not isinstance(package, str) or not all(part.isidentifier() for part in package.split(".")):
        what = "is not the full name of a module or package, as a text with dots"
        yield Problem(f"mount(app, {package!r})", what, 'name it as an import does: mount(app, "shop.orders")')
    is_prefix = isinstance(prefix, str) and (prefix == "" or (prefix.startswith("/") and not prefix.endswith("/")))
    if not is_prefix:
        what = "does not begin with / or ends with it"
        yield Problem(f"mount(prefix={prefix!r})", what, 'write it as prefix="/v1", or leave it out')


def _check_unmounted(package: str, mounted: "Iterable[str]") -> None:
    for other in mounted:
        if f"{package}.".startswith(f"{other}.") or f"{other}.".startswith(f"{package}."):
            what = "is mounted on this application already" + ("" if other == package else f", with {other}")
            raise VibesafeConfigurationError(Problem(package, what, "mount each package once"))


def _add(
    unit: Unit,
    prefix: str,
    router: APIRouter,
    existing: "dict[tuple[str, str], object]",
    added: "dict[tuple[str, str], str]",
) -> "Iterator[Problem]":
    """Add the route of a unit to a router, or yield why it cannot be added."""
    path, method = unit.options.get("path"), str(unit.options.get("method") or "GET")
    if path is None:
        return
    key = (method, _PARAMETER.sub("{}", f"{prefix}{path}"))
    if key in existing:
        if unit.implementation not in unwrapped(existing[key]):
            what = f"answers {method} {prefix}{path}, for which this application has a route already"
            yield Problem(str(unit), what, "give one of them another path or method, or mount with a prefix")
        return
    if key in added:
        what = f"answers {method} {prefix}{path}, and so does another unit of the package"
        yield Problem(str(unit), what, "give one of them another path or method")
        return
    try:
        router.add_api_route(
            str(path),
            decorated(unit),
            methods=[method],
            name=unit.qualname,
            tags=list(unit.options.get("tags") or ()),  # type: ignore[call-overload]  # a list of texts, as scanned
            status_code=unit.options.get("status"),  # type: ignore[arg-type]  # a number, as scanned
            description=prose(unit.doc),
            operation_id=f"{unit.module}.{unit.qualname}".replace(".", "_"),
        )
    except VibesafeConfigurationError as error:
        yield from error.problems
    except Exception as error:  # noqa: BLE001 - whatever FastAPI and pydantic raise for a signature is told as a problem
        remedy = "annotate the endpoint with types that FastAPI can read and answer with"
        yield Problem(str(unit), f"cannot be made a route: {str(error).strip().partition(chr(10))[0]}", remedy)
    else:
        added[key] = f"{prefix}{path}"


def _routes(routes: "Iterable[BaseRoute]", prefix: str = "") -> "Iterator[tuple[tuple[str, str], object]]":
    """Yield method and path, without the names of parameters, of each route, and its endpoint.

    Newer releases of FastAPI keep an included router as one route, which knows its router.
    """
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from _routes(inner.routes, prefix + getattr(getattr(route, "include_context", None), "prefix", ""))
            continue
        path = _PARAMETER.sub("{}", f"{prefix}{getattr(route, 'path', '')}")
        for method in getattr(route, "methods", None) or ():
            yield (str(method), path), getattr(route, "endpoint", None)


def _answers_health(routes: "Iterable[BaseRoute]") -> bool:
    scope: dict[str, object] = {"type": "http", "method": "GET", "path": HEALTH, "root_path": "", "headers": []}
    return any(route.matches(dict(scope))[0] is Match.FULL for route in routes)


def _serve(app: FastAPI, state: _State, *, healthz: bool, manifest_header: bool) -> None:
    """Add what tells which packages are mounted, where it was asked for and is not there yet."""
    if healthz and not state.has_health:

        async def health() -> dict[str, object]:
            return {"status": "ok", "manifests": state.digests}

        app.add_api_route(HEALTH, health, methods=["GET"], include_in_schema=False)
        state.has_health = True
    if manifest_header and not state.has_header:
        app.add_middleware(_ManifestHeader, digests=state.digests)
        state.has_header = True


class _ManifestHeader:
    """Says in each response which manifests cover what answers."""

    def __init__(self, app: "ASGIApp", digests: "dict[str, str | None]") -> None:
        self._app = app
        self._digests = digests

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        async def with_header(message: "Message") -> None:
            if message["type"] == "http.response.start":
                told = ", ".join(f"{package}={digest or _UNBAKED}" for package, digest in self._digests.items())
                message["headers"] = [*message.get("headers", ()), (HEADER, told.encode("ascii", "replace"))]
            await send(message)

        await self._app(scope, receive, with_header if scope["type"] == "http" else send)
