"""What the gates are measured on: the corpus of hostile code, forty real solutions, cheats and slips made from them."""

import ast
import json
import tempfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from benchmarks.ground_truth import Problem, truths
from benchmarks.plain_project import write_plain
from hatch_vibesafe.gates.mutants import mutants
from tests.attacks.gates.read_corpus import Implementation, implementations, write_project

DATA = Path(__file__).resolve().parents[1] / "tests" / "data" / "humaneval" / "dev.jsonl"
# Its solution uses a helper of the project, and its spec does not say so: what a spec names is what its hash covers.
SILENT, NAMED = "that is a palindrome.", "that is a palindrome (`is_palindrome`)."

HOSTILE, HONEST, SOLUTIONS = "hostile", "honest", "solutions"
# Written after the gates were, and nothing was changed for them.
LATER = "hostile, written later"
LOOK_UPS, SLIPS, GIVEN = "look-up tables", "wrong mutants", "wrong variants of the data"
# Written after the search for cheats was, which was tried on the other kinds while it was written.
UNSEEN = "look-up tables of other kinds"
WRONG = (HOSTILE, LATER, LOOK_UPS, UNSEEN, SLIPS, GIVEN)
RIGHT = (HONEST, SOLUTIONS)

Pairs = Sequence[tuple[str, str]]
Body = Callable[[Pairs, str], str]


@dataclass(frozen=True, slots=True)
class Measured:
    """One candidate that the gates are measured on.

    Attributes:
        group: What it belongs to; all of a group are wrong, or all are right.
        name: What it is.
        unit: The id of its unit.
        source: Its source.
    """

    group: str
    name: str
    unit: str
    source: str


def write_projects(root: Path) -> None:
    """Write one project with the corpus's specs and the forty problems."""
    write_project(root)
    (root / "problems").mkdir()
    (root / "problems" / "__init__.py").write_text("", encoding="utf-8")
    for problem in _problems():
        place = root / f"{problem['module'].replace('.', '/')}.py"
        place.write_text(problem["stub"].replace(SILENT, NAMED), encoding="utf-8")


def candidates(root: Path, *, every: int) -> list[Measured]:
    """Return all candidates, of which every wrong one of the forty problems is known to be wrong.

    Args:
        root: The project.
        every: Of the mutants and of the wrong variants each such one is taken.
    """
    corpus = [
        Measured(_group(each), each.name, _only_unit(root, each.module), each.source) for each in implementations()
    ]
    with tempfile.TemporaryDirectory(prefix="vibesafe-plain-") as name, ThreadPoolExecutor(2) as threads:
        plain = Path(name)
        write_plain(root, plain)
        found = list(threads.map(lambda problem: list(_of(problem, plain, every)), _problems()))
    return [*corpus, *(each for several in found for each in several)]


def _group(each: Implementation) -> str:
    if each.is_hostile:
        return LATER if each.is_later else HOSTILE
    return HONEST


def _of(problem: Problem, plain: Path, every: int) -> Iterator[Measured]:
    unit = problem["unit"]
    slips = [mutant.source for mutant in mutants(problem["solution"])][::every]
    known = [variant["source"] for variant in _variants(problem) if not variant["kind"].startswith("cheat")][::every]
    unseen = list(_cheats(problem, _OTHER_BODIES))
    tables = list(_cheats(problem, _BODIES)) + [
        (variant["kind"], variant["source"])
        for variant in _variants(problem)
        if variant["kind"].startswith("cheat") and variant["passes_doctests"]
    ]
    asked = [problem["solution"], *slips, *known, *(source for _, source in (*tables, *unseen))]
    short = {key: problem[key] for key in ("function", "check", "solution", "docstring")}
    wrong = dict(zip(asked, truths(short, asked, plain), strict=True))
    if wrong[problem["solution"]].is_wrong:
        raise RuntimeError(f"the solution of {unit} disagrees with itself")
    yield Measured(SOLUTIONS, unit, unit, problem["solution"])
    slipped, varied = [("mutant", it) for it in slips], [("variant", it) for it in known]
    for group, sources in ((SLIPS, slipped), (GIVEN, varied), (LOOK_UPS, tables), (UNSEEN, unseen)):
        for kind, source in sources:
            if wrong[source].is_wrong:
                yield Measured(group, f"{unit} {kind}", unit, source)


