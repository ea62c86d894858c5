"""Examples that no implementation can make prove anything: a fault of the spec, known before anybody is asked. Pure."""

import warnings

from hatch_vibesafe.problems import Problem
from hatch_vibesafe.spec.impossible_examples import impossible_examples
from hatch_vibesafe.spec.model import Example, Spec

CHECKED_FLAGS = (
    "ELLIPSIS",
    "NORMALIZE_WHITESPACE",
    "IGNORE_EXCEPTION_DETAIL",
    "DONT_ACCEPT_TRUE_FOR_1",
    "DONT_ACCEPT_BLANKLINE",
)
REPORTING_FLAGS = ("REPORT_UDIFF", "REPORT_CDIFF", "REPORT_NDIFF", "REPORT_ONLY_FIRST_FAILURE", "FAIL_FAST")


def spec_faults(spec: Spec) -> tuple[Problem, ...]:
    """Return what is wrong with the examples of a spec, each with the line to edit."""
    problems: list[Problem] = []
    for number, example in enumerate(spec.examples, start=1):
        where = f"{spec.path}:{example.line}  {spec.unit}"
        unchecked = [flag for flag in example.options if flag not in CHECKED_FLAGS and flag not in REPORTING_FLAGS]
        if unchecked:
            what = f"example {number} has the doctest option {', '.join(unchecked)}, and so proves nothing"
            problems.append(Problem(where, what, "edit the example: take the option out of it, or take it out"))
        error = _syntax_error(example)
        if error is not None:
            what = f"example {number} is no Python that can run as it stands: {error.msg}"
            hint = "edit the example: asyncio.run(...) waits for what is async" if "await" in example.source else ""
            problems.append(Problem(where, what, hint or "edit the example until Python reads it"))
    return (*problems, *impossible_examples(spec))


def _syntax_error(example: Example) -> SyntaxError | None:
    if example.exception is not None and "SyntaxError" in example.exception:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(example.source, "<example>", "single", dont_inherit=True)
    except SyntaxError as error:
        return error
    except (ValueError, RecursionError, MemoryError):
        return None  # the gate says what is wrong with it
    return None
