//! What names stand for, from the inside out.

use super::super::sketch::{ScopeKind, Source};
use super::Solver;
use super::values::{Node, Outside, Value, Wanted};
use crate::graph::NodeKind;
use crate::language::{Constructor, Receiver};
use crate::syntax::NONE;

impl Solver<'_> {
    /// What a name stands for that code of `scope` uses at `at`.
    pub(super) fn name(&mut self, file: u32, name: u32, (scope, at): (u32, u32), wanted: Wanted) -> Vec<Value> {
        let Some(sketch) = self.world.sketch(file) else { return Vec::new() };
        let text = sketch.names[name as usize].as_str();
        if let Some(found) = self.special_name(file, text, scope) {
            return found;
        }
        let members_are_visible = self.world.rules(file).is_some_and(|rules| rules.members_are_visible);
        let mut current = scope;
        while current != NONE {
            let one = sketch.scopes[current as usize];
            let is_visible = match one.kind {
                ScopeKind::Class => members_are_visible || current == scope,
                ScopeKind::Object(_) => false,
                ScopeKind::Function => wanted != Wanted::Method,
                _ => true,
            };
            if is_visible {
                if one.kind == ScopeKind::Class && members_are_visible {
                    let found = self.member_in_scope(file, current, name, (scope, wanted));
                    if !found.is_empty() {
                        return found;
                    }
                }
                let mut places = sketch.declared_in(current, name, at);
                if wanted == Wanted::Field {
                    places.retain(|place| !self.is_method(file, current, *place));
                }
                if !places.is_empty() {
                    return self.declared(file, &places);
                }
                if let Some(found) = self.namespace_in(file, current, name) {
                    return vec![found];
                }
            }
            current = one.parent;
        }
        self.outside(file, scope, text)
    }

    /// Whether a declaration in a class is that of a method.
    pub(super) fn is_method(&self, file: u32, scope: u32, place: usize) -> bool {
        let Some(sketch) = self.world.sketch(file) else { return false };
        let is_function = |source: &Source| matches!(source, Source::Definition(node) if self.world.kind(self.world.node(file, *node)) == NodeKind::Function);
        sketch.scopes[scope as usize].kind == ScopeKind::Class && sketch.declared[place].sources.iter().any(is_function)
    }

    /// Names to which the language gives a meaning.
    fn special_name(&mut self, file: u32, text: &str, scope: u32) -> Option<Vec<Value>> {
        let language = self.world.files[file as usize].language?;
        let names = language.table().names();
        if text == names.parent_object && !text.is_empty() {
            let class = self.class_around(file, scope);
            return class.map(|class| vec![Value::Parent(class)]);
        }
        if text == names.own_class && !text.is_empty() {
            let class = self.class_around(file, scope);
            return class.map(|node| vec![Value::Class { node, several: false }]);
        }
        match language.table().rules().receiver {
            Receiver::Named(receiver) if receiver == text => {
                let found = self.receiver(file, scope);
                (!found.is_empty()).then_some(found)
            }
            _ => None,
        }
    }

    /// The object that code of a scope runs on.
    fn receiver(&mut self, file: u32, scope: u32) -> Vec<Value> {
        let Some(sketch) = self.world.sketch(file) else { return Vec::new() };
        let mut current = scope;
        while current != NONE {
            let one = sketch.scopes[current as usize];
            if one.kind == ScopeKind::Class {
                let method = self.world.node(file, one.owner);
                let class = self.class_of_scope.get(&(file, current)).copied();
                return class.map(|class| Value::This { class, method }).into_iter().collect();
            }
            if one.has_receiver {
                let around = one.parent;
                if let ScopeKind::Object(object) = sketch.scopes[around as usize].kind {
                    return vec![Value::Made(file, object)];
                }
                let method = self.world.node(file, one.owner);
                let class = self.class_of_scope.get(&(file, around)).copied();
                return class.map(|class| Value::This { class, method }).into_iter().collect();
            }
            current = one.parent;
        }
        Vec::new()
    }

    pub(super) fn class_around(&self, file: u32, scope: u32) -> Option<Node> {
        let sketch = self.world.sketch(file)?;
        let mut current = scope;
        while current != NONE {
            if let Some(class) = self.class_of_scope.get(&(file, current)) {
                return Some(*class);
            }
            current = sketch.scopes[current as usize].parent;
        }
        None
    }

    /// A member of the class of a scope that code in it names without an object.
    fn member_in_scope(&mut self, file: u32, class_scope: u32, name: u32, (from, wanted): (u32, Wanted)) -> Vec<Value> {
        let Some(class) = self.class_of_scope.get(&(file, class_scope)).copied() else { return Vec::new() };
        let Some(sketch) = self.world.sketch(file) else { return Vec::new() };
        let name = self.world.name_in(file, name);
        let method = self.world.node(file, sketch.scopes[from as usize].owner);
        let is_constructor = self.constructor_name(class) == Some(self.world.text(name));
        if is_constructor {
            return vec![Value::Class { node: class, several: false }];
        }
        self.member_wanted(file, Value::This { class, method }, name, wanted)
    }

    pub(super) fn constructor_name(&self, class: Node) -> Option<&str> {
        let (file, _) = self.world.place(class);
        let language = self.world.files[file as usize].language?;
        match language.table().names().constructor {
            Constructor::ClassName => Some(super::world::last_part(self.world.full_name(class))),
            _ => None,
        }
    }

    fn namespace_in(&mut self, file: u32, scope: u32, name: u32) -> Option<Value> {
        let sketch = self.world.sketch(file)?;
        let first = sketch.namespaces.partition_point(|(around, own, _)| (*around, *own) < (scope, name));
        let (around, own, inner) = sketch.namespaces.get(first)?;
        if (*around, *own) != (scope, name) {
            return None;
        }
        if self.world.sharing(file) == crate::language::Sharing::Everywhere {
            let path = self.world.namespace_path(file, *inner).to_owned();
            // Of `a::b` only the whole has been met: `a` is its beginning.
            let text = &sketch.names[name as usize];
            let end = path.find(text.as_str()).map_or(path.len(), |start| start + text.len());
            let path = self.world.name(&path[..end]);
            return Some(Value::Global(path));
        }
        Some(Value::Namespace(file, *inner))
    }

    /// What declarations say a name may stand for.
    pub(super) fn declared(&mut self, file: u32, places: &[usize]) -> Vec<Value> {
        let Some(sketch) = self.world.sketch(file) else { return Vec::new() };
        let (mut typed, mut given, mut other) = (Vec::new(), Vec::new(), Vec::new());
        let mut is_parameter = false;
        for one in places.iter().map(|place| &sketch.declared[*place]) {
            is_parameter |= sketch.scopes[one.scope as usize].kind != ScopeKind::Function;
            for source in &one.sources {
                match source {
                    Source::Definition(node) => other.push(self.definition(self.world.node(file, *node))),
                    Source::Import(import) => other.extend(self.imported(file, *import)),
                    Source::Typed(class) => typed.extend(self.objects(file, *class)),
                    Source::Value(value) => given.extend(self.values(file, *value).iter()),
                    Source::Parameter(function, place) => {
                        is_parameter = true;
                        given.extend(self.handed_to(self.world.node(file, *function), *place));
                    }
                    Source::Alias(class) => other.extend(self.values(file, *class).iter()),
                    Source::TypeParameter(bound) => {
                        other.push(Value::Parameter);
                        other.extend(self.objects(file, *bound));
                    }
                    Source::Constant => {
                        let class = self.class_of_scope.get(&(file, one.scope)).copied();
                        other.extend(class.map(|class| Value::Object { class, exact: true, several: false }));
                    }
                }
            }
        }
        other.extend(joined(&typed, given, is_parameter));
        other
    }
}

