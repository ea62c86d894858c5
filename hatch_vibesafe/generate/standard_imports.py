"""Imports of the standard library that a model left out, or wrote as `import *`: what they were to bring. Pure.

Only modules that compute, and only names that say one thing: what may stand for a variable that was forgotten
(`count`, `index`, `date`) is not taken for an import.
"""

import ast
from collections.abc import Collection, Iterator

from hatch_vibesafe.spec.walking import walk

_NAMES = {
    "bisect": "bisect_left bisect_right insort",
    "collections": "ChainMap Counter OrderedDict defaultdict deque namedtuple",
    "copy": "deepcopy",
    "dataclasses": "dataclass",
    "decimal": "Decimal",
    "fractions": "Fraction",
    "functools": "cmp_to_key lru_cache reduce",
    "heapq": "heapify heappop heappush heapreplace nlargest nsmallest",
    "itertools": "accumulate combinations combinations_with_replacement groupby permutations takewhile zip_longest",
    "math": "ceil comb cos exp factorial floor gcd hypot inf isclose isqrt lcm log log10 log2 pi prod sin sqrt tan",
    "operator": "attrgetter itemgetter",
    "string": "ascii_letters ascii_lowercase ascii_uppercase punctuation",
    "typing": "Any Callable Dict Iterable Iterator List Optional Sequence Set Tuple Union",
}
_MODULES = frozenset({*_NAMES, "json", "re", "statistics", "textwrap", "unicodedata"})
_HOMES = {name: module for module, names in _NAMES.items() for name in names.split()}


def missing_standard_imports(tree: ast.Module, unbound: Collection[str]) -> Iterator[str]:
    """Yield the imports of standard modules, and names of them, that a module uses without binding them anywhere.

    Args:
        tree: The module.
        unbound: The names that it uses and does not bind.
    """
    yield from (f"import {name}" for name in sorted(_MODULES.intersection(unbound, _bases(tree))))
    for name in sorted(_HOMES.keys() & unbound):
        yield f"from {_HOMES[name]} import {name}"


def star_imports(tree: ast.Module) -> Iterator[ast.ImportFrom]:
    """Yield the `from … import *` of standard modules that this knows; what is used of them is imported by name."""
    for statement in tree.body:
        match statement:
            case ast.ImportFrom(module=module, names=[ast.alias(name="*")], level=0) if module in _NAMES:
                yield statement


def _bases(tree: ast.Module) -> set[str]:
    """Return the names that something is taken of: `re` of `re.sub`."""
    found = set()
    for node in walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id=name)):
                found.add(name)
    return found
