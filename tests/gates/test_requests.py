"""Examples of endpoints: calls, `anyio.run`, and requests that go through ASGI in the sandbox."""

import importlib.util

import pytest

from hatch_vibesafe.gates import doctests
from hatch_vibesafe.gates.frameworks import missing_frameworks
from hatch_vibesafe.gates.sandbox import Sandbox
from hatch_vibesafe.gates.verdict import Fault

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tests.gates.conftest import AtLevel, Bench, MakeBench

ENDPOINTS = '''
    from typing import Annotated

    from fastapi import APIRouter, Depends, Header, HTTPException
    from pydantic import BaseModel

    from vibesafe_runtime import VibeCoded, vibesafe


    class Item(BaseModel):
        name: str
        count: int = 1


    def user(token: str = "nobody") -> str:
        return token


    @vibesafe.http(method="POST", path="/items/{shelf}", status=201)
    async def add(
        shelf: int, item: Item, me: Annotated[str, Depends(user)], x_trace: Annotated[str, Header()] = ""
    ) -> Item:
        """Put an item on a shelf; its name says whose it is.

        >>> client.post("/items/3", json={"name": "nail"}, params={"token": "me"}).json()
        {'name': 'me/nail', 'count': 1}
        >>> done = client.post("/items/3", json={"name": "nail", "count": 2}, headers={"x-trace": "t"})
        >>> done.status_code, done.json()["count"], done.headers["content-type"]
        (201, 2, 'application/json')
        >>> client.post("/items/three", json={}).status_code
        422
        >>> client.post("/items/3", content="{", headers={"content-type": "application/json"}).text[12:31]
        '"type":"json_invali'
        >>> client.get("/items/3").status_code
        405
        >>> import anyio
        >>> anyio.run(add, 1, Item(name="a"), "b")
        Item(name='b/a', count=1)
        """
        raise VibeCoded()


    router = APIRouter(prefix="/v1")


    @router.get("/halves/{n}")
    @vibesafe.http
    def halve(n: int) -> int:
        """Half of an even number; 409 for others.

        >>> client.get("/v1/halves/4").json()
        2
        >>> client.get("/v1/halves/3").status_code
        409
        >>> halve(8)
        4
        """
        if n % 2:
            raise HTTPException(409)
        raise VibeCoded()
'''
ADD = """
    from typing import Annotated

    from fastapi import Depends, Header

    from app.endpoints import Item, user


    async def add(
        shelf: int, item: Item, me: Annotated[str, Depends(user)], x_trace: Annotated[str, Header()] = ""
    ) -> Item:
        return {}
"""
HONEST = ADD.format('Item(name=f"{me}/{item.name}", count=item.count)')
HALVE = """
    from fastapi import HTTPException


    def halve(n: int) -> int:
        if n % 2:
            raise HTTPException(409)
        return {}
"""


@pytest.fixture
def endpoints(bench: "MakeBench") -> "Bench":
    return bench({"app/__init__.py": "", "app/endpoints.py": ENDPOINTS}, "[sandbox]\ntimeout = 30\n")


@pytest.mark.parametrize("level", ["L0", "L3"])
def test_requests_reach_the_candidate_at_every_level(endpoints: "Bench", at_level: "AtLevel", level: str) -> None:
    at_level(level)
    assert endpoints.doctests("app.endpoints/add", HONEST) == ((),)
    right, wrong = endpoints.doctests("app.endpoints/halve", HALVE.format("n // 2"), HALVE.format("n // 3"))
    # Its router's prefix is part of the path that is asked.
    assert (right, [finding.message.partition(" (")[0] for finding in wrong]) == ((), ["example 1", "example 3"])


WRONG = {
    "item": "expected\n    {'name': 'me/nail', 'count': 1}\ngot\n    {'name': 'nail', 'count': 1}",
    "Item(name=f'{me}/{item.name}')": "example 3",
    "None": "ResponseValidationError",
    "{}['x']": "KeyError: 'x'",
    "exec('raise SystemExit(0)')": "SystemExit",
    "__import__('os')._exit(0)": "has no answer",
    "print('HTTP/1.1 201 Created')": "HTTP/1.1 201 Created",
    "type('Item', (Item,), {'__eq__': lambda *_: True})(name='x')": "example 1",
}


def test_a_wrong_endpoint_is_refused(endpoints: "Bench") -> None:
    found = endpoints.doctests("app.endpoints/add", *(ADD.replace("{}", body, 1) for body in WRONG))
    for findings, told in zip(found, WRONG.values(), strict=True):
        assert told in "\n".join(finding.message for finding in findings)


def test_a_client_of_the_module_itself_is_left_alone(bench: "MakeBench") -> None:
    text = """
        from vibesafe_runtime import VibeCoded, vibesafe

        client = {"get": len}


        @vibesafe.http(path="/")
        def halve(n: int) -> int:
            '''Half of it.

            >>> client["get"]("ab") + halve(4)
            4
            >>> client.get(1, 2, 3)
            Traceback (most recent call last):
            TypeError: get expected at most 2 arguments, got 3
            '''
            raise VibeCoded()
    """
    made = bench({"app/__init__.py": "", "app/endpoints.py": text})
    assert made.doctests("app.endpoints/halve", "def halve(n: int) -> int:\n    return n // 2\n") == ((),)


def test_what_requests_need_and_is_not_there_is_a_fault(endpoints: "Bench", monkeypatch: pytest.MonkeyPatch) -> None:
    assert missing_frameworks(endpoints.spec("app.endpoints/add")) == ()
    there = importlib.util.find_spec
    monkeypatch.setattr(
        "hatch_vibesafe.gates.frameworks.find_spec", lambda name: None if name == "httpx" else there(name)
    )
    candidate = endpoints.candidate("app.endpoints/add", HONEST)
    sandbox = Sandbox(endpoints.project.config.sandbox)
    (opinion,) = doctests.check([candidate], endpoints.context(), endpoints.surroundings(), sandbox)
    assert isinstance(opinion, Fault)
    (problem,) = opinion.problems
    assert (problem.what, problem.remedy) == (
        "its examples send requests, and for that httpx is needed, which is not installed",
        "pip install httpx",
    )
