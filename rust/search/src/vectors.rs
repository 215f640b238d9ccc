//! Exact inner-product search over a flat matrix.

use crate::error::{Result, SearchError};
use crate::ranking::{Filter, Scored, TopK};

/// Partial sums of an inner product: their number is fixed, so that the result does not depend on the machine.
const LANES: usize = 16;

/// The `k` rows that a filter keeps with the greatest inner product with the query, best first, ties by row number. For L2-normalised
/// vectors the scores are cosines. `vectors` holds whole rows of `dimensions` values; a row whose product is not a
/// number is not listed.
///
/// # Errors
/// [`SearchError::Shape`] if `dimensions` is 0, does not divide the vectors' length, or differs from the query's;
/// [`SearchError::TooMany`] for more rows than a document number can name.
pub fn scan_where(
    vectors: &[f32],
    dimensions: usize,
    query: &[f32],
    k: usize,
    filter: &impl Filter,
) -> Result<Vec<Scored>> {
    check_shapes(vectors, dimensions, query)?;
    let mut top = TopK::new(k);
    for (row, vector) in (0..).zip(vectors.chunks_exact(dimensions)) {
        if filter.keeps(row) {
            top.offer(row, inner_product(vector, query));
        }
    }
    Ok(top.into_ranking())
}

fn check_shapes(vectors: &[f32], dimensions: usize, query: &[f32]) -> Result<()> {
    if dimensions == 0 || query.len() != dimensions {
        return Err(SearchError::Shape { what: "the query", expected: dimensions.max(1), found: query.len() });
    }
    let rows = vectors.len() / dimensions;
    if rows * dimensions != vectors.len() {
        return Err(SearchError::Shape { what: "the matrix", expected: rows * dimensions, found: vectors.len() });
    }
    u32::try_from(rows).map(|_| ()).map_err(|_| SearchError::TooMany { what: "rows" })
}

fn inner_product(left: &[f32], right: &[f32]) -> f32 {
    let (left, right) = (left.chunks_exact(LANES), right.chunks_exact(LANES));
    let rest: f32 = left.remainder().iter().zip(right.remainder()).map(|(a, b)| a * b).sum();
    let mut sums = [0.0_f32; LANES];
    for (left, right) in left.zip(right) {
        for (sum, (a, b)) in sums.iter_mut().zip(left.iter().zip(right)) {
            *sum += a * b;
        }
    }
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ranking::Everything;
    use proptest::prelude::*;

    fn matrix() -> impl Strategy<Value = (usize, Vec<f32>, Vec<f32>)> {
        (1_usize..40, 0_usize..30).prop_flat_map(|(dimensions, rows)| {
            let values = |count| prop::collection::vec((-8_i8..8).prop_map(f32::from), count);
            (Just(dimensions), values(dimensions * rows), values(dimensions))
        })
    }

    proptest! {
        // Whole numbers, so that every order of summation gives the same sum.
        #[test]
        fn a_scan_is_a_full_sort_by_inner_product((dimensions, vectors, query) in matrix(), k in 0_usize..40) {
            let product = |row: &[f32]| row.iter().zip(&query).fold(0.0, |sum, (a, b)| sum + a * b);
            let mut expected: Vec<(u32, f32)> = (0..).zip(vectors.chunks(dimensions).map(product)).collect();
            expected.sort_by(|left, right| right.1.total_cmp(&left.1).then(left.0.cmp(&right.0)));
            expected.truncate(k);
            let found = scan_where(&vectors, dimensions, &query, k, &Everything).unwrap();
            prop_assert_eq!(found.iter().map(|hit| (hit.document, hit.score)).collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn shapes_that_do_not_fit_are_refused() {
        for (vectors, dimensions, query) in [(4, 2, 3), (3, 2, 2), (4, 0, 0)] {
            let error = scan_where(&vec![0.0; vectors], dimensions, &vec![0.0; query], 1, &Everything).unwrap_err();
            assert!(matches!(error, SearchError::Shape { .. }), "{vectors} {dimensions} {query}: {error}");
        }
    }

    #[test]
    fn a_filter_leaves_rows_out_before_they_are_ranked() {
        let found = scan_where(&[3.0, 2.0, 1.0], 1, &[1.0], 2, &|row: u32| row != 0).unwrap();
        assert_eq!(found.iter().map(|hit| hit.document).collect::<Vec<_>>(), [1, 2]);
    }
}
