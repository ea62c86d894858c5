"""`compile --max-…` and `compile --estimate`: what a run may cost, and what it would."""

from pathlib import Path
from typing import Any, cast

import pytest

from tests.cli.conftest import Command, Outcome
from tests.generate.conftest import ModelServer

DOUBLE = ("compile", "--target", "app.math/double")
ESTIMATE = ("compile", "--estimate", "--json")


def configured(project: Path, text: str) -> None:
    """Append to the configuration."""
    path = project / "vibesafe.toml"
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def problem(done: Outcome) -> str:
    return " ".join(done.error.split())


def total(command: Command, *words: str) -> dict[str, Any]:
    done = command(*ESTIMATE, *words)
    assert done.code == 0, done.error
    return cast("dict[str, Any]", done.document["total"])


def test_a_limit_of_calls_ends_the_run_and_says_what_raises_it(
    asking: Path, command: Command, server: ModelServer
) -> None:
    done = command(*DOUBLE, "--max-calls", "1")
    assert done.code == 1
    assert len(server.asked) == 1
    assert "--max-calls" in problem(done)
    assert "the budget of 1 calls is used up" in problem(done)
    assert "raise --max-calls" in problem(done)
    escalation = asking / ".vibesafe" / "escalations" / "app.math" / "double.md"
    assert escalation.relative_to(asking).as_posix() in problem(done), "what was refused is told too"
    assert "Nothing more was asked: the budget of 1 calls is used up." in escalation.read_text(encoding="utf-8")
    assert command(*DOUBLE, "--max-calls", "2").code == 0, "the control: the second answer is right"
    assert not escalation.exists()
    assert asking.is_dir()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--max-tokens", "5"), "raise --max-tokens"),
        (("--max-money", "1"), "set input_price and output_price"),
        (("--max-seconds", "0.0000001"), "raise --max-seconds"),
    ],
)
def test_a_limit_that_no_request_fits_into_has_nobody_asked(
    asking: Path, command: Command, server: ModelServer, words: tuple[str, ...], said: str
) -> None:
    done = command(*DOUBLE, *words)
    assert done.code == 1
    assert server.asked == []
    assert said in problem(done)
    assert asking.is_dir()


def test_the_command_line_tightens_what_is_configured_and_loosens_nothing(
    asking: Path, command: Command, server: ModelServer
) -> None:
    configured(asking, "[budget]\ncalls = 1\n")
    done = command(*DOUBLE, "--max-calls", "50")
    assert len(server.asked) == 1
    assert "raise calls in [budget]" in problem(done)


@pytest.mark.parametrize(
    "words",
    [
        ("--max-calls", "0"),
        ("--max-calls", "many"),
        ("--max-tokens", "-1"),
        ("--max-money", "0"),
        ("--max-money", "nan"),
        ("--max-money", "inf"),
        ("--max-seconds", "1e999999999"),
        ("--max-seconds", "-3"),
        ("--max-seconds", "soon"),
    ],
)
def test_what_is_no_limit_is_refused(
    asking: Path, command: Command, server: ModelServer, words: tuple[str, ...]
) -> None:
    assert command(*DOUBLE, *words).code == 2
    assert server.asked == []
    assert asking.is_dir()


def test_an_estimate_asks_nobody_and_writes_nothing(asking: Path, command: Command, server: ModelServer) -> None:
    before = sorted(path for path in asking.rglob("*") if "cache" not in path.parts)
    done = command("compile", "--estimate")
    assert done.code == 0, done.error
    assert server.asked == []
    assert sorted(path for path in asking.rglob("*") if "cache" not in path.parts) == before
    assert "m (default)" in done.out
    assert "2-6" in done.out, "two units, three attempts each"
    assert done.out.split()[-1] == "?", "a price that nobody knows is unknown"


