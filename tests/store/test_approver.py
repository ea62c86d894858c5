"""Whom git knows, and what may stand for a name."""

import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from hatch_vibesafe.approver import approver_from_git, is_approver

Ask = Callable[..., str]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """Return what git says in a repository of its own, whatever is configured on this machine."""
    subprocess.run(["git", "init", "-q", tmp_path / "project"], check=True)
    closed = {"HOME": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}

    def execute(settings: Mapping[str, str], **variables: str) -> str:
        for key, value in settings.items():
            subprocess.run(["git", "-C", tmp_path / "project", "config", key, value], check=True)
        return approver_from_git(tmp_path / "project", {"PATH": os.environ["PATH"], **closed, **variables})

    return execute


@pytest.mark.parametrize(
    ("settings", "approver"),
    [
        ({"user.name": "Zoë", "user.email": "z@example.org"}, "Zoë <z@example.org>"),
        ({"user.name": "Zoë"}, "Zoë"),
        ({"user.email": "z@example.org"}, "z@example.org"),
        ({}, ""),
    ],
)
def test_it_is_the_user_of_the_project(ask: Ask, settings: Mapping[str, str], approver: str) -> None:
    assert ask(settings) == approver


def test_no_variable_brings_a_value_of_its_own(ask: Ask) -> None:
    variables = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "user.name", "GIT_CONFIG_VALUE_0": "secret"}
    parameters = {"GIT_CONFIG_PARAMETERS": "'user.name=secret'"}
    assert ask({}, **variables) == ask({}, **parameters) == ""
    assert ask({"user.name": "Ada"}, **variables, **parameters) == "Ada"


def test_without_git_it_is_nobody(tmp_path: Path) -> None:
    assert approver_from_git(tmp_path, {"PATH": str(tmp_path)}) == ""
    assert approver_from_git(tmp_path / "nowhere", os.environ) == ""


@pytest.mark.parametrize("text", ["Ada", "Zoë Ångström <z@example.org>", "a" * 200, "李", "ci: nightly"])
def test_a_name_can_be_recorded(text: str) -> None:
    assert is_approver(text)


@pytest.mark.parametrize("text", ["", " ", "Ada ", "a\nb", "a" * 201, "\x1b[31m", "\u202e", "\ud800", "\x00"])
def test_what_is_no_name_cannot(text: str) -> None:
    assert not is_approver(text)
