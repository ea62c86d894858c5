"""What the jobs of one batch have in common: the project as a candidate sees it, and what to load beforehand."""

import io
import json
import re
import sys
import tokenize
from collections.abc import Iterable
from pathlib import Path

from hatch_vibesafe.gates.context import GateContext
from hatch_vibesafe.gates.sandbox import Batch
from hatch_vibesafe.gates.surroundings import Surroundings
from hatch_vibesafe.gates.view import view
from hatch_vibesafe.gates.without_answers import without_answers
from hatch_vibesafe.spec.model import Spec

_IMPORTED = re.compile(r"^[ \t]*(?:from|import)[ \t]+([A-Za-z_][\w.]*)", re.MULTILINE)
# What the decorator loads when it is used for the first time.
_RUNTIME = ("vibesafe_runtime", "vibesafe_runtime._finder", "vibesafe_runtime._trust")
# What each kind of unit is called through, and costs more than all else that is loaded.
_FRAMEWORKS = {"http": ("fastapi", "vibesafe_runtime.fastapi"), "cli": ("vibesafe_runtime.typer",)}
# They do more than define something when they are imported.
_NOT_LOADED = frozenset({"antigravity", "this", "test", "idlelib", "turtledemo", "lib2to3", "__main__"})


def batch_of(specs: Iterable[Spec], context: GateContext, surrounding: Surroundings) -> Batch:
    """Return where modules are and what stands in them, what implementations are named, and those of other units."""
    specs = list(specs)
    units = {spec.unit for spec in context.scan.specs} | {spec.unit for spec in specs} | {*context.active}
    sources = {name: without_answers(text) for name, text in _sources(surrounding)}
    shared = {
        "path": surrounding.path,
        "modules": surrounding.files,
        "sources": sources,
        "names": {str(unit): surrounding.implementation_name(unit) for unit in sorted(units)},
        "implementations": {
            str(unit): without_answers(content.decode("utf-8", "replace")) for unit, content in context.active.items()
        },
    }
    preload = preloaded(sources.get(module, "") for module in surrounding.judged)
    kinds = {spec.options.kind for spec in specs}
    frameworks = [name for kind, names in _FRAMEWORKS.items() if kind in kinds for name in names]
    return Batch(json.dumps(shared).encode(), view(surrounding, context.project.root), (*preload, *frameworks))


def preloaded(sources: Iterable[str]) -> tuple[str, ...]:
    """Return what every worker loads: the runtime, and the modules of the standard library that sources import."""
    names = {name for source in sources for name in _IMPORTED.findall(source)}
    standard = sys.stdlib_module_names - _NOT_LOADED
    return (*_RUNTIME, *sorted(name for name in names if name.partition(".")[0] in standard))


def _sources(surrounding: Surroundings) -> Iterable[tuple[str, str]]:
    """Yield the text of each module; what cannot be read is not there."""
    for name, (file, _) in surrounding.files.items():
        try:
            content = Path(file).read_bytes()
        except OSError:
            continue
        try:
            encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
            yield name, content.decode(encoding)
        except (SyntaxError, UnicodeDecodeError):
            yield name, content.decode("utf-8", "replace")
