//! Methods of classes, their own and those of their bases in the file.

use super::super::NodeKind;
use super::super::facts::Target;
use super::super::scopes::{Binding, View};
use super::{Found, Resolver, confidence, guess};

impl Resolver<'_, '_> {
    pub(super) fn own_member(&self, class: u32, name: &str) -> Option<&Binding> {
        let scope = self.collected.scope_of[class as usize];
        self.collected.scopes.binding(scope, self.collected.names.get(name)?)
    }

    /// A method of the class of a scope; what another file has of the class is only known by name.
    pub(super) fn own_method(&self, class_scope: u32, method: &str, view: View) -> Vec<Found> {
        let class = self.collected.scopes.get(class_scope).owner;
        if self.kind(class) == NodeKind::Class {
            return self.method(class, method, view, confidence::METHOD);
        }
        let name = self.collected.names.get(method);
        match name.and_then(|name| self.collected.scopes.binding(class_scope, name)).filter(|one| one.is_defined()) {
            Some(binding) => binding.definitions().map(|node| (Target::Local(node), confidence::METHOD)).collect(),
            None => vec![guess(method)],
        }
    }

    /// A method by the order of look-up: the class itself, then its bases in the file.
    pub(super) fn method(&self, class: u32, name: &str, view: View, sure: f32) -> Vec<Found> {
        if let Some(binding) = self.own_member(class, name).filter(|binding| binding.is_own()) {
            return self.member_value(class, binding, view, sure);
        }
        self.inherited_method(class, name, view, sure * confidence::INHERITED / confidence::METHOD)
    }

    fn member_value(&self, class: u32, binding: &Binding, view: View, sure: f32) -> Vec<Found> {
        if binding.is_defined() {
            let share = sure / binding.definitions().len() as f32;
            return binding.definitions().map(|node| (Target::Local(node), share)).collect();
        }
        let mut found = self.alias(binding, self.collected.scope_of[class as usize], &[], view);
        for (_, confidence) in &mut found {
            *confidence *= sure;
        }
        found
    }

    fn inherited_method(&self, class: u32, name: &str, view: View, sure: f32) -> Vec<Found> {
        let sure = sure.min(confidence::INHERITED);
        let alone = [class];
        let order = self.orders.get(&class).map_or(&alone[..], Vec::as_slice);
        for base in &order[1..] {
            if let Some(binding) = self.own_member(*base, name).filter(|binding| binding.is_own()) {
                return self.member_value(*base, binding, view, sure);
            }
        }
        let elsewhere = order.iter().any(|class| self.open.contains(class));
        elsewhere.then(|| (Target::Inherited(class, name.to_owned()), sure)).into_iter().collect()
    }

    /// A method called on the base classes' view of the object.
    pub(super) fn parent_method(&self, method: &str, scope: u32, view: View) -> Vec<Found> {
        let class = self.collected.scopes.enclosing_class(scope);
        let class = class.map(|scope| self.collected.scopes.get(scope).owner);
        class.map(|class| self.inherited_method(class, method, view, confidence::INHERITED)).unwrap_or_default()
    }
}
