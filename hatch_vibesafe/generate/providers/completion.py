"""Reading completions. Source: the OpenAI API reference, "The chat completion object", "The completion object"."""

import json

from hatch_vibesafe.store.records import Answer


class UnreadableCompletionError(ValueError):
    """A body that is no completion; the message says what is wrong with it."""


def read_completion(body: bytes | object, asked: str) -> Answer:
    """Return the first answer that a completion holds; raises as `read_completions` does."""
    return read_completions(body, asked)[0]


def read_completions(body: bytes | object, asked: str) -> tuple[Answer, ...]:
    """Return the answers that a chat completion or a raw one holds, from its bytes or already parsed; at least one.

    Several answers' tokens are counted together: they are shared out evenly, and what was read is the first one's.

    Args:
        body: The completion.
        asked: The model that was asked, recorded where the completion does not name the one that answered.

    Raises:
        UnreadableCompletionError: if it is not JSON, or not a completion with a text.
    """
    document = parsed(body) if isinstance(body, bytes) else body
    if not isinstance(document, dict):
        raise UnreadableCompletionError("the answer is not a JSON object")
    if document.get("error"):
        raise UnreadableCompletionError(f"the answer is an error: {document['error']}")
    choices = document.get("choices")
    if not isinstance(choices, list) or not choices:
        raise UnreadableCompletionError("the answer holds no message")
    texts = [_text(choice) for choice in choices]
    usage = document.get("usage")
    counts = usage if isinstance(usage, dict) else {}
    model = document.get("model")
    each, more = divmod(count_in(counts, "completion_tokens"), len(texts))
    return tuple(
        Answer(
            text=text,
            model=model if isinstance(model, str) and model else asked,
            input_tokens=0 if number else count_in(counts, "prompt_tokens"),
            output_tokens=each + (number < more),
            finish=finish,
        )
        for number, (text, finish) in enumerate(texts)
    )


def _text(choice: object) -> tuple[str, str]:
    reason = choice.get("finish_reason") if isinstance(choice, dict) else None
    match choice:
        case {"message": {"refusal": str() as refusal}} if refusal:
            raise UnreadableCompletionError(f"the model declined: {refusal}")
        case {"message": {"content": str() | None as content}} | {"text": str() as content}:
            text = content or ""
        case {"message": {"content": [*parts]}}:
            text = "".join(str(part.get("text", "")) for part in parts if isinstance(part, dict))
        case _:
            raise UnreadableCompletionError("the answer holds no message")
    return text, str(reason or "stop")


def parsed(body: bytes) -> object:
    """Return the JSON document that a body holds.

    Raises:
        UnreadableCompletionError: if it is not JSON.
    """
    try:
        document: object = json.loads(body)
    except (ValueError, RecursionError):
        raise UnreadableCompletionError("the answer is not JSON") from None
    return document


def count_in(counts: "dict[object, object]", name: str) -> int:
    """Return the number of tokens of that name; 0 where the provider does not say."""
    value = counts.get(name)
    return value if isinstance(value, int) and value >= 0 else 0
