//! Adjacency lists as two columns.

/// Row `r` holds `indices[indptr[r]..indptr[r + 1]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Csr {
    /// Start of each row and the end of the last: one entry more than there are rows.
    pub indptr: Vec<u32>,
    /// The rows' entries, one row after the other.
    pub indices: Vec<u32>,
}

impl Default for Csr {
    fn default() -> Self {
        Self { indptr: vec![0], indices: Vec::new() }
    }
}

impl Csr {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.indptr.len().saturating_sub(1)
    }

    /// The entries of a row.
    pub fn row(&self, row: u32) -> &[u32] {
        let start = self.indptr[row as usize] as usize;
        let end = self.indptr[row as usize + 1] as usize;
        &self.indices[start..end]
    }

    /// Ends the row that the entries pushed since the last call make up.
    pub(crate) fn end_row(&mut self) {
        self.indptr.push(self.indices.len() as u32);
    }

    /// Rows from `(row, entry)` pairs; sorted, each pair once.
    pub(crate) fn from_pairs(rows: usize, mut pairs: Vec<(u32, u32)>) -> Self {
        pairs.sort_unstable();
        pairs.dedup();
        let mut indptr = vec![0_u32; rows + 1];
        for (row, _) in &pairs {
            indptr[*row as usize + 1] += 1;
        }
        for row in 0..rows {
            indptr[row + 1] += indptr[row];
        }
        Self { indptr, indices: pairs.into_iter().map(|(_, entry)| entry).collect() }
    }

    /// The rows with only the entries that `keeps(row, entry)` accepts.
    pub(crate) fn filtered(&self, keeps: impl Fn(u32, u32) -> bool) -> Self {
        let mut kept = Self::default();
        for row in 0..self.rows() as u32 {
            kept.indices.extend(self.row(row).iter().copied().filter(|entry| keeps(row, *entry)));
            kept.end_row();
        }
        kept
    }

    /// Appends another graph's rows, its entries shifted by `offset`.
    pub(crate) fn extend_shifted(&mut self, other: &Self, offset: u32) {
        let end = self.indices.len() as u32;
        self.indptr.extend(other.indptr.iter().skip(1).map(|position| position + end));
        self.indices.extend(other.indices.iter().map(|entry| entry + offset));
    }
}
