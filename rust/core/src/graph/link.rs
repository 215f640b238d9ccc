//! Joins the files of a project.

use super::facts::{FileFacts, FileNode};
use super::{EdgeKind, ProjectGraph};
use crate::syntax::NONE;

/// Joins files, given in path order, to a project graph.
pub fn link(files: &[FileFacts]) -> ProjectGraph {
    let mut graph = ProjectGraph::default();
    for file in files {
        let offset = graph.node_count() as u32;
        for (node, parent) in file.nodes.iter().zip(&file.parents) {
            if *parent != NONE {
                graph.push_edge(offset + parent, graph.node_count() as u32, EdgeKind::Contains, 1.0);
            }
            graph.push_node(node);
        }
        graph.file_paths.push(file.path.clone());
    }
    graph
}

impl ProjectGraph {
    fn push_node(&mut self, node: &FileNode) {
        self.kinds.push(node.kind as u8);
        self.names.push(node.name.clone());
        self.files.push(self.file_paths.len() as u32);
        self.start_lines.push(node.start_line);
        self.end_lines.push(node.end_line);
        self.start_bytes.push(node.start_byte);
        self.end_bytes.push(node.end_byte);
    }

    fn push_edge(&mut self, source: u32, target: u32, kind: EdgeKind, confidence: f32) {
        self.sources.push(source);
        self.targets.push(target);
        self.edge_kinds.push(kind as u8);
        self.confidences.push(confidence);
    }
}
