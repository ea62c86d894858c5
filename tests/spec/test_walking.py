import ast
from pathlib import Path

import pytest

from hatch_vibesafe.spec.walking import walk


@pytest.mark.parametrize("path", sorted(Path(__file__).parent.glob("test_c*.py")), ids=lambda path: path.name)
def test_every_node_is_yielded_in_the_order_of_the_standard_library(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert list(walk(tree)) == list(ast.walk(tree))


def test_a_node_is_yielded_after_its_children_were_looked_at() -> None:
    tree = ast.parse("f(g(1))")
    seen = []
    for node in walk(tree):
        seen.append(type(node).__name__)
        if isinstance(node, ast.Expr):
            node.value = ast.Name("other", ast.Load())
    assert seen == ["Module", "Expr", "Call", "Name", "Call", "Load", "Name", "Constant", "Load"]
