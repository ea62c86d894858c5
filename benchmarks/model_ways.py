"""The ways to have one unit written by the same loaded model: what `generation_models` compares.

It runs in the environment under test, and prints what each way came to as soon as it is known, one JSON line each.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.model_face import face
from benchmarks.systems import OUR_HEADER, RIVAL_CONFIGURATION, RIVAL_HEADER, System
from hatch_vibesafe.gates.context import GateContext
from hatch_vibesafe.gates.run import judge_each
from hatch_vibesafe.gates.verdict import Candidate
from hatch_vibesafe.generate.compile import CompileOptions, compile_units
from hatch_vibesafe.generate.compose import compose
from hatch_vibesafe.generate.events import Answered, Event
from hatch_vibesafe.generate.extract import extract
from hatch_vibesafe.generate.prompt import build_prompt
from hatch_vibesafe.generate.providers.open import open_provider
from hatch_vibesafe.generate.providers.protocol import Provider, Request
from hatch_vibesafe.project import Project, open_project, scan_project
from hatch_vibesafe.spec.model import Scan, Spec
from hatch_vibesafe.store.checkpoints import read_checkpoint
from hatch_vibesafe.store.records import Answer

OURS, RIVAL = "our loop", "vibesafe 0.2.1"
GREEDY, RESAMPLING = "one greedy answer", "plain resampling"
GREEDY_AS_IT_IS, RESAMPLING_AS_IT_IS = (f"{way}, nothing put right" for way in (GREEDY, RESAMPLING))
_RIVAL_SECONDS = 300
"""So that the rival, too, waits for an answer that is written slowly."""
_RIVAL_ENDS_WITHIN = 900
"""Seconds in which it has four answers written on a slow machine."""
_RESAMPLED_AT = 0.7


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one way of asking for one unit came to.

    Attributes:
        way: The way.
        unit: The unit.
        accepted: The implementation that passed every gate; None where none did.
        calls: How many answers were asked for.
        tokens: Read and written, of all answers.
    """

    way: str
    unit: str
    accepted: str | None
    calls: int
    tokens: int


def main(root: Path, rival_python: Path, asked: list[tuple[str, str]]) -> None:
    """Ask for units, each by its unit id and the way, in one process and with one loaded model; print the outcomes."""
    project = open_project(root)
    scan = scan_project(project)
    specs = {str(spec.unit): spec for spec in scan.specs}
    for unit, way in asked:
        print(json.dumps(asdict(_ways(project, scan, rival_python)[way](specs[unit]))), flush=True)


def _ways(project: Project, scan: Scan, rival_python: Path) -> dict[str, Callable[[Spec], Outcome]]:
    one, several = [0.0], [_RESAMPLED_AT] * project.config.providers[0].attempts
    plain = _Plain(project, scan, open_provider(project.config.providers[0], project.root))
    return {
        OURS: lambda spec: _loop(project, scan, spec),
        GREEDY: lambda spec: plain.ask(spec, GREEDY, one),
        GREEDY_AS_IT_IS: lambda spec: plain.ask(spec, GREEDY_AS_IT_IS, one),
        RESAMPLING: lambda spec: plain.ask(spec, RESAMPLING, several),
        RESAMPLING_AS_IT_IS: lambda spec: plain.ask(spec, RESAMPLING_AS_IT_IS, several),
        RIVAL: lambda spec: _rival(project, spec, rival_python),
    }


def _loop(project: Project, scan: Scan, spec: Spec) -> Outcome:
    events: list[Event] = []
    result = compile_units(project, scan, [spec], CompileOptions(jobs=1), events.append)[0]
    answered = [event for event in events if isinstance(event, Answered)]
    accepted = None
    if result.checkpoint is not None:
        stored = read_checkpoint(project.checkpoints_path, spec.unit, result.checkpoint)
        accepted = stored.implementation.decode()
    tokens = sum(each.input_tokens + each.output_tokens for each in answered)
    return Outcome(OURS, str(spec.unit), accepted, len(answered), tokens)


