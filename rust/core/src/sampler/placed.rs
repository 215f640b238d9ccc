//! A text at the place of a file of an indexed project.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::{Csr, InputGraph, RELATIONS, input_graph};
use crate::features::SparseRows;
use crate::graph::{Definitions, FileFacts, NodeKind, ProjectGraph, link, path_in_module};

const CALLERS: usize = 3;
const SUBCLASSES: usize = 5;

/// A text in its project: as much of the input graph as some hops from its nodes reach.
#[derive(Debug, Clone, PartialEq)]
pub struct PlacedText {
    /// The nodes that are reached, in the project's order.
    pub graph: InputGraph,
    /// The text's file node.
    pub file_node: u32,
    /// The text's functions and methods, ascending.
    pub functions: Vec<u32>,
}

/// Puts a text in the place of file `file`; `facts` and `rows` are the text's own, read under that file's path.
///
/// What the text says by itself (nodes, rows, relations within the file) is exactly what indexing it would give. Callers
/// and subclasses between it and other files are those of the index: an end in the file stays with the definition that
/// has its qualified name now, and the edge goes where there is none. So the answer equals that of a new index, node by
/// node and in order, for every edit after which references between this file and others still mean the same names. Only
/// a new index knows what the text newly calls in other files, and where a reference leads whose name here is gone,
/// imported or newly written.
pub fn place(
    project: &ProjectGraph,
    input: &InputGraph,
    file: u32,
    facts: &FileFacts,
    rows: SparseRows,
    hops: usize,
) -> PlacedText {
    let place = Place::new(project, input, file, facts, rows);
    let seeds = place.own_nodes(facts, NodeKind::has_features);
    let (nodes, relations) = place.reach(&seeds, hops);
    let numbers: FxHashMap<u32, u32> = (0..).zip(nodes.iter().map(|(node, _)| *node)).map(flip).collect();
    let functions = place.own_nodes(facts, |kind| kind == NodeKind::Function);
    PlacedText {
        graph: place.cut(&nodes, &relations, &numbers),
        file_node: numbers[&place.run.start],
        functions: functions.iter().map(|node| numbers[node]).collect(),
    }
}

fn flip((number, node): (u32, u32)) -> (u32, u32) {
    (node, number)
}

/// Nodes are numbered as a new index would number them: the text's own where the file's were, later ones moved on.
struct Place<'a> {
    input: &'a InputGraph,
    /// The text alone.
    own: InputGraph,
    own_count: u32,
    /// The nodes that the file has in the index.
    run: Range<u32>,
    /// For each of those the node of the text that takes its place where it calls or inherits from another file.
    heirs: Vec<Option<u32>>,
    /// By relation and node of the text: senders in other files.
    incoming: FxHashMap<(usize, u32), Vec<u32>>,
}

impl<'a> Place<'a> {
    fn new(project: &ProjectGraph, input: &'a InputGraph, file: u32, facts: &FileFacts, rows: SparseRows) -> Self {
        // Externals come last and have the largest number as their file.
        let start = project.files.partition_point(|other| *other < file) as u32;
        let end = project.files.partition_point(|other| *other <= file) as u32;
        let mut place = Self {
            input,
            own: input_graph(&link(std::slice::from_ref(facts)), rows),
            own_count: facts.nodes().len() as u32,
            run: start..end,
            heirs: heirs(project, start..end, facts),
            incoming: FxHashMap::default(),
        };
        let (definitions, module) = (Definitions::new(facts), module_name(project, start));
        for old in start..end {
            let path = path_in_module(&project.names[old as usize], module);
            place.receive(CALLERS, old, || definitions.callee(path));
            place.receive(SUBCLASSES, old, || definitions.base(path));
        }
        place
    }

    /// Takes over what other files send to a node of the indexed file.
    fn receive(&mut self, relation: usize, old: u32, heir: impl FnOnce() -> Option<u32>) {
        let outside = self.input.relations[relation].row(old).iter().filter(|sender| !self.run.contains(sender));
        let senders: Vec<u32> = outside.map(|sender| self.moved(*sender)).collect();
        if senders.is_empty() {
            return;
        }
        if let Some(heir) = heir() {
            self.incoming.entry((relation, heir)).or_default().extend(senders);
        }
    }

    fn own_nodes(&self, facts: &FileFacts, takes: impl Fn(NodeKind) -> bool) -> Vec<u32> {
        let nodes = (self.run.start..).zip(facts.nodes());
        nodes.filter(|(_, node)| takes(node.kind)).map(|(number, _)| number).collect()
    }

