"""Units of kind "http" as routes of a FastAPI application: what is added, what it answers, and what is refused."""

import asyncio
import importlib
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI

from tests.runtime.conftest import Site
from vibesafe_runtime import (
    VibesafeConfigurationError,
    VibesafeContractViolation,
    VibesafeHashMismatch,
    _finder,
    _units,
)
from vibesafe_runtime._manifest import sha256
from vibesafe_runtime.fastapi import UnitRoute, answer_violations, mount

IMPORTS = """\
from typing import Annotated

from fastapi import APIRouter, Depends, Header
from pydantic import BaseModel

from vibesafe_runtime import VibeCoded, vibesafe
"""
MODELS = """\
from pydantic import BaseModel


class Item(BaseModel):
    name: str
    count: int = 1


def user(token: str = "nobody") -> str:
    return token
"""
ADD = '''\
@vibesafe.http(method="POST", path="/items/{shelf}", tags=["stock"], status=201)
async def add(
    shelf: int, item: Item, me: Annotated[str, Depends(user)], x_trace: Annotated[str, Header()] = "", *, q: int = 0
) -> Item:
    """Put an item on a shelf.

    Requires:
        shelf > 0

    Args:
        shelf: Where it goes.

    ```hypothesis
    n = st.integers()
    assert n == n
    ```

    >>> 1
    1

    It is counted.
    """
    raise VibeCoded()
'''
ADDED = """\
from typing import Annotated

from fastapi import Depends, Header

from SHOP.models import Item, user


async def add(
    shelf: int, item: Item, me: Annotated[str, Depends(user)], x_trace: Annotated[str, Header()] = "", *, q: int = 0
) -> Item:
    return Item(name=f"{shelf} {item.name} {me} {x_trace} {q}", count=item.count)
"""
GREET = '@vibesafe(kind="http", path="/greet")\ndef greet(name: str) -> str:\n    """Greet."""\n    raise VibeCoded()\n'
GREETED = 'def greet(name: str) -> str:\n    return f"hello {name}"\n'
BROKEN = """\
from vibesafe_runtime._contract import violation


def greet(name: str) -> str:
    raise violation(CLAUSE, UNIT, {"name": name})
"""


@dataclass
class Shop:
    site: Site
    name: str

    def bake(self, units: dict[str, tuple[str, str]]) -> Path:
        """Write a module for each unit, with its stub and implementation, and bake them."""
        self.site.write(f"{self.name}/__init__.py", "")
        self.site.write(f"{self.name}/models.py", MODELS)
        for module, (stub, _) in units.items():
            self.site.write(f"{self.name}/{module}.py", f"{IMPORTS}from {self.name}.models import Item, user\n\n{stub}")
        implementations = {}
        for module, (stub, text) in units.items():
            (function,) = re.findall(r"def (\w+)", stub)
            implementations[f"{self.name}.{module}/{function}"] = text.replace("SHOP", self.name)
        return self.site.bake(self.name, implementations, specs=tuple(f"{self.name}/{module}.py" for module in units))


@pytest.fixture
def shop(site: Site, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Shop]:
    """A package to be imported in this process, which forgets it afterwards."""
    name = f"shop_{sha256(request.node.nodeid.encode())[:8]}"
    monkeypatch.syspath_prepend(str(site.path))
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    monkeypatch.setattr(_units, "_units", {})
    yield Shop(site, name)
    for each in [each for each in sys.modules if each.partition(".")[0] == name]:
        del sys.modules[each]
    _finder._covered.pop(f"{name}._vibesafe", None)
    _finder._by_top.pop(name, None)


def asked(app: FastAPI, method: str, path: str, **options: object) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.request(method, path, **options)  # type: ignore[arg-type]  # as httpx has them

    return asyncio.run(ask())


def refused(mounting: Callable[[], object]) -> list[str]:
    with pytest.raises(VibesafeConfigurationError) as caught:
        mounting()
    return [problem.what for problem in caught.value.problems]


def test_each_unit_answers_with_its_path_models_status_and_dependencies(shop: Shop) -> None:
    shop.bake({"stock": (ADD, ADDED), "greetings": (GREET, GREETED)})
    app = FastAPI()
    assert mount(app, shop.name) == ("GET /greet", "POST /items/{shelf}")
    done = asked(app, "POST", "/items/3?q=4&token=me", json={"name": "nail"}, headers={"x-trace": "t"})
    assert (done.status_code, done.json()) == (201, {"name": "3 nail me t 4", "count": 1})
    assert asked(app, "POST", "/items/x", json={}).status_code == 422
    assert (
        asked(app, "POST", "/items/1", content=b"\xff", headers={"content-type": "application/json"}).status_code == 400
    )
    assert asked(app, "GET", "/greet", params={"name": "you"}).json() == "hello you"


