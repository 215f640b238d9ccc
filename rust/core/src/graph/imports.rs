//! Import statements.

use super::facts::{FileFacts, Import, WILDCARD};
use crate::language::{Category, Role};
use crate::syntax::SyntaxTree;

/// An import and the name that it binds (none for an import of everything), with its syntax node.
pub(super) struct BoundImport<'source> {
    pub(super) import: Import,
    pub(super) name: Option<&'source str>,
    pub(super) syntax: u32,
}

/// The imports of a statement. `facts` gives the file's place for relative ones.
pub(super) fn read_imports<'source>(
    source: &'source [u8],
    tree: &SyntaxTree,
    facts: &FileFacts,
    statement: u32,
) -> Vec<BoundImport<'source>> {
    if tree.category(statement) == Category::Import {
        return imported_names(tree, statement).map(|name| module_import(source, tree, name)).collect();
    }
    // A statement that names no module speaks to the compiler, not to another module.
    let Some(module) = tree.child_with_role(statement, Role::Module) else { return Vec::new() };
    let relative = tree.category(module) == Category::ImportPath;
    let Some(module) = absolute_module(tree, facts, tree.text(module, source)) else { return Vec::new() };
    imported_names(tree, statement)
        .map(|syntax| {
            let (path, name) = match tree.category(syntax) {
                Category::ImportWildcard => (WILDCARD, None),
                _ => path_and_name(source, tree, syntax),
            };
            let import = Import { path: join(&module, path), module: module.clone(), relative, member: true };
            BoundImport { import, name, syntax }
        })
        .collect()
}

fn imported_names(tree: &SyntaxTree, statement: u32) -> impl Iterator<Item = u32> + '_ {
    tree.children(statement)
        .filter(|child| tree.role(*child) == Role::Name || tree.category(*child) == Category::ImportWildcard)
}

/// `import a.b` binds `a`; `import a.b as c` binds `c` to `a.b`.
fn module_import<'source>(source: &'source [u8], tree: &SyntaxTree, syntax: u32) -> BoundImport<'source> {
    let (module, alias) = path_and_name(source, tree, syntax);
    let first = module.split('.').next();
    let (path, name) =
        if tree.category(syntax) == Category::ImportAlias { (module, alias) } else { (first.unwrap_or(module), first) };
    let import = Import { path: path.to_owned(), module: module.to_owned(), relative: false, member: false };
    BoundImport { import, name, syntax }
}

/// What an entry of an import list names, and the name that it binds.
fn path_and_name<'source>(
    source: &'source [u8],
    tree: &SyntaxTree,
    syntax: u32,
) -> (&'source str, Option<&'source str>) {
    let name = tree.child_with_role(syntax, Role::Name).filter(|_| tree.category(syntax) == Category::ImportAlias);
    let alias = tree.child_with_role(syntax, Role::Alias);
    let path = tree.text(name.unwrap_or(syntax), source);
    (path, Some(alias.map_or(path, |alias| tree.text(alias, source))))
}

/// The module that `written` names in this file; none where it leads out of the source root.
fn absolute_module(tree: &SyntaxTree, facts: &FileFacts, written: &str) -> Option<String> {
    let rest = written.trim_start_matches('.');
    let dots = written.len() - rest.len();
    if dots == 0 {
        return Some(written.to_owned());
    }
    let is_root = facts.module() == tree.table().names().package_file;
    let mut package: Vec<&str> = if is_root { Vec::new() } else { facts.module().split('.').collect() };
    let up = dots - usize::from(is_package(tree, facts.path()));
    if up > package.len() {
        return None;
    }
    package.truncate(package.len() - up);
    Some(join(&package.join("."), rest.trim()))
}

/// Whether a file stands for its folder.
fn is_package(tree: &SyntaxTree, path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or(path);
    file.split('.').next() == Some(tree.table().names().package_file)
}

/// Two dotted paths, either of which may be empty.
pub(super) fn join(path: &str, rest: &str) -> String {
    match (path.is_empty(), rest.is_empty()) {
        (true, _) => rest.to_owned(),
        (_, true) => path.to_owned(),
        _ => format!("{path}.{rest}"),
    }
}
