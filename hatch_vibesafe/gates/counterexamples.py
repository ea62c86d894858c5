"""How a property that does not hold is shown: as lines that can be pasted into the docstring, and what came of them."""

import ast
import copy

from hatch_vibesafe.gates.carried import readable
from hatch_vibesafe.gates.contract_verdict import Done
from hatch_vibesafe.gates.stated_properties import Trial
from hatch_vibesafe.gates.unit_calls import UnitCall, doctest_line, parameters_of
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.spec.walking import walk

_SHOWN = 500


def counterexample(spec: Spec, trial: Trial) -> str:
    """Return a failed trial for people and models: the doctest, why it fails, and what the calls in it gave."""
    stated = spec.properties[trial.number]
    names = [name for name, _ in stated.given]
    pasted = one_line(stated.body, names, trial.drawn.values)
    lines = pasted or _several_lines(stated.body, names, trial.drawn.values)
    calls = [_shown_call(spec, call, done) for call, done in trial.calls]
    why = f"{trial.violation} (the property of {spec.path}:{stated.line})"
    return "\n".join(_shortened(line) for line in (*lines, why, *dict.fromkeys(calls)))


def one_line(body: str, names: list[str], values: tuple[str, ...]) -> list[str]:
    """Return an assertion about values as an example that expects True; nothing where it needs more than one line."""
    match ast.parse(body).body:
        case [ast.Assert(test=test)]:
            bound = {item.id for item in walk(test) if isinstance(item, ast.Name) and not _is_read(item)}
            bound |= {item.arg for item in walk(test) if isinstance(item, ast.arg)}
            if bound & {*names} or any(isinstance(item, ast.NamedExpr) for item in walk(test)):
                return []
            given = {name: ast.parse(value, mode="eval").body for name, value in zip(names, values, strict=True)}
            shown = _Given(given).visit(test)
            if not isinstance(shown, ast.Compare):
                return [f">>> bool({ast.unparse(shown)})", "True"]
            return [f">>> {ast.unparse(shown)}", "True"]
        case _:
            return []


def _several_lines(body: str, names: list[str], values: tuple[str, ...]) -> list[str]:
    lines = [f">>> {', '.join(names)} = {', '.join(values)}"]
    for statement in ast.parse(body).body:
        if _is_assumption(statement):
            continue
        first, *rest = ast.unparse(_Given({}).visit(statement)).split("\n")
        lines += [f">>> {first}", *(f"... {line}" for line in rest)]
    return lines


def _is_assumption(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Name(id="assume"))):
            return True
        case _:
            return False


class _Given(ast.NodeTransformer):
    """Puts values in the place of names, and has what is awaited run, as an example needs it."""

    def __init__(self, given: dict[str, ast.expr]) -> None:
        self._given = given

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return copy.deepcopy(self._given.get(node.id, node))

    def visit_Await(self, node: ast.Await) -> ast.AST:
        self.generic_visit(node)
        return ast.parse(f"asyncio.run({ast.unparse(node.value)})", mode="eval").body


def _is_read(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Load)


def _shown_call(spec: Spec, call: UnitCall, done: Done) -> str:
    plain = UnitCall(tuple(readable(value) for value in call.values))
    shown = doctest_line(spec, parameters_of(spec), plain).removeprefix(">>> ")
    if done.raised is not None:
        return f"{shown} raised {done.raised.text.strip()}"
    return f"{shown} returned {done.got or 'nothing that can be read'}"


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
