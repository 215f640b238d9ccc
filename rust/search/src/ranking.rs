//! The best `k` of many scored documents, and which documents may be ranked at all.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

/// A document and its score; higher is better.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    /// Number of the document, in the order it was given.
    pub document: u32,
    /// Its score. What it means is up to the index that gave it.
    pub score: f32,
}

/// Decides which documents may appear in a ranking. Any `Fn(u32) -> bool` is one.
pub trait Filter {
    /// Whether the document may appear.
    fn keeps(&self, document: u32) -> bool;
}

impl<F: Fn(u32) -> bool> Filter for F {
    fn keeps(&self, document: u32) -> bool {
        self(document)
    }
}

/// The filter that keeps every document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Everything;

impl Filter for Everything {
    fn keeps(&self, _: u32) -> bool {
        true
    }
}

/// Better is greater: by score, then by smaller document number.
#[derive(Debug, Clone, Copy)]
struct Candidate(Scored);

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.score.total_cmp(&other.0.score).then(other.0.document.cmp(&self.0.document))
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Candidate {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Candidate {}

/// Keeps the best `k` of what is offered, in O(log k) an offer.
#[derive(Debug)]
pub(crate) struct TopK {
    limit: usize,
    kept: BinaryHeap<Reverse<Candidate>>,
}

impl TopK {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, kept: BinaryHeap::new() }
    }

    /// Offers a document. A score that is not a number is never kept.
    pub(crate) fn offer(&mut self, document: u32, score: f32) {
        if score.is_nan() || self.limit == 0 {
            return;
        }
        // The total order puts -0.0 below 0.0, but the two are a tie.
        let candidate = Candidate(Scored { document, score: score + 0.0 });
        if self.kept.len() < self.limit {
            self.kept.push(Reverse(candidate));
        } else if let Some(mut worst) = self.kept.peek_mut()
            && candidate > worst.0
        {
            *worst = Reverse(candidate);
        }
    }

    /// What was kept, best first.
    pub(crate) fn into_ranking(self) -> Vec<Scored> {
        self.kept.into_sorted_vec().into_iter().map(|Reverse(Candidate(scored))| scored).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn keeps_what_a_full_sort_puts_first(levels in prop::collection::vec(0_u8..6, 0..60), limit in 0_usize..70) {
            let mut top = TopK::new(limit);
            for (document, &level) in levels.iter().enumerate() {
                top.offer(document as u32, f32::from(level));
            }
            let mut expected: Vec<(u8, u32)> = levels.iter().zip(0..).map(|(&level, document)| (level, document)).collect();
            expected.sort_by_key(|&(level, document)| (Reverse(level), document));
            expected.truncate(limit);
            let found: Vec<(u8, u32)> =
                top.into_ranking().iter().map(|scored| (scored.score as u8, scored.document)).collect();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn what_is_not_a_number_is_never_ranked() {
        let mut top = TopK::new(2);
        top.offer(0, f32::NAN);
        top.offer(1, -1.0);
        assert_eq!(top.into_ranking(), [Scored { document: 1, score: -1.0 }]);
    }
}
