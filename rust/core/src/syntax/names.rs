//! What names a definition.

use super::{NONE, SyntaxTree};
use crate::language::{Category, Role};

/// How many declarators and parts of a name are looked through.
const DEEPEST_DECLARATOR: usize = 32;
impl SyntaxTree {
    /// The node that names a function, class or namespace: its own name, or that of the variable or field that it is the
    /// value of where the language has that (see [`Self::assigned_name`]).
    pub(crate) fn definition_name(&self, definition: u32) -> Option<u32> {
        self.written_name(definition).map(|name| self.last_name(name)).or_else(|| self.assigned_name(definition))
    }

    /// The name as a definition writes it, with the classes and namespaces before it.
    pub(crate) fn written_name(&self, definition: u32) -> Option<u32> {
        self.child_with_role(definition, Role::Name).or_else(|| self.declared_name(definition))
    }

    /// What names a function or class without a name of its own: the variable, field or key that it is the value of.
    pub(crate) fn assigned_name(&self, value: u32) -> Option<u32> {
        let name = self.last_name(self.assigned_target(value)?);
        let plain = matches!(self.category(name), Category::Identifier | Category::MemberName | Category::String);
        plain.then_some(name)
    }

    /// What a value is assigned to, as written.
    pub(crate) fn assigned_target(&self, value: u32) -> Option<u32> {
        let parent = self.parent(value);
        if parent == NONE {
            return None;
        }
        match (self.category(parent), self.role(value)) {
            // `typedef struct { … } Point;`
            (Category::TypeAlias, Role::Type) => self.child_with_role(parent, Role::Declarator),
            _ if !self.table().rules().functions_take_names => None,
            (Category::Assignment, Role::Right) => self.child_with_role(parent, Role::Left),
            (Category::Pair, Role::Value) => self.child_with_role(parent, Role::Key),
            (Category::ExpressionList, _) if self.role(parent) == Role::Right => self.target_beside(value),
            _ => None,
        }
    }

    /// The variable in the place that a value has in a list: `a, b = f, g`.
    fn target_beside(&self, value: u32) -> Option<u32> {
        let values = self.parent(value);
        let place = self.children(values).filter(|child| self.is_named(*child)).position(|child| child == value)?;
        let assignment = self.parent(values);
        let mut targets =
            self.children(assignment).filter(|child| self.role(*child) == Role::Left && self.is_named(*child));
        let first = targets.next()?;
        if self.category(first) == Category::ExpressionList {
            return self.children(first).filter(|child| self.is_named(*child)).nth(place);
        }
        if place == 0 { Some(first) } else { targets.nth(place - 1) }
    }

    /// Whether a name is a variable that an assignment binds, alone or in a list.
    pub(crate) fn is_assigned_variable(&self, name: u32) -> bool {
        let parent = self.parent(name);
        let is_left = |node: u32| self.role(node) == Role::Left;
        let in_list = || parent != NONE && self.category(parent) == Category::ExpressionList && is_left(parent);
        self.category(name) == Category::Identifier && (is_left(name) || in_list())
    }

    /// The name inside the declarators of a function.
    fn declared_name(&self, definition: u32) -> Option<u32> {
        let mut current = definition;
        for _ in 0..DEEPEST_DECLARATOR {
            current = self.declared(current)?;
            match self.category(current) {
                Category::Declarator => {}
                Category::Signature => match self.child_with_role(current, Role::Name) {
                    Some(name) if self.category(name) != Category::Declarator => return Some(name),
                    Some(declarator) => current = declarator,
                    None => return None,
                },
                _ => return None,
            }
        }
        None
    }

    fn declared(&self, node: u32) -> Option<u32> {
        let is_inner = |child: &u32| matches!(self.category(*child), Category::Declarator | Category::Signature);
        self.child_with_role(node, Role::Declarator).or_else(|| self.children(node).find(is_inner))
    }

    /// The last part of a dotted name.
    fn last_name(&self, name: u32) -> u32 {
        let mut current = name;
        for _ in 0..DEEPEST_DECLARATOR {
            let next = match self.category(current) {
                Category::Member => self.child_with_role(current, Role::Member),
                Category::Subscript => self.child_with_role(current, Role::Value),
                _ => None,
            };
            let Some(next) = next else { break };
            current = next;
        }
        current
    }
}
