COW = r"""
    \   ^__^
     \  (oo)
        (__)"""


def cowsay(message: str) -> str:
    width = len(message) + 2
    return f" {'_' * width}\n< {message} >\n {'-' * width}{COW}"
