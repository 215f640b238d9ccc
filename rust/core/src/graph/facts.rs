//! What one file contributes to the project graph.

use serde::{Deserialize, Serialize};

use super::accesses::accesses;
use super::collect::{Collected, collect};
use super::marks::told_tests;
use super::modules::Family;
use super::points_to::{Program, lower};
use super::privacy::is_private;
use super::resolve::{Resolved, resolve};
use super::types::{self, Sketch};
use super::{EdgeKind, NodeKind};
use crate::language::{Category, Language, Sharing};
use crate::syntax::{NONE, SyntaxTree, count_bytes};

/// One node of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
///
/// It can be stored and read again by the same code; its serialised form means nothing to any other.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FileFacts {
    pub(super) path: String,
    pub(super) language: Option<Language>,
    pub(super) nodes: Vec<FileNode>,
    /// The node that contains each node; of the file node itself [`NONE`].
    pub(super) parents: Vec<u32>,
    pub(super) imports: Vec<Import>,
    /// What is called, sorted by source, then base classes as written.
    pub(super) references: Vec<Reference>,
    /// Calls and inheritance within the file as if it had no imports: source, target, kind; sorted.
    pub(super) own_edges: Vec<(u32, u32, EdgeKind)>,
    /// Names of the module and of classes that other files can refer to, sorted by owner and name.
    pub(super) symbols: Vec<Symbol>,
    /// Variables that are read and written, like references.
    pub(super) accesses: Vec<Reference>,
    /// Variables of modules and classes: owner, name, node; sorted.
    pub(super) variables: Vec<(u32, String, u32)>,
    /// Those of them that other files do not see though they see the others, ascending.
    pub(super) hidden: Vec<u32>,
    pub(super) import_labels: Vec<(u32, String)>,
    pub(super) masked: Vec<u32>,
    /// Functions of which the text says that they are tests, ascending.
    pub(super) tests: Vec<u32>,
    /// What the file does with functions, for languages whose values are followed.
    pub(super) program: Option<Program>,
    /// What the file says of types, for the other languages.
    pub(super) sketch: Option<Sketch>,
}

/// A name bound by an import statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Import {
    /// What the name stands for: an absolute dotted path, or [`WILDCARD`] after one.
    pub(super) path: String,
    /// The module that the statement names.
    pub(super) module: String,
    /// The path of the file that the statement names, where it names one by its whole path.
    pub(super) file: Option<String>,
    /// The statement names it relative to the file's own package.
    pub(super) relative: bool,
    /// The name stands for a member of `module`.
    pub(super) member: bool,
    /// The module is none of the project's, whatever its name.
    pub(super) outside: bool,
}

/// The last part of the path of an import of everything.
pub(super) const WILDCARD: &str = "*";

/// Something that a file refers to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Target {
    /// A node of the file.
    Local(u32),
    /// What an import stands for, then a dotted path of attributes (may be empty).
    Import(u32, String),
    /// A dotted path that starts with a name of the language itself.
    Builtin(String),
    /// A method of a class of the file that is not found in it or its bases in the file.
    Inherited(u32, String),
    /// A method of an object about which nothing is known.
    Method(String),
    /// A name that nothing in the file binds.
    Unbound(String),
}

/// A call or a base class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Reference {
    pub(super) source: u32,
    pub(super) kind: EdgeKind,
    pub(super) target: Target,
    pub(super) confidence: f32,
}

/// A name by which other files reach something of this one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Symbol {
    /// The module or class that has the name.
    pub(super) owner: u32,
    pub(super) name: String,
    pub(super) target: Target,
}

impl FileFacts {
    /// The file's path, relative to the source root, with `/`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The language that the file is written in; none for facts of no file.
    pub fn language(&self) -> Option<Language> {
        self.language
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

    /// The function or class that contains a node, or the module (1) or file (0).
    pub(crate) fn parent(&self, node: u32) -> u32 {
        self.parents[node as usize]
    }

    /// Calls within the file as if it had no imports: caller, callee; each pair once.
    pub(crate) fn own_calls(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        let calls = self.own_edges.iter().filter(|(_, _, kind)| *kind == EdgeKind::Calls);
        calls.map(|(source, target, _)| (*source, *target))
    }

    /// Syntax nodes, ascending: uses of names that neither the file, imports apart, nor the language binds.
    pub(crate) fn masked(&self) -> &[u32] {
        &self.masked
    }

    /// The name of the module in this file.
    pub(super) fn module(&self) -> &str {
        &self.nodes[1].name
    }

    /// Whether the file is the root of what is built and does not stand for its folder: modules that it declares lie beside
    /// it.
    pub(super) fn is_build_root(&self) -> bool {
        let last = self.module().rsplit('.').next().unwrap_or_default();
        let roots = self.language.map_or(&[][..], |language| language.table().names().root_files);
        roots.contains(&last) && roots.contains(&self.stem())
    }

    /// The languages whose files the file can import; nothing where it has none.
    pub(super) fn family(&self) -> Family {
        self.language.map_or("", |language| language.table().family())
    }

    /// Whether what is imported from a module is never a module in it.
    pub(super) fn imports_only_members(&self) -> bool {
        self.language.is_some_and(|language| !language.table().rules().modules_have_modules)
    }

    /// Which names of other files the file sees without importing them one by one.
    pub(super) fn sharing(&self) -> Sharing {
        self.language.map_or(Sharing::Imports, |language| language.table().rules().sharing)
    }

    /// How much of the path is a folder that builds take for the root of packages; none where it leads through no such.
    pub(super) fn source_root(&self) -> Option<usize> {
        let roots = self.language.map_or(&[][..], |language| language.table().names().source_roots);
        let end_of = |root: &&'static str| {
            let mut found = self.path.rmatch_indices(*root).map(|(start, _)| (start, start + root.len()));
            found.find(|(start, end)| {
                let is_whole = *start == 0 || self.path.as_bytes()[start - 1] == b'/';
                is_whole && self.path.as_bytes().get(*end) == Some(&b'/')
            })
        };
        roots.iter().filter_map(end_of).map(|(_, end)| end).max()
    }

