//! `package.json` and the paths of `tsconfig.json`.

use serde_json::{Map, Value};

/// Folders that builds write to, from what lies in [`SOURCES`].
const BUILT: &[&str] = &["build/", "dist/", "lib/", "out/"];
const SOURCES: &str = "src/";

/// Conditions of an export in the order in which they are tried; then all others.
const CONDITIONS: &[&str] = &["source", "import", "module", "default", "require", "types"];

/// How deep conditions may be nested.
const DEEPEST_CONDITIONS: usize = 8;

/// The paths that a manifest gives, by its name, and where they lead.
pub(in crate::language) fn paths(name: &str, text: &str) -> Vec<(String, String)> {
    let manifest: Option<Value> = serde_json::from_str(&plain(text)).ok();
    let Some(manifest) = manifest else { return Vec::new() };
    if name == "package.json" { package(&manifest) } else { configured(&manifest) }
}

/// A package: its entry, what it exports, and its files by their paths.
fn package(manifest: &Value) -> Vec<(String, String)> {
    let Some(name) = manifest["name"].as_str().filter(|name| !name.is_empty()) else { return Vec::new() };
    let mut given = Vec::new();
    let mut give = |path: &str, targets: &[&str]| {
        let path = path.trim_start_matches('.');
        given.extend(targets.iter().map(|target| (format!("{name}{path}"), (*target).to_owned())));
    };
    for (path, value) in exports(&manifest["exports"]) {
        let mut targets = Vec::new();
        add_targets(value, &mut targets, DEEPEST_CONDITIONS);
        give(path, &targets);
    }
    let entries = ["source", "module", "main", "types", "typings"].map(|field| manifest[field].as_str());
    give(".", &entries.into_iter().flatten().collect::<Vec<_>>());
    let sources: Vec<_> = given.iter().filter_map(|(path, target)| Some((path.clone(), source_of(target)?))).collect();
    let files = [("", "src/index"), ("", "index"), ("/*", "*"), ("/*", "src/*")];
    given.extend(sources);
    given.extend(files.map(|(path, target)| (format!("{name}{path}"), target.to_owned())));
    given
}

/// The exports by their path: `.` where there is just one.
fn exports(value: &Value) -> Vec<(&str, &Value)> {
    match value {
        Value::Object(all) if all.keys().any(|path| path.starts_with('.')) => {
            all.iter().map(|(path, value)| (path.as_str(), value)).collect()
        }
        Value::Null => Vec::new(),
        _ => vec![(".", value)],
    }
}

fn add_targets<'manifest>(value: &'manifest Value, targets: &mut Vec<&'manifest str>, depth: usize) {
    match value {
        Value::String(target) => targets.push(target),
        Value::Array(all) if depth > 0 => all.iter().for_each(|one| add_targets(one, targets, depth - 1)),
        Value::Object(all) if depth > 0 => in_order(all).for_each(|one| add_targets(one, targets, depth - 1)),
        _ => {}
    }
}

fn in_order(conditions: &Map<String, Value>) -> impl Iterator<Item = &Value> {
    let known = CONDITIONS.iter().filter_map(|condition| conditions.get(*condition));
    let others = conditions.iter().filter(|(condition, _)| !CONDITIONS.contains(&condition.as_str()));
    known.chain(others.map(|(_, value)| value))
}

/// The source of a file that a build writes.
fn source_of(target: &str) -> Option<String> {
    let target = target.strip_prefix("./").unwrap_or(target);
    let rest = BUILT.iter().find_map(|folder| target.strip_prefix(folder))?;
    Some(format!("{SOURCES}{rest}"))
}

/// `paths`, then what lies below `baseUrl`.
fn configured(manifest: &Value) -> Vec<(String, String)> {
    let options = &manifest["compilerOptions"];
    let base = options["baseUrl"].as_str();
    let from_base = |target: &str| format!("{}/{target}", base.unwrap_or("."));
    let mut given = Vec::new();
    for (path, targets) in options["paths"].as_object().into_iter().flatten() {
        let targets = targets.as_array().into_iter().flatten().filter_map(Value::as_str);
        given.extend(targets.map(|target| (path.clone(), from_base(target))));
    }
    given.extend(base.map(|_| ("*".to_owned(), from_base("*"))));
    given
}

/// JSON without the comments and commas before a closing bracket that it may have in configurations.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.trim_start_matches('\u{feff}');
    while let Some(first) = rest.chars().next() {
        let token = token_length(rest, first);
        let (token, after) = rest.split_at(token);
        rest = after;
        if token.starts_with("//") || token.starts_with("/*") {
            continue;
        }
        if matches!(first, '}' | ']') && plain.trim_end().ends_with(',') {
            plain.truncate(plain.trim_end().len() - 1);
        }
        plain.push_str(token);
    }
    plain
}

/// The length of the string, the comment or else the character that a text begins with.
fn token_length(text: &str, first: char) -> usize {
    match first {
        '"' => string_length(text),
        '/' if text.starts_with("//") => text.find('\n').unwrap_or(text.len()),
        '/' if text.starts_with("/*") => text[2..].find("*/").map_or(text.len(), |end| end + 4),
        _ => first.len_utf8(),
    }
}

fn string_length(text: &str) -> usize {
    let mut is_escaped = false;
    for (place, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            b'"' if !is_escaped => return place + 1,
            _ => is_escaped = byte == b'\\' && !is_escaped,
        }
    }
    text.len()
}
