"""A store on disk with one unit to play with."""

import importlib.util
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from hatch_vibesafe.identity import CheckpointHash, Digest, SpecHash, UnitId, digest, tagged_digest
from hatch_vibesafe.spec.model import Example, Spec, UnitOptions, UnitSettings
from hatch_vibesafe.store.checkpoints import make_checkpoint, write_checkpoint
from hatch_vibesafe.store.drift import UnitStatus, unit_status
from hatch_vibesafe.store.evidence import make_evidence
from hatch_vibesafe.store.index import read_index
from hatch_vibesafe.store.places import checkpoint_directory
from hatch_vibesafe.store.records import Checkpoint, Evidence, GateRecord, Provenance
from hatch_vibesafe.store.save import SavePlan, save_units

PARTS = {
    "options": "function",
    "signature": "def add(a: int) -> int:",
    "docstring": "Add one.",
    "example 1": ">>> add(1)",
    "example 2": ">>> add(2)",
    "code before the hole": "if a < 0: raise ValueError",
    "helper app.text.slugify": "def slugify(): ...",
    "template": "Write it.",
    "settings": "model a",
}


SENT = (("model", "a"), ("provider", "openai-compatible"))
GATE_SETTINGS = digest(b"gate settings")


@dataclass(frozen=True, slots=True)
class Store:
    root: Path
    gate_settings: Digest = GATE_SETTINGS
    required: tuple[str, ...] = ("structure", "lint", "types", "doctests")

    @property
    def checkpoints(self) -> Path:
        return self.root / "checkpoints"

    @property
    def index(self) -> Path:
        return self.root / "index.toml"

    def spec(
        self,
        unit: str = "app.math/add",
        *,
        sent: tuple[tuple[str, str | int | float], ...] = SENT,
        examples: int = 2,
        **parts: str,
    ) -> Spec:
        """A spec; keywords (with `_` for a space) change a part or add one."""
        return self.spec_of(parts, unit, sent, examples)

    def spec_of(
        self,
        parts: Mapping[str, str | None],
        unit: str = "app.math/add",
        sent: tuple[tuple[str, str | int | float], ...] = SENT,
        examples: int = 2,
    ) -> Spec:
        """A spec with parts changed, added or, with None, taken out."""
        texts: dict[str, str | None] = {**PARTS, **{name.replace("_", " "): text for name, text in parts.items()}}
        pairs = tuple((name, digest(text.encode())) for name, text in texts.items() if text is not None)
        return Spec(
            unit=UnitId.parse(unit),
            options=UnitOptions(),
            path="src/app/math.py",
            line=7,
            head="def add(a: int) -> int:",
            is_async=False,
            docstring="Add one.",
            examples=tuple(Example(f"{UnitId.parse(unit).name}({n})\n", f"{n + 1}\n", 9 + n) for n in range(examples)),
            pre_hole="",
            header=(),
            references=(),
            settings=UnitSettings("function.md", "Write it.", sent),
            parts=pairs,
            spec_hash=SpecHash(tagged_digest("test", unit.encode(), repr(pairs).encode())),
        )

    def checkpoint(
        self,
        spec: Spec | None = None,
        implementation: bytes = b"def add(a: int) -> int:\n    return a + 1\n",
        day: int = 1,
    ) -> Checkpoint:
        provenance = Provenance(
            origin="generated",
            author="",
            provider="default",
            provider_kind="openai-compatible",
            model_answered="a-2025",
            template="function.md",
            sent=(("model", "a"),),
            attempt=1,
            repairs=("docstring put back",),
            parent=None,
            created=f"2025-01-{day:02}T00:00:00.000000+00:00",
            tool="0.1.0",
        )
        return make_checkpoint(spec or self.spec(), digest(b"prompt"), implementation, provenance)

    def evidence(self, checkpoint: Checkpoint, *, failed: str = "", left_out: str = "") -> Evidence:
        gates = tuple(
            GateRecord(name, f"{name} tool", "1.0", name != failed, (("checked", 2),))
            for name in self.required
            if name != left_out
        )
        return make_evidence(checkpoint, self.gate_settings, "L0", gates)

    def write(self, checkpoint: Checkpoint | None = None) -> Checkpoint:
        """Write a checkpoint that passed every gate."""
        written = checkpoint or self.checkpoint()
        write_checkpoint(self.checkpoints, written, self.evidence(written))
        return written

    def place(self, checkpoint: Checkpoint) -> Path:
        return checkpoint_directory(self.checkpoints, checkpoint.unit, checkpoint.hash)

    def save(
        self,
        *specs: Spec,
        prune: tuple[UnitId, ...] = (),
        dry_run: bool = False,
        approver: str = "",
        approve_again: bool = False,
    ) -> SavePlan:
        return save_units(
            specs or (self.spec(),),
            self.index,
            self.checkpoints,
            self.gate_settings,
            self.required,
            approver=approver,
            approve_again=approve_again,
            prune=prune,
            dry_run=dry_run,
        )

    def status(self, spec: Spec | None = None, gate_settings: Digest | None = None) -> UnitStatus:
        settings = gate_settings or self.gate_settings
        return unit_status(spec or self.spec(), read_index(self.index), self.checkpoints, settings, self.required)

    def active(self, unit: str = "app.math/add") -> CheckpointHash | None:
        entry = read_index(self.index).units.get(UnitId.parse(unit))
        return None if entry is None else entry.active

    def requiring(self, *gates: str) -> "Store":
        return replace(self, required=gates)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def _postgresql_programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    known = shutil.which("initdb")
    return found[-1].parent if found else Path(known).parent if known else None


@pytest.fixture
def postgresql() -> Iterator[str]:
    """Return the address of a database of a real server, which is started for the test."""
    programs = _postgresql_programs()
    if programs is None:
        pytest.skip("there is no PostgreSQL on this machine (apt-get install postgresql)")
    if importlib.util.find_spec("psycopg") is None:
        pytest.skip("psycopg is not installed (the extra [postgresql])")
    user = "postgres" if os.geteuid() == 0 else None  # the server refuses to be run by root
    others: list[str] | None = [] if user else None
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # Not pytest's directory: only its owner may enter that one, and the server is run by somebody else.
    with tempfile.TemporaryDirectory(prefix="vibesafe-pg-", dir="/tmp") as directory:
        if user:
            shutil.chown(directory, user)
        data = Path(directory) / "data"
        made = [str(programs / "initdb"), "-D", str(data), "-A", "trust", "-U", "ledger", "-N"]
        control = [str(programs / "pg_ctl"), "-D", str(data), "-w", "-l", str(Path(directory) / "log")]
        options = f"-p {port} -k {directory} -c listen_addresses=127.0.0.1 -c fsync=off"
        for arguments in (made, [*control, "-o", options, "start"]):
            subprocess.run(
                arguments, check=True, cwd="/", stdout=subprocess.DEVNULL, user=user, group=user, extra_groups=others
            )
        try:
            yield f"postgresql://ledger@127.0.0.1:{port}/postgres"
        finally:
            stop = [*control, "-m", "immediate", "stop"]
            subprocess.run(
                stop, check=True, cwd="/", stdout=subprocess.DEVNULL, user=user, group=user, extra_groups=others
            )
