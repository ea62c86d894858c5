"""Whatever the source: formatting changes no hash, and an edit changes it."""

import ast
import io
import random
import tokenize

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hatch_vibesafe.spec.canonical import encode
from hatch_vibesafe.spec.model import SourceFile, Spec, UnitSettings
from hatch_vibesafe.spec.normalise import normalise_docstring
from hatch_vibesafe.spec.scan import scan

relaxed = settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=60
)


def spec_of(text: str) -> Spec:
    found = scan([SourceFile("m", "m.py", text.encode(), is_package=False)], lambda _: UnitSettings("t", "x"))
    assert found.all_problems == ()
    return found.specs[0]


@relaxed
@given(st.data())
def test_writing_anew_line_endings_and_comments_change_nothing(
    stubs: st.SearchStrategy[str], data: st.DataObject
) -> None:
    text = data.draw(stubs)
    spec = spec_of(text)
    assert spec_of(ast.unparse(ast.parse(text))).parts == spec.parts
    assert spec_of(text.replace("\n", "\r\n")).parts == spec.parts
    assert spec_of(with_comments(text, data.draw(st.randoms(use_true_random=False)))).parts == spec.parts


def with_comments(text: str, random_: random.Random) -> str:
    """Return the text with comments and blank lines after some of its line ends."""
    lines = text.split("\n")
    ends = {
        token.start[0]
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type in {tokenize.NEWLINE, tokenize.NL} and token.line.strip()
    }
    for number in sorted(ends, reverse=True):
        if random_.random() < 0.5:
            lines[number - 1] += "  # a comment: '''"
        if random_.random() < 0.3:
            lines.insert(number, random_.choice(["", "# note", "        # deep"]))
    return "\n".join(lines)


@relaxed
@given(st.data())
def test_stubs_have_one_hash_only_where_their_syntax_is_one(stubs: st.SearchStrategy[str], data: st.DataObject) -> None:
    one, other = data.draw(stubs), data.draw(stubs)
    are_one = spec_of(one).spec_hash == spec_of(other).spec_hash
    if ast.dump(ast.parse(one)) == ast.dump(ast.parse(other)):
        assert are_one
    if ast.dump(unit_of(one)) != ast.dump(unit_of(other)):
        assert not are_one


@relaxed
@given(st.data())
def test_an_edit_of_a_constant_changes_the_hash(stubs: st.SearchStrategy[str], data: st.DataObject) -> None:
    text = data.draw(stubs)
    tree = ast.parse(text)
    (unit,) = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "f"]
    numbers = [item for item in ast.walk(unit) if isinstance(item, ast.Constant) and type(item.value) is int]
    if numbers:
        chosen = data.draw(st.sampled_from(numbers))
        chosen.value = int(str(chosen.value)) + 1
        assert spec_of(ast.unparse(tree)).spec_hash != spec_of(text).spec_hash


def unit_of(text: str) -> ast.FunctionDef:
    (unit,) = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef) and node.name == "f"]
    return unit


@relaxed
@given(st.data())
def test_the_text_of_a_spec_is_its_syntax(stubs: st.SearchStrategy[str], data: st.DataObject) -> None:
    text = data.draw(stubs)
    spec = spec_of(text)
    unit = unit_of(text)
    (alone,) = ast.parse(f"{spec.head} ...").body
    assert isinstance(alone, ast.FunctionDef)
    assert encode(alone.args) == encode(unit.args)
    before = [node for node in unit.body[:-1] if not is_text(node)]
    assert encode((*ast.parse(spec.pre_hole).body,)) == encode((*before,))


def is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


@given(st.text(alphabet=" \t\n\rab'\\é", max_size=40), st.integers(0, 3))
def test_a_docstring_written_below_its_quotes_keeps_its_text(text: str, indentation: int) -> None:
    once = normalise_docstring(text)
    margin = " " * 4 * indentation
    below = "".join(f"\n{margin}{line}" if line else "\n" for line in once.split("\n"))
    assert normalise_docstring(f"{below}\n{margin}") == once


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=3)
    | st.binary(max_size=3),
    lambda inner: st.lists(inner, max_size=3).map(tuple),
    max_leaves=8,
)


@given(values, values)
def test_encodings_of_values_never_collide(one: object, other: object) -> None:
    same = repr(one) == repr(other)
    assert (encode(one) == encode(other)) == same  # type: ignore[arg-type]  # Hypothesis cannot tell the type
