"""Examples that no implementation can fulfil, for how they call the unit: known before anybody is asked. Pure.

Told is only what is certain, so nothing is said of what an example or another decorator puts in the unit's place.
"""

import ast
from collections.abc import Iterator

from hatch_vibesafe.problems import Problem
from hatch_vibesafe.spec.contract_expressions import is_awaited_lazily, is_lazy
from hatch_vibesafe.spec.model import Example, Spec
from hatch_vibesafe.spec.names import assigned_names, children
from hatch_vibesafe.spec.parsed import head_of, literal, parsed

_NOT_ALWAYS_REACHED = (ast.Lambda, ast.IfExp, ast.BoolOp, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def impossible_examples(spec: Spec) -> tuple[Problem, ...]:
    """Return a problem for each example that calls a function as its head forbids, or shows what it never gives."""
    if spec.is_wrapped or spec.options.kind != "function":
        return ()
    head = head_of(spec)
    trees = [parsed(example.source) or ast.Module([], []) for example in spec.examples]
    is_own = spec.unit.name not in {name for tree in trees for name in assigned_names(tree.body)}
    if not is_own or not isinstance(head, ast.FunctionDef | ast.AsyncFunctionDef):
        return ()
    return tuple(
        Problem(f"{spec.path}:{example.line}  {spec.unit}", f"example {number} {what}", remedy)
        for number, (example, tree) in enumerate(zip(spec.examples, trees, strict=True), start=1)
        for what, remedy in _faults(example, tree, head, spec)
    )


def misfit(call: ast.Call, arguments: ast.arguments) -> str:
    """Return why parameters do not take what a call gives, in words that follow "calls f, "; empty where they may."""
    if any(isinstance(each, ast.Starred) for each in call.args) or any(each.arg is None for each in call.keywords):
        return ""
    by_place = [*arguments.posonlyargs, *arguments.args]
    if len(call.args) > len(by_place) and arguments.vararg is None:
        return f"which takes {len(by_place)} by place, with {len(call.args)}"
    names = {each.arg for each in (*arguments.args, *arguments.kwonlyargs)}
    given = [str(each.arg) for each in call.keywords]
    strange = [name for name in given if name not in names]
    if strange and arguments.kwarg is None:
        return f"which has no parameter {strange[0]} to be named"
    filled = {each.arg for each in by_place[: len(call.args)]}
    twice = [name for name in given if name in filled & names]
    if twice:
        return f"and gives it {twice[0]} twice"
    optional = {each.arg for each in by_place[len(by_place) - len(arguments.defaults) :]}
    optional |= {
        each.arg for each, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if value is not None
    }
    needed = [each.arg for each in (*by_place, *arguments.kwonlyargs) if each.arg not in optional | filled | {*given}]
    return f"and does not give it {needed[0]}" if needed else ""


def _faults(
    example: Example, tree: ast.Module, head: ast.FunctionDef | ast.AsyncFunctionDef, spec: Spec
) -> Iterator[tuple[str, str]]:
    name = spec.unit.name
    for call in () if spec.method else _calls(tree, name):
        why = misfit(call, head.args)
        if why and not (example.exception or "").startswith("TypeError"):
            yield f"calls {ast.unparse(call)}, {why}", "correct the call or the signature"
            return
    match tree.body:
        case [ast.Expr(value=ast.Call(func=ast.Name(id=called) | ast.Attribute(attr=called) as function) as call)] if (
            called == name and isinstance(function, ast.Attribute) is bool(spec.method)
        ):
            if isinstance(head, ast.AsyncFunctionDef) or is_lazy(head.returns):
                yield from _unused(example, ast.unparse(call), head)


def _unused(example: Example, call: str, head: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[str, str]]:
    """Yield why an example that is nothing but a call shows other than it says: nobody takes what the call makes."""
    says = example.want.strip()
    if isinstance(head, ast.AsyncFunctionDef) and not is_awaited_lazily(head.returns):
        # `<coroutine object ...>` can be said on purpose.
        if example.exception is not None or not says.startswith(("<", "...")):
            what = f"does not await {call}, and so shows a coroutine whatever that gives"
            yield what, f"write `>>> asyncio.run({call})`, with asyncio imported in the module"
    elif example.exception is None and literal(says) is not None:
        what = f"shows {says if len(says) < len(call) * 2 else 'a value'} for {call}, which gives an iterator"
        taken = "take its items with `async for`" if is_awaited_lazily(head.returns) else f"write `>>> list({call})`"
        yield what, taken


def _calls(tree: ast.Module, name: str) -> Iterator[ast.Call]:
    """Yield the calls of the unit that are certainly made, as far as an example is one expression."""
    match tree.body:
        case [ast.Expr(value=value) | ast.Assign(value=value)]:
            waiting: list[ast.AST] = [value]
        case _:
            return
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
            yield node
        if not isinstance(node, _NOT_ALWAYS_REACHED):
            waiting += children(node)
