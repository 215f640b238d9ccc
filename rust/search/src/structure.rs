//! Documents ranked by the terms that they share with a query.
//!
//! A term is a hash, here of a feature of code's canonical form. With `idf = 1 + ln((1 + n) / (1 + df))` for `n` documents
//! of which `df` hold it (the smoothed form of Salton and Buckley, 1988), a term weighs `idf · 2^b / 4`, where `b` are its
//! two lowest bits, which tell how much a feature of its kind says; a term that no document holds has the greatest idf. With vectors of these weights, the score of document `d` for query `q` is
//!
//! ```text
//! q · d / (|q|^1.6 |d|^0.4)
//! ```
//!
//! which is 1 for the query itself and below for all else. It is a cosine that spares long documents: what stands between
//! the parts that match is held against them, but less than in full (a pivoted norm, Singhal et al., 1996).

use sapwood_core::names::mix;

use crate::error::{Result, SearchError};
use crate::postings::{Columns, Postings, check_terms};
use crate::ranking::{Everything, Filter, Scored, TopK};

/// Dimensions of [`StructureIndex::hashed_vector`].
pub const HASHED_DIMENSIONS: usize = 4096;

/// The power of its length by which a document's score is divided; the query's is what is left of 2.
const DOCUMENT_POWER: f64 = 0.4;

/// An index of documents that are sets of terms.
#[derive(Debug, Clone)]
pub struct StructureIndex {
    postings: Postings,
    weights: Vec<f32>,
    /// One over the length of each document to the power by which it counts; zero for a document without terms.
    scales: Vec<f32>,
}

/// A term of a query that some document holds.
struct QueryTerm {
    position: usize,
    weight: f32,
}

impl StructureIndex {
    /// Indexes documents; their numbers are their positions. Terms must be strictly ascending.
    ///
    /// # Errors
    /// [`SearchError::UnsortedDocument`], [`SearchError::TooMany`].
    pub fn build<D: AsRef<[u64]>>(documents: &[D]) -> Result<Self> {
        Ok(Self::from_postings(Postings::build(documents)?))
    }

    /// Restores an index from stored columns.
    ///
    /// # Errors
    /// [`SearchError::Damaged`] for columns that no index gave.
    pub fn from_columns(columns: Columns) -> Result<Self> {
        Ok(Self::from_postings(Postings::from_columns(columns)?))
    }

    /// The columns to store.
    pub fn to_columns(&self) -> Columns {
        self.postings.columns().clone()
    }

    /// The documents that were indexed.
    pub fn documents(&self) -> Vec<Vec<u64>> {
        self.postings.documents(|term, _| term)
    }

    fn from_postings(postings: Postings) -> Self {
        let documents = postings.document_count();
        let terms = postings.columns().terms.iter().enumerate();
        let weight = |(position, term)| term_weight(term, documents, postings.document_frequency(position));
        let weights: Vec<f32> = terms.map(|(position, term)| weight((position, *term))).collect();
        let scales = scales(&postings, &weights);
        Self { postings, weights, scales }
    }

    /// Number of documents.
    pub fn len(&self) -> usize {
        self.postings.document_count()
    }

    /// Whether there is no document.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The `k` documents most like the query, best first, ties by document number. Scores are in (0, 1]; a document that
    /// shares no term with the query is not listed.
    ///
    /// # Errors
    /// [`SearchError::UnsortedQuery`].
    pub fn query(&self, terms: &[u64], k: usize) -> Result<Vec<Scored>> {
        self.query_where(terms, k, &Everything)
    }

    /// As [`Self::query`], among the documents that a filter keeps.
    ///
    /// # Errors
    /// As [`Self::query`].
    pub fn query_where(&self, terms: &[u64], k: usize, filter: &impl Filter) -> Result<Vec<Scored>> {
        check_terms(terms, SearchError::UnsortedQuery)?;
        let mut scores = vec![0.0_f32; self.len()];
        for term in self.known_terms(terms) {
            for document in self.postings.holders(term.position) {
                scores[*document as usize] += term.weight;
            }
        }
        let mut top = TopK::new(k);
        for (document, (score, scale)) in (0..).zip(scores.iter().zip(&self.scales)) {
            if *score > 0.0 && filter.keeps(document) {
                top.offer(document, (score * scale).min(1.0));
            }
        }
        Ok(top.into_ranking())
    }

