//! A sampled neighbourhood as borrowed columns, checked once.

use std::ops::Range;

use sapwood_core::sampler::Neighbourhood;

use super::RELATIONS;
use crate::error::{NnError, Result, check_indptr, check_length};

/// One relation: row `r` receives from `indices[indptr[r]..indptr[r + 1]]`.
#[derive(Debug, Clone, Copy)]
pub struct RelationColumns<'a> {
    /// Start of each row and the end of the last.
    pub indptr: &'a [u32],
    /// Senders, as positions in the neighbourhood.
    pub indices: &'a [u32],
}

/// The columns of a neighbourhood. Nodes stand in order of hops: the seeds, then what one hop adds, and so on.
#[derive(Debug, Clone, Copy)]
pub struct NeighbourhoodColumns<'a> {
    /// The feature row of each node.
    pub nodes: &'a [u32],
    /// One past the last node of each hop, from the seeds on: one entry more than there are hops.
    pub hop_ends: &'a [u32],
    /// Who sends to each node but those of the last hop. A node of one hop receives from that and the next at most.
    pub relations: [RelationColumns<'a>; RELATIONS],
}

/// Checked columns.
#[derive(Debug, Clone, Copy)]
pub struct NeighbourhoodView<'a> {
    columns: NeighbourhoodColumns<'a>,
}

impl<'a> NeighbourhoodView<'a> {
    /// Checks every rule that [`NeighbourhoodColumns`] states.
    ///
    /// # Errors
    /// [`NnError::Column`], [`NnError::Length`], [`NnError::OutOfRange`].
    pub fn new(columns: NeighbourhoodColumns<'a>) -> Result<Self> {
        check_hops(&columns)?;
        let view = Self { columns };
        for relation in &columns.relations {
            view.check_relation(relation)?;
        }
        Ok(view)
    }

    /// Number of hops.
    pub fn hops(&self) -> usize {
        self.columns.hop_ends.len() - 1
    }

    /// Number of seeds.
    pub fn seed_count(&self) -> usize {
        self.prefix(0)
    }

    /// Number of nodes within so many hops.
    pub(crate) fn prefix(&self, hops: usize) -> usize {
        self.columns.hop_ends[hops] as usize
    }

    pub(crate) fn nodes(&self) -> &'a [u32] {
        self.columns.nodes
    }

    /// Positions of the nodes that send to a row.
    pub(crate) fn senders(&self, relation: usize, row: usize) -> &'a [u32] {
        let RelationColumns { indptr, indices } = self.columns.relations[relation];
        &indices[indptr[row] as usize..indptr[row + 1] as usize]
    }

    /// Nodes of each hop that receives, with one past the last node that they may receive from.
    fn receiving_hops(&self) -> impl Iterator<Item = (Range<usize>, u32)> {
        let ends = self.columns.hop_ends;
        let starts = std::iter::once(0).chain(ends.iter().copied());
        starts.zip(ends.windows(2)).map(|(start, ends)| (start as usize..ends[0] as usize, ends[1]))
    }

    fn check_relation(&self, relation: &RelationColumns<'_>) -> Result<()> {
        let rows = self.prefix(self.hops() - 1);
        check_length("`indptr` of a relation", relation.indptr.len(), rows + 1)?;
        check_indptr("indptr of a relation", relation.indptr, relation.indices.len())?;
        for (hop, end) in self.receiving_hops() {
            let run = relation.indptr[hop.start] as usize..relation.indptr[hop.end] as usize;
            if relation.indices[run].iter().any(|&sender| sender >= end) {
                return Err(NnError::Column { column: "indices of a relation", defect: "reaches beyond the next hop" });
            }
        }
        Ok(())
    }
}

fn check_hops(columns: &NeighbourhoodColumns<'_>) -> Result<()> {
    let [_, .., last] = *columns.hop_ends else {
        return Err(NnError::Column { column: "hop_ends", defect: "has no hop" });
    };
    if !columns.hop_ends.is_sorted() {
        return Err(NnError::Column { column: "hop_ends", defect: "falls" });
    }
    check_length("the column `nodes`", columns.nodes.len(), last as usize)
}

impl<'a> From<&'a Neighbourhood> for NeighbourhoodColumns<'a> {
    fn from(neighbourhood: &'a Neighbourhood) -> Self {
        let relation = |at: usize| {
            let relation = &neighbourhood.relations[at];
            RelationColumns { indptr: &relation.indptr, indices: &relation.indices }
        };
        Self {
            nodes: &neighbourhood.nodes,
            hop_ends: &neighbourhood.hop_ends,
            relations: std::array::from_fn(relation),
        }
    }
}
