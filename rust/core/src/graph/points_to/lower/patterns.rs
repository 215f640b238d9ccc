//! What assignments, loops, contexts and cases bind.

use super::super::program::{Key, NOTHING, Operation, Protocol, Shape, Side, Variable};
use super::Lowering;
use super::operators::in_place_method_of;
use crate::language::{Category, PatternForm, Role};
use crate::syntax::NONE;

impl Lowering<'_, '_> {
    pub(super) fn assigned(&mut self, node: u32) {
        let given = self.tree.child_with_role(node, Role::Right);
        let target = self.tree.child_with_role(node, Role::Left);
        let value = self.noted_text(self.value_of(given), given, target);
        let value = self.annotated_value(node, value);
        self.values[node as usize] = value;
        if let Some(target) = target {
            self.assign(target, value);
        }
    }

    /// A variable of its own for what is assigned under an annotation.
    fn annotated_value(&mut self, assignment: u32, from: Variable) -> Variable {
        let Some(annotation) = self.tree.child_with_role(assignment, Role::Type) else { return from };
        let classes = self.annotation(annotation, self.frame().scope);
        if classes == NOTHING {
            return from;
        }
        let to = self.program.variable();
        self.program.operation(Operation::Copy { from, to });
        self.program.annotated.push((classes, to));
        to
    }

    pub(super) fn named(&mut self, node: u32) {
        let value = self.value_of(self.tree.child_with_role(node, Role::Value));
        self.values[node as usize] = value;
        if let Some(name) = self.tree.child_with_role(node, Role::Name) {
            self.bind(name, value);
        }
    }

    /// `x += y`: changes the object in place if it can.
    pub(super) fn augmented(&mut self, node: u32) {
        let Some(target) = self.tree.child_with_role(node, Role::Left) else { return };
        let argument = self.value_of(self.tree.child_with_role(node, Role::Right));
        let base = self.held_before(target);
        let operator = self.tree.children(node).map(|part| self.category(part)).find(|category| category.is_operator());
        let to = self.program.variable();
        self.program.operation(Operation::Copy { from: base, to });
        if let Some(names) = operator.and_then(in_place_method_of) {
            self.special_with(base, names, argument, to);
        }
        if operator == Some(Category::OperatorAdd) && argument != NOTHING {
            self.program.operation(Operation::Copy { from: argument, to });
        }
        self.assign(target, to);
    }

    /// What the target of an augmented assignment holds before it.
    fn held_before(&mut self, target: u32) -> Variable {
        if self.category(target) != Category::Identifier {
            return self.values[target as usize];
        }
        let place = self.collected.binds.partition_point(|bind| bind.syntax < target);
        let bind = self.collected.binds.get(place).copied().filter(|bind| bind.syntax == target);
        bind.map_or(NOTHING, |bind| self.read(bind.name, bind.scope))
    }

    /// Binds all names in a pattern to their parts of a value, without recursion.
    pub(super) fn assign(&mut self, target: u32, value: Variable) {
        let mut open = vec![(target, value)];
        while let Some((target, value)) = open.pop() {
            match self.category(target) {
                Category::Identifier => self.bind(target, value),
                Category::Member => self.store(target, value),
                Category::Subscript => self.set_item(target, value),
                Category::Other | Category::Parenthesized | Category::VariadicParameter | Category::Spread => {
                    open.extend(self.parts_of(target).first().map(|inner| (*inner, value)));
                }
                _ => self.unpack(target, value, &mut open),
            }
        }
    }

    fn store(&mut self, target: u32, from: Variable) {
        let base = self.value_of(self.tree.child_with_role(target, Role::Object));
        let Some(member) = self.tree.child_with_role(target, Role::Member).filter(|_| base != NOTHING) else { return };
        let (attribute, caller) = (self.name(self.text(member)), self.caller());
        self.program.operation(Operation::Store { base, attribute, from, caller });
    }

