//! The sampled neighbourhood of some seeds.

use rustc_hash::FxHashMap;

use super::draw::{draw, key};
use super::{Csr, InputGraph, RELATIONS};
use crate::error::{CoreError, Result};

/// What a stack of layers needs to compute its seeds.
///
/// Layer `l` of `L` (1-based) computes the first `hop_ends[L - l]` nodes from the first `hop_ends[L - l + 1]`, so no
/// layer computes a node that nothing asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbourhood {
    /// Nodes of the input graph: the seeds in their order, then what each further hop adds.
    pub nodes: Vec<u32>,
    /// How many nodes there are after 0, 1, … hops: one entry more than there are fan-outs.
    pub hop_ends: Vec<u32>,
    /// For each relation a row for every node but those that only the last hop added; entries are positions in `nodes`.
    pub relations: [Csr; RELATIONS],
}

/// Draws a neighbourhood: in hop `h` at most `fanouts[h]` senders a relation for each node that the hop before added
/// (0 = none, [`u32::MAX`] = all), without replacement. A node's draw depends only on `seed`, the node and the relation.
///
/// # Errors
/// [`CoreError::Inconsistent`] when a seed is not a node of the graph or is given twice.
pub fn sample(graph: &InputGraph, seeds: &[u32], fanouts: &[u32], seed: u64) -> Result<Neighbourhood> {
    let mut sampling = Sampling::start(graph, seeds, seed)?;
    let mut hop_start = 0;
    for fanout in fanouts {
        let hop_end = sampling.nodes.len();
        for position in hop_start..hop_end {
            sampling.expand(position, *fanout);
        }
        hop_start = hop_end;
        sampling.hop_ends.push(sampling.nodes.len() as u32);
    }
    Ok(Neighbourhood { nodes: sampling.nodes, hop_ends: sampling.hop_ends, relations: sampling.relations })
}

struct Sampling<'graph> {
    graph: &'graph InputGraph,
    seed: u64,
    nodes: Vec<u32>,
    positions: FxHashMap<u32, u32>,
    hop_ends: Vec<u32>,
    relations: [Csr; RELATIONS],
    chosen: Vec<u32>,
}

impl<'graph> Sampling<'graph> {
    fn start(graph: &'graph InputGraph, seeds: &[u32], seed: u64) -> Result<Self> {
        Ok(Self {
            graph,
            seed,
            nodes: seeds.to_vec(),
            positions: seed_positions(graph, seeds)?,
            hop_ends: vec![seeds.len() as u32],
            relations: Default::default(),
            chosen: Vec::new(),
        })
    }

    fn expand(&mut self, position: usize, fanout: u32) {
        let node = self.nodes[position];
        for relation in 0..RELATIONS {
            let senders = self.graph.relations[relation].row(node);
            draw(senders.len() as u32, fanout, key(self.seed, node, relation), &mut self.chosen);
            for chosen in &self.chosen {
                let sender = senders[*chosen as usize];
                let nodes = &mut self.nodes;
                let place = *self.positions.entry(sender).or_insert_with(|| {
                    nodes.push(sender);
                    nodes.len() as u32 - 1
                });
                self.relations[relation].indices.push(place);
            }
            self.relations[relation].end_row();
        }
    }
}

fn seed_positions(graph: &InputGraph, seeds: &[u32]) -> Result<FxHashMap<u32, u32>> {
    let mut positions = FxHashMap::default();
    for (position, seed) in seeds.iter().enumerate() {
        if *seed as usize >= graph.node_count() {
            let what = format!("seed {seed} is not one of the graph's {} nodes; give node numbers", graph.node_count());
            return Err(CoreError::Inconsistent { what });
        }
        if positions.insert(*seed, position as u32).is_some() {
            return Err(CoreError::Inconsistent { what: format!("seed {seed} is given twice; give each once") });
        }
    }
    Ok(positions)
}
