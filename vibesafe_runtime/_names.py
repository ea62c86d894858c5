"""The name of the module that holds a unit's implementation: in a gate, in a checkout and in a wheel the same."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

BEHIND = "___implementation"
"""What ends the name of the module with an implementation that another one, under its own name, checks calls of."""
_LOWERCASE = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")
_HEXADECIMAL = frozenset("0123456789abcdef")
_DIGEST_LENGTH = 12
_LONGEST = 120
_DEVICES = frozenset(
    {"aux", "con", "nul", "prn"} | {f"{port}{digit}" for port in ("com", "lpt") for digit in range(10)}
)


def root_package(module: str, is_regular: "Callable[[str], bool]") -> str:
    """Return the top-most regular package of `module` (the module itself, if it is one), or "" where there is none.

    Args:
        module: A dotted module name.
        is_regular: Whether a name is that of a package with an `__init__`.
    """
    parts = module.split(".")
    for count in range(1, len(parts) + 1):
        name = ".".join(parts[:count])
        if is_regular(name):
            return name
    return ""


def baked_package(module: str, root: str) -> str:
    """Return the name of the package that holds the implementations of `module`, given its root package.

    `shop._vibesafe` for a root package `shop`; beside a module in no regular package, `_vibesafe_calc` for `calc`.
    """
    if root:
        return f"{root}._vibesafe"
    namespace, dot, name = module.rpartition(".")
    return f"{namespace}{dot}_vibesafe_{name}"


def implementation_module(module: str, qualname: str, root: str) -> str:
    """Return the name of the module that holds the implementation of `module/qualname`, given its root package.

    The parts below the root are joined by `__`: `shop._vibesafe.pricing__total` for `shop.pricing/total`. Where that
    could be the name of another unit, or of the same file on a system that folds case, or of no file at all, the
    beginning of the unit id's SHA-256 is appended; so two units never share a module.
    """
    inside = module[len(root) + 1 :] if root else ""
    parts = (inside.split(".") if inside else []) + qualname.split(".")
    name = "__".join(parts)
    if not all(map(_is_plain, parts)) or _ends_like_a_digest(name) or name in _DEVICES or len(name) > _LONGEST:
        from vibesafe_runtime._manifest import sha256  # noqa: PLC0415 - most names need no digest

        digest = sha256(f"{module}/{qualname}".encode())[:_DIGEST_LENGTH]
        name = "".join(letter if letter.isascii() else "_" for letter in name[:_LONGEST]) + "_" + digest
    return f"{baked_package(module, root)}.{name}"


def _is_plain(part: str) -> bool:
    return _LOWERCASE.issuperset(part) and part == part.strip("_") and "__" not in part


def _ends_like_a_digest(name: str) -> bool:
    return name[-_DIGEST_LENGTH - 1 : -_DIGEST_LENGTH] == "_" and _HEXADECIMAL.issuperset(name[-_DIGEST_LENGTH:])
