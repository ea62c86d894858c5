"""`vibesafe tighten`: ask what a spec leaves open, and write the answers into it."""

import shlex

import click

from hatch_vibesafe.cli import options, output
from hatch_vibesafe.cli.announcement import announce
from hatch_vibesafe.cli.session import Session, open_session
from hatch_vibesafe.gates.differences import Shown
from hatch_vibesafe.gates.tightening import MOST_QUESTIONS, Rivals
from hatch_vibesafe.generate.tighten import Decision, gathered, read_answer, write_decision
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError, VibesafeValidationError
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.store.places import IMPLEMENTATION, checkpoint_directory

_NEITHER, _DO_NOT_CARE, _STOP = "n", "d", "q"


@click.command(
    name="tighten",
    epilog="Examples:  vibesafe tighten app.math/add   |   vibesafe tighten app.math/add --answer 'add(1, 1)' 2",
)
@options.unit
@click.option(
    "--questions", default=MOST_QUESTIONS, show_default=True, type=click.IntRange(min=1), help="Ask at most so many."
)
@click.option(
    "--answer", "answers", nargs=2, multiple=True, metavar="CALL VALUE", help="Answer a question. Repeatable."
)
@click.option("--do-not-care", multiple=True, metavar="CALL", help="Say that nobody makes this call. Repeatable.")
@options.allow_unsandboxed
@options.as_json
def command(
    unit: str,
    questions: int,
    answers: tuple[tuple[str, str], ...],
    do_not_care: tuple[str, ...],
    *,
    allow_unsandboxed: bool,
    as_json: bool,
) -> int:
    """Ask what a spec leaves open, the most telling question first, and write each answer into its docstring.

    The questions are calls on which the current implementation, its mutants that no gate refuses, and other answers
    that passed disagree. An answer becomes a doctest; a call that nobody makes becomes a line of `Requires:`.
    With --json the questions are listed; --answer and --do-not-care take the answers.
    """
    session = open_session((unit,), allow_unsandboxed=allow_unsandboxed)
    announce(session.project.config)
    spec = _spec(session, unit)
    given = [*((call, _answer(call, value)) for call, value in answers), *((call, None) for call in do_not_care)]
    rivals = gathered(session.project, session.scan, spec, session.statuses[spec.unit].current)
    living = frozenset(range(len(rivals.sources)))
    decisions = [Decision(_place(rivals, call), answer) for call, answer in given]
    for decision in decisions:
        living = _decided(session, rivals, decision, living, quiet=as_json)
    if as_json:
        asked = {decision.place for decision in decisions}
        output.print_json(_document(rivals, _foreseen(rivals, living, asked, questions), living))
    elif not decisions:
        living = _interview(session, rivals, questions)
    if not as_json:
        _tell(session, rivals, living)
    return 0


def _spec(session: Session, unit: str) -> Spec:
    """Return the one usable spec that is meant.

    Raises:
        VibesafeConfigurationError: if it is none, or more than one.
    """
    if len(session.specs) == 1 and not session.invalid:
        return session.specs[0]
    problems = session.scan_problems or (Problem(unit, "is not one unit", "name one unit: see `vibesafe scan`"),)
    raise VibesafeConfigurationError(*problems)


def _answer(call: str, value: str) -> Shown:
    read = read_answer(value)
    if read is None:
        remedy = "write a value in Python, or an exception: 'ValueError: why'"
        raise VibesafeConfigurationError(Problem(f"--answer {call}", f"{value!r} is no value", remedy))
    return read


def _place(rivals: Rivals, call: str) -> int:
    for place in range(len(rivals.cases)):
        if rivals.call(place) == call:
            return place
    remedy = f"list them with: vibesafe tighten {rivals.spec.unit} --json"
    raise VibesafeConfigurationError(Problem(call, f"is no question about {rivals.spec.unit}", remedy))


