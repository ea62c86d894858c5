"""A warm process: it has loaded what all candidates need, and goes on as a fresh child for each of them.

It reads settings, the shared part and then jobs from standard input. It says when it is ready, and for each job writes
two messages: what the child sent, and how it ended (empty where in order). It runs nothing of a candidate itself,
looks at nothing that one sends, and ends all that one leaves running.
"""

import importlib.machinery
import json
import os
import select
import signal
import sys
import time

from hatch_vibesafe.gates.worker.answers import answers
from hatch_vibesafe.gates.worker.confinement import confine, make_ready
from hatch_vibesafe.gates.worker.imports import imports
from hatch_vibesafe.gates.worker.messages import framed, read_message, send, write
from hatch_vibesafe.gates.worker.modules import Project
from hatch_vibesafe.gates.worker.offspring import own_threads, sweep
from hatch_vibesafe.gates.worker.prctl import (
    PR_SET_CHILD_SUBREAPER,
    PR_SET_DUMPABLE,
    PR_SET_NO_NEW_PRIVS,
    PR_SET_PDEATHSIG,
    prctl,
)
from hatch_vibesafe.gates.worker.privileges import drop
from hatch_vibesafe.gates.worker.scratch import remove, used
from hatch_vibesafe.gates.worker.self_test import self_test

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from typing_extensions import TypeIs

    from hatch_vibesafe.gates.worker.messages import Encoded, Job, Probe, SelfTest, Settings

ANSWER_LIMIT = 32 << 20
LOOK_SECONDS = 0.02
CLOSING_SECONDS = 1.0
ENVIRONMENT = ("LANG", "PYTHONHASHSEED")


def serve() -> None:
    """Answer jobs until there are no more."""
    questions = os.fdopen(os.dup(0), "rb")
    results = os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.close(null)
    settings: Settings = json.loads(read_message(questions))
    project = Project(json.loads(read_message(questions)))
    prepare(settings, project)
    write(results, framed(b"ready"))
    number = 0
    while question := read_message(questions):
        number += 1
        directory = os.path.abspath(str(number))  # noqa: PTH100 - pathlib is not loaded here
        os.mkdir(directory, 0o700)  # noqa: PTH102 - likewise
        content, ending = run(settings, project, json.loads(question), directory, (questions.fileno(), results))
        remove(directory)
        write(results, framed(content) + framed(ending.encode()))


def prepare(settings: "Settings", project: Project) -> None:
    """Give up what is not needed, and do once what every candidate's process would do.

    What its children only read, their memory shares with this process: each object that they touch is copied.
    """
    for name in [name for name in os.environ if name not in ENVIRONMENT]:
        del os.environ[name]
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    if settings["limits"] is not None:
        drop(settings["readable"])
        if sys.platform == "linux":
            settings["limits"]["RLIMIT_NPROC"] = own_threads() + settings["processes"]
    prctl(PR_SET_DUMPABLE, 0)
    signal.signal(signal.SIGTERM, end)
    make_ready(settings)
    load(settings["preload"], settings["installed"])
    for name in [name for name in sys.modules if name.partition(".")[0] == "hatch_vibesafe"]:
        del sys.modules[name]
    project.freeze()


def load(names: "Iterable[str]", installed: "list[str]") -> None:
    """Import modules, and look once what is installed: each child then finds it in memory."""
    importlib.machinery.PathFinder.find_spec("_", installed)
    sys.path += installed
    for name in names:
        try:
            importlib.import_module(name)
        except Exception:  # noqa: BLE001, S112 - why that fails is said where the import stands
            continue
    del sys.path[len(sys.path) - len(installed) :]


def end(*_: object) -> None:
    """End, and with it all that a candidate left running."""
    sweep()
    os._exit(128 + signal.SIGTERM)


def run(
    settings: "Settings", project: Project, job: "Job | Probe | SelfTest", directory: str, ours: "Iterable[int]"
) -> tuple[bytes, str]:
    """Return what a child sent that does the job, and how it ended."""
    seconds = job.pop("seconds", settings["timeout"])  # of which the child is told nothing
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        for descriptor in (reading, *ours):
            os.close(descriptor)
        become(settings, project, job, directory, writing)
    os.close(writing)
    try:
        content, ending = watch(seconds, settings["scratch"], directory, child, reading)
    finally:
        os.close(reading)
    return content, ending


def become(settings: "Settings", project: Project, job: "Job | Probe | SelfTest", directory: str, channel: int) -> None:
    """Be the process that does one job, and end with it."""
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.setsid()
        os.chdir(directory)
        try:
            confine(settings, ".")
        except OSError as error:
            send(channel, ["unconfined", str(error)])
            os._exit(1)
        for answer in answers_to(project, job):
            send(channel, answer)
        os._exit(0)
    finally:
        os._exit(1)


def answers_to(project: Project, job: "Job | Probe | SelfTest") -> "Iterator[Encoded]":
    """Return the answers of one job."""
    if is_probe(job):
        return imports(project, job)
    return self_test(job) if is_self_test(job) else answers(project, job)


def is_probe(job: "Job | Probe | SelfTest") -> "TypeIs[Probe]":
    """Whether a job has no candidate, but asks what can be imported."""
    return "imports" in job


def is_self_test(job: "Job | SelfTest") -> "TypeIs[SelfTest]":
    """Whether a job has no project, but asks what the sandbox stops."""
    return "file" in job


def watch(seconds: float, most: int, directory: str, child: int, reading: int) -> tuple[bytes, str]:
    """Return what a child sends until it and all that it started has ended, and how it ended: here or by itself."""
    deadline = time.monotonic() + seconds
    content = bytearray()
    poll = select.poll()
    poll.register(reading, select.POLLIN)
    ending, status, closed = "", None, False
    while status is None and not ending:
        left = deadline - time.monotonic()
        if left <= 0:
            ending = f"did not end within {seconds:g} seconds (sandbox.timeout) and was killed"
        elif closed:
            time.sleep(0.0005)
        elif poll.poll(1000 * min(left, LOOK_SECONDS)):
            piece = os.read(reading, 1 << 16)
            content += piece
            closed = not piece
            deadline = deadline if piece else min(deadline, time.monotonic() + CLOSING_SECONDS)
        elif used(directory, most) > most:
            ending = f"wrote more than {most >> 20} MiB and was killed"
        if len(content) > ANSWER_LIMIT:
            ending = f"sent more than {ANSWER_LIMIT >> 20} MiB and was killed"
        ended, found = os.waitpid(child, os.WNOHANG)
        status = found if ended else None
    sweep(child)
    if ending:
        return bytes(content), ending
    while not closed and poll.poll(0) and len(content) <= ANSWER_LIMIT:
        piece = os.read(reading, 1 << 16)
        content += piece
        closed = not piece
    return bytes(content), ended_how(os.waitstatus_to_exitcode(status or 0))


def ended_how(code: int) -> str:
    """Return how a process ended, in words that continue "the worker ..."; empty for in order."""
    if code < 0 and -code in {known.value for known in signal.Signals}:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with exit code {code}" if code else ""
