//! The calls of a project as edges.

use super::super::sketch::{Expression, ExpressionId};
use super::values::{Name, Node, Outside, Value};
use super::{Resolution, Solver};
use crate::graph::NodeKind;
use crate::language::{Constructor, Sharing};

/// How sure a call is that has just one target.
const SURE: f32 = 0.95;

/// The same where the name itself is defined or imported.
const NAMED: f32 = 1.0;

/// The same among the arguments of a macro, which may do anything with them.
const IN_MACRO: f32 = 0.8;

/// A function that is handed to code outside the project is assumed to be called by it.
const HANDED_OUTSIDE: f32 = 0.8;

impl Solver<'_> {
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
            Expression::Name { .. } | Expression::Method { .. } => NAMED,
            _ => SURE,
        };
        let share = sure / targets.len().max(1) as f32;
        resolution.calls.extend(targets.into_iter().map(|target| (caller, target, share)));
        let outside = self.outside_called(file, callee, &callees, creates);
        let is_outside = !outside.is_empty();
        resolution.external.extend(outside.into_iter().map(|path| (caller, path)));
        self.add_callbacks(resolution, file, caller, call);
        if is_outside {
            return;
        }
        if let (true, Expression::Member { name, .. }) = (callees.is_empty(), self.expression(file, callee)) {
            let name: Name = self.world.name_in(file, name);
            resolution.unknown.push((caller, self.world.text(name).to_owned()));
        }
    }

    /// The paths of what a call reaches outside the project.
    fn outside_called(&mut self, file: u32, callee: ExpressionId, callees: &[Value], creates: bool) -> Vec<String> {
        let named = callees.iter().filter_map(|value| match value {
            Value::External(path, Outside::Itself | Outside::Member) => Some(*path),
            // A field that a constructor makes.
            Value::External(path, Outside::Object) if creates => Some(*path),
            _ => None,
        });
        // Where a declaration makes an object, its constructor is no function that the text names.
        let is_declared = creates && self.world.sharing(file) == Sharing::Everywhere;
        let named = named.filter(|_| !is_declared);
        let is_variant = |path: &String| {
            let names_values = self.world.rules(file).is_some_and(|rules| rules.capitals_are_constants);
            names_values && super::world::last_part(path).starts_with(char::is_uppercase)
        };
        let mut named: Vec<String> = named.map(|path| self.world.text(path).to_owned()).collect();
        let is_named = !named.is_empty();
        named.retain(|path| !is_variant(path));
        if is_named {
            return named;
        }
        if callees.is_empty() && !creates {
            let library = self.library_function(file, callee);
            if library.is_some() {
                return library.into_iter().collect();
            }
        }
        let Expression::Member { object, name } = self.expression(file, callee) else { return named };
        // What a method of the library gives may be the object itself or something that it holds.
        if matches!(self.expression(file, object), Expression::Call { creates: false, .. }) {
            return named;
        }
        let name = self.world.text(self.world.name_in(file, name)).to_owned();
        let made = callees.iter().filter_map(|value| match value {
            Value::LibraryOf(file, made) => self.class_made(*file, *made),
            _ => None,
        });
        let mut made: Vec<String> = made.collect();
        made.retain(|class| !self.passes_on(file, class, &name));
        made.into_iter().map(|class| format!("{class}.{name}")).collect()
    }

    /// The path of the class outside the project of which an expression makes an object.
    fn class_made(&mut self, file: u32, made: ExpressionId) -> Option<String> {
        let Expression::Call { callee, .. } = self.expression(file, made) else { return None };
        let values = self.values(file, callee);
        values.iter().find_map(|value| match value {
            Value::External(path, Outside::Itself) => Some(self.world.text(*path).to_owned()),
            _ => None,
        })
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
            language.table().names().constructor != Constructor::None && self.world.sharing(file) != Sharing::Everywhere
        });
        if constructors.is_empty() && is_counted { vec![class] } else { constructors }
    }

    /// Functions handed to what is outside the project are called on behalf of who hands them over.
    fn add_callbacks(&mut self, resolution: &mut Resolution, file: u32, caller: Node, call: ExpressionId) {
        let Expression::Call { callee, arguments, creates } = self.expression(file, call) else { return };
        let callees = self.values(file, callee);
        let is_library = |value: &Value| {
            matches!(value, Value::External(..) | Value::Plain | Value::LibraryOf(..) | Value::LibraryOn(_))
        };
        let name = match self.expression(file, callee) {
            Expression::Member { name, .. } | Expression::Name { name, .. } | Expression::Method { name, .. } => {
                self.world.name_in(file, name)
            }
            _ => return,
        };
        // A field of a type of the language's own is made by a constructor of it, which only keeps the value.
        let is_unknown = callees.is_empty() && !(creates && self.world.sharing(file) == Sharing::Everywhere);
        let is_outside = callees.iter().any(is_library)
            || (is_unknown && self.library_function(file, callee).is_some())
            || (is_unknown
                && matches!(self.expression(file, callee), Expression::Name { .. } | Expression::Method { .. }));
        let is_made = |value: &&Value| creates || !matches!(value, Value::External(_, Outside::Object));
        let named: Vec<Value> = callees.iter().filter(is_made).copied().collect();
        let is_silent = named.len() == callees.len() && self.is_passive(file, name, &named);
        if !is_outside || self.is_keeping(file, name) || is_silent {
            return;
        }
        for argument in self.parts(file, arguments) {
            let handed = self.functions_among(file, *argument);
            let share = HANDED_OUTSIDE / handed.len().max(1) as f32;
            resolution.calls.extend(handed.into_iter().map(|node| (caller, node, share)));
        }
    }

    /// The functions of the project that an argument may be.
    fn functions_among(&mut self, file: u32, argument: ExpressionId) -> Vec<Node> {
        let values = self.values(file, argument);
        let functions = values.iter().filter_map(|value| match value {
            Value::Function(node) => Some(*node),
            _ => None,
        });
        functions.filter(|node| self.world.kind(*node) == NodeKind::Function && self.has_body(*node)).collect()
    }
}
