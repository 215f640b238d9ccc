//! Rows of buffers.

use std::ops::Range;

use super::BLOCK;
use crate::real::Real;

/// Rows that are handed out from the front.
#[derive(Debug)]
pub(super) struct Rows<'a, T> {
    values: &'a mut [T],
    width: usize,
}

impl<'a, T> Rows<'a, T> {
    pub(super) fn new(values: &'a mut [T], width: usize) -> Self {
        Self { values, width }
    }

    /// The next rows, or as many as are left.
    pub(super) fn take(&mut self, rows: usize) -> &'a mut [T] {
        let values = std::mem::take(&mut self.values);
        let (taken, left) = values.split_at_mut((rows * self.width).min(values.len()));
        self.values = left;
        taken
    }

    /// As [`Self::take`], to be handed out further.
    pub(super) fn take_rows(&mut self, rows: usize) -> Self {
        Self { values: self.take(rows), width: self.width }
    }

    /// All rows that are left.
    pub(super) fn all(&mut self) -> &mut [T] {
        self.values
    }
}

#[inline(always)]
pub(super) fn row<T>(rows: &[T], index: usize, width: usize) -> &[T] {
    &rows[index * width..][..width]
}

#[inline(always)]
pub(super) fn row_mut<T>(rows: &mut [T], index: usize, width: usize) -> &mut [T] {
    &mut rows[index * width..][..width]
}

/// Brings a buffer to a length whose values will all be written.
pub(super) fn fit<T: Real>(buffer: &mut Vec<T>, length: usize) {
    buffer.resize(length, T::ZERO);
}

/// Rows in blocks that stay in the cache between the steps of a level.
pub(super) fn blocks(rows: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    rows.clone().step_by(BLOCK).map(move |start| start..rows.end.min(start + BLOCK))
}

/// Side of the squares that are transposed at once: both of their sides stay in the first cache.
const SQUARE: usize = 16;

/// Writes rows of `columns` values as columns.
pub(super) fn transpose<T: Copy>(stored: &[T], columns: usize, target: &mut [T]) {
    let rows = stored.len() / columns;
    for first_row in (0..rows).step_by(SQUARE) {
        for first_column in (0..columns).step_by(SQUARE) {
            for column in first_column..columns.min(first_column + SQUARE) {
                for row in first_row..rows.min(first_row + SQUARE) {
                    target[column * rows + row] = stored[row * columns + column];
                }
            }
        }
    }
}
