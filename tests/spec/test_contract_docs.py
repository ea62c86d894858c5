"""The example of the documentation is a spec with the clauses that it shows."""

from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from hatch_vibesafe.spec.model import Spec

DOCUMENT = Path(__file__).parents[2] / "docs" / "contracts.md"


def test_the_documented_example_has_its_clauses(spec_of: "Callable[..., Spec]") -> None:
    code = DOCUMENT.read_text(encoding="utf-8").partition("```python\n")[2].partition("```")[0]
    assert [clause.text for clause in spec_of(code).contract] == [
        "Requires low <= high",
        "Ensures low <= result <= high",
        "Ensures implies(low <= n <= high, result == n)",
    ]
