//! What one file contributes to the project graph.

use super::NodeKind;
use crate::language::{Category, Role};
use crate::syntax::{NONE, SyntaxTree};

/// One node of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileNode {
    /// What it is.
    pub kind: NodeKind,
    /// Dotted name relative to the source root; of the file node its path.
    pub name: String,
    /// The syntax node.
    pub syntax: u32,
    /// First line, 1-based.
    pub start_line: u32,
    /// Last line, inclusive.
    pub end_line: u32,
    /// First byte.
    pub start_byte: u32,
    /// One past the last byte.
    pub end_byte: u32,
}

/// What one file contributes to the project graph, a pure function of its path and text.
#[derive(Debug, Clone, PartialEq)]
pub struct FileFacts {
    pub(super) path: String,
    pub(super) nodes: Vec<FileNode>,
    /// The node that contains each node; of the file node itself [`NONE`].
    pub(super) parents: Vec<u32>,
    pub(super) import_labels: Vec<(u32, String)>,
}

impl FileFacts {
    /// The file's path, relative to the source root, with `/`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The nodes in pre-order: 0 the file, 1 its module, then the classes, functions, variables and imports.
    pub fn nodes(&self) -> &[FileNode] {
        &self.nodes
    }

    /// Absolute modules as written, of the file node all that it imports, of a function or class node those whose bound
    /// names it uses. Relative imports are left out. Sorted, each once.
    pub fn import_labels(&self) -> &[(u32, String)] {
        &self.import_labels
    }
}

/// Reads what a file contributes to the project graph. `path` is relative to the source root, with `/`.
pub fn file_facts(path: &str, source: &[u8], tree: &SyntaxTree) -> FileFacts {
    let mut facts =
        FileFacts { path: path.to_owned(), nodes: Vec::new(), parents: Vec::new(), import_labels: Vec::new() };
    let module = module_name(path, tree.table().names().package_file);
    facts.push(tree, NodeKind::File, path.to_owned(), 0, NONE);
    facts.push(tree, NodeKind::Module, module, 0, 0);
    let mut open = vec![(1_u32, tree.len() as u32)];
    for node in 0..tree.len() as u32 {
        while open.len() > 1 && open.last().is_some_and(|(_, end)| *end <= node) {
            open.pop();
        }
        let Some(kind) = definition_kind(tree.category(node)) else { continue };
        let Some(name) = tree.child_with_role(node, Role::Name) else { continue };
        let parent = open.last().map_or(1, |(parent, _)| *parent);
        let name = format!("{}.{}", facts.nodes[parent as usize].name, tree.text(name, source));
        let local = facts.push(tree, kind, name, node, parent);
        open.push((local, tree.subtree_end(node)));
    }
    facts
}

impl FileFacts {
    fn push(&mut self, tree: &SyntaxTree, kind: NodeKind, name: String, syntax: u32, parent: u32) -> u32 {
        let bytes = tree.byte_range(syntax);
        self.nodes.push(FileNode {
            kind,
            name,
            syntax,
            start_line: tree.start_line(syntax),
            end_line: tree.end_line(syntax),
            start_byte: bytes.start as u32,
            end_byte: bytes.end as u32,
        });
        self.parents.push(parent);
        self.nodes.len() as u32 - 1
    }
}

fn definition_kind(category: Category) -> Option<NodeKind> {
    match category {
        Category::Class => Some(NodeKind::Class),
        Category::Function => Some(NodeKind::Function),
        _ => None,
    }
}

/// The dotted name of the module in a file; a package's own file has the name of its folder.
fn module_name(path: &str, package_file: &str) -> String {
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    let package = stem.strip_suffix(package_file).and_then(|folder| folder.strip_suffix('/'));
    package.unwrap_or(stem).replace('/', ".")
}
