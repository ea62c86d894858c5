"""The parts of the sandbox that only decide or build: the ladder, the filter, the rules for files, the command line."""

import errno
import os
import platform
import struct
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hatch_vibesafe.config import SandboxConfig
from hatch_vibesafe.gates import bubblewrap, ladder
from hatch_vibesafe.gates.ladder import Machine, Missing, Reach
from hatch_vibesafe.gates.sandbox import Sandbox
from hatch_vibesafe.gates.view import outermost, package_data, visible
from hatch_vibesafe.gates.worker import landlock, seccomp
from hatch_vibesafe.gates.worker.prctl import PR_SET_NO_NEW_PRIVS, checked_prctl
from hatch_vibesafe.gates.worker.scratch import remove, used
from hatch_vibesafe.gates.worker.seccomp import ALLOW, FAIL, KILL_PROCESS, filter_for
from hatch_vibesafe.gates.worker.system_calls import AUDIT_ARCH, MACHINES, NEWEST, REFUSED
from hatch_vibesafe.problems import VibesafeConfigurationError

REFUSE, ABSENT = FAIL | errno.EPERM, FAIL | errno.ENOSYS
PID = 4242
FULL = Machine("linux", "x86_64", 7, "/usr/bin/bwrap")


def decide(machine: str, number: int, *arguments: int, arch: int = 0) -> int:
    """Run a filter on one system call, as the kernel would."""
    padded = (*arguments, 0, 0, 0, 0, 0, 0)[:6]
    data = struct.pack("<iIQ6Q", number, arch or AUDIT_ARCH[machine], 0, *padded)
    program = list(struct.iter_unpack("=HBBI", filter_for(machine, PID)))
    at, word = 0, 0
    while True:
        code, yes, no, value = program[at]
        at += 1
        match code:
            case seccomp.LOAD:
                (word,) = struct.unpack_from("<I", data, value)
            case seccomp.AND:
                word &= value
            case seccomp.RETURN:
                return int(value)
            case _:
                compared = {
                    seccomp.EQUAL: word == value,
                    seccomp.GREATER: word > value,
                    seccomp.AT_LEAST: word >= value,
                    seccomp.ANY_BIT: bool(word & value),
                }
                at += yes if compared[code] else no


@pytest.mark.parametrize("machine", MACHINES)
def test_every_refused_call_is_refused_and_what_python_needs_is_not(machine: str) -> None:
    column = MACHINES.index(machine)
    for name, numbers in REFUSED.items():
        if (number := numbers[column]) is not None:
            assert decide(machine, number) == REFUSE, name
    needed = {"read": (0, 63), "write": (1, 64), "mmap": (9, 222), "futex": (202, 98), "exit_group": (231, 94)}
    for name, numbers in needed.items():
        assert decide(machine, numbers[column]) == ALLOW, name
    assert decide(machine, NEWEST + 1) == decide(machine, 435) == decide(machine, 437) == ABSENT
    assert decide(machine, 0, arch=0x40000003) == KILL_PROCESS
    assert (decide(machine, 0x40000001) == KILL_PROCESS) == (machine == "x86_64")


@pytest.mark.parametrize("machine", MACHINES)
def test_some_calls_are_refused_for_their_arguments_alone(machine: str) -> None:
    column = MACHINES.index(machine)
    clone, sendto, pair = seccomp.CLONE[column], seccomp.SENDTO[column], seccomp.SOCKETPAIR[column]
    openat, prctl, prlimit = seccomp.OPENAT[column], seccomp.PRCTL[column], seccomp.PRLIMIT[column]
    kill = seccomp.SIGNALS[0][column]
    assert None not in (clone, sendto, pair, openat, prctl, prlimit, kill)
    cases: dict[tuple[int | None, tuple[int, ...]], int] = {
        (clone, (0x3D0F00,)): ALLOW,
        (clone, (17,)): REFUSE,
        (clone, (0x3D0F00 | 0x10000000,)): REFUSE,
        (kill, (PID, 9)): ALLOW,
        (kill, (0, 9)): REFUSE,
        (kill, (1, 0)): REFUSE,
        (kill, (0xFFFFFFFF, 9)): REFUSE,
        (prlimit, (0, 1)): ALLOW,
        (prlimit, (PID, 1)): ALLOW,
        (prlimit, (1, 1)): REFUSE,
        (sendto, (3, 0, 0, 0, 0)): ALLOW,
        (sendto, (3, 0, 0, 0, 1 << 40)): REFUSE,
        (sendto, (3, 0, 0, 0, 1)): REFUSE,
        (pair, (1, 1 | 0o2000000)): ALLOW,
        (pair, (1, 2)): REFUSE,
        (pair, (2, 1)): REFUSE,
        (openat, (0, 0, 0o1101)): ALLOW,
        (openat, (0, 0, 0)): ALLOW,
        (openat, (0, 0, 0o1000)): REFUSE,
        (prctl, (15,)): ALLOW,
        (prctl, (1,)): REFUSE,
    }
    for (number, arguments), decided in cases.items():
        assert number is not None
        assert decide(machine, number, *arguments) == decided, (number, arguments)


