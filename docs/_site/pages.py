"""What the site has beside the documents: pages made from the code, and the files of the repository's root.

mkdocs calls the functions here by their names. Source: https://www.mkdocs.org/user-guide/configuration/#hooks
"""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import click
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

import vibesafe_runtime
from hatch_vibesafe.cli.help_texts import help_texts
from hatch_vibesafe.cli.main import COMMANDS, cli
from hatch_vibesafe.config_schema import configuration_schema

ROOT = Path(__file__).parents[2]
OF_THE_ROOT = {"changelog.md": "CHANGELOG.md", "contributing.md": "CONTRIBUTING.md", "security.md": "SECURITY.md"}
_LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]+)\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made."""
    made = {name: (ROOT / source).read_text(encoding="utf-8") for name, source in OF_THE_ROOT.items()}
    made |= {
        "reference-commands.md": "\n".join(commands()),
        "reference-configuration.md": "\n".join(keys()),
        "reference-exceptions.md": "\n".join(exceptions()),
    }
    for name, content in made.items():
        files.append(File.generated(config, name, content=content))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001 - mkdocs's signature
    """Lead links to files of the root to their pages; what has no page, tests and sources, keeps its text alone."""
    named = {source: name for name, source in OF_THE_ROOT.items()} | {"README.md": "index.md"}

    def led(match: re.Match[str]) -> str:
        text, target = match.groups()
        path, _, anchor = target.partition("#")
        if ":" in path or not path:
            return match[0]
        name = path.removeprefix("../").removeprefix("docs/")
        if name in named:
            return f"[{text}]({named[name]}{'#' + anchor if anchor else ''})"
        if path.startswith("../") or (page.file.src_uri in OF_THE_ROOT and not path.startswith("docs/")):
            return text
        return f"[{text}]({name}{'#' + anchor if anchor else ''})"

    return _LINK.sub(led, markdown)


def commands() -> Iterator[str]:
    """Yield what every command says of itself with `--help`."""
    yield "# Every option\n\nWhat each command says with `--help`; [Command line](cli.md) tells the rest.\n"
    context = click.Context(cli, info_name="vibesafe")
    for name in COMMANDS:
        command = cli.get_command(context, name)
        if command is not None:
            for path, text in help_texts(command, context, name):
                yield f"## {path}\n\n```text\n{text}\n```\n"


def keys() -> Iterator[str]:
    """Yield a table for each table of the configuration, as the code reads it."""
    yield "# Every key\n\nMade from the code that reads [the configuration](configuration.md).\n"
    yield from _tables("", configuration_schema())


def _tables(path: str, schema: object) -> Iterator[str]:
    match schema:
        case {"additionalProperties": dict(inner)}:
            yield from _tables(f"{path}.NAME", inner)
        case {"properties": dict(properties)}:
            plain = {key: each for key, each in properties.items() if each.get("type") != "object"}
            if plain:
                yield f"## `[{path}]`\n\n| key | value | default | meaning |\n|---|---|---|---|"
                yield from (_row(key, each) for key, each in plain.items())
                yield ""
            for key in properties.keys() - plain.keys():
                yield from _tables(f"{path}.{key}" if path else key, properties[key])


def _row(key: str, schema: dict[str, object]) -> str:
    choices = schema.get("enum")
    value = " or ".join(f'`"{each}"`' for each in choices) if isinstance(choices, list) else str(schema["type"])
    default = f"`{schema['default']}`" if "default" in schema else ""
    return f"| `{key}` | {value} | {default} | {schema.get('description', '')} |"


def exceptions() -> Iterator[str]:
    """Yield what every exception says of itself that a user of a unit can meet."""
    yield "# Exceptions\n\nAll are in `vibesafe_runtime`, and carry `problems`: where, what, and what mends it.\n"
    for name in sorted(vars(vibesafe_runtime)):
        found = getattr(vibesafe_runtime, name)
        if inspect.isclass(found) and issubclass(found, Exception):
            bases = ", ".join(f"`{base.__name__}`" for base in found.__bases__)
            yield f"## `{name}`\n\nA {bases}.\n\n```text\n{inspect.getdoc(found)}\n```\n"
