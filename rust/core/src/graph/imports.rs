//! Import statements.

use std::borrow::Cow;

use super::NodeKind;
use super::collect::Collected;
use super::facts::{FileFacts, Import, WILDCARD};
use super::naming::Paths;
use super::scopes::View;
use crate::language::{ImportEntry, Imported, ModulePath};
use crate::syntax::{NONE, SyntaxTree};

/// An import and the name that it binds, with its syntax node.
pub(super) struct BoundImport<'source> {
    pub(super) import: Import,
    pub(super) name: Option<&'source str>,
    /// The name of its graph node.
    pub(super) label: Cow<'source, str>,
    pub(super) syntax: u32,
    /// Definitions of the file decide what the path means.
    pub(super) is_open: bool,
}

/// An import of which definitions of the file decide what it means.
pub(super) struct OpenImport {
    pub(super) import: u32,
    /// The scope in which the statement stands.
    pub(super) scope: u32,
    /// The dotted path of the module or namespace in which it stands.
    pub(super) around: String,
}

/// The imports of a statement. `facts` gives the file's place for relative ones; `around` is the dotted path of the
/// module or namespace in which the statement stands.
pub(super) fn read_imports<'source>(
    source: &'source [u8],
    tree: &SyntaxTree,
    facts: &FileFacts,
    statement: u32,
    around: &str,
) -> Vec<BoundImport<'source>> {
    let entries = tree.table().imports(source, tree, statement);
    entries.into_iter().filter_map(|entry| bound_import(facts, entry, around)).collect()
}

fn bound_import<'source>(facts: &FileFacts, entry: ImportEntry<'source>, around: &str) -> Option<BoundImport<'source>> {
    let outside = matches!(entry.module, ModulePath::External(_));
    let is_absolute = matches!(entry.module, ModulePath::Absolute(_) | ModulePath::Visible(_));
    let is_open = matches!(entry.module, ModulePath::Visible(_) | ModulePath::FromModule { .. });
    let written = entry.written;
    let file = named_file(facts, &entry.module);
    let module = absolute_module(facts, entry.module, around)?;
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
    let relative = !is_absolute && !outside;
    let import = Import { path, module: module.clone(), file, relative, member, outside };
    Some(BoundImport { import, name: entry.name, label, syntax: entry.syntax, is_open })
}

/// The module that a path names in this file; none where it leads out of the source root.
pub(super) fn absolute_module(facts: &FileFacts, path: ModulePath, around: &str) -> Option<String> {
    let (base, up, path) = match path {
        ModulePath::Absolute(path) | ModulePath::Visible(path) | ModulePath::External(path) => return Some(path),
        ModulePath::Relative { up, path } => (folders(facts), up, path),
        ModulePath::File { up, path } => (folders(facts), up, without_extension(&path).replace('/', ".")),
        ModulePath::FromModule { up, path } => (around.split('.').collect(), up, path),
        ModulePath::PackageRoot(path) => (package_root(facts), 0, path),
    };
    let kept = base.len().checked_sub(up as usize)?;
    Some(join(&base[..kept].join("."), &path))
}

/// The path from the source root of the file that an import names, where it names just one.
fn named_file(facts: &FileFacts, path: &ModulePath) -> Option<String> {
    let ModulePath::File { up, path } = path else { return None };
    let mut parts = folders(facts);
    parts.truncate(parts.len().checked_sub(*up as usize)?);
    parts.push(path);
    Some(parts.join("/"))
}

pub(super) fn without_extension(path: &str) -> &str {
    let file = path.rfind('/').map_or(0, |slash| slash + 1);
    path[file..].rfind('.').map_or(path, |dot| &path[..file + dot])
}

/// The folders in which a file lies, outermost first.
fn folders(facts: &FileFacts) -> Vec<&str> {
    facts.path().rsplit_once('/').map_or_else(Vec::new, |(folder, _)| folder.split('/').collect())
}

/// The nearest folder `src` around the file, as parts of a module's name; nothing where there is none.
fn package_root(facts: &FileFacts) -> Vec<&str> {
    let folders: Vec<&str> = facts.path().split('/').collect();
    let end = folders.iter().rposition(|folder| *folder == "src").map_or(0, |position| position + 1);
    folders[..end].to_vec()
}

/// Gives imports that lead to what the file itself defines or declares the path of that.
pub(super) fn settle(collected: &mut Collected<'_>, open: &[OpenImport], paths: &Paths) {
    for one in open {
        if let Some(beginning) = visible_beginning(collected, one, paths) {
            let import = &mut collected.facts.imports[one.import as usize];
            import.path = with_beginning(&import.path, &beginning);
            import.module = with_beginning(&import.module, &beginning);
            import.relative = true;
        }
        lay_beside_root(&mut collected.facts, one.import, paths);
    }
}

/// What the first part of an absolute path is where the statement stands: a namespace, a class, or what an import
/// that leads into the project binds.
fn visible_beginning(collected: &Collected<'_>, open: &OpenImport, paths: &Paths) -> Option<String> {
    let import = &collected.facts.imports[open.import as usize];
    if import.relative {
        return None;
    }
    let first = import.path.split('.').next().unwrap_or_default();
    let inner = join(&open.around, first);
    if paths.is_namespace(&inner) {
        return Some(inner);
    }
    let (_, binding) = collected.scopes.find(open.scope, collected.names.get(first)?, View::Full)?;
    let class = binding.definitions().map(|node| &collected.facts.nodes[node as usize]);
    let class = class.filter(|node| node.kind == NodeKind::Class).map(|node| node.name.clone()).next();
    let imported = || {
        let other = (binding.import != NONE).then(|| &collected.facts.imports[binding.import as usize])?;
        other.relative.then(|| other.path.clone())
    };
    class.or_else(imported)
}

/// A dotted path with another first part.
fn with_beginning(path: &str, beginning: &str) -> String {
    let rest = path.find('.').map_or("", |dot| &path[dot + 1..]);
    join(beginning, rest)
}

/// The modules that the root of what is built declares lie beside it.
fn lay_beside_root(facts: &mut FileFacts, import: u32, paths: &Paths) {
    let Some(root) = facts.is_build_root().then(|| facts.module().to_owned()) else { return };
    let folder = root.rsplit_once('.').map_or("", |(folder, _)| folder);
    let import = &mut facts.imports[import as usize];
    let Some(rest) = import.path.strip_prefix(root.as_str()).and_then(|rest| rest.strip_prefix('.')) else { return };
    let first = rest.split('.').next().unwrap_or_default();
    if paths.is_declared_elsewhere(&join(&root, first)) {
        import.path = join(folder, rest);
        let rest = import.module.strip_prefix(root.as_str()).unwrap_or_default();
        import.module = join(folder, rest.trim_start_matches('.'));
    }
}

/// Two dotted paths, either of which may be empty.
pub(super) fn join(path: &str, rest: &str) -> String {
    match (path.is_empty(), rest.is_empty()) {
        (true, _) => rest.to_owned(),
        (_, true) => path.to_owned(),
        _ => format!("{path}.{rest}"),
    }
}