def test_the_filter_of_a_machine_is_these_bytes() -> None:
    program = filter_for("x86_64", PID)
    assert program[:32] == bytes.fromhex("2000000004000000150001003e0000c006000000000000802000000000000000")
    assert program[-8:] == bytes.fromhex("060000000000ff7f")
    assert len(program) % 8 == 0
    assert len(program) // 8 < 4096


def test_each_version_of_landlock_is_asked_for_what_it_knows() -> None:
    assert [len(landlock.handled(version)) for version in range(1, 8)] == [8, 8, 8, 16, 16, 24, 24]
    first, second = (int.from_bytes(landlock.handled(version)[:8], "little") for version in (1, 2))
    assert first == 0x1FFF
    assert second == first | landlock.REFER
    assert landlock.handled(7) == struct.pack("=3Q", 0xFFFF, 3, 3)


def test_bubblewrap_shows_what_is_mounted_and_nothing_else() -> None:
    command = bubblewrap.command("/bin/bwrap", ["/opt/a/lib", "/usr/lib"], 4096, ["python"], is_root=False)
    text = " ".join(command)
    assert "--unshare-user --unshare-ipc --unshare-pid --unshare-net" in text
    networked = bubblewrap.command("/bin/bwrap", ["/usr/lib"], 4096, ["python"], is_root=False, has_network=True)
    assert "--unshare-net" not in networked
    assert "--die-with-parent" in text
    assert "--ro-bind /opt/a/lib /opt/a/lib --ro-bind /usr/lib /usr/lib" in text
    assert "--perms 0755 --dir /opt --perms 0755 --dir /usr --perms 0755 --dir /opt/a --ro-bind" in text
    assert "--size 4096 --tmpfs /scratch" in text
    assert text.endswith("--remount-ro / -- python")
    assert "--cap-add" not in text
    as_root = " ".join(bubblewrap.command("/bin/bwrap", [], 4096, ["python"], is_root=True))
    assert "--cap-drop ALL --cap-add CAP_SETUID --cap-add CAP_SETGID" in as_root
    assert "--unshare-user" not in as_root


def test_a_machine_lacks_what_it_does_not_have_and_is_told_what_brings_it() -> None:
    assert ladder.not_there(FULL) == ()
    (mac,) = ladder.not_there(Machine("darwin", "arm64", 0, None))
    assert (mac.level, mac.remedy) == ("L2", "use Linux, or WSL, or a Linux container")
    old = ladder.not_there(Machine("linux", "riscv64", 0, None))
    assert [(each.level, each.layer) for each in old] == [("L2", "Landlock"), ("L2", "seccomp"), ("L3", "bubblewrap")]
    assert "apt-get install bubblewrap" in old[2].remedy


def test_a_layer_whose_probe_gets_through_does_not_count() -> None:
    good: list[object] = [["benign"], ["done"]]
    assert ladder.failed("L3", good, "") == ladder.failed("L2", good, "") == ()
    seen: list[object] = [["benign"], ["got through", "see"], ["done"]]
    assert ladder.failed("L2", seen, "") == ()
    assert [each.layer for each in ladder.failed("L3", seen, "")] == ["bubblewrap"]
    open_: list[object] = [["benign"], ["got through", "fork"], ["got through", "write"], ["done"]]
    assert [(each.layer, each.why) for each in ladder.failed("L2", open_, "")] == [
        ("Landlock", "did not stop: write"),
        ("seccomp", "did not stop: fork"),
    ]
    assert ladder.failed("L2", [["unconfined", "prctl 22: no"]], "")[0].layer == "seccomp"
    assert ladder.failed("L2", [["unconfined", "Landlock: no"]], "")[0].layer == "Landlock"
    (namespaces,) = ladder.failed("L3", [], "ended with exit code 1 No permissions to create new namespace")
    assert "user.max_user_namespaces" in namespaces.remedy
    assert ladder.failed("L2", [["done"]], "")


