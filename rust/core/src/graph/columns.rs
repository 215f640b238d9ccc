//! The project graph as columns.

use super::{EdgeKind, NodeKind};

/// Nodes and edges of a project, one entry of each column a node or an edge.
///
/// A file's nodes are one contiguous run, files in the order they were given; externals come last, by name. Externals
/// have `files` [`u32::MAX`] and zero lines and bytes. Edges are sorted by source, target and kind, each once.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProjectGraph {
    /// Node kinds, see [`NodeKind`].
    pub kinds: Vec<u8>,
    /// Dotted names relative to the source root; a file's is its path.
    pub names: Vec<String>,
    /// Index into `file_paths`.
    pub files: Vec<u32>,
    /// First line, 1-based; of a function or class that of `def` or `class`.
    pub start_lines: Vec<u32>,
    /// Last line, inclusive.
    pub end_lines: Vec<u32>,
    /// First byte.
    pub start_bytes: Vec<u32>,
    /// One past the last byte.
    pub end_bytes: Vec<u32>,
    /// Source node of each edge.
    pub sources: Vec<u32>,
    /// Target node of each edge.
    pub targets: Vec<u32>,
    /// Edge kinds, see [`EdgeKind`].
    pub edge_kinds: Vec<u8>,
    /// How sure each edge is, in (0, 1].
    pub confidences: Vec<f32>,
    /// Sources of the calls and inheritance that models may see: in a file those that its text gives by itself, as if
    /// it had no import statements; then, between files, those that the names of the source's file lead to.
    pub own_sources: Vec<u32>,
    /// Their targets.
    pub own_targets: Vec<u32>,
    /// Their kinds.
    pub own_kinds: Vec<u8>,
    /// The files' paths, relative to the source root.
    pub file_paths: Vec<String>,
}

/// One edge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edge {
    /// Where it starts.
    pub source: u32,
    /// Where it ends.
    pub target: u32,
    /// How the two are related.
    pub kind: EdgeKind,
    /// How sure that is, in (0, 1].
    pub confidence: f32,
}

impl ProjectGraph {
    /// Number of nodes.
    pub fn node_count(&self) -> usize {
        self.kinds.len()
    }

    /// Number of edges.
    pub fn edge_count(&self) -> usize {
        self.sources.len()
    }

    /// The kind of a node.
    pub fn kind(&self, node: u32) -> NodeKind {
        NodeKind::ALL[usize::from(self.kinds[node as usize])]
    }

    /// Every edge, in order.
    pub fn edges(&self) -> impl Iterator<Item = Edge> + '_ {
        (0..self.edge_count()).map(|edge| Edge {
            source: self.sources[edge],
            target: self.targets[edge],
            kind: EdgeKind::ALL[usize::from(self.edge_kinds[edge])],
            confidence: self.confidences[edge],
        })
    }

    /// `(source, target, kind)` of what models may see, see `own_sources`.
    pub fn own_edges(&self) -> impl Iterator<Item = (u32, u32, EdgeKind)> + '_ {
        (0..self.own_sources.len()).map(|edge| {
            let kind = EdgeKind::ALL[usize::from(self.own_kinds[edge])];
            (self.own_sources[edge], self.own_targets[edge], kind)
        })
    }
}
