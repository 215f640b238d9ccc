"""Figures of an index as text, for pages and terminals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sapwood.formats import count, counted, figure, size

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAMED: Final = 20


def index_rows(index: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """List the figures of an index report, each a label and what stands beside it."""
    anew = ["unchanged, so the stored index was kept"] if index["unchanged"] else _read_anew(index)
    return [
        ("files", [count(index["files"]), *anew]),
        ("languages", _by_language(index["languages"])),
        ("source", _source(index)),
        ("nodes", _by_kind(index["nodes"])),
        ("edges", _by_kind(index["edges"])),
        ("functions", [count(index["functions"])]),
        ("subtrees", [f"{count(index['distinct_subtrees'])} distinct of {count(index['total_subtrees'])}"]),
        ("left out", _files(len(index["skipped"]))),
        ("syntax errors", _files(len(index["syntax_errors"]))),
    ]


def _read_anew(index: Mapping[str, Any]) -> list[str]:
    """How many files were read, where it was not all."""
    few = index["files_read"] < index["files"]
    return [f"{count(index['files_read'])} read anew, the others as they were"] if few else []


def _source(index: Mapping[str, Any]) -> list[str]:
    """The bytes and the time, and the rate where all of them were read anew."""
    taken = f"{size(index['bytes'])} in {figure(index['seconds'])} s"
    is_rate = index["files_read"] == index["files"]
    return [taken, f"{size(1e6 * index['megabytes_per_second'])}/s"] if is_rate else [taken]


def _by_kind(counts: Mapping[str, int]) -> list[str]:
    """The sum, then each kind that occurs, the most frequent first."""
    ordered = sorted(counts.items(), key=lambda entry: -entry[1])
    return [f"{count(sum(counts.values()))} in all", *(counted(kind, many) for kind, many in ordered if many)]


def _by_language(counts: Mapping[str, int]) -> list[str]:
    """Files of each language, the most frequent first."""
    return [f"{name} {count(many)}" for name, many in sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))]


def _files(number: int) -> list[str]:
    return [f"{count(number)} file{'' if number == 1 else 's'}"] if number else ["none"]


def skipped_lines(index: Mapping[str, Any]) -> list[str]:
    """Name the files that were left out with the reason, 20 at most, and how many more there are."""
    every = [f"left out {entry['path']}: {entry['reason']}" for entry in index["skipped"]]
    every += [
        f"{entry['path']}: has syntax errors from line {entry['line']} on, read as far as it goes"
        for entry in index["syntax_errors"]
    ]
    more = len(every) - _NAMED
    return [*every[:_NAMED], f"and {count(more)} more; sapwood index --json names all"] if more > 0 else every
