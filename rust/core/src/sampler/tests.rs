//! The laws of sampling, on arbitrary graphs.

use proptest::prelude::*;

use super::*;
use crate::features::SparseRows;
use crate::graph::{EdgeKind, FileFacts, ProjectGraph, file_facts, link};
use crate::language::Language;
use crate::syntax::{ParseLimits, parse};

/// A graph of `nodes` nodes and `(relation, receiver, sender)` edges, each node's row naming it.
fn graph(nodes: u32, edges: &[(usize, u32, u32)]) -> InputGraph {
    let mut rows = SparseRows::default();
    for node in 0..nodes {
        rows.push(node as u16, 1.0);
        rows.end_row();
    }
    let pairs = |relation| edges.iter().filter(move |edge| edge.0 == relation).map(|edge| (edge.1, edge.2)).collect();
    let relations = std::array::from_fn(|relation| Csr::from_pairs(nodes as usize, pairs(relation)));
    InputGraph { rows, relations }
}

/// Senders of the node at a position, as graph nodes.
fn senders(neighbourhood: &Neighbourhood, relation: usize, position: u32) -> Vec<u32> {
    let row = neighbourhood.relations[relation].row(position);
    row.iter().map(|place| neighbourhood.nodes[*place as usize]).collect()
}

prop_compose! {
    fn any_graph()(nodes in 1_u32..40)(
        nodes in Just(nodes),
        edges in prop::collection::vec((0..RELATIONS, 0..nodes, 0..nodes), 0..160),
        seeds in prop::collection::btree_set(0..nodes, 0..6),
    ) -> (InputGraph, Vec<u32>) {
        (graph(nodes, &edges), seeds.into_iter().rev().collect())
    }
}

proptest! {
    #[test]
    fn each_hop_has_just_the_nodes_it_needs(
        (graph, seeds) in any_graph(),
        fanouts in prop::collection::vec(prop_oneof![0_u32..5, Just(u32::MAX)], 0..4),
        seed: u64,
    ) {
        let found = sample(&graph, &seeds, &fanouts, seed).unwrap();
        let ends = &found.hop_ends;
        prop_assert_eq!(ends.len(), fanouts.len() + 1);
        prop_assert_eq!(&found.nodes[..ends[0] as usize], &seeds[..]);
        prop_assert_eq!(*ends.last().unwrap() as usize, found.nodes.len());
        let mut distinct = found.nodes.clone();
        distinct.sort_unstable();
        distinct.dedup();
        prop_assert_eq!(distinct.len(), found.nodes.len());

        let mut hop_start = 0;
        for (hop, fanout) in fanouts.iter().enumerate() {
            let mut reached = vec![false; found.nodes.len()];
            for position in hop_start..ends[hop] {
                for (relation, adjacency) in graph.relations.iter().enumerate() {
                    let all = adjacency.row(found.nodes[position as usize]);
                    let drawn = senders(&found, relation, position);
                    prop_assert_eq!(drawn.len(), all.len().min(*fanout as usize));
                    prop_assert!(drawn.windows(2).all(|pair| pair[0] < pair[1]), "drawn twice or out of order");
                    prop_assert!(drawn.iter().all(|sender| all.contains(sender)));
                    for place in found.relations[relation].row(position) {
                        prop_assert!(*place < ends[hop + 1], "a sender that its layer does not have");
                        reached[*place as usize] = true;
                    }
                }
            }
            prop_assert!((ends[hop]..ends[hop + 1]).all(|position| reached[position as usize]), "a node nobody needs");
            hop_start = ends[hop];
        }
        let expanded = if fanouts.is_empty() { 0 } else { ends[fanouts.len() - 1] as usize };
        prop_assert!(found.relations.iter().all(|relation| relation.rows() == expanded));
    }

    #[test]
    fn a_draw_does_not_depend_on_the_batch((graph, seeds) in any_graph(), fanout in 1_u32..4, seed: u64) {
        let together = sample(&graph, &seeds, &[fanout, fanout], seed).unwrap();
        prop_assert_eq!(&together, &sample(&graph, &seeds, &[fanout, fanout], seed).unwrap());
        for (position, node) in seeds.iter().enumerate() {
            let alone = sample(&graph, &[*node], &[fanout, fanout], seed).unwrap();
            for relation in 0..RELATIONS {
                prop_assert_eq!(senders(&alone, relation, 0), senders(&together, relation, position as u32));
            }
        }
    }

    #[test]
    fn a_cut_keeps_just_the_edges_inside_a_part((graph, _) in any_graph(), part_of in prop::collection::vec(0_u8..3, 40)) {
        let parts = &part_of[..graph.node_count()];
        let cut = graph.cut(parts).unwrap();
        prop_assert_eq!(&cut.rows, &graph.rows);
        for (kept, all) in cut.relations.iter().zip(&graph.relations) {
            for node in 0..graph.node_count() as u32 {
                let expected: Vec<u32> =
                    all.row(node).iter().copied().filter(|sender| parts[*sender as usize] == parts[node as usize]).collect();
                prop_assert_eq!(kept.row(node), &expected[..]);
            }
        }
        prop_assert!(graph.cut(&part_of[..graph.node_count() - 1]).is_err());
    }

    #[test]
    fn a_union_keeps_its_parts_apart((one, _) in any_graph(), (other, _) in any_graph()) {
        let union = InputGraph::concat(&[&one, &other]);
        let offset = one.node_count() as u32;
        prop_assert_eq!(union.node_count(), one.node_count() + other.node_count());
        for relation in 0..RELATIONS {
            for node in 0..other.node_count() as u32 {
                let expected: Vec<u32> = other.relations[relation].row(node).iter().map(|sender| sender + offset).collect();
                prop_assert_eq!(union.relations[relation].row(node + offset), &expected[..]);
                prop_assert_eq!(union.rows.row(node + offset), other.rows.row(node));
            }
        }
        prop_assert_eq!(InputGraph::concat(&[&one]), one);
    }
}

