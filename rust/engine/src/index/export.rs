//! The project graph as JSON lines.

use sapwood_core::graph::{EdgeKind, ProjectGraph};
use serde::Serialize;

use super::Index;

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Row<'a> {
    Node {
        id: u32,
        kind: &'static str,
        name: &'a str,
        /// Null for externals, like the lines.
        file: Option<&'a str>,
        start_line: Option<u32>,
        end_line: Option<u32>,
    },
    Edge {
        source: u32,
        target: u32,
        kind: &'static str,
        confidence: f32,
    },
}

impl Index {
    /// Number of JSON lines.
    pub fn row_count(&self) -> usize {
        self.graph.node_count() + self.graph.edge_count()
    }

    /// A JSON line with its newline: nodes in order, then edges.
    pub fn row(&self, position: usize) -> Option<String> {
        let nodes = self.graph.node_count();
        let row = match position.checked_sub(nodes) {
            None => node_row(&self.graph, position),
            Some(edge) if edge < self.graph.edge_count() => edge_row(&self.graph, edge),
            Some(_) => return None,
        };
        let mut line = serde_json::to_string(&row).ok()?;
        line.push('\n');
        Some(line)
    }

    /// Every JSON line, see [`Self::row`].
    pub fn rows(&self) -> impl Iterator<Item = String> + '_ {
        (0..self.row_count()).filter_map(|position| self.row(position))
    }
}

fn node_row(graph: &ProjectGraph, node: usize) -> Row<'_> {
    let file = graph.file_paths.get(graph.files[node] as usize).map(String::as_str);
    Row::Node {
        id: node as u32,
        kind: graph.kind(node as u32).name(),
        name: &graph.names[node],
        file,
        start_line: file.map(|_| graph.start_lines[node]),
        end_line: file.map(|_| graph.end_lines[node]),
    }
}

fn edge_row(graph: &ProjectGraph, edge: usize) -> Row<'_> {
    Row::Edge {
        source: graph.sources[edge],
        target: graph.targets[edge],
        kind: EdgeKind::ALL[usize::from(graph.edge_kinds[edge])].name(),
        confidence: graph.confidences[edge],
    }
}
