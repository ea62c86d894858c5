"""What checking two clauses costs one call: baked by us, by icontract and by deal, against the same call unchecked.

Everything runs in one process in turn, so that only the ratios count.
"""

import subprocess
from pathlib import Path

from benchmarks.measure import Row, clean_environment, print_rows

ROOT = Path(__file__).resolve().parents[1]
LIBRARIES = ("icontract>=2.7", "deal>=4.24")
AT_MOST = 1.5

MEASURE = r'''
import importlib, sys, tempfile, timeit
from pathlib import Path

import deal
import icontract

from hatch_vibesafe.ship.contract_wrapper import contract_wrapper
from hatch_vibesafe.spec.model import SourceFile, UnitSettings
from hatch_vibesafe.spec.scan import scan

ROUNDS, CALLS = 51, 10_000
SPEC = """
from vibesafe_runtime import VibeCoded, vibesafe

@vibesafe
def plain(n: int, most: int) -> int:
    \"\"\"Limit.

    Requires:
        most >= 0
    Ensures:
        result <= most

    >>> plain(3, 2)
    2
    \"\"\"
    raise VibeCoded()
"""

BODIES = {
    "small": "    return n if n < most else most\n",
    "larger": "    for each in range(8):\n        n = each + n % 7\n    return min(n, most)\n",
}
work = Path(tempfile.mkdtemp())
sys.path.insert(0, str(work))
(spec,) = scan([SourceFile("m", "m.py", SPEC.encode(), False)], lambda _: UnitSettings("t", "")).specs


def written(name, source):
    (work / f"{name}.py").write_text(source)
    return importlib.import_module(name).plain


def variants(size):
    # The first is what an installed wheel has with "off" too: the implementation itself.
    plain = written(size, f"def plain(n, most):\n{BODIES[size]}")
    other = written(f"{size}_off", f"def plain(n, most):\n{BODIES[size]}")
    forwarding = f"from {size} import plain as call\n\n\ndef plain(n, most):\n    return call(n, most)\n"
    yield "plain", plain
    yield "off", other
    yield "forwarded", written(f"{size}_forwarding", forwarding)
    clauses = ("most >= 0", "result <= most")
    first, second = (f"    if not ({clause}):\n        raise ValueError\n" for clause in clauses)
    body = BODIES[size].replace("return", "result =")
    inside = f"def plain(n, most):\n{first}{body}{second}    return result\n"
    yield "inside", written(f"{size}_inside", inside)
    for mode in ("pre", "full"):
        yield mode, written(f"{size}_{mode}", contract_wrapper(spec, size, mode))
    ensured = deal.ensure(lambda n, most, result: result <= most)(plain)
    yield "deal", deal.pre(lambda n, most: most >= 0)(ensured)
    ensured = icontract.ensure(lambda result, most: result <= most)(plain)
    yield "icontract", icontract.require(lambda most: most >= 0)(ensured)


for size in BODIES:
    functions = dict(variants(size))
    times = {name: [] for name in functions}
    for _ in range(ROUNDS):
        for name, function in functions.items():
            calls = CALLS if name not in ("icontract", "deal") else CALLS // 10
            timer = timeit.Timer("function(5, 9)", globals={"function": function})
            times[name].append(timer.timeit(calls) / calls)
    for name, taken in times.items():
        # The quickest: what else the machine does only ever adds.
        print(size, name, min(taken))
'''


def main(our_python: Path, _rival_python: Path) -> None:
    """Print the table."""
    from benchmarks.run import environment  # noqa: PLC0415 - that module imports this one

    libraries = environment("contracts", *LIBRARIES)
    for size, times in measured(our_python, libraries).items():
        print_rows(f"one call of a {size} function with two clauses, both kept", rows(times))


def measured(our_python: Path, libraries: Path) -> dict[str, dict[str, float]]:
    """Return the seconds of one call of each kind, by the size of the function.

    `libraries` is the Python that has icontract and deal.

    Raises:
        subprocess.CalledProcessError: if one of them cannot be imported.
    """
    found = subprocess.run(
        [libraries, "-c", "import icontract; print(icontract.__path__[0])"], capture_output=True, text=True, check=True
    )
    site = Path(found.stdout.strip()).parent
    done = subprocess.run(
        [our_python, "-c", MEASURE],
        capture_output=True,
        text=True,
        check=True,
        env=clean_environment(PYTHONPATH=f"{ROOT}:{ROOT / 'vibesafe_runtime'}:{site}"),
    )
    times: dict[str, dict[str, float]] = {}
    for line in done.stdout.splitlines():
        size, name, taken = line.split()
        times.setdefault(size, {})[name] = float(taken)
    return times


def rows(times: dict[str, float]) -> list[Row]:
    """Return the lines of the table: each against an unchecked call, ours against the reach too."""
    peer = f"unchecked: {_nanoseconds(times['plain'])}"
    words = {
        "off": 'ours, `contracts = "off"`: the implementation itself',
        "forwarded": "a function that does nothing but call it: no wrapper can cost less",
        "inside": "the two clauses written into the function itself, with no call more",
        "pre": 'ours, `"pre"`: one clause',
        "full": 'ours, `"full"`: both',
        "deal": "deal",
        "icontract": "icontract",
    }
    table = [Row(what, _nanoseconds(times[name]), peer, times[name] / times["plain"]) for name, what in words.items()]
    ratio = times["full"] / times["plain"]
    reach = Row('ours, `"full"`', _nanoseconds(times["full"]), f"at most {AT_MOST} times", ratio / AT_MOST)
    return [*table, reach]


def _nanoseconds(seconds: float) -> str:
    return f"{seconds * 1e9:.0f} ns"