class _Plain:
    """Asks the same question, as a chat, until an answer passes every gate. What was asked once is not asked again."""

    def __init__(self, project: Project, scan: Scan, provider: Provider) -> None:
        self._provider = provider
        self._context = GateContext(project, scan, {})
        self._known: dict[Request, Answer] = {}

    def ask(self, spec: Spec, way: str, temperatures: list[float]) -> Outcome:
        """Return what one answer at each of these temperatures came to, up to the first that passes."""
        tokens = 0
        for sample, temperature in enumerate(temperatures):
            sent = dict(spec.settings.sent) | {"temperature": temperature}
            prompt = build_prompt(spec, None, continues=False, sample=sample, sent=tuple(sorted(sent.items())))
            if prompt.request not in self._known:
                self._known[prompt.request] = self._provider.ask(prompt.request)
            answer = self._known[prompt.request]
            tokens += answer.input_tokens + answer.output_tokens
            made = self._made(spec, answer.text, way)
            verdict = judge_each([Candidate(spec, made)], self._context)[0]
            if verdict.passed and not verdict.faults:
                return Outcome(way, str(spec.unit), made.decode(), sample + 1, tokens)
        return Outcome(way, str(spec.unit), None, len(temperatures), tokens)

    @staticmethod
    def _made(spec: Spec, text: str, way: str) -> bytes:
        if way in {GREEDY_AS_IT_IS, RESAMPLING_AS_IT_IS}:
            return extract(text, spec.unit.name).encode()
        return compose(spec, text, markdown=True).implementation


def _rival(project: Project, spec: Spec, python: Path) -> Outcome:
    config = project.config.providers[0]
    root = project.root.with_name("rival")
    shutil.rmtree(root, ignore_errors=True)
    (root / "problems").mkdir(parents=True)
    (root / "problems" / "__init__.py").write_text("", encoding="utf-8")
    module = f"{spec.unit.module.rpartition('.')[2]}.py"
    source = (project.root / "problems" / module).read_text(encoding="utf-8")
    source = source.replace(OUR_HEADER.strip(), RIVAL_HEADER.strip())
    (root / "problems" / module).write_text(source, encoding="utf-8")
    with face(open_provider(config, project.root), config.sent, config.attempts) as asked:
        configuration = RIVAL_CONFIGURATION.format(url=asked.url).replace("timeout = 30", f"timeout = {_RIVAL_SECONDS}")
        (root / "vibesafe.toml").write_text(configuration, encoding="utf-8")
        command = System(python, root).command("compile", "--workers", "1", "--max-iterations", str(config.attempts))
        # It runs what is written in its own process: code that never ends keeps it for ever, and solves nothing.
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(
                [str(part) for part in command.command],
                cwd=root,
                env=dict(command.environment),
                capture_output=True,
                timeout=_RIVAL_ENDS_WITHIN,
                check=False,
            )
    if not asked.calls:
        raise RuntimeError("vibesafe 0.2.1 asked nothing")
    return Outcome(RIVAL, str(spec.unit), _accepted_by_rival(root, spec), sum(asked.calls.values()), asked.tokens)


def _accepted_by_rival(root: Path, spec: Spec) -> str | None:
    """Return what is active at the rival's: it writes a unit into its index when its tests passed."""
    index = root / ".vibesafe" / "index.toml"
    active = tomllib.loads(index.read_text(encoding="utf-8")) if index.exists() else {}
    if str(spec.unit) not in active:
        return None
    places = (root / ".vibesafe" / "checkpoints").rglob(f"{spec.unit.name}/*/impl.py")
    return next(iter(places)).read_text(encoding="utf-8")


if __name__ == "__main__":
    # What the libraries print on the way is no outcome.
    told = os.dup(1)
    os.dup2(2, 1)
    sys.stdout = os.fdopen(told, "w")
    main(Path(sys.argv[1]), Path(sys.argv[2]), [(unit, way) for unit, way in json.load(sys.stdin)])
