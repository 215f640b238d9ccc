//! Calls: what they call, what they hand over, what they give.

use super::super::sketch::{Expression, ExpressionId, UNKNOWN};
use super::values::{Name, Node, Outside, Value, Values};
use super::{Resolution, Solver};
use crate::graph::NodeKind;
use crate::language::Constructor;

/// How sure a call is that has just one target.
const SURE: f32 = 0.95;

/// The same where the name itself is defined or imported.
const NAMED: f32 = 1.0;

/// The same among the arguments of a macro, which may do anything with them.
const IN_MACRO: f32 = 0.8;

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
    fn is_keeping(&self, file: u32, name: Name) -> bool {
        self.world.rules(file).is_some_and(|rules| rules.keeping_methods.contains(&self.world.text(name)))
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
    fn called(&mut self, file: u32, call: ExpressionId) -> Vec<Value> {
        let Expression::Call { callee, arguments, creates } = self.expression(file, call) else { return Vec::new() };
        let values = self.values(file, callee);
        let found: Vec<Value> = values.iter().flat_map(|value| self.callable(*value, creates)).collect();
        self.by_arity(&found, arguments.1)
    }

    /// What runs when a value is called.
    fn callable(&mut self, value: Value, creates: bool) -> Vec<Value> {
        match value {
            Value::Function(_) | Value::Class { several: false, .. } => vec![value],
            Value::Parent(class) => {
                self.bases.get(&class).into_iter().flatten().take(1).map(|base| self.definition(*base)).collect()
            }
            Value::This { class, .. } if self.has_constructors_by_name(class) => {
                vec![Value::Class { node: class, several: false }]
            }
            // A field that a constructor makes.
            Value::Object { class, several: false, .. } if creates => {
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
    fn by_arity(&self, found: &[Value], count: u32) -> Vec<Value> {
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
    fn constructors(&mut self, class: Node) -> Vec<Node> {
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
            results.extend(self.result(file, call, *value, creates));
        }
        if results.contains(&Value::Parameter) {
            results.retain(|value| *value != Value::Parameter);
            results.extend(self.told_by_use(file, callee, arguments));
        }
        results
    }

    fn result(&mut self, file: u32, call: ExpressionId, callee: Value, creates: bool) -> Vec<Value> {
        match callee {
            Value::Function(node) if creates => vec![Value::Object { class: node, exact: true, several: false }],
            Value::Function(node) => self.given(node),
            Value::Class { node, several: false } => vec![Value::Object { class: node, exact: true, several: false }],
            Value::Class { node, several: true } => vec![Value::Object { class: node, exact: false, several: true }],
            Value::Gives(file, class) => self.objects(file, class, false),
            Value::LibraryOn(class) => vec![Value::Object { class, exact: false, several: true }],
            Value::LibraryOf(file, made) => {
                let mut all = self.element(Value::Made(file, made), None);
                all.push(Value::Made(file, made));
                all
            }
            Value::External(..) | Value::Plain if creates => vec![Value::Made(file, call)],
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
        let typed =
            if function.return_type == UNKNOWN { Vec::new() } else { self.objects(file, function.return_type, false) };
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

    pub(super) fn finish(mut self) -> Resolution {
        let mut resolution = Resolution::default();
        for file in 0..self.world.files.len() as u32 {
            for (caller, call) in self.world.sketch(file).map_or(&[][..], |sketch| &sketch.calls[..]) {
                let caller = self.world.node(file, *caller);
                self.add_call(&mut resolution, file, caller, *call);
            }
        }
        for (class, bases) in &self.bases {
            let bases = bases.iter().filter(|base| self.is_class(**base) && self.is_class(*class));
            resolution.bases.extend(bases.map(|base| (*class, *base)));
        }
        resolution
    }

    fn add_call(&mut self, resolution: &mut Resolution, file: u32, caller: Node, call: ExpressionId) {
        let Expression::Call { callee, arguments, creates } = self.expression(file, call) else { return };
        let mut targets: Vec<Node> = Vec::new();
        for value in self.called(file, call) {
            match value {
                Value::Function(node) if self.has_body(node) => targets.push(node),
                Value::Class { node, .. } => targets.extend(self.made(node, arguments.1)),
                _ => {}
            }
        }
        targets.sort_unstable();
        targets.dedup();
        let callees = self.values(file, callee);
        let in_macros = self.world.sketch(file).map_or(&[][..], |sketch| &sketch.in_macros[..]);
        let sure = match self.expression(file, callee) {
            _ if in_macros.binary_search(&call).is_ok() => IN_MACRO,
            Expression::Name { .. } => NAMED,
            _ => SURE,
        };
        let share = sure / targets.len().max(1) as f32;
        resolution.calls.extend(targets.into_iter().map(|target| (caller, target, share)));
        for value in callees.iter() {
            match value {
                Value::External(path, Outside::Itself) => {
                    resolution.external.push((caller, self.world.text(*path).to_owned()));
                }
                // A field that a constructor makes.
                Value::External(path, Outside::Object) if creates => {
                    resolution.external.push((caller, self.world.text(*path).to_owned()));
                }
                _ => {}
            }
        }
        self.add_callbacks(resolution, file, (caller, callee), arguments);
        if let (true, Expression::Member { name, .. }) = (callees.is_empty(), self.expression(file, callee)) {
            let name: Name = self.world.name_in(file, name);
            resolution.unknown.push((caller, self.world.text(name).to_owned()));
        }
    }

    /// What a call of a class calls: its constructors, or the class itself where the language counts that.
    fn made(&mut self, class: Node, count: u32) -> Vec<Node> {
        let constructors: Vec<Value> = self.constructors(class).into_iter().map(Value::Function).collect();
        let constructors: Vec<Node> = self
            .by_arity(&constructors, count)
            .into_iter()
            .filter_map(|value| match value {
                Value::Function(node) => Some(node),
                _ => None,
            })
            .collect();
        let (file, _) = self.world.place(class);
        let language = self.world.files[file as usize].language;
        let is_counted = language.is_some_and(|language| {
            language.table().names().constructor != Constructor::None
                && self.world.sharing(file) != crate::language::Sharing::Everywhere
        });
        if constructors.is_empty() && is_counted { vec![class] } else { constructors }
    }

    /// Functions handed to what is outside the project are called on behalf of who hands them over.
    fn add_callbacks(
        &mut self,
        resolution: &mut Resolution,
        file: u32,
        (caller, callee): (Node, ExpressionId),
        arguments: (u32, u32),
    ) {
        let callees = self.values(file, callee);
        let is_library = |value: &Value| {
            matches!(value, Value::External(..) | Value::Plain | Value::LibraryOf(..) | Value::LibraryOn(_))
        };
        let name = match self.expression(file, callee) {
            Expression::Member { name, .. } | Expression::Name { name, .. } => self.world.name_in(file, name),
            _ => return,
        };
        let is_outside = callees.iter().any(is_library)
            || (callees.is_empty() && matches!(self.expression(file, callee), Expression::Name { .. }));
        if !is_outside || self.is_keeping(file, name) {
            return;
        }
        for argument in self.parts(file, arguments) {
            for value in self.values(file, *argument).iter() {
                if let Value::Function(node) = value
                    && self.world.kind(*node) == NodeKind::Function
                    && self.has_body(*node)
                {
                    resolution.calls.push((caller, *node, SURE));
                }
            }
        }
    }
}
