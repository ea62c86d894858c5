"""An account in words: everything that is recorded, what is not known, and nothing that a terminal would act on."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hatch_vibesafe.identity import CheckpointHash, Digest, SpecHash, UnitId
from hatch_vibesafe.ship.account import Account
from hatch_vibesafe.ship.explanation import Explanation, explain_baked
from hatch_vibesafe.ship.printable import printable
from hatch_vibesafe.store.records import GateRecord, Provenance

GENERATED = Provenance(
    origin="generated",
    author="",
    provider="fast",
    provider_kind="openai-compatible",
    model_answered="Some-Model 7B",
    template="function.j2",
    sent=(("seed", 7), ("temperature", "0.1")),
    attempt=3,
    repairs=("added `import re`", "dropped the example on line 3"),
    parent=CheckpointHash("d" * 64),
    created="",
    tool="hatch-vibesafe 0.1.0",
)
ACCOUNT = Account(
    unit=UnitId.parse("shop.pricing/total"),
    spec_hash=SpecHash("a" * 64),
    checkpoint=CheckpointHash("b" * 64),
    prompt=Digest("c" * 64),
    provenance=GENERATED,
    sandbox="L2",
    gates=(GateRecord("types", "mypy", "1.2", passed=True, counts=(("errors", 0),)),),
    approver="Ada",
)


def baked(account: Account, signer: str = "") -> Explanation:
    return explain_baked(account, "shop/_vibesafe", signer)


def test_a_generated_implementation_is_told_from_the_model_to_the_approver() -> None:
    standing, author, source, judges, lock = baked(ACCOUNT).paragraphs
    assert standing.startswith("It ships in shop/_vibesafe")
    assert author == (
        'Some-Model 7B wrote it at attempt 3, asked through the provider "fast" (openai-compatible). '
        "Put right in it by rule, before it was judged: added `import re`; dropped the example on line 3."
    )
    assert "aaaaaaaaaaaa" in source
    assert "Sent with it: seed 7, temperature 0.1." in source
    assert (
        judges
        == "It passed types (mypy 1.2, errors: 0), in a worker confined by Landlock and seccomp (sandbox level L2)."
    )
    assert "Its parent, active at that time, is dddddddddddd. Ada approved it." in lock


def test_what_is_only_claimed_is_said_to_be_unknown() -> None:
    assert "the provider says so" in baked(ACCOUNT).unknown[0]
    submitted = replace(ACCOUNT, provenance=replace(GENERATED, origin="submitted", author="Zoë"), approver="")
    assert "handed in by Zoë" in baked(submitted).paragraphs[1]
    assert "No prompt was sent" in baked(submitted).paragraphs[2]
    assert "Nobody is recorded" in baked(submitted).paragraphs[4]
    assert "who handed it in says so" in baked(submitted).unknown[0]
    nameless = replace(submitted, provenance=replace(submitted.provenance, author=""))
    assert "somebody who gave no name" in baked(nameless).paragraphs[1]
    assert baked(nameless).unknown[0] == "who wrote it"
    assert "no trusted key was asked for" in baked(ACCOUNT).unknown[-1]
    assert not any("key" in unknown for unknown in baked(ACCOUNT, "SHA256:abc").unknown)
    assert "The trusted key SHA256:abc signed it." in baked(ACCOUNT, "SHA256:abc").paragraphs[0]


@pytest.mark.parametrize(
    ("capabilities", "said"),
    [
        ((), "What it may do beside computing is not recorded."),
        (("pure",), "It may do nothing but compute (pure)."),
        (("clock", "net\x1b"), "Beside computing it may use clock, net"),
    ],
)
def test_what_it_may_do_is_told(capabilities: tuple[str, ...], said: str) -> None:
    source = baked(replace(ACCOUNT, capabilities=capabilities)).paragraphs[2]
    assert said in source
    assert "\x1b" not in source


@pytest.mark.parametrize(
    ("account", "words"),
    [
        (replace(ACCOUNT, gates=(), sandbox=""), "No gate is recorded"),
        (replace(ACCOUNT, sandbox="none"), "in no sandbox"),
        (replace(ACCOUNT, sandbox="L0"), "under resource limits alone"),
        (replace(ACCOUNT, sandbox="L3"), "inside bubblewrap"),
        (replace(ACCOUNT, sandbox="L9"), "in a sandbox of level L9"),
        (replace(ACCOUNT, gates=(replace(ACCOUNT.gates[0], passed=False),)), "did not pass types"),
        (replace(ACCOUNT, provenance=replace(GENERATED, origin="recorded")), "recorded earlier and replayed"),
        (replace(ACCOUNT, provenance=replace(GENERATED, model_answered="")), "A model that is not named"),
        (replace(ACCOUNT, provenance=replace(GENERATED, parent=None)), "It has no parent"),
        (replace(ACCOUNT, provenance=replace(GENERATED, sent=())), "Sent with it: nothing"),
    ],
)
def test_what_is_missing_is_said(account: Account, words: str) -> None:
    assert any(words in paragraph for paragraph in baked(account).paragraphs)
    assert not any(words in paragraph for paragraph in baked(ACCOUNT).paragraphs)


@given(st.text())
def test_nothing_that_is_shown_acts_on_a_terminal(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    assert len(text) > 300 or not text.isprintable() or shown == text
    said = replace(GENERATED, author=text, origin="submitted", repairs=(text,), tool=text)
    gate = GateRecord(text, text, text, passed=True, counts=((text, 1),))
    account = replace(ACCOUNT, provenance=said, approver=text, sandbox=text, gates=(gate,))
    assert all(paragraph.isprintable() for paragraph in baked(account).paragraphs)


def test_a_very_long_text_is_cut() -> None:
    assert len(printable("a" * 10_000)) < 400
