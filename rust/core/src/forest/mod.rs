//! Functions as hash-consed trees, in levels.
