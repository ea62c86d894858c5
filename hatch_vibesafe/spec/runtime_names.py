"""Under which names a module knows the decorator and the holes: only what it imports from the runtime counts."""

import ast
from collections.abc import Sequence
from typing import Literal

from hatch_vibesafe.spec.module import Module
from hatch_vibesafe.spec.names import Chain, root_chain

Role = Literal["vibesafe", "VibeCoded", "VibesafeHandled"]

_ROLES: tuple[Role, ...] = ("vibesafe", "VibeCoded", "VibesafeHandled")
_RUNTIMES = ("vibesafe_runtime", "vibesafe")  # the second is what older projects import
_OVERLOADS = {("typing", "overload"), ("typing_extensions", "overload")}


class RuntimeNames:
    """Tells what the names of one module mean to us."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._stars = any(star.module in _RUNTIMES for star in module.stars)

    @property
    def present(self) -> bool:
        """Whether the module imports anything of the runtime."""
        origins = (item.origin for items in self._module.bindings.values() for item in items)
        return self._stars or any(origin is not None and origin.imported in _RUNTIMES for origin in origins)

    def role(self, node: ast.expr) -> tuple[Role, Chain] | None:
        """Return what an expression means to us, with the attributes that are taken of it; None for anything else."""
        chain = root_chain(node)
        if chain is None:
            return None
        bindings = [item for item in self._module.bindings.get(chain[0], ()) if item.binds]
        if not bindings:
            return _as_role(chain[0], chain[1:]) if self._stars else None
        # The last binding counts: a local function called `vibesafe` is not ours.
        origin = bindings[-1].origin
        if origin is None or origin.module not in _RUNTIMES:
            return None
        if origin.name is not None:
            return _as_role(origin.name, chain[1:])
        return _as_role(chain[1], chain[2:]) if len(chain) > 1 else None

    def is_overload(self, decorators: Sequence[ast.expr]) -> bool:
        """Return whether one of the decorators is `typing.overload`."""
        return any(self.external(item) in _OVERLOADS for item in decorators)

    def takes_all_of(self, library: str) -> bool:
        """Return whether the module has all names of a library: `from library import *`."""
        return any(star.module == library for star in self._module.stars)

    def external(self, node: ast.expr) -> Chain | None:
        """Return the module that an imported name comes from, with its name there and the attributes taken of it."""
        chain = root_chain(node)
        bindings = self._module.bindings.get(chain[0], ()) if chain else ()
        if chain is None or not bindings or (origin := bindings[-1].origin) is None:
            return None
        return (origin.module, *((origin.name,) if origin.name else ()), *chain[1:])


def _as_role(name: str, attributes: Chain) -> tuple[Role, Chain] | None:
    return next(((role, attributes) for role in _ROLES if role == name), None)
