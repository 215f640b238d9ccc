//! Which documents hold a term, and how often: an inverted index in flat columns.

use std::ops::Range;

use rustc_hash::FxHashMap;

use crate::error::{Result, SearchError};

/// An inverted index as plain columns, the form in which one is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// Hashes of the terms, strictly ascending.
    pub terms: Vec<u64>,
    /// Where each term's run in `documents` starts; one more entry than `terms`.
    pub indptr: Vec<u32>,
    /// Documents that hold the term, strictly ascending within a run.
    pub documents: Vec<u32>,
    /// How many documents there are, with those that hold no term.
    pub document_count: u32,
}

/// An inverted index that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedColumns {
    /// Which documents hold which terms.
    pub postings: Columns,
    /// How often the document of the same entry in `documents` holds the term, at least 1.
    pub counts: Vec<u32>,
}

/// Checked columns.
#[derive(Debug, Clone)]
pub(crate) struct Postings {
    columns: Columns,
}

impl Postings {
    /// Inverts documents given as terms in strictly ascending order.
    pub(crate) fn build<D: AsRef<[u64]>>(documents: &[D]) -> Result<Self> {
        for (document, terms) in documents.iter().enumerate() {
            check_terms(terms.as_ref(), SearchError::UnsortedDocument { document })?;
        }
        Self::invert(documents.len(), || documents.iter().map(|terms| terms.as_ref().iter().copied()))
    }

    fn invert<T: Iterator<Item = u64>, I: Iterator<Item = T>>(count: usize, documents: impl Fn() -> I) -> Result<Self> {
        let document_count = narrow(count, "documents")?;
        let (terms, indptr) = term_runs(documents().flatten())?;
        let mut columns = Columns { terms, indptr, documents: Vec::new(), document_count };
        fill_runs(&mut columns, documents());
        Ok(Self { columns })
    }

    /// Takes stored columns, after a check of everything that look-ups rely on.
    pub(crate) fn from_columns(columns: Columns) -> Result<Self> {
        check_runs(&columns)?;
        for term in 0..columns.terms.len() {
            check_run(&columns, run(&columns, term))?;
        }
        Ok(Self { columns })
    }

    pub(crate) fn columns(&self) -> &Columns {
        &self.columns
    }

    /// What each document holds, as `entry` makes it of a term and its place in the columns; in ascending order of terms.
    pub(crate) fn documents<T>(&self, entry: impl Fn(u64, usize) -> T) -> Vec<Vec<T>> {
        let mut sizes = vec![0_usize; self.document_count()];
        for document in &self.columns.documents {
            sizes[*document as usize] += 1;
        }
        let mut documents: Vec<Vec<T>> = sizes.into_iter().map(Vec::with_capacity).collect();
        for (position, term) in self.columns.terms.iter().enumerate() {
            for place in self.run(position) {
                documents[self.columns.documents[place] as usize].push(entry(*term, place));
            }
        }
        documents
    }

    pub(crate) fn document_count(&self) -> usize {
        self.columns.document_count as usize
    }

    pub(crate) fn position(&self, term: u64) -> Option<usize> {
        self.columns.terms.binary_search(&term).ok()
    }

    pub(crate) fn document_frequency(&self, position: usize) -> usize {
        self.run(position).len()
    }

    /// Where a document stands in the columns among those that hold a term.
    pub(crate) fn place(&self, position: usize, document: u32) -> Option<usize> {
        let found = self.holders(position).binary_search(&document).ok()?;
        Some(self.run(position).start + found)
    }

    /// The documents that hold a term, ascending.
    pub(crate) fn holders(&self, position: usize) -> &[u32] {
        &self.columns.documents[self.run(position)]
    }

    /// Where a term's documents stand in the columns.
    pub(crate) fn run(&self, position: usize) -> Range<usize> {
        run(&self.columns, position)
    }
}

/// Checked columns with counts.
#[derive(Debug, Clone)]
pub(crate) struct CountedPostings {
    pub(crate) postings: Postings,
    pub(crate) counts: Vec<u32>,
}

impl CountedPostings {
    /// Inverts documents given as (term, count) lists in strictly ascending order of terms.
    pub(crate) fn build<D: AsRef<[(u64, u32)]>>(documents: &[D]) -> Result<Self> {
        for (document, terms) in documents.iter().enumerate() {
            check_counted(terms.as_ref(), SearchError::UnsortedDocument { document })?;
        }
        let terms = || documents.iter().map(|terms| terms.as_ref().iter().map(|&(term, _)| term));
        let postings = Postings::invert(documents.len(), terms)?;
        let mut cursors = vec![0_usize; documents.len()];
        let next_count = |document: &u32| {
            let cursor = &mut cursors[*document as usize];
            *cursor += 1;
            documents[*document as usize].as_ref()[*cursor - 1].1
        };
        // Runs stand in order of terms, as each document's list does.
        let counts = postings.columns.documents.iter().map(next_count).collect();
        Ok(Self { postings, counts })
    }

