"""Rendering a template with Jinja, in its sandbox, from nothing but the texts that a spec holds."""

from collections.abc import Mapping
from functools import lru_cache
from types import TracebackType

import jinja2
from jinja2.sandbox import SandboxedEnvironment

from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError
from hatch_vibesafe.spec.model import UnitSettings
from hatch_vibesafe.spec.normalise import normalise_newlines
from hatch_vibesafe.unexpected import reason

_REMEDY = "mend the template; docs/prompts.md and the top of ours (prompts/base.j2) tell its variables and blocks"
_OF_JINJA = "__jinja_exception__"
"""A global of the frames that Jinja puts into a traceback in the place of its own code, with the template's lines."""


def render(settings: UnitSettings, unit: UnitId, variables: Mapping[str, object]) -> str:
    """Return what a unit's template makes of its variables.

    Raises:
        VibesafeConfigurationError: if it cannot be rendered; the problem names the template and the line.
    """
    try:
        return _template(settings.template, settings.template_content, settings.template_chain).render(variables)
    except jinja2.TemplateSyntaxError as error:
        name, line, what = error.name or settings.template, error.lineno, error.message or "wrong syntax"
    except jinja2.TemplateNotFound as error:
        name, line = _place(error.__traceback__, settings.template)
        what = f"it reads {error.name!r}, which is not named in quotes by a tag, so that the spec hash does not hold it"
    except Exception as error:  # noqa: BLE001 - a template runs any expression, and so raises anything
        name, line = _place(error.__traceback__, settings.template)
        what = reason(error)
    at = f", line {line}" if line else ""
    raise VibesafeConfigurationError(
        Problem(f"template {name!r}{at}, for {unit}", f"cannot be rendered: {what}", _REMEDY)
    ) from None


@lru_cache(maxsize=32)
def _template(name: str, content: str, chain: tuple[tuple[str, str], ...]) -> jinja2.Template:
    """Return a template, compiled once: most units of a project share it, and it costs more than the rest."""
    texts = {each: normalise_newlines(text) for each, text in (*chain, (name, content))}

    def load(wanted: str) -> tuple[str, str, None] | None:
        return (texts[wanted], wanted, None) if wanted in texts else None

    # Sandboxed: a template is text that may come with a pull request, and renders data, no more.
    environment = SandboxedEnvironment(
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        loader=jinja2.FunctionLoader(load),
    )
    return environment.get_template(name)


def _place(traceback: TracebackType | None, name: str) -> tuple[str, int]:
    """Return the template and the line in which an exception was raised; line 0 where nobody knows."""
    line = 0
    while traceback is not None:
        frame = traceback.tb_frame
        if _OF_JINJA in frame.f_globals:
            name, line = frame.f_code.co_filename, traceback.tb_lineno
        traceback = traceback.tb_next
    return name, line
