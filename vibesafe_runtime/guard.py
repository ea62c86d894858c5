"""Import this first, and a package without a baked package does not shadow one of the same name that brings one.

An installed runtime verifies packages from their first module on, because Python reads its `.pth` file when it starts;
where it does not read that, importing this has the same effect from then on. What it adds: where several directories
offer a package of one name, the one with a baked package is imported. A developer may mean the other, for instance a
checkout on `PYTHONPATH`; so that is never the default.

`import vibesafe_runtime.guard` stands in a program's first line, or, for every program of an environment, in a file
`vibesafe-guard.pth` in its `site-packages`.
"""

from vibesafe_runtime._finder import stand_first

try:
    _first = __import__("_vibesafe_first")  # where a wheel puts it; in a checkout it lies within the package alone
except ModuleNotFoundError:
    _first = __import__("vibesafe_runtime._first", fromlist=["Guard"])

_first.Guard.against_shadows = True
stand_first()