    fn set_item(&mut self, target: u32, from: Variable) {
        let base = self.value_of(self.tree.child_with_role(target, Role::Value));
        let index = self.tree.child_with_role(target, Role::Index);
        let key = self.key(index);
        let caller = self.caller();
        if index.is_some_and(|index| self.category(index) == Category::Slice) {
            let element = self.program.variable();
            self.program.operation(Operation::Iterate { base: from, to: element, caller, protocol: Protocol::Plain });
            return self.program.operation(Operation::SetItem { base, key, from: element, caller });
        }
        let names_a_key = self.value_of(index);
        if names_a_key != NOTHING {
            self.program.operation(Operation::SetKey { base, from: names_a_key });
        }
        self.program.operation(Operation::SetItem { base, key, from, caller });
    }

    /// Takes a value apart: `a, *b, c = value`.
    fn unpack(&mut self, pattern: u32, base: Variable, open: &mut Vec<(u32, Variable)>) {
        let parts = self.parts_of(pattern);
        let is_starred = |part: &u32| {
            let starred = matches!(self.category(*part), Category::VariadicParameter | Category::Spread);
            starred || self.form(*part) == Some(PatternForm::Starred)
        };
        let star = parts.iter().position(is_starred);
        let caller = self.caller();
        for (place, part) in parts.iter().enumerate() {
            if base == NOTHING {
                open.push((*part, NOTHING));
            } else if Some(place) == star {
                open.push((*part, self.middle(base, place)));
            } else {
                let index = if star.is_some_and(|star| place > star) {
                    place as i32 - parts.len() as i32
                } else {
                    place as i32
                };
                let to = self.program.variable();
                self.program.operation(Operation::Item { base, key: Key::Index(index), to, caller });
                open.push((*part, to));
            }
        }
    }

    fn middle(&mut self, base: Variable, front: usize) -> Variable {
        let container = self.program.container(Shape::Sequence, 0);
        let to = self.program.variable();
        self.program.operation(Operation::Container { container, to });
        self.program.operation(Operation::Middle { base, front: front as u32, container });
        to
    }

    /// The protocol that a loop or a `with` statement follows.
    fn protocol(&self, node: u32) -> Protocol {
        let word = self.tree.table().names().asynchronous;
        let is_word = |first: u32| !self.tree.is_named(first) && self.text(first) == word;
        if self.tree.children(node).next().is_some_and(is_word) { Protocol::Asynchronous } else { Protocol::Plain }
    }

    /// Binds the target of a loop or of a comprehension's clause to the elements.
    pub(super) fn bind_element(&mut self, node: u32) {
        let base = self.value_of(self.tree.child_with_role(node, Role::Right));
        let Some(target) = self.tree.child_with_role(node, Role::Left) else { return };
        let to = if base == NOTHING { NOTHING } else { self.program.variable() };
        let (protocol, caller) = (self.protocol(node), self.caller());
        self.program.operation(Operation::Iterate { base, to, caller, protocol });
        self.assign(target, to);
    }

    /// `with value as name`.
    pub(super) fn enter_context(&mut self, item: u32) {
        let Some(value) = self.tree.child_with_role(item, Role::Value) else { return };
        let alias = self.tree.child_with_role(value, Role::Alias).filter(|_| self.category(value) == Category::Pattern);
        let base = self.values[value as usize];
        let (to, caller) = (self.program.variable(), self.caller());
        let statement = self.statement_around(item);
        let protocol = self.protocol(statement);
        self.program.operation(Operation::Enter { base, to, caller, protocol });
        if let Some(alias) = alias {
            self.assign(alias, to);
        }
    }

    fn statement_around(&self, item: u32) -> u32 {
        let clause = self.tree.parent(item);
        let statement = if clause == NONE { NONE } else { self.tree.parent(clause) };
        if statement != NONE && self.category(clause) == Category::WithItem { statement } else { clause.min(item) }
    }

