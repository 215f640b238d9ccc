//! Imports of the call-graph fixtures, against what their statements name when read line by line.
//!
//! Go's packages are folders, which the graph has no nodes for, what Rust's paths mean depends on what is declared, and what
//! manifests give is not read off the lines: they have cases of their own.

use std::collections::BTreeSet;
use std::path::Path;

use super::calls::{files_below, project_graph, projects};
use crate::graph::{EdgeKind, NodeKind};
use crate::language::{Language, PackageRoot};

/// Paths of a file and of one that it imports.
type Imports = BTreeSet<(String, String)>;

fn found(project: &Path) -> Imports {
    let graph = project_graph(project);
    let path = |node: u32| graph.file_paths[graph.files[node as usize] as usize].clone();
    let inside = |target: u32| graph.kind(target) != NodeKind::External;
    let imports = graph.edges().filter(|edge| edge.kind == EdgeKind::Imports && inside(edge.target));
    imports.map(|edge| (path(edge.source), path(edge.target))).collect()
}

fn expected(project: &Path, language: Language) -> Imports {
    let files = files_below(project);
    let paths: BTreeSet<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    let mut imports = Imports::new();
    for (name, path) in files.iter().filter(|(name, _)| Language::from_path(name).is_some()) {
        let text = std::fs::read_to_string(path).unwrap();
        for candidates in text.lines().flat_map(|line| named(language, name, line, &paths)) {
            let target = candidates.into_iter().find(|candidate| paths.contains(candidate.as_str()));
            imports.extend(target.filter(|target| target != name).map(|target| (name.clone(), target)));
        }
        if language == Language::Java {
            let packages = text.lines().filter_map(java_package);
            let targets = packages.flat_map(|package| paths.iter().filter(move |path| lies_in(path, &package)));
            imports.extend(targets.map(|target| (name.clone(), (*target).to_owned())));
        }
    }
    imports
}

/// The files that each import of a line may mean, the likeliest first.
fn named(language: Language, file: &str, line: &str, paths: &BTreeSet<&str>) -> Vec<Vec<String>> {
    let line = line.trim();
    match language {
        Language::Python => by_python(file, line),
        Language::JavaScript | Language::TypeScript => by_ecmascript(file, line),
        Language::Java => by_java(line).into_iter().collect(),
        _ => by_inclusion(file, line, paths).into_iter().collect(),
    }
}

/// The file beside the including one, else the only one that a build may find under the written path.
fn by_inclusion(file: &str, line: &str, paths: &BTreeSet<&str>) -> Option<Vec<String>> {
    let written = line.strip_prefix("#include \"")?.strip_suffix('"')?;
    let end = format!("/{written}");
    let found: Vec<&&str> = paths.iter().filter(|path| **path == written || path.ends_with(&end)).collect();
    let only = if let [only] = found[..] { Some((*only).to_owned()) } else { None };
    Some(std::iter::once(beside(file, 0, written)).chain(only).collect())
}

/// A path from a folder around a file, with `..` taken out.
fn beside(file: &str, up: usize, written: &str) -> String {
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.truncate(parts.len().saturating_sub(1 + up));
    for part in written.split('/').filter(|part| !matches!(*part, "." | "")) {
        match part {
            ".." => parts.truncate(parts.len().saturating_sub(1)),
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

fn by_ecmascript(file: &str, line: &str) -> Vec<Vec<String>> {
    let is_import = line.starts_with("import ") || line.starts_with("export ") || line.starts_with('}');
    let quoted = line.split(['\'', '"']).nth(1).filter(|path| is_import && path.starts_with('.'));
    let Some(quoted) = quoted else { return Vec::new() };
    let path = beside(file, 0, quoted);
    let stem = path.strip_suffix(".js").unwrap_or(&path);
    let ends = ["", ".js", ".ts", ".tsx", "/index.js", "/index.ts"];
    vec![std::iter::once(path.clone()).chain(ends.map(|end| format!("{stem}{end}"))).collect()]
}

fn by_java(line: &str) -> Option<Vec<String>> {
    let path = line.strip_prefix("import ")?.trim_start_matches("static ").trim_end_matches(';').replace('.', "/");
    let around = path.rsplit_once('/').map_or("", |(around, _)| around);
    let roots = ["", "src/main/java/", "src/test/java/"];
    let files = |root: &str| [format!("{root}{path}.java"), format!("{root}{around}.java")];
    Some(roots.into_iter().flat_map(files).collect())
}

/// The folder of the package of which a line imports everything.
fn java_package(line: &str) -> Option<String> {
    Some(line.trim().strip_prefix("import ")?.strip_suffix(".*;")?.replace('.', "/"))
}

fn lies_in(path: &str, package: &str) -> bool {
    let roots = ["", "src/main/java/", "src/test/java/"];
    path.rsplit_once('/').is_some_and(|(folder, _)| roots.iter().any(|root| folder == format!("{root}{package}")))
}

fn by_python(file: &str, line: &str) -> Vec<Vec<String>> {
    let line = line.split('#').next().unwrap_or_default().trim();
    let module = |dots: usize, path: &str| {
        let path = path.replace('.', "/");
        let path = if dots == 0 { path } else { beside(file, dots - 1, &path) };
        [format!("{path}.py"), format!("{path}/__init__.py").trim_start_matches('/').to_owned()]
    };
    let plain =
        |names: &str| names.split(',').map(|name| name.trim().split(' ').next().unwrap_or("").to_owned()).collect();
    if let Some(names) = line.strip_prefix("import ") {
        let names: Vec<String> = plain(names);
        return names.iter().map(|name| module(0, name).to_vec()).collect();
    }
    let Some((from, names)) = line.strip_prefix("from ").and_then(|rest| rest.split_once(" import ")) else {
        return Vec::new();
    };
    let dots = from.len() - from.trim_start_matches('.').len();
    let from = &from[dots..];
    let names: Vec<String> = plain(names.trim_matches(['(', ')']));
    let joined = |name: &str| if from.is_empty() { name.to_owned() } else { format!("{from}.{name}") };
    names.iter().map(|name| [module(dots, &joined(name)), module(dots, from)].concat()).collect()
}

#[test]
fn imports_lead_to_the_files_that_their_statements_name() {
    let languages =
        [Language::Python, Language::JavaScript, Language::TypeScript, Language::Java, Language::C, Language::Cpp];
    for language in languages {
        let mut count = 0;
        let has_manifest = |project: &Path| {
            files_below(project).iter().any(|(name, _)| PackageRoot::is_manifest(name.rsplit('/').next().unwrap()))
        };
        for (name, path) in projects(language).into_iter().filter(|(_, path)| !has_manifest(path)) {
            let (found, mut expected) = (found(&path), expected(&path, language));
            // A source file and its own header are one module.
            let stem = |path: &str| path.rsplit_once('.').map(|(stem, _)| stem.to_owned());
            let is_included = |to: &str| [".h", ".hpp"].iter().any(|end| to.ends_with(end));
            expected.retain(|(from, to)| !is_included(to) || stem(from) != stem(to));
            assert_eq!(found, expected, "{} {name}", language.name());
            count += expected.len();
        }
        println!("{}: {count} imports", language.name());
        assert!(count > 5, "{}: the fixtures were read: {count}", language.name());
    }
}
