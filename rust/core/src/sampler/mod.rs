//! Seeded neighbourhoods of an adjacency, each hop with just the nodes it needs.
//!
//! [`input_graph`] takes from the project graph what a model may see; [`sample`] takes from that the neighbourhood of
//! some seeds; [`place`] puts a text where a file of the project is. What is drawn for a node depends on the seed, the node
//! and the relation, never on the rest of the batch.

mod csr;
mod draw;
mod input;
mod neighbourhood;
mod placed;

pub use csr::Csr;
pub use input::{InputGraph, RELATION_NAMES, RELATIONS, input_graph};
pub use neighbourhood::{Neighbourhood, sample};
pub use placed::{PlacedText, place};

#[cfg(test)]
mod tests;
