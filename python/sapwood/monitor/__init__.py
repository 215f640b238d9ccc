"""What a run folder tells about its run, read from beside it: how it goes, and whether it is well.

Nothing here needs torch, takes the run's lock, or writes into its folder.
"""

from sapwood.monitor.health import examine
from sapwood.monitor.runs import find_run
from sapwood.monitor.watch import Run, RunWatch

__all__ = ["Run", "RunWatch", "examine", "find_run"]