    /// Terms as a dense vector of [`HASHED_DIMENSIONS`]: each term adds its weight, with a sign, to one dimension that
    /// its hash chooses (Weinberger et al., 2009), and the whole is L2-normalised. All zeros without terms.
    ///
    /// # Errors
    /// As [`Self::query`].
    pub fn hashed_vector(&self, terms: &[u64]) -> Result<Vec<f32>> {
        check_terms(terms, SearchError::UnsortedQuery)?;
        let mut vector = vec![0.0_f32; HASHED_DIMENSIONS];
        for &term in terms {
            let hash = mix(0, term);
            let sign = if hash >> 63 == 0 { 1.0 } else { -1.0 };
            vector[hash as usize % HASHED_DIMENSIONS] += sign * self.weight(term);
        }
        normalise(&mut vector);
        Ok(vector)
    }

    /// The terms that a document shares with the query, each with its part of the score, the largest first.
    pub fn matched(&self, terms: &[u64], document: u32) -> Vec<(u64, f32)> {
        let is_held = |position: &usize| self.postings.place(*position, document).is_some();
        let known = self.known_terms(terms).into_iter().filter(|term| is_held(&term.position));
        let scale = self.scales[document as usize];
        let part = |term: QueryTerm| (self.postings.columns().terms[term.position], term.weight * scale);
        let mut matched: Vec<(u64, f32)> = known.map(part).collect();
        matched.sort_by(|left, right| right.1.total_cmp(&left.1).then(left.0.cmp(&right.0)));
        matched
    }

    fn weight(&self, term: u64) -> f32 {
        let unseen = || term_weight(term, self.len(), 0);
        self.postings.position(term).map_or_else(unseen, |position| self.weights[position])
    }

    /// The query's terms that the index holds, in order, each with what it adds to a document. Unknown terms count for
    /// the length: a query of which little is known scores low.
    fn known_terms(&self, terms: &[u64]) -> Vec<QueryTerm> {
        let squares = terms.iter().map(|&term| f64::from(self.weight(term)).powi(2));
        let scale = length_scale(squares.sum(), 2.0 - DOCUMENT_POWER);
        let known = terms.iter().filter_map(|&term| self.postings.position(term));
        known.map(|position| QueryTerm { position, weight: self.weights[position].powi(2) * scale }).collect()
    }
}

/// The idf of a term times what its kind weighs.
fn term_weight(term: u64, documents: usize, frequency: usize) -> f32 {
    let idf = 1.0 + libm::log((1.0 + documents as f64) / (1.0 + frequency as f64));
    (idf * [0.25, 0.5, 1.0, 2.0][term as usize % 4]) as f32
}

/// What divides by a length, given as its square, to a power. `libm` gives the same bits on every machine.
fn length_scale(square: f64, power: f64) -> f32 {
    if square > 0.0 { libm::pow(square, -power / 2.0) as f32 } else { 0.0 }
}

fn scales(postings: &Postings, weights: &[f32]) -> Vec<f32> {
    let mut squares = vec![0.0_f64; postings.document_count()];
    for (position, &weight) in weights.iter().enumerate() {
        for document in postings.holders(position) {
            squares[*document as usize] += f64::from(weight).powi(2);
        }
    }
    squares.into_iter().map(|square| length_scale(square, DOCUMENT_POWER)).collect()
}

