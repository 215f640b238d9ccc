//! Groups of documents that share nearly all of their terms.

use rustc_hash::FxHashMap;

use crate::error::{Result, SearchError};
use crate::postings::check_terms;

/// Groups documents by similarity: two documents whose sets of terms have a Jaccard index of at least `threshold` are in
/// one group, and so is whatever such pairs connect. Gives, for each document, the smallest document of its group.
/// A document without terms is alone.
///
/// The result is exact. Two sets that are similar enough must share one of the rarest terms of each (prefix filtering,
/// Bayardo, Ma and Srikant, 2007), so only documents that do are compared.
///
/// # Errors
/// [`SearchError::Threshold`] for a threshold outside (0, 1], [`SearchError::UnsortedDocument`], [`SearchError::TooMany`].
pub fn near_duplicates<D: AsRef<[u64]>>(documents: &[D], threshold: f64) -> Result<Vec<u32>> {
    if !(threshold > 0.0 && threshold <= 1.0) {
        return Err(SearchError::Threshold { value: threshold });
    }
    u32::try_from(documents.len()).map_err(|_| SearchError::TooMany { what: "documents" })?;
    for (document, terms) in documents.iter().enumerate() {
        check_terms(terms.as_ref(), SearchError::UnsortedDocument { document })?;
    }
    let mut groups = Groups::new(documents.len());
    let distinct = join_equal(documents, &mut groups);
    join_similar(&by_rarity(documents, &distinct), &distinct, threshold, &mut groups);
    Ok(groups.into_smallest())
}

/// Joins documents with equal sets of terms. Gives the first of each set, by size and then number, without empty ones.
fn join_equal<D: AsRef<[u64]>>(documents: &[D], groups: &mut Groups) -> Vec<u32> {
    let terms_of = |document: u32| documents[document as usize].as_ref().iter();
    let size = |document: u32| documents[document as usize].as_ref().len();
    let mut order: Vec<u32> = (0..documents.len() as u32).filter(|&document| size(document) > 0).collect();
    order.sort_by(|&left, &right| {
        size(left).cmp(&size(right)).then_with(|| terms_of(left).cmp(terms_of(right))).then(left.cmp(&right))
    });
    order.dedup_by(|later, first| {
        let equal = terms_of(*later).eq(terms_of(*first));
        if equal {
            groups.join(*later, *first);
        }
        equal
    });
    order
}

/// Each document's terms as ranks of rarity, ascending: rarest first.
fn by_rarity<D: AsRef<[u64]>>(documents: &[D], chosen: &[u32]) -> Vec<Vec<u32>> {
    let terms_of = |document: &u32| documents[*document as usize].as_ref().iter().copied();
    let mut frequencies: FxHashMap<u64, u32> = FxHashMap::default();
    for term in chosen.iter().flat_map(terms_of) {
        *frequencies.entry(term).or_default() += 1;
    }
    let mut order: Vec<(u32, u64)> = frequencies.into_iter().map(|(term, frequency)| (frequency, term)).collect();
    order.sort_unstable();
    let ranks: FxHashMap<u64, u32> = order.iter().map(|&(_, term)| term).zip(0..).collect();
    let ranked = |document: &u32| {
        let mut terms: Vec<u32> = terms_of(document).filter_map(|term| ranks.get(&term).copied()).collect();
        terms.sort_unstable();
        terms
    };
    chosen.iter().map(ranked).collect()
}

/// Joins all similar pairs of `sets`, which stand in order of size; `names` are their documents.
fn join_similar(sets: &[Vec<u32>], names: &[u32], threshold: f64, groups: &mut Groups) {
    let mut holders: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
    for (current, set) in sets.iter().enumerate() {
        let prefix = &set[..prefix_length(set.len(), threshold)];
        for other in candidates(&mut holders, prefix, sets, threshold * set.len() as f64 - ROUNDING) {
            let (left, right) = (names[current], names[other as usize]);
            if !groups.joined(left, right) && similar(set, &sets[other as usize], threshold) {
                groups.join(left, right);
            }
        }
        for term in prefix {
            holders.entry(*term).or_default().push(current as u32);
        }
    }
}