#[test]
fn another_seed_draws_others() {
    let edges: Vec<_> = (1..30).map(|sender| (2, 0, sender)).collect();
    let graph = graph(30, &edges);
    let draws: std::collections::BTreeSet<_> =
        (0..20).map(|seed| sample(&graph, &[0], &[3], seed).unwrap().nodes).collect();
    assert!(draws.len() > 15, "{}", draws.len());
}

#[test]
fn unknown_and_repeated_seeds_are_named() {
    let graph = graph(3, &[]);
    let message = |seeds: &[u32]| sample(&graph, seeds, &[1], 0).unwrap_err().to_string();
    assert!(message(&[0, 3]).contains("seed 3"));
    assert!(message(&[1, 1]).contains("seed 1"));
}

/// The project graph and the input graph of Python files, with empty rows.
fn linked(files: &[(&str, &str)]) -> (ProjectGraph, InputGraph) {
    let facts: Vec<_> = files
        .iter()
        .map(|(path, text)| {
            let tree = parse(Language::Python, text.as_bytes(), &ParseLimits::default()).unwrap();
            file_facts(path, text.as_bytes(), &tree)
        })
        .collect();
    let graph = link(&facts);
    let mut rows = SparseRows::default();
    facts.iter().flat_map(FileFacts::nodes).for_each(|_| rows.end_row());
    let input = input_graph(&graph, rows);
    (graph, input)
}

/// Who sends to whom, as `receiver relation sender`.
fn relations(graph: &ProjectGraph, input: &InputGraph) -> Vec<String> {
    let name = |node: u32| &graph.names[node as usize];
    let mut lines = Vec::new();
    for (relation, adjacency) in input.relations.iter().enumerate() {
        for node in 0..input.node_count() as u32 {
            let senders = adjacency.row(node).iter();
            lines
                .extend(senders.map(|sender| format!("{} {} {}", name(node), RELATION_NAMES[relation], name(*sender))));
        }
    }
    lines
}

/// What leaves a file in the input graph is its own; what comes in may be anybody's.
#[test]
fn the_input_graph_has_own_calls_out_and_all_calls_in() {
    let (graph, input) = linked(&[
        ("a.py", "import b\nclass A(b.B):\n    def m(self): own(); b.other(); len(x)\ndef own(): pass\nV = 1\n"),
        ("b.py", "class B: pass\ndef other(): pass\n"),
    ]);
    assert_eq!(input.node_count(), graph.node_count());
    let lines = relations(&graph, &input);
    let references: Vec<_> = lines.iter().filter(|line| !line.contains("contain")).map(String::as_str).collect();
    assert_eq!(
        references,
        ["a.A.m callees a.own", "a.own callers a.A.m", "b.other callers a.A.m", "b.B subclasses a.A"]
    );
    let contained: Vec<_> = lines.iter().filter(|line| line.contains(" contained ")).map(String::as_str).collect();
    let expected = [
        "a.py contained a",
        "a contained a.A",
        "a contained a.own",
        "a.A contained a.A.m",
        "b.py contained b",
        "b contained b.B",
        "b contained b.other",
    ];
    assert_eq!(contained, expected);
}

/// A file's imports decide what it hands over; that others call it then must not tell of the imports.
#[test]
fn a_function_that_is_handed_over_looks_the_same_without_the_import() {
    let text = "def own(): pass\ndef m(): run(own)\n";
    let other = ("b.py", "def run(f): f()\n");
    let imported = format!("from b import run\n{text}");
    let (graph, input) = linked(&[("a.py", &imported), other]);
    let name = |node: u32| graph.names[node as usize].as_str();
    let is_found = graph.edges().any(|edge| (name(edge.source), name(edge.target)) == ("b.run", "a.own"));
    assert!(is_found, "the call is in the graph");
    let about_own = |(graph, input): (ProjectGraph, InputGraph)| {
        relations(&graph, &input).into_iter().filter(|line| line.contains("a.own")).collect::<Vec<_>>()
    };
    assert_eq!(about_own((graph, input)), about_own(linked(&[("a.py", text), other])));
}

/// Reads, writes and tests are told to no model.
#[test]
fn variables_and_tests_are_no_part_of_the_input_graph() {
    let files = [
        ("lib.py", "X = 1\ndef f(): return X\n"),
        ("test_lib.py", "from lib import f, X\ndef helper(): f()\ndef test_f(): helper(); X\n"),
    ];
    let (mut graph, input) = linked(&files);
    let is_hidden =
        |kind: u8| matches!(EdgeKind::ALL[usize::from(kind)], EdgeKind::Reads | EdgeKind::Writes | EdgeKind::Tests);
    let hidden: std::collections::BTreeSet<u8> =
        graph.edge_kinds.iter().copied().filter(|kind| is_hidden(*kind)).collect();
    assert_eq!(hidden.len(), 3, "the graph has edges of all three kinds");
    let kept: Vec<usize> = (0..graph.edge_count()).filter(|edge| !is_hidden(graph.edge_kinds[*edge])).collect();
    graph.sources = kept.iter().map(|edge| graph.sources[*edge]).collect();
    graph.targets = kept.iter().map(|edge| graph.targets[*edge]).collect();
    graph.confidences = kept.iter().map(|edge| graph.confidences[*edge]).collect();
    graph.edge_kinds = kept.iter().map(|edge| graph.edge_kinds[*edge]).collect();
    assert_eq!(input_graph(&graph, input.rows.clone()), input);
}
