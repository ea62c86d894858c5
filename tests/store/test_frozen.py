"""What endpoints were frozen with: the file of requirements, and what differs from what is installed."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.problems import VibesafeError
from hatch_vibesafe.store.frozen import (
    REQUIREMENTS,
    frozen_drift,
    normal_name,
    requirements_drift,
    requirements_text,
    write_requirements,
)

ONE, OTHER = UnitId("app.web", "one"), UnitId("app.web", "other")


def test_the_requirements_are_those_of_every_endpoint() -> None:
    text = requirements_text({OTHER: (("b", "2"), ("c", "3")), ONE: (("a", "1"), ("b", "2"))})
    assert [line for line in text.splitlines() if not line.startswith("#")] == ["a==1", "b==2", "c==3"]


def test_two_versions_of_one_distribution_are_refused() -> None:
    with pytest.raises(VibesafeError) as caught:
        requirements_text({ONE: (("a", "1"),), OTHER: (("a", "2"),)})
    assert caught.value.problems[0].what == "passed its gates with a 2, and app.web/one with 1"


@given(st.lists(st.sampled_from("-_."), min_size=1))
def test_a_name_has_one_normal_form(signs: list[str]) -> None:
    assert normal_name(f"Web{''.join(signs)}Kit") == "web-kit"


def test_only_another_version_is_drift() -> None:
    (problem,) = frozen_drift("here", (("a", "1"), ("b", "2"), ("c", "3")), {"a": "1", "b": "3"})
    assert problem.what == "passed its gates with b 2, and 3 is installed"


def test_the_file_is_written_once_and_compared(tmp_path: Path) -> None:
    frozen = {ONE: (("a", "1"),)}
    assert "is missing" in requirements_drift(tmp_path, frozen)[0].what
    assert write_requirements(tmp_path, requirements_text(frozen))
    assert not write_requirements(tmp_path, requirements_text(frozen))
    assert requirements_drift(tmp_path, frozen) == ()
    (tmp_path / REQUIREMENTS).write_bytes((tmp_path / REQUIREMENTS).read_bytes().replace(b"\n", b"\r\n"))
    assert requirements_drift(tmp_path, frozen) == ()
    (tmp_path / REQUIREMENTS).write_text("a==2\n")
    assert "does not say" in requirements_drift(tmp_path, frozen)[0].what
    assert requirements_drift(tmp_path, {}) == ()
