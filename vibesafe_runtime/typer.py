"""Units of kind "cli" as programs, made with Typer. Nothing else of the runtime imports Typer.

@vibesafe.cli
def greet(name: str, *, loud: bool = False) -> str: ...

main = command(greet)       # [project.scripts] greet = "app.tool:main"
"""

import asyncio
import builtins
import functools
import inspect
import sys
from typing import Annotated, get_args, get_origin

from vibesafe_runtime._exceptions import Problem, VibesafeConfigurationError, VibesafeContractViolation, render
from vibesafe_runtime._prose import CONTRACTS, prose, section
from vibesafe_runtime._served import decorated, served, unwrapped
from vibesafe_runtime._units import Unit, unit_of

try:
    import typer
    from typer.models import ParameterInfo
except ModuleNotFoundError as error:
    if error.name != "typer":
        raise
    raise ImportError(
        "vibesafe_runtime.typer needs Typer, which is not installed: pip install typer", name="typer"
    ) from None

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["Program", "command", "commands"]

REFUSED = 2
"""The exit code where a command line is wrong, or what a unit raises as its docstring says."""
BROKEN = 1
"""The exit code where a unit does not do what it promises."""
_NOT_SHOWN = (*CONTRACTS, "args", "arguments", "returns", "yields")


class Program:
    """What `[project.scripts]` runs. Called with arguments it runs these, and raises `SystemExit` where that fails."""

    def __init__(self, app: typer.Typer, name: str) -> None:
        self._app = app
        self._name = name

    def __call__(self, arguments: "Sequence[str] | None" = None) -> None:
        """Run a command line, by default that of this process."""
        try:
            if arguments is None:
                self._app()
            else:
                self._app(args=list(arguments), prog_name=self._name)
        except SystemExit as ending:
            if arguments is None or ending.code:
                raise


def command(function: "Callable[..., object]") -> Program:
    """Return the program of one unit.

    Raises:
        VibesafeConfigurationError: if it is no unit of kind "cli", or Typer cannot read its signature.
    """
    unit = next((found for each in unwrapped(function) if (found := unit_of(each)) is not None), None)
    if unit is None or unit.kind != "cli":
        what = "is no unit of kind 'cli', so that nothing makes a program of it"
        raise VibesafeConfigurationError(Problem(_named(function), what, "decorate it with @vibesafe.cli"))
    app = _application(help_text=None)
    _add(app, unit, function)
    return _program(app, str(unit), unit.qualname.replace("_", "-"))


def commands(package: str) -> Program:
    """Return the program with each unit of kind "cli" of a module, or a package and all below, as a sub-command.

    Raises:
        VibesafeConfigurationError: if there is none, two have the same name, or Typer cannot read a signature.
        VibesafeError: whatever the import of a unit raises.
    """
    units = served("cli", package)
    problems = [
        Problem(str(unit), f"has the name of another command of {package}", "rename one of them")
        for unit in units
        if [each.qualname for each in units].count(unit.qualname) > 1
    ]
    if problems:
        raise VibesafeConfigurationError(*problems)
    app = _application(help_text=prose(sys.modules[package].__doc__ or ""))
    # Without it one command would have no name, and get one as soon as there are two.
    app.callback()(_nothing)
    for unit in units:
        _add(app, unit, decorated(unit))
    return _program(app, package, package.rpartition(".")[2])


def _application(help_text: str | None) -> typer.Typer:
    return typer.Typer(
        add_completion=False,
        help=help_text,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        no_args_is_help=help_text is not None,
    )


def _program(app: typer.Typer, where: str, name: str) -> Program:
    try:
        typer.main.get_command(app)
    except Exception as error:
        remedy = "annotate its parameters with types that Typer knows"
        what = f"cannot be made a command: {str(error).strip().partition(chr(10))[0]}"
        raise VibesafeConfigurationError(Problem(where, what, remedy)) from error
    return Program(app, name)


def _nothing() -> None:
    """Do nothing before a sub-command."""


def _add(app: typer.Typer, unit: Unit, function: "Callable[..., object]") -> None:
    app.command(name=unit.qualname.replace("_", "-"), help=prose(unit.doc, _NOT_SHOWN) or None)(_runner(unit, function))


def _runner(unit: Unit, function: "Callable[..., object]") -> "Callable[..., None]":
    """Return what Typer calls: it has the unit's signature, shows what the unit returns, and ends as it should."""
    refusals = tuple(_refusals(unit, function))

    def run(**values: object) -> None:
        try:
            result = function(**values)
            shown = asyncio.run(result) if inspect.iscoroutine(result) else result
        except VibesafeContractViolation as violation:
            if violation.unit != str(unit) or not violation.clause.startswith("Requires "):
                _end(render(violation.problems), BROKEN)
            _end(f"Error: {violation.clause.removeprefix('Requires ')} does not hold", REFUSED)
        except refusals as refusal:
            _end(f"Error: {refusal}" if str(refusal) else f"Error: {type(refusal).__name__}", REFUSED)
        for line in _lines(shown):
            sys.stdout.write(f"{line}\n")

    parameters = [_parameter(each, section(unit.doc, "args")) for each in _signature(function)]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # as inspect.signature reads it
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    run.__name__ = unit.qualname
    return run


def _signature(function: "Callable[..., object]") -> "list[inspect.Parameter]":
    innermost = [*unwrapped(function)][-1]
    names = getattr(innermost, "__globals__", {})
    return [*inspect.signature(function, globals=names, eval_str=True).parameters.values()]


def _parameter(parameter: inspect.Parameter, told: dict[str, str]) -> inspect.Parameter:
    """Return a parameter as Typer reads it: with no default an argument, otherwise, or by name alone, an option."""
    annotation = parameter.annotation
    by_name = inspect.Parameter.KEYWORD_ONLY
    if any(isinstance(each, ParameterInfo) for each in get_args(annotation)[1:] if get_origin(annotation) is Annotated):
        return parameter.replace(kind=by_name)
    is_option = parameter.kind is by_name or parameter.default is not inspect.Parameter.empty or annotation is bool
    about = typer.Option if is_option else typer.Argument
    return parameter.replace(annotation=Annotated[annotation, about(help=told.get(parameter.name))], kind=by_name)


def _refusals(unit: Unit, function: "Callable[..., object]") -> "Iterator[type[Exception]]":
    """Yield the exceptions that the docstring says are raised, as its module or the implementation's knows them."""
    known = [vars(sys.modules[unit.module]), *(getattr(each, "__globals__", {}) for each in unwrapped(function))]
    for name in section(unit.doc, "raises"):
        first, *rest = name.split(".")
        found = next((names[first] for names in known if first in names), getattr(builtins, first, None))
        found = functools.reduce(lambda value, attribute: getattr(value, attribute, None), rest, found)
        if isinstance(found, type) and issubclass(found, Exception):
            yield found


def _lines(shown: object) -> "Iterator[object]":
    if isinstance(shown, (list, tuple)):
        yield from shown
    elif shown is not None:
        yield shown


def _end(text: str, code: int) -> None:
    sys.stderr.write(f"{text}\n")
    raise SystemExit(code)


def _named(function: object) -> str:
    return f"{getattr(function, '__module__', '?')}/{getattr(function, '__qualname__', type(function).__name__)}"
