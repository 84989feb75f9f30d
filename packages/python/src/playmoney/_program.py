"""Where the program is."""

import os
import shutil
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from ._errors import ProgramNotFound

NAME = 'playmoney.exe' if sys.platform == 'win32' else 'playmoney'


def find_program() -> str:
    """The path of the program: the one that PLAYMONEY_BIN names, else the one of this package, else the one on PATH.

    Raises ProgramNotFound, which names what was tried.
    """
    named = os.environ.get('PLAYMONEY_BIN')
    if named:
        if is_program(Path(named)):
            return named
        raise ProgramNotFound(f'PLAYMONEY_BIN names {named}, which is not a program that can be run')
    tried = list(dict.fromkeys(of_this_package()))
    for path in tried:
        if is_program(path):
            return str(path)
    on_path = shutil.which('playmoney')
    if on_path:
        return on_path
    places = ''.join(f'\n  {it}' for it in ['PLAYMONEY_BIN (not set)', *tried, 'playmoney on PATH'])
    raise ProgramNotFound(
        f'the program playmoney was not found. Install a wheel that is built for this platform, or set PLAYMONEY_BIN. Tried:{places}'
    )


def of_this_package() -> Iterator[Path]:
    """Where installers put the program of a wheel: in an environment, for one user, and with `pip install --target`."""
    folder = Path(__file__).resolve().parent
    yield Path(sysconfig.get_path('scripts'), NAME)
    yield Path(sysconfig.get_path('scripts', f'{os.name}_user'), NAME)
    yield folder.parent / 'bin' / NAME
    yield folder.parent / 'Scripts' / NAME


def is_program(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)
