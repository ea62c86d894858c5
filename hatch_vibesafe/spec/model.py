"""What a spec is: the data that the other rooms read."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from hatch_vibesafe.identity import Digest, SpecHash, UnitId
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.spec.lessons import Lesson

Kind = Literal["function", "http", "cli"]
KINDS: tuple[Kind, ...] = ("function", "http", "cli")

MethodKind = Literal["", "instance", "class", "static", "property"]
"""How a unit that is a method is called; empty for a function of a module."""

ClauseKind = Literal["requires", "ensures", "raises", "invariant"]
_WORD = re.compile(r"\w+")
_ASKING: dict[Kind, re.Pattern[str]] = {
    "http": re.compile(r"\bclient\.(?:get|head|post|put|patch|delete|options|request)\("),
    "cli": re.compile(r"\bshell\("),
}


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One Python file of a project.

    Attributes:
        module: The name under which it is imported once installed, e.g. `app.math`.
        path: Its path relative to the project root, with `/`.
        content: Its bytes, undecoded.
        is_package: Whether it is an `__init__.py`.
        in_wheel: Whether the wheel will hold it.
    """

    module: str
    path: str
    content: bytes
    is_package: bool
    in_wheel: bool = True


@dataclass(frozen=True, slots=True)
class UnitOptions:
    """What stands in the decorator; None or empty where nothing was written.

    `capabilities` are sorted; none are what `"pure"` says, so that it makes no other spec than to say nothing.
    `contracts` is what of the contract is checked at run time: "off", "pre" or "full". `method`, `path` and `status`
    are the request that an endpoint answers, and what it answers where all goes well.
    """

    kind: Kind = "function"
    provider: str | None = None
    template: str | None = None
    model: str | None = None
    method: str | None = None
    path: str | None = None
    tags: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()
    contracts: str | None = None
    status: int | None = None


@dataclass(frozen=True, slots=True)
class UnitSettings:
    """What the configuration adds to a spec: the template's content, and what would be sent to the provider.

    Attributes:
        template: The template's name, for people.
        template_content: Its text; newlines are normalised before it is hashed.
        sent: Sorted pairs such as `("model", "gpt-x")`, `("provider", "openai-compatible")`, `("temperature", 0.2)`;
            a setting that is not sent is absent. Empty where no provider is configured.
        lessons: The approved rules for what is written; in a spec those that are for its unit.
        template_chain: The templates that it extends, includes or imports, and so on: their names and texts, sorted.
    """

    template: str
    template_content: str
    sent: tuple[tuple[str, str | int | float], ...] = ()
    lessons: tuple[Lesson, ...] = ()
    template_chain: tuple[tuple[str, str], ...] = ()


SettingsFor = Callable[[UnitOptions], UnitSettings]


