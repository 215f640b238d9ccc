"""Splits keep packages whole, are seeded, and step into folders that hold everything."""

from collections import Counter

import pytest

from sapwood.data.split import SPLITS, TEST, TRAIN, VALIDATION, packages_of, split_packages

SIZES = {f"package{number}": 5 + 7 * number % 40 for number in range(40)}
FUNCTIONS = [name for name, size in SIZES.items() for _ in range(size)]


def split(seed=0, functions=FUNCTIONS):
    return split_packages(functions, validation_fraction=0.1, test_fraction=0.2, seed=seed)


@pytest.mark.parametrize("seed", range(5))
def test_shares_are_near_what_was_asked_for(seed):
    splits = split(seed)
    counts = Counter(splits[name] for name in FUNCTIONS)
    assert counts[TEST] / len(FUNCTIONS) == pytest.approx(0.2, abs=0.05)
    assert counts[VALIDATION] / len(FUNCTIONS) == pytest.approx(0.1, abs=0.05)


def test_same_seed_same_split_whatever_the_order_of_functions():
    assert split() == split(functions=FUNCTIONS[::-1])
    assert split(1) != split(2)


def test_few_packages_fill_every_split_and_fewer_only_train():
    assert set(split(functions=["a", "b", "b", "c", "c", "c"]).values()) == set(SPLITS)
    assert set(split(functions=["a", "b"]).values()) == {TRAIN}


@pytest.mark.parametrize(
    ("paths", "packages"),
    [
        (["os.py", "json/__init__.py", "json/decoder.py", "re.py"], ["os", "json", "json", "re"]),
        (["src/a/x.py", "src/b/y.py", "src/c.py", "src/c/z.py"], ["src/a", "src/b", "src/c", "src/c"]),
        (["only/x.py", "only/y.py", "only/deep/z.py"], ["only/x", "only/y", "only/deep"]),
        (["x.py", "y.py"], ["x", "y"]),
        ([], []),
    ],
)
def test_package_is_the_first_folder_that_tells_files_apart(paths, packages):
    assert packages_of(paths) == packages
