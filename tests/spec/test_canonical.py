import ast
import sys

import pytest

from hatch_vibesafe.spec import canonical
from hatch_vibesafe.spec.canonical import UnknownSyntaxError, encode, same_signature, same_statements


def code(text: str) -> bytes:
    return encode(ast.parse(text))


def function(text: str) -> ast.FunctionDef | ast.AsyncFunctionDef:
    (node,) = ast.parse(text).body
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    return node


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = 'a'", 'x = "a"'),
        ("x = u'a'", "x = 'a'"),
        ("x = 'a' 'b'", "x = ('ab')"),
        ("x = f'a' 'b' f'{y}'", "x = f'ab{y}'"),
        ("x = f'{y:}'", "x = f'{y}'"),
        ("x = f'{ y !r}'", "x = f'{y!r}'"),
        ("x = 0x10 + 1_000", "x = (16 + 1000)"),
        ("f(a,\n  b,\n)", "f(a, b)  # why"),
        ("del (a, b)", "del a, b"),
        ("with (open(a) as b, c):\n  pass", "with open(a) as b, c: pass"),
        ("if a: b\nelif c: d", "if a:\n  b\nelse:\n  if c: d"),
        ("def f():\n    '''A.\n\n      b\n    '''", "def f():\n  '''A.\n\n    b'''"),
    ],
)
def test_spelling_leaves_no_trace(one: str, other: str) -> None:
    assert code(one) == code(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = 1", "x = 1.0"),
        ("x = 1", "x = True"),
        ("x = 0", "x = False"),
        ("x = 1j", "x = 1"),
        ("x = 'a'", "x = b'a'"),
        ("x = 'None'", "x = None"),
        ("x = '...'", "x = ..."),
        ("x = b'...'", "x = ..."),
        ("x = ''", "x = f''"),
        ("x = f'{y}'", "x = f'{y!s}'"),
        ("x = f'{y:>3}'", "x = f'{y:>4}'"),
        ("x = f'{y:>{w}}'", "x = f'{y:>w}'"),
        ("x = 'ab', 'c'", "x = 'a', 'bc'"),
        ("x = (1,)", "x = [1]"),
        ("x = 1e400", "x = -1e400"),
        ("a + b", "a - b"),
        ("a < b", "a <= b"),
        ("not a", "-a"),
        ("a and b", "a or b"),
        ("f(*a)", "f(a)"),
        ("f(**a)", "f(a=a)"),
        ("from a import b", "from .a import b"),
        ("import a.b", "import a.b as b"),
        ("x: int = 1", "(x): int = 1"),
        ("async def f(): pass", "def f(): pass"),
        ("[a async for a in b]", "[a for a in b]"),
        ("try:\n  a\nexcept* E: b", "try:\n  a\nexcept E: b"),
        ("if a: b\nc", "if a:\n  b\n  c"),
        ("def f(a, /, b): pass", "def f(a, b, /): pass"),
        ("def f(a, *, b): pass", "def f(a, b): pass"),
        ("match a:\n  case [1, *b]: c", "match a:\n  case [1, b]: c"),
        ("match a:\n  case {1: b, **c}: d", "match a:\n  case {1: b}: d"),
        ("match a:\n  case C(x=1): b", "match a:\n  case C(y=1): b"),
        ("match a:\n  case None: b", "match a:\n  case 'None': b"),
        ("x[1:2]", "x[1:2:3]"),
        ("global a", "a"),
        ("def f() -> int: pass", "def f() -> str: pass"),
        ("class A(B): pass", "class A(C): pass"),
        ("class A(b=B): pass", "class A(c=B): pass"),
        ("@a\nclass A: pass", "@b\nclass A: pass"),
    ],
)
def test_what_differs_differs(one: str, other: str) -> None:
    assert code(one) != code(other)


