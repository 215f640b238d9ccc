//! Which documents hold a term, and how often: an inverted index in flat columns.

use std::ops::Range;

use rustc_hash::FxHashMap;

use crate::error::{Result, SearchError};

/// An inverted index as plain columns, the form in which one is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// Hashes of the terms, strictly ascending.
    pub terms: Vec<u64>,
    /// Where each term's run in `documents` and `counts` starts; one more entry than `terms`.
    pub indptr: Vec<u32>,
    /// Documents that hold the term, strictly ascending within a run.
    pub documents: Vec<u32>,
    /// How often the document holds the term, at least 1.
    pub counts: Vec<u32>,
    /// Occurrences in all, one entry a document.
    pub lengths: Vec<u32>,
}

/// Checked columns.
#[derive(Debug, Clone)]
pub(crate) struct Postings {
    columns: Columns,
}

impl Postings {
    /// Inverts documents given as (term, count) lists in strictly ascending order of terms.
    pub(crate) fn build<D: AsRef<[(u64, u32)]>>(documents: &[D]) -> Result<Self> {
        let lengths = documents
            .iter()
            .enumerate()
            .map(|(document, terms)| {
                check_terms(terms.as_ref(), SearchError::UnsortedDocument { document })?;
                document_length(terms.as_ref())
            })
            .collect::<Result<Vec<u32>>>()?;
        narrow(documents.len(), "documents")?;
        narrow(documents.iter().map(|terms| terms.as_ref().len()).sum(), "postings")?;
        let (terms, indptr) = term_runs(documents);
        let mut columns = Columns { terms, indptr, documents: Vec::new(), counts: Vec::new(), lengths };
        fill_runs(&mut columns, documents);
        Ok(Self { columns })
    }

    /// Takes stored columns, after a check of everything that look-ups rely on.
    pub(crate) fn from_columns(columns: Columns) -> Result<Self> {
        check_runs(&columns)?;
        for term in 0..columns.terms.len() {
            check_run(&columns, run(&columns, term))?;
        }
        check_lengths(&columns)?;
        Ok(Self { columns })
    }

    pub(crate) fn columns(&self) -> &Columns {
        &self.columns
    }

    /// The documents that were inverted: (term, count) lists in ascending order of terms.
    pub(crate) fn documents(&self) -> Vec<Vec<(u64, u32)>> {
        let mut sizes = vec![0_usize; self.document_count()];
        for document in &self.columns.documents {
            sizes[*document as usize] += 1;
        }
        let mut documents: Vec<Vec<_>> = sizes.into_iter().map(Vec::with_capacity).collect();
        for (position, term) in self.columns.terms.iter().enumerate() {
            for (document, count) in self.run(position) {
                documents[document as usize].push((*term, count));
            }
        }
        documents
    }

    pub(crate) fn document_count(&self) -> usize {
        self.columns.lengths.len()
    }

    pub(crate) fn position(&self, term: u64) -> Option<usize> {
        self.columns.terms.binary_search(&term).ok()
    }

    pub(crate) fn document_frequency(&self, position: usize) -> usize {
        run(&self.columns, position).len()
    }

    /// How often a document holds a term.
    pub(crate) fn count(&self, position: usize, document: u32) -> Option<u32> {
        let run = run(&self.columns, position);
        let found = self.columns.documents[run.clone()].binary_search(&document).ok()?;
        Some(self.columns.counts[run][found])
    }

    /// The documents that hold a term, ascending.
    pub(crate) fn holders(&self, position: usize) -> &[u32] {
        &self.columns.documents[run(&self.columns, position)]
    }

    /// The (document, count) pairs of a term.
    pub(crate) fn run(&self, position: usize) -> impl Iterator<Item = (u32, u32)> {
        let run = run(&self.columns, position);
        let documents = self.columns.documents[run.clone()].iter();
        documents.zip(&self.columns.counts[run]).map(|(&document, &count)| (document, count))
    }
}

fn run(columns: &Columns, position: usize) -> Range<usize> {
    columns.indptr[position] as usize..columns.indptr[position + 1] as usize
}

fn narrow(count: usize, what: &'static str) -> Result<u32> {
    u32::try_from(count).map_err(|_| SearchError::TooMany { what })
}

/// Checks that terms are strictly ascending and counted at least once.
pub(crate) fn check_terms(terms: &[(u64, u32)], unsorted: SearchError) -> Result<()> {
    if !terms.is_sorted_by(|left, right| left.0 < right.0) {
        return Err(unsorted);
    }
    match terms.iter().find(|&&(_, count)| count == 0) {
        Some(&(term, _)) => Err(SearchError::ZeroCount { term }),
        None => Ok(()),
    }
}

fn document_length(terms: &[(u64, u32)]) -> Result<u32> {
    let too_many = SearchError::TooMany { what: "occurrences in a document" };
    terms.iter().try_fold(0_u32, |length, &(_, count)| length.checked_add(count)).ok_or(too_many)
}

