"""`vibesafe lessons`: what repeated refusals teach, and which of it a person lets into the prompts."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import click

from hatch_vibesafe.cli import options, output
from hatch_vibesafe.generate.candidates import all_kept_candidates
from hatch_vibesafe.generate.lessons import Proposal, proposals
from hatch_vibesafe.generate.lessons_file import write_lessons
from hatch_vibesafe.lessons_config import LESSONS_FILE, LONGEST, is_lesson, read_lessons
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError
from hatch_vibesafe.project import Project, open_project, scan_project
from hatch_vibesafe.spec.lessons import Lesson, matches, name_of

Item = TypeVar("Item")


@click.group(
    name="lessons",
    invoke_without_command=True,
    epilog="Examples:  vibesafe lessons   |   vibesafe lessons approve 1   |   vibesafe lessons drop 1",
)
@options.as_json
@click.pass_context
def command(context: click.Context, *, as_json: bool) -> int:
    """List the rules that refusals suggest and those that are approved; an approved one enters prompts.

    It moves the spec hash of the units that it is for, so that they are compiled again.
    """
    if context.invoked_subcommand is not None:
        return 0
    _, approved, proposed = _known()
    if as_json:
        output.print_json(
            {
                "approved": [{"text": each.text, "units": list(each.units)} for each in approved],
                "proposed": [_document(each) for each in proposed],
                "problems": [],
            }
        )
        return 0
    for title, lines in (
        ("approved", [f"{each.text}  ({', '.join(each.units)})" for each in approved]),
        ("proposed", [_told(each) for each in proposed]),
    ):
        click.echo(f"{title}:" if lines else f"{title}: none")
        for number, line in enumerate(lines, start=1):
            click.echo(f"  {number}  {line}")
    if proposed:
        click.echo("let one into the prompts: vibesafe lessons approve N")
    return 0


@command.command(name="approve", epilog="Examples:  vibesafe lessons approve 1   |   approve 2 --units 'app.*'")
@click.argument("number", type=click.IntRange(min=1))
@click.option("--units", multiple=True, metavar="UNIT|MODULE|GLOB", help="Whom it is for, instead of who broke it.")
@click.option("--text", help="Other words for it.")
def approve(number: int, units: tuple[str, ...], text: str | None) -> int:
    """Let the proposal of that number into the prompts of the units that broke it."""
    project, approved, proposed = _known()
    chosen = _numbered(proposed, number, "proposal").lesson
    told = chosen.text if text is None else text
    before = next((each for each in approved if each.text == told), Lesson(told, (), name_of(chosen.text)))
    lesson = Lesson(told, tuple(sorted({*before.units, *(units or chosen.units)})), before.name)
    if not is_lesson(lesson.text):
        where, what = "--text", "is not one readable line"
        raise VibesafeConfigurationError(Problem(where, what, f"write one line of at most {LONGEST} characters"))
    _refuse_unmatched(project, units)
    write_lessons(project, (*approved, lesson))
    click.echo(f"approved: {lesson.text}")
    click.echo(f"commit {LESSONS_FILE}; it moves the spec of {', '.join(lesson.units)}: vibesafe status")
    return 0


@command.command(name="drop", epilog="Example:  vibesafe lessons drop 1")
@click.argument("number", type=click.IntRange(min=1))
def drop(number: int) -> int:
    """Take the approved lesson of that number out of the prompts again."""
    project, approved, _ = _known()
    lesson = _numbered(approved, number, "approved lesson")
    write_lessons(project, [each for each in approved if each != lesson])
    click.echo(f"dropped: {lesson.text}")
    return 0


def _refuse_unmatched(project: Project, targets: Sequence[str]) -> None:
    if not targets:
        return
    found = scan_project(project)
    known = [*(spec.unit for spec in found.specs), *(each.unit for each in found.invalid)]
    problems = [
        Problem(f"--units {target}", "names no unit of this project", "see `vibesafe scan` for the unit ids")
        for target in targets
        if not any(matches(unit, target) for unit in known)
    ]
    if problems:
        raise VibesafeConfigurationError(*problems)


def _known() -> tuple[Project, tuple[Lesson, ...], tuple[Proposal, ...]]:
    project = open_project(Path.cwd())
    approved = read_lessons(project.root)
    return project, approved, proposals(all_kept_candidates(project), approved)


def _numbered(items: Sequence[Item], number: int, what: str) -> Item:
    if number > len(items):
        where, remedy = f"{what} {number}", "see `vibesafe lessons` for the numbers"
        raise VibesafeConfigurationError(Problem(where, "does not exist", remedy))
    return items[number - 1]


def _told(proposal: Proposal) -> str:
    units = proposal.lesson.units
    return f"{proposal.lesson.text}  ({proposal.times} refusals in {', '.join(units)})"


def _document(proposal: Proposal) -> dict[str, object]:
    return {
        "text": proposal.lesson.text,
        "units": list(proposal.lesson.units),
        "times": proposal.times,
        "seen": proposal.seen,
    }
