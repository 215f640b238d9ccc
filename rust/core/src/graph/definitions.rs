//! What other files mean by a name of a file.

use super::NodeKind;
use super::facts::{FileFacts, Symbol, Target};
use crate::language::Language;

impl FileFacts {
    /// The names that a module or class of the file has for others; several where different branches define one.
    pub(super) fn symbols_of(&self, owner: u32, name: &str) -> &[Symbol] {
        let place = |symbol: &Symbol| (symbol.owner, symbol.name.as_str()).cmp(&(owner, name));
        let start = self.symbols.partition_point(|symbol| place(symbol).is_lt());
        let end = start + self.symbols[start..].partition_point(|symbol| place(symbol).is_eq());
        &self.symbols[start..end]
    }

    /// The class that other files inherit from under a qualified name.
    pub(crate) fn base_named(&self, name: &str) -> Option<u32> {
        self.named(name).filter(|node| self.kind(*node) == NodeKind::Class)
    }

    /// What other files call under a qualified name: of a class its constructor where it defines one. Calls of a
    /// constructor that is gone are calls of its class.
    pub(crate) fn callee_named(&self, name: &str) -> Option<u32> {
        let constructor = Language::from_path(&self.path).map_or("", |language| language.table().names().constructor);
        let class_of = || name.strip_suffix(constructor)?.strip_suffix('.').and_then(|class| self.base_named(class));
        let callee = self.named(name).or_else(class_of)?;
        let own = self.symbols_of(callee, constructor).iter().rev().find_map(local);
        Some(own.filter(|_| self.kind(callee) == NodeKind::Class).unwrap_or(callee))
    }

    /// The one definition that a qualified name stands for, seen from other files: nothing where branches define several.
    fn named(&self, name: &str) -> Option<u32> {
        let path = name.strip_prefix(self.module())?.strip_prefix('.')?;
        let mut owner = 1;
        for part in path.split('.') {
            owner = match self.symbols_of(owner, part) {
                [] => return self.last_definition(name),
                [only] => local(only)?,
                _ => return None,
            };
        }
        Some(owner)
    }

    /// A definition that is known under another name than its own, such as one that a function makes global.
    fn last_definition(&self, name: &str) -> Option<u32> {
        let is_meant = |node: &u32| {
            let definition = matches!(self.kind(*node), NodeKind::Class | NodeKind::Function);
            definition && self.nodes[*node as usize].name == name
        };
        (0..self.nodes.len() as u32).rev().find(is_meant)
    }

    fn kind(&self, node: u32) -> NodeKind {
        self.nodes[node as usize].kind
    }
}

fn local(symbol: &Symbol) -> Option<u32> {
    match symbol.target {
        Target::Local(node) => Some(node),
        _ => None,
    }
}
