//! Measures the neighbour sampler on a graph that comes in on standard input.
//!
//! `cargo run --release -p sapwood --example sampler_bench -- BATCH FANOUT... < GRAPH`
//!
//! The graph is little-endian 32-bit numbers: how many nodes, how many edges, where each node's senders start (one more
//! than there are nodes), the senders. Every node is a seed once a pass, in batches of `BATCH`; a figure is the median of
//! the passes. A pass ends with what Python gets: node numbers and rows widened to 64 bits.

use std::error::Error;
use std::io::{Read as _, Write as _};
use std::time::Instant;

use sapwood_core::features::SparseRows;
use sapwood_core::sampler::{Csr, InputGraph, sample};
use serde_json::json;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const SAMPLES: usize = 5;

fn main() -> Outcome<()> {
    let numbers: Vec<u32> =
        std::env::args().skip(1).map(|argument| argument.parse()).collect::<Result<_, _>>().map_err(Box::new)?;
    let (batch, fanouts) =
        numbers.split_first().ok_or("give the batch and the fan-outs: sampler_bench BATCH FANOUT...")?;
    let graph = read_graph()?;
    let mut rates = Vec::new();
    let mut nodes = 0;
    for pass in 0..=SAMPLES as u64 {
        let start = Instant::now();
        nodes = pass_over(&graph, *batch, fanouts, pass)?;
        // The first pass warms the caches.
        if pass > 0 {
            rates.push(graph.node_count() as f64 / start.elapsed().as_secs_f64());
        }
    }
    let mut sorted = rates.clone();
    sorted.sort_by(f64::total_cmp);
    let batches = graph.node_count().div_ceil(*batch as usize);
    let figures = json!({
        "seeds_per_second": sorted[SAMPLES / 2],
        "nodes_a_batch": nodes as f64 / batches as f64,
        "all_seeds_per_second": rates,
    });
    writeln!(std::io::stdout(), "{figures}")?;
    Ok(())
}

fn read_graph() -> Outcome<InputGraph> {
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes)?;
    let numbers: Vec<u32> = bytes.as_chunks().0.iter().map(|chunk| u32::from_le_bytes(*chunk)).collect();
    let [nodes, edges, rest @ ..] = numbers.as_slice() else { return Err("the graph is cut off".into()) };
    if rest.len() != (*nodes + 1 + *edges) as usize {
        return Err("the graph has not as many numbers as it says".into());
    }
    let (indptr, indices) = rest.split_at(*nodes as usize + 1);
    let empty = Csr { indptr: vec![0; *nodes as usize + 1], indices: Vec::new() };
    let mut relations = std::array::from_fn(|_| empty.clone());
    relations[0] = Csr { indptr: indptr.to_vec(), indices: indices.to_vec() };
    Ok(InputGraph { rows: SparseRows { indptr: empty.indptr, ..SparseRows::default() }, relations })
}

/// Draws the neighbourhood of every batch; how many nodes those have in all.
fn pass_over(graph: &InputGraph, batch: u32, fanouts: &[u32], seed: u64) -> Outcome<usize> {
    let seeds: Vec<u32> = (0..graph.node_count() as u32).collect();
    let mut nodes = 0;
    for seeds in seeds.chunks(batch as usize) {
        let drawn = sample(graph, seeds, fanouts, seed)?;
        let widened = |numbers: &[u32]| numbers.iter().map(|number| i64::from(*number)).collect::<Vec<_>>();
        let rows =
            [&drawn.nodes, &drawn.relations[0].indptr, &drawn.relations[0].indices].map(|column| widened(column));
        nodes += rows[0].len();
        std::hint::black_box(rows);
    }
    Ok(nodes)
}
