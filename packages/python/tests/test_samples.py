"""The sample shops, each with two workers, and the examples of the README."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import playmoney as package

from conftest import Installed

HERE = Path(__file__).parent.parent
GLUE_LINES_MAX = 5


@pytest.mark.skipif(sys.version_info < (3, 11), reason='wheel.py needs Python 3.11')
@pytest.mark.parametrize('shop', ['flask_shop', 'fastapi_shop'])
def test_a_sample_shop_passes_with_what_is_installed(shop: str, tmp_path: Path, installed: Installed) -> None:
    folder = HERE / 'samples' / shop
    for path in folder.iterdir():
        if path.is_file():
            (tmp_path / path.name).write_bytes(path.read_bytes())
    done = installed.run('-m', 'pytest', '-n', '2', '-q', '-p', 'no:cacheprovider', folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r'^1\d passed in ', done.stdout.splitlines()[-1])
    glue = [it for it in (folder / 'pytest.ini').read_text('utf-8').splitlines() if it.strip()]
    assert len(glue) <= GLUE_LINES_MAX
    readme = (HERE / 'samples' / 'README.md').read_text('utf-8')
    assert re.search(rf'\({shop}\) .*\| {len(glue)} \|', readme), 'the table counts the lines of glue'
    assert {it.name for it in folder.iterdir() if it.is_file()} == {'shop.py', 'test_shop.py', 'pytest.ini'}, 'these files are all'


def blocks(kind: str) -> list[str]:
    return re.findall(rf'^```{kind}\n(.*?)^```', (HERE / 'README.md').read_text('utf-8'), re.MULTILINE | re.DOTALL)


SHOP = '''
import flask_shop

class Application:
    def __init__(self):
        self.flask = flask_shop.create_app()
        self.shop = self.flask.config['SHOP']
        self.orders = self.shop.orders

    def sell(self, order, price):
        self.shop.sell(order, price)
        return {'id': self.shop.invoices[order]}

    def __call__(self, *request):
        return self.flask(*request)

create_app = Application
'''


def test_the_example_of_a_test(pytester: pytest.Pytester, run) -> None:
    (settings,) = blocks('ini')
    (pytester.path / 'pytest.ini').write_text(settings)
    flask_shop = (HERE / 'samples' / 'flask_shop' / 'shop.py').read_text('utf-8')
    run(shop=SHOP, flask_shop=flask_shop, test_it=blocks('python')[0]).assert_outcomes(passed=1)


def test_the_example_of_a_sandbox() -> None:
    _, example = blocks('python')
    subprocess.run([sys.executable, '-c', example], check=True)


def test_the_readme_names_every_verb_and_setting() -> None:
    readme = (HERE / 'README.md').read_text('utf-8')
    verbs = {name for name in vars(package.Sandbox) if not name.startswith('_')}
    assert verbs - set(re.findall(r'`(\w+)[`(]', readme)) == {'when_deleted'}
    plugin = Path(package.__file__).with_name('pytest_plugin.py').read_text('utf-8')
    assert set(re.findall(r"addini\('(\w+)'", plugin)) == set(re.findall(r'^\| `(playmoney_\w+)`', readme, re.MULTILINE))


def test_the_readme_names_every_word_of_a_rule() -> None:
    schema = json.loads(subprocess.run([package.find_program(), 'schema'], check=True, capture_output=True, text=True).stdout)
    rule = schema['$defs']['rule']['properties']
    for readme in (HERE / 'README.md', HERE.parent / 'node' / 'README.md'):
        text = readme.read_text('utf-8')
        for part in ('then', 'when'):
            told = {it for row in re.findall(rf'^\| `{part}`.*', text, re.MULTILINE) for it in re.findall(r'`(\w+)`', row)} - {part}
            assert told == set(rule[part]['properties']), (readme, part)