def test_every_field_of_every_node_of_this_python_is_encoded_or_left_out_on_purpose() -> None:
    left_out = {"ctx", "type_comment", "kind"}
    newer = {"type_params", "default_value"}  # which an older Python does not know
    gone = {
        "Num",
        "Str",
        "Bytes",
        "NameConstant",
        "Ellipsis",
        "Index",
        "ExtSlice",
        "Suite",
        "AugLoad",
        "AugStore",
        "Param",
    }
    nodes = [item for item in vars(ast).values() if isinstance(item, type) and issubclass(item, ast.AST)]
    checked = 0
    for node in nodes:
        if (
            node.__subclasses__()
            or node.__name__ in gone
            or issubclass(node, ast.mod | ast.expr_context | ast.type_ignore)
        ):
            continue
        fields = set(canonical._FIELDS[node.__name__])
        assert fields - newer <= set(node._fields)
        assert set(node._fields) - left_out <= fields
        checked += 1
    assert checked > 80


def test_integers_of_any_size_and_lone_surrogates_have_an_encoding() -> None:
    huge = ast.parse("x = 0x" + "f" * 20_000)
    assert len(encode(huge)) > 20_000
    assert code(r"x = '\ud800'") != code(r"x = '\ud801'")


def test_long_sums_are_not_too_deep() -> None:
    node: ast.expr = ast.Constant(0)
    for _ in range(20_000):
        node = ast.BinOp(node, ast.Add(), ast.Constant(1))
    assert encode(node).count(b"BinOp") == 20_000


def test_no_value_is_the_beginning_of_another() -> None:
    values = [(), ("",), ("", ""), ("a",), ("a", "b"), ("ab",), (("a",), "b"), (("a", "b"),), (None,), (b"a",)]
    encoded = [encode(value) for value in values]
    for one in encoded:
        assert [other for other in encoded if other.startswith(one)] == [one]


def test_unknown_syntax_is_an_error() -> None:
    class Unheard(ast.expr):
        _fields = ()

    with pytest.raises(UnknownSyntaxError, match="Unheard"):
        encode(ast.Expr(Unheard()))
    with pytest.raises(UnknownSyntaxError, match="frozenset"):
        encode(ast.Constant(frozenset()))  # type: ignore[arg-type]  # only an optimiser makes these


def test_a_signature_without_type_parameters_is_that_of_older_pythons() -> None:
    node = function("def f(a: int) -> int: pass")
    before = encode(node)
    if hasattr(node, "type_params"):
        del node.type_params
    assert encode(node) == before


@pytest.mark.skipif(sys.version_info < (3, 12), reason="PEP 695 is Python 3.12")
def test_type_parameters_are_part_of_a_signature() -> None:
    generic = function("def f[T](a: T) -> T: pass")
    assert not same_signature(generic, function("def f(a: T) -> T: pass"))
    assert not same_signature(generic, function("def f[T: int](a: T) -> T: pass"))
    assert not same_signature(generic, function("def f[*T](a: T) -> T: pass"))
    assert same_signature(generic, function("def f[ T ]( a:T )->T: return a"))
    assert encode(ast.parse("type X[T] = list[T]")) != encode(ast.parse("type X[T] = set[T]"))


@pytest.mark.parametrize(
    "other",
    [
        "def g(a: int, b: str = 'x', *, c: int = 1) -> int: pass",
        "async def f(a: int, b: str = 'x', *, c: int = 1) -> int: pass",
        "def f(a: int, b: str = 'y', *, c: int = 1) -> int: pass",
        "def f(a: int, b: str, *, c: int = 1) -> int: pass",
        "def f(a: int, b: str = 'x', c: int = 1) -> int: pass",
        "def f(a: int, b: str = 'x', *, c: int) -> int: pass",
        "def f(a: str, b: str = 'x', *, c: int = 1) -> int: pass",
        "def f(a: int, b: str = 'x', *, c: int = 1): pass",
        "def f(a: int, /, b: str = 'x', *, c: int = 1) -> int: pass",
    ],
)
def test_a_changed_signature_is_seen(other: str) -> None:
    spec = function("def f(a: int, b: str = 'x', *, c: int = 1) -> int: ...")
    assert same_signature(spec, function('@d\ndef f(a: int, b: str = "x", *,\n  c: int = 1) -> int: return 2'))
    assert not same_signature(spec, function(other))


def test_statements_are_compared_by_meaning() -> None:
    guard = ast.parse("if x < 0:\n    raise ValueError('no')").body
    assert same_statements(guard, ast.parse('if (x<0): raise ValueError("no") # hm').body)
    assert not same_statements(guard, ast.parse("if x <= 0:\n    raise ValueError('no')").body)
    assert not same_statements(guard, [])