    /// The folder whose files are one package, from the root of packages on.
    pub(super) fn package_folder(&self) -> &str {
        let folder = super::modules::folder_of(&self.path);
        let below = self.source_root().and_then(|root| folder.get(root..));
        below.map_or(folder, |below| below.trim_start_matches('/'))
    }

    /// The name of the file without folders and extension.
    pub(super) fn stem(&self) -> &str {
        let file = self.path.rsplit('/').next().unwrap_or(&self.path);
        file.rsplit_once('.').map_or(file, |(stem, _)| stem)
    }

    pub(super) fn push(&mut self, tree: &SyntaxTree, kind: NodeKind, name: String, syntax: u32, parent: u32) -> u32 {
        let last = last_token(tree, syntax);
        self.nodes.push(FileNode {
            kind,
            name,
            syntax,
            start_line: tree.start_line(syntax),
            end_line: tree.end_line(last),
            start_byte: tree.byte_range(syntax).start as u32,
            end_byte: tree.byte_range(last).end as u32,
        });
        self.parents.push(parent);
        self.nodes.len() as u32 - 1
    }
}

/// Reads what a file contributes to the project graph. `path` is relative to the source root, with `/`.
pub fn file_facts(path: &str, source: &[u8], tree: &SyntaxTree) -> FileFacts {
    let collected = collected(path, source, tree);
    let resolved = resolve(source, tree, &collected);
    let is_followed = tree.table().rules().values_are_followed;
    let program = is_followed.then(|| lower(source, tree, &collected));
    let sketch = (!is_followed).then(|| types::lower(source, tree, &collected));
    let tests = told_tests(source, tree, &collected);
    let (accesses, variables) = (accesses(source, tree, &collected), variables(&collected.facts));
    let hidden = hidden(source, tree, &collected.facts);
    FileFacts { accesses, variables, hidden, tests, program, sketch, ..with_resolved(collected.facts, resolved) }
}

/// [`file_facts`] without what linking follows values and variables by: all that a file's features and a text in the place of a file
/// need.
pub fn own_facts(path: &str, source: &[u8], tree: &SyntaxTree) -> FileFacts {
    let collected = collected(path, source, tree);
    let resolved = resolve(source, tree, &collected);
    with_resolved(collected.facts, resolved)
}

pub(super) fn collected<'source>(path: &str, source: &'source [u8], tree: &SyntaxTree) -> Collected<'source> {
    let mut facts = FileFacts { path: path.to_owned(), language: Some(tree.language()), ..FileFacts::default() };
    facts.push(tree, NodeKind::File, path.to_owned(), 0, NONE);
    facts.push(tree, NodeKind::Module, module_name(path, tree.table().names().package_files), 0, 0);
    for whole in &mut facts.nodes {
        (whole.start_line, whole.start_byte) = (1, 0);
        (whole.end_line, whole.end_byte) = (last_line(source), source.len() as u32);
    }
    collect(source, tree, facts)
}

fn with_resolved(facts: FileFacts, resolved: Resolved) -> FileFacts {
    let Resolved { references, own_edges, symbols, import_labels, masked } = resolved;
    FileFacts { references, own_edges, symbols, import_labels, masked, ..facts }
}

/// The variables of a file's modules and classes: owner, name, node; sorted.
fn variables(facts: &FileFacts) -> Vec<(u32, String, u32)> {
    let numbered = facts.nodes.iter().enumerate().filter(|(_, node)| node.kind == NodeKind::Variable);
    let named = numbered.map(|(number, node)| {
        let name = node.name.rsplit('.').next().unwrap_or(&node.name).to_owned();
        (facts.parents[number], name, number as u32)
    });
    let mut variables: Vec<_> = named.collect();
    variables.sort_unstable();
    variables
}

/// Variables that other files do not see, where files see each other's names.
fn hidden(source: &[u8], tree: &SyntaxTree, facts: &FileFacts) -> Vec<u32> {
    let numbered = facts.nodes.iter().zip(0..).filter(|(node, _)| node.kind == NodeKind::Variable);
    numbered.filter(|(node, _)| is_private(tree, source, node.syntax)).map(|(_, number)| number).collect()
}

/// The dotted name of the module in a file; a package's own file has the name of its folder.
fn module_name(path: &str, package_files: &[&str]) -> String {
    let folder_end = path.rfind('/').map_or(0, |slash| slash + 1);
    let stem = path[folder_end..].rfind('.').map_or(path, |dot| &path[..folder_end + dot]);
    let package = package_files.iter().find_map(|file| stem.strip_suffix(file)?.strip_suffix('/'));
    package.unwrap_or(stem).replace('/', ".")
}

/// The number of lines, at least 1; a line break at the end opens no further line.
fn last_line(source: &[u8]) -> u32 {
    let text = source.strip_suffix(b"\n").unwrap_or(source);
    1 + count_bytes(text, |byte| byte == b'\n') as u32
}

/// The last token of a node that is no comment: a block runs on over comments behind it, a definition does not.
fn last_token(tree: &SyntaxTree, node: u32) -> u32 {
    let is_token = |part: &u32| tree.first_child(*part) == NONE && tree.category(*part) != Category::Comment;
    (node..tree.subtree_end(node)).rev().find(is_token).unwrap_or(node)
}
