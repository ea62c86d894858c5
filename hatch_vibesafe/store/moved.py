"""Say in words which parts of a spec moved since a checkpoint was made. Pure."""

from collections.abc import Iterator

from hatch_vibesafe.identity import Digest
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.store.meta import Meta
from hatch_vibesafe.store.records import Provenance, Scalar


def moved_parts(meta: Meta, spec: Spec) -> tuple[str, ...]:
    """Return what differs between the spec that a checkpoint was made for and the spec as it is now.

    For example `("signature changed", "docstring: example 2 changed", "settings: model 'a' -> 'b'")`; empty where the
    spec hash is the same and so is every helper beside the unit that the implementation uses.
    """
    if is_for(meta, spec):
        return ()
    used = dict(meta.uses)
    now = dict(spec.parts) | {name: part for name, part in spec.beside if name in used}
    found = tuple(_moved(dict(meta.parts) | used, now, meta.provenance, spec))
    return found or ("the spec changed",)


def is_for(meta: Meta, spec: Spec) -> bool:
    """Return whether a checkpoint was made for a spec, and for the helpers that it uses, as they are now."""
    return meta.spec_hash == spec.spec_hash and set(meta.uses) <= set(spec.beside)


def _moved(before: dict[str, Digest], after: dict[str, Digest], provenance: Provenance, spec: Spec) -> Iterator[str]:
    for name, part in after.items():
        if name not in before:
            yield f"{_called(name)} added"
        elif before[name] != part:
            yield from _settings(provenance, spec) if name == "settings" else (f"{_called(name)} changed",)
    for name in before:
        if name not in after:
            yield f"{_called(name)} removed"


def _called(name: str) -> str:
    return f"docstring: {name}" if name.startswith("example ") else name


def _settings(provenance: Provenance, spec: Spec) -> Iterator[str]:
    """Yield the settings that changed, where it is recorded what was sent then."""
    if provenance.origin == "submitted":
        yield "settings changed"
        return
    before: dict[str, Scalar] = {"provider": provenance.provider_kind, **dict(provenance.sent)}
    after: dict[str, Scalar] = dict(spec.settings.sent)
    names = [name for name in sorted(before | after) if before.get(name) != after.get(name)]
    for name in names:
        yield f"settings: {name} {_shown(before, name)} -> {_shown(after, name)}"
    if not names:
        yield "settings changed"


def _shown(settings: dict[str, Scalar], name: str) -> str:
    return repr(settings[name]) if name in settings else "unset"
