//! The part of the project graph that a model may see.

use super::Csr;
use crate::error::{CoreError, Result};
use crate::features::SparseRows;
use crate::graph::{EdgeKind, ProjectGraph};

/// Number of relations.
pub const RELATIONS: usize = 6;

/// The relations' names, in order.
pub const RELATION_NAMES: [&str; RELATIONS] = ["container", "contained", "callees", "callers", "bases", "subclasses"];

/// What a graph model reads: a feature row a node, and for each relation the nodes that send to a node.
///
/// 0 container (what contains the node), 1 contained, 2 callees, 3 callers, 4 bases, 5 subclasses. Callees and bases are
/// those that the node's own file gives without its import statements, so that a file's imports can't be read off its
/// own input; callers and subclasses come from any file, by the names that their file gives them: who calls a function
/// because some other file handed it over depends on that file's imports. Variables, imports and externals have neither features nor
/// neighbours.
#[derive(Debug, Clone, PartialEq)]
pub struct InputGraph {
    /// One row a node.
    pub rows: SparseRows,
    /// Row `r` of a relation: the nodes that send to `r`, ascending.
    pub relations: [Csr; RELATIONS],
}

impl InputGraph {
    /// Number of nodes.
    pub fn node_count(&self) -> usize {
        self.rows.rows()
    }

    /// The disjoint union: the parts' nodes one after the other.
    pub fn concat(parts: &[&Self]) -> Self {
        let mut union = Self { rows: SparseRows::default(), relations: Default::default() };
        for part in parts {
            let offset = union.node_count() as u32;
            union.rows.extend(&part.rows);
            for (whole, relation) in union.relations.iter_mut().zip(&part.relations) {
                whole.extend_shifted(relation, offset);
            }
        }
        union
    }

    /// The same nodes without the edges between different parts, such as the packages of different splits.
    /// `parts` names the part of each node.
    ///
    /// # Errors
    /// [`CoreError::Inconsistent`] where there is not one part a node.
    pub fn cut(&self, parts: &[u8]) -> Result<Self> {
        if parts.len() != self.node_count() {
            return Err(CoreError::Inconsistent {
                what: format!("{} parts for {} nodes", parts.len(), self.node_count()),
            });
        }
        let same_part = |one: u32, other: u32| parts[one as usize] == parts[other as usize];
        Ok(Self { rows: self.rows.clone(), relations: self.relations.each_ref().map(|csr| csr.filtered(same_part)) })
    }
}

/// The input graph of a project. `rows` holds one row a node of the files, in order; externals get empty rows.
pub fn input_graph(graph: &ProjectGraph, mut rows: SparseRows) -> InputGraph {
    while rows.rows() < graph.node_count() {
        rows.end_row();
    }
    let mut pairs = Pairs::default();
    let is_seen = |node: u32| graph.kind(node).has_features();
    let contains = graph.edges().filter(|edge| edge.kind == EdgeKind::Contains);
    for edge in contains.filter(|edge| is_seen(edge.source) && is_seen(edge.target)) {
        pairs.add(0, edge.source, edge.target);
    }
    for (source, target, kind) in graph.own_edges() {
        let relation = if kind == EdgeKind::Calls { 3 } else { 5 };
        if graph.files[source as usize] == graph.files[target as usize] {
            pairs.add(relation, source, target);
        } else {
            pairs.receive(relation, target, source);
        }
    }
    InputGraph { rows, relations: pairs.0.map(|pairs| Csr::from_pairs(graph.node_count(), pairs)) }
}

/// `(receiver, sender)` pairs of each relation.
#[derive(Default)]
struct Pairs([Vec<(u32, u32)>; RELATIONS]);

impl Pairs {
    fn receive(&mut self, relation: usize, receiver: u32, sender: u32) {
        self.0[relation].push((receiver, sender));
    }

    /// An edge in both directions. `to_target` is the relation in which the source sends to the target; its partner
    /// (0 and 1, 2 and 3, 4 and 5) is the way back.
    fn add(&mut self, to_target: usize, source: u32, target: u32) {
        self.receive(to_target, target, source);
        self.receive(to_target ^ 1, source, target);
    }
}