/// Earlier sets that hold a term of the prefix and are large enough, ascending. Sets come by size, so one that is too
/// small now is too small for all that follow, and is dropped.
fn candidates(holders: &mut FxHashMap<u32, Vec<u32>>, prefix: &[u32], sets: &[Vec<u32>], smallest: f64) -> Vec<u32> {
    let mut found = Vec::new();
    for term in prefix {
        let Some(earlier) = holders.get_mut(term) else { continue };
        let too_small = earlier.partition_point(|&other| (sets[other as usize].len() as f64) < smallest);
        earlier.drain(..too_small);
        found.extend_from_slice(earlier);
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// How many of its rarest terms a set of this size must look at: any set that is similar enough shares at least
/// `threshold · size` of its terms, so it cannot lack more than the rest.
fn prefix_length(size: usize, threshold: f64) -> usize {
    let shared = (threshold * size as f64 - ROUNDING).ceil().max(1.0) as usize;
    size + 1 - shared.min(size)
}

/// Slack for products such as 0.8 · 5 that round above the whole number they stand for.
const ROUNDING: f64 = 1e-9;

/// Whether the Jaccard index of two ascending sets is at least the threshold.
fn similar(left: &[u32], right: &[u32], threshold: f64) -> bool {
    let shared = shared_count(left, right);
    jaccard_reaches(shared, left.len() + right.len() - shared, threshold)
}

fn jaccard_reaches(shared: usize, all: usize, threshold: f64) -> bool {
    shared as f64 + ROUNDING >= threshold * all as f64
}

fn shared_count(left: &[u32], right: &[u32]) -> usize {
    let (mut shared, mut at_left, mut at_right) = (0, 0, 0);
    while at_left < left.len() && at_right < right.len() {
        let (a, b) = (left[at_left], right[at_right]);
        shared += usize::from(a == b);
        at_left += usize::from(a <= b);
        at_right += usize::from(b <= a);
    }
    shared
}

/// Disjoint sets of documents; the root of each is its smallest member.
struct Groups {
    parents: Vec<u32>,
}

impl Groups {
    fn new(count: usize) -> Self {
        Self { parents: (0..count as u32).collect() }
    }

    fn root(&mut self, document: u32) -> u32 {
        let mut at = document as usize;
        while self.parents[at] as usize != at {
            self.parents[at] = self.parents[self.parents[at] as usize];
            at = self.parents[at] as usize;
        }
        at as u32
    }

    fn joined(&mut self, left: u32, right: u32) -> bool {
        self.root(left) == self.root(right)
    }

    fn join(&mut self, left: u32, right: u32) {
        let (left, right) = (self.root(left), self.root(right));
        self.parents[left.max(right) as usize] = left.min(right);
    }

    fn into_smallest(mut self) -> Vec<u32> {
        (0..self.parents.len() as u32).map(|document| self.root(document)).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    type Terms = Vec<u64>;

    /// Sets drawn from few terms, and sets that differ from a long one in a few places.
    fn documents() -> impl Strategy<Value = Vec<Terms>> {
        let few = prop::collection::btree_set(0_u64..8, 0..7);
        let near = prop::collection::btree_set(0_u64..20, 0..5)
            .prop_map(|changed| (0..20).map(|term| if changed.contains(&term) { term + 100 } else { term }).collect());
        let listed = |set: BTreeSet<u64>| set.into_iter().collect();
        prop::collection::vec(prop_oneof![few, near].prop_map(listed), 0..25)
    }

    /// Groups by comparing all pairs, and merging until nothing changes.
    fn all_pairs(documents: &[Terms], tenths: usize) -> Vec<u32> {
        let sets: Vec<BTreeSet<u64>> = documents.iter().map(|terms| terms.iter().copied().collect()).collect();
        let alike = |left: usize, right: usize| {
            let (left, right) = (&sets[left], &sets[right]);
            !left.is_empty() && 10 * left.intersection(right).count() >= tenths * left.union(right).count()
        };
        let mut groups: Vec<u32> = (0..documents.len() as u32).collect();
        loop {
            let before = groups.clone();
            for left in 0..groups.len() {
                for right in (0..groups.len()).filter(|&right| alike(left, right)) {
                    groups[left] = groups[left].min(groups[right]);
                }
            }
            if groups == before {
                return groups;
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]
        #[test]
        fn groups_are_those_of_all_pairs(documents in documents(), tenths in 1_usize..=10) {
            let found = near_duplicates(&documents, tenths as f64 / 10.0).unwrap();
            prop_assert_eq!(found, all_pairs(&documents, tenths));
        }
    }

    #[test]
    fn equal_documents_share_a_group_and_empty_ones_are_alone() {
        let documents = [vec![], vec![1, 2], vec![], vec![1, 2], vec![3]];
        assert_eq!(near_duplicates(&documents, 0.8).unwrap(), [0, 1, 2, 1, 4]);
    }

    #[test]
    fn thresholds_outside_their_range_are_refused() {
        for value in [0.0, -1.0, 1.01, f64::NAN] {
            assert!(matches!(near_duplicates::<Terms>(&[], value), Err(SearchError::Threshold { .. })), "{value}");
        }
        assert!(near_duplicates(&[vec![2, 1]], 0.5).is_err());
    }
}
