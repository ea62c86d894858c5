"""`vibesafe spec`: what the developer wrote for a unit, put together as whoever implements it needs it."""

import click

from hatch_vibesafe.cli import options, output
from hatch_vibesafe.cli.session import open_session
from hatch_vibesafe.generate.stub import stub_source
from hatch_vibesafe.spec.capabilities import listed
from hatch_vibesafe.spec.model import Spec


@click.command(name="spec", epilog="Examples:  vibesafe spec app.math/add   |   vibesafe spec app.math/add --json")
@options.unit
@options.as_json
def command(unit: str, *, as_json: bool) -> int:
    """Show a unit's spec: imports, signature, docstring, the code before the hole, and what of the project it may use.

    It is what an implementation has to begin with: continue it, and hand it in with `vibesafe submit`.
    """
    session = open_session((unit,))
    spec = session.one_spec(unit)
    if as_json:
        output.print_json(_document(spec))
        return 0
    click.echo(stub_source(spec), nl=False)
    for each in spec.references:
        if each.direct and each.source:
            click.echo(f"\n\n# {each.module}\n{each.source.rstrip()}")
    return 0


def _document(spec: Spec) -> dict[str, object]:
    return {
        "unit": str(spec.unit),
        "kind": spec.options.kind,
        "path": spec.path,
        "line": spec.line,
        "source": stub_source(spec),
        "examples": [
            {"source": each.source, "want": each.want, "exception": each.exception, "line": each.line}
            for each in spec.examples
        ],
        "contract": [{"clause": each.text, "line": each.line} for each in spec.contract],
        "capabilities": list(listed(spec.options.capabilities)),
        "references": [
            {"module": each.module, "name": each.name, "source": each.source, "direct": each.direct}
            for each in spec.references
        ],
        "beside": [name for name, _ in spec.beside],
        "spec_hash": spec.spec_hash,
    }
