//! The project graph: what a code base contains, and what refers to what.
