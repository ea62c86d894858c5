"""The command `python -m vibesafe_runtime verify [DISTRIBUTION]`."""

import sys
from importlib.metadata import PackageNotFoundError, distribution, distributions

from vibesafe_runtime._exceptions import Problem, render
from vibesafe_runtime._verify import verify

USAGE = """usage: python -m vibesafe_runtime verify [DISTRIBUTION]

Compare every file of the baked packages of an installed distribution, or of all, with what was built.
Exit status: 0 all is as it was built, 1 something is not, 2 the command cannot be carried out.
"""


def main(arguments: list[str]) -> int:
    """Run the command and return its exit status."""
    if arguments in (["-h"], ["--help"], ["verify", "-h"], ["verify", "--help"]):
        print(USAGE, end="")
        return 0
    if not arguments or arguments[0] != "verify" or len(arguments) > 2 or arguments[-1].startswith("-"):  # noqa: PLR2004 - verify and one name
        print(USAGE, end="", file=sys.stderr)
        return 2
    name = arguments[1] if len(arguments) > 1 else None
    try:
        lines, problems = verify([distribution(name)] if name else list(distributions()))
    except (PackageNotFoundError, ValueError):
        problem = Problem(str(name), "is not installed in this environment", f"pip install {name}")
        print(render([problem]), file=sys.stderr)
        return 2
    if not lines and not problems:
        what = "brings no baked package, so there is nothing to verify"
        remedy = "name a distribution with generated functions, in the environment in which it is installed"
        problems = [Problem(name or "this environment", what, remedy)]
    print("\n".join(lines))
    if problems:
        print(render(problems), file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
