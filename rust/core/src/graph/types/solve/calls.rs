//! Calls: what they call, what they hand over, what they give.

use super::super::sketch::{Expression, ExpressionId, UNKNOWN};
use super::Solver;
use super::values::{Name, Node, Value, Values};
use crate::language::{Constructor, Sharing};

/// How many parameters of a function that a library calls are given what a container holds.
const MOST_PARAMETERS: u32 = 3;

impl Solver<'_> {
    pub(super) fn follow_stores(&mut self) {
        for file in 0..self.world.files.len() as u32 {
            for (object, name, value) in self.world.sketch(file).map_or(&[][..], |sketch| &sketch.stores[..]) {
                let name = self.world.name_in(file, *name);
                let values = self.values(file, *value);
                for owner in self.values(file, *object).iter() {
                    let owner = match *owner {
                        Value::Object { class, .. } | Value::This { class, .. } => {
                            Value::Class { node: class, several: false }
                        }
                        Value::Class { node, .. } => Value::Class { node, several: false },
                        Value::Plain | Value::Parameter | Value::External(..) => continue,
                        other => other,
                    };
                    self.note_stored(owner, name, &values);
                }
            }
        }
    }

    pub(super) fn follow_calls(&mut self) {
        for file in 0..self.world.files.len() as u32 {
            for (_, call) in self.world.sketch(file).map_or(&[][..], |sketch| &sketch.calls[..]) {
                let Expression::Call { callee, arguments, .. } = self.expression(file, *call) else { continue };
                let given: Vec<Values> =
                    self.parts(file, arguments).iter().map(|argument| self.values(file, *argument)).collect();
                for target in self.called(file, *call) {
                    self.hand_over(target, &given);
                }
                self.keep(file, callee, &given);
                self.hand_to_callbacks(file, callee, &given);
            }
        }
    }

    fn hand_over(&mut self, target: Value, given: &[Values]) {
        let function = match target {
            Value::Function(node) => node,
            Value::Class { node, .. } => match self.constructors(node)[..] {
                [first, ..] => first,
                [] => return,
            },
            _ => return,
        };
        for (place, values) in given.iter().enumerate() {
            self.note_handed(function, place as u32, values);
        }
    }

    /// Whether a method of containers keeps what it is given.
    pub(super) fn is_keeping(&self, file: u32, name: Name) -> bool {
        self.world.rules(file).is_some_and(|rules| rules.keeping_methods.contains(&self.world.text(name)))
    }

    /// Whether what is called outside the project calls nothing of what it is given: known by its path, or by the name
    /// alone where that is all there is. Of a macro in capitals nothing is known.
    pub(super) fn is_passive(&self, file: u32, name: Name, callees: &[Value]) -> bool {
        let text = self.world.text(name);
        if self.world.sharing(file) == Sharing::Everywhere && !text.contains(|one: char| one.is_ascii_lowercase()) {
            return true;
        }
        let path = |callee: &Value| match callee {
            Value::External(path, _) => self.world.text(*path),
            _ => text,
        };
        match callees {
            [] => self.is_passive_path(file, text),
            _ => callees.iter().all(|callee| self.is_passive_path(file, path(callee))),
        }
    }

    fn is_passive_path(&self, file: u32, path: &str) -> bool {
        let Some(language) = self.world.files[file as usize].language else { return false };
        let names = language.table().names();
        let mut own = names.library_namespaces.iter().chain([&names.builtin_module]);
        let below = own.find_map(|own| path.strip_prefix(own)?.strip_prefix('.')).unwrap_or(path);
        let ends = |rest: &str| rest.is_empty() || rest.starts_with('.');
        let known = language.table().rules().passive_functions;
        known.iter().any(|known| below.strip_prefix(known).is_some_and(ends))
    }

    /// Puts arguments into the container whose method keeps them.
    fn keep(&mut self, file: u32, callee: ExpressionId, given: &[Values]) {
        let Expression::Member { object, name } = self.expression(file, callee) else { return };
        let name = self.world.name_in(file, name);
        if !self.is_keeping(file, name) {
            return;
        }
        let element = self.world.name("");
        for owner in self.values(file, object).iter().filter(|value| matches!(value, Value::Made(..))) {
            for values in given {
                self.note_stored(*owner, element, values);
            }
        }
    }

    /// What a function of a library that works on a container calls is given what the container holds.
    fn hand_to_callbacks(&mut self, file: u32, callee: ExpressionId, given: &[Values]) {
        let callees = self.values(file, callee);
        let mut held = Vec::new();
        for value in callees.iter() {
            match *value {
                Value::LibraryOn(class) => held.push(Value::Object { class, exact: false, several: false }),
                Value::LibraryOf(file, made) => held.extend(self.element(Value::Made(file, made), None)),
                _ => {}
            }
        }
        if held.is_empty() {
            return;
        }
        for function in given.iter().flat_map(|values| values.iter()) {
            if let Value::Function(node) = function {
                for place in 0..MOST_PARAMETERS {
                    self.note_handed(*node, place, &held);
                }
            }
        }
    }

    /// The functions and classes that a call may run.
    pub(super) fn called(&mut self, file: u32, call: ExpressionId) -> Vec<Value> {
        let Expression::Call { callee, arguments, creates } = self.expression(file, call) else { return Vec::new() };
        let values = self.values(file, callee);
        let found: Vec<Value> = if creates {
            values.iter().flat_map(|value| self.creator(*value)).collect()
        } else {
            values.iter().flat_map(|value| self.callable(*value)).collect()
        };
        self.by_arity(&found, arguments.1)
    }

    /// What runs when an object is made of a value.
    fn creator(&mut self, value: Value) -> Vec<Value> {
        match value {
            // A field that a constructor makes.
            Value::Object { class, several: false, .. } => {
                vec![Value::Class { node: class, several: false }]
            }
            // It is put into the field.
            Value::Function(node) if self.is_of_linked(node) => Vec::new(),
            _ => self.callable(value),
        }
    }

    fn is_of_linked(&self, node: Node) -> bool {
        self.world.sharing(self.world.place(node).0) == Sharing::Everywhere
    }

    /// What runs when a value is called.
    fn callable(&mut self, value: Value) -> Vec<Value> {
        match value {
            Value::Function(_) | Value::Class { several: false, .. } => vec![value],
            Value::Parent(class) => {
                self.bases.get(&class).into_iter().flatten().take(1).map(|base| self.definition(*base)).collect()
            }
            Value::This { class, .. } if self.has_constructors_by_name(class) => {
                vec![Value::Class { node: class, several: false }]
            }
            Value::Object { class, several: false, .. } => {
                let operator = self.world.name("operator()");
                let found = self.methods(class, operator);
                found.into_iter().map(Value::Function).collect()
            }
            _ => Vec::new(),
        }
    }

    fn has_constructors_by_name(&self, class: Node) -> bool {
        self.constructor_name(class).is_some()
    }

    /// Of functions of one name, those that take so many arguments, if there are any.
    pub(super) fn by_arity(&self, found: &[Value], count: u32) -> Vec<Value> {
        let fits = |value: &Value| match value {
            Value::Function(node) => {
                self.world.function(*node).is_none_or(|one| one.arity.0 <= count && count <= one.arity.1)
            }
            _ => true,
        };
        let is_overload = |value: &Value| match value {
            Value::Function(node) => found.iter().any(|other| match other {
                Value::Function(other) => {
                    other != node
                        && self.world.full_name(*other) == self.world.full_name(*node)
                        && fits(&Value::Function(*other))
                }
                _ => false,
            }),
            _ => false,
        };
        found.iter().copied().filter(|value| fits(value) || !is_overload(value)).collect()
    }

    /// The constructors that making an object of a class runs: its own, or those of the nearest base.
    pub(super) fn constructors(&mut self, class: Node) -> Vec<Node> {
        for owner in self.with_bases(class) {
            let (file, _) = self.world.place(owner);
            let Some(language) = self.world.files[file as usize].language else { continue };
            let name = match language.table().names().constructor {
                Constructor::Named(name) => name,
                Constructor::ClassName => super::world::last_part(self.world.full_name(owner)),
                Constructor::None => return Vec::new(),
            };
            let Some(name) = self.world.known(name) else { continue };
            let found = self.world.members.get(&(owner, name)).into_iter().flatten();
            let found: Vec<Node> = found.copied().filter(|node| self.has_body(*node)).collect();
            if !found.is_empty() {
                return found;
            }
        }
        Vec::new()
    }

    /// What a call gives.
    pub(super) fn result_of_call(&mut self, file: u32, call: ExpressionId) -> Vec<Value> {
        let Expression::Call { callee, arguments, creates } = self.expression(file, call) else { return Vec::new() };
        let callees = self.values(file, callee);
        let mut results = Vec::new();
        for value in callees.iter() {
            results.extend(if creates { self.created(file, call, *value) } else { self.result(*value) });
        }
        if results.contains(&Value::Parameter) {
            results.retain(|value| *value != Value::Parameter);
            results.extend(self.told_by_use(file, callee, arguments));
        }
        results
    }

    /// What the creation of an object gives.
    fn created(&mut self, file: u32, call: ExpressionId, callee: Value) -> Vec<Value> {
        match callee {
            Value::Function(node) => vec![Value::Object { class: node, exact: true, several: false }],
            Value::External(..) | Value::Plain => vec![Value::Made(file, call)],
            _ => self.result(callee),
        }
    }

    fn result(&mut self, callee: Value) -> Vec<Value> {
        match callee {
            Value::Function(node) => self.given(node),
            Value::Class { node, several: false } => vec![Value::Object { class: node, exact: true, several: false }],
            Value::Class { node, several: true } => vec![Value::Object { class: node, exact: false, several: true }],
            Value::Gives(file, class) => self.objects(file, class),
            Value::LibraryOn(class) => vec![Value::Object { class, exact: false, several: true }],
            Value::LibraryOf(file, made) => {
                let mut all = self.element(Value::Made(file, made), None);
                all.push(Value::Made(file, made));
                all
            }
            Value::External(..) | Value::Plain => vec![Value::Plain],
            // The constant of an enumeration that holds something.
            Value::Object { .. } => vec![callee],
            _ => Vec::new(),
        }
    }

    /// What a function gives: objects of the type that it says, and functions that it returns.
    fn given(&mut self, node: Node) -> Vec<Value> {
        let Some(function) = self.world.function(node) else { return Vec::new() };
        let (file, _) = self.world.place(node);
        let typed = if function.return_type == UNKNOWN { Vec::new() } else { self.objects(file, function.return_type) };
        let mut returned = Vec::new();
        for value in &function.returns {
            returned.extend(self.values(file, *value).iter());
        }
        super::names::joined(&typed, returned, true)
    }

    /// What a type parameter is in the use of something generic: what the object is a container of, or the arguments.
    fn told_by_use(&mut self, file: u32, callee: ExpressionId, arguments: (u32, u32)) -> Vec<Value> {
        if let Expression::Member { object, .. } = self.expression(file, callee) {
            let held: Vec<Value> = self
                .values(file, object)
                .iter()
                .filter_map(|value| match *value {
                    Value::Object { class, several: true, .. } => {
                        Some(Value::Object { class, exact: false, several: false })
                    }
                    Value::Class { node, several: true } => {
                        Some(Value::Object { class: node, exact: false, several: false })
                    }
                    _ => None,
                })
                .collect();
            if !held.is_empty() {
                return held;
            }
        }
        let mut found = Vec::new();
        for argument in self.parts(file, arguments) {
            found.extend(self.values(file, *argument).iter().filter(|value| matches!(value, Value::Object { .. })));
        }
        found
    }
}