def test_the_document_says_what_the_docstring_says_to_people(shop: Shop) -> None:
    shop.bake({"stock": (ADD, ADDED), "greetings": (GREET, GREETED)})
    app = FastAPI()
    mount(app, shop.name, prefix="/v1")
    paths = app.openapi()["paths"]
    assert set(paths) == {"/v1/items/{shelf}", "/v1/greet"}
    told = paths["/v1/items/{shelf}"]["post"]
    assert told["description"] == "Put an item on a shelf.\n\nArgs:\n    shelf: Where it goes.\n\nIt is counted."
    assert told["tags"] == ["stock"]
    # 400 is what FastAPI answers where a body is no text; it does not document it itself.
    assert set(told["responses"]) == {"201", "400", "422"}
    assert set(paths["/v1/greet"]["get"]["responses"]) == {"200", "422"}
    assert told["responses"]["201"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Item"}
    operations = {operation["operationId"] for path in paths.values() for operation in path.values()}
    assert operations == {f"{shop.name}_stock_add", f"{shop.name}_greetings_greet"}


def test_dependencies_of_the_mount_guard_every_route(shop: Shop) -> None:
    shop.bake({"greetings": (GREET, GREETED)})
    app = FastAPI()
    seen: list[str] = []
    mount(app, shop.name, dependencies=[Depends(lambda: seen.append("asked"))])
    assert asked(app, "GET", "/greet?name=x").status_code == 200
    assert seen == ["asked"]


def test_health_and_header_say_the_digest_of_the_manifest(shop: Shop) -> None:
    directory = shop.bake({"greetings": (GREET, GREETED)})
    digest = sha256((directory / "MANIFEST").read_bytes())
    app = FastAPI()
    mount(app, shop.name, healthz=True, manifest_header=True)
    done = asked(app, "GET", "/healthz")
    assert done.json() == {"status": "ok", "manifests": {shop.name: digest}}
    assert done.headers["vibesafe-manifest"] == f"{shop.name}={digest}"
    assert "/healthz" not in app.openapi()["paths"]
    plain = FastAPI()
    mount(plain, shop.name)
    assert asked(plain, "GET", "/healthz").status_code == 404
    assert "vibesafe-manifest" not in asked(plain, "GET", "/greet?name=x").headers


def test_health_answers_before_a_unit_whose_path_matches_it(shop: Shop) -> None:
    shop.bake({"greetings": (GREET.replace("/greet", "/{name}"), GREETED)})
    app = FastAPI()
    assert mount(app, shop.name, healthz=True) == ("GET /{name}",)
    assert asked(app, "GET", "/healthz").json()["status"] == "ok"
    assert asked(app, "GET", "/you").json() == "hello you"


@pytest.mark.parametrize("is_included", [False, True])
@pytest.mark.parametrize(("path", "method", "is_fine"), [("/{any}", "GET", False), ("/{any}", "PUT", True)])
def test_health_is_refused_behind_a_route_that_matches_it(
    shop: Shop, path: str, method: str, *, is_fine: bool, is_included: bool
) -> None:
    shop.bake({"greetings": (GREET, GREETED)})
    app = FastAPI()
    router = APIRouter()
    (router if is_included else app).add_api_route(path, lambda: "mine", methods=[method])
    app.include_router(router)
    if is_fine:
        mount(app, shop.name, healthz=True)
        assert asked(app, "GET", "/healthz").json()["status"] == "ok"
    else:
        told = refused(lambda: mount(app, shop.name, healthz=True))
        assert told == ["has a route already that answers GET /healthz"]
        assert mount(FastAPI(), shop.name, healthz=True) == ("GET /greet",)


@pytest.mark.parametrize(
    ("clause", "unit", "status"),
    [
        ("Requires name != ''", "SHOP.greetings/greet", 422),
        ("Requires name != ''", "SHOP.greetings/other", 500),
        ("Ensures result != 'secret'", "SHOP.greetings/greet", 500),
        ("Raises ValueError: name == ''", "SHOP.greetings/greet", 500),
    ],
)
def test_a_broken_clause_is_named_and_no_value_told(
    shop: Shop, caplog: pytest.LogCaptureFixture, clause: str, unit: str, status: int
) -> None:
    text = BROKEN.replace("CLAUSE", repr(clause)).replace("UNIT", repr(unit.replace("SHOP", shop.name)))
    shop.bake({"greetings": (GREET, text)})
    app = FastAPI()
    mount(app, shop.name)
    done = asked(app, "GET", "/greet?name=Rumpelstilzchen")
    assert done.status_code == status
    assert done.json() == {"detail": [{"type": clause.partition(" ")[0].lower(), "loc": ["contract"], "msg": clause}]}
    assert ("Rumpelstilzchen" in caplog.text) == (status == 500)


def test_an_answer_of_your_own_to_violations_stays(shop: Shop) -> None:
    text = BROKEN.replace("CLAUSE", "'Ensures x'").replace("UNIT", "'a/b'")
    shop.bake({"greetings": (GREET, text)})
    app = FastAPI()

    @app.exception_handler(VibesafeContractViolation)
    async def mine(*_: object) -> httpx.Response:
        from fastapi.responses import PlainTextResponse  # noqa: PLC0415 - only this test

        return PlainTextResponse("mine", 418)  # type: ignore[return-value]  # a response is what FastAPI asks for

    mount(app, shop.name)
    assert asked(app, "GET", "/greet?name=x").text == "mine"


def test_under_a_router_of_your_own_it_is_added_once(shop: Shop) -> None:
    stub = "router = APIRouter(route_class=ROUTE)\n\n\n@router.get('/greet')\n" + GREET.replace(
        '"""Greet."""', "'''Greet.\n\n    >>> 1\n    1\n    '''"
    )
    stub = f"from vibesafe_runtime.fastapi import UnitRoute as ROUTE\n\n{stub}"
    text = BROKEN.replace("CLAUSE", "'Requires x'").replace("UNIT", repr(f"{shop.name}.greetings/greet"))
    shop.bake({"greetings": (stub, text)})
    app = FastAPI()
    app.include_router(importlib.import_module(f"{shop.name}.greetings").router, prefix="/v1")
    assert mount(app, shop.name, prefix="/v1") == ()
    assert asked(app, "GET", "/v1/greet?name=x").status_code == 422
    # The implementation that was baked here has no docstring, as where Python runs with -OO.
    assert "description" not in app.openapi()["paths"]["/v1/greet"]["get"]
    assert mount(FastAPI(), shop.name) == ("GET /greet",)


def test_a_route_class_cuts_the_description_of_what_it_adds() -> None:
    def sum_up(n: int) -> int:
        """Sum up.

        >>> sum_up(1)
        1
        """
        return n

    app = FastAPI()
    router = APIRouter(route_class=UnitRoute)
    router.add_api_route("/sum", sum_up)
    router.add_api_route("/told", sum_up, description="As told.")
    app.include_router(router)
    paths = app.openapi()["paths"]
    assert [paths[path]["get"]["description"] for path in ("/sum", "/told")] == ["Sum up.", "As told."]
    answer_violations(app)


def test_what_a_decorator_above_makes_of_a_unit_is_what_answers(shop: Shop) -> None:
    loud = (
        "from functools import wraps\n\n\ndef loud(function):\n    @wraps(function)\n"
        "    def call(name: str) -> str:\n        return function(name).upper()\n\n    return call\n\n\n"
    )
    shop.site.write(f"{shop.name}/loud.py", loud)
    stub = f"from {shop.name}.loud import loud\n\n\n@loud\n{GREET}"
    shop.bake({"greetings": (stub, GREETED)})
    app = FastAPI()
    mount(app, shop.name)
    assert asked(app, "GET", "/greet?name=x").json() == "HELLO X"


def test_a_name_that_stands_for_something_else_is_not_served(shop: Shop) -> None:
    shop.bake({"greetings": (f"{GREET}\n\ngreet = len\n", GREETED)})
    (what,) = refused(lambda: mount(FastAPI(), shop.name))
    assert "is not what its module calls by that name" in what


def test_mounting_twice_is_refused(shop: Shop) -> None:
    shop.bake({"greetings": (GREET, GREETED)})
    app = FastAPI()
    mount(app, shop.name)
    assert "is mounted on this application already" in refused(lambda: mount(app, shop.name))[0]
    assert f"already, with {shop.name}" in refused(lambda: mount(app, f"{shop.name}.greetings"))[0]


@pytest.mark.parametrize("package", ["", ".t5", "t5.", "t-5", "a b", 5, None])
def test_what_names_no_package_is_refused(package: str) -> None:
    assert refused(lambda: mount(FastAPI(), package)) == [
        "is not the full name of a module or package, as a text with dots"
    ]


@pytest.mark.parametrize("prefix", ["v1", "/v1/", "/", "v1/", 5])
def test_a_wrong_prefix_is_refused_and_nothing_changed(shop: Shop, prefix: str) -> None:
    shop.bake({"greetings": (GREET, GREETED)})
    app = FastAPI()
    routes = [*app.routes]
    told = refused(lambda: mount(app, shop.name, prefix=prefix, healthz=True))
    assert told == ["does not begin with / or ends with it"]
    assert app.routes == routes
    assert mount(app, shop.name, prefix="/v1", healthz=True) == ("GET /v1/greet",)


def test_all_arguments_are_told_at_once() -> None:
    assert len(refused(lambda: mount(FastAPI(), "", prefix="v1"))) == len(["package", "prefix"])


def test_a_header_is_refused_once_the_application_has_started_and_nothing_changed(shop: Shop) -> None:
    shop.bake({"greetings": (GREET, GREETED)})
    app = FastAPI()
    assert asked(app, "GET", "/greet?name=x").status_code == 404
    routes = [*app.routes]
    told = refused(lambda: mount(app, shop.name, healthz=True, manifest_header=True))
    assert told == ["has started, so that no header can be added to its responses"]
    assert app.routes == routes
    assert mount(app, shop.name) == ("GET /greet",)
    assert asked(app, "GET", "/greet?name=x").json() == "hello x"


def test_clashing_paths_are_all_told_and_nothing_is_added(shop: Shop) -> None:
    other = ADD.replace("/items/{shelf}", "/fine")
    shop.bake({"greetings": (GREET, GREETED), "stock": (other, ADDED), "again": (GREET, GREETED)})
    app = FastAPI()
    app.add_api_route("/healthz", lambda: "mine", methods=["GET"])
    app.add_api_route("/v1/fine", lambda: "mine", methods=["POST"])
    before = app.openapi()["paths"]
    app.openapi_schema = None
    problems = refused(lambda: mount(app, shop.name, prefix="/v1", healthz=True))
    assert problems == [
        "answers GET /v1/greet, and so does another unit of the package",
        "answers POST /v1/fine, for which this application has a route already",
        "has a route already that answers GET /healthz",
    ]
    assert app.openapi()["paths"] == before


def test_a_package_without_endpoints_or_that_is_not_there_is_refused(shop: Shop) -> None:
    shop.bake({"greetings": ("@vibesafe\ndef greet(name: str) -> str:\n    raise VibeCoded()\n", GREETED)})
    assert refused(lambda: mount(FastAPI(), shop.name)) == ["has no unit of kind 'http'"]
    assert "cannot be imported" in refused(lambda: mount(FastAPI(), f"{shop.name}.nothing"))[0]
    assert "is a APIRouter" in refused(lambda: mount(APIRouter(), shop.name))[0]  # type: ignore[arg-type]  # on purpose


def test_endpoints_without_a_path_that_nobody_routes_are_refused(shop: Shop) -> None:
    shop.bake({"greetings": (GREET.replace(', path="/greet"', ""), GREETED)})
    assert "none says its path" in refused(lambda: mount(FastAPI(), shop.name))[0]


def test_what_fastapi_refuses_is_a_problem(shop: Shop) -> None:
    stub = GREET.replace("name: str", "name: object").replace("-> str", "-> object")
    text = "class Thing:\n    pass\n\n\ndef greet(name: Thing) -> Thing:\n    return name\n"
    shop.bake({"greetings": (stub, text)})
    (what,) = refused(lambda: mount(FastAPI(), shop.name))
    assert what.startswith("cannot be made a route: ")
    assert "\n" not in what


def test_a_changed_implementation_stops_the_application(shop: Shop) -> None:
    directory = shop.bake({"greetings": (GREET, GREETED)})
    file = directory / "greetings__greet.py"
    file.write_text(file.read_text().replace("hello", "HELLO"))
    app = FastAPI()
    with pytest.raises(VibesafeHashMismatch):
        mount(app, shop.name)
    assert app.openapi()["paths"] == {}


def test_a_module_that_was_put_beside_it_never_runs(shop: Shop) -> None:
    shop.bake({"greetings": (GREET, GREETED)})
    shop.site.write(f"{shop.name}/planted.py", "import vibesafe_runtime\nraise SystemExit('planted')\n")
    assert mount(FastAPI(), shop.name) == ("GET /greet",)


def test_without_fastapi_it_says_what_to_install(site: Site) -> None:
    done = site.python("-c", "import vibesafe_runtime.fastapi")
    assert (
        "ImportError: vibesafe_runtime.fastapi needs FastAPI, which is not installed: pip install fastapi"
        in done.stderr
    )


def test_the_decorator_alone_loads_no_web_framework(site: Site) -> None:
    site.write("shop/__init__.py", "")
    site.write("shop/greetings.py", f"from vibesafe_runtime import VibeCoded, vibesafe\n\n\n{GREET}")
    site.bake("shop", {"shop.greetings/greet": GREETED}, specs=("shop/greetings.py",))
    code = "import sys, shop.greetings; print(shop.greetings.greet('x'), *{'fastapi', 're', 'json'} & {*sys.modules})"
    assert site.run(code) == "hello x"
