"""Places in the containment tree: distances are those of a tree, siblings those of one file or class."""

import numpy as np
import pytest

from sapwood import _core
from sapwood.data.containment import Places, places_of, siblings, tree_distances

SOURCES = {
    "app/shapes/box.py": "class Box:\n    def area(self):\n        return 1\n    def edge(self):\n        return 2\n",
    "app/shapes/disc.py": "def area():\n    def inner():\n        return 3\n    return inner\n",
    "app/run.py": "def main():\n    return 4\n",
    "tool.py": "def main():\n    return 5\n",
}
EDGES = {
    ("app.shapes.box.Box.area", "app.shapes.box.Box.edge"): 2,  # one class
    ("app.shapes.box.Box.area", "app.shapes.disc.area"): 5,  # class, file, folder, file
    ("app.shapes.disc.area", "app.shapes.disc.area.inner"): 1,
    ("app.shapes.disc.area", "app.run.main"): 5,
    ("app.run.main", "tool.main"): 5,  # nothing is shared but the project
}


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    """Positions of the functions by name, and their places."""
    root = tmp_path_factory.mktemp("containment")
    for name, text in SOURCES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    index, _ = _core.index_path(str(root))
    names = [index.node_names[node] for node in index.functions.tolist()]
    return {name: position for position, name in enumerate(names)}, places_of(index, index.functions)


@pytest.mark.parametrize(("pair", "edges"), EDGES.items())
def test_distances_count_edges_up_and_down(known, pair, edges):
    positions, places = known
    first, second = (places.take(np.array([positions[name]])) for name in pair)
    assert tree_distances(first, second).item() == edges


def test_distances_are_a_metric_of_a_tree(known):
    _, places = known
    distances = tree_distances(places, places)
    assert (distances == distances.T).all()
    assert (np.flatnonzero(distances == 0) == np.flatnonzero(np.eye(len(distances)))).all()
    assert (distances[:, None, :] <= distances[:, :, None] + distances[None, :, :]).all()


def test_siblings_are_of_one_file_or_class(known):
    positions, places = known
    related = siblings(places, places)
    files = [name.rsplit(".", 1)[0].removesuffix(".Box").removesuffix(".area") for name in positions]
    expected = np.array([[one == other for other in files] for one in files])
    assert (related == expected).all()


def test_a_class_reaches_over_files():
    places = Places(np.array([[1, 7, 3], [2, 7, 4]]), files=np.array([1, 2]), holders=np.array([7, 7]))
    assert siblings(places, places).all()


def test_functions_at_the_top_of_no_folder_have_only_the_project_in_common():
    places = Places(np.array([[1, 3], [2, 4]]), files=np.array([1, 2]), holders=np.array([1, 2]))
    assert [list(row) for row in tree_distances(places, places)] == [[0, 4], [4, 0]]
