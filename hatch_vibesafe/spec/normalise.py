"""Text that means the same, spelled in one way."""


def normalise_newlines(text: str) -> str:
    r"""Return `text` with `\n` for every line ending."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def normalise_docstring(text: str) -> str:
    """Return a docstring without its indentation, trailing white space and blank first and last lines.

    This is what PEP 257 describes; written here because `inspect.cleandoc` differs between Pythons. White space is
    spaces and tabs only.
    """
    lines = [line.rstrip(" ") for line in normalise_newlines(text).expandtabs().split("\n")]
    margin = min((len(line) - len(line.lstrip(" ")) for line in lines[1:] if line), default=0)
    lines = [lines[0].lstrip(" "), *(line[margin:] for line in lines[1:])]
    while lines and not lines[0]:
        del lines[0]
    while lines and not lines[-1]:
        del lines[-1]
    return "\n".join(lines)