    /// `except Kind as name`.
    pub(super) fn catch(&mut self, pattern: u32) {
        let base = self.values[pattern as usize];
        let Some(alias) = self.tree.child_with_role(pattern, Role::Alias) else { return };
        let to = self.program.variable();
        self.program.operation(Operation::Catch { base, to });
        self.assign(alias, to);
    }

    /// Binds what a case's pattern binds. A pattern that names one class narrows the subject to it.
    pub(super) fn bind_case(&mut self, case: u32) {
        let statement = self.tree.parent(self.tree.parent(case));
        let subject = self.tree.child_with_role(statement, Role::Subject);
        let value = self.value_of(subject);
        let Some(pattern) = self.tree.children(case).find(|part| self.category(*part) == Category::Pattern) else {
            return;
        };
        let mut whole = value;
        if let Some(class) = self.class_of_pattern(pattern) {
            whole = self.narrowed(value, class);
            if let Some(subject) = subject.filter(|subject| self.category(*subject) == Category::Identifier) {
                self.rebind(subject, whole);
            }
        }
        self.bind_pattern(pattern, whole);
    }

    /// The name of the class that a pattern asks for, if it asks for just one.
    fn class_of_pattern(&self, pattern: u32) -> Option<u32> {
        let mut current = pattern;
        for _ in 0..8 {
            match self.form(current) {
                Some(PatternForm::Class) => return self.parts_of(current).first().copied(),
                Some(PatternForm::Around) => current = *self.parts_of(current).first()?,
                _ => return None,
            }
        }
        None
    }

    fn form(&self, node: u32) -> Option<PatternForm> {
        self.tree.table().pattern_form(self.tree.kind(node))
    }

    fn narrowed(&mut self, from: Variable, class: u32) -> Variable {
        let names = self.parts_of(class);
        let Some(first) = names.first() else { return from };
        let mut base = self.name_in_pattern(*first);
        for attribute in &names[1..] {
            let (to, caller) = (self.program.variable(), self.caller());
            let attribute = self.name(self.text(*attribute));
            self.program.operation(Operation::Load { base, attribute, to, caller });
            base = to;
        }
        let to = self.program.variable();
        self.program.operation(Operation::Narrow { base, from, side: Side::Inside, to });
        to
    }

    fn name_in_pattern(&mut self, identifier: u32) -> Variable {
        let number = self.use_of[identifier as usize];
        if number == NONE {
            return NOTHING;
        }
        let used = &self.collected.uses[number as usize];
        self.read(used.name, used.scope)
    }

    /// Lets a name hold less than before, until the branches meet.
    pub(super) fn rebind(&mut self, identifier: u32, value: Variable) {
        let number = self.use_of[identifier as usize];
        if number == NONE {
            return;
        }
        let used = &self.collected.uses[number as usize];
        let (name, scope) = (used.name, self.frame().scope);
        let slot = self.slot(scope, name);
        if used.scope == scope && self.environment.get(slot).is_some() {
            self.environment.narrow(slot, value);
        }
    }

    /// Names that stand for a whole value hold it; names for its parts hold the parts where these are told apart.
    fn bind_pattern(&mut self, pattern: u32, value: Variable) {
        let mut open = vec![(pattern, value)];
        while let Some((node, value)) = open.pop() {
            let parts = self.parts_of(node);
            match self.form(node) {
                Some(PatternForm::Name) => self.bind(node, value),
                Some(PatternForm::Around | PatternForm::Alternatives | PatternForm::Starred) => {
                    open.extend(parts.into_iter().map(|part| (part, value)));
                }
                Some(PatternForm::Sequence) => self.unpack(node, value, &mut open),
                Some(PatternForm::Class | PatternForm::Keyword) => {
                    open.extend(parts.into_iter().skip(1).map(|part| (part, NOTHING)));
                }
                Some(PatternForm::Mapping) => open.extend(parts.into_iter().map(|part| (part, NOTHING))),
                None => {}
            }
        }
    }
}