@dataclass(frozen=True, slots=True)
class Example:
    """One doctest example.

    Attributes:
        source: The input, as `doctest` gives it (ends with a newline).
        want: The expected output, as `doctest` gives it.
        line: Its line in the file, from 1.
        exception: The expected exception's last line (`ValueError: no`), or None.
        options: The doctest flags that the example names, e.g. `("ELLIPSIS",)`.
    """

    source: str
    want: str
    line: int
    exception: str | None = None
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition of a contract.

    Attributes:
        kind: Its section: what callers promise, what a call promises, when it raises, or, of a method's class, what
            holds of its objects before and after each call.
        expression: The condition in Python, in one spelling.
        line: Its line in the file, from 1.
        exception: For `raises`, the exception that is raised exactly where the condition holds, as it is spelled.
        library: Whose decorator says it, and checks it in each call; empty where the docstring does.
    """

    kind: ClauseKind
    expression: str
    line: int
    exception: str = ""
    library: str = ""

    @property
    def text(self) -> str:
        """The clause as a person writes it."""
        condition = f"{self.exception}: {self.expression}" if self.exception else self.expression
        return f"{self.kind.capitalize()} {condition}"


@dataclass(frozen=True, slots=True)
class Strategy:
    """What a value of a stated property is drawn from, as Hypothesis spells it.

    Attributes:
        kind: The function of `hypothesis.strategies`, e.g. "lists"; "map" and "filter" for these methods.
        options: Its plain arguments by name, e.g. `(("min_size", "1"),)`, each as source text.
        parts: The strategies among its arguments, in their order.
        names: Where parts are named (the fields of `builds`, the keys of `fixed_dictionaries`), the source text of each
            name; empty for one that is given by place.
    """

    kind: str
    options: tuple[tuple[str, str], ...] = ()
    parts: "tuple[Strategy, ...]" = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StatedProperty:
    """A `hypothesis` fence of a docstring: what holds for every value that is drawn.

    Attributes:
        given: What is drawn, by the names that the body uses, in their order.
        body: The statements, in one spelling; each `assert` in them has to hold.
        line: The line of the fence in its file, from 1.
    """

    given: tuple[tuple[str, Strategy], ...]
    body: str
    line: int


def proves_something(name: str, examples: Sequence[Example], kind: Kind = "function") -> bool:
    """Return whether an example names the unit, or asks it: `>>> 1 + 1` holds whatever an implementation does."""
    return asks(kind, examples) or any(name in _WORD.findall(example.source) for example in examples)


def asks(kind: Kind, examples: Sequence[Example]) -> bool:
    """Return whether an example asks an endpoint, `client.post("/sum", json=[1])`, or runs a command, `shell("1")`."""
    return kind in _ASKING and any(_ASKING[kind].search(example.source) for example in examples)


@dataclass(frozen=True, slots=True)
class Reference:
    """A name of the project that a spec refers to, directly or through other definitions.

    Attributes:
        module: The module that defines it.
        name: Its name there; empty where the module itself is meant.
        source: The source text of its definition, for prompts; for a unit, its stub without the body.
        direct: Whether the spec names it itself; only these may be imported by an implementation.
    """

    module: str
    name: str
    source: str
    direct: bool


@dataclass(frozen=True, slots=True)
class Spec:
    """What the developer wrote for a unit.

    Attributes:
        unit: The unit's id.
        options: What stands in the decorator.
        path: The source file, relative to the project root, with `/`.
        line: The line of the `def`, from 1.
        head: The source of the head, from `def` or `async def` to its colon, without decorators, dedented.
        is_async: Whether it is an `async def`.
        docstring: The normalised docstring; empty where there is none.
        examples: Its doctests.
        pre_hole: The source of the statements before the hole (docstring excluded), dedented; empty where none are.
        header: The import lines that `head` and `pre_hole` need in a module of their own (own-module names as
            `from app.math import X`, other imports as the spec module has them, `from __future__` first).
        references: The project names in scope, sorted.
        settings: The template and what is sent.
        parts: Each part's own digest by its name for people ("signature", "docstring", "example 1", "code before the
            hole", "helper app.text.slugify", "template", "settings", "options", ...), in a fixed order.
        spec_hash: The digest over all of them.
        beside: Functions and classes of the unit's own module that the spec does not name but an implementation may
            use, named like parts, each with a digest of all that it needs. They are in no hash; a checkpoint records
            those that its implementation uses.
        contract: The clauses of its docstring, in their order; the docstring is in the hash.
        contract_header: The import lines that the clauses need in a module of their own, like `header`.
        properties: The `hypothesis` fences of its docstring, in their order; the docstring is in the hash.
        method: How it is called where it is a method; the decorators that say so are in the hash.
        is_wrapped: Whether its name may mean something else to callers: it has other decorators, or is bound again.
    """

    unit: UnitId
    options: UnitOptions
    path: str
    line: int
    head: str
    is_async: bool
    docstring: str
    examples: tuple[Example, ...]
    pre_hole: str
    header: tuple[str, ...]
    references: tuple[Reference, ...]
    settings: UnitSettings
    parts: tuple[tuple[str, Digest], ...]
    spec_hash: SpecHash
    beside: tuple[tuple[str, Digest], ...] = ()
    contract: tuple[Clause, ...] = ()
    contract_header: tuple[str, ...] = ()
    properties: tuple[StatedProperty, ...] = ()
    method: MethodKind = ""
    is_wrapped: bool = False

    @property
    def where(self) -> str:
        """The place to name in a problem."""
        return f"{self.path}:{self.line}  {self.unit}"

    @property
    def proves_something(self) -> bool:
        """Whether an example names the unit."""
        return proves_something(self.unit.name, self.examples, self.options.kind)


@dataclass(frozen=True, slots=True)
class InvalidUnit:
    """A unit that was found but whose spec cannot be used; `problems` say why."""

    unit: UnitId
    path: str
    line: int
    kind: Kind
    examples: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Scan:
    """All that a scan found, sorted by unit id.

    Attributes:
        specs: The usable specs.
        invalid: Units that cannot be used, each with its problems.
        problems: What is wrong with files rather than with a unit (unreadable, syntax error, duplicate ids); these and
            `invalid` make a command fail.
        warnings: What is worth saying but does not fail a scan (a spec with no example).
    """

    specs: tuple[Spec, ...]
    invalid: tuple[InvalidUnit, ...]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]

    @property
    def all_problems(self) -> tuple[Problem, ...]:
        """Everything that makes a command fail."""
        return self.problems + tuple(problem for unit in self.invalid for problem in unit.problems)
