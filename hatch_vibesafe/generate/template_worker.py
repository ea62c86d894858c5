"""What a template makes of its variables, with Jinja, in its sandbox; as a program, in a process with limits.

The threat: a template is text that may come with a pull request. Jinja's sandbox keeps it from everything but data, and
not from `{{ "x" * 9999999999 }}` or a loop in a loop in a loop: those only another process survives. As a program this
reads requests from standard input and writes an answer to each. It imports nothing of ours, so that it starts quickly
and by its path alone.
"""

import contextlib
import functools
import json
import pickle
import signal
import sys
from collections.abc import Mapping
from types import TracebackType

import jinja2
from jinja2.sandbox import SandboxedEnvironment

LONGEST = 4_000_000
"""Characters of a rendered template; no model reads as many."""

_MEMORY = 1024 * 2**20
_OF_JINJA = "__jinja_exception__"
"""A global of the frames that Jinja puts into a traceback in the place of its own code, with the template's lines."""

Texts = tuple[tuple[str, str], ...]
Answer = tuple[str, str, int]
"""A text, "", 0; or what is wrong with a template, its name, and the line, 0 where nobody knows it."""


def rendered(name: str, texts: Texts, variables: Mapping[str, object]) -> Answer:
    """Return what the template of that name makes of its variables, given the texts of all that it may refer to."""
    try:
        pieces, size = [], 0
        for piece in _template(name, texts).generate(variables):
            pieces.append(piece)
            size += len(piece)
            if size > LONGEST:
                return f"it makes more than {LONGEST:,} characters", name, 0
        return "".join(pieces), "", 0
    except jinja2.TemplateSyntaxError as error:
        return error.message or "wrong syntax", error.name or name, error.lineno
    except jinja2.TemplateNotFound as error:
        what = f"it reads {error.name!r}, which is not named in quotes by a tag, so that the spec hash does not hold it"
        return what, *_place(error.__traceback__, name)
    except MemoryError as error:
        return "it needs too much memory", *_place(error.__traceback__, name)
    except Exception as error:  # noqa: BLE001 - a template runs any expression, and so raises anything
        return " ".join(str(error).split()) or type(error).__name__, *_place(error.__traceback__, name)


@functools.lru_cache(maxsize=32)
def _template(name: str, texts: Texts) -> jinja2.Template:
    """Return a template, compiled once: most units of a project share it, and it costs more than the rest."""
    known = dict(texts)

    def load(wanted: str) -> tuple[str, str, None] | None:
        return (known[wanted], wanted, None) if wanted in known else None

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


def main() -> None:
    """Answer requests until there are no more. Whatever takes too much processor time ends the process."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - there is none elsewhere

        with contextlib.suppress(ValueError, OSError):  # a lower limit may hold already
            resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while True:
        try:
            name, texts, variables, seconds = pickle.load(sys.stdin.buffer)  # noqa: S301 - our own process wrote it
        except EOFError:
            return
        if sys.platform != "win32":
            signal.setitimer(signal.ITIMER_PROF, seconds)
        answer = json.dumps(rendered(name, texts, variables))
        if sys.platform != "win32":
            signal.setitimer(signal.ITIMER_PROF, 0)
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
