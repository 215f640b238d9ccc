//! Import statements.

use std::borrow::Cow;

use super::facts::{FileFacts, Import, WILDCARD};
use crate::language::{ImportEntry, Imported, ModulePath};
use crate::syntax::SyntaxTree;

/// An import and the name that it binds, with its syntax node.
pub(super) struct BoundImport<'source> {
    pub(super) import: Import,
    pub(super) name: Option<&'source str>,
    /// The name of its graph node.
    pub(super) label: Cow<'source, str>,
    pub(super) syntax: u32,
}

/// The imports of a statement. `facts` gives the file's place for relative ones; `nesting` is the number of namespaces
/// around the statement.
pub(super) fn read_imports<'source>(
    source: &'source [u8],
    tree: &SyntaxTree,
    facts: &FileFacts,
    statement: u32,
    nesting: u32,
) -> Vec<BoundImport<'source>> {
    let entries = tree.table().imports(source, tree, statement);
    entries.into_iter().filter_map(|entry| bound_import(tree, facts, entry, nesting)).collect()
}

fn bound_import<'source>(
    tree: &SyntaxTree,
    facts: &FileFacts,
    entry: ImportEntry<'source>,
    nesting: u32,
) -> Option<BoundImport<'source>> {
    let relative = !matches!(entry.module, ModulePath::Absolute(_) | ModulePath::External(_));
    let outside = matches!(entry.module, ModulePath::External(_));
    let written = entry.written;
    let module = absolute_module(tree, facts, entry.module, nesting)?;
    let (path, member) = match &entry.what {
        Imported::Module => (module.clone(), false),
        Imported::Root => (module.split('.').next().unwrap_or_default().to_owned(), false),
        Imported::Member(name) => (join(&module, name), true),
        Imported::Everything => (join(&module, WILDCARD), true),
    };
    let unnamed = || match (written, &entry.what) {
        (Some(written), _) => Cow::Borrowed(written),
        (None, Imported::Everything) => Cow::Borrowed(WILDCARD),
        (None, _) => Cow::Owned(module.clone()),
    };
    let label = entry.name.map_or_else(unnamed, Cow::Borrowed);
    let import = Import { path, module: module.clone(), relative, member, outside };
    Some(BoundImport { import, name: entry.name, label, syntax: entry.syntax })
}

/// The module that a path names in this file; none where it leads out of the source root.
pub(super) fn absolute_module(tree: &SyntaxTree, facts: &FileFacts, path: ModulePath, nesting: u32) -> Option<String> {
    let (base, up, path) = match path {
        ModulePath::Absolute(path) | ModulePath::External(path) => return Some(path),
        ModulePath::Relative { up, path } => (package_of(tree, facts), up, path),
        // The levels next to the statement are namespaces of the file itself.
        ModulePath::FromModule { up, path } => (facts.module().split('.').collect(), up.saturating_sub(nesting), path),
        ModulePath::PackageRoot(path) => (package_root(facts), 0, path),
    };
    let kept = base.len().checked_sub(up as usize)?;
    Some(join(&base[..kept].join("."), &path))
}

/// The folder of the file, as parts of a module's name.
fn package_of<'facts>(tree: &SyntaxTree, facts: &'facts FileFacts) -> Vec<&'facts str> {
    let mut package: Vec<&str> = facts.module().split('.').collect();
    let is_root = tree.table().names().package_files.contains(&facts.module());
    if is_root || !is_package(tree, facts.path()) {
        package.pop();
    }
    package
}

/// The nearest folder `src` around the file, as parts of a module's name; nothing where there is none.
fn package_root(facts: &FileFacts) -> Vec<&str> {
    let folders: Vec<&str> = facts.path().split('/').collect();
    let end = folders.iter().rposition(|folder| *folder == "src").map_or(0, |position| position + 1);
    folders[..end].to_vec()
}

/// Whether a file stands for its folder.
fn is_package(tree: &SyntaxTree, path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or(path);
    file.split('.').next().is_some_and(|stem| tree.table().names().package_files.contains(&stem))
}

/// Two dotted paths, either of which may be empty.
pub(super) fn join(path: &str, rest: &str) -> String {
    match (path.is_empty(), rest.is_empty()) {
        (true, _) => rest.to_owned(),
        (_, true) => path.to_owned(),
        _ => format!("{path}.{rest}"),
    }
}