/// The distinct terms in ascending order, and where the run of each starts.
fn term_runs<D: AsRef<[(u64, u32)]>>(documents: &[D]) -> (Vec<u64>, Vec<u32>) {
    let mut frequencies: FxHashMap<u64, u32> = FxHashMap::default();
    for &(term, _) in documents.iter().flat_map(AsRef::as_ref) {
        *frequencies.entry(term).or_default() += 1;
    }
    let mut sorted: Vec<(u64, u32)> = frequencies.into_iter().collect();
    sorted.sort_unstable();
    let mut indptr = Vec::with_capacity(sorted.len() + 1);
    let mut end = 0;
    indptr.push(end);
    indptr.extend(sorted.iter().map(|&(_, frequency)| {
        end += frequency;
        end
    }));
    (sorted.into_iter().map(|(term, _)| term).collect(), indptr)
}

/// Fills the runs in order of documents, so that each is ascending.
fn fill_runs<D: AsRef<[(u64, u32)]>>(columns: &mut Columns, documents: &[D]) {
    let postings = columns.indptr.last().map_or(0, |&end| end as usize);
    columns.documents.resize(postings, 0);
    columns.counts.resize(postings, 0);
    let starts = columns.terms.iter().copied().zip(columns.indptr.iter().copied());
    let mut cursors: FxHashMap<u64, u32> = starts.collect();
    for (document, terms) in documents.iter().enumerate() {
        for &(term, count) in terms.as_ref() {
            let cursor = cursors.entry(term).or_default();
            columns.documents[*cursor as usize] = document as u32;
            columns.counts[*cursor as usize] = count;
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
    if columns.documents.len() != end || columns.counts.len() != end {
        return Err(damaged("documents", "and `counts` do not end where `indptr` does"));
    }
    narrow(columns.lengths.len(), "documents").map(|_| ())
}

fn check_run(columns: &Columns, run: Range<usize>) -> Result<()> {
    let documents = &columns.documents[run.clone()];
    if !documents.is_sorted_by(|left, right| left < right) {
        return Err(damaged("documents", "is not strictly ascending within a term"));
    }
    if documents.last().is_some_and(|&last| last as usize >= columns.lengths.len()) {
        return Err(damaged("documents", "names a document that does not exist"));
    }
    if columns.counts[run].contains(&0) {
        return Err(damaged("counts", "holds a zero"));
    }
    Ok(())
}

fn check_lengths(columns: &Columns) -> Result<()> {
    let mut sums = vec![0_u64; columns.lengths.len()];
    for (&document, &count) in columns.documents.iter().zip(&columns.counts) {
        sums[document as usize] += u64::from(count);
    }
    if sums.iter().zip(&columns.lengths).all(|(&sum, &length)| sum == u64::from(length)) {
        Ok(())
    } else {
        Err(damaged("lengths", "is not the sum of each document's counts"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sample() -> Columns {
        let documents = [vec![(3, 1), (9, 2)], vec![], vec![(9, 1), (11, 4)]];
        Postings::build(&documents).unwrap().columns().clone()
    }

    #[test]
    fn runs_list_documents_by_term() {
        let expected = Columns {
            terms: vec![3, 9, 11],
            indptr: vec![0, 1, 3, 4],
            documents: vec![0, 0, 2, 2],
            counts: vec![1, 2, 1, 4],
            lengths: vec![3, 0, 5],
        };
        assert_eq!(sample(), expected);
    }

    #[test]
    fn documents_that_break_the_order_are_refused() {
        let unsorted = Postings::build(&[vec![(1, 1)], vec![(2, 1), (2, 1)]]);
        assert_eq!(unsorted.unwrap_err(), SearchError::UnsortedDocument { document: 1 });
        assert_eq!(Postings::build(&[vec![(7, 0)]]).unwrap_err(), SearchError::ZeroCount { term: 7 });
        let overflow = Postings::build(&[vec![(1, u32::MAX), (2, 1)]]);
        assert!(matches!(overflow.unwrap_err(), SearchError::TooMany { .. }));
    }

    #[test]
    fn each_broken_rule_of_stored_columns_is_named() {
        type Attack = (&'static str, fn(&mut Columns));
        let attacks: [Attack; 12] = [
            ("terms", |columns| columns.terms.swap(0, 1)),
            ("terms", |columns| columns.terms[1] = 3),
            ("indptr", |columns| columns.terms.clear()),
            ("indptr", |columns| columns.indptr.clear()),
            ("indptr", |columns| columns.indptr[0] = 1),
            ("indptr", |columns| columns.indptr[1] = 4),
            ("documents", |columns| columns.indptr[3] = u32::MAX),
            ("documents", |columns| columns.counts.truncate(1)),
            ("documents", |columns| columns.documents[1] = 2),
            ("documents", |columns| columns.documents[3] = 3),
            ("counts", |columns| columns.counts[0] = 0),
            ("lengths", |columns| columns.lengths[1] = 1),
        ];
        assert!(Postings::from_columns(sample()).is_ok());
        for (number, (expected, attack)) in attacks.into_iter().enumerate() {
            let mut columns = sample();
            attack(&mut columns);
            let error = Postings::from_columns(columns).unwrap_err();
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
            indptr in small(), documents in small(), counts in small(), lengths in small(),
        ) {
            if let Ok(postings) = Postings::from_columns(Columns { terms, indptr, documents, counts, lengths }) {
                for position in 0..postings.columns().terms.len() {
                    prop_assert!(postings.run(position).all(|(document, _)| (document as usize) < postings.document_count()));
                }
            }
        }
    }
}
