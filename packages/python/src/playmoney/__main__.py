"""`python -m playmoney` runs the program."""

import os
import subprocess
import sys

from ._errors import ProgramNotFound
from ._program import find_program


def main() -> int:
    try:
        program = find_program()
    except ProgramNotFound as why:
        print(f'playmoney: {why}', file=sys.stderr)
        return 3
    command = [program, *sys.argv[1:]]
    if sys.platform == 'win32':
        # On Windows, `exec` would return to the shell at once.
        return subprocess.call(command)
    os.execv(program, command)


if __name__ == '__main__':
    sys.exit(main())
