"""The provider's key: a candidate that got hold of it cannot have the gates tell it."""

import base64
import subprocess
import sys
from pathlib import Path

import pytest

from hatch_vibesafe.redact import REDACTED, spellings, without

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tests.gates.conftest import MakeDouble

UNIT = "app.numbers/double"
CANARY = "sk-canary/0123456789+ABCDEFGHIJ?~~~"
CONFIGURATION = """
[provider.default]
kind = "openai-compatible"
model = "m"
api_key_env = "CANARY_KEY"
"""
LEAKS = {
    "raw": "KEY",
    "hexadecimal": "KEY.encode().hex()",
    "upper case": "KEY.encode().hex().upper()",
    "base64": "base64.b64encode(b'ab' + KEY.encode() + b'!').decode()",
    "urlsafe base64": "base64.urlsafe_b64encode(b'a' + KEY.encode()).decode()",
    "reversed": "KEY[::-1]",
}
WAYS = {
    "raised": "raise ValueError(LEAK)",
    "printed": "print(LEAK)\n    return n",
    "returned": "return LEAK.encode()",
}


@pytest.mark.parametrize("way", WAYS)
def test_no_finding_holds_the_key(make_double: "MakeDouble", monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    monkeypatch.setenv("CANARY_KEY", CANARY)
    head = f"import base64\n\nKEY = {CANARY!r}\n\n\ndef double(n: int) -> int:\n    "
    leaks = [head + WAYS[way].replace("LEAK", leak) for leak in LEAKS.values()]
    double = make_double(CONFIGURATION)
    for verdict in double.gates(UNIT, *(f"{source}\n" for source in leaks)):
        told = " ".join(finding.message for finding in verdict.findings if finding.gate == "doctests")
        assert not [spelling for spelling in spellings(CANARY) if spelling in told]
    monkeypatch.delenv("CANARY_KEY")
    (control,) = double.gates(UNIT, head + "raise ValueError(KEY)\n")
    assert not control.passed


def test_every_spelling_is_taken_out_and_other_text_stays() -> None:
    content = CANARY.encode()
    for text in (CANARY, content.hex(), CANARY[::-1], base64.b64encode(content).decode()):
        assert REDACTED in without(f"before {text} after", CANARY)
    for before in range(4):
        for after in range(4):
            encoded = base64.b64encode(b"x" * before + content + b"y" * after).decode()
            assert len(without(encoded, CANARY)) < 16
    assert without("ValueError: 4", CANARY) == "ValueError: 4"
    assert without("anything", "") == "anything"
    assert without("616263", "abc") == "616263"
    assert without("return x + 1", "x") == "return x + 1"  # so short a value stands in any text
    assert without("hunter2 is it", "hunter2") == f"{REDACTED} is it"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="Linux")
def test_the_environment_is_hidden_before_a_worker_runs() -> None:
    code = (
        "import ctypes\n"
        "from hatch_vibesafe.config import SandboxConfig\n"
        "from hatch_vibesafe.gates.sandbox import Batch, Sandbox\n"
        "from hatch_vibesafe.gates.view import bare_view\n"
        "dumpable = lambda: ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)\n"
        "before = dumpable()\n"
        "Sandbox(SandboxConfig()).run(Batch(b'', bare_view()), [])\n"
        "print(before, dumpable())\n"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout == "1 0\n"
