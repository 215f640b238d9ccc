//! Data flow inside a function: between the occurrences of variables in its text.
//!
//! Three kinds of edges, from one leaf of the syntax tree to another:
//!
//! | kind | from | to |
//! |---|---|---|
//! | last write | an occurrence of a variable | each place that may have written what it finds there |
//! | next use | an occurrence | each occurrence of the same variable that may come next |
//! | computed from | a written occurrence | the variables that its value was computed from |
//!
//! (the edges of Allamanis et al., 2018, "Learning to represent programs with graphs", and of Guo et al., 2021, "Pre-training code
//! representations with data flow"). Branches, loops, early exits, exceptions and short-circuit operators are followed, so an occurrence may have
//! several last writes: at least all that can happen, and some that cannot, since conditions are not evaluated. What a
//! nested function reads of the function around it may have been written anywhere there; what it writes may be seen
//! anywhere. `goto` is not followed.
//!
//! Nothing recurses, and the work is bounded by the length of the text: of more last writes than [`MOST_REACHING`] the
//! nearest are given.

mod computed;
mod control;
mod plan;
mod reach;
#[cfg(test)]
mod tests;
mod variables;

use crate::forest::Bindings;
use crate::syntax::SyntaxTree;
use control::ControlFlow;

/// Most last writes, and most uses before, that are given of one occurrence.
pub const MOST_REACHING: usize = 16;

/// What an edge says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum FlowKind {
    /// The target may have written what the source finds.
    LastWrite,
    /// The target may be the next occurrence after the source.
    NextUse,
    /// The value that the source gets was computed from the target.
    ComputedFrom,
}

impl FlowKind {
    /// Every kind, in the order of its number.
    pub const ALL: &'static [Self] = &[Self::LastWrite, Self::NextUse, Self::ComputedFrom];

    /// Stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::LastWrite => "last_write",
            Self::NextUse => "next_use",
            Self::ComputedFrom => "computed_from",
        }
    }
}

/// Edges between leaves as columns, one entry an edge, sorted by source, target and kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flow {
    /// Syntax node of a name.
    pub sources: Vec<u32>,
    /// Syntax node of a name.
    pub targets: Vec<u32>,
    /// What the edge says.
    pub kinds: Vec<FlowKind>,
}

impl Flow {
    /// Number of edges.
    pub fn len(&self) -> usize {
        self.kinds.len()
    }

    /// Whether there are no edges.
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }
}

/// The data flow of the subtree under `root`, a function or a whole text.
///
/// `source` must be the text that `tree` was parsed from.
pub fn flow(source: &[u8], tree: &SyntaxTree, root: u32) -> Flow {
    let bindings = Bindings::of(source, tree, root);
    let occurrences = variables::of(source, tree, root, &bindings);
    let control = ControlFlow::of(source, tree, root, &occurrences);
    let mut edges = reach::edges(&control);
    edges.extend(computed::edges(tree, root, &occurrences));
    edges.sort_unstable();
    edges.dedup();
    Flow {
        sources: edges.iter().map(|edge| edge.0).collect(),
        targets: edges.iter().map(|edge| edge.1).collect(),
        kinds: edges.iter().map(|edge| edge.2).collect(),
    }
}

/// Source, target and kind.
type Edge = (u32, u32, FlowKind);
