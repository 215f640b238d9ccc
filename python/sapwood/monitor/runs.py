"""Which run is meant."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sapwood.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Iterable

CONFIG, METRICS, HISTORY = "config.yaml", "metrics.jsonl", "history.json"
LOCK, HOLDER = "lock", "holder.json"
"""Files of a run folder, as `sapwood.training.run_folder` writes them."""


def find_run(runs: Path, wanted: str | None) -> Path:
    """The run folder that is meant; of several the one that was written to last.

    Args:
        runs: The folder of all runs of a workspace, with `experiment/model/name` below it.
        wanted: A run folder, a folder of runs, or the last parts of a run's path below `runs` without its end:
            its name, a model, or an experiment. None for any.

    Raises:
        BadInputError: There is no such run.
    """
    if wanted is not None and Path(wanted).is_dir():
        runs, name = Path(wanted), None
    else:
        name = wanted
    found = [run for run in _below(runs) if name is None or _is_named(run.relative_to(runs), name)]
    if found:
        return max(found, key=_written)
    what = "no run" if name is None else f"no run `{name}`"
    message = f"there is {what} in {runs}; start one, such as `sapwood train tree-lstm`, or give the path of its folder"
    raise BadInputError(message)


def _below(folder: Path) -> Iterable[Path]:
    """The folder itself where it is a run, else those up to three levels below it."""
    if (folder / CONFIG).is_file():
        return [folder]
    return [config.parent for depth in range(1, 4) for config in folder.glob("*/" * depth + CONFIG)]


def _is_named(run: Path, name: str) -> bool:
    """Whether the parts of `name` follow each other among those of the run's path."""
    parts, wanted = run.parts, Path(name).parts
    return any(parts[start : start + len(wanted)] == wanted for start in range(len(parts)))


def _written(run: Path) -> tuple[int, str]:
    times = [file.stat().st_mtime_ns for file in (run / METRICS, run / LOCK, run / CONFIG) if file.exists()]
    return max(times), run.name
