"""The demo keeps to itself: its own folder for each code base, and nothing removed that it did not make."""

from __future__ import annotations

import sysconfig
from pathlib import Path

import pytest

from sapwood.demo.corpus import LIBRARY_EXCLUDES, choose
from sapwood.errors import BadInputError


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "sapwood" / "demo"


def test_the_default_is_the_standard_library_without_tests(cache: Path) -> None:
    corpus = choose(None, None, quick=False)
    assert corpus.path == Path(sysconfig.get_path("stdlib"))
    assert corpus.excludes == LIBRARY_EXCLUDES
    assert corpus.workspace.parent == cache
    assert corpus.workspace.is_dir()


def test_each_code_base_and_round_has_a_workspace_of_its_own(cache: Path, tmp_path: Path) -> None:
    places = []
    for name in ("one/src", "two/src"):
        folder = tmp_path / name
        folder.mkdir(parents=True)
        places += [choose(folder, None, quick=quick).workspace for quick in (False, True)]
    assert len(set(places)) == 4
    assert all(place.parent == cache for place in places)


def test_a_given_workspace_is_taken(tmp_path: Path) -> None:
    assert choose(tmp_path, tmp_path / "place", quick=True).workspace == tmp_path / "place"


@pytest.mark.usefixtures("cache")
def test_a_relative_cache_folder_is_ignored_as_the_standard_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert choose(tmp_path, None, quick=False).workspace.is_relative_to(tmp_path / "home")


def test_starting_afresh_removes_the_workspace_alone(tmp_path: Path) -> None:
    made = tmp_path / ".sapwood"
    made.mkdir()
    (made / "workspace.json").write_text("{}")
    (tmp_path / "mine.txt").write_text("keep")
    corpus = choose(tmp_path, tmp_path, quick=False)
    corpus.start_afresh()
    corpus.start_afresh()
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_what_is_no_workspace_is_not_removed(tmp_path: Path) -> None:
    (tmp_path / ".sapwood").mkdir()
    (tmp_path / ".sapwood" / "precious.txt").write_text("keep")
    with pytest.raises(BadInputError, match="does not look like a workspace"):
        choose(tmp_path, tmp_path, quick=False).start_afresh()
    assert (tmp_path / ".sapwood" / "precious.txt").read_text() == "keep"


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir()
    (real / "workspace.json").write_text("{}")
    place = tmp_path / "place"
    place.mkdir()
    (place / ".sapwood").symlink_to(real)
    with pytest.raises(BadInputError, match="does not look like a workspace"):
        choose(tmp_path, place, quick=False).start_afresh()
    assert (real / "workspace.json").exists()