    /// Takes stored columns, after a check of everything that look-ups rely on.
    pub(crate) fn from_columns(columns: CountedColumns) -> Result<Self> {
        let CountedColumns { postings, counts } = columns;
        if postings.documents.len() != counts.len() {
            return Err(damaged("counts", "does not have one entry a posting"));
        }
        if counts.contains(&0) {
            return Err(damaged("counts", "holds a zero"));
        }
        Ok(Self { postings: Postings::from_columns(postings)?, counts })
    }

    pub(crate) fn to_columns(&self) -> CountedColumns {
        CountedColumns { postings: self.postings.columns.clone(), counts: self.counts.clone() }
    }

    /// Occurrences in all, one entry a document.
    pub(crate) fn lengths(&self) -> Vec<u64> {
        let mut lengths = vec![0_u64; self.postings.document_count()];
        for (document, count) in self.postings.columns.documents.iter().zip(&self.counts) {
            lengths[*document as usize] += u64::from(*count);
        }
        lengths
    }

    /// The (document, count) pairs of a term.
    pub(crate) fn run(&self, position: usize) -> impl Iterator<Item = (u32, u32)> {
        let counts = &self.counts[self.postings.run(position)];
        self.postings.holders(position).iter().copied().zip(counts.iter().copied())
    }
}

fn run(columns: &Columns, position: usize) -> Range<usize> {
    columns.indptr[position] as usize..columns.indptr[position + 1] as usize
}

fn narrow(count: usize, what: &'static str) -> Result<u32> {
    u32::try_from(count).map_err(|_| SearchError::TooMany { what })
}

/// Checks that terms are strictly ascending.
pub(crate) fn check_terms(terms: &[u64], unsorted: SearchError) -> Result<()> {
    if terms.is_sorted_by(|left, right| left < right) { Ok(()) } else { Err(unsorted) }
}

/// Checks that terms are strictly ascending and counted at least once.
fn check_counted(terms: &[(u64, u32)], unsorted: SearchError) -> Result<()> {
    if !terms.is_sorted_by(|left, right| left.0 < right.0) {
        return Err(unsorted);
    }
    match terms.iter().find(|&&(_, count)| count == 0) {
        Some(&(term, _)) => Err(SearchError::ZeroCount { term }),
        None => Ok(()),
    }
}

/// The distinct terms in ascending order, and where the run of each starts.
fn term_runs(terms: impl Iterator<Item = u64>) -> Result<(Vec<u64>, Vec<u32>)> {
    let mut frequencies: FxHashMap<u64, usize> = FxHashMap::default();
    for term in terms {
        *frequencies.entry(term).or_default() += 1;
    }
    let mut sorted: Vec<(u64, usize)> = frequencies.into_iter().collect();
    sorted.sort_unstable();
    let mut indptr = Vec::with_capacity(sorted.len() + 1);
    let mut end = 0;
    indptr.push(0);
    for (_, frequency) in &sorted {
        end += frequency;
        indptr.push(narrow(end, "postings")?);
    }
    Ok((sorted.into_iter().map(|(term, _)| term).collect(), indptr))
}

/// Fills the runs in order of documents, so that each is ascending.
fn fill_runs(columns: &mut Columns, documents: impl Iterator<Item = impl Iterator<Item = u64>>) {
    let postings = columns.indptr.last().map_or(0, |&end| end as usize);
    columns.documents.resize(postings, 0);
    let starts = columns.terms.iter().copied().zip(columns.indptr.iter().copied());
    let mut cursors: FxHashMap<u64, u32> = starts.collect();
    for (document, terms) in (0..).zip(documents) {
        for term in terms {
            let cursor = cursors.entry(term).or_default();
            columns.documents[*cursor as usize] = document;
            *cursor += 1;
        }
    }
}

fn damaged(column: &'static str, defect: &'static str) -> SearchError {
    SearchError::Damaged { column, defect }
}

