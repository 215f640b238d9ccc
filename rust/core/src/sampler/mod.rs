//! Seeded neighbourhoods of an adjacency, each hop with just the nodes it needs.
