"""`vibesafe key new | rotate | show`: the key that signs what a build states."""

import os
from pathlib import Path

import click
import platformdirs
import tomlkit

from hatch_vibesafe.cli import options, output
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError
from hatch_vibesafe.project import open_project
from hatch_vibesafe.ship.key_place import next_place, refuse_exposed
from hatch_vibesafe.ship.private_key import make_signer, public_bytes, where, write_private_key
from hatch_vibesafe.ship.signing import public_key
from hatch_vibesafe.signing_config import FILE, SigningConfig
from vibesafe_runtime._signature import key_id, key_text
from vibesafe_runtime._trust import SYSTEM_FILE, VARIABLE

_SECRET = "VIBESAFE_SIGNING_KEY"  # noqa: S105 - the name of a variable that a CI would use

out_option = click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write the private key. It is never overwritten.",
)
file_argument = click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group(name="key", epilog="Examples:  vibesafe key new   |   vibesafe key show --json   |   vibesafe key rotate")
def command() -> None:
    """Make, replace and show the Ed25519 key that signs what a build states."""


@command.command(name="new", epilog="Examples:  vibesafe key new   |   vibesafe key new --out ~/keys/release.pem")
@out_option
@options.as_json
def new(out: Path | None, as_json: bool) -> int:
    """Make a key that signs, for its owner alone to read, and say what to put where.

    Without --out it goes into the user's configuration directory, outside of any project.
    """
    path, public = _made(out or platformdirs.user_config_path("vibesafe") / "signing-key.pem")
    if as_json:
        output.print_json({"path": str(path), **_named(public)})
        return 0
    click.echo(f"private key  {path}  (yours alone to read; keep a copy where it is safe)")
    _print_named(public)
    click.echo(
        f"\nTo sign builds, in vibesafe.toml (in pyproject.toml: [tool.vibesafe.signing]):\n\n"
        f"{_configuration(path)}\n\n"
        f'or key = "env:{_SECRET}", with the text of that file in {_SECRET}, for CI;\n'
        f'and in pyproject.toml add "hatch-vibesafe[sign]" to requires of [build-system].\n\n'
        f"To refuse what it did not sign, where the wheel is installed, either of:\n\n"
        f"  {VARIABLE}={key_text(public)}\n"
        f"  {SYSTEM_FILE}, with that key on a line"
    )
    return 0


@command.command(name="rotate", epilog="Examples:  vibesafe key rotate   |   vibesafe key rotate ~/keys/release.pem")
@file_argument
@out_option
@options.as_json
def rotate(file: Path | None, out: Path | None, as_json: bool) -> int:
    """Make the key that follows the configured one (or the one in FILE), keep the old one, and say how to change over.

    The next key is written beside the old one's file, under the next number, unless --out names a place.
    """
    signing, root = _which(file)
    old = public_key(signing, os.environ, root)
    if out is None and signing.kind != FILE:
        what = "is not in a file, so that there is no place beside it for the next key"
        raise VibesafeConfigurationError(Problem(where(signing), what, "name a place with --out, or make it there"))
    path, public = _made(out or next_place(root / signing.place))
    trusted = f"{key_text(old)}  # until nothing that it signed is installed any more\n{key_text(public)}\n"
    if as_json:
        output.print_json({"path": str(path), **_named(public), "previous": _named(old), "trusted_keys": trusted})
        return 0
    click.echo(f"private key  {path}  (yours alone to read; the old one is kept)")
    _print_named(public)
    click.echo(
        f"\n1. Let every deployment trust both keys. Each place that names keys needs both:\n\n"
        f"{trusted}\n"
        f"   {VARIABLE}={key_text(old)},{key_text(public)}\n\n"
        f"2. Then sign with the new one:\n\n"
        f"{_configuration(path, public if signing.public_key else None)}\n\n"
        f"3. When nothing that the old key signed is installed any more, take it out of every place, and destroy it."
    )
    return 0


@command.command(name="show", epilog="Examples:  vibesafe key show   |   vibesafe key show ~/keys/release.pem --json")
@file_argument
@options.as_json
def show(file: Path | None, as_json: bool) -> int:
    """Show the public key and its id of the configured key, or of the one in FILE; never the private one."""
    signing, root = _which(file)
    public = public_key(signing, os.environ, root)
    if as_json:
        output.print_json(_named(public))
    else:
        _print_named(public)
    return 0


def _which(file: Path | None) -> tuple[SigningConfig, Path]:
    """Return which key is meant, and the directory that its path is relative to."""
    if file is not None:
        return SigningConfig(f"{FILE}:{file}"), Path.cwd()
    project = open_project(Path.cwd())
    return project.config.signing, project.root


def _made(path: Path) -> tuple[Path, bytes]:
    """Write a new private key and return where it is and its public one."""
    path = path.absolute()
    refuse_exposed(path)
    signer = make_signer()
    write_private_key(path, signer)
    return path, public_bytes(signer)


def _named(public: bytes) -> dict[str, str]:
    return {"public_key": key_text(public), "key_id": key_id(public)}


def _print_named(public: bytes) -> None:
    click.echo(f"public key   {key_text(public)}\nkey id       {key_id(public)}")


def _configuration(path: Path, public: bytes | None = None) -> str:
    """Return the `[signing]` table of a key's file, with its public key where one is given."""
    table = f"  [signing]\n  key = {tomlkit.item(f'{FILE}:{path}').as_string()}"
    return table if public is None else f'{table}\n  public_key = "{key_text(public)}"'