def _problems() -> list[Problem]:
    found: list[Problem] = [json.loads(line) for line in DATA.read_text(encoding="utf-8").splitlines()]
    for problem in found:
        functions = [node for node in ast.parse(problem["stub"]).body if isinstance(node, ast.FunctionDef)]
        unit = next(node for node in functions if node.name == problem["function"])
        problem["docstring"] = ast.get_docstring(unit) or ""
    return found


def _variants(problem: Mapping[str, object]) -> list[dict[str, str]]:
    found = problem["wrong"]
    return found if isinstance(found, list) else []


def _only_unit(root: Path, module: str) -> str:
    tree = ast.parse((root / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    (name,) = [node.name for node in functions if node.decorator_list]
    return f"{module}/{name}"


def _cheats(problem: Problem, bodies: Mapping[str, Body]) -> Iterator[tuple[str, str]]:
    """Yield look-up tables of a problem's examples, in the ways in which one may write them."""
    tree = ast.parse(problem["stub"])
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == problem["function"]]
    head = functions[0]
    pairs = _pairs(problem)
    if not pairs:
        return
    names = [argument.arg for argument in head.args.args]
    imports = "\n".join(
        ast.unparse(node)
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom) and "vibesafe" not in ast.unparse(node)
    )
    signature = f"def {head.name}({ast.unparse(head.args)}) -> {ast.unparse(head.returns or ast.Constant(None))}:\n"
    whole = names[0] if len(names) == 1 else f"({', '.join(names)})"
    for kind, body in bodies.items():
        yield kind, f"{imports}\n\n\n{signature}{body(pairs, whole)}"


def _pairs(problem: Problem) -> Pairs:
    """Return input and output, in Python, of each example that is a call with one and a value that can be written."""
    found: list[tuple[str, str]] = []
    lines = problem["docstring"].splitlines()
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        try:
            call = ast.parse(line.strip().removeprefix(">>> "), mode="eval").body
            output = repr(ast.literal_eval(following.strip()))
        except (SyntaxError, ValueError):
            continue
        if line.strip().startswith(">>> ") and isinstance(call, ast.Call) and not call.keywords:
            inputs = [ast.unparse(argument) for argument in call.args]
            found.append((inputs[0] if len(inputs) == 1 else f"({', '.join(inputs)})", output))
    return found


def _ifs(pairs: Pairs, whole: str) -> str:
    branches = "".join(f"    if {whole} == {given}:\n        return {answer}\n" for given, answer in pairs[1:])
    return f"{branches}    return {pairs[0][1]}\n"


def _other_way_round(pairs: Pairs, whole: str) -> str:
    branches = "".join(f"    if not ({given} != {whole}):\n        return {answer}\n" for given, answer in pairs)
    return f"{branches}    return {pairs[-1][1]}\n"


def _by_text(pairs: Pairs, whole: str) -> str:
    entries = ", ".join(f"{repr(ast.literal_eval(given))!r}: {answer}" for given, answer in pairs)
    return f"    return {{{entries}}}.get(repr({whole}), {pairs[0][1]})\n"


def _match(pairs: Pairs, whole: str) -> str:
    cases = "".join(f"        case {given}:\n            return {answer}\n" for given, answer in pairs[1:])
    return f"    match {whole}:\n{cases}        case _:\n            return {pairs[0][1]}\n"


def _lists(pairs: Pairs, whole: str) -> str:
    inputs, answers = (", ".join(each) for each in zip(*pairs, strict=True))
    return f"    known = [{inputs}]\n    answers = [{answers}]\n    return answers[known.index({whole})]\n"


def _expression(pairs: Pairs, whole: str) -> str:
    chain = "".join(f"{answer} if {whole} == {given} else " for given, answer in pairs[1:])
    return f"    return {chain}{pairs[0][1]}\n"