/// What a name of a declared type holds: what it is given where that is all known, else the type and functions.
pub(super) fn joined(typed: &[Value], given: Vec<Value>, is_parameter: bool) -> Vec<Value> {
    let is_typed = typed.iter().any(|value| matches!(value, Value::Object { .. } | Value::This { .. }));
    if !is_typed {
        let is_known = |value: &Value| !matches!(value, Value::Plain | Value::Parameter);
        let says_nothing = given.iter().all(|value| *value == Value::Plain);
        let types = typed.iter().copied().filter(|value| is_known(value) || says_nothing);
        // Where the text says of which type from outside it is, no other one is.
        let is_told = typed.iter().any(|value| matches!(value, Value::External(_, Outside::Object)));
        let others = given.iter().copied().filter(|value| !is_told || !matches!(value, Value::External(..)));
        return types.chain(others).collect();
    }
    let is_exact = |value: &Value| matches!(value, Value::Object { exact: true, .. });
    let is_made = |value: &Value| is_exact(value) || matches!(value, Value::Made(..));
    if !is_parameter && given.iter().any(is_exact) && given.iter().all(is_made) {
        return given;
    }
    let functions = given.into_iter().filter(|value| matches!(value, Value::Function(_) | Value::Made(..)));
    typed.iter().copied().chain(functions).collect()
}
