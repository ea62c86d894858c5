"""Taking the Python module out of an answer. Source for fences: CommonMark 0.31, section 4.5."""

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass

from hatch_vibesafe.gates.verdict import Finding
from hatch_vibesafe.generate.python_text import parse
from hatch_vibesafe.spec.walking import walk

ANSWER = "answer"
"""The name under which findings about an answer itself stand; they come before every gate."""

CUT_OFF = "the answer was cut off by the token limit before its code ended: answer shorter"

_OPENING = re.compile(r"(?P<indent> {0,3})(?P<fence>`{3,}|~{3,})[ \t]*(?P<info>[^\n]*)")
_PYTHON = frozenset({"", "python", "py", "python3", "py3"})
_DEFINITION = re.compile(r"^(?:async[ \t]+)?def[ \t]+(\w+)", re.MULTILINE)
_THOUGHT = re.compile(r"\A\s*<(think|thinking)>.*?</\1>|\A.*?^[ \t]*</think>[ \t]*$", re.DOTALL | re.MULTILINE)
"""What a model says before it answers, where its server leaves it in: some begin the thought in the prompt."""

_THINKING = re.compile(r"\s*<think(?:ing)?>")

_LONGEST_TAIL = 400
_LONGEST = 250_000


@dataclass(frozen=True, slots=True)
class _Block:
    language: str
    code: str
    closed: bool


def extract(answer: str, name: str) -> str:
    """Return the Python module that an answer holds; empty where it holds none.

    Of several fenced blocks it is the last Python one that defines `name` (models correct themselves), else the last
    Python one, else the last in a language that is not named otherwise. Where nothing is fenced it is the whole answer
    if that is Python, else its lines from the first that begins a statement to the last with which they still parse.
    What a model thinks aloud before it, between `<think>` and `</think>`, is none of it, nor is what an answer without
    an end had begun behind the function.
    """
    answer = without_thoughts(answer.replace("\r\n", "\n").replace("\r", "\n"))
    blocks = _blocks(answer)
    if not blocks:
        return _unfenced(answer, name)
    block = _block_of(blocks, name)
    if block is None:
        return ""
    return block.code if block.closed else (_longest_parsing(block.code, name) or block.code)


def _block_of(blocks: list[_Block], name: str) -> _Block | None:
    python = [block for block in blocks if block.language in _PYTHON and block.code.strip()]
    defining = [block for block in python if name in _DEFINITION.findall(block.code)]
    named = [block for block in python if block.language]
    chosen = defining or named or python
    return chosen[-1] if chosen else None


def without_thoughts(answer: str) -> str:
    """Return an answer without what is thought aloud before it; whole where the thought has no end."""
    return _THOUGHT.sub("", answer, count=1)


def endless_finding(answer: str) -> Finding | None:
    """Return why an answer is not even read, or None where it has a length: nobody reviews a function of megabytes."""
    if len(answer) <= _LONGEST:
        return None
    return Finding(ANSWER, 0, f"the answer was longer than {_LONGEST} characters: answer with the function alone")


def answer_finding(answer: str, finish: str, name: str) -> Finding | None:
    """Return why an answer cannot be used at all, or None where it holds code."""
    cut = finish == "length" and not _is_complete(answer)
    if cut and not _has_gone_on(answer, name):
        return Finding(ANSWER, 0, CUT_OFF)
    if not answer.strip():
        return Finding(ANSWER, 0, "the answer was empty: answer with the Python module in one fenced block")
    if not extract(answer, name).strip():
        return Finding(ANSWER, 0, "the answer held no Python code: answer with the module in one fenced block")
    return None


def continued(beginning: str, answer: str, name: str) -> str:
    """Return the answer that continues `beginning`, whole, with what runs on behind the function left out.

    `beginning` ends inside an open fence. Kept behind the function are only definitions that the code before them uses.
    """
    opened, newline, begun = beginning.partition("\n")
    code = begun + _until_fence(answer.replace("\r\n", "\n").replace("\r", "\n"), opened)
    return f"{opened}{newline}{_without_tail(code, name).rstrip()}\n{_fence_of(opened)}\n"


def begins_anew(answer: str, name: str) -> bool:
    """Return whether an answer defines `name` itself, though the beginning of it was given: it stands alone then."""
    return name in _DEFINITION.findall(answer.replace("\r\n", "\n").replace("\r", "\n"))


def _is_complete(answer: str) -> bool:
    said = without_thoughts(answer)
    blocks = [] if _THINKING.match(said) else _blocks(said)
    return bool(blocks) and all(block.closed for block in blocks)


def _has_gone_on(answer: str, name: str) -> bool:
    """Return whether an answer without an end had gone on to something else, so that its function is whole."""
    block = _block_of(_blocks(without_thoughts(answer)), name)
    parsing = None if block is None else _longest_parsing(block.code, name)
    tree = None if parsing is None else parse(parsing)
    position = None if tree is None else _position(tree, name)
    if block is None or tree is None or position is None:
        return False
    last = tree.body[position].end_lineno or 0
    return any(number >= last for number in _ends(block.code.split("\n"), name))