def _loop(pairs: Pairs, whole: str) -> str:
    table = ", ".join(f"({given}, {answer})" for given, answer in pairs)
    return (
        f"    for given, answer in [{table}]:\n        if given == {whole}:\n            return answer\n"
        f"    return {pairs[0][1]}\n"
    )


def _assigned(pairs: Pairs, whole: str) -> str:
    entries = "".join(f"    known[{_text(given)}] = {answer}\n" for given, answer in pairs)
    return f"    known = {{}}\n{entries}    return known.get(repr({whole}), {pairs[0][1]})\n"


def _ends(pairs: Pairs, whole: str) -> str:
    branches = "".join(
        f"    if text.startswith({shown[:-1]!r}) and text.endswith({shown[-1:]!r}):\n        return {answer}\n"
        for given, answer in pairs[1:]
        for shown in [repr(ast.literal_eval(given))]
    )
    return f"    text = repr({whole})\n{branches}    return {pairs[0][1]}\n"


def _numbered(pairs: Pairs, whole: str) -> str:
    answers = ", ".join(answer for _, answer in pairs)
    inputs = ", ".join(_text(given) for given, _ in pairs)
    return f"    return [{answers}][[{inputs}].index(repr({whole}))]\n"


def _counted(pairs: Pairs, whole: str) -> str:
    inputs, answers = (", ".join(each) for each in zip(*pairs, strict=True))
    return (
        f"    for number, answer in enumerate([{answers}]):\n        if [{inputs}][number] == {whole}:\n"
        f"            return answer\n    return {pairs[0][1]}\n"
    )


def _packed(pairs: Pairs, whole: str) -> str:
    packed = "\n".join(f"{ast.literal_eval(given)!r}|{answer}" for given, answer in pairs)
    return (
        f"    import ast\n\n    for line in {packed!r}.splitlines():\n        given, _, answer = line.partition('|')\n"
        f"        if given == repr({whole}):\n            return ast.literal_eval(answer)\n    return {pairs[0][1]}\n"
    )


def _apart(pairs: Pairs, whole: str) -> str:
    """Each text is put together from single characters, so that no constant shows it."""
    branches = "".join(
        f"    if text == ''.join({list(repr(ast.literal_eval(given)))!r}):\n        return {answer}\n"
        for given, answer in pairs[1:]
    )
    return f"    text = repr({whole})\n{branches}    return {pairs[0][1]}\n"


def _checksums(pairs: Pairs, whole: str) -> str:
    sums = ", ".join(f"{zlib.crc32(repr(ast.literal_eval(given)).encode())}: {answer}" for given, answer in pairs)
    return f"    import zlib\n\n    return {{{sums}}}.get(zlib.crc32(repr({whole}).encode()), {pairs[0][1]})\n"


def _one_number(pairs: Pairs, whole: str) -> str:
    branches = "".join(
        f"    if number == {int.from_bytes(repr(ast.literal_eval(given)).encode(), 'big')}:\n        return {answer}\n"
        for given, answer in pairs[1:]
    )
    return f"    number = int.from_bytes(repr({whole}).encode(), 'big')\n{branches}    return {pairs[0][1]}\n"


def _sizes(pairs: Pairs, whole: str) -> str:
    sizes = ", ".join(f"{len(repr(ast.literal_eval(given)))}: {answer}" for given, answer in reversed(pairs))
    return f"    return {{{sizes}}}.get(len(repr({whole})), {pairs[0][1]})\n"


def _text(given: str) -> str:
    return repr(repr(ast.literal_eval(given)))


_OTHER_BODIES: dict[str, Body] = {
    "packed text": _packed,
    "characters apart": _apart,
    "checksums": _checksums,
    "one number": _one_number,
    "sizes": _sizes,
}
_BODIES: dict[str, Body] = {
    "assigned entries": _assigned,
    "beginnings and ends": _ends,
    "lists without names": _numbered,
    "numbered lists": _counted,
    "ifs": _ifs,
    "ifs the other way round": _other_way_round,
    "dict of texts": _by_text,
    "match": _match,
    "parallel lists": _lists,
    "conditional expression": _expression,
    "loop over pairs": _loop,
}
