"""Print a fingerprint of all that the extension is built from, so that it is rebuilt exactly when that changes."""

import hashlib
import sys
from pathlib import Path

# Whatever stands here is no part of the extension, and its build writes beside its sources.
APART = Path("rust", "tauri-plugin")
NAMES = ("Cargo.toml", "Cargo.lock", "rust-toolchain.toml", "pyproject.toml")


def sources(root: Path) -> list[Path]:
    """Return the build's inputs below `root`, in a fixed order."""
    below = [path for path in (root / "rust").rglob("*") if path.is_file()]
    rust = [path for path in below if not path.is_relative_to(root / APART)]
    return sorted([root / name for name in NAMES if (root / name).exists()] + rust)


def fingerprint(root: Path) -> str:
    """Return the hex digest over names and contents, and over the interpreter that the extension is for."""
    digest = hashlib.sha256(f"{sys.prefix} {sys.version}".encode())
    for path in sources(root):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


if __name__ == "__main__":
    print(fingerprint(Path(sys.argv[1])))  # noqa: T201
