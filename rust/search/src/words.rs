//! Documents ranked by the words they hold: BM25 over subtokens.

use std::collections::BTreeMap;

use sapwood_core::names::{for_each_subtoken, hash_text};

use crate::error::Result;
use crate::postings::{CountedColumns, CountedPostings};
use crate::ranking::{Filter, Scored, TopK};

/// Saturation of a word's count.
const K1: f32 = 1.2;
/// How far a document's length discounts its counts: 0 not at all, 1 in full.
const B: f32 = 0.75;
/// Seed of the hashes of subtokens.
const SEED: u64 = 0;

/// The words of a query: lower-cased subtokens ([`sapwood_core::names::subtokens`]) with how often each counts, so `header`
/// finds `parseHTTPHeader`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    counts: BTreeMap<String, u32>,
}

impl Words {
    /// The words of a text, each as often as it stands there.
    pub fn of(text: &str) -> Self {
        let mut words = Self::default();
        words.add(text, 1);
        words
    }

    /// Adds the words of a name, a sentence or a whole docstring; each counts `weight` times.
    pub fn add(&mut self, text: &str, weight: u32) {
        for_each_subtoken(text, |subtoken| *self.counts.entry(subtoken.to_owned()).or_default() += weight);
    }

    /// Whether there is no word.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    fn terms(&self) -> impl Iterator<Item = (&str, u64, u32)> {
        self.counts.iter().map(|(word, count)| (word.as_str(), hash_text(word, SEED), *count))
    }
}

/// The words of a document while they are gathered, see [`Words`].
#[derive(Debug, Default)]
pub struct DocumentWords {
    weights: Vec<(u64, u32)>,
}

impl DocumentWords {
    /// Adds the words of a name, a sentence or a whole docstring; each counts `weight` times.
    pub fn add(&mut self, text: &str, weight: u32) {
        for_each_subtoken(text, |subtoken| self.weights.push((hash_text(subtoken, SEED), weight)));
    }

    /// The document as a [`WordIndex`] takes it: hashes of the words in ascending order, with their counts.
    pub fn into_terms(mut self) -> Vec<(u64, u32)> {
        self.weights.sort_unstable();
        let runs = self.weights.chunk_by(|left, right| left.0 == right.0);
        runs.map(|run| (run[0].0, run.iter().map(|(_, weight)| weight).sum())).collect()
    }
}

/// An index of documents that are bags of words.
#[derive(Debug, Clone)]
pub struct WordIndex {
    counted: CountedPostings,
    /// `k1 · (1 − b + b · length / mean length)`, one entry a document.
    discounts: Vec<f32>,
}

impl WordIndex {
    /// Indexes documents, each as [`DocumentWords::into_terms`] gives it; their numbers are their positions.
    ///
    /// # Errors
    /// [`crate::SearchError::UnsortedDocument`], [`crate::SearchError::ZeroCount`], [`crate::SearchError::TooMany`].
    pub fn build<D: AsRef<[(u64, u32)]>>(documents: &[D]) -> Result<Self> {
        Ok(Self::of(CountedPostings::build(documents)?))
    }

    /// Restores an index from stored columns.
    ///
    /// # Errors
    /// [`crate::SearchError::Damaged`] for columns that no index gave.
    pub fn from_columns(columns: CountedColumns) -> Result<Self> {
        Ok(Self::of(CountedPostings::from_columns(columns)?))
    }

    /// The columns to store.
    pub fn to_columns(&self) -> CountedColumns {
        self.counted.to_columns()
    }

    /// The documents that were indexed.
    pub fn documents(&self) -> Vec<Vec<(u64, u32)>> {
        self.counted.postings.documents(|term, place| (term, self.counted.counts[place]))
    }

    fn of(counted: CountedPostings) -> Self {
        let lengths = counted.lengths();
        let total: u64 = lengths.iter().sum();
        let mean = (total as f64 / lengths.len().max(1) as f64).max(f64::MIN_POSITIVE);
        let discount = |length: &u64| K1 * (1.0 - B + B * (*length as f64 / mean) as f32);
        Self { discounts: lengths.iter().map(discount).collect(), counted }
    }

    /// Number of documents.
    pub fn len(&self) -> usize {
        self.counted.postings.document_count()
    }

