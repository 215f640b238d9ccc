"""Numbers as people read them."""

import pytest

from sapwood.formats import size
from sapwood.report.figures import index_rows


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0, "0 bytes"), (84, "84 bytes"), (16_200, "16.2 kB"), (1_500_000, "1.50 MB"), (4_000_000_000, "4.00 GB")],
)
def test_sizes_have_the_unit_that_keeps_them_readable(number, shown):
    assert size(number) == shown


def test_a_rate_stands_only_where_all_files_were_read(indexed):
    import sapwood

    engine = sapwood.open(indexed)
    first, again = engine.core.index_report(), engine.index()
    assert again["unchanged"]
    assert again["seconds"] != first["seconds"], "the time is that of this run"
    source = [dict(index_rows(report))["source"] for report in (first, again)]
    assert [len(parts) for parts in source] == [2, 1]
    assert source[0][1].endswith("B/s")
