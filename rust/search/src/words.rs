//! Documents ranked by the words they hold: BM25 over subtokens.

use sapwood_core::names::{for_each_subtoken, hash_text};

use crate::error::Result;
use crate::postings::{Columns, Postings};
use crate::ranking::{Everything, Filter, Scored, TopK};

/// Saturation of a word's count.
const K1: f32 = 1.2;
/// How far a document's length discounts its counts: 0 not at all, 1 in full.
const B: f32 = 0.75;
/// Seed of the hashes of subtokens.
const SEED: u64 = 0;

/// An index of documents that are bags of words. Words are split into lower-cased subtokens
/// ([`sapwood_core::names::subtokens`]), so `parseHTTPHeader` is found by `header`.
#[derive(Debug, Clone)]
pub struct WordIndex {
    postings: Postings,
    /// `k1 · (1 − b + b · length / mean length)`, one entry a document.
    discounts: Vec<f32>,
}

impl WordIndex {
    /// Indexes documents; their numbers are their positions. A word may be a name, a sentence or a whole docstring.
    ///
    /// # Errors
    /// [`crate::SearchError::TooMany`].
    pub fn build<D, W>(documents: &[D]) -> Result<Self>
    where
        D: AsRef<[W]>,
        W: AsRef<str>,
    {
        let counted: Vec<Vec<(u64, u32)>> = documents.iter().map(|words| count_subtokens(words.as_ref())).collect();
        Ok(Self::from_postings(Postings::build(&counted)?))
    }

    /// Restores an index from stored columns.
    ///
    /// # Errors
    /// [`crate::SearchError::Damaged`] for columns that no index gave.
    pub fn from_columns(columns: Columns) -> Result<Self> {
        Ok(Self::from_postings(Postings::from_columns(columns)?))
    }

    /// The columns to store.
    pub fn to_columns(&self) -> Columns {
        self.postings.columns().clone()
    }

    fn from_postings(postings: Postings) -> Self {
        let lengths = &postings.columns().lengths;
        let total: u64 = lengths.iter().copied().map(u64::from).sum();
        let mean = (total as f64 / lengths.len().max(1) as f64).max(f64::MIN_POSITIVE);
        let discount = |&length: &u32| K1 * (1.0 - B + B * (f64::from(length) / mean) as f32);
        Self { discounts: lengths.iter().map(discount).collect(), postings }
    }

    /// Number of documents.
    pub fn len(&self) -> usize {
        self.postings.document_count()
    }

    /// Whether there is no document.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The `k` documents that hold the query's words best, ties by document number; none that holds no word of it.
    /// Scores are BM25 (Robertson and Zaragoza, 2009; k1 = 1.2, b = 0.75) with `idf = ln(1 + (n − df + ½) / (df + ½))`;
    /// a word that the query repeats counts as often.
    pub fn query(&self, words: &str, k: usize) -> Vec<Scored> {
        self.query_where(words, k, &Everything)
    }

    /// As [`Self::query`], among the documents that a filter keeps.
    pub fn query_where(&self, words: &str, k: usize, filter: &impl Filter) -> Vec<Scored> {
        let mut scores = vec![0.0_f32; self.len()];
        for (term, repeats) in count_subtokens(&[words]) {
            if let Some(position) = self.postings.position(term) {
                self.accumulate(position, repeats, &mut scores);
            }
        }
        let mut top = TopK::new(k);
        for (document, &score) in (0..).zip(&scores) {
            if score > 0.0 && filter.keeps(document) {
                top.offer(document, score);
            }
        }
        top.into_ranking()
    }

    fn accumulate(&self, position: usize, repeats: u32, scores: &mut [f32]) {
        let scale = repeats as f32 * self.idf(position) * (K1 + 1.0);
        for (document, count) in self.postings.run(position) {
            let count = count as f32;
            scores[document as usize] += scale * count / (count + self.discounts[document as usize]);
        }
    }

    fn idf(&self, position: usize) -> f32 {
        let frequency = self.postings.document_frequency(position) as f64;
        libm::log1p((self.len() as f64 - frequency + 0.5) / (frequency + 0.5)) as f32
    }
}

/// Hashes of the subtokens with their counts, ascending.
fn count_subtokens<W: AsRef<str>>(words: &[W]) -> Vec<(u64, u32)> {
    let mut hashes = Vec::new();
    for word in words {
        for_each_subtoken(word.as_ref(), |subtoken| hashes.push(hash_text(subtoken, SEED)));
    }
    hashes.sort_unstable();
    hashes.chunk_by(|left, right| left == right).map(|run| (run[0], run.len() as u32)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sapwood_core::names::subtokens;

    fn word() -> impl Strategy<Value = &'static str> {
        prop::sample::select(vec![
            "parse",
            "parseHeader",
            "http_header",
            "HTTPServer2",
            "x",
            "Write the header.",
            "_",
            "",
        ])
    }

    fn documents() -> impl Strategy<Value = Vec<Vec<&'static str>>> {
        prop::collection::vec(prop::collection::vec(word(), 0..6), 0..12)
    }

    /// BM25 of all documents, by the definition.
    fn bm25(documents: &[Vec<&str>], query: &str) -> Vec<f64> {
        let split: Vec<Vec<String>> =
            documents.iter().map(|words| words.iter().flat_map(|word| subtokens(word)).collect()).collect();
        let mean = split.iter().map(Vec::len).sum::<usize>() as f64 / split.len() as f64;
        let score = |document: &Vec<String>| {
            let mut score = 0.0;
            for term in subtokens(query) {
                let holders = split.iter().filter(|other| other.contains(&term)).count() as f64;
                let idf = (1.0 + (split.len() as f64 - holders + 0.5) / (holders + 0.5)).ln();
                let count = document.iter().filter(|&word| *word == term).count() as f64;
                score += idf * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * document.len() as f64 / mean)).max(1e-9);
            }
            score
        };
        split.iter().map(score).collect()
    }

    proptest! {
        #[test]
        fn a_query_ranks_by_bm25(documents in documents(), query in prop::collection::vec(word(), 0..4), k in 0_usize..15) {
            let query = query.join(" ");
            let index = WordIndex::build(&documents).unwrap();
            let scores = bm25(&documents, &query);
            let found = index.query(&query, k);
            prop_assert_eq!(found.len(), scores.iter().filter(|&&score| score > 0.0).count().min(k));
            let mut best = scores.clone();
            best.sort_by(|left, right| right.total_cmp(left));
            for (hit, best) in found.iter().zip(&best) {
                prop_assert!((f64::from(hit.score) - scores[hit.document as usize]).abs() < 1e-4);
                prop_assert!((f64::from(hit.score) - best).abs() < 1e-4);
            }
            let restored = WordIndex::from_columns(index.to_columns()).unwrap();
            prop_assert_eq!(restored.query(&query, k), found);
        }
    }

    #[test]
    fn names_are_found_by_their_parts_in_any_case() {
        let index = WordIndex::build(&[["write_footer"], ["parseHTTPHeader"]]).unwrap();
        let found = index.query("the HEADER", 5);
        assert_eq!(found.iter().map(|hit| hit.document).collect::<Vec<_>>(), [1]);
        assert!(index.query_where("header", 5, &|document: u32| document == 0).is_empty());
    }
}
