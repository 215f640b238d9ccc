//! Which names the scopes of a text bind, and where those come from that they only use.

use std::collections::BTreeMap;

use super::collect::Collected;
use super::facts::collected;
use super::scopes::ScopeKind;
use crate::language::{Category, Role};
use crate::syntax::{NONE, SyntaxTree};

/// How far above a name its list of parameters may begin.
const MOST_STEPS: usize = 8;

/// Where a name of a scope comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NameOrigin {
    /// It is a parameter.
    Parameter,
    /// The scope binds it.
    Local,
    /// A function around the scope binds it.
    Free,
    /// The module or the language binds it, or nothing does.
    Global,
}

impl NameOrigin {
    /// The name in listings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Parameter => "parameter",
            Self::Local => "local",
            Self::Free => "free",
            Self::Global => "global",
        }
    }
}

/// A scope and its names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeNames {
    /// The first line of its syntax, 1-based.
    pub line: u32,
    /// The name of the function or class; of what has none its form: `lambda`, `comprehension`.
    pub name: String,
    /// Every name that the scope binds or uses, sorted.
    pub names: Vec<(String, NameOrigin)>,
}

/// The scopes of a text but that of its module: functions, lambdas, comprehensions and classes, by line. `path` is where
/// the text stands, which tells what relative imports can bind.
pub fn scope_names(path: &str, source: &[u8], tree: &SyntaxTree) -> Vec<ScopeNames> {
    let collected = collected(path, source, tree);
    let mut reader =
        Reader { source, tree, collected: &collected, found: vec![BTreeMap::new(); collected.scopes.len()] };
    reader.bound();
    reader.deleted();
    reader.declared();
    reader.used();
    reader.finish()
}

struct Reader<'a, 'source> {
    source: &'source [u8],
    tree: &'a SyntaxTree,
    collected: &'a Collected<'source>,
    /// By scope: its names and where they come from.
    found: Vec<BTreeMap<u32, NameOrigin>>,
}

impl Reader<'_, '_> {
    fn bound(&mut self) {
        for bind in &self.collected.binds {
            let origin = if self.is_parameter(bind.syntax) { NameOrigin::Parameter } else { NameOrigin::Local };
            let known = self.found[bind.scope as usize].entry(bind.name).or_insert(origin);
            *known = origin.min(*known);
        }
    }

    fn is_parameter(&self, name: u32) -> bool {
        let mut node = name;
        for _ in 0..MOST_STEPS {
            let parent = self.tree.parent(node);
            if parent == NONE {
                return false;
            }
            if self.tree.category(parent) == Category::Parameters || self.tree.role(node) == Role::Parameters {
                return true;
            }
            node = parent;
        }
        false
    }

    /// What a scope deletes (`del x`, `del (x, y)`) is its own, as if it bound it.
    fn deleted(&mut self) {
        for used in &self.collected.uses {
            if self.is_deleted(used.syntax) {
                self.found[used.scope as usize].entry(used.name).or_insert(NameOrigin::Local);
            }
        }
    }

    fn is_deleted(&self, name: u32) -> bool {
        let mut node = name;
        for _ in 0..MOST_STEPS {
            node = self.tree.parent(node);
            if node == NONE {
                return false;
            }
            match self.tree.category(node) {
                Category::Delete => return true,
                Category::ExpressionList | Category::Tuple | Category::List | Category::Parenthesized => {}
                _ => return false,
            }
        }
        false
    }

    /// What `global` and `nonlocal` say; a name of a function further out goes through all scopes in between.
    fn declared(&mut self) {
        for (scope, name) in self.collected.scopes.declared_outer() {
            let (home, through) = self.home(scope, name);
            let origin = if home == 0 { NameOrigin::Global } else { NameOrigin::Free };
            self.found[scope as usize].insert(name, origin);
            for passed in through.into_iter().filter(|_| home != 0) {
                self.found[passed as usize].entry(name).or_insert(NameOrigin::Free);
            }
        }
    }

    /// The function around a scope that binds a name, else the module, and the scopes in between.
    fn home(&self, scope: u32, name: u32) -> (u32, Vec<u32>) {
        let scopes = &self.collected.scopes;
        let mut through = Vec::new();
        let mut current = scopes.get(scope).parent;
        while current != NONE && current != 0 {
            let is_declared = scopes.is_declared_outer(current, name);
            let is_bound = !is_declared
                && matches!(self.found[current as usize].get(&name), Some(NameOrigin::Local | NameOrigin::Parameter));
            if is_bound && scopes.get(current).kind != ScopeKind::Class {
                return (current, through);
            }
            through.push(current);
            current = scopes.get(current).parent;
        }
        (0, through)
    }

    fn used(&mut self) {
        for used in &self.collected.uses {
            self.note_use(used.runs_in, used.name);
        }
    }

    /// A name that only a function further out binds goes through all scopes in between.
    fn note_use(&mut self, scope: u32, name: u32) {
        let mut through = Vec::new();
        let mut current = scope;
        let origin = loop {
            let parent = self.collected.scopes.get(current).parent;
            if parent == NONE {
                break NameOrigin::Global;
            }
            let is_seen = current == scope || self.collected.scopes.get(current).kind != ScopeKind::Class;
            match self.found[current as usize].get(&name).filter(|_| is_seen) {
                Some(NameOrigin::Global) => break NameOrigin::Global,
                Some(_) if current == scope => return,
                Some(_) => break NameOrigin::Free,
                None => through.push(current),
            }
            current = parent;
        };
        match origin {
            NameOrigin::Free => {
                for passed in through {
                    self.found[passed as usize].entry(name).or_insert(NameOrigin::Free);
                }
            }
            _ => {
                self.found[scope as usize].entry(name).or_insert(NameOrigin::Global);
            }
        }
    }

    fn finish(self) -> Vec<ScopeNames> {
        let scopes = &self.collected.scopes;
        let opened = (1..scopes.len() as u32).filter(|scope| scopes.get(*scope).syntax != NONE);
        let mut listed: Vec<ScopeNames> = opened.map(|scope| self.listing(scope)).collect();
        listed.sort_by_key(|scope| scope.line);
        listed
    }

    fn listing(&self, scope: u32) -> ScopeNames {
        let syntax = self.collected.scopes.get(scope).syntax;
        let name = match self.tree.category(syntax) {
            Category::Lambda => "lambda",
            Category::Comprehension | Category::Generator => "comprehension",
            _ => self.tree.definition_name(syntax).map_or("", |name| self.tree.text(name, self.source)),
        };
        let named = self.found[scope as usize].iter();
        let mut names: Vec<(String, NameOrigin)> =
            named.map(|(name, origin)| (self.collected.names.text(*name).to_owned(), *origin)).collect();
        names.sort();
        ScopeNames { line: self.tree.start_line(syntax), name: name.to_owned(), names }
    }
}
