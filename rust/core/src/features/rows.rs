//! Sparse rows.

/// Rows of `(column, value)` entries, columns ascending (CSR).
#[derive(Debug, Clone, PartialEq)]
pub struct SparseRows {
    /// Start of each row and the end of the last: one entry more than there are rows.
    pub indptr: Vec<u32>,
    /// Columns.
    pub indices: Vec<u16>,
    /// Values, none zero.
    pub values: Vec<f32>,
}

impl Default for SparseRows {
    fn default() -> Self {
        Self { indptr: vec![0], indices: Vec::new(), values: Vec::new() }
    }
}

impl SparseRows {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.indptr.len().saturating_sub(1)
    }

    /// Columns and values of a row.
    pub fn row(&self, row: u32) -> (&[u16], &[f32]) {
        let range = self.indptr[row as usize] as usize..self.indptr[row as usize + 1] as usize;
        (&self.indices[range.clone()], &self.values[range])
    }

    /// Adds an entry to the row that is being made. Columns must ascend.
    #[inline]
    pub fn push(&mut self, column: u16, value: f32) {
        self.indices.push(column);
        self.values.push(value);
    }

    /// Ends the row that the entries pushed since the last call make up.
    pub fn end_row(&mut self) {
        self.indptr.push(self.indices.len() as u32);
    }

    /// Appends a whole row: columns, ascending, and values.
    pub fn push_row(&mut self, (columns, values): (&[u16], &[f32])) {
        self.indices.extend_from_slice(columns);
        self.values.extend_from_slice(values);
        self.end_row();
    }

    /// Appends another's rows.
    pub fn extend(&mut self, other: &Self) {
        let end = self.indices.len() as u32;
        self.indptr.extend(other.indptr.iter().skip(1).map(|position| position + end));
        self.indices.extend_from_slice(&other.indices);
        self.values.extend_from_slice(&other.values);
    }
}