def _blocks(answer: str) -> list[_Block]:
    blocks: list[_Block] = []
    lines = iter(answer.split("\n"))
    for line in lines:
        opening = _OPENING.fullmatch(line)
        if opening is None or (opening["fence"][0] == "`" and "`" in opening["info"]):
            continue
        closing = re.compile(rf" {{0,3}}{re.escape(opening['fence'][0])}{{{len(opening['fence'])},}}[ \t]*")
        code: list[str] = []
        closed = False
        for inner in lines:
            if closing.fullmatch(inner):
                closed = True
                break
            code.append(_without_indent(inner, len(opening["indent"])))
        language = re.split(r"[\s{:,]", opening["info"].strip(), maxsplit=1)[0].lower()
        blocks.append(_Block(language, "\n".join(code) + "\n", closed))
    return blocks


def _without_indent(line: str, width: int) -> str:
    return line[min(width, len(line) - len(line.lstrip(" "))) :]


def _unfenced(answer: str, name: str) -> str:
    tree = parse(answer)
    if tree is not None:
        return answer if _statements(tree) else ""
    lines = answer.split("\n")
    beginnings = [
        number
        for number, line in enumerate(lines)
        if re.match(r"(?:from\s+\w|import\s+\w|@\w|class\s+\w|(?:async\s+)?def\s+\w)", line)
    ]
    if not beginnings:
        return ""
    code = "\n".join(lines[beginnings[0] :])
    return _without_tail(code, name)


def _statements(tree: ast.Module) -> list[ast.stmt]:
    """Return the statements that do something; prose that happens to parse (`Sure`) does nothing."""
    return [
        node
        for node in tree.body
        if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Name | ast.Constant | ast.Tuple))
    ]


def _fence_of(opened: str) -> str:
    return opened[: len(opened) - len(opened.lstrip("`"))]


def _until_fence(text: str, opened: str) -> str:
    closing = re.compile(rf"^ {{0,3}}`{{{len(_fence_of(opened))},}}[ \t]*$", re.MULTILINE)
    found = closing.search(text)
    return text if found is None else text[: found.start()]


def _without_tail(code: str, name: str) -> str:
    """Return code up to the end of the function `name`, with those later definitions that what is kept uses.

    Code that does not parse is cut at the last line, behind the function's first, at which it does; where there is
    none it stays as it is, for the structure gate to refuse.
    """
    parsing = _longest_parsing(code, name)
    if parsing is None:
        return code
    tree = parse(parsing)
    position = None if tree is None else _position(tree, name)
    if tree is None or position is None:
        return parsing
    kept = tree.body[: position + 1]
    later = tree.body[position + 1 :]
    while True:
        used = {node.id for statement in kept for node in walk(statement) if isinstance(node, ast.Name)}
        found = [statement for statement in later if used & _bound(statement)]
        if not found:
            break
        kept += found
        later = [statement for statement in later if statement not in found]
    wanted = sorted(kept[position + 1 :], key=lambda statement: statement.lineno)
    lines = parsing.split("\n")
    end = kept[position].end_lineno or len(lines)
    behind = [
        line for statement in wanted for line in ("", "", *lines[_first_line(statement) - 1 : statement.end_lineno])
    ]
    return "\n".join([*lines[:end], *behind]) + "\n"


def _longest_parsing(code: str, name: str) -> str | None:
    if _parses(code):
        return code
    lines = code.split("\n")
    for end in reversed(_ends(lines, name)[:_LONGEST_TAIL]):
        candidate = "\n".join(lines[:end]) + "\n"
        if _parses(candidate):
            return candidate
    return None


def _ends(lines: Sequence[str], name: str) -> list[int]:
    """Return the lines, from 0, behind the function `name` at which something else begins: it is whole before each."""
    first = next((number for number, line in enumerate(lines) if name in _DEFINITION.findall(line)), len(lines))
    return [number for number in range(first + 1, len(lines)) if re.match(r"[^\s)\]}#]", lines[number])]


def _parses(source: str) -> bool:
    return parse(source) is not None


def _position(tree: ast.Module, name: str) -> int | None:
    for position, node in enumerate(tree.body):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name:
            return position
    return None


def _bound(statement: ast.stmt) -> set[str]:
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return {(alias.asname or alias.name).partition(".")[0] for alias in names}
        case ast.Assign(targets=targets):
            return {target.id for target in targets if isinstance(target, ast.Name)}
        case ast.AnnAssign(target=ast.Name(id=name)):
            return {name}
        case _:
            return set()


def _first_line(statement: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(decorator.lineno for decorator in decorators)])
