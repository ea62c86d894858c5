"""What `compile` would ask of a unit next, found the way it finds it, without asking."""

from dataclasses import dataclass

from hatch_vibesafe.generate.asking import Asking
from hatch_vibesafe.generate.prompt import Prompt
from hatch_vibesafe.generate.providers.at_hand import provider_of
from hatch_vibesafe.generate.questions import pose
from hatch_vibesafe.generate.refusals import Memories
from hatch_vibesafe.generate.result import no_provider_error
from hatch_vibesafe.generate.standing import callees, implementations_around, standing
from hatch_vibesafe.generate.strategy import Question
from hatch_vibesafe.generate.unit_run import Line, UnitRun
from hatch_vibesafe.identity import Digest
from hatch_vibesafe.project import Project
from hatch_vibesafe.provider_config import ProviderConfig
from hatch_vibesafe.spec.model import Scan, Spec
from hatch_vibesafe.store.index import read_index
from hatch_vibesafe.store.records import Answer


@dataclass(frozen=True, slots=True)
class NextPrompt:
    """What would be asked.

    Attributes:
        prompt: The request, with its messages as they would be sent.
        question: Which question it is: the strategy and the sample.
        request: The request's name in the answer cache.
        config: Whom it would be asked of.
        held: The numbers, from 1, of the examples that are not shown.
        recorded: The recorded answer, which would be used instead of asking.
        done: Whether the unit is up to date, so that nothing is asked without `--force`.
    """

    prompt: Prompt
    question: Question
    request: Digest
    config: ProviderConfig
    held: tuple[int, ...]
    recorded: Answer | None
    done: bool


def next_prompt(project: Project, scan: Scan, spec: Spec) -> NextPrompt:
    """Return what would be asked of a unit next; earlier runs' refused answers are passed over, as `compile` does.

    Raises:
        VibesafeError: if there is nobody to ask, the template cannot be rendered, or the store cannot be read.
    """
    config = provider_of(project, spec.options)
    if config is None:
        raise no_provider_error([spec], project.config)
    found = standing(project, read_index(project.index_path), spec)
    line = Line(Question(0))
    asking = Asking(project, jobs=1)
    provider = asking.provider(config)
    run = UnitRun(spec, found, [line], project.config.generate.holdout, config=config, provider=provider)
    others = callees([spec], scan)[spec.unit]
    active = implementations_around(project, scan, others)
    memory = Memories(project, forgetting=False).of(spec, config.kind, others, active)
    pose(run, line, provider, memory, asking.recorded)
    asking.close(wait=False)
    if line.prompt is None or line.request is None:
        raise ValueError("a posed question has a prompt")
    return NextPrompt(line.prompt, line.question, line.request, config, run.held, line.answer, found.done is not None)
