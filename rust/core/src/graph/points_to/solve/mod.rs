//! Joins the programs of a project and runs them to a fixed point.

mod annotations;
mod arguments;
mod attributes;
mod bases;
mod calls;
mod containers;
mod dispatch;
mod imports;
mod instances;
mod library;
mod objects;
mod outcome;
mod variables;
mod world;

use std::collections::VecDeque;

use rustc_hash::{FxHashMap, FxHashSet};

use self::dispatch::{Dispatched, Registration};
use self::objects::{Object, ObjectId, Objects};
use self::variables::Variables;
use self::world::World;
use super::program::{Arguments, Key, NOTHING, Name, Operation, Variable};
use crate::graph::facts::FileFacts;
use crate::graph::modules::{Family, Modules};
use crate::syntax::NONE;

/// How many variables and operations there may be for each that the files have, and how many at least.
const MOST_GROWTH: usize = 4;
const LEAST_LIMIT: usize = 10_000;

/// How often functions that nothing calls are given what they may be called with.
const ROUNDS: u8 = 3;

/// How sure a call is that has just one target.
pub(in crate::graph) const SURE: f32 = 0.95;

/// The same where a function was only assumed to be called.
const ASSUMED: f32 = 0.8;

/// What the analysis found.
#[derive(Debug, Default)]
pub(in crate::graph) struct Resolution {
    /// Caller, the node that is called, and how sure that is; some more than once.
    pub(in crate::graph) calls: Vec<(u32, u32, f32)>,
    /// Caller and the dotted path of what is called outside the project.
    pub(in crate::graph) external: Vec<(u32, String)>,
    /// Methods that are called on objects about which nothing is known: caller and name.
    pub(in crate::graph) unknown: Vec<(u32, String)>,
}

/// Finds the calls of a project. `first_nodes` has the first graph node of each file.
pub(in crate::graph) fn resolve(files: &[FileFacts], modules: &Modules<'_>, first_nodes: &[u32]) -> Resolution {
    if files.iter().all(|file| file.program.is_none()) {
        return Resolution::default();
    }
    let mut bases = Solver::new(World::new(files, first_nodes), files, modules);
    bases.start_bases();
    bases.run();
    let hierarchy = bases.hierarchy();
    let mut solver = Solver::new(bases.world, files, modules);
    (solver.orders, solver.external_bases) = hierarchy;
    solver.start();
    solver.settle();
    solver.note_subclasses();
    for round in 1..ROUNDS {
        solver.round = round;
        solver.assume_called();
        solver.settle();
        solver.assume_fields();
    }
    solver.finish()
}

/// A part of an object that holds values of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Field {
    Attribute(Name),
    Element(Key),
    /// Every element of a container.
    All,
    /// What iterating over a mapping gives.
    Keys,
    /// Objects of a class that are raised.
    Raised,
}

/// A call that is being resolved.
#[derive(Debug, Clone, Copy)]
struct Call {
    /// The operation: calls of one place share their certainty.
    site: u32,
    arguments: Arguments,
    to: Variable,
    caller: u32,
    decorates: bool,
}

/// A look-up of an attribute along the order of a class.
#[derive(Debug, Clone, Copy)]
struct Lookup {
    class: u32,
    /// The last class that is searched, or [`NONE`] for all.
    last: u32,
    receiver: ObjectId,
    to: Variable,
    caller: u32,
}

struct Solver<'a> {
    world: World,
    files: &'a [FileFacts],
    modules: &'a Modules<'a>,
    family: Family,
    objects: Objects,
    variables: Variables,
    copied: FxHashSet<(Variable, Variable)>,
    queue: VecDeque<(Variable, ObjectId)>,
    operations: Vec<Operation>,
    /// Operations that are yet to be applied to so many of the first objects of their variable.
    late: Vec<(u32, u8)>,
    /// How many variables and operations there may be.
    limit: usize,
    /// By operation: the one that waits for the same variable and came before it.
    waiting: Vec<u32>,
    fields: FxHashMap<(ObjectId, Field), Variable>,
    /// By container: the mappings that hold all that it holds, key by key.
    followers: FxHashMap<ObjectId, Vec<ObjectId>>,
    /// Keys under which a container holds something.
    keys: FxHashMap<ObjectId, Vec<Key>>,
    /// Containers that operations make, by operation and role.
    made: FxHashMap<(u32, u8), u32>,
    registrations: Vec<Registration>,
    dispatched: Vec<Dispatched>,
    /// Dispatched calls, by place, and what they have chosen.
    chosen: FxHashSet<(u32, ObjectId)>,
    /// By class: its objects that are told apart.
    instances: Vec<Vec<ObjectId>>,
    /// By class: the order of look-up.
    orders: Vec<Vec<u32>>,
    /// By class: those that have it among their bases, a few at most.
    subclasses: Vec<Vec<u32>>,
    /// By class: bases outside the project, by path.
    external_bases: Vec<Vec<String>>,
    found: FxHashSet<(u32, u32, u32)>,
    /// Site, caller, target node, round.
    targets: Vec<(u32, u32, u32, u8)>,
    /// By name: whether it is written to an attribute of a class.
    is_patched: Vec<bool>,
    /// By name: look-ups that a later write to a class has to reach.
    lookups: Vec<Vec<Lookup>>,
    /// Caller and path.
    externals: FxHashSet<(u32, Name)>,
    round: u8,
}

