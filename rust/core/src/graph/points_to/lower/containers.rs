//! Lists, tuples, sets, mappings and comprehensions.

use super::super::program::{Key, NOTHING, Operation, Shape, Variable};
use super::Lowering;
use crate::language::{Category, Role};

impl Lowering<'_, '_> {
    /// A container that an expression makes.
    fn new_container(&mut self, node: u32, shape: Shape, length: usize) -> u32 {
        let container = self.program.container(shape, length);
        let to = self.value(node);
        self.program.operation(Operation::Container { container, to });
        container
    }

    pub(super) fn sequence(&mut self, node: u32) {
        let parts = self.parts_of(node);
        let holds = |part: &u32| self.values[*part as usize] != NOTHING || self.category(*part) == Category::Spread;
        // Most sequences hold plain data; those that grow later are empty at first.
        if !parts.is_empty() && !parts.iter().any(holds) && self.category(node) != Category::List {
            return;
        }
        let spread = parts.iter().position(|part| self.category(*part) == Category::Spread);
        let container = self.new_container(node, Shape::Sequence, if spread.is_some() { 0 } else { parts.len() });
        for (place, part) in parts.iter().enumerate() {
            let is_placed = spread.is_none_or(|spread| place < spread);
            self.element(node, container, if is_placed { Key::Index(place as i32) } else { Key::Any }, *part);
        }
    }

    /// Puts what a part of a container's text gives into the container.
    fn element(&mut self, node: u32, container: u32, key: Key, part: u32) {
        let (base, caller) = (self.values[node as usize], self.caller());
        if self.category(part) == Category::Spread {
            let spread = self.value_of(self.parts_of(part).first().copied());
            return self.program.operation(Operation::Extend { base: spread, container, caller });
        }
        let from = self.values[part as usize];
        if from != NOTHING {
            self.program.operation(Operation::SetItem { base, key, from, caller });
        }
    }

    pub(super) fn mapping(&mut self, node: u32) {
        let container = self.new_container(node, Shape::Mapping, 0);
        for part in self.parts_of(node) {
            if self.category(part) == Category::Pair {
                let (key, value) =
                    (self.tree.child_with_role(part, Role::Key), self.tree.child_with_role(part, Role::Value));
                self.entry(node, key, value);
            } else {
                self.element(node, container, Key::Any, part);
            }
        }
    }

    fn entry(&mut self, node: u32, key: Option<u32>, value: Option<u32>) {
        let (base, caller) = (self.values[node as usize], self.caller());
        let from = self.value_of(key);
        if from != NOTHING {
            self.program.operation(Operation::SetKey { base, from });
        }
        let from = self.value_of(value);
        if from != NOTHING {
            let key = self.key(key);
            self.program.operation(Operation::SetItem { base, key, from, caller });
        }
    }

    pub(super) fn comprehended(&mut self, node: u32) {
        let Some(body) = self.tree.child_with_role(node, Role::Body) else { return };
        if self.category(body) == Category::Pair {
            self.new_container(node, Shape::Mapping, 0);
            let (key, value) =
                (self.tree.child_with_role(body, Role::Key), self.tree.child_with_role(body, Role::Value));
            return self.entry(node, key, value);
        }
        let from = self.values[body as usize];
        if from != NOTHING {
            self.new_container(node, Shape::Sequence, 0);
            let (base, caller) = (self.values[node as usize], self.caller());
            self.program.operation(Operation::SetItem { base, key: Key::Any, from, caller });
        }
    }

    /// Some of the elements, in a container of their own.
    pub(super) fn sliced(&mut self, node: u32, base: Variable) {
        let container = self.new_container(node, Shape::Sequence, 0);
        let caller = self.caller();
        self.program.operation(Operation::Extend { base, container, caller });
    }
}
