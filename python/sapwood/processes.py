"""What the system tells about processes and memory: bytes that one holds, whether it lives, how much is free."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_CONTROL_GROUP = Path("/sys/fs/cgroup")


@dataclass(frozen=True, slots=True)
class Memory:
    """Main memory of a process, in bytes; None where the system does not tell."""

    resident: int | None = None
    """Held now."""
    peak: int | None = None
    """The most that was ever held."""


def own_memory() -> Memory:
    """Memory of this process, read in some ten microseconds."""
    if _PROC.is_dir():
        return _from_status(os.getpid())
    try:
        from resource import RUSAGE_SELF, getrusage
    except ImportError:  # Windows
        return Memory()
    return Memory(peak=getrusage(RUSAGE_SELF).ru_maxrss)  # bytes on macOS


def memory_of(pid: int) -> Memory:
    """Memory of any process; nothing is known of one that is gone."""
    return _from_status(pid) if _PROC.is_dir() else _from_ps(pid)


def is_alive(pid: int, since: float) -> bool:
    """Whether the process `pid` that lived at `since` (seconds of the epoch) still does.

    A number is given to another process once its own is gone: one that started later is another.
    """
    if not _exists(pid):
        return False
    started = _started(pid)
    # The clock of processes ticks in hundredths, and a file system may round times to two seconds.
    return started is None or started <= since + 2.0


def available_memory() -> int | None:
    """Bytes that may still be taken without swapping, within the limit of a container; None where unknown."""
    free = _fields(_PROC / "meminfo").get("MemAvailable")
    limit, used = (_number(_CONTROL_GROUP / name) for name in ("memory.max", "memory.current"))
    if limit is None or used is None:
        return free
    # Cached files count as used there, but give way.
    reclaimable = _statistic(_CONTROL_GROUP / "memory.stat", "inactive_file")
    within = max(0, limit - used + reclaimable)
    return within if free is None else min(free, within)


def _exists(pid: int) -> bool:
    if os.name == "nt":
        listed = _output("tasklist", "/nh", "/fi", f"PID eq {pid}")
        return str(pid) in listed.split()
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    return _text(_PROC / str(pid) / "stat").rpartition(")")[2].split()[:1] == ["Z"]


def _started(pid: int) -> float | None:
    """Seconds of the epoch at which a process started, None where the system does not tell."""
    fields = _text(_PROC / str(pid) / "stat").rpartition(")")[2].split()
    boot = [line.split()[1] for line in _text(_PROC / "stat").splitlines() if line.startswith("btime ")]
    if len(fields) < 20 or not boot:
        return None
    return float(boot[0]) + int(fields[19]) / os.sysconf("SC_CLK_TCK")


def _from_status(pid: int) -> Memory:
    fields = _fields(_PROC / str(pid) / "status")
    return Memory(fields.get("VmRSS"), fields.get("VmHWM"))


def _from_ps(pid: int) -> Memory:
    held = _output("ps", "-o", "rss=", "-p", str(pid)).strip()
    return Memory(1024 * int(held)) if held.isdigit() else Memory()


def _fields(path: Path) -> dict[str, int]:
    """Bytes by name, of lines such as `VmRSS: 12 kB`."""
    lines = (line.split() for line in _text(path).splitlines() if line.endswith(" kB"))
    return {words[0].rstrip(":"): 1024 * int(words[1]) for words in lines}


def _statistic(path: Path, name: str) -> int:
    return next((int(line.split()[1]) for line in _text(path).splitlines() if line.startswith(f"{name} ")), 0)


def _number(path: Path) -> int | None:
    text = _text(path).strip()
    return int(text) if text.isdigit() else None


def _text(path: Path) -> str:
    """The text of a file of the kernel, empty where there is none."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _output(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=5)  # noqa: S603 fixed words
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout
