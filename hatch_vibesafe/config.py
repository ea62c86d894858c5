"""The configuration as one typed object, made of the table that says it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from hatch_vibesafe.budget_config import UNLIMITED, BudgetConfig, read_budget
from hatch_vibesafe.generate_config import SHIPPED, GenerateConfig, read_generate, refuse_unknown_provider
from hatch_vibesafe.identity import Digest, tagged_digest
from hatch_vibesafe.ledger_config import LOCAL, LedgerConfig, read_ledger
from hatch_vibesafe.policy_config import UNTIGHTENED, PolicyConfig, read_policy
from hatch_vibesafe.provider_config import ProviderConfig
from hatch_vibesafe.provider_table import read_provider, refuse_wrong_names
from hatch_vibesafe.sandbox_levels import REQUIRABLE
from hatch_vibesafe.signing_config import UNSIGNED, SigningConfig, read_signing
from hatch_vibesafe.spec.contract_modes import CONTRACT_MODES, OFF
from hatch_vibesafe.spec.model import KINDS
from hatch_vibesafe.toml_table import Table

GATES = ("structure", "lint", "types", "doctests")
ADEQUACY = "adequacy"
"""The name under which the evidence says how much a spec decides; it is about the spec, and refuses no candidate."""
INDISPENSABLE_GATES = ("structure", "doctests")
MODES = ("dev", "prod")
_PYTHON_SPECIFIER = re.compile(r">=3\.(\d{1,2})")
_OLDEST_MINOR = 11
_SHORTEST_SECRET = 8


@dataclass(frozen=True, slots=True)
class PathsConfig:
    """Where the store lies, relative to the project root, with `/`. The escalations' place is not configured."""

    checkpoints: str = ".vibesafe/checkpoints"
    cache: str = ".vibesafe/cache"
    index: str = ".vibesafe/index.toml"
    escalations: str = ".vibesafe/escalations"


@dataclass(frozen=True, slots=True)
class PromptsConfig:
    """The template of each kind of unit: one of ours by name, or a file of the project by its path."""

    function: str = "function.j2"
    http: str = "http_endpoint.j2"
    cli: str = "cli_command.j2"


@dataclass(frozen=True, slots=True)
class GatesConfig:
    """Which gates are required, and how they judge.

    Attributes:
        required: The gates; with `min_adequacy` the measurement of adequacy is one of them.
        ruff: Options that are added to the tool's command line.
        mypy: Likewise.
        min_adequacy: The part of its mutants that a unit's spec has to refuse; 0 where the project does not say.
    """

    required: tuple[str, ...] = GATES
    ruff: tuple[str, ...] = ()
    mypy: tuple[str, ...] = ()
    min_adequacy: float = 0.0


@dataclass(frozen=True, slots=True)
class SandboxConfig:
    """How generated code is confined while it is judged.

    Attributes:
        enabled: Whether it is confined at all.
        timeout: Seconds that a unit may take.
        memory_mb: MiB that a process may take.
        min_sandbox: The level that has to be reached, one of `REQUIRABLE`; empty where the project does not say.
        allow_unsandboxed: Said on the command line alone: run whatever level is reached.
    """

    enabled: bool = True
    timeout: float = 10.0
    memory_mb: int = 512
    min_sandbox: str = ""
    allow_unsandboxed: bool = False


