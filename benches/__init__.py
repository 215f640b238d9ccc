"""First figures of extraction, training and latency: ratios of medians taken in one run, each with its definition.

Run through `scripts/bench NAME [--json] [--peers]`. Nothing here is imported by the package or by tests of behaviour.
"""
