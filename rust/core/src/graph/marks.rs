//! Functions of which the text itself says that they are tests.

use rustc_hash::FxHashMap;

use super::NodeKind;
use super::chain::{Chain, called, read_chain};
use super::collect::Collected;
use super::scopes::View;
use super::testing::is_test_file;
use crate::language::{Category, Role};
use crate::syntax::{NONE, SyntaxTree};

/// How many expressions around a function are looked at for a call that hands it over, and how many calls for the name of
/// what is called.
const MOST_STEPS: usize = 16;

/// The functions of a file that are marked as tests, or handed to a test runner in a file of tests; ascending.
pub(super) fn told_tests(source: &[u8], tree: &SyntaxTree, collected: &Collected<'_>) -> Vec<u32> {
    let mut told = marked(tree, collected);
    let tests = tree.table().tests();
    if !tests.runners.tests.is_empty() && is_test_file(collected.facts.path(), tests) {
        let reader = Reader { source, tree, collected };
        told.extend(reader.values());
        told.extend(reader.named());
    }
    told.sort_unstable();
    told.dedup();
    told
}

/// Whether a decorator says that what it stands at is a test: `#[tokio::test]`, `@Test(timeout = 5)`.
pub(super) fn marks_test(tree: &SyntaxTree, text: &str) -> bool {
    let markers = tree.table().tests().markers;
    let written = text.trim_start_matches(['#', '!', '[', '@']);
    let path = written.split(['(', ']', ' ', '\n']).next().unwrap_or_default();
    markers.contains(&path.rsplit([':', '.']).next().unwrap_or_default())
}

fn marked(tree: &SyntaxTree, collected: &Collected<'_>) -> Vec<u32> {
    if collected.test_marks.is_empty() {
        return Vec::new();
    }
    let nodes = collected.facts.nodes.iter().zip(0..).filter(|(node, _)| node.kind == NodeKind::Function);
    let functions: FxHashMap<u32, u32> = nodes.map(|(node, number)| (node.syntax, number)).collect();
    let found = collected.test_marks.iter().filter_map(|mark| functions.get(&decorated(tree, *mark)?));
    found.copied().collect()
}

/// The function that a decorator stands before, or in the header of which it stands.
fn decorated(tree: &SyntaxTree, decorator: u32) -> Option<u32> {
    let is_function = |node: &u32| *node != NONE && tree.category(*node) == Category::Function;
    let is_between = |node: &u32| matches!(tree.category(*node), Category::Decorator | Category::Comment);
    let mut next = tree.next_sibling(decorator);
    while next != NONE && is_between(&next) {
        next = tree.next_sibling(next);
    }
    let header = tree.parent(decorator);
    let around = if header == NONE { NONE } else { tree.parent(header) };
    [next, header, around].into_iter().find(is_function)
}

struct Reader<'a, 'source> {
    source: &'source [u8],
    tree: &'a SyntaxTree,
    collected: &'a Collected<'source>,
}

impl Reader<'_, '_> {
    /// Functions written where they are handed over, also by way of another function: `it('…', wrapped(() => …))`.
    fn values(&self) -> impl Iterator<Item = u32> + '_ {
        let lambdas = self.collected.lambdas.iter();
        lambdas.filter(|(syntax, _)| self.is_handed_to_runner(**syntax)).map(|(_, node)| *node)
    }

    fn is_handed_to_runner(&self, value: u32) -> bool {
        let mut inner = value;
        for _ in 0..MOST_STEPS {
            let around = self.tree.parent(inner);
            if around == NONE {
                return false;
            }
            match self.tree.category(around) {
                Category::Call if self.tree.role(inner) == Role::Callee => return false,
                Category::Call if self.is_runner(around) => return true,
                Category::Call
                | Category::Arguments
                | Category::Parenthesized
                | Category::Dictionary
                | Category::Pair => inner = around,
                _ => return false,
            }
        }
        false
    }

    /// Functions handed over by their names.
    fn named(&self) -> impl Iterator<Item = u32> + '_ {
        let handed = self.collected.uses.iter().filter(|used| {
            let list = self.tree.parent(used.syntax);
            list != NONE
                && self.tree.category(list) == Category::Arguments
                && self.tree.category(self.tree.parent(list)) == Category::Call
                && self.is_runner(self.tree.parent(list))
        });
        let bindings = handed.filter_map(|used| self.collected.scopes.find(used.scope, used.name, View::Full));
        bindings.flat_map(|(_, binding)| binding.definitions())
    }

    /// Whether a call hands tests to a test runner: `it(…)`, `test.only(…)`, `test.each(table)(…)`, `QUnit.test(…)`.
    fn is_runner(&self, call: u32) -> bool {
        let mut callee = called(self.tree, call);
        for _ in 0..MOST_STEPS {
            match callee.filter(|callee| self.tree.category(*callee) == Category::Call) {
                Some(inner) => callee = called(self.tree, inner),
                None => break,
            }
        }
        let Some(callee) = callee else { return false };
        let Chain::Name { root, attributes } = read_chain(self.tree, self.source, callee) else { return false };
        let runners = self.tree.table().tests().runners;
        let mut parts = std::iter::once(root).chain(attributes);
        let is_told = parts.clone().any(|part| runners.tests.contains(&part));
        is_told && !parts.any(|part| runners.surroundings.contains(&part))
    }
}
