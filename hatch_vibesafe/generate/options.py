"""How a run goes, as the command line says it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CompileOptions:
    """How a run goes.

    Attributes:
        force: Compile units that are up to date too, and replay no recorded answer.
        jobs: How many requests are on their way at once.
        offline: Use recorded answers only; with `force` they are judged again.
        samples: How many lines of questions each unit has side by side, each with the provider's number of attempts; of
            the answers of a round the first that passes wins.
        command: The command that goes on with an interrupted run.
    """

    force: bool = False
    jobs: int = 4
    offline: bool = False
    samples: int = 1
    command: str = "vibesafe compile"
