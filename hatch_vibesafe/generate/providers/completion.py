"""Reading a chat completion. Source: the OpenAI API reference, "The chat completion object"."""

import json

from hatch_vibesafe.store.records import Answer


class UnreadableCompletionError(ValueError):
    """A body that is no chat completion; the message says what is wrong with it."""


def read_completion(body: bytes | object, asked: str) -> Answer:
    """Return the answer that a chat completion holds, from its bytes or already parsed.

    Args:
        body: The completion.
        asked: The model that was asked, recorded where the completion does not name the one that answered.

    Raises:
        UnreadableCompletionError: if it is not JSON, or not a completion with a text.
    """
    document = _parsed(body) if isinstance(body, bytes) else body
    if not isinstance(document, dict):
        raise UnreadableCompletionError("the answer is not a JSON object")
    if document.get("error"):
        raise UnreadableCompletionError(f"the answer is an error: {document['error']}")
    match document.get("choices"):
        case [{"message": {"refusal": str() as refusal}}, *_] if refusal:
            raise UnreadableCompletionError(f"the model declined: {refusal}")
        case [{"message": {"content": str() | None as content}} as choice, *_]:
            text = content or ""
        case [{"message": {"content": [*parts]}} as choice, *_]:
            text = "".join(str(part.get("text", "")) for part in parts if isinstance(part, dict))
        case _:
            raise UnreadableCompletionError("the answer holds no message")
    usage = document.get("usage")
    counts = usage if isinstance(usage, dict) else {}
    model = document.get("model")
    return Answer(
        text=text,
        model=model if isinstance(model, str) and model else asked,
        input_tokens=_count(counts.get("prompt_tokens")),
        output_tokens=_count(counts.get("completion_tokens")),
        finish=str(choice.get("finish_reason") or "stop"),
    )


def _parsed(body: bytes) -> object:
    try:
        document: object = json.loads(body)
    except (ValueError, RecursionError):
        raise UnreadableCompletionError("the answer is not JSON") from None
    return document


def _count(value: object) -> int:
    return value if isinstance(value, int) and value >= 0 else 0
