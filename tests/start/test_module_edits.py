import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hatch_vibesafe.start.module_edits import RUNTIME_IMPORTS, CollisionError, bound_names, with_unit

SOURCE = "@vibesafe\ndef f(a: int) -> int:\n    raise VibeCoded()\n"
IMPORTS = (("datetime", "timedelta"), *RUNTIME_IMPORTS)
PIECES = st.sampled_from(
    [
        '"""Doc."""\n',
        "from __future__ import annotations\n",
        "import os\n",
        "from vibesafe_runtime import VibeCoded, vibesafe\n",
        "# a comment\n",
        "\n",
        "X = 1\n",
        "def g():\n    return 1\n",
        "try:\n    import tomllib\nexcept ImportError:\n    tomllib = None\n",
        'if __name__ == "__main__":\n    g()\n',
    ]
)


@given(st.lists(PIECES, max_size=8).map("".join))
def test_what_is_there_stays_and_the_unit_joins_it(text: str) -> None:
    try:
        compile(text, "module", "exec")
    except SyntaxError:  # from __future__ behind something
        return
    after = with_unit(text, IMPORTS, "f", SOURCE)
    compile(after, "module", "exec")
    lines = iter(after.split("\n"))
    assert all(line in lines for line in text.split("\n") if line.strip())
    assert {"f", "timedelta", "VibeCoded", "vibesafe"} <= {*bound_names(ast.parse(after))}
    before_nodes = [ast.dump(node) for node in ast.parse(text).body]
    after_nodes = [ast.dump(node) for node in ast.parse(after).body]
    remaining = iter(after_nodes)
    assert all(node in remaining for node in before_nodes)


def test_a_unit_stands_before_the_main_part() -> None:
    after = with_unit('X = 1\n\n\n# run it\nif __name__ == "__main__":\n    print(X)\n', (), "f", SOURCE)
    assert after == "X = 1\n\n\n" + SOURCE + '\n\n# run it\nif __name__ == "__main__":\n    print(X)\n'


def test_a_header_stays_first() -> None:
    after = with_unit("#!/usr/bin/env python\n# Ours.\n\nX = 1\n", RUNTIME_IMPORTS, "f", SOURCE)
    assert after.startswith(
        "#!/usr/bin/env python\n# Ours.\n\nfrom vibesafe_runtime import VibeCoded, vibesafe\n\nX = 1"
    )


@pytest.mark.parametrize(
    "taken", ["f = 1", "def f(): ...", "vibesafe = 1", "import x as VibeCoded", "for timedelta in ():\n    ..."]
)
def test_a_name_that_is_taken(taken: str) -> None:
    with pytest.raises(CollisionError):
        with_unit(f"{taken}\n", IMPORTS, "f", SOURCE)