    /// The new number of a node of another file.
    fn moved(&self, old: u32) -> u32 {
        if old < self.run.start { old } else { old - self.run.len() as u32 + self.own_count }
    }

    /// The node of the text, or else the old number of a node of another file.
    fn find(&self, node: u32) -> Result<u32, u32> {
        match node.checked_sub(self.run.start) {
            Some(own) if own < self.own_count => Ok(own),
            Some(_) => Err(node - self.own_count + self.run.len() as u32),
            None => Err(node),
        }
    }

    /// Those who send to a node, ascending.
    fn senders(&self, relation: usize, node: u32, senders: &mut Vec<u32>) {
        senders.clear();
        match self.find(node) {
            Ok(own) => {
                senders.extend(self.own.relations[relation].row(own).iter().map(|sender| sender + self.run.start));
                senders.extend(self.incoming.get(&(relation, own)).into_iter().flatten());
            }
            Err(old) => senders.extend(self.input.relations[relation].row(old).iter().filter_map(|sender| {
                match sender.checked_sub(self.run.start).and_then(|place| self.heirs.get(place as usize)) {
                    Some(heir) => heir.map(|own| own + self.run.start),
                    None => Some(self.moved(*sender)),
                }
            })),
        }
        senders.sort_unstable();
        senders.dedup();
    }

    /// The nodes within `hops` of the seeds, ascending, each with the place of its row where it is nearer than that; and
    /// these rows.
    fn reach(&self, seeds: &[u32], hops: usize) -> (Vec<(u32, Option<u32>)>, [Csr; RELATIONS]) {
        let mut places: FxHashMap<u32, u32> = seeds.iter().copied().zip(0..).collect();
        let mut nodes = seeds.to_vec();
        let mut relations: [Csr; RELATIONS] = Default::default();
        let (mut done, mut senders) = (0, Vec::new());
        for _ in 0..hops {
            let hop_end = nodes.len();
            for place in done..hop_end {
                for (relation, rows) in relations.iter_mut().enumerate() {
                    self.senders(relation, nodes[place], &mut senders);
                    rows.indices.extend_from_slice(&senders);
                    rows.end_row();
                    for sender in &senders {
                        places.entry(*sender).or_insert_with(|| {
                            nodes.push(*sender);
                            nodes.len() as u32 - 1
                        });
                    }
                }
            }
            done = hop_end;
        }
        let mut reached: Vec<_> = nodes.into_iter().zip(0..).collect();
        reached.sort_unstable();
        let with_row = |(node, place): (u32, u32)| (node, (place < done as u32).then_some(place));
        (reached.into_iter().map(with_row).collect(), relations)
    }

    /// The input graph of some nodes.
    fn cut(&self, nodes: &[(u32, Option<u32>)], found: &[Csr; RELATIONS], numbers: &FxHashMap<u32, u32>) -> InputGraph {
        let mut rows = SparseRows::default();
        let mut relations: [Csr; RELATIONS] = Default::default();
        for (node, place) in nodes {
            rows.push_row(match self.find(*node) {
                Ok(own) => self.own.rows.row(own),
                Err(old) => self.input.rows.row(old),
            });
            for (kept, all) in relations.iter_mut().zip(found) {
                let senders = place.map_or(&[][..], |place| all.row(place));
                kept.indices.extend(senders.iter().map(|sender| numbers[sender]));
                kept.end_row();
            }
        }
        InputGraph { rows, relations }
    }
}

/// The name of the module in the file whose nodes start here.
fn module_name(project: &ProjectGraph, file_node: u32) -> &str {
    project.names.get(file_node as usize + 1).map_or("", String::as_str)
}

/// For each node of a file in the index the node of the text of the same kind, name and order among those.
fn heirs(project: &ProjectGraph, run: Range<u32>, facts: &FileFacts) -> Vec<Option<u32>> {
    let mut named: FxHashMap<(u8, &str), Vec<u32>> = FxHashMap::default();
    for (number, node) in facts.nodes().iter().enumerate().rev() {
        let number = number as u32;
        named.entry((node.kind as u8, facts.path_of(number))).or_default().push(number);
    }
    let module = module_name(project, run.start);
    let heir = |old: u32| {
        let path = path_in_module(&project.names[old as usize], module);
        named.get_mut(&(project.kinds[old as usize], path))?.pop()
    };
    run.map(heir).collect()
}

#[cfg(test)]
mod tests;
