"""What each kind of unit asks of a stub. Pure."""

import ast
import sys
from collections.abc import Iterator, Sequence

from hatch_vibesafe.spec.canonical import FunctionNode
from hatch_vibesafe.spec.commands import command_complaints
from hatch_vibesafe.spec.decorator import Complaint, Decoration
from hatch_vibesafe.spec.endpoints import endpoint_complaints, option_complaints
from hatch_vibesafe.spec.module import Binding, Module

_NOT_INJECTED = sys.stdlib_module_names | {"fastapi", "pydantic", "starlette", "typing_extensions", "annotated_types"}


def kind_complaints(
    module: Module, node: FunctionNode, decoration: Decoration, pre_hole: Sequence[ast.stmt], *, is_method: bool
) -> Iterator[Complaint]:
    """Yield what of a stub does not go with the kind that its decorator says."""
    yield from option_complaints(node, decoration.options)
    match decoration.options.kind:
        case "http":
            bound = (name for name, items in module.bindings.items() if _may_be_injected(items))
            yield from endpoint_complaints(node, decoration, pre_hole, bound, is_method=is_method)
        case "cli":
            yield from command_complaints(node, decoration, module, is_method=is_method)
        case "function":
            pass


def _may_be_injected(bindings: Sequence[Binding]) -> bool:
    """Return whether a name may stand for a dependency: an alias, or something of another module of the project."""
    binding = bindings[-1]
    if binding.origin is not None:
        return binding.origin.module.partition(".")[0] not in _NOT_INJECTED
    return isinstance(binding.node, ast.Assign | ast.AnnAssign)
