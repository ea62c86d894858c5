"""Units of kind "http": what the scan refuses, what it warns of, and what of it is in the hash."""

from collections.abc import Callable, Mapping

import pytest

from hatch_vibesafe.spec.model import Scan, Spec

SpecOf = Callable[..., Spec]
ProblemsOf = Callable[[str], list[tuple[str, str]]]
Scanned = Callable[[Mapping[str, str | bytes]], Scan]

RUNTIME = "from vibesafe_runtime import VibeCoded, vibesafe\n"
BODY = "    '''A.\n\n    >>> f(1)\n    1\n    '''\n    raise VibeCoded()\n"
DEPENDS = "from typing import Annotated\nfrom fastapi import APIRouter, Depends, Query\nrouter = APIRouter()\n"


def endpoint(options: str = "path='/x'", head: str = "def f(n: int) -> int") -> str:
    return f"@vibesafe.http({options})\n{head}:\n{BODY}"


@pytest.mark.parametrize(
    "text",
    [
        endpoint("path='/'"),
        endpoint("method='DELETE', path='/items/{n}', tags=['a']"),
        endpoint("path='/items/{n:int}/all'"),
        endpoint("path='/f/{n:path}'"),
        endpoint("path='/x', method='POST', status=201"),
        endpoint("path='/x', status=204", "def f(n: int) -> None"),
        endpoint("path='/a-b/c.d/~e/%20/@f:g'"),
        DEPENDS + endpoint("path='/u/{user}'", "async def f(me: Annotated[str, Depends(len)]) -> str"),
        DEPENDS + "Me = Annotated[str, Depends(len)]\n" + endpoint("path='/u/{user}'", "def f(me: Me) -> str"),
        "from app.people import Me\n" + endpoint("path='/u/{user}'", "def f(me: Me) -> str"),
        DEPENDS + "@router.post('/x')\n" + endpoint("", "def f(*, n: Annotated[int, Query()] = 3) -> int"),
        DEPENDS + "@router.post('/x')\n" + endpoint("method='POST', path='/x'"),
        DEPENDS + "@router.api_route('/x', methods=['POST'])\n" + endpoint("method='POST'"),
    ],
)
def test_what_an_endpoint_may_be(problems_of: ProblemsOf, text: str) -> None:
    assert problems_of(text) == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (endpoint("method='FETCH', path='/'"), "'FETCH' is no method of HTTP"),
        (endpoint("method='post', path='/'"), "'post' is no method of HTTP"),
        (endpoint("path='x'"), "does not begin with /"),
        (endpoint("path=''"), "does not begin with /"),
        (endpoint("path='/a b'"), "holds ' '"),
        (endpoint("path='/a?b=c'"), "holds '?'"),
        (endpoint("path='/{n'"), "holds '{'"),
        (endpoint("path='/{ n }'"), "holds '{'"),
        (endpoint("path='/{n}/{n}'"), "has the parameter n twice"),
        (endpoint("path='/{n:number}'"), "converts with 'number'"),
        (endpoint("path='/{m}'"), "has the parameter m, and the signature has not"),
        (endpoint("path='/{n}'", "def f(n: int = 3) -> int"), "its default would never count"),
        (endpoint("path='/{n}'", "def f(*, n: int = 3) -> int"), "its default would never count"),
        (endpoint(head="def f(n: int, /) -> int"), "n is positional only"),
        (endpoint(head="def f(*n: int) -> int"), "no request can fill *n"),
        (endpoint(head="def f(**n: int) -> int"), "no request can fill **n"),
        ("from collections.abc import Iterator\n" + endpoint(head="def f(n: int) -> Iterator[int]"), "is a generator"),
        (f"@vibesafe.http(path='/')\ndef f(n: int) -> int:\n    yield 1\n{BODY}", "is a generator"),
        (endpoint("path='/', status=99"), "the status 99 does not end a request"),
        (endpoint("path='/', status=600"), "the status 600 does not end a request"),
        (endpoint("path='/', status=204"), "has no content, and the endpoint returns something"),
        (endpoint("path='/', status='200'"), "status is not a number written out"),
        (endpoint("path='/', status=True"), "status is not a number written out"),
        ("@vibesafe(method='POST')\ndef f(n: int) -> int:\n" + BODY, "method is an option of kind 'http'"),
        ("@vibesafe.cli(path='/')\ndef f(n: int) -> int:\n" + BODY, "path is an option of kind 'http'"),
        ("@vibesafe(status=200)\ndef f(n: int) -> int:\n" + BODY, "status is an option of kind 'http'"),
        (DEPENDS + "@router.post('/x')\n" + endpoint("path='/y'"), "two paths: /y in @vibesafe.http, and /x"),
        (DEPENDS + "@router.post('/x')\n" + endpoint("method='GET'"), "two methods: GET in @vibesafe.http"),
        (
            "class A:\n    @vibesafe.http(path='/')\n    def f(self) -> int:\n        raise VibeCoded()\n",
            "a method cannot be an endpoint",
        ),
    ],
)
def test_what_cannot_be_an_endpoint_is_one_problem(problems_of: ProblemsOf, text: str, what: str) -> None:
    ((_, found),) = problems_of(text)
    assert what in found


