//! Feature rows of a file's nodes.

use super::SparseRows;
use super::schema::KINDS_START;
use crate::graph::FileFacts;
use crate::syntax::SyntaxTree;

/// One row a node of the file, in the order of [`FileFacts::nodes`]; variables and imports have empty rows.
pub fn file_features(_source: &[u8], tree: &SyntaxTree, facts: &FileFacts) -> SparseRows {
    let mut rows = SparseRows::default();
    for node in facts.nodes() {
        let mut counts = [0_u32; 128];
        if node.kind.has_features() {
            (node.syntax..tree.subtree_end(node.syntax)).for_each(|part| counts[tree.category(part) as usize] += 1);
        }
        for (category, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            rows.push(KINDS_START + category as u16, (*count as f32).ln_1p());
        }
        rows.end_row();
    }
    rows
}
