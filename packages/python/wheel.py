"""Makes a wheel from a program that is built already: `python wheel.py target/release/playmoney --out dist`.

maturin builds the same wheel, but compiles the program for it. Where the program is compiled anyway (by a release that compiles for
six targets, by a test that has it already), this saves the second build. Needs Python 3.11, and nothing else.
"""

import argparse
import base64
import hashlib
import re
import stat
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
# The same files make the same bytes.
DATE = (2026, 1, 1, 0, 0, 0)


def read_toml(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = tomllib.loads(path.read_text('utf-8'))
    return content


def metadata(project: dict[str, Any], version: str) -> str:
    lines: list[str] = [
        'Metadata-Version: 2.4',
        f'Name: {project["name"]}',
        f'Version: {version}',
        *(f'Classifier: {it}' for it in project['classifiers']),
        *(f'License-File: {it}' for it in project['license-files']),
        f'Summary: {project["description"]}',
        f'Keywords: {",".join(project["keywords"])}',
        f'License-Expression: {project["license"]}',
        f'Requires-Python: {project["requires-python"]}',
        'Description-Content-Type: text/markdown; charset=UTF-8; variant=GFM',
    ]
    readme: str = (HERE / project['readme']).read_text('utf-8')
    return '\n'.join(lines) + '\n\n' + readme + '\n'


def entry_points(project: dict[str, Any]) -> str:
    groups: dict[str, dict[str, str]] = project['entry-points']
    return '\n'.join(f'[{group}]\n' + ''.join(f'{name}={it}\n' for name, it in names.items()) for group, names in groups.items())


def contents(program: Path, platform: str) -> tuple[str, dict[str, tuple[bytes, int]]]:
    """The name of the wheel, and its files by their names, each with its mode."""
    project = read_toml(HERE / 'pyproject.toml')['project']
    version = read_toml(HERE / '../../Cargo.toml')['package']['version']
    stem = f'{project["name"]}-{version}'
    files = {it.relative_to(HERE / 'src').as_posix(): it.read_bytes() for it in sorted((HERE / 'src').rglob('*')) if is_ours(it)}
    information = f'{stem}.dist-info'
    files[f'{information}/METADATA'] = metadata(project, version).encode()
    files[f'{information}/WHEEL'] = wheel_file(platform).encode()
    files[f'{information}/entry_points.txt'] = entry_points(project).encode()
    for name in project['license-files']:
        files[f'{information}/licenses/{name}'] = (HERE / name).read_bytes()
    modes = {name: (content, 0o644) for name, content in files.items()}
    modes[f'{stem}.data/scripts/{"playmoney.exe" if program.suffix == ".exe" else "playmoney"}'] = (program.read_bytes(), 0o755)
    rows = [f'{name},sha256={digest(content)},{len(content)}' for name, (content, _) in modes.items()]
    record = f'{information}/RECORD'
    modes[record] = ('\n'.join([*rows, f'{record},,']) + '\n').encode(), 0o644
    return f'{stem}-py3-none-{platform}.whl', modes


def is_ours(path: Path) -> bool:
    return path.is_file() and '__pycache__' not in path.parts


def wheel_file(platform: str) -> str:
    tags = ''.join(f'Tag: py3-none-{it}\n' for it in platform.split('.'))
    return f'Wheel-Version: 1.0\nGenerator: playmoney wheel.py\nRoot-Is-Purelib: false\n{tags}'


def digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b'=').decode()


def write(program: Path, out: Path, platform: str) -> Path:
    name, files = contents(program, platform)
    out.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(out / name, 'w', zipfile.ZIP_DEFLATED, compresslevel=6) as wheel:
        for path, (content, mode) in files.items():
            entry = zipfile.ZipInfo(path, DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (stat.S_IFREG | mode) << 16
            wheel.writestr(entry, content)
    return out / name


def main() -> None:
    this_machine = re.sub('[-.]', '_', sysconfig.get_platform())
    parser = argparse.ArgumentParser(description='Makes a wheel from a program that is built already.')
    parser.add_argument('program', type=Path)
    parser.add_argument('--out', type=Path, default=Path('dist'))
    parser.add_argument(
        '--platform',
        default=this_machine,
        help=f'for which machines; default: {this_machine}. A static program for Linux: manylinux2014_x86_64.musllinux_1_1_x86_64',
    )
    options = parser.parse_args()
    if not options.program.is_file():
        sys.exit(f'wheel.py: {options.program} is not a file: build the program first, or name it')
    print(write(options.program, options.out, options.platform))


if __name__ == '__main__':
    main()