def _interview(session: Session, rivals: Rivals, most: int) -> frozenset[int]:
    """Ask one question after the other; return the rivals that live in the end."""
    living = frozenset(range(len(rivals.sources)))
    asked: set[int] = set()
    while len(asked) < most and (place := rivals.question(living, asked)) is not None:
        asked.add(place)
        click.echo(f"\n{len(asked)} of at most {most}:  {rivals.call(place)}")
        groups = rivals.answers(place, living)
        for number, (shown, numbers) in enumerate(groups, start=1):
            click.echo(f"  {number}  {shown.text}   {_whose(numbers)}")
        click.echo(f"  {_NEITHER}  neither\n  {_DO_NOT_CARE}  nobody makes this call\n  {_STOP}  stop")
        choice = click.prompt(
            "which is right", type=click.Choice([*map(str, range(1, len(groups) + 1)), _NEITHER, _DO_NOT_CARE, _STOP])
        )
        if choice == _STOP:
            break
        answer = None if choice == _DO_NOT_CARE else _typed() if choice == _NEITHER else groups[int(choice) - 1][0]
        try:
            living = _decided(session, rivals, Decision(place, answer), living, quiet=False)
        except VibesafeValidationError as error:
            output.print_problems(error.problems)
            asked.discard(place)
    return living


def _typed() -> Shown:
    while True:
        read = read_answer(click.prompt("what is right (a value in Python, or `ValueError: why`)"))
        if read is not None:
            return read
        click.echo("that is neither a value nor an exception")


def _whose(numbers: tuple[int, ...]) -> str:
    others = len(numbers) - (0 in numbers)
    rivals = f"{others} rival{'s' if others != 1 else ''}"
    if 0 not in numbers:
        return rivals
    return f"the implementation and {rivals}" if others else "the implementation"


def _decided(
    session: Session, rivals: Rivals, decision: Decision, living: frozenset[int], *, quiet: bool
) -> frozenset[int]:
    for line in write_decision(session.project, rivals, decision):
        if not quiet:
            click.echo(f"written  {rivals.spec.path}  {line}")
    return living if decision.answer is None else rivals.after(decision.place, decision.answer, living)


def _foreseen(rivals: Rivals, living: frozenset[int], asked: set[int], most: int) -> list[int]:
    """Return the questions that would be asked if the implementation were right each time."""
    found: list[int] = []
    while len(found) < most and (place := rivals.question(living, {*asked, *found})) is not None:
        found.append(place)
        ours = rivals.shown[0][place]
        if ours is not None:
            living = rivals.after(place, ours, living)
    return found


def _document(rivals: Rivals, places: list[int], living: frozenset[int]) -> dict[str, object]:
    return {
        "unit": str(rivals.spec.unit),
        "rivals": len(rivals.sources) - 1,
        "living": len(living - {0}),
        "implementation": 0 in living,
        "questions": [
            {
                "call": rivals.call(place),
                "answers": [
                    {"answer": shown.text, "rivals": len([*{*numbers} - {0}]), "implementation": 0 in numbers}
                    for shown, numbers in rivals.answers(place, living)
                ],
            }
            for place in places
        ],
    }


def _tell(session: Session, rivals: Rivals, living: frozenset[int]) -> None:
    unit = rivals.spec.unit
    all_rivals = len(rivals.sources) - 1
    if not all_rivals or rivals.question(frozenset(range(len(rivals.sources)))) is None:
        click.echo(f"{unit} leaves nothing open that a question could decide")
        return
    click.echo(f"{all_rivals - len(living - {0})} of {all_rivals} rivals are refused by what was decided")
    current = session.statuses[unit].current
    if 0 not in living or current is None:
        click.echo(f"and so is the implementation; have it written anew: vibesafe compile --target {unit}")
    elif len(living) <= all_rivals:
        place = checkpoint_directory(session.project.checkpoints_path, unit, current) / IMPLEMENTATION
        again = shlex.join(["vibesafe", "submit", str(unit), str(place.relative_to(session.project.root))])
        click.echo(f"the spec is another one now; put the implementation through the gates again: {again}")
