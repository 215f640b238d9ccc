//! Functions that choose an implementation by the class of their argument: `functools.singledispatch`.

use super::super::program::{Key, NOTHING, Operation, Shape, Variable, Wrapper};
use super::objects::{Object, ObjectId};
use super::{Call, Solver};

/// An implementation of a function that dispatches.
#[derive(Debug, Clone, Copy)]
pub(super) struct Registration {
    dispatcher: ObjectId,
    /// Holds the class; [`NOTHING`] where the function's annotation names it.
    class: Variable,
    function: Variable,
}

/// A call that waits until all implementations are known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dispatched {
    dispatcher: ObjectId,
    receiver: Option<ObjectId>,
    call: Call,
}

/// Paths of the classes that lists, tuples and sets have, or are objects of.
const SEQUENCES: &[&str] = &["builtins.frozenset", "builtins.list", "builtins.set", "builtins.tuple"];
const MAPPINGS: &[&str] = &["builtins.dict", "collections.OrderedDict", "collections.abc.Mapping"];

impl Solver<'_> {
    /// Runs to a fixed point, calls that are dispatched included.
    pub(super) fn settle(&mut self) {
        self.run();
        while self.dispatch_all() {
            self.run();
        }
    }

    pub(super) fn dispatch(&mut self, dispatcher: ObjectId, receiver: Option<ObjectId>, call: Call) {
        self.dispatched.push(Dispatched { dispatcher, receiver, call });
    }

    /// `f.register(class, function)`, `f.register(class)` and `f.register(function)`.
    pub(super) fn register(&mut self, dispatcher: ObjectId, call: Call) {
        let (first, function) = (self.value(call, 0), self.value(call, 1));
        if function == NOTHING {
            self.attach(Operation::Wrap { base: first, wrapper: Wrapper::Registered(dispatcher), to: call.to });
        } else {
            self.registrations.push(Registration { dispatcher, class: first, function });
            self.copy(function, call.to);
        }
    }

    /// What `register` gives back for its one argument: a function as it is, for a class what takes a function.
    pub(super) fn register_one(&mut self, dispatcher: ObjectId, object: ObjectId, to: Variable) {
        match self.objects.get(object) {
            Object::Class(_) | Object::External(_) => {
                self.add_object(to, Object::Registrar { dispatcher, class: object });
            }
            _ => {
                let function = self.holding(object);
                self.registrations.push(Registration { dispatcher, class: NOTHING, function });
                self.add(to, object);
            }
        }
    }

    pub(super) fn register_for(&mut self, dispatcher: ObjectId, class: ObjectId, call: Call) {
        let (class, function) = (self.holding(class), self.value(call, 0));
        self.registrations.push(Registration { dispatcher, class, function });
        self.copy(function, call.to);
    }

    /// Calls what each dispatched call chooses. Says whether one is new.
    fn dispatch_all(&mut self) -> bool {
        let before = self.chosen.len();
        for place in 0..self.dispatched.len() {
            let Dispatched { dispatcher, receiver, call } = self.dispatched[place];
            for function in self.choices(dispatcher, call) {
                if self.chosen.insert((place as u32, function)) {
                    self.call(function, receiver, call);
                }
            }
        }
        self.chosen.len() > before
    }

    /// The functions that a call may choose: one a class of its argument, all where nothing is known of that.
    fn choices(&self, dispatcher: ObjectId, call: Call) -> Vec<ObjectId> {
        let known = self.implementations(dispatcher);
        let Object::Dispatcher(default) = self.objects.get(dispatcher) else { return Vec::new() };
        let argument = self.value(call, 0);
        let literal = match self.literal(call) {
            Key::Name(_) => Some("builtins.str"),
            Key::Index(_) => Some("builtins.int"),
            Key::Any => None,
        };
        let mut choices: Vec<ObjectId> = match (self.held(argument), literal) {
            ([], Some(class)) => vec![self.of_path(&known, &[class]).unwrap_or(default)],
            ([], None) => known.iter().map(|(_, function)| *function).chain([default]).collect(),
            (objects, _) => objects.iter().map(|object| self.choice(*object, &known).unwrap_or(default)).collect(),
        };
        choices.sort_unstable();
        choices.dedup();
        choices
    }

    /// Classes and functions that are registered.
    fn implementations(&self, dispatcher: ObjectId) -> Vec<(ObjectId, ObjectId)> {
        let own = self.registrations.iter().filter(|one| one.dispatcher == dispatcher);
        own.flat_map(|one| {
            let functions = self.held(one.function).iter();
            functions.filter_map(|function| Some((self.registered_class(*one, *function)?, *function)))
        })
        .collect()
    }

    fn registered_class(&self, registration: Registration, function: ObjectId) -> Option<ObjectId> {
        if registration.class != NOTHING {
            return self.held(registration.class).first().copied();
        }
        let Object::Function(function) = self.objects.get(function) else { return None };
        let parameters = &self.world.functions[function as usize].parameters;
        let annotated = parameters.iter().find(|parameter| parameter.annotation != NOTHING)?;
        self.held(annotated.annotation).first().copied()
    }

    /// The implementation for an object: that of the nearest class along its bases.
    fn choice(&self, object: ObjectId, known: &[(ObjectId, ObjectId)]) -> Option<ObjectId> {
        match self.objects.get(object) {
            Object::Instance { class, .. } => {
                let order = &self.orders[class as usize];
                let of_class = |class: &u32| {
                    known.iter().find(|(of, _)| self.objects.get(*of) == Object::Class(*class)).map(|(_, found)| *found)
                };
                let outside = order.iter().flat_map(|class| &self.external_bases[*class as usize]);
                let outside: Vec<&str> = outside.map(String::as_str).collect();
                order.iter().find_map(of_class).or_else(|| self.of_path(known, &outside))
            }
            Object::Container(container) => match self.world.containers[container as usize].shape {
                Shape::Sequence => self.of_path(known, SEQUENCES),
                Shape::Mapping => self.of_path(known, MAPPINGS),
            },
            _ => None,
        }
    }

    /// The implementation for a class outside the project: the first of some paths.
    fn of_path(&self, known: &[(ObjectId, ObjectId)], paths: &[&str]) -> Option<ObjectId> {
        let has_path = |class: ObjectId, path: &str| match self.objects.get(class) {
            Object::External(name) => self.world.names.text(name) == path,
            _ => false,
        };
        paths
            .iter()
            .chain(&["builtins.object"])
            .find_map(|path| known.iter().find(|(class, _)| has_path(*class, path)).map(|(_, function)| *function))
    }
}
