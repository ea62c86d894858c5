"""`vibesafe explain`: who or what wrote an implementation, from which spec, and which gates it passed, in words."""

import textwrap
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from hatch_vibesafe.cli import options, output
from hatch_vibesafe.cli.main import EXIT_FINDINGS
from hatch_vibesafe.cli.session import Session, open_session
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError
from hatch_vibesafe.ship.explanation import Explanation, explain_baked, explain_stored
from hatch_vibesafe.ship.packed import BakedPackage, read_installed, read_wheel
from hatch_vibesafe.spec.lessons import matches
from hatch_vibesafe.store.acknowledgements import read_acknowledgements
from hatch_vibesafe.store.reading import read_unit
from vibesafe_runtime._trust import keys_named, trusted_keys

_WIDTH = 100


@click.command(
    name="explain",
    epilog="Examples:  vibesafe explain app.math/add   |   vibesafe explain dist/app-1.0-py3-none-any.whl   |   "
    "vibesafe explain --installed app --json",
)
@click.argument("what", metavar="UNIT|WHEEL", shell_complete=options.unit_ids)
@click.option("--installed", is_flag=True, help="The argument names a distribution installed beside vibesafe.")
@click.option(
    "--key", "keys", multiple=True, metavar="KEY", help="One of these keys (or files of keys) must have signed."
)
@options.target
@options.as_json
def command(what: str, installed: bool, keys: tuple[str, ...], targets: tuple[str, ...], as_json: bool) -> int:
    """Say who or what wrote a unit's implementation, from what, which gates it passed, and what is not known.

    UNIT is explained from this checkout. A WHEEL is first verified, also its signature where a key is trusted; --target
    narrows it.
    Exits 1 where a unit of the checkout would not ship as it is.
    """
    if installed or what.endswith(".whl") or Path(what).is_file():
        trusted = keys_named(list(keys)) if keys else trusted_keys()
        packages = read_installed(what, trusted) if installed else read_wheel(Path(what), trusted)
        explanations = _baked(what, packages, targets)
        problems: tuple[Problem, ...] = ()
    else:
        explanations, problems = _in_checkout(_session(what, (*targets, *keys)))
    if as_json:
        document = [_document(explanation) for explanation in explanations]
        output.print_json({"units": document, "problems": output.problems_as_json(problems)})
    else:
        if explanations:
            click.echo("\n\n".join(_text(explanation) for explanation in explanations))
        output.print_problems(problems)
    return EXIT_FINDINGS if problems else 0


def _baked(what: str, packages: Sequence[BakedPackage], targets: Sequence[str]) -> list[Explanation]:
    """Return the units of a wheel that are meant, in words.

    Raises:
        VibesafeConfigurationError: if a target means none of them.
    """
    units = [account.unit for package in packages for account in package.accounts]
    problems = [
        Problem(f"--target {target}", f"names no unit of {what}", "leave out --target to see them all")
        for target in targets
        if not any(matches(unit, target) for unit in units)
    ]
    if problems:
        raise VibesafeConfigurationError(*problems)
    return [
        explain_baked(account, package.directory, package.signer)
        for package in packages
        for account in package.accounts
        if not targets or any(matches(account.unit, target) for target in targets)
    ]


def _session(unit: str, others: Sequence[str]) -> Session:
    """Return the checkout with one unit, module or glob of it that is meant.

    Raises:
        VibesafeConfigurationError: if targets or keys are named beside it, or it is none of the project.
    """
    if others:
        remedy = f"vibesafe explain {unit}"
        raise VibesafeConfigurationError(
            Problem("--target", "like --key, is for wheels; a unit is told from this checkout", remedy)
        )
    return open_session((unit,))


def _in_checkout(session: Session) -> tuple[list[Explanation], tuple[Problem, ...]]:
    """Return the units that are meant, in words, and what keeps a build from shipping them."""
    directory, contracts = session.project.checkpoints_path, session.project.config.build.contracts
    explanations = [
        replace(explanation, paragraphs=(*explanation.paragraphs, *_acknowledged(session, explanation)))
        for spec in session.specs
        if (
            explanation := explain_stored(
                spec, read_unit(spec, session.index, directory), session.statuses[spec.unit], contracts
            )
        )
    ]
    problems = (problem for status in session.statuses.values() for problem in status.problems)
    return explanations, (*session.scan_problems, *problems)


def _acknowledged(session: Session, explanation: Explanation) -> tuple[str, ...]:
    """Return why it is right that an implementation does other things than those before it under the same spec."""
    account = explanation.account
    said = read_acknowledgements(session.project.checkpoints_path, account.unit)
    return tuple(
        f"It does other things than checkpoint {each.before[:12]} under the same spec. "
        f"{each.approver or 'Somebody'} acknowledged that: {each.reason}"
        for each in said
        if each.after == account.checkpoint
    )


def _text(explanation: Explanation) -> str:
    unknown = f"Not known: {'; '.join(explanation.unknown)}."
    paragraphs = [_filled(paragraph) for paragraph in (*explanation.paragraphs, unknown)]
    return "\n".join([f"{explanation.account.unit}  {explanation.state}", *paragraphs])


def _filled(paragraph: str) -> str:
    indent = "  "
    # A hash or a command that is broken over two lines cannot be copied.
    return textwrap.fill(
        paragraph,
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _document(explanation: Explanation) -> dict[str, object]:
    account, said = explanation.account, explanation.account.provenance
    return {
        "unit": str(account.unit),
        "state": explanation.state,
        "spec_hash": account.spec_hash,
        "checkpoint": account.checkpoint,
        "parent": said.parent,
        "origin": said.origin,
        "author": said.author,
        "provider": said.provider,
        "provider_kind": said.provider_kind,
        "in_place_of": said.in_place_of,
        "model": said.model_answered,
        "template": said.template,
        "prompt": account.prompt,
        "capabilities": list(account.capabilities),
        "contracts": account.contracts,
        "sent": dict(said.sent),
        "attempt": said.attempt,
        "repairs": list(said.repairs),
        "sandbox": account.sandbox,
        "gates": [output.gate_as_json(gate) for gate in account.gates],
        "approver": account.approver,
        "tool": said.tool,
        "explanation": list(explanation.paragraphs),
        "unknown": list(explanation.unknown),
    }
