//! Joins the sketches of a project and finds what its calls call.

mod calls;
mod classes;
mod imports;
mod initial;
mod libraries;
mod members;
mod names;
mod outcome;
mod outside;
mod values;
mod world;

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use self::values::{Name, Node, Outside, Value, Values, Wanted, sorted};
use self::world::World;
use super::sketch::{Expression, ExpressionId};
use crate::graph::facts::FileFacts;
use crate::graph::modules::Modules;

/// How often values are followed through calls.
const ROUNDS: usize = 3;

/// How deep one expression leads to others.
const DEEPEST: u32 = 40;

/// What was found.
#[derive(Debug, Default)]
pub(in crate::graph) struct Resolution {
    /// Caller, callee, confidence; some more than once.
    pub(in crate::graph) calls: Vec<(u32, u32, f32)>,
    /// Caller and dotted path.
    pub(in crate::graph) external: Vec<(u32, String)>,
    /// Callers of methods of objects about which nothing is known, with the name.
    pub(in crate::graph) unknown: Vec<(u32, String)>,
    /// Classes and their bases.
    pub(in crate::graph) bases: Vec<(u32, u32)>,
}

/// Finds the calls of the files that have a sketch. `first_nodes` has the first graph node of each file.
pub(in crate::graph) fn resolve(files: &[FileFacts], modules: &Modules<'_>, first_nodes: &[u32]) -> Resolution {
    if files.iter().all(|file| file.sketch.is_none()) {
        return Resolution::default();
    }
    let mut solver = Solver::new(World::new(files, modules, first_nodes));
    solver.classes();
    for _ in 0..ROUNDS {
        solver.start_round();
        solver.follow_stores();
        solver.follow_initial();
        solver.follow_calls();
        if !solver.has_changed {
            break;
        }
    }
    solver.finish()
}

struct Solver<'a> {
    world: World<'a>,
    /// The place of the first expression of each file in the lists below.
    first: Vec<usize>,
    /// What expressions stood for in this round, and in the one before.
    known: Vec<Option<Values>>,
    before: Vec<Option<Values>>,
    running: Vec<bool>,
    nothing: Values,
    depth: u32,
    /// By class: its bases, and the classes that have it as one.
    bases: BTreeMap<Node, Vec<Node>>,
    derived: BTreeMap<Node, Vec<Node>>,
    /// The class that a scope stands for.
    class_of_scope: FxHashMap<(u32, u32), Node>,
    /// Values handed over to parameters, by function and place.
    handed: BTreeMap<(Node, u32), BTreeSet<Value>>,
    /// Values put into members, by what has the member.
    stored: BTreeMap<(Value, Name), BTreeSet<Value>>,
    /// Names that files have from imports of everything.
    from_everything: FxHashMap<(u32, Name), Values>,
    has_changed: bool,
}

impl<'a> Solver<'a> {
    fn new(world: World<'a>) -> Self {
        let (mut first, mut count) = (Vec::new(), 0);
        for file in world.files {
            first.push(count);
            count += file.sketch.as_ref().map_or(0, |sketch| sketch.expressions.len());
        }
        Self {
            world,
            first,
            known: vec![None; count],
            before: vec![None; count],
            running: vec![false; count],
            nothing: sorted(Vec::new()),
            depth: 0,
            bases: BTreeMap::new(),
            derived: BTreeMap::new(),
            class_of_scope: FxHashMap::default(),
            handed: BTreeMap::new(),
            stored: BTreeMap::new(),
            from_everything: FxHashMap::default(),
            has_changed: true,
        }
    }

    fn start_round(&mut self) {
        self.has_changed = false;
        std::mem::swap(&mut self.before, &mut self.known);
        self.forget();
    }

    fn forget(&mut self) {
        self.known.fill(None);
        self.from_everything.clear();
    }

    /// What an expression may stand for.
    fn values(&mut self, file: u32, expression: ExpressionId) -> Values {
        let place = self.first[file as usize] + expression as usize;
        if let Some(known) = &self.known[place] {
            return known.clone();
        }
        if self.depth == DEEPEST || std::mem::replace(&mut self.running[place], true) {
            return self.before[place].clone().unwrap_or_else(|| self.nothing.clone());
        }
        self.depth += 1;
        let values = self.evaluate(file, expression);
        let values = if values.is_empty() { self.nothing.clone() } else { sorted(values) };
        self.depth -= 1;
        self.running[place] = false;
        self.known[place] = Some(values.clone());
        values
    }

    fn expression(&self, file: u32, expression: ExpressionId) -> Expression {
        self.world.sketch(file).map_or(Expression::Unknown, |sketch| sketch.expressions[expression as usize])
    }

