"""What the tests of this room share: specs, a real HTTP server that misbehaves on demand, a project on disk."""

import re
from collections.abc import Callable

import pytest

from hatch_vibesafe.identity import SpecHash, UnitId
from hatch_vibesafe.spec.model import Reference, Spec, UnitOptions, UnitSettings

MakeSpec = Callable[..., Spec]


@pytest.fixture(scope="session")
def make_spec() -> MakeSpec:
    def make(
        *,
        head: str = "def total(xs: List[int], limit: int = 3) -> int:",
        docstring: str = "Add.\n\n>>> total([1])\n1",
        pre_hole: str = "",
        header: tuple[str, ...] = ("from typing import List",),
        references: tuple[Reference, ...] = (),
        template: str = "Write {{ name }}.",
        sent: tuple[tuple[str, str | int | float], ...] = (),
    ) -> Spec:
        name = re.findall(r"\w+", head.partition("(")[0].partition("[")[0])[-1]
        return Spec(
            unit=UnitId("app.m", name),
            options=UnitOptions(),
            path="app/m.py",
            line=3,
            head=head,
            is_async=head.startswith("async"),
            docstring=docstring,
            examples=(),
            pre_hole=pre_hole,
            header=header,
            references=references,
            settings=UnitSettings("function.j2", template, sent),
            parts=(),
            spec_hash=SpecHash("0" * 64),
        )

    return make
