"""Asking a provider for a stub, and again with what was wrong with it, a bounded number of times."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from hatch_vibesafe.generate.draft_rounds import conversations_over, end_conversation
from hatch_vibesafe.generate.draft_telling import Record, Telling, asking_alone
from hatch_vibesafe.generate.extract import extract
from hatch_vibesafe.generate.json_answer import without_json
from hatch_vibesafe.generate.prompt import request_digest
from hatch_vibesafe.generate.providers.protocol import Message, Request
from hatch_vibesafe.generate.rendering import render_text
from hatch_vibesafe.generate.strategy import sent_with
from hatch_vibesafe.generate.stub import fence_for
from hatch_vibesafe.identity import Digest, UnitId
from hatch_vibesafe.project import Project, template_files
from hatch_vibesafe.provider_config import ProviderConfig

TEMPLATE = "draft.j2"
_MOST_TRIES = 3
_MOST_QUESTIONS = 10
_LONGEST_QUESTION = 300
_QUESTION = re.compile(r"\s*(?:[-*]|\d+[.)])\s+(\S.*\?)\s*")

Stub = TypeVar("Stub")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be drafted.

    Attributes:
        text: What it is to do, in the user's words.
        module: The module that it is for.
        name: How it has to be called; empty where the draft decides.
        modules: What it may import.
    """

    text: str
    module: str
    name: str
    modules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drafted(Generic[Stub]):
    """What came of it.

    Attributes:
        stub: The stub; None where none was drafted.
        faults: Why the last answer was refused.
        questions: What that answer asks.
        question: The name of the conversation's first question.
        number: Which conversation about it this is, from 0.
    """

    stub: Stub | None
    faults: tuple[str, ...]
    questions: tuple[str, ...]
    question: Digest
    number: int


def draft(
    project: Project,
    provider: ProviderConfig,
    wanted: Wanted,
    read: Callable[[str], Stub | tuple[str, ...]],
    *,
    template: str = TEMPLATE,
    unit: UnitId | None = None,
    record: Record | None = None,
) -> Drafted[Stub]:
    """Return what a provider drafts; what is refused is asked for again with the reasons.

    A conversation that ended without a stub, or that was set aside, is not begun again: the next one has other seeds.

    Args:
        project: Whose template and budget hold.
        provider: Who is asked.
        wanted: What for.
        read: Returns the stub that a Python text holds, or every reason why it is none.
        template: The prompt's template.
        unit: On whose budget it is asked; one that is called as the draft has to be, where there is none yet.
        record: Is told every request and what came of it.

    Raises:
        VibesafeConfigurationError: if the template cannot be rendered.
        VibesafeError: if the provider brings no answer, or a budget is spent.
    """
    unit = unit or UnitId(wanted.module, wanted.name or "draft")
    messages: tuple[Message, ...] = (Message("user", _prompt(project, wanted, template, unit)),)
    settings = without_json(provider.sent)  # beside the stub there are questions
    question = request_digest(Request(messages, settings), provider.kind, 0)
    number = conversations_over(project, question)
    sent = sent_with("first", number, settings)
    telling = Telling(unit, provider, record)
    refused: Drafted[Stub] | None = None
    with telling, asking_alone(project, record) as asking:
        for attempt in range(min(provider.attempts, _MOST_TRIES)):
            request = Request(messages, sent)
            name = request_digest(request, provider.kind, number * _MOST_TRIES + attempt)
            answer = telling.answer(asking, request, name)
            found = read(extract(answer.text, wanted.name or ""))
            questions = tuple(_questions(answer.text))
            if not isinstance(found, tuple):
                telling.passed(name)
                return Drafted(found, (), questions, question, number)
            telling.refused(name, found)
            refused = Drafted(None, found, questions, question, number)
            messages = (*messages, Message("assistant", answer.text), Message("user", _again(found)))
    if refused is None:
        raise ValueError("a provider has at least one attempt")
    set_aside(project, refused)
    return refused


def set_aside(project: Project, drafted: Drafted[Stub]) -> None:
    """Remember that nobody wants a draft: the same question is asked anew."""
    end_conversation(project, drafted.question, drafted.number)


def _prompt(project: Project, wanted: Wanted, template: str, unit: UnitId) -> str:
    texts = tuple((file.name, file.text) for file in template_files(project, template))
    variables = {
        "wanted": wanted.text,
        "module": wanted.module,
        "name": wanted.name,
        "modules": wanted.modules,
        "fence": fence_for(wanted.text),
    }
    return render_text(template, texts, unit, variables)


def _again(faults: tuple[str, ...]) -> str:
    listed = "\n".join(f"- {fault}" for fault in faults)
    return f"This draft is refused:\n{listed}\nAnswer with the corrected stub in one fenced Python block."


def _questions(answer: str) -> Iterator[str]:
    """Yield what an answer asks beside its code, in printable characters."""
    beside = re.sub(r"^(`{3,}|~{3,}).*?^\1[`~]*\s*$", "", answer, flags=re.MULTILINE | re.DOTALL)
    found = filter(None, (_QUESTION.fullmatch(line) for line in beside.splitlines()))
    for _, matched in zip(range(_MOST_QUESTIONS), found, strict=False):
        text = matched[1][:_LONGEST_QUESTION]
        yield "".join(character if character.isprintable() else " " for character in text)
