"""Capabilities in the decorator and in the spec hash."""

from hatch_vibesafe.spec.model import SourceFile, Spec, UnitSettings
from hatch_vibesafe.spec.scan import scan


def spec(decorator: str) -> Spec:
    text = (
        f"from vibesafe_runtime import VibeCoded, vibesafe\n\n{decorator}\ndef f(x: int) -> int:\n"
        '    """>>> f(1)\n    1\n    """\n    raise VibeCoded()\n'
    )
    found = scan([SourceFile("app", "app.py", text.encode(), is_package=False)], lambda _: UnitSettings("t", "t"))
    assert found.all_problems == ()
    return found.specs[0]


def test_they_are_read_in_one_order() -> None:
    said = spec("@vibesafe(capabilities=['net', 'clock', 'import:numpy.linalg'])")
    assert said.options.capabilities == ("clock", "import:numpy.linalg", "net")


def test_they_are_part_of_the_hash_where_any_are_given() -> None:
    hashes = [
        spec(f"@vibesafe{options}").spec_hash
        for options in ("", "(capabilities=['clock'])", "(capabilities=['net'])", "(capabilities=['net', 'clock'])")
    ]
    assert len(set(hashes)) == len(hashes)


def test_to_say_pure_or_another_order_is_no_other_spec() -> None:
    assert spec("@vibesafe(capabilities=['pure'])").spec_hash == spec("@vibesafe").spec_hash
    first, second = "@vibesafe(capabilities=['net', 'env'])", "@vibesafe(capabilities=('env', 'net'))"
    assert spec(first).spec_hash == spec(second).spec_hash
