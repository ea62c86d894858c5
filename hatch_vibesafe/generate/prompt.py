"""From a spec to what is asked: the rendered template, the beginning of the answer, and their digests."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from urllib.parse import quote

from hatch_vibesafe.gates.verdict import Finding
from hatch_vibesafe.generate.feedback import Feedback
from hatch_vibesafe.generate.granted import granted_text
from hatch_vibesafe.generate.json_answer import IN_JSON, asks_for_json
from hatch_vibesafe.generate.providers.protocol import Message, Request
from hatch_vibesafe.generate.rendering import render
from hatch_vibesafe.generate.strategy import HELPERS, Strategy, sent_with
from hatch_vibesafe.generate.stub import fence_for, stub_source
from hatch_vibesafe.identity import Digest, digest, tagged_digest
from hatch_vibesafe.spec.model import Reference, Spec
from hatch_vibesafe.store.records import Scalar

# Where a model that continues the function runs on: empty lines, another statement at the margin, or the fence's end.
_BEHIND_THE_FUNCTION = ("\n```", "\ndef ", "\n\n\n", "\nprint(", "\nclass ", "\nif __name__", "\nassert ")
_MOST_FINDINGS = 8
_ROUTE = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) != "`")


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is asked.

    Attributes:
        request: The request.
        digest: The digest of its messages, which enters the checkpoint's hash.
        beginning: The beginning of the answer that the request holds; empty where the model begins it.
    """

    request: Request
    digest: Digest
    beginning: str


def build_prompt(
    spec: Spec,
    feedback: Feedback | None,
    *,
    continues: bool,
    sample: int,
    natively: bool = False,
    strategy: Strategy = "first",
    sent: Sequence[tuple[str, Scalar]] | None = None,
) -> Prompt:
    """Return the prompt for a spec. The same arguments give the same prompt; nothing else enters it.

    Args:
        spec: The spec as the model is shown it, which holds its template's content and what is sent.
        feedback: The refused attempt before this one.
        continues: Whether the beginning of an answer is given, to be continued.
        sample: Which of several answers to the same question this is for, from 0. A seed that is sent grows with it.
        natively: Whether whoever is asked continues a begun answer as its own: a small model. It is stopped where its
            code ends, for it seldom stops there, and is asked for its likeliest answer before others are drawn.
        strategy: Which way of asking this is.
        sent: What is sent beside the messages; None for what the spec says.

    Raises:
        VibesafeConfigurationError: if the template cannot be rendered.
    """
    stub = stub_source(spec)
    content = _render(spec, stub, feedback, begun=continues) + granted_text(spec.options.capabilities)
    if spec.settings.lessons:
        content += "".join(["\nKeep to these rules:\n", *(f"- {each.text}\n" for each in spec.settings.lessons)])
    if strategy == "helpers":
        content += f"\n{HELPERS}\n"
    settings = sent or spec.settings.sent
    if asks_for_json(settings):
        content += f"\n{IN_JSON}\n"
    fence = fence_for(stub)
    # Without the last line end: small models stumble over a beginning that ends between two lines.
    beginning = f"{fence}python\n{stub.rstrip()}" if continues else ""
    messages = [Message("user", content)]
    if beginning:
        messages.append(Message("assistant", beginning))
    # Whoever begins an answer of its own nevertheless would stop where its code begins.
    stop = (_BEHIND_THE_FUNCTION if continues else (f"\n{fence}\n",)) if natively else ()
    request = Request(tuple(messages), sent_with(strategy, sample, settings, likeliest=natively), stop)
    return Prompt(request, digest(_messages(request)), beginning)


def request_digest(request: Request, kind: str, sample: int, strategy: Strategy = "first") -> Digest:
    """Return a request's name in the answer cache.

    It covers its messages, what is sent, the kind of provider, the sample, and the strategy: a fresh start repeats the
    words of the first question and is another request all the same.
    """
    told = [] if strategy in {"first", "counterexample"} else [strategy]
    rest = json.dumps([kind, [list(pair) for pair in request.sent], list(request.stop), sample, *told])
    return tagged_digest("vibesafe-request/1", _messages(request), rest.encode())


def _messages(request: Request) -> bytes:
    return json.dumps([asdict(message) for message in request.messages], sort_keys=True).encode()


def _offered(spec: Spec, reference: Reference) -> Reference:
    """Return a definition as a prompt shows it: the class of a method cannot be imported while it is being made."""
    is_own_class = spec.method and (reference.module, reference.name) == (
        spec.unit.module,
        spec.unit.qualname.partition(".")[0],
    )
    return replace(reference, direct=False) if is_own_class else reference


def _render(spec: Spec, stub: str, feedback: Feedback | None, *, begun: bool) -> str:
    references = [_offered(spec, item) for item in spec.references if item.name and item.source.strip()]
    shown = None
    options = [_in_prose(text) for text in (spec.options.method or "", spec.options.path or "", *spec.options.tags)]
    data = [stub, *(reference.source for reference in references)]
    if feedback is not None:
        findings = [_line(finding) for finding in feedback.findings[:_MOST_FINDINGS]]
        shown = {"answer": feedback.answer, "findings": findings}
        data += [feedback.answer, *findings]
    rendered = render(
        spec.settings,
        spec.unit,
        {
            "kind": spec.options.kind,
            "name": spec.unit.name,
            "stub": stub,
            "begun": begun,
            "references": references,
            "feedback": shown,
            "fence": fence_for(*data),
            "method": options[0],
            "path": options[1],
            "tags": tuple(options[2:]),
        },
    )
    return rendered.strip() + "\n"


def _in_prose(text: str) -> str:
    """Return a decorator's option as it may stand outside a fence: in one line, and with nothing that ends a code span.

    What no route can hold is percent-encoded. Source: RFC 3986, section 2.1.
    """
    return quote(text, safe=_ROUTE)


def _line(finding: Finding) -> str:
    place = f"line {finding.line}: " if finding.line else ""
    return f"{finding.gate}: {place}{finding.message}"
