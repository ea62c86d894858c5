"""`python -m hatch_vibesafe`: the command line where the interpreter is known and its programs are not on the path."""

from hatch_vibesafe.cli import main

if __name__ == "__main__":
    main()