impl<'a> Solver<'a> {
    fn new(world: World, files: &'a [FileFacts], modules: &'a Modules<'a>) -> Self {
        let variables = Variables::new(world.variables);
        let names = world.names.len();
        let classes = world.classes.len();
        let (operations, waiting) =
            (Vec::with_capacity(world.operations.len()), Vec::with_capacity(world.operations.len()));
        let limit = MOST_GROWTH * (world.variables as usize + world.operations.len()) + LEAST_LIMIT;
        let family = files.iter().find(|file| file.program.is_some()).map_or("", FileFacts::family);
        Self {
            world,
            files,
            modules,
            family,
            objects: Objects::default(),
            variables,
            copied: FxHashSet::default(),
            queue: VecDeque::new(),
            operations,
            late: Vec::new(),
            limit,
            waiting,
            fields: FxHashMap::default(),
            followers: FxHashMap::default(),
            keys: FxHashMap::default(),
            made: FxHashMap::default(),
            registrations: Vec::new(),
            dispatched: Vec::new(),
            chosen: FxHashSet::default(),
            instances: vec![Vec::new(); classes],
            orders: (0..classes as u32).map(|class| vec![class]).collect(),
            subclasses: Vec::new(),
            external_bases: vec![Vec::new(); classes],
            is_patched: vec![false; names],
            lookups: vec![Vec::new(); names],
            found: FxHashSet::default(),
            targets: Vec::new(),
            externals: FxHashSet::default(),
            round: 0,
        }
    }

    fn start(&mut self) {
        for number in 0..self.world.operations.len() {
            self.attach(self.world.operations[number]);
        }
        self.give_back_through_generators();
        self.announce_subclasses();
    }

    /// A parameter that a generator or coroutine function returns comes out of what the call makes.
    fn give_back_through_generators(&mut self) {
        for function in 0..self.world.functions.len() {
            let wrapped = self.world.functions[function].is_generator || self.world.functions[function].is_asynchronous;
            for place in 0..self.world.functions[function].parameters.len() {
                let parameter = self.world.functions[function].parameters[place];
                if wrapped && parameter.is_returned {
                    self.world.functions[function].parameters[place].is_returned = false;
                    self.copy(parameter.variable, self.world.functions[function].returns);
                }
            }
        }
    }

    /// Runs until nothing new is found. Operations are applied one after the other, never within each other: no text can
    /// nest calls too deeply.
    fn run(&mut self) {
        loop {
            if let Some((number, passed)) = self.late.pop() {
                let base = self.operations[number as usize].base().unwrap_or(NOTHING);
                for place in 0..usize::from(passed) {
                    self.apply(number, self.held(base)[place]);
                }
            } else if let Some((variable, object)) = self.queue.pop_front() {
                self.pass_on(variable, object);
            } else {
                return;
            }
        }
    }

    fn pass_on(&mut self, variable: Variable, object: ObjectId) {
        self.variables.pass(variable);
        let mut copy = self.variables.last_copy(variable);
        while copy != NONE {
            let (to, before) = self.variables.copied(copy);
            self.add(to, object);
            copy = before;
        }
        let mut waiting = self.variables.waiting(variable);
        while waiting != NONE {
            self.apply(waiting, object);
            waiting = self.waiting[waiting as usize];
        }
    }

    /// Whether the run has grown so large that it is not worth to tell more apart.
    fn is_exhausted(&self) -> bool {
        self.variables.len() + self.operations.len() >= self.limit
    }

    fn variable(&mut self) -> Variable {
        self.variables.add()
    }

    fn held(&self, variable: Variable) -> &[ObjectId] {
        self.variables.held(variable)
    }

    /// Lets a variable hold an object.
    fn add(&mut self, variable: Variable, object: ObjectId) {
        if self.variables.hold(variable, object) {
            self.queue.push_back((variable, object));
        }
    }

    fn add_object(&mut self, variable: Variable, object: Object) {
        let number = self.objects.number(object);
        self.add(variable, number);
    }

