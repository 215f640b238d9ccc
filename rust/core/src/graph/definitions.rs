//! What other files mean by a name of a file.

use rustc_hash::FxHashMap;

use super::NodeKind;
use super::facts::{FileFacts, Symbol, Target};
use crate::language::Constructor;

/// The definitions of a file as other files ask for them: by their dotted path in its module.
pub(crate) struct Definitions<'facts> {
    facts: &'facts FileFacts,
    constructor: Constructor,
    /// The last class or function of each path.
    last: FxHashMap<&'facts str, u32>,
}

impl<'facts> Definitions<'facts> {
    pub(crate) fn new(facts: &'facts FileFacts) -> Self {
        let constructor = facts.language.map_or(Constructor::None, |language| language.table().names().constructor);
        let is_definition = |node: &u32| matches!(facts.kind(*node), NodeKind::Class | NodeKind::Function);
        let numbered = (0..facts.nodes.len() as u32).filter(is_definition);
        Self { facts, constructor, last: numbered.map(|node| (facts.path_of(node), node)).collect() }
    }

    /// The class that other files inherit from under a path.
    pub(crate) fn base(&self, path: &str) -> Option<u32> {
        self.find(path).filter(|node| self.facts.kind(*node) == NodeKind::Class)
    }

    /// What other files call under a path: of a class its constructor where it defines one. Calls of a constructor that
    /// is gone are calls of its class.
    pub(crate) fn callee(&self, path: &str) -> Option<u32> {
        let callee = self.find(path).or_else(|| self.class_of_constructor(path))?;
        let is_class = self.facts.kind(callee) == NodeKind::Class;
        let name = self.constructor.of_class(self.facts.path_of(callee)).filter(|_| is_class);
        let own = name.and_then(|name| self.facts.symbols_of(callee, name).iter().rev().find_map(local));
        Some(own.unwrap_or(callee))
    }

    /// The class whose constructor has that path, whether it still defines one or not.
    fn class_of_constructor(&self, path: &str) -> Option<u32> {
        let (class, name) = path.rsplit_once('.')?;
        self.base(class).filter(|_| self.constructor.of_class(class) == Some(name))
    }

    /// The one definition that a path stands for, seen from other files: nothing where branches define several. What has
    /// no name there is known under another one, such as what a function makes global.
    fn find(&self, path: &str) -> Option<u32> {
        let mut owner = 1;
        for part in path.split('.') {
            owner = match self.facts.symbols_of(owner, part) {
                [] => return self.last.get(path).copied(),
                [only] => local(only)?,
                _ => return None,
            };
        }
        Some(owner)
    }
}

impl FileFacts {
    /// The names that a module or class of the file has for others; several where different branches define one.
    pub(super) fn symbols_of(&self, owner: u32, name: &str) -> &[Symbol] {
        let place = |symbol: &Symbol| (symbol.owner, symbol.name.as_str()).cmp(&(owner, name));
        let start = self.symbols.partition_point(|symbol| place(symbol).is_lt());
        let end = start + self.symbols[start..].partition_point(|symbol| place(symbol).is_eq());
        &self.symbols[start..end]
    }

    /// The dotted path of a node in the module.
    pub(crate) fn path_of(&self, node: u32) -> &str {
        path_in_module(&self.nodes[node as usize].name, self.module())
    }

    fn kind(&self, node: u32) -> NodeKind {
        self.nodes[node as usize].kind
    }
}

/// What a qualified name adds to that of its module, which may be named otherwise in a project than in the file alone.
pub(crate) fn path_in_module<'name>(name: &'name str, module: &str) -> &'name str {
    name.strip_prefix(module).map_or(name, |path| path.trim_start_matches('.'))
}

fn local(symbol: &Symbol) -> Option<u32> {
    match symbol.target {
        Target::Local(node) => Some(node),
        _ => None,
    }
}
