"""Which level of confinement counts as reached, what is missing for the next one, and whether it is enough. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from hatch_vibesafe.config import SandboxConfig
from hatch_vibesafe.gates.worker import self_test
from hatch_vibesafe.gates.worker.system_calls import MACHINES
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.sandbox_levels import CONFINED, ISOLATED, LIMITED, PORTABLE, UNCONFINED, reaches

_STOPPED_BY = {
    self_test.READS: "Landlock",
    self_test.WRITES: "Landlock",
    self_test.LISTS: "Landlock",
    self_test.READS_PROCESSES: "Landlock",
    self_test.CONNECTS: "seccomp",
    self_test.FORKS: "seccomp",
    self_test.SIGNALS: "seccomp",
    self_test.EXECUTES: "seccomp",
    self_test.SEES_FILES: "bubblewrap",
}
"""Which layer each attack of the self-test has to be stopped by, where there is a kernel of Linux."""

WEBASSEMBLY = "WebAssembly"
_LAYERS = {ISOLATED: ("Landlock", "seccomp", "bubblewrap"), CONFINED: ("Landlock", "seccomp"), PORTABLE: (WEBASSEMBLY,)}

_NAMESPACES = (
    "allow user namespaces: sysctl -w user.max_user_namespaces=10000, and where the system has them "
    "kernel.unprivileged_userns_clone=1 and kernel.apparmor_restrict_unprivileged_userns=0"
)
_KERNEL = "run a kernel of 5.13 or later with landlock in its list of security modules (lsm=landlock,...)"
_REMEDIES = {
    "bubblewrap": _NAMESPACES,
    "Landlock": _KERNEL,
    "seccomp": "run a kernel with CONFIG_SECCOMP_FILTER, in a container whose own filter allows seccomp",
    WEBASSEMBLY: "pip install --upgrade 'hatch-vibesafe[wasi]'",
}


@dataclass(frozen=True, slots=True)
class Machine:
    """What there is to confine with: system, processor, the version of Landlock (0: none), the path of bubblewrap."""

    system: str
    processor: str
    landlock: int
    bubblewrap: str | None


@dataclass(frozen=True, slots=True)
class Missing:
    """A layer that is not there: for which level, why, and the package or setting that brings it."""

    level: str
    layer: str
    why: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Reach:
    """The level that is reached, and what is missing for more."""

    level: str
    missing: tuple[Missing, ...] = ()

    @property
    def notice(self) -> str:
        """What has to be said before anything runs, in one line; empty where nothing is missing."""
        if not self.missing:
            return ""
        lacking = "; ".join(f"{each.layer} {each.why} ({each.remedy})" for each in self.missing)
        return f"sandbox: generated code is confined to level {self.level} here; missing: {lacking}"


def not_there(machine: Machine) -> tuple[Missing, ...]:
    """Return the layers that a machine does not have."""
    if machine.system != "linux":
        remedy = "use Linux, or WSL, or a Linux container"
        why = f"exists on Linux alone, and this is {machine.system}"
        return (Missing(CONFINED, "Landlock and seccomp", why, remedy),)
    found: list[Missing] = []
    if machine.landlock == 0:
        found.append(Missing(CONFINED, "Landlock", "is not in this kernel", _KERNEL))
    if machine.processor not in MACHINES:
        why = f"has no filter of ours for {machine.processor}"
        found.append(Missing(CONFINED, "seccomp", why, f"use one of {', '.join(MACHINES)}"))
    if machine.bubblewrap is None:
        remedy = "apt-get install bubblewrap, dnf install bubblewrap, or pacman -S bubblewrap"
        found.append(Missing(ISOLATED, "bubblewrap", "is not installed", remedy))
    return tuple(found)


def not_installed(lacking: Sequence[str]) -> tuple[Missing, ...]:
    """Return what of the portable level is missing, by the modules that are not installed."""
    if not lacking:
        return ()
    why = f"needs {' and '.join(lacking)}, which {'is' if len(lacking) == 1 else 'are'} not installed"
    return (Missing(PORTABLE, WEBASSEMBLY, why, "pip install 'hatch-vibesafe[wasi]'"),)


def failed(level: str, answers: Sequence[object], said: str) -> tuple[Missing, ...]:
    """Return the layers that do not hold, by what the self-test answered at a level; empty where all do.

    Args:
        level: `PORTABLE`, `CONFINED` or `ISOLATED`.
        answers: The answers of the self-test.
        said: How it ended and what it said, where it did not end in order.
    """
    layers = _LAYERS[level]
    if not answers or answers[0] != ["benign"] or answers[-1] != ["done"] or said:
        match answers:
            case (["unconfined", str(why)], *_):
                said = why
        layer = layers[-1] if level != CONFINED else layers[0]
        layer = "seccomp" if "prctl" in said else layer
        return (Missing(level, layer, f"does not work here: {said or 'it says nothing'}", _REMEDIES[layer]),)
    through = [answer[1] for answer in answers if isinstance(answer, list) and answer[:1] == ["got through"]]
    return tuple(
        Missing(level, layer, f"did not stop: {', '.join(names)}", _REMEDIES[layer])
        for layer in layers
        if (names := [str(name) for name in through if layer in {_STOPPED_BY.get(str(name)), WEBASSEMBLY}])
    )


def required_level(config: SandboxConfig, *, in_ci: bool) -> str:
    """Return the level below which nothing is run.

    That is what the project says, else a confined worker. Only who says so runs less: on the command line, or, where
    it is no CI, by switching the sandbox off in the configuration.
    """
    if config.allow_unsandboxed:
        return UNCONFINED
    if config.min_sandbox:
        return config.min_sandbox
    return CONFINED if config.enabled or in_ci else UNCONFINED


def refusal(reach: Reach, required: str) -> tuple[Problem, ...]:
    """Return why nothing may be run where this level is required; empty where it may."""
    if reaches(reach.level, required):
        return ()
    what = f"generated code can be confined to level {reach.level} here, and {required} is required"
    needed = [each for each in reach.missing if reaches(required, each.level)]
    if reach.level == UNCONFINED:
        return (Problem("sandbox.enabled", f"{what}: the sandbox is switched off", "set sandbox.enabled to true"),)
    otherwise = ", or run the command with --allow-unsandboxed" if reach.level == LIMITED else ""
    return tuple(Problem("sandbox", f"{what}: {each.layer} {each.why}", each.remedy + otherwise) for each in needed)
