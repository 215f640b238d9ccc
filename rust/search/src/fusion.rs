//! Several rankings as one.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::ranking::Scored;

/// Damps the lead of first ranks (Cormack, Clarke and Büttcher, 2009).
const CONSTANT: f64 = 60.0;

/// A way of finding documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Leg {
    /// Shared syntax subtrees, see [`crate::StructureIndex`].
    Structure,
    /// Learned vectors, see [`crate::scan`].
    Vectors,
    /// Shared words, see [`crate::WordIndex`].
    Words,
}

impl Leg {
    /// Stable name of the leg.
    pub fn name(self) -> &'static str {
        match self {
            Self::Structure => "structure",
            Self::Vectors => "vectors",
            Self::Words => "words",
        }
    }
}

/// A document of a fused ranking.
#[derive(Debug, Clone, PartialEq)]
pub struct Fused {
    /// Number of the document.
    pub document: u32,
    /// Sum of `1 / (60 + rank)` over the rankings that hold the document.
    pub score: f64,
    /// Which legs found it, and at which rank from 1 on, in order of legs.
    pub legs: Vec<(Leg, u32)>,
}

/// Fuses rankings (best first) by reciprocal rank and keeps the best `k`, ties by document number. The order in which
/// the rankings are given does not matter. A leg may be given more than once, say for two models; a document that one
/// ranking lists twice counts at its better rank.
pub fn fuse(rankings: &[(Leg, &[Scored])], k: usize) -> Vec<Fused> {
    let mut found: BTreeMap<u32, Vec<(Leg, u32)>> = BTreeMap::new();
    for &(leg, ranking) in rankings {
        for (document, rank) in best_ranks(ranking) {
            found.entry(document).or_default().push((leg, rank));
        }
    }
    let mut fused: Vec<Fused> = found.into_iter().map(|(document, legs)| fuse_one(document, legs)).collect();
    fused.sort_by(|left, right| right.score.total_cmp(&left.score).then(left.document.cmp(&right.document)));
    fused.truncate(k);
    fused
}

fn best_ranks(ranking: &[Scored]) -> BTreeMap<u32, u32> {
    let mut ranks = BTreeMap::new();
    for (scored, rank) in ranking.iter().zip(1..) {
        ranks.entry(scored.document).or_insert(rank);
    }
    ranks
}

/// Sums from the worst rank to the best, so that rounding does not depend on which leg found the document where.
fn fuse_one(document: u32, mut legs: Vec<(Leg, u32)>) -> Fused {
    legs.sort_by_key(|&(_, rank)| Reverse(rank));
    let score = legs.iter().map(|&(_, rank)| 1.0 / (CONSTANT + f64::from(rank))).sum();
    legs.sort_unstable();
    Fused { document, score, legs }
}