def test_a_route_decorator_below_ours_would_serve_the_stub(problems_of: ProblemsOf) -> None:
    text = f"{DEPENDS}@vibesafe.http()\n@router.get('/x')\ndef f(n: int) -> int:\n{BODY}"
    ((where, found),) = problems_of(text)
    assert "@router.get(...) stands below @vibesafe, so that requests would reach the stub" in found
    assert where.startswith("app/m.py:6")


def test_two_endpoints_of_a_package_for_the_same_requests_are_refused(scanned: Scanned) -> None:
    one = RUNTIME + endpoint("path='/items/{n}'")
    other = RUNTIME + endpoint("method='GET', path='/items/{m}'", "def f(m: int) -> int")
    found = scanned({"app": "", "app.one": one, "app.two": other, "app.v2": "", "app.v2.three": other})
    assert [str(spec.unit) for spec in found.specs] == ["app.v2.three/f"]
    assert [problem.what for problem in found.all_problems] == [
        "app.one/f answers GET /items/{n}, and so does app.two/f",
        "app.two/f answers GET /items/{m}, and so does app.one/f",
    ]


def test_a_function_that_a_router_routes_is_told_to_be_no_endpoint(scanned: Scanned) -> None:
    """Its examples could send no request, and a contract that is broken would be answered with 500, whatever broke."""

    def told(decorators: str) -> list[str]:
        text = f"{RUNTIME}{DEPENDS}{decorators}\ndef f(n: int) -> int:\n{BODY}"
        return [problem.remedy for problem in scanned({"app": "", "app.m": text}).warnings]

    assert told("@router.post('/x')\n@vibesafe") == ["write @vibesafe.http"]
    assert told("@router.post('/x')\n@vibesafe.http") == []
    assert told("@vibesafe") == []
    assert told("@str.format('/x')\n@vibesafe") == []


def test_another_method_or_a_router_of_its_own_is_another_route(scanned: Scanned) -> None:
    one = RUNTIME + endpoint("path='/x'")
    other = RUNTIME + endpoint("method='PUT', path='/x'")
    third = RUNTIME + DEPENDS + "@router.get('/x')\n" + endpoint("path='/x'")
    assert scanned({"app": "", "app.one": one, "app.two": other, "app.three": third}).all_problems == ()


def test_an_endpoint_that_nothing_routes_is_a_warning(scanned: Scanned) -> None:
    (warning,) = scanned({"m": RUNTIME + endpoint("")}).warnings
    assert "no application has a route to it" in warning.what
    assert scanned({"m": RUNTIME + DEPENDS + "@router.get('/')\n" + endpoint("")}).warnings == ()


def test_each_option_is_in_the_hash_and_a_status_only_where_it_is_given(spec_of: SpecOf) -> None:
    options = ["path='/x'", "path='/y'", "path='/x', method='POST'", "path='/x', tags=['a']", "path='/x', status=201"]
    assert len({spec_of(endpoint(each)).spec_hash for each in options}) == len(options)
    assert spec_of(endpoint("path='/x', status=None")).spec_hash == spec_of(endpoint("path='/x'")).spec_hash


def test_an_example_that_sends_a_request_proves_something(scanned: Scanned) -> None:
    text = endpoint("path='/x'").replace(">>> f(1)", ">>> client.get('/x', params={'n': 1}).json()")
    found = scanned({"m": RUNTIME + text})
    assert (found.all_problems, found.warnings) == ((), ())
    assert found.specs[0].proves_something
    assert (
        not scanned({"m": RUNTIME + text.replace("@vibesafe.http(path='/x')", "@vibesafe")}).specs[0].proves_something
    )


def test_a_request_to_an_endpoint_without_a_path_is_refused(problems_of: ProblemsOf) -> None:
    text = endpoint("").replace(">>> f(1)", ">>> client.get('/x').json()")
    ((where, what),) = problems_of(text)
    assert (where, what) == ("app/m.py:6  app.m/f", "an example sends a request, and the endpoint has no path")
    assert problems_of(DEPENDS + "@router.get('/x')\n" + text) == []
