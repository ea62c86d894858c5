"""What a project forbids beyond what is forbidden anyway: undeclared imports, and its `[policy]` table."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from hatch_vibesafe.config import Config
from hatch_vibesafe.gates.dependencies import Dependencies
from hatch_vibesafe.gates.imported_names import dotted_name, imported, lies_in, root_of, written_in
from hatch_vibesafe.policy_config import UNTIGHTENED, PolicyConfig
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.spec.capabilities import IMPORT
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.spec.walking import walk

_OURS = ("vibesafe_runtime", "hatch_vibesafe")


@dataclass(frozen=True, slots=True)
class ProjectRules:
    """What a project says about imports: its `[policy]`, and its dependencies where they are to be asked."""

    policy: PolicyConfig = UNTIGHTENED
    dependencies: Dependencies | None = None


NO_RULES = ProjectRules()


def rule_findings(tree: ast.Module, spec: Spec, rules: ProjectRules, own: frozenset[str]) -> Iterator[tuple[int, str]]:
    """Yield the line and the message of each import that the project's rules forbid.

    What the spec itself needs (its head and the code before its hole) is the developer's, and only `deny_imports` holds
    for it too. `own` are the top-level names of the project, whose imports the spec decides.
    """
    written, granted = written_in(spec.header), _granted(spec)
    names = {bound: dotted for dotted, bound, _ in imported(tree)}
    told: set[str] = set()
    for dotted, _, statement in imported(tree):
        module = statement.module if isinstance(statement, ast.ImportFrom) and statement.module else dotted
        message = _denied(dotted, rules.policy)
        if not message and dotted not in written and module.partition(".")[0] not in {*own, *_OURS, "__future__"}:
            message = _not_allowed(dotted, module, rules.policy) or _undeclared(module, granted, rules)
        if message and message not in told:
            told.add(message)
            yield statement.lineno, message
    for node in walk(tree):
        if isinstance(node, ast.Attribute) and root_of(node) in names:
            message = _denied(dotted_name(node, names), rules.policy)
            if message and message not in told:
                told.add(message)
                yield node.lineno, message


def policy_problems(spec: Spec, config: Config) -> tuple[Problem, ...]:
    """Return why a unit can have no implementation here: it asks for capabilities that the project denies."""
    denied = [
        each
        for each in spec.options.capabilities
        if each in config.policy.deny_capabilities
        or (each.startswith(IMPORT) and lies_in(each.removeprefix(IMPORT), _granted_by(config.policy)))
    ]
    where, table = f"{spec.path}:{spec.line}  {spec.unit}", "[policy] deny_capabilities"
    source = f" of {config.source}" if config.source else ""
    return tuple(
        Problem(
            where,
            f"asks for the capability {each!r}, which {table}{source} forbids",
            f"take it out of capabilities=[...] of the decorator, or out of {table}",
        )
        for each in denied
    )


def _granted(spec: Spec) -> tuple[str, ...]:
    return tuple(each.removeprefix(IMPORT) for each in spec.options.capabilities if each.startswith(IMPORT))


def _granted_by(policy: PolicyConfig) -> tuple[str, ...]:
    return tuple(each.removeprefix(IMPORT) for each in policy.deny_capabilities if each.startswith(IMPORT))


def _denied(dotted: str, policy: PolicyConfig) -> str:
    denied = next((each for each in policy.deny_imports if lies_in(dotted, (each,))), "")
    return f"uses `{denied}`: [policy] deny_imports of the project forbids it" if denied else ""


def _not_allowed(dotted: str, module: str, policy: PolicyConfig) -> str:
    if policy.allow_imports is None or lies_in(dotted, policy.allow_imports):
        return ""
    listed = ", ".join(policy.allow_imports) or "nothing"
    return f"imports `{module}`: [policy] allow_imports of the project allows only {listed}"


def _undeclared(module: str, granted: tuple[str, ...], rules: ProjectRules) -> str:
    is_outside = module.partition(".")[0] not in sys.stdlib_module_names
    if not is_outside or rules.dependencies is None or lies_in(module, granted):
        return ""
    return rules.dependencies.refusal(module)