def test_an_unknown_price_is_null_and_a_known_one_a_range(asking: Path, command: Command) -> None:
    unknown = total(command)
    assert unknown["least"]["cost"] is None
    assert unknown["most"]["cost"] is None
    assert unknown["units"] == 2
    assert unknown["likely_calls"] is None, "the ledger knows nothing yet"
    configured(asking, "input_price = 1\noutput_price = 2\nmax_tokens = 100\n")
    known = total(command)
    assert 0 < known["least"]["cost"] < known["most"]["cost"]
    assert known["most"]["output_tokens"] == known["most"]["calls"] * 100
    expected = (known["most"]["input_tokens"] + 2 * known["most"]["output_tokens"]) / 1e6
    assert known["most"]["cost"] == pytest.approx(expected)


def test_what_is_asked_lies_within_the_estimate(asking: Path, command: Command, server: ModelServer) -> None:
    promised = total(command, "--target", "app.math/double")
    assert command(*DOUBLE).code == 0
    assert promised["least"]["calls"] <= len(server.asked) <= promised["most"]["calls"]
    assert total(command, "--target", "app.math/double")["units"] == 0, "it is up to date now"
    again = total(command, "--target", "app.math/double", "--force")
    assert again["likely_calls"] == 2.0, "as many as it took"
    assert asking.is_dir()


def test_a_recorded_answer_costs_nothing_and_force_asks_anew(
    asking: Path, command: Command, server: ModelServer
) -> None:
    server.replies = [server.replies[1]]
    assert command(*DOUBLE).code == 0
    assert command("compile", "--estimate", "--offline").out == "nobody would be asked\n"
    for path in (asking / ".vibesafe" / "checkpoints").rglob("*"):
        if path.is_file():
            path.unlink()
    assert total(command, "--target", "app.math/double")["least"]["calls"] == 0
    assert total(command, "--target", "app.math/double", "--force")["least"]["calls"] == 1


def test_pools_and_fallbacks_widen_the_range(asking: Path, command: Command) -> None:
    prices = "input_price = {}\noutput_price = {}\nmax_tokens = 10\n"
    configured(asking, prices.format(2, 2) + 'pool = ["cheap"]\nfallback = ["dear"]\n')
    for name, price in (("cheap", 1), ("dear", 9)):
        table = f'[provider.{name}]\nkind = "openai-compatible"\nmodel = "{name}"\n'
        configured(asking, table + prices.format(price, price))
    both = total(command)
    least, most = both["least"], both["most"]
    assert least["cost"] == pytest.approx((least["input_tokens"] + least["output_tokens"]) * 1e-6)
    assert most["cost"] == pytest.approx((most["input_tokens"] + most["output_tokens"]) * 9e-6)


def test_a_unit_s_own_budget_bounds_the_estimate(asking: Path, command: Command) -> None:
    configured(asking, "[budget.unit]\ncalls = 2\n")
    assert total(command, "--samples", "4")["most"]["calls"] == 4
    done = command("compile", "--estimate", "--max-calls", "7")
    assert "--max-calls 7" in done.error
    assert "[budget.unit] calls 2" in done.error


def test_another_model_that_may_be_asked_in_the_end_is_in_the_estimate(asking: Path, command: Command) -> None:
    before = total(command)
    other = '[provider.other]\nkind = "openai-compatible"\nmodel = "o"\nmax_tokens = 7\n'
    configured(asking, f'{other}[generate]\nescalate_to = "other"\n')
    after = total(command)
    assert after["least"] == before["least"]
    assert after["most"]["calls"] == before["most"]["calls"] + 2
    assert after["most"]["output_tokens"] == before["most"]["output_tokens"] + 14


def test_an_estimate_needs_somebody_to_ask_and_tells_no_events(project: Path, command: Command) -> None:
    done = command("compile", "--estimate")
    assert done.code == 1
    assert "no provider is configured" in problem(done)
    assert command("compile", "--estimate", "--events").code == 2
    assert project.is_dir()
