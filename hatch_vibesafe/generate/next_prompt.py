"""What `compile` would ask of a unit next, found the way it finds it, without asking."""

from collections.abc import Sequence
from dataclasses import dataclass

from hatch_vibesafe.generate.asking import Asking
from hatch_vibesafe.generate.callees import callees
from hatch_vibesafe.generate.prompt import Prompt
from hatch_vibesafe.generate.providers.at_hand import provider_of
from hatch_vibesafe.generate.questions import pose
from hatch_vibesafe.generate.refusals import Memories
from hatch_vibesafe.generate.result import no_provider_error
from hatch_vibesafe.generate.standing import implementations_around, standing
from hatch_vibesafe.generate.strategy import Question, Strategy
from hatch_vibesafe.generate.unit_run import Line, UnitRun
from hatch_vibesafe.identity import Digest
from hatch_vibesafe.project import Project
from hatch_vibesafe.provider_config import ProviderConfig
from hatch_vibesafe.spec.model import Scan, Spec
from hatch_vibesafe.spec.weakness import contradictions
from hatch_vibesafe.store.index import read_index
from hatch_vibesafe.store.records import Answer


@dataclass(frozen=True, slots=True)
class NextPrompt:
    """What would be asked.

    Attributes:
        spec: The unit's spec.
        prompt: The request, with its messages as they would be sent.
        question: Which question it is: the strategy and the sample.
        rungs: The ways to ask that there are.
        request: The request's name in the answer cache.
        config: Whom it would be asked of.
        held: The numbers, from 1, of the examples that are not shown.
        recorded: The recorded answer, which would be used instead of asking.
        done: Whether the unit is up to date, so that nothing is asked without `--force`.
        ungated: Whether a stored checkpoint is judged before anybody is asked.
    """

    spec: Spec
    prompt: Prompt
    question: Question
    rungs: tuple[Strategy, ...]
    request: Digest
    config: ProviderConfig
    held: tuple[int, ...]
    recorded: Answer | None
    done: bool
    ungated: bool


def next_prompt(project: Project, scan: Scan, spec: Spec) -> NextPrompt:
    """Return what would be asked of a unit next; earlier runs' refused answers are passed over, as `compile` does.

    Raises:
        VibesafeError: if there is nobody to ask, the template cannot be rendered, or the store cannot be read.
    """
    return next_prompts(project, scan, [spec])[0]


def next_prompts(
    project: Project, scan: Scan, specs: Sequence[Spec], *, forgetting: bool = False
) -> tuple[NextPrompt, ...]:
    """Return what would be asked of units next; with `forgetting` as if nothing were recorded (`compile --force`).

    Raises:
        VibesafeError: if there is nobody to ask, the template cannot be rendered, or the store cannot be read.
    """
    chosen = [(spec, provider_of(project, spec.options)) for spec in specs]
    if missing := [spec for spec, config in chosen if config is None]:
        raise no_provider_error(missing, project.config)
    index = read_index(project.index_path)
    others = callees(specs, scan)
    active = implementations_around(project, scan, {unit for each in others.values() for unit in each})
    memories = Memories(project, forgetting=forgetting)
    asking = Asking(project, jobs=1)
    found = []
    for spec, config in chosen:
        if config is not None:
            line = Line(Question(0))
            run = UnitRun(spec, standing(project, index, spec), [line], project.config.generate.holdout, config=config)
            run.provider = asking.provider(config)
            memory = memories.of(spec, config.kind, others[spec.unit], active)
            pose(run, line, run.provider, memory, (lambda _: None) if forgetting else asking.recorded)
            found.append(_posed(run, line, config))
    asking.close(wait=False)
    return tuple(found)


def waiting(project: Project, specs: Sequence[Spec], *, force: bool) -> tuple[Spec, ...]:
    """Return the specs that have work in a run; with `force` also those that are up to date.

    One that contradicts itself is not among them: nobody is asked for it.

    Raises:
        VibesafeError: if the index cannot be read.
    """
    index = read_index(project.index_path)
    return tuple(
        spec for spec in specs if not contradictions(spec) and (force or standing(project, index, spec).done is None)
    )


def _posed(run: UnitRun, line: Line, config: ProviderConfig) -> NextPrompt:
    if line.prompt is None or line.request is None:
        raise ValueError("a posed question has a prompt")
    return NextPrompt(
        spec=run.spec,
        prompt=line.prompt,
        question=line.question,
        rungs=run.rungs,
        request=line.request,
        config=config,
        held=run.held,
        recorded=line.answer,
        done=run.standing.done is not None,
        ungated=run.standing.ungated is not None,
    )