    fn parts(&self, file: u32, (first, count): (u32, u32)) -> &'a [ExpressionId] {
        let parts = self.world.sketch(file).map_or(&[][..], |sketch| &sketch.parts[..]);
        &parts[first as usize..(first + count) as usize]
    }

    fn evaluate(&mut self, file: u32, expression: ExpressionId) -> Vec<Value> {
        match self.expression(file, expression) {
            Expression::Unknown => Vec::new(),
            Expression::Plain => vec![Value::Plain],
            Expression::Name { name, scope, at } => {
                let wanted = self.world.rules(file).map_or(Wanted::Any, Wanted::by_name);
                self.name(file, name, (scope, at), wanted)
            }
            Expression::Method { name, scope, at } => self.name(file, name, (scope, at), Wanted::Method),
            Expression::Member { object, name } => self.member_of_object_at(file, object, name, Wanted::Any),
            Expression::Field { object, name } => self.member_of_object_at(file, object, name, Wanted::Field),
            Expression::Call { .. } => self.result_of_call(file, expression),
            Expression::Definition(node) => vec![self.definition(self.world.node(file, node))],
            Expression::Module(name) => self.loaded_module(file, name),
            Expression::Package(name) => self.loaded_package(file, name),
            Expression::Made { .. } | Expression::Shape(_) => vec![Value::Made(file, expression)],
            Expression::Element { of, key } => {
                let of = self.values(file, of);
                let key = key.map(|key| self.world.name_in(file, key));
                self.elements(file, &of, key)
            }
            Expression::Each(of) => {
                let of = self.values(file, of);
                let is_one = |value: &Value| matches!(value, Value::Object { several: false, .. } | Value::This { .. });
                // What one object gives to a loop is not itself.
                let many: Vec<Value> = of.iter().copied().filter(|value| !is_one(value)).collect();
                self.elements(file, &many, None)
            }
            Expression::Position { of, place } => self.position(file, of, place),
            Expression::Either(parts) | Expression::Together(parts) => {
                self.parts(file, parts).iter().flat_map(|part| self.values(file, *part).to_vec()).collect()
            }
            Expression::Parameter { function, place } => self.handed_to(self.world.node(file, function), place),
            Expression::Object(class) => self.objects(file, class),
            Expression::Generic { base, arguments } => self.generic(file, base, arguments),
            Expression::Several(class) => self.values(file, class).iter().map(|value| several(*value)).collect(),
            Expression::FunctionType(given) => vec![Value::Gives(file, given)],
        }
    }

    fn member_of_object_at(&mut self, file: u32, object: ExpressionId, name: u32, wanted: Wanted) -> Vec<Value> {
        let name = self.world.name_in(file, name);
        let objects = self.values(file, object);
        self.member_of_any(file, &objects, name, wanted)
    }

    fn definition(&self, node: Node) -> Value {
        match self.world.kind(node) {
            crate::graph::NodeKind::Class => Value::Class { node, several: false },
            _ => Value::Function(node),
        }
    }

    fn handed_to(&self, function: Node, place: u32) -> Vec<Value> {
        self.handed.get(&(function, place)).into_iter().flatten().copied().collect()
    }

    /// Objects of the types that an expression names, or of their subclasses.
    fn objects(&mut self, file: u32, class: ExpressionId) -> Vec<Value> {
        let classes = self.values(file, class);
        let objects = classes.iter().map(|value| match *value {
            Value::Class { node, several } => Value::Object { class: node, exact: false, several },
            Value::External(path, Outside::Itself) => Value::External(path, Outside::Object),
            other => other,
        });
        objects.collect()
    }

    /// A generic type: the type, and what it is a container of.
    fn generic(&mut self, file: u32, base: ExpressionId, arguments: (u32, u32)) -> Vec<Value> {
        let mut values = self.values(file, base).to_vec();
        for argument in self.parts(file, arguments) {
            values.extend(self.values(file, *argument).iter().map(|value| several(*value)));
        }
        values
    }

    fn position(&mut self, file: u32, of: ExpressionId, place: u32) -> Vec<Value> {
        if let Expression::Together(parts) = self.expression(file, of) {
            let part = self.parts(file, parts).get(place as usize).copied();
            return part.map_or_else(Vec::new, |part| self.values(file, part).to_vec());
        }
        if let Expression::Object(class) = self.expression(file, of) {
            return self.position_of_type(file, class, place);
        }
        if let Some((file, given)) = self.given_together(file, of) {
            return self.position_of_type(file, given, place);
        }
        let of = self.values(file, of);
        of.iter().flat_map(|value| self.element(*value, None)).collect()
    }

    fn position_of_type(&mut self, file: u32, given: ExpressionId, place: u32) -> Vec<Value> {
        match self.expression(file, given) {
            Expression::Together(parts) => {
                let part = self.parts(file, parts).get(place as usize).copied();
                part.map_or_else(Vec::new, |part| self.objects(file, part))
            }
            _ if place == 0 => self.objects(file, given),
            _ => Vec::new(),
        }
    }

    /// The type of what a called function gives, where it says so.
    fn given_together(&mut self, file: u32, call: ExpressionId) -> Option<(u32, ExpressionId)> {
        let Expression::Call { callee, .. } = self.expression(file, call) else { return None };
        let callees = self.values(file, callee);
        callees.iter().find_map(|value| match value {
            Value::Function(node) => {
                let given = self.world.function(*node)?.return_type;
                (given != super::sketch::UNKNOWN).then_some((self.world.place(*node).0, given))
            }
            _ => None,
        })
    }

    fn note_stored(&mut self, owner: Value, name: Name, values: &[Value]) {
        let known = self.stored.entry((owner, name)).or_default();
        let before = known.len();
        known.extend(values.iter().copied().filter(is_followed).take(MOST_STORED.saturating_sub(before)));
        self.has_changed |= known.len() > before;
    }

    fn note_handed(&mut self, function: Node, place: u32, values: &[Value]) {
        let known = self.handed.entry((function, place)).or_default();
        let before = known.len();
        known.extend(values.iter().copied().filter(is_followed).take(MOST_STORED.saturating_sub(before)));
        self.has_changed |= known.len() > before;
    }
}

/// How many values of one member or parameter are followed.
const MOST_STORED: usize = 16;

/// Whether a value is worth following.
fn is_followed(value: &Value) -> bool {
    !matches!(value, Value::Parameter)
}

/// A value as what a container holds.
fn several(value: Value) -> Value {
    match value {
        Value::Class { node, .. } => Value::Class { node, several: true },
        Value::Object { class, exact, .. } => Value::Object { class, exact, several: true },
        Value::External(path, _) => Value::External(path, Outside::Held),
        other => other,
    }
}
