"""Finding the providers of other packages. Source: the entry points specification of the Python packaging guide."""

from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points

from hatch_vibesafe.generate.providers.plugin import ClosingPlugin, Plugin
from hatch_vibesafe.generate.providers.protocol import Provider
from hatch_vibesafe.generate.providers.redact import one_line
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError, VibesafeError
from hatch_vibesafe.provider_config import ProviderConfig

GROUP = "vibesafe.providers"
_WANTED = {"kind": str, "continues": bool}


def open_plugin(config: ProviderConfig) -> Provider:
    """Return the provider that another package makes for a configuration.

    Raises:
        VibesafeConfigurationError: if no installed package, or more than one, has it, or it is not what it has to be.
    """
    entry = _entry(config)
    package = entry.dist.name if entry.dist is not None else entry.value
    where = f"[provider.{config.name}] plugin"
    remedy = f"mend or upgrade {package}, or choose another kind"
    try:
        make: object = entry.load()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - importing the code of others raises anything
        raise _refused(where, f"{package} cannot be imported", error, remedy) from None
    if not callable(make):
        what = f"{entry.value} of {package} cannot be called with a configuration"
        raise VibesafeConfigurationError(Problem(where, what, remedy))
    inner = _made(make, config, where, package, remedy)
    problems = [
        Problem(where, f"what {package} made has no {name} of type {kind.__name__}", remedy)
        for name, kind in _WANTED.items()
        if not isinstance(_attribute(inner, name), kind)
    ]
    if not callable(_attribute(inner, "ask")):
        problems.append(Problem(where, f"what {package} made has no method ask", remedy))
    if problems:
        raise VibesafeConfigurationError(*problems)
    close = _attribute(inner, "close")
    return ClosingPlugin(config, package, inner, close) if callable(close) else Plugin(config, package, inner)


def _made(make: Callable[..., Provider], config: ProviderConfig, where: str, package: str, remedy: str) -> Provider:
    try:
        return make(config)
    except VibesafeError as error:
        raise VibesafeConfigurationError(*error.problems) from None
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the code of others raises anything
        raise _refused(where, f"{package} makes no provider of this configuration", error, remedy) from None


def _attribute(inner: Provider, name: str) -> object:
    try:
        return getattr(inner, name, None)
    except Exception:  # noqa: BLE001 - a property is the code of others too
        return None


def _entry(config: ProviderConfig) -> EntryPoint:
    where = f"[provider.{config.name}] plugin"
    installed = entry_points(group=GROUP)
    found = list(dict.fromkeys(entry for entry in installed if entry.name == config.plugin))
    if not found:
        names = ", ".join(sorted({repr(entry.name) for entry in installed}))
        what = f"is {config.plugin!r}, and no installed package has such a provider"
        remedy = (
            f"install the package that has it, or choose from {names}" if names else "install the package that has it"
        )
        raise VibesafeConfigurationError(Problem(where, what, remedy))
    if len(found) > 1:
        packages = " and ".join(sorted(entry.dist.name if entry.dist is not None else entry.value for entry in found))
        what = f"is {config.plugin!r}, which {packages} both have"
        raise VibesafeConfigurationError(Problem(where, what, "uninstall one of them"))
    return found[0]


def _refused(where: str, what: str, error: BaseException, remedy: str) -> VibesafeConfigurationError:
    return VibesafeConfigurationError(Problem(where, one_line(f"{what}: {type(error).__name__}: {error}"), remedy))
