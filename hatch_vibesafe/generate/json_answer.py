"""An answer as a JSON object that holds the module: how it is asked for, and how it is read. Pure."""

import json
from collections.abc import Sequence

from hatch_vibesafe.gates.verdict import Finding
from hatch_vibesafe.generate.extract import ANSWER, answer_finding, without_thoughts
from hatch_vibesafe.generate.stub import fence_for
from hatch_vibesafe.provider_config import JSON, SCHEMA
from hatch_vibesafe.store.records import Scalar

_CODE = "code"
_FORM = f'{{"{_CODE}": "the complete Python module"}}'
IN_JSON = f"Answer not with a fenced code block but with one JSON object, and nothing else: {_FORM}"
"""What a prompt says last; where it ends a rule of the template, that it comes later decides."""

ANSWER_SCHEMA = {
    "type": "object",
    "properties": {_CODE: {"type": "string", "description": "the complete Python module"}},
    "required": [_CODE],
    "additionalProperties": False,
}
"""The JSON Schema of an answer, in the part of the language that every API takes."""


def asks_for_json(sent: Sequence[tuple[str, Scalar]]) -> bool:
    """Return whether what is sent asks for an answer in JSON."""
    return any(name == JSON for name, _ in sent)


def without_json(sent: Sequence[tuple[str, Scalar]]) -> tuple[tuple[str, Scalar], ...]:
    """Return what is sent for an answer that is no module alone."""
    return tuple((name, value) for name, value in sent if name != JSON)


def response_format(form: object) -> dict[str, object]:
    """Return the `response_format` of a chat completion. Source: the OpenAI API reference, "Create chat completion"."""
    if form != SCHEMA:
        return {"type": "json_object"}
    return {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": ANSWER_SCHEMA}}


def in_markdown(answer: str, finish: str, name: str) -> tuple[str, Finding | None]:
    """Return an answer that was asked for in JSON as one in Markdown, and why it cannot be used, where it cannot.

    What does not begin like a JSON object is read as any other answer is: a server may not know how to hold a model to
    it, and code is code.

    Args:
        answer: The answer.
        finish: Why it ended.
        name: The function to be defined.
    """
    said = without_thoughts(answer).strip()
    text = said.removeprefix("```json").removesuffix("```").strip()
    if not text.startswith("{"):
        return answer, answer_finding(answer, finish, name)
    try:
        document: object = json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        if finish == "length":
            return answer, answer_finding(text, finish, name)
        why = f" ({error})" if isinstance(error, json.JSONDecodeError) else ""
        return answer, Finding(ANSWER, 0, f"the answer was no whole JSON object{why}: answer with {_FORM}")
    code = document.get(_CODE) if isinstance(document, dict) else None
    if not isinstance(code, str):
        return answer, Finding(
            ANSWER, 0, f'the answer\'s JSON object held no text named "{_CODE}": answer with {_FORM}'
        )
    whole = code if code.lstrip().startswith(("```", "~~~")) else _fenced(code)
    return whole, answer_finding(whole, "stop", name)


def _fenced(code: str) -> str:
    fence = fence_for(code)
    return f"{fence}python\n{code}\n{fence}\n"
