//! Several rankings as one.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::ranking::Scored;

/// Damps the lead of first ranks (Cormack, Clarke and Büttcher, 2009).
const CONSTANT: f64 = 60.0;

/// A way of finding documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Leg {
    /// Shared features of the canonical form, see [`crate::StructureIndex`].
    Structure,
    /// Learned vectors, see [`crate::scan_where`].
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ranking(documents: &[u32]) -> Vec<Scored> {
        documents.iter().map(|&document| Scored { document, score: 1.0 }).collect()
    }

    fn rankings() -> impl Strategy<Value = Vec<(Leg, Vec<Scored>)>> {
        let leg = prop::sample::select(vec![Leg::Structure, Leg::Vectors, Leg::Words]);
        prop::collection::vec((leg, prop::collection::vec(0_u32..8, 0..8).prop_map(|list| ranking(&list))), 0..5)
    }

    fn borrowed(rankings: &[(Leg, Vec<Scored>)]) -> Vec<(Leg, &[Scored])> {
        rankings.iter().map(|(leg, ranking)| (*leg, ranking.as_slice())).collect()
    }

    proptest! {
        #[test]
        fn the_order_of_the_rankings_does_not_matter(rankings in rankings()) {
            let forward = borrowed(&rankings);
            let backward: Vec<_> = forward.iter().rev().copied().collect();
            prop_assert_eq!(fuse(&forward, 20), fuse(&backward, 20));
        }

        #[test]
        fn what_is_first_everywhere_is_first(rankings in rankings(), winner in 0_u32..8) {
            let led: Vec<(Leg, Vec<Scored>)> =
                rankings.into_iter().map(|(leg, rest)| (leg, [ranking(&[winner]), rest].concat())).collect();
            prop_assert_eq!(fuse(&borrowed(&led), 1).first().map(|fused| fused.document), led.first().map(|_| winner));
        }

        #[test]
        fn fewer_are_a_prefix_of_more(rankings in rankings(), k in 0_usize..10) {
            let all = fuse(&borrowed(&rankings), usize::MAX);
            prop_assert_eq!(fuse(&borrowed(&rankings), k), &all[..k.min(all.len())]);
        }
    }

    #[test]
    fn scores_are_sums_of_reciprocal_ranks_and_legs_are_kept() {
        let (structure, words) = (ranking(&[7, 3]), ranking(&[3, 5, 3]));
        let fused = fuse(&[(Leg::Words, &words), (Leg::Structure, &structure)], 10);
        let expected = [
            Fused { document: 3, score: 1.0 / 62.0 + 1.0 / 61.0, legs: vec![(Leg::Structure, 2), (Leg::Words, 1)] },
            Fused { document: 7, score: 1.0 / 61.0, legs: vec![(Leg::Structure, 1)] },
            Fused { document: 5, score: 1.0 / 62.0, legs: vec![(Leg::Words, 2)] },
        ];
        assert_eq!(fused, expected);
    }

    #[test]
    fn legs_have_distinct_names() {
        assert_eq!([Leg::Structure, Leg::Vectors, Leg::Words].map(Leg::name), ["structure", "vectors", "words"]);
    }
}