@dataclass(frozen=True, slots=True)
class BuildConfig:
    """What a wheel holds.

    Attributes:
        bytecode: Whether it carries bytecode for the Python that builds it.
        contracts: Which clauses it checks in calls of the units that do not say: one of `CONTRACT_MODES`.
    """

    bytecode: bool = True
    contracts: str = OFF


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that a project can configure.

    Attributes:
        python: The Python versions that the project supports, as `>=3.N`.
        env: The mode of a source checkout where `VIBESAFE_ENV` is not set: "dev" or "prod".
        providers: The `[provider.NAME]` tables, in the order of the file.
        paths: Where the store lies.
        prompts: The templates.
        generate: How implementations are asked for.
        gates: The gates.
        policy: What the project forbids to generated code.
        sandbox: The sandbox.
        build: What a wheel holds.
        signing: Which key signs.
        ledger: Where runs are written down.
        budget: What a run, and each unit in it, may cost.
        source: Where it was read, for people; empty where there is no configuration.
    """

    python: str = ">=3.11"
    env: str = "dev"
    providers: tuple[ProviderConfig, ...] = ()
    paths: PathsConfig = PathsConfig()
    prompts: PromptsConfig = PromptsConfig()
    generate: GenerateConfig = SHIPPED
    gates: GatesConfig = GatesConfig()
    policy: PolicyConfig = UNTIGHTENED
    sandbox: SandboxConfig = SandboxConfig()
    build: BuildConfig = BuildConfig()
    signing: SigningConfig = UNSIGNED
    ledger: LedgerConfig = LOCAL
    budget: BudgetConfig = UNLIMITED
    source: str = ""

    def provider(self, name: str) -> ProviderConfig | None:
        """Return the provider of that name, or None."""
        return next((provider for provider in self.providers if provider.name == name), None)

    def secret_variables(self, environment: Mapping[str, str]) -> tuple[str, ...]:
        """Return the environment variables that hold keys, and those with a value to hide that a program is given."""
        given = (name for provider in self.providers for name in provider.environment)
        hidden = (name for name in given if len(environment.get(name, "")) >= _SHORTEST_SECRET)
        return (*(provider.api_key_env for provider in self.providers), *hidden)


def gate_settings_digest(config: Config) -> Digest:
    """Return the digest of every setting that could change a verdict; evidence is bound to it.

    Time and memory limits are left out: more of either refuses nothing that passed with less. So is `min_sandbox`: the
    level that was reached stands in the evidence itself, and is compared with it.
    """
    # Absent where it forbids nothing, so that evidence from before there was a policy stays valid.
    policy = ["\0".join(config.policy.settings).encode()] if config.policy.settings else []
    adequacy = [f"{ADEQUACY} {config.gates.min_adequacy!r}".encode()] if config.gates.min_adequacy else []
    return tagged_digest(
        "vibesafe-gates/1",
        "\0".join(sorted(config.gates.required)).encode(),
        "\0".join(config.gates.ruff).encode(),
        "\0".join(config.gates.mypy).encode(),
        str(config.sandbox.enabled).encode(),
        *policy,
        *adequacy,
    )


def config_of(table: Table, source: str) -> Config:
    """Return what a configuration says; its problems are recorded in the table. `source` names the file."""
    project = table.table("project")
    paths = table.table("paths")
    prompts = table.table("prompts")
    generate = table.table("generate")
    gates = table.table("gates")
    sandbox = table.table("sandbox")
    build = table.table("build")
    providers = table.table("provider")
    config = Config(
        python=_python(project),
        env=project.choice("env", MODES, "dev"),
        providers=tuple(read_provider(providers.table(name), name) for name in providers.names()),
        paths=PathsConfig(
            checkpoints=_inside(paths, "checkpoints", PathsConfig().checkpoints),
            cache=_inside(paths, "cache", PathsConfig().cache),
            index=_inside(paths, "index", PathsConfig().index),
        ),
        prompts=PromptsConfig(**{kind: _inside(prompts, kind, getattr(PromptsConfig(), kind)) for kind in KINDS}),
        generate=read_generate(generate),
        gates=_gates(gates),
        policy=read_policy(table.table("policy")),
        sandbox=SandboxConfig(
            enabled=sandbox.boolean("enabled", default=True),
            timeout=sandbox.seconds("timeout", 10.0),
            memory_mb=sandbox.positive_integer("memory_mb", 512),
            min_sandbox=sandbox.choice("min_sandbox", REQUIRABLE, ""),
        ),
        build=BuildConfig(
            bytecode=build.boolean("bytecode", default=True),
            contracts=build.choice("contracts", CONTRACT_MODES, OFF),
        ),
        signing=read_signing(table.table("signing")),
        ledger=read_ledger(table.table("ledger")),
        budget=read_budget(table.table("budget")),
        source=source,
    )
    refuse_wrong_names(providers, config.providers)
    refuse_unknown_provider(generate, config.generate, [provider.name for provider in config.providers])
    for section in (project, paths, prompts, gates, sandbox, build, table):
        section.refuse_unknown()
    return config


def _python(project: Table) -> str:
    value = project.text("python", ">=3.11")
    matched = _PYTHON_SPECIFIER.fullmatch(value.replace(" ", ""))
    if matched is None or int(matched[1]) < _OLDEST_MINOR:
        project.problem("python", f"is {value!r}", 'write ">=3.11" or a later minor version')
    return value


def _inside(table: Table, key: str, default: str) -> str:
    value = table.text(key, default)
    path = PurePosixPath(value)
    if not value or path.is_absolute() or ".." in path.parts or "\\" in value or "\0" in value or ":" in value:
        table.problem(key, f"is {value!r}", "name a path inside the project, relative to its root, with /")
    return value


def _gates(table: Table) -> GatesConfig:
    required = table.texts("required", GATES)
    for gate in required:
        if gate not in GATES:
            table.problem("required", f"names {gate!r}, which is no gate", f"choose from {', '.join(GATES)}")
    for gate in INDISPENSABLE_GATES:
        if gate not in required:
            table.problem("required", f"leaves out {gate!r}, without which nothing is proven", f'add "{gate}"')
    min_adequacy = table.optional_number("min_adequacy") or 0.0
    if not 0 <= min_adequacy <= 1:
        table.problem("min_adequacy", f"is {min_adequacy:g}", "write a part of the mutants, from 0 to 1")
    return GatesConfig(
        required=(*required, ADEQUACY) if min_adequacy else required,
        ruff=table.texts("ruff", ()),
        mypy=table.texts("mypy", ()),
        min_adequacy=min_adequacy,
    )