    /// Lets a variable hold all that another one ever holds.
    fn copy(&mut self, from: Variable, to: Variable) {
        if from == NOTHING || to == NOTHING || from == to || !self.copied.insert((from, to)) {
            return;
        }
        self.variables.copy(from, to);
        for place in 0..self.held(from).len() {
            self.add(to, self.held(from)[place]);
        }
    }

    /// Adds an operation, also for what its variable holds already.
    fn attach(&mut self, operation: Operation) {
        let number = self.operations.len() as u32;
        match operation.base() {
            None => return self.begin(operation),
            Some(NOTHING) => return,
            Some(_) if self.is_exhausted() => return,
            Some(base) => {
                let before = self.variables.wait(base, number);
                self.waiting.push(before);
                let passed = self.variables.passed(base);
                if passed > 0 {
                    self.late.push((number, passed));
                }
            }
        }
        self.operations.push(operation);
    }

    /// Does what waits for no value.
    fn begin(&mut self, operation: Operation) {
        match operation {
            // No two of a program are the same, and nothing is held yet.
            Operation::Copy { from, to } => self.variables.copy(from, to),
            Operation::Function { function, to } => self.add_object(to, Object::Function(function)),
            Operation::Class { class, to } => self.add_object(to, Object::Class(class)),
            Operation::Container { container, to } => self.add_object(to, Object::Container(container)),
            Operation::Builtin { name, to } => {
                let path = format!("builtins.{}", self.world.names.text(name));
                let path = self.world.names.number(&path);
                self.add_object(to, Object::External(path));
            }
            Operation::Import { import, to, caller } => self.import(import, to, caller),
            Operation::Unbound { name, to, caller } => self.unbound(name, to, caller),
            _ => {}
        }
    }

    /// Does an operation with one of the objects that it waits for.
    fn apply(&mut self, number: u32, object: ObjectId) {
        match self.operations[number as usize] {
            Operation::Load { attribute, to, caller, .. } => self.load(object, attribute, to, caller),
            Operation::LoadNamed { start, to, caller, .. } => self.load_named(object, start, to, caller),
            Operation::Store { attribute, from, caller, .. } => self.store(object, attribute, from, caller),
            Operation::Bind { receiver, to, caller, .. } => self.bind(number, object, receiver, to, caller),
            Operation::Replace { receiver, from, caller, .. } => self.replace(number, object, receiver, from, caller),
            Operation::Super { class, to, .. } => self.add_object(to, Object::Super { class, receiver: object }),
            Operation::SuperOf { receiver, to, .. } => {
                if let Object::Class(class) = self.objects.get(object) {
                    self.attach(Operation::Super { receiver, class, to });
                }
            }
            Operation::Call { arguments, to, caller, decorates, .. } => {
                self.call(object, None, Call { site: number, arguments, to, caller, decorates });
            }
            Operation::Method { names, argument, to, caller, .. } => {
                let arguments = if argument == NOTHING { Vec::new() } else { vec![argument] };
                self.call_method(object, names, &arguments, to, caller);
            }
            Operation::Item { key, to, caller, .. } => self.item(object, key, to, caller),
            Operation::SetItem { key, from, caller, .. } => self.set_item(object, key, from, caller),
            Operation::SetKey { from, .. } => self.set_key(object, from),
            Operation::Extend { container, caller, .. } => self.extend(object, container, caller),
            Operation::Middle { front, container, .. } => self.middle(object, front, container),
            Operation::Iterate { to, caller, protocol, .. } => self.iterate(object, to, caller, protocol),
            Operation::Next { to, caller, protocol, .. } => self.next(object, to, caller, protocol),
            Operation::Enter { to, caller, protocol, .. } => self.enter(object, to, caller, protocol),
            Operation::Await { to, .. } => self.wait(object, to),
            Operation::Delegate { yields, to, caller, .. } => self.delegate(object, yields, to, caller),
            Operation::Raise { caller, .. } => self.raise(number, object, caller),
            Operation::Catch { to, .. } => self.catch(object, to),
            Operation::Annotated { to, .. } => self.annotated(object, to),
            Operation::Narrow { from, side, to, .. } => self.narrow(object, from, side, to),
            Operation::Filter { class, side, to, .. } => self.filter(object, class, side, to),
            Operation::Wrap { wrapper, to, .. } => self.wrap(object, wrapper, to),
            _ => {}
        }
    }

    /// The variable of a part of an object.
    fn field(&mut self, object: ObjectId, field: Field) -> Variable {
        if let Some(known) = self.fields.get(&(object, field)) {
            return *known;
        }
        let variable = self.variable();
        self.fields.insert((object, field), variable);
        variable
    }

    fn path(&mut self, text: &str) -> Name {
        self.world.names.number(text)
    }
}