fn normalise(vector: &mut [f32]) {
    let norm = vector.iter().map(|&value| f64::from(value).powi(2)).sum::<f64>().sqrt() as f32;
    if norm > 0.0 {
        for value in vector {
            *value /= norm;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    type Terms = Vec<u64>;

    fn terms() -> impl Strategy<Value = Terms> {
        prop::collection::btree_set(0_u64..12, 0..8).prop_map(|terms| terms.into_iter().collect())
    }

    fn documents() -> impl Strategy<Value = Vec<Terms>> {
        prop::collection::vec(terms(), 0..20)
    }

    /// Dot products of the query with all documents and the lengths of both, by the definition.
    fn products(documents: &[Terms], query: &Terms) -> Vec<(f64, f64, f64)> {
        let n = documents.len() as f64;
        let holders = |term: u64| documents.iter().filter(|terms| terms.contains(&term)).count() as f64;
        let weigh = |terms: &Terms| -> BTreeMap<u64, f64> {
            let times = |term: u64| f64::powi(2.0, (term % 4) as i32 - 2);
            let weight = |term| times(term) * (1.0 + ((1.0 + n) / (1.0 + holders(term))).ln());
            terms.iter().map(|&term| (term, weight(term))).collect()
        };
        let length = |weights: &BTreeMap<u64, f64>| weights.values().map(|weight| weight * weight).sum::<f64>().sqrt();
        let of_query = weigh(query);
        let product = |terms: &Terms| {
            let of_document = weigh(terms);
            let dot = of_query.iter().map(|(term, weight)| weight * of_document.get(term).unwrap_or(&0.0)).sum();
            (dot, length(&of_query), length(&of_document))
        };
        documents.iter().map(product).collect()
    }

    fn scores(documents: &[Terms], query: &Terms) -> Vec<f64> {
        let score = |(dot, query, document): (f64, f64, f64)| dot / (query.powf(1.6) * document.powf(0.4));
        products(documents, query)
            .into_iter()
            .map(|product| if product.0 > 0.0 { score(product) } else { 0.0 })
            .collect()
    }

    proptest! {
        #[test]
        fn a_query_ranks_by_score(documents in documents(), query in terms(), k in 0_usize..25) {
            let index = StructureIndex::build(&documents).unwrap();
            let expected = scores(&documents, &query);
            let found = index.query(&query, k).unwrap();
            let matching = expected.iter().filter(|&&score| score > 0.0).count();
            prop_assert_eq!(found.len(), matching.min(k));
            let mut best = expected.clone();
            best.sort_by(|left, right| right.total_cmp(left));
            for (hit, best) in found.iter().zip(&best) {
                prop_assert!((f64::from(hit.score) - expected[hit.document as usize]).abs() < 1e-5);
                prop_assert!((f64::from(hit.score) - best).abs() < 1e-5);
                let parts: f32 = index.matched(&query, hit.document).iter().map(|(_, part)| part).sum();
                prop_assert!((hit.score - parts).abs() < 1e-5);
            }
            let ordered = |left: &Scored, right: &Scored| {
                right.score.total_cmp(&left.score).then(left.document.cmp(&right.document)).is_lt()
            };
            prop_assert!(found.is_sorted_by(ordered));
        }

        #[test]
        fn stored_columns_give_the_same_index(documents in documents(), query in terms()) {
            let index = StructureIndex::build(&documents).unwrap();
            let restored = StructureIndex::from_columns(index.to_columns()).unwrap();
            prop_assert_eq!(restored.query(&query, 30).unwrap(), index.query(&query, 30).unwrap());
            prop_assert_eq!(restored.hashed_vector(&query).unwrap(), index.hashed_vector(&query).unwrap());
        }

        #[test]
        fn a_filter_is_the_full_ranking_without_what_it_drops(documents in documents(), query in terms(), k in 0_usize..6) {
            let index = StructureIndex::build(&documents).unwrap();
            let odd = |document: u32| document % 2 == 1;
            let mut expected = index.query(&query, usize::MAX).unwrap();
            expected.retain(|hit| odd(hit.document));
            expected.truncate(k);
            prop_assert_eq!(index.query_where(&query, k, &odd).unwrap(), expected);
        }

        #[test]
        fn hashed_vectors_have_unit_length_and_keep_cosines(documents in documents(), query in terms()) {
            let index = StructureIndex::build(&documents).unwrap();
            let vector = index.hashed_vector(&query).unwrap();
            let norm: f32 = vector.iter().map(|value| value * value).sum();
            prop_assert_eq!(vector.len(), HASHED_DIMENSIONS);
            let expected = if query.is_empty() { 0.0 } else { 1.0 };
            prop_assert!((norm - expected).abs() < 1e-5);
            // Twelve terms that fall into twelve dimensions: the hashing loses nothing.
            for (document, (dot, length, other_length)) in documents.iter().zip(products(&documents, &query)) {
                let cosine = if dot > 0.0 { dot / length / other_length } else { 0.0 };
                let other = index.hashed_vector(document).unwrap();
                let product: f64 = vector.iter().zip(&other).map(|(a, b)| f64::from(a * b)).sum();
                prop_assert!((product - cosine).abs() < 1e-5, "{product} is not {cosine}");
            }
        }
    }

    #[test]
    fn a_document_is_most_like_itself_and_unknown_terms_lower_the_score() {
        let index = StructureIndex::build(&[vec![1, 2], vec![2, 3], vec![9]]).unwrap();
        let itself = index.query(&[1, 2], 3).unwrap();
        assert_eq!(itself.iter().map(|hit| hit.document).collect::<Vec<_>>(), [0, 1]);
        assert!((itself[0].score - 1.0).abs() < 1e-6);
        let strange = index.query(&[1, 2, 778], 1).unwrap();
        assert!(strange[0].document == 0 && strange[0].score < 0.9);
    }

    #[test]
    fn queries_that_break_the_order_are_refused() {
        let index = StructureIndex::build(&[vec![1]]).unwrap();
        assert_eq!(index.query(&[2, 1], 1), Err(SearchError::UnsortedQuery));
        assert_eq!(index.hashed_vector(&[2, 2]), Err(SearchError::UnsortedQuery));
    }
}
