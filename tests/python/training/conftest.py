"""A small code base of real shape, indexed once a test session."""

import pytest

from sapwood import _core
from sapwood.config import load_config

TEMPLATE = '''
import json
import os
{rare}


class {title}:
    """Keeps {noun} records."""

    def __init__(self, path):
        self.path = path
        self.items = []

    def load_{noun}(self, limit):
        """Load the records of a file up to a limit."""
        found = []
        for index, line in enumerate(open(self.path)):
            if index == {number}:
                continue
            found.append(json.loads(line))
        return found[:limit]

    def save_records(self, target):
        """Save all records to a target path."""
        name = os.path.join(target, "{noun}.json")
        with open(name, "w") as file:
            for position, item in enumerate(self.items):
                file.write(json.dumps([position + {number}, item]))
        return name


def count_{noun}(values, minimum):
    """Count the values above a minimum."""
    total = 0
    for value in values:
        if value > minimum:
            total = total + value * {number}
    return total


def merge_sorted(left, right):
    """Merge two sorted lists into one."""
    merged = []
    while left and right:
        {choice}
    return merged + left + right
'''
CHOICES = [
    "merged.append(left.pop(0) if left[0] < right[0] else right.pop(0))",
    "source = left if left[0] <= right[0] else right\n        merged.append(source.pop(0))",
    "if right[0] < left[0]:\n            left, right = right, left\n        merged.append(left.pop(0))",
]
NOUNS = ["apple", "river", "stone", "cloud", "paper", "metal", "green", "light", "sound", "table", "water", "wheel"]
SMALL = [
    "threads=1",
    "backend=kernels",
    "data.min_lines=3",
    "data.max_mutants=20",
    "evaluation.before_publishing=false",
    "data.duplicate_threshold=1.0",
    "graphsage.model.hidden=16",
    "graphsage.model.output=8",
    "graphsage.epochs=2",
    "graphsage.batch_size=8",
    "graphsage.budget_seconds=0",
    "tree_lstm.model.vocabulary=512",
    "tree_lstm.model.embedding=8",
    "tree_lstm.model.hidden=16",
    "tree_lstm.model.output=16",
    "tree_lstm.epochs=2",
    "tree_lstm.batch_size=8",
    "tree_lstm.budget_seconds=0",
]


@pytest.fixture(scope="session")
def sources(tmp_path_factory):
    """Twelve packages of one module each, with independent implementations of the same things."""
    root = tmp_path_factory.mktemp("sources")
    for number, noun in enumerate(NOUNS):
        package = root / noun
        package.mkdir()
        choice = CHOICES[number % len(CHOICES)]
        # Each of these is imported by three packages, so that the imports head has more to name than it may.
        rare = "\n".join(f"import {NOUNS[(number + step) % len(NOUNS)]}_tools" for step in range(3))
        text = TEMPLATE.format(title=noun.title(), noun=noun, number=number + 2, choice=choice, rare=rare)
        (package / "__init__.py").write_text("")
        (package / "records.py").write_text(text)
    return root


@pytest.fixture
def engine(sources, tmp_path):
    """An indexed workspace of its own over the shared sources."""
    made = _core.Engine.create(str(sources), str(tmp_path / "workspace"))
    made.index()
    return made


@pytest.fixture(scope="session")
def config():
    """Settings for runs of a second."""
    return load_config(None, SMALL)


@pytest.fixture(scope="session")
def small():
    """The same settings as words of a command."""
    return SMALL
