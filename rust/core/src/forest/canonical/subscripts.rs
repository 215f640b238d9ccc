//! What subscripts, slices and ranges become.

use super::reader::{Part, Reader};
use super::reduce::of_role;
use crate::language::{Category, Form, Role};

impl Reader<'_, '_> {
    pub(super) fn subscript(&mut self, parts: &[Part]) {
        let object = of_role(parts, Role::Value).next().or(parts.first().map(|part| part.node));
        let index = parts.iter().map(|part| part.node).find(|node| Some(*node) != object);
        let Some(object) = object else { return };
        let node = match index {
            Some(index) => self.element(object, index),
            // Type arguments are gone: what is left is the name.
            None => object,
        };
        self.emit(node);
    }

    pub(super) fn element(&mut self, object: u32, index: u32) -> u32 {
        match self.arena.form(index) {
            Form::Reverse if self.arena.children(index).is_empty() => self.arena.node(Form::Reverse, [object]),
            Form::Slice | Form::Range => {
                let bounds = self.arena.children(index).to_vec();
                self.arena.node(Form::Slice, [object].into_iter().chain(bounds))
            }
            _ => {
                let index = self.counted_from_end(object, index);
                self.arena.node(Form::Subscript, [object, index])
            }
        }
    }

    /// A negative index as what is left of the length.
    fn counted_from_end(&mut self, object: u32, index: u32) -> u32 {
        match self.small_value(index) {
            Some(value) if value < 0 => {
                let length = self.arena.node(Form::Length, [object]);
                let distance = self.whole_number(-value);
                self.arena.node(Form::Subtract, [length, distance])
            }
            _ => index,
        }
    }

    /// Bounds of a slice, or a range where none is taken from anything.
    pub(super) fn slice(&mut self, syntax: u32, parts: &[Part]) {
        let object = of_role(parts, Role::Value).next();
        let [start, mut end, step] = self.bounds(syntax, parts, object);
        let is_inclusive = self.tree.children(syntax).any(|child| self.tree.text(child, self.source) == "..=");
        if is_inclusive {
            end = end.map(|end| self.increased(end));
        }
        let start = start.unwrap_or_else(|| self.whole_number(0));
        let is_index = object.is_some() || self.parent_category(syntax) == Category::Subscript;
        let form = if is_index { Form::Slice } else { Form::Range };
        let whole = end.is_none() && step.is_some_and(|step| self.is_number(step, -1));
        let node = if whole && is_index {
            self.arena.node(Form::Reverse, object)
        } else {
            self.arena.node(form, object.into_iter().chain([start]).chain(end).chain(step))
        };
        self.emit(node);
    }

    /// First, last and step of a slice, each between its separators.
    fn bounds(&self, syntax: u32, parts: &[Part], object: Option<u32>) -> [Option<u32>; 3] {
        let mut bounds = [None; 3];
        let mut place = 0;
        let mut given = parts.iter().map(|part| part.node).filter(|node| Some(*node) != object);
        for child in self.tree.children(syntax).filter(|child| self.tree.role(*child) != Role::Value) {
            if self.tree.is_named(child) {
                bounds[place] = given.next();
            } else if matches!(self.tree.text(child, self.source), ":" | ".." | "..=") {
                place = (place + 1).min(2);
            }
        }
        bounds
    }
}
