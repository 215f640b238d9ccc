//! Texts that stand for names: of attributes, of keys, of modules.

use super::super::program::{Key, NOTHING, Name, Operation, Variable};
use super::Lowering;
use crate::language::{Category, Role};

/// What is known of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Text {
    Whole(Name),
    /// How it begins.
    Start(Name),
}

impl Lowering<'_, '_> {
    /// What is known of the text that an expression gives: a literal, `"on_" + x`, `f"on_{x}"`, `"on_%s" % x`, or a name
    /// that one of these was assigned to.
    pub(super) fn text_of(&mut self, node: u32) -> Option<Text> {
        match self.category(node) {
            Category::String => self.text_of_string(node),
            Category::BinaryOperation => {
                let left = self.tree.child_with_role(node, Role::Left)?;
                let Text::Whole(start) = self.text_of_string(left)? else { return None };
                match self.operator(node) {
                    Category::OperatorAdd => Some(Text::Start(start)),
                    Category::OperatorModulo => self.start_before(start, '%'),
                    _ => None,
                }
            }
            Category::Identifier => self.texts.get(&self.values[node as usize]).copied(),
            _ => None,
        }
    }

    fn text_of_string(&mut self, node: u32) -> Option<Text> {
        if self.category(node) != Category::String {
            return None;
        }
        if let Key::Name(name) = self.key(Some(node)) {
            return Some(Text::Whole(name));
        }
        let mut parts = self.tree.children(node).filter(|part| self.tree.is_named(*part));
        let start = parts.find(|part| self.category(*part) != Category::StringDelimiter)?;
        let is_text = self.category(start) == Category::StringContent;
        is_text.then(|| Text::Start(self.name(self.text(start))))
    }

    fn start_before(&mut self, name: Name, end: char) -> Option<Text> {
        let text = self.program.names[name as usize].clone();
        let start = text.split(end).next().filter(|start| !start.is_empty())?;
        let place = self.program.names.iter().position(|known| known == start);
        let number = place.unwrap_or_else(|| {
            self.program.names.push(start.to_owned());
            self.program.names.len() - 1
        });
        Some(Text::Start(number as u32))
    }

    /// A variable for what is assigned to a name, where that is a text of which something is known.
    pub(super) fn noted_text(&mut self, value: Variable, node: Option<u32>, target: Option<u32>) -> Variable {
        let is_name = target.is_some_and(|target| self.category(target) == Category::Identifier);
        let Some(text) = node.filter(|_| is_name).and_then(|node| self.text_of(node)) else { return value };
        let to = self.program.variable();
        self.program.operation(Operation::Copy { from: value, to });
        self.texts.insert(to, text);
        to
    }

    /// `getattr(object, name)`: the attribute, or all whose names begin as the text does. Says whether anything is known.
    pub(super) fn load_by_text(&mut self, node: u32, object: u32, name: u32) -> bool {
        let base = self.values[object as usize];
        match self.text_of(name) {
            Some(Text::Whole(attribute)) => self.load(node, base, attribute),
            Some(Text::Start(start)) if base != NOTHING => {
                let (to, caller) = (self.value(node), self.caller());
                self.program.operation(Operation::LoadNamed { base, start, to, caller });
            }
            _ => return false,
        }
        true
    }
}
