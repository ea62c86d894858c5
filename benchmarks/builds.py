"""What the build hook adds to `python -m build` of a project whose units are saved."""

import tempfile
from pathlib import Path

from benchmarks.measure import Row, Variant, clean_environment, interleaved, print_rows, run

COUNTS = (100, 1000)
ROUNDS = 3
ROOT = Path(__file__).resolve().parents[1]


def main(our_python: Path, _rival_python: Path) -> None:
    """Print the table."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="vibesafe-benchmark-") as scratch:
        wheels = Path(scratch, "wheels")
        for source in (ROOT / "vibesafe_runtime", ROOT):
            _run_pip(our_python, "wheel", "--quiet", "--no-deps", "-w", str(wheels), str(source))
        for count in COUNTS:
            roots = {name: Path(scratch, f"{name}-{count}") for name in ("with", "without")}
            for name, root in roots.items():
                plant: list[str | Path] = [our_python, "-m", "benchmarks.planted", "project", root, str(count), "1000"]
                run(Variant(plant, ROOT, clean_environment(PYTHONPATH=str(ROOT))))
                if name == "without":
                    file = root / "pyproject.toml"
                    text = file.read_text(encoding="utf-8").partition("[tool.hatch.build.hooks.vibesafe]")[0]
                    file.write_text(text.replace(', "hatch-vibesafe"', ""), encoding="utf-8")
            environment = clean_environment(PIP_FIND_LINKS=str(wheels))
            command: list[str | Path] = [our_python, "-m", "build", "--installer", "pip", "--outdir"]
            times = interleaved(
                {name: Variant([*command, root / "dist", root], root, environment) for name, root in roots.items()},
                ROUNDS,
            )
            rows.append(
                Row(
                    f"`python -m build` of {count} saved units, sdist and wheel",
                    f"{times['with']:.1f} s",
                    f"the same project without the hook {times['without']:.1f} s",
                    times["with"] / times["without"],
                )
            )
    print_rows("builds", rows)


def _run_pip(python: Path, *arguments: str) -> None:
    run(Variant([python, "-m", "pip", "--disable-pip-version-check", *arguments], ROOT, clean_environment()))
