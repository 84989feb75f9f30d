"""The wheel, and the types."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from conftest import Installed

HERE = Path(__file__).parent.parent
needs_tomllib = pytest.mark.skipif(sys.version_info < (3, 11), reason='wheel.py needs Python 3.11')


@needs_tomllib
def test_a_wheel_is_complete(wheel: Path) -> None:
    version = re.search(r'^version = "(.*)"', (HERE / '../../Cargo.toml').read_text('utf-8'), re.MULTILINE)
    assert version and wheel.name.startswith(f'playmoney-{version[1]}-py3-none-')
    with zipfile.ZipFile(wheel) as file:
        names = set(file.namelist())
        assert {f'playmoney/{it.name}' for it in (HERE / 'src' / 'playmoney').iterdir() if it.is_file()} <= names
        information = f'playmoney-{version[1]}.dist-info'
        assert {f'{information}/licenses/LICENSE-{it}' for it in ('MIT', 'APACHE')} <= names
        assert b'Permission is hereby granted' in file.read(f'{information}/licenses/LICENSE-MIT')
        assert file.getinfo(f'playmoney-{version[1]}.data/scripts/playmoney').external_attr >> 16 & 0o111
        assert 'Requires-Dist' not in file.read(f'{information}/METADATA').decode().partition('\n\n')[0]


@needs_tomllib
def test_maturin_writes_the_same_metadata(wheel: Path, tmp_path: Path) -> None:
    maturin = shutil.which('maturin', path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get('PATH', '')]))
    if not maturin or not shutil.which('cargo'):
        pytest.skip('maturin or cargo is not installed')
    command = [maturin, 'pep517', 'write-dist-info', '--metadata-directory', tmp_path, '--interpreter', sys.executable]
    subprocess.run(command, check=True, capture_output=True, cwd=HERE, env={**os.environ, 'CARGO_NET_OFFLINE': 'true'})
    (information,) = tmp_path.iterdir()
    with zipfile.ZipFile(wheel) as file:
        for name in ('METADATA', 'entry_points.txt', 'licenses/LICENSE-MIT', 'licenses/LICENSE-APACHE'):
            ours, theirs = file.read(f'{information.name}/{name}').decode(), (information / name).read_text('utf-8')
            assert ours.replace(' = ', '=') == theirs.replace(' = ', '='), name


@needs_tomllib
def test_what_is_installed_works_without_variables(installed: Installed, tmp_path: Path) -> None:
    (tmp_path / 'test_it.py').write_text("def test_it(playmoney):\n    assert playmoney.advance('31m')['now'] == '2026-01-01T00:31:00Z'\n")
    done = installed.run('-m', 'pytest', '-q', '-p', 'no:cacheprovider', 'test_it.py', folder=tmp_path)
    assert done.returncode == 0 and '1 passed' in done.stdout, done
    done = installed.run('-m', 'playmoney', '--version', folder=tmp_path)
    assert done.stdout.startswith('playmoney '), done
    where = 'import playmoney, sys; print(sys.prefix); print(playmoney.__file__); print(playmoney.find_program())'
    prefix, *places = installed.run('-c', where, folder=tmp_path).stdout.splitlines()
    assert len(places) == 2 and all(it.startswith(prefix) for it in places), places


@pytest.mark.parametrize('checker', [['mypy'], ['pyright', '--pythonpath', sys.executable]], ids=['mypy', 'pyright'])
def test_types(checker: list[str]) -> None:
    program = shutil.which(checker[0], path=str(Path(sys.executable).parent))
    if not program:
        pytest.skip(f'{checker[0]} is not installed')
    done = subprocess.run([program, *checker[1:]], cwd=HERE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
