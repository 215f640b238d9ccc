//! What calls and members become: what libraries mean, under one label for all languages.

use super::reader::{Part, Reader, binding_of, name_of};
use super::reduce::of_role;
use crate::language::{Category, Form, Meaning, Role};

impl Reader<'_, '_> {
    pub(super) fn call(&mut self, parts: &[Part]) {
        let arguments: Vec<u32> = of_role(parts, Role::Arguments).collect();
        let name = of_role(parts, Role::Member).next();
        let callee = of_role(parts, Role::Callee).next();
        let object = of_role(parts, Role::Object).next();
        let node = match (name, callee) {
            (Some(name), _) => self.call_by_name(self.arena.word(name), object, &arguments),
            (None, Some(callee)) => self.call_of(callee, &arguments),
            (None, None) => self.without_callee(parts),
        };
        self.emit(node);
    }

    /// A new list: of basic values, whose type says nothing.
    fn without_callee(&mut self, parts: &[Part]) -> u32 {
        let list = parts.iter().map(|part| part.node).find(|node| self.arena.form(*node) == Form::List);
        list.unwrap_or_else(|| self.arena.node(Form::List, []))
    }

    fn call_of(&mut self, callee: u32, arguments: &[u32]) -> u32 {
        let number = self.arena.word(callee);
        match self.arena.form(callee) {
            Form::Variable => self.call_by_name(number, None, arguments),
            Form::Field => self.call_by_name(number, self.arena.child(callee, 0), arguments),
            _ => self.arena.node(Form::Call, [callee].into_iter().chain(arguments.iter().copied())),
        }
    }

    /// A call of the name with that number, on an object if there is one.
    fn call_by_name(&mut self, number: u64, object: Option<u32>, arguments: &[u32]) -> u32 {
        let text = self.names.text(number);
        let is_plain = object.is_none();
        let object = object.filter(|object| !self.is_library(*object));
        if let Some(binding) = binding_of(number).filter(|_| is_plain) {
            if self.is_inside(binding) {
                return self.arena.node(Form::Recursion, arguments.iter().copied());
            }
            let callee = self.arena.leaf(Form::Variable, number);
            return self.arena.node(Form::Call, [callee].into_iter().chain(arguments.iter().copied()));
        }
        let meaning = match object {
            Some(_) => self.table.method_meaning(text),
            None => self.table.function_meaning(text),
        };
        if let Some(node) = meaning.and_then(|meaning| self.meant(meaning, object, arguments)) {
            return node;
        }
        let children = object.into_iter().chain(arguments.iter().copied());
        self.arena.worded(Form::Call, name_of(number) as u64 + 1, children)
    }

    /// Whether an object is a module, a class or the object of the method itself: it says only where a name comes from.
    fn is_library(&self, node: u32) -> bool {
        match self.arena.form(node) {
            Form::Variable => binding_of(self.arena.word(node)).is_none(),
            Form::Field => self.arena.children(node).is_empty(),
            _ => false,
        }
    }

    fn meant(&mut self, meaning: Meaning, object: Option<u32>, arguments: &[u32]) -> Option<u32> {
        let operands: Vec<u32> = object.into_iter().chain(arguments.iter().copied()).collect();
        let first = operands.first().copied();
        Some(match meaning {
            Meaning::Is(form) => self.known(form, &operands),
            Meaning::Turned(form) => {
                let turned = operands.iter().skip(1).chain(operands.first()).copied();
                self.arena.node(form, turned)
            }
            Meaning::Collection(form) => match operands.as_slice() {
                [only] if !matches!(self.arena.form(*only), Form::Number) && !self.is_library(*only) => *only,
                _ => self.arena.node(form, []),
            },
            Meaning::Same => first?,
            Meaning::IsEmpty => {
                let length = self.arena.node(Form::Length, [first?]);
                let zero = self.whole_number(0);
                self.arena.node(Form::Equal, [length, zero])
            }
            Meaning::Put => {
                let [object, key, value] = operands.as_slice() else { return None };
                let element = self.element(*object, *key);
                self.arena.node(Form::Assign, [element, *value])
            }
            Meaning::MapEach | Meaning::FilterEach | Meaning::RunEach => {
                let (source, function) = match (object, arguments) {
                    (Some(source), [function, ..]) => (source, *function),
                    (None, [function, source]) => (*source, *function),
                    _ => return None,
                };
                self.for_each(meaning, source, function)
            }
        })
    }

