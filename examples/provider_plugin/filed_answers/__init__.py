"""A provider that answers from a directory: for the function `total` it gives the text of `total.md`."""

import re
from pathlib import Path

from hatch_vibesafe.provider_api import Answer, Failure, Problem, ProviderConfig, Request, RequestFailedError


class FiledAnswers:
    """Answers from files. `options.directory` says where they are."""

    kind = "files"
    continues = False

    def __init__(self, config: ProviderConfig) -> None:
        self._config = config
        self._directory = Path(str(dict(config.options).get("directory", "answers")))

    def ask(self, request: Request) -> Answer:
        """Return the text of the function's file.

        Raises:
            RequestFailedError: if there is none.
        """
        prompt = request.messages[-1].content
        found = re.search(r"the Python function `(\w+)`", prompt)
        file = self._directory / f"{found[1] if found else 'unnamed'}.md"
        try:
            text = file.read_text(encoding="utf-8")
        except OSError as error:
            failure = Failure(f"{file} cannot be read: {error.strerror}", f"write {file}")
            problem = Problem(f"[provider.{self._config.name}]", failure.what, failure.remedy)
            raise RequestFailedError(problem, failure=failure) from None
        return Answer(text, self._config.model, input_tokens=len(prompt) // 4, output_tokens=len(text) // 4)
