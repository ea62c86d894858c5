"""A project on disk: its root, its configuration, its source files under the names that the wheel gives them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from hatch_vibesafe.config import Config
from hatch_vibesafe.config_file import is_configured, read_config
from hatch_vibesafe.layout import WheelFile, wheel_files
from hatch_vibesafe.lessons_config import read_lessons
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError
from hatch_vibesafe.provider_config import ProviderConfig
from hatch_vibesafe.spec.model import Scan, SettingsFor, SourceFile, UnitOptions, UnitSettings
from hatch_vibesafe.spec.scan import scan
from hatch_vibesafe.templates import TemplateFile, read_template

DEFAULT_PROVIDER = "default"


@dataclass(frozen=True, slots=True)
class Project:
    """A project: the directory that holds its configuration, and what stands in it."""

    root: Path
    config: Config

    @property
    def index_path(self) -> Path:
        """The index file."""
        return self.root / self.config.paths.index

    @property
    def checkpoints_path(self) -> Path:
        """The directory of the checkpoints."""
        return self.root / self.config.paths.checkpoints

    @property
    def cache_path(self) -> Path:
        """The directory of what can be made again."""
        return self.root / self.config.paths.cache


def open_project(start: Path) -> Project:
    """Return the project that `start` lies in.

    Its root is the nearest parent with a configuration, else the nearest with a `pyproject.toml`, else `start` itself.

    Raises:
        VibesafeConfigurationError: with every problem of the configuration.
    """
    start = start.resolve()
    parents = (start, *start.parents)
    configured = (directory for directory in parents if is_configured(directory))
    described = (directory for directory in parents if (directory / "pyproject.toml").is_file())
    root = next(configured, None) or next(described, None) or start
    return Project(root, read_config(root))


def source_files(project: Project) -> tuple[SourceFile, ...]:
    """Return every Python file that the wheel will hold, and those beside them in its packages that it will not.

    Raises:
        VibesafeConfigurationError: if hatchling cannot tell which files the wheel holds, or a file cannot be read.
    """
    problems: list[Problem] = []
    sources = tuple(_read(wheel_files(project.root), problems))
    if problems:
        raise VibesafeConfigurationError(*problems)
    return sources


def _read(files: tuple[WheelFile, ...], problems: list[Problem]) -> Iterator[SourceFile]:
    for file in files:
        try:
            content = Path(file.source).read_bytes()
        except OSError as error:
            problems.append(Problem(file.path, f"cannot be read: {error.strerror}", f"make {file.path} readable"))
            continue
        yield SourceFile(file.module, file.path, content, file.is_package, file.in_wheel)


def scan_project(project: Project) -> Scan:
    """Return all units of the project.

    Raises:
        VibesafeConfigurationError: if the source files cannot be told or read, or a configured template is missing.
    """
    return scan(source_files(project), settings_for(project))


def provider_for(project: Project, options: UnitOptions) -> ProviderConfig | None:
    """Return the provider that a unit asks, with the model that the unit names; None where none is configured.

    Raises:
        VibesafeConfigurationError: if the unit names a provider that is not configured.
    """
    provider = project.config.provider(options.provider or DEFAULT_PROVIDER)
    if provider is None and options.provider is not None:
        names = ", ".join(provider.name for provider in project.config.providers) or "none"
        raise VibesafeConfigurationError(
            Problem(
                f"provider={options.provider!r}",
                f"is not configured (configured: {names})",
                f"add a [provider.{options.provider}] table to the configuration",
            )
        )
    if provider is not None and options.model is not None:
        return replace(provider, model=options.model)
    return provider


def settings_for(project: Project) -> SettingsFor:
    """Return the function that gives a unit's template and what would be sent to its provider."""
    templates: dict[str, tuple[TemplateFile, ...]] = {}
    lessons = read_lessons(project.root)

    def settings(options: UnitOptions) -> UnitSettings:
        name = template_name(project, options)
        if name not in templates:
            templates[name] = template_files(project, name)
        provider = provider_for(project, options)
        sent = () if provider is None else provider.asked
        own, *others = templates[name]
        chain = tuple(sorted((each.name, each.text) for each in others))
        return UnitSettings(template=name, template_content=own.text, sent=sent, lessons=lessons, template_chain=chain)

    return settings


def template_name(project: Project, options: UnitOptions) -> str:
    """Return the template of a unit: its own, else the one of its kind."""
    prompts = project.config.prompts
    by_kind = {"function": prompts.function, "http": prompts.http, "cli": prompts.cli}
    return options.template or by_kind[options.kind]


def template_files(project: Project, name: str) -> tuple[TemplateFile, ...]:
    """Return a template, and behind it all that it extends, includes or imports.

    Raises:
        VibesafeConfigurationError: if one of them is missing, lies outside the project or cannot be read.
    """
    return read_template(project.root, name)
