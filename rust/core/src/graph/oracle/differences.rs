//! Where the graph and the grammars' tags differ, by a list with a reason for each difference.

use std::collections::BTreeSet;
use std::fmt;

use super::tags::{Definitions, Key, ours, query, tagged};
use super::{read, read_snippets};
use crate::language::{Category, Language};
use crate::syntax::SyntaxTree;

const LIST: &str = include_str!("../../../../../tests/fixtures/languages/differences.tsv");

/// A kind of definition that one side has and the other has not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Difference {
    language: &'static str,
    side: &'static str,
    kind: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}\t{}\t{}", self.language, self.side, self.kind)
    }
}

/// The differences that the list allows.
pub(super) fn listed() -> BTreeSet<String> {
    let rows = LIST.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>());
    rows.map(|row| {
        assert!(row.len() == 4 && !row[3].is_empty(), "a row needs language, side, kind and reason: {row:?}");
        row[..3].join("\t")
    })
    .collect()
}

/// The differences in a text, each with the line of an example.
pub(super) fn differences(language: Language, path: &str, text: &str) -> Vec<(Difference, String)> {
    let (tree, facts) = read(language, path, text);
    let (tags, own) = (tagged(language, text, &query(language)), ours(text, &tree, &facts));
    let missing = only(&tags, &own).map(|(key, kind)| (key, "tags", around(&tree, key, kind)));
    let extra = only(&own, &tags).map(|(key, kind)| (key, "graph", special(key, kind)));
    missing
        .chain(extra)
        .map(|(key, side, kind)| {
            let line = text[..key.0].matches('\n').count() + 1;
            let difference = Difference { language: language.name(), side, kind };
            (difference, format!("{path}:{line} `{}`", key.1))
        })
        .collect()
}

fn only<'a>(of: &'a Definitions, other: &'a Definitions) -> impl Iterator<Item = (&'a Key, &'a String)> {
    of.iter().filter(|(key, _)| !other.contains_key(*key))
}

/// Declarators are told apart by what they stand in: a body makes the difference.
fn around(tree: &SyntaxTree, (start, name): &Key, kind: &str) -> String {
    let at_name = |node: &u32| {
        tree.byte_range(*node) == (*start..start + name.len()) && tree.category(*node) == Category::Identifier
    };
    let Some(node) = (0..tree.len() as u32).rev().find(at_name).filter(|_| kind == "function_declarator") else {
        return kind.to_owned();
    };
    let is_inner = |node: &u32| {
        matches!(
            tree.category(*node),
            Category::Declarator | Category::Signature | Category::Member | Category::Identifier
        )
    };
    let mut current = node;
    while is_inner(&current) {
        current = tree.parent(current);
    }
    format!("{kind} in {}", tree.table().kind_name(tree.kind(current)))
}

/// Names that the tags leave out on purpose.
fn special((_, name): &Key, kind: &str) -> String {
    if name == "constructor" { format!("{kind} constructor") } else { kind.to_owned() }
}

#[test]
fn snippets_differ_from_the_tags_as_listed_and_no_more() {
    let mut found = BTreeSet::new();
    for language in Language::ALL.iter().copied() {
        for (name, text) in read_snippets(language) {
            for (difference, example) in differences(language, &name, &text) {
                found.insert((difference.to_string(), example));
            }
        }
    }
    let kinds: BTreeSet<String> = found.iter().map(|(difference, _)| difference.clone()).collect();
    let listed = listed();
    let new: Vec<_> = found.iter().filter(|(difference, _)| !listed.contains(difference)).collect();
    assert!(new.is_empty(), "not on the list: {new:#?}");
    let known: BTreeSet<_> = Language::ALL.iter().map(|language| language.name()).collect();
    let gone = listed.difference(&kinds).filter(|row| known.contains(row.split('\t').next().unwrap_or_default()));
    assert_eq!(gone.collect::<Vec<_>>(), Vec::<&String>::new(), "on the list, but no snippet shows it");
}