fn check_runs(columns: &Columns) -> Result<()> {
    if columns.indptr.len() != columns.terms.len() + 1 {
        return Err(damaged("indptr", "does not have one entry more than there are terms"));
    }
    if !columns.terms.is_sorted_by(|left, right| left < right) {
        return Err(damaged("terms", "is not strictly ascending"));
    }
    if columns.indptr[0] != 0 || !columns.indptr.is_sorted_by(|left, right| left < right) {
        return Err(damaged("indptr", "does not rise from 0"));
    }
    let end = columns.indptr[columns.terms.len()] as usize;
    if columns.documents.len() != end {
        return Err(damaged("documents", "does not end where `indptr` does"));
    }
    Ok(())
}

fn check_run(columns: &Columns, run: Range<usize>) -> Result<()> {
    let documents = &columns.documents[run.clone()];
    if !documents.is_sorted_by(|left, right| left < right) {
        return Err(damaged("documents", "is not strictly ascending within a term"));
    }
    if documents.last().is_some_and(|&last| last >= columns.document_count) {
        return Err(damaged("documents", "names a document that does not exist"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sample() -> CountedColumns {
        let documents = [vec![(3, 1), (9, 2)], vec![], vec![(9, 1), (11, 4)]];
        CountedPostings::build(&documents).unwrap().to_columns()
    }

    #[test]
    fn runs_list_documents_by_term() {
        let (terms, indptr, documents) = (vec![3, 9, 11], vec![0, 1, 3, 4], vec![0, 0, 2, 2]);
        let postings = Columns { terms, indptr, documents, document_count: 3 };
        assert_eq!(sample(), CountedColumns { postings: postings.clone(), counts: vec![1, 2, 1, 4] });
        assert_eq!(CountedPostings::from_columns(sample()).unwrap().lengths(), [3, 0, 5]);
        let plain = Postings::build(&[vec![3, 9], vec![], vec![9, 11]]).unwrap();
        assert_eq!(plain.columns(), &postings);
    }

    #[test]
    fn documents_that_break_the_order_are_refused() {
        let unsorted = SearchError::UnsortedDocument { document: 1 };
        assert_eq!(Postings::build(&[vec![1], vec![2, 2]]).unwrap_err(), unsorted);
        assert_eq!(CountedPostings::build(&[vec![(1, 1)], vec![(2, 1), (2, 1)]]).unwrap_err(), unsorted);
        assert_eq!(CountedPostings::build(&[vec![(7, 0)]]).unwrap_err(), SearchError::ZeroCount { term: 7 });
    }

    #[test]
    fn each_broken_rule_of_stored_columns_is_named() {
        type Attack = (&'static str, fn(&mut CountedColumns));
        let attacks: [Attack; 12] = [
            ("terms", |columns| columns.postings.terms.swap(0, 1)),
            ("terms", |columns| columns.postings.terms[1] = 3),
            ("indptr", |columns| columns.postings.terms.clear()),
            ("indptr", |columns| columns.postings.indptr.clear()),
            ("indptr", |columns| columns.postings.indptr[0] = 1),
            ("indptr", |columns| columns.postings.indptr[1] = 4),
            ("documents", |columns| columns.postings.indptr[3] = u32::MAX),
            ("documents", |columns| columns.postings.documents[1] = 2),
            ("documents", |columns| columns.postings.documents[3] = 3),
            ("documents", |columns| columns.postings.document_count = 2),
            ("counts", |columns| columns.counts.truncate(1)),
            ("counts", |columns| columns.counts[0] = 0),
        ];
        assert!(CountedPostings::from_columns(sample()).is_ok());
        for (number, (expected, attack)) in attacks.into_iter().enumerate() {
            let mut columns = sample();
            attack(&mut columns);
            let error = CountedPostings::from_columns(columns).unwrap_err();
            let SearchError::Damaged { column, .. } = error else { panic!("attack {number}: {error}") };
            assert_eq!(column, expected, "attack {number}");
        }
    }

    fn small() -> impl Strategy<Value = Vec<u32>> {
        prop::collection::vec(0_u32..5, 0..6)
    }

    proptest! {
        #[test]
        fn arbitrary_columns_never_panic(
            terms in prop::collection::vec(0_u64..5, 0..4),
            indptr in small(), documents in small(), counts in small(), document_count in 0_u32..6,
        ) {
            let postings = Columns { terms, indptr, documents, document_count };
            if let Ok(counted) = CountedPostings::from_columns(CountedColumns { postings, counts }) {
                for position in 0..counted.postings.columns().terms.len() {
                    prop_assert!(counted.run(position).all(|(document, _)| document < document_count));
                }
            }
        }
    }
}
