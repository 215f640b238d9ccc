"""The packages that each part needs, and how to get those that are missing."""

from __future__ import annotations

from importlib import metadata, util

from sapwood.errors import MissingDependencyError

TRAINING = {
    "torch": "torch",
    "torch_geometric": "torch-geometric",
    "networkx": "networkx",
    "safetensors": "safetensors",
    "sklearn": "scikit-learn",
    "scipy": "scipy",
    "tensorboard": "tensorboard",
    "torchmetrics": "torchmetrics",
    "matplotlib": "matplotlib",
}
"""Import name and distribution of what of the extra `train` training needs."""

DATA_SETS = {"datasets": "datasets"}
"""The same of what keeps examples on the disk and reads data sets; training works without."""

INSTALL_TRAINING = "run scripts/quickstart in a clone of sapwood"
"""What brings all of these, and what indexing and search need."""


def missing(*modules: str) -> list[str]:
    """Distributions of these modules of the extra `train`, of all without any, that are not installed; imports none."""
    known = TRAINING | DATA_SETS
    return [known[module] for module in modules or TRAINING if util.find_spec(module) is None]


def require_training() -> None:
    """Returns if training and the models' answers can work.

    Raises:
        MissingDependencyError: Something of the extra `train` is not installed.
    """
    require(*TRAINING)


def require(*modules: str) -> None:
    """Returns if these modules of the extra `train` are installed; imports none of them.

    Raises:
        MissingDependencyError: One of them is not.
    """
    if absent := missing(*modules):
        message = (
            f"this needs {', '.join(absent)} of the extra `train`, not installed here; "
            f"{INSTALL_TRAINING}, which installs all"
        )
        raise MissingDependencyError(message)


def version_of(package: str) -> str | None:
    """Installed version of a distribution, None where there is none."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
