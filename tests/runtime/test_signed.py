"""A deployment that names keys runs only what one of them signed."""

import json

import pytest

from tests.runtime.conftest import BAKED, IMPLEMENTATION, Key, Site
from tests.runtime.conftest import bake_signed as bake

CALL = "from shop.pricing import total; print(total(4))"
KEYS = "VIBESAFE_TRUSTED_KEYS"


@pytest.fixture(scope="module")
def key() -> Key:
    return Key()


def test_what_a_trusted_key_signed_runs(site: Site, key: Key) -> None:
    bake(site, key.envelope)
    assert site.run(CALL, env={KEYS: key.text}) == "9"
    assert site.run(CALL, env={KEYS: f"{Key().text}, {key.text}"}) == "9"
    assert site.run(CALL) == "9"


def test_what_nobody_signed_is_refused_where_keys_are_trusted(site: Site, key: Key) -> None:
    bake(site, None)
    assert site.run(CALL) == "9"
    message = site.refuses(CALL, "VibesafeHashMismatch", env={KEYS: key.text})
    assert "is not signed" in message
    assert "VIBESAFE_TRUSTED_KEYS" in message


def test_what_another_key_signed_is_refused(site: Site, key: Key) -> None:
    bake(site, Key().envelope)
    assert "not trusted here" in site.refuses(CALL, "VibesafeHashMismatch", env={KEYS: key.text})


def test_who_rewrites_package_and_manifest_together_is_refused_with_a_key_alone(site: Site, key: Key) -> None:
    # Consistent in itself, with the old statement and its good signature.
    bake(site, key.envelope)
    statement = json.loads((site.path / BAKED / "statement.json").read_bytes())
    old = statement["predicate"]["manifestWithoutStatement"]
    bake(site, key.envelope, IMPLEMENTATION.replace("+ 1", "- 1"), state=old)
    assert site.run(CALL) == "7"
    assert "is not the manifest" in site.refuses(CALL, "VibesafeHashMismatch", env={KEYS: key.text})


def test_a_statement_that_names_two_manifests_is_refused(site: Site, key: Key) -> None:
    about = '"manifestWithoutStatement":"{}"'
    bake(site, key.envelope, tail="," + about.format("0" * 64))
    assert "is not the manifest" in site.refuses(CALL, "VibesafeHashMismatch", env={KEYS: key.text})
    # The control: inside a text it is no name.
    bake(site, key.envelope, tail=',"author":' + json.dumps(about.format("0" * 64)))
    assert site.run(CALL, env={KEYS: key.text}) == "9"


@pytest.mark.parametrize("value", ["", "ed25519:00", "nonsense", "ed25519:" + "0" * 64])
def test_a_variable_that_names_no_usable_key_closes(site: Site, key: Key, value: str) -> None:
    bake(site, key.envelope)
    site.refuses(CALL, "VibesafeConfigurationError", env={KEYS: value})


def test_an_envelope_of_another_statement_is_refused(site: Site, key: Key) -> None:
    bake(site, lambda statement: key.envelope(statement + b" "))
    assert "does not carry the statement" in site.refuses(CALL, "VibesafeHashMismatch", env={KEYS: key.text})
