"""Asking a provider for a stub, and again with what was wrong with it, a bounded number of times."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from hatch_vibesafe.generate.asking import Asking
from hatch_vibesafe.generate.extract import extract
from hatch_vibesafe.generate.inquiry import Inquiry
from hatch_vibesafe.generate.prompt import request_digest
from hatch_vibesafe.generate.providers.protocol import Message, Request
from hatch_vibesafe.generate.stub import fence_for
from hatch_vibesafe.identity import UnitId
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
    """What came of it: the stub, or why the last answer was refused; and what that answer asks."""

    stub: Stub | None
    faults: tuple[str, ...]
    questions: tuple[str, ...]


def draft(
    project: Project,
    provider: ProviderConfig,
    wanted: Wanted,
    read: Callable[[str], Stub | tuple[str, ...]],
    template: str = TEMPLATE,
) -> Drafted[Stub]:
    """Return what a provider drafts; what is refused is asked for again with the reasons.

    Args:
        project: Whose template and budget hold.
        provider: Who is asked.
        wanted: What for.
        read: Returns the stub that a Python text holds, or every reason why it is none.
        template: The prompt's template.

    Raises:
        VibesafeError: if the provider brings no answer, or a budget is spent.
    """
    messages: tuple[Message, ...] = (Message("user", _prompt(project, wanted, template)),)
    unit = UnitId(wanted.module, wanted.name or "draft")
    asking = Asking(project, 1)
    try:
        gateway = asking.provider(provider)
        for attempt in range(min(provider.attempts, _MOST_TRIES)):
            request = Request(messages, provider.sent)
            name = request_digest(request, provider.kind, attempt)
            answer = asking.recorded(name)
            if answer is None:
                answer = asking.ask(gateway, Inquiry(unit, request, name, lambda _: None)).result()
            found = read(extract(answer.text, wanted.name or ""))
            questions = tuple(_questions(answer.text))
            if not isinstance(found, tuple):
                return Drafted(found, (), questions)
            refused: Drafted[Stub] = Drafted(None, found, questions)
            messages = (*messages, Message("assistant", answer.text), Message("user", _again(found)))
    finally:
        asking.close(wait=False)
    return refused


def _prompt(project: Project, wanted: Wanted, template: str) -> str:
    environment = SandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True
    )
    return environment.from_string(template_files(project, template)[0].text).render(
        wanted=wanted.text,
        module=wanted.module,
        name=wanted.name,
        modules=wanted.modules,
        fence=fence_for(wanted.text),
    )


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
