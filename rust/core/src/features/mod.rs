//! Feature schema v1: one sparse row of 978 columns a graph node.
