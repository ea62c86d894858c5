from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.store.meta import Meta, meta_bytes, parse_meta
from hatch_vibesafe.store.moved import moved_parts

if TYPE_CHECKING:
    from tests.store.conftest import Store


def meta_of(store: "Store", spec: Spec | None = None) -> Meta:
    return parse_meta(meta_bytes(store.checkpoint(spec)), "meta.toml", "mend")


def test_nothing_moved(store: "Store") -> None:
    assert moved_parts(meta_of(store), store.spec()) == ()


@pytest.mark.parametrize(
    ("parts", "moved"),
    [
        ({"signature": "def add(a: float) -> int:"}, ("signature changed",)),
        ({"docstring": "Add two."}, ("docstring changed",)),
        ({"example_2": ">>> add(3)"}, ("docstring: example 2 changed",)),
        ({"example_3": ">>> add(3)"}, ("docstring: example 3 added",)),
        ({"example_2": None}, ("docstring: example 2 removed",)),
        ({"code_before_the_hole": "pass"}, ("code before the hole changed",)),
        ({"helper_app.text.slugify": "def slugify(): pass"}, ("helper app.text.slugify changed",)),
        ({"helper_app.text.slugify": None}, ("helper app.text.slugify removed",)),
        ({"helper_app.text.trim": "def trim(): ..."}, ("helper app.text.trim added",)),
        ({"template": "Do it."}, ("template changed",)),
        ({"options": "http"}, ("options changed",)),
        ({"signature": "x", "template": "y"}, ("signature changed", "template changed")),
    ],
)
def test_the_part_that_moved_is_named(store: "Store", parts: dict[str, str | None], moved: tuple[str, ...]) -> None:
    assert moved_parts(meta_of(store), store.spec_of(parts)) == moved


def test_settings_are_compared_with_what_was_sent(store: "Store") -> None:
    sent: tuple[tuple[str, str | int | float], ...]
    sent = (("model", "b"), ("provider", "openai-compatible"), ("seed", 7))
    spec = store.spec(sent=sent, settings="model b")
    assert moved_parts(meta_of(store), spec) == ("settings: model 'a' -> 'b'", "settings: seed unset -> 7")
    unset = store.spec(sent=(), settings="none")
    assert moved_parts(meta_of(store), unset) == (
        "settings: model 'a' -> unset",
        "settings: provider 'openai-compatible' -> unset",
    )


def test_settings_of_submitted_code_were_never_sent(store: "Store") -> None:
    checkpoint = store.checkpoint()
    provenance = replace(checkpoint.provenance, origin="submitted", provider_kind="", sent=())
    meta = replace(meta_of(store), provenance=provenance)
    assert moved_parts(meta, store.spec(settings="model b")) == ("settings changed",)


def test_another_hash_with_the_same_parts_still_moved(store: "Store") -> None:
    spec = replace(store.spec(), spec_hash=store.spec(signature="x").spec_hash)
    assert moved_parts(meta_of(store), spec) == ("the spec changed",)
