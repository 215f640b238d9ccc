//! What members of values stand for.

use super::super::sketch::{Expression, Source};
use super::Solver;
use super::names::joined;
use super::values::{Name, Node, Outside, Value, Wanted};
use crate::graph::NodeKind;
use crate::language::Receiver;

impl Solver<'_> {
    /// A member of one of several values; where an object has it, what containers hold is not asked.
    pub(super) fn member_of_any(&mut self, file: u32, values: &[Value], name: Name, wanted: Wanted) -> Vec<Value> {
        let unwrapped = self.unwrapped(file, values, name);
        let is_unwrapped = unwrapped.is_some();
        let given = self.given_initially(file, values, name);
        if !given.is_empty() {
            return given;
        }
        let original = values;
        let values = unwrapped.as_deref().unwrap_or(values);
        let is_held = |value: &Value| {
            matches!(value, Value::Object { several: true, .. } | Value::Class { several: true, .. })
                || is_held_outside(value)
        };
        let (mut found, mut is_answered) = (Vec::new(), false);
        for value in values.iter().filter(|value| !is_held(value)) {
            if self.is_initial(file, values, value) {
                continue;
            }
            let members = self.member_wanted(file, *value, name, wanted);
            // Of several types it is not known which one it is: where one of the project has the name, it is that one.
            is_answered |=
                matches!(value, Value::Object { .. }) && members.iter().any(|one| matches!(one, Value::Function(_)));
            found.extend(members);
        }
        if !found.iter().any(|value| !matches!(value, Value::Plain | Value::External(..) | Value::LibraryOf(..))) {
            let is_empty = found.is_empty();
            for value in values.iter().filter(|value| is_held(value) && (is_empty || !is_held_outside(value))) {
                let members = self.member_wanted(file, *value, name, wanted);
                is_answered |= is_unwrapped && members.iter().any(|one| matches!(one, Value::Function(_)));
                found.extend(members);
            }
        }
        if is_answered {
            found.retain(|value| !matches!(value, Value::External(_, Outside::Member)));
        }
        // What other objects of the class have there, this one has not.
        if self.is_left_out(file, original, name) {
            found.retain(|value| !matches!(value, Value::Function(_)));
        }
        found
    }

    /// What types of the library that are not asked for a member themselves hold; none where all values are asked. Of several
    /// types from outside it is not known which of them is held.
    fn unwrapped(&self, file: u32, values: &[Value], name: Name) -> Option<Vec<Value>> {
        let member = self.world.text(name);
        let is_wrapper = |value: &Value| {
            matches!(value, Value::External(path, Outside::Object | Outside::Held)
                if self.passes_on(file, self.world.text(*path), member))
        };
        if self.world.rules(file).is_none_or(|rules| rules.wrappers.is_empty())
            || !values.iter().any(|value| is_wrapper(value) && !is_held_outside(value))
        {
            return None;
        }
        let rest = values.iter().copied().filter(|value| !is_wrapper(value));
        let (held, mut found): (Vec<_>, Vec<_>) = rest.partition(is_held_outside);
        match held[..] {
            [] => found = found.into_iter().map(single).collect(),
            [Value::External(path, _)] => found.push(Value::External(path, Outside::Object)),
            _ => {}
        }
        Some(found)
    }

    /// Whether a type of the library, by path, lets what it holds answer for a member.
    pub(super) fn passes_on(&self, file: u32, path: &str, member: &str) -> bool {
        let wrappers = self.world.rules(file).map_or(&[][..], |rules| rules.wrappers);
        let own = wrappers.iter().find(|(wrapper, _)| *wrapper == super::world::last_part(path));
        own.is_some_and(|(_, methods)| !methods.contains(&member))
    }

    /// A member of a value, as code of `file` names it.
    pub(super) fn member(&mut self, file: u32, value: Value, name: Name) -> Vec<Value> {
        self.member_wanted(file, value, name, Wanted::Any)
    }

    pub(super) fn member_wanted(&mut self, file: u32, value: Value, name: Name, wanted: Wanted) -> Vec<Value> {
        if self.depth == super::DEEPEST {
            return Vec::new();
        }
        self.depth += 1;
        let found = self.member_of(file, value, name, wanted);
        self.depth -= 1;
        found
    }

    fn member_of(&mut self, file: u32, value: Value, name: Name, wanted: Wanted) -> Vec<Value> {
        match value {
            Value::Class { node, .. } if wanted == Wanted::Field => self.field_or_class(node, name),
            Value::Object { class, .. } | Value::This { class, .. } | Value::Parent(class)
                if wanted == Wanted::Field =>
            {
                self.field_or_class(class, name)
            }
            Value::Class { node, .. } => self.member_of_class(node, name),
            Value::Object { class, several: true, .. } if self.is_of_library(file, name) => {
                vec![Value::LibraryOn(class)]
            }
            Value::Object { class, exact, several } => {
                let found = self.member_of_object(class, exact, None, name);
                if found.is_empty() && several { vec![Value::LibraryOn(class)] } else { found }
            }
            Value::This { class, method } => self.member_of_object(class, false, Some(method), name),
            Value::Parent(class) => self.member_of_bases(class, name),
            Value::Module(module) => self.member_of_module(module, name),
            Value::Folder(folder) => self.member_of_folder(file, folder, name),
            Value::Namespace(file, scope) => self.member_of_namespace(file, scope, name),
            Value::Global(path) => self.member_of_global(file, path, name),
            Value::Made(file, made) => self.member_of_made(file, made, name),
            Value::Function(node) => self.member_of_function(file, node, name),
            Value::Gives(..) => vec![value],
            Value::LibraryOf(..)
            | Value::LibraryOn(_)
            | Value::Plain
            | Value::External(_, Outside::Held | Outside::Member) => {
                vec![Value::Plain]
            }
            Value::External(path, Outside::Itself) => vec![self.outside_member(path, name, Outside::Itself)],
            Value::External(path, Outside::Object) if !self.may_have(file, path, name) => vec![Value::Plain],
            Value::External(path, Outside::Object) => vec![self.outside_member(path, name, Outside::Member)],
            Value::Parameter => Vec::new(),
        }
    }

    /// Whether objects of a type from outside may have a member: not where all are known that the library gives to the type, nor
    /// where a trait of the project may have added it.
    fn may_have(&self, file: u32, path: Name, name: Name) -> bool {
        let Some(language) = self.world.files[file as usize].language else { return true };
        let names = language.table().names();
        let (path, member) = (self.world.text(path), self.world.text(name));
        let is_own = path.strip_prefix(names.builtin_module).is_some_and(|rest| rest.starts_with('.'));
        if names.library_members.is_empty() || !is_own {
            return true;
        }
        let last = super::world::last_part(path);
        match names.library_members.iter().find(|(types, _)| types.contains(&last)) {
            Some((_, members)) => members.contains(&member),
            None => language.table().is_builtin_method(member) || !self.world.method_names.contains(&name),
        }
    }

    fn outside_member(&mut self, path: Name, name: Name, outside: Outside) -> Value {
        let path = format!("{}.{}", self.world.text(path), self.world.text(name));
        Value::External(self.world.name(&path), outside)
    }

    fn is_of_library(&self, file: u32, name: Name) -> bool {
        let language = self.world.files[file as usize].language;
        language.is_some_and(|language| language.table().is_builtin_method(self.world.text(name)))
    }

    fn functions(nodes: Vec<Node>) -> Vec<Value> {
        nodes.into_iter().map(Value::Function).collect()
    }

    fn member_of_class(&mut self, class: Node, name: Name) -> Vec<Value> {
        let mut methods = self.methods(class, name);
        if !methods.is_empty() {
            if methods.iter().all(|node| !self.has_body(*node)) {
                methods = self.dispatched(class, name, None);
            }
            return Self::functions(methods);
        }
        for owner in self.with_bases(class) {
            let inner = self.world.members.get(&(owner, name)).into_iter().flatten();
            let inner: Vec<Value> = inner.map(|node| self.definition(*node)).collect();
            if !inner.is_empty() {
                return inner;
            }
        }
        self.field(class, name)
    }

    /// A member that is no method.
    fn field_or_class(&mut self, class: Node, name: Name) -> Vec<Value> {
        let found = self.field(class, name);
        if !found.is_empty() {
            return found;
        }
        let mut owners = self.with_bases(class).into_iter();
        let inner = owners.find_map(|owner| {
            let members = self.world.members.get(&(owner, name))?;
            members.iter().copied().find(|node| self.is_class(*node))
        });
        inner.map(|node| Value::Class { node, several: false }).into_iter().collect()
    }

    fn member_of_object(&mut self, class: Node, exact: bool, method: Option<Node>, name: Name) -> Vec<Value> {
        // A class is seen under its name in itself and in its subclasses, before its constructors.
        if self.constructor_name(class).is_some()
            && let Some(base) = self.base_named(class, name)
        {
            return vec![base];
        }
        let methods = if exact { self.methods(class, name) } else { self.dispatched(class, name, method) };
        if !methods.is_empty() {
            return Self::functions(methods);
        }
        let found = self.field(class, name);
        if !found.is_empty() {
            return found;
        }
        let inner = self.world.members.get(&(class, name)).into_iter().flatten();
        let inner: Vec<Value> = inner.map(|node| self.definition(*node)).collect();
        if !inner.is_empty() {
            return inner;
        }
        self.base_named(class, name).into_iter().collect()
    }

    /// What is named like a class or a base of it: in `object.Base::method()`, and the field of an embedded type.
    fn base_named(&self, class: Node, name: Name) -> Option<Value> {
        let is_named = |base: &Node| super::world::last_part(self.world.full_name(*base)) == self.world.text(name);
        let base = self.with_bases(class).into_iter().find(|base| self.is_class(*base) && is_named(base));
        base.map(|node| Value::Class { node, several: false })
    }

    fn member_of_bases(&mut self, class: Node, name: Name) -> Vec<Value> {
        for base in self.bases.get(&class).cloned().unwrap_or_default() {
            let found = self.methods(base, name);
            if !found.is_empty() {
                return Self::functions(found);
            }
        }
        Vec::new()
    }

    /// What a field of a class, or of one of its bases, may hold.
    fn field(&mut self, class: Node, name: Name) -> Vec<Value> {
        for owner in self.with_bases(class) {
            let stored = self.stored_in(Value::Class { node: owner, several: false }, name);
            let declared = self.declared_field(owner, name);
            let (typed, given) = declared.unwrap_or_default();
            let mut all = stored;
            all.extend(given);
            if !all.is_empty() || !typed.is_empty() {
                return joined(&typed, all, true);
            }
        }
        Vec::new()
    }

    pub(super) fn stored_in(&self, owner: Value, name: Name) -> Vec<Value> {
        self.stored.get(&(owner, name)).into_iter().flatten().copied().collect()
    }

    /// The declared type of a field, and what else its declaration says.
    fn declared_field(&mut self, class: Node, name: Name) -> Option<(Vec<Value>, Vec<Value>)> {
        let (file, _) = self.world.place(class);
        let scope = self.world.class(class)?.scope;
        let sketch = self.world.sketch(file)?;
        let own = self.world.own_name(file, name)?;
        let mut places = sketch.declared_in(scope, own, 0);
        if self.world.rules(file).is_some_and(|rules| !rules.fields.is_empty()) {
            places.retain(|place| !self.is_method(file, scope, *place));
        }
        let (mut typed, mut rest) = (Vec::new(), Vec::new());
        for place in places {
            let one = &sketch.declared[place];
            let types = one.sources.iter().filter_map(|source| match source {
                Source::Typed(class) => Some(*class),
                _ => None,
            });
            let types: Vec<u32> = types.collect();
            if types.is_empty() {
                rest.extend(self.declared(file, &[place]));
                continue;
            }
            for class in types {
                typed.extend(self.objects(file, class));
            }
            for source in &one.sources {
                if let Source::Value(value) = source {
                    rest.extend(self.values(file, *value).iter());
                }
            }
        }
        Some((typed, rest))
    }

    fn member_of_namespace(&mut self, file: u32, scope: u32, name: Name) -> Vec<Value> {
        let Some(own) = self.world.own_name(file, name) else { return Vec::new() };
        let Some(sketch) = self.world.sketch(file) else { return Vec::new() };
        let places = sketch.declared_in(scope, own, 0);
        if !places.is_empty() {
            return self.declared(file, &places);
        }
        let inner = sketch.namespaces.iter().find(|(around, one, _)| (*around, *one) == (scope, own));
        if let Some((_, _, inner)) = inner {
            return vec![Value::Namespace(file, *inner)];
        }
        let language = self.world.files[file as usize].language;
        let is_around = language.is_some_and(|one| one.table().names().modules.around == self.world.text(name));
        is_around.then(|| self.module_around(file, scope)).flatten().into_iter().collect()
    }

    fn member_of_global(&mut self, file: u32, path: Name, name: Name) -> Vec<Value> {
        let path = format!("{}.{}", self.world.text(path), self.world.text(name));
        self.global(file, &path)
    }

    /// What is seen everywhere under a path, as code of a file means it.
    pub(super) fn global(&mut self, file: u32, path: &str) -> Vec<Value> {
        let nodes = self.world.nearest(file, path);
        if !nodes.is_empty() {
            return nodes.into_iter().map(|node| self.definition(node)).collect();
        }
        if self.world.namespaces.contains(path) {
            return vec![Value::Global(self.world.name(path))];
        }
        Vec::new()
    }

    fn member_of_made(&mut self, file: u32, made: u32, name: Name) -> Vec<Value> {
        let mut found = self.stored_in(Value::Made(file, made), name);
        let expression = self.expression(file, made);
        if let Expression::Made { parts, named: true } | Expression::Shape(parts) = expression {
            for pair in self.parts(file, parts).chunks(2) {
                if self.world.name_in(file, pair[0]) == name {
                    found.extend(self.values(file, pair[1]).iter());
                }
            }
        }
        let is_shape = matches!(expression, Expression::Shape(_));
        if found.is_empty() && !is_shape { vec![Value::LibraryOf(file, made)] } else { found }
    }

    /// An element of one of several values. Where only some methods are replaceable, the type of a container counts, and not
    /// that of what was put into it.
    pub(super) fn elements(&mut self, file: u32, values: &[Value], key: Option<Name>) -> Vec<Value> {
        let is_typed = values.iter().any(|value| matches!(value, Value::Object { several: true, .. }))
            && self.world.rules(file).is_some_and(|rules| !rules.dispatch_words.is_empty());
        let (made, others): (Vec<Value>, Vec<Value>) =
            values.iter().partition(|value| matches!(value, Value::Made(..)));
        let mut found: Vec<Value> = made.into_iter().flat_map(|value| self.element(value, key)).collect();
        found.retain(|value| !is_typed || !matches!(value, Value::Object { .. }));
        found.extend(others.into_iter().flat_map(|value| self.element(value, key)));
        found
    }

    /// An element of a value; of all there are where the key is not known.
    pub(super) fn element(&mut self, value: Value, key: Option<Name>) -> Vec<Value> {
        let Value::Made(file, made) = value else {
            return match value {
                Value::Object { class, exact, several: true } => vec![Value::Object { class, exact, several: false }],
                Value::External(path, Outside::Held) => vec![Value::External(path, Outside::Object)],
                // What else it holds is a matter of the library.
                Value::External(..) => vec![Value::Plain],
                other => vec![other],
            };
        };
        let Expression::Made { parts, named } = self.expression(file, made) else {
            return self.elements_stored(value);
        };
        let parts = self.parts(file, parts);
        let mut found = self.elements_stored(value);
        let index = key.and_then(|key| self.world.text(key).parse::<usize>().ok());
        if named {
            for pair in parts.chunks(2) {
                if key.is_none_or(|key| self.world.name_in(file, pair[0]) == key) {
                    found.extend(self.values(file, pair[1]).iter());
                }
            }
        } else {
            for (place, part) in parts.iter().enumerate() {
                if index.is_none_or(|index| index == place) {
                    found.extend(self.values(file, *part).iter());
                }
            }
        }
        found
    }

    fn elements_stored(&self, owner: Value) -> Vec<Value> {
        let first = (owner, 0);
        let stored = self.stored.range(first..).take_while(|((one, _), _)| *one == owner);
        stored.flat_map(|(_, values)| values.iter().copied()).collect()
    }

    /// A member of a function: one of the class that it is, or the function itself where a member calls it.
    fn member_of_function(&mut self, file: u32, node: Node, name: Name) -> Vec<Value> {
        if let Some(members) = self.world.members.get(&(node, name)) {
            return members.iter().map(|node| self.definition(*node)).collect();
        }
        let stored = self.stored_in(Value::Function(node), name);
        if !stored.is_empty() {
            return stored;
        }
        let calls_itself = matches!(self.world.text(name), "call" | "apply" | "bind");
        // An object of an interface with one method is that method, by whatever name.
        let is_interface = self.world.rules(file).is_some_and(|rules| {
            rules.receiver == Receiver::Named("this") && rules.sharing == crate::language::Sharing::Folder
        });
        if calls_itself || is_interface { vec![Value::Function(node)] } else { vec![Value::Plain] }
    }

    pub(super) fn is_class(&self, node: Node) -> bool {
        self.world.kind(node) == NodeKind::Class
    }
}

/// What is held for a container of it.
fn single(value: Value) -> Value {
    match value {
        Value::Object { class, exact, .. } => Value::Object { class, exact, several: false },
        other => other,
    }
}

/// Whether all that is known is that a container holds something from outside.
fn is_held_outside(value: &Value) -> bool {
    matches!(value, Value::External(_, Outside::Held))
}