    /// Whether there is no document.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The `k` documents that hold the query's words best among those that a filter keeps, ties by document number; none
    /// that holds no word of it. Scores are BM25 (Robertson and Zaragoza, 2009; k1 = 1.2, b = 0.75) with
    /// `idf = ln(1 + (n − df + ½) / (df + ½))`; a word that the query repeats counts as often.
    pub fn query_where(&self, words: &Words, k: usize, filter: &impl Filter) -> Vec<Scored> {
        let mut scores = vec![0.0_f32; self.len()];
        for (_, term, repeats) in words.terms() {
            let Some(position) = self.counted.postings.position(term) else { continue };
            let scale = self.scale(position, repeats);
            for (document, count) in self.counted.run(position) {
                scores[document as usize] += self.score(scale, document, count);
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

    /// The query's words that a document holds, each with its part of the score, the largest first.
    pub fn matched<'words>(&self, words: &'words Words, document: u32) -> Vec<(&'words str, f32)> {
        let part = |(word, term, repeats)| {
            let position = self.counted.postings.position(term)?;
            let place = self.counted.postings.place(position, document)?;
            let count = self.counted.counts[place];
            Some((word, self.score(self.scale(position, repeats), document, count)))
        };
        let mut matched: Vec<_> = words.terms().filter_map(part).collect();
        matched.sort_by(|left, right| right.1.total_cmp(&left.1).then(left.0.cmp(right.0)));
        matched
    }

    /// What a word's occurrences are multiplied by in every document.
    fn scale(&self, position: usize, repeats: u32) -> f32 {
        repeats as f32 * self.idf(position) * (K1 + 1.0)
    }

    fn score(&self, scale: f32, document: u32, count: u32) -> f32 {
        scale * count as f32 / (count as f32 + self.discounts[document as usize])
    }

    fn idf(&self, position: usize) -> f32 {
        let frequency = self.counted.postings.document_frequency(position) as f64;
        libm::log1p((self.len() as f64 - frequency + 0.5) / (frequency + 0.5)) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ranking::Everything;
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

    fn index_of(documents: &[Vec<&str>]) -> WordIndex {
        let terms_of = |words: &Vec<&str>| {
            let mut document = DocumentWords::default();
            for word in words {
                document.add(word, 1);
            }
            document.into_terms()
        };
        let terms: Vec<_> = documents.iter().map(terms_of).collect();
        WordIndex::build(&terms).unwrap()
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
            let index = index_of(&documents);
            let scores = bm25(&documents, &query);
            let words = Words::of(&query);
            let found = index.query_where(&words, k, &Everything);
            prop_assert_eq!(found.len(), scores.iter().filter(|&&score| score > 0.0).count().min(k));
            let mut best = scores.clone();
            best.sort_by(|left, right| right.total_cmp(left));
            for (hit, best) in found.iter().zip(&best) {
                prop_assert!((f64::from(hit.score) - scores[hit.document as usize]).abs() < 1e-4);
                prop_assert!((f64::from(hit.score) - best).abs() < 1e-4);
                let parts: f32 = index.matched(&words, hit.document).iter().map(|(_, part)| part).sum();
                prop_assert!((hit.score - parts).abs() < 1e-4);
            }
            let restored = WordIndex::from_columns(index.to_columns()).unwrap();
            prop_assert_eq!(restored.query_where(&words, k, &Everything), found);
            prop_assert_eq!(WordIndex::build(&index.documents()).unwrap().to_columns(), index.to_columns());
        }
    }

    #[test]
    fn names_are_found_by_their_parts_in_any_case() {
        let index = index_of(&[vec!["write_footer"], vec!["parseHTTPHeader"]]);
        let found = index.query_where(&Words::of("the HEADER"), 5, &Everything);
        assert_eq!(found.iter().map(|hit| hit.document).collect::<Vec<_>>(), [1]);
        assert!(index.query_where(&Words::of("header"), 5, &|document: u32| document == 0).is_empty());
    }

    #[test]
    fn matched_words_stand_in_the_order_of_what_they_gave() {
        let index = index_of(&[vec!["read the header"], vec!["read it"], vec!["read on"]]);
        let words = Words::of("header of a read");
        let matched: Vec<&str> = index.matched(&words, 0).into_iter().map(|(word, _)| word).collect();
        assert_eq!(matched, ["header", "read"]);
        assert!(index.matched(&Words::of("elsewhere"), 0).is_empty());
    }

    #[test]
    fn a_weight_is_a_count() {
        let (mut words, mut document) = (Words::default(), DocumentWords::default());
        words.add("parse_header", 2);
        words.add("header", 1);
        assert_eq!(words, Words::of("parse header parse header header"));
        document.add("parse_header", 2);
        document.add("header", 1);
        let counts: BTreeMap<u64, u32> = document.into_terms().into_iter().collect();
        assert!(words.terms().all(|(_, term, count)| counts[&term] == count));
    }
}
