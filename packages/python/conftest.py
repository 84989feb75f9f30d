"""The tests use the package from its source folder, unless it is installed."""

import os
import sys
from importlib.metadata import entry_points
from pathlib import Path

SOURCE = str(Path(__file__).parent / 'src')
INSTALLED = any(it.value == 'playmoney.pytest_plugin' for it in entry_points(group='pytest11'))

pytest_plugins = ['pytester']
if not INSTALLED:
    sys.path.insert(0, SOURCE)
    pytest_plugins.append('playmoney.pytest_plugin')
    os.environ['PYTHONPATH'] = os.pathsep.join([SOURCE, *filter(None, [os.environ.get('PYTHONPATH')])])

# Each shop is a project of its own; tests/test_samples.py runs them.
collect_ignore = ['samples']