    fn known(&mut self, form: Form, operands: &[u32]) -> u32 {
        match (form, operands) {
            (Form::Subscript, [object, index]) => self.element(*object, *index),
            (Form::Power, [base, exponent]) => self.power(*base, *exponent),
            (Form::Range, [start, end, step]) => {
                let one = self.whole_number(1);
                let step = (!self.arena.same(*step, one)).then_some(*step);
                self.arena.node(form, [*start, *end].into_iter().chain(step))
            }
            (Form::Equal, [left, right]) => self.binary(Category::OperatorEqual, *left, *right),
            // Division of whole numbers is division.
            (Form::ToInteger | Form::Floor, [only]) if self.arena.form(*only) == Form::Divide => *only,
            (Form::Sum | Form::Length | Form::Any | Form::All, [each]) => self.over_elements(form, *each),
            (Form::Range, [end]) => {
                let start = self.whole_number(0);
                self.arena.node(form, [start, *end])
            }
            _ => self.arena.node(form, operands.iter().copied()),
        }
    }

    /// What a library does with all elements of a loop, as that loop.
    fn over_elements(&mut self, form: Form, each: u32) -> u32 {
        let looped = match form {
            Form::Sum => self.instead_of_adding(each, Self::summed),
            Form::Length => self.instead_of_adding(each, |reader, _| {
                let one = reader.whole_number(1);
                reader.summed(one)
            }),
            Form::Any => self.instead_of_adding(each, |reader, element| reader.found(element, Form::True)),
            _ => self.instead_of_adding(each, |reader, element| {
                let fails = reader.negated(element);
                reader.found(fails, Form::False)
            }),
        };
        match (looped, form) {
            (Some(looped), _) => looped,
            (None, Form::Sum) => self.sum_of(each),
            (None, _) => self.arena.node(form, [each]),
        }
    }

    /// The loop that adds up all elements of a list.
    fn sum_of(&mut self, list: u32) -> u32 {
        let element = self.unnamed();
        let sum = self.summed(element);
        let body = self.arena.node(Form::Body, [sum]);
        self.each(element, list, Some(body))
    }

    /// A function that is run for each element, as the loop that it stands for.
    fn for_each(&mut self, meaning: Meaning, source: u32, function: u32) -> u32 {
        let (target, result) = self.applied(function);
        let added = match (meaning, result.as_slice()) {
            (Meaning::FilterEach, [condition]) => {
                let element = target.unwrap_or(source);
                let append = self.added(element);
                vec![self.guarded(*condition, append)]
            }
            (Meaning::MapEach, [value]) => vec![self.added(*value)],
            _ => result,
        };
        let body = self.group(Form::Body, added);
        self.arena.node(Form::Each, target.into_iter().chain([source]).chain(body))
    }

    /// The parameter and body of a function; of the name of one, a call of it.
    fn applied(&mut self, function: u32) -> (Option<u32>, Vec<u32>) {
        if self.arena.form(function) != Form::Lambda {
            return (None, vec![self.call_of(function, &[])]);
        }
        let (mut target, mut body) = (None, Vec::new());
        for child in self.arena.children(function) {
            match self.arena.form(*child) {
                Form::Parameters => target = self.arena.child(*child, 0),
                _ => body = self.arena.children(*child).to_vec(),
            }
        }
        (target, body)
    }

    pub(super) fn member(&mut self, parts: &[Part]) {
        let name = of_role(parts, Role::Member).next().or(parts.last().map(|part| part.node));
        let object = of_role(parts, Role::Object).next();
        let Some(name) = name else { return };
        if !matches!(self.arena.form(name), Form::Variable | Form::Field) {
            return self.emit(name);
        }
        let number = self.arena.word(name);
        let text = self.names.text(number);
        let object = object.filter(|object| !self.is_library(*object));
        let node = match object {
            None => match self.table.constant_form(text) {
                Some(form) => self.arena.leaf(form, 0),
                None => self.arena.leaf(Form::Field, name_of(number) as u64),
            },
            Some(object) => match self.table.property_meaning(text).filter(|_| !self.is_callee()) {
                Some(Meaning::Is(form)) => self.arena.node(form, [object]),
                _ => self.arena.worded(Form::Field, name_of(number) as u64, [object]),
            },
        };
        self.emit(node);
    }

    fn is_callee(&self) -> bool {
        self.tree.role(self.current) == Role::Callee
    }

    /// The last part of a dotted name.
    pub(super) fn qualified(&mut self, parts: &[Part]) {
        if let Some(last) = parts.last() {
            self.emit(last.node);
        }
    }
}