@pytest.mark.parametrize(
    ("config", "in_ci", "level"),
    [
        (SandboxConfig(), False, "L2"),
        (SandboxConfig(), True, "L2"),
        (SandboxConfig(min_sandbox="L0"), True, "L0"),
        (SandboxConfig(min_sandbox="L3"), False, "L3"),
        (SandboxConfig(enabled=False), False, "none"),
        (SandboxConfig(enabled=False), True, "L2"),
        (SandboxConfig(min_sandbox="L3", allow_unsandboxed=True), True, "none"),
    ],
)
def test_unconfined_is_run_only_where_somebody_says_so(config: SandboxConfig, in_ci: bool, level: str) -> None:
    assert ladder.required_level(config, in_ci=in_ci) == level


def test_less_than_required_is_refused_with_what_is_missing_and_more_is_not() -> None:
    landlock_missing = Missing("L2", "Landlock", "is not in this kernel", "another kernel")
    bubblewrap_missing = Missing("L3", "bubblewrap", "is not installed", "apt-get install bubblewrap")
    reach = Reach("L0", (landlock_missing, bubblewrap_missing))
    assert ladder.refusal(Reach("L3"), "L2") == ladder.refusal(reach, "L0") == ladder.refusal(reach, "none") == ()
    (problem,) = ladder.refusal(reach, "L2")
    assert problem.what == (
        "generated code can be confined to level L0 here, and L2 is required: Landlock is not in this kernel"
    )
    assert problem.remedy == "another kernel, or run the command with --allow-unsandboxed"
    assert len(ladder.refusal(reach, "L3")) == 2
    assert ladder.refusal(Reach("none"), "L2")[0].where == "sandbox.enabled"
    assert reach.notice.startswith("sandbox: generated code is confined to level L0 here; missing: Landlock is not in")
    assert "\n" not in reach.notice
    assert Reach("L3").notice == ""


def test_a_sandbox_that_is_not_enough_is_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    missing = ladder.not_there(Machine("linux", "x86_64", 0, None))
    monkeypatch.setattr("hatch_vibesafe.gates.sandbox.reach", lambda _: Reach("L0", missing))
    assert Sandbox(SandboxConfig(allow_unsandboxed=True)).level == "L0"
    assert Sandbox(SandboxConfig(min_sandbox="L0")).level == "L0"
    with pytest.raises(VibesafeConfigurationError, match="Landlock is not in this kernel"):
        Sandbox(SandboxConfig())


def test_what_is_hidden_leaves_its_neighbours_visible(tmp_path: Path) -> None:
    for name in ("a/x.py", "project/spec.py", "b"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("", encoding="utf-8")
    assert list(visible(str(tmp_path), {str(tmp_path / "project")})) == [str(tmp_path / "a"), str(tmp_path / "b")]
    assert list(visible(str(tmp_path / "a"), {str(tmp_path / "project")})) == [str(tmp_path / "a")]
    assert list(visible(str(tmp_path / "a"), {str(tmp_path / "a")})) == []
    assert outermost(["/b/c", "/a", "/a/b", "/ab", "/a"]) == ("/a", "/ab", "/b/c")


def test_data_beside_modules_is_readable_and_what_tells_answers_is_not(tmp_path: Path) -> None:
    for name in ("m.py", "m.pyc", "README.md", "rates.json", "data/one.csv", "data/deep/two.bin", ".vibesafe/impl.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("", encoding="utf-8")
    (tmp_path / "linked.json").symlink_to(tmp_path / "m.py")
    assert package_data(str(tmp_path)) == [str(tmp_path / "data"), str(tmp_path / "rates.json")]


def test_scratch_is_counted_as_far_as_needed_and_removed(tmp_path: Path) -> None:
    (tmp_path / "s/deep").mkdir(parents=True)
    (tmp_path / "s/deep/file").write_bytes(bytes(10_000))
    assert 10_000 < used(str(tmp_path / "s"), 1 << 20) < 40_000
    remove(str(tmp_path / "s"))
    assert not (tmp_path / "s").exists()


@pytest.mark.skipif(sys.platform != "linux" or landlock.version() == 0, reason="needs Landlock")
def test_a_process_keeps_only_the_files_that_it_is_granted(tmp_path: Path) -> None:
    for name in ("seen", "unseen"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text("", encoding="utf-8")
    child = os.fork()
    if child == 0:
        try:
            checked_prctl(PR_SET_NO_NEW_PRIVS, 1)
            landlock.restrict([(str(tmp_path / "seen"), landlock.READ)])
            seccomp.install(filter_for(platform.machine(), os.getpid()))
            os.close(os.open(tmp_path / "seen" / "file", os.O_RDONLY))
            attempts: tuple[Callable[[], int], ...] = (
                lambda: os.open(tmp_path / "unseen" / "file", os.O_RDONLY),
                lambda: os.open(tmp_path / "seen" / "file", os.O_WRONLY),
                os.fork,
            )
            for attempt in attempts:
                try:
                    attempt()
                except PermissionError:
                    continue
                os._exit(2)
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
