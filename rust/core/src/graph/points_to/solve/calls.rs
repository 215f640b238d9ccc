//! Calls: what is run, with which arguments, and what comes back.

use super::super::program::{MOST_ARGUMENTS, NO_NAME, NOTHING, Name, Operation, Protocol, Side, Variable, Wrapper};
use super::objects::{Object, ObjectId};
use super::{Call, Field, Solver};
use crate::syntax::NONE;

/// What is wrapped more often than this is followed no further.
const DEEPEST_WRAPPING: u8 = 16;

impl Solver<'_> {
    /// Calls an object, with a first argument if it is bound to one.
    pub(super) fn call(&mut self, object: ObjectId, receiver: Option<ObjectId>, call: Call) {
        match self.objects.get(object) {
            Object::Function(function) => self.run_function(function, receiver, call),
            Object::Bound { function, receiver } => self.call(function, Some(receiver), call),
            Object::ClassMethod(function) | Object::StaticMethod(function) => self.call(function, receiver, call),
            Object::Class(class) => {
                self.construct(class, call);
            }
            Object::Instance { .. } => {
                let name = self.path("__call__");
                self.call_special(object, name, call);
            }
            Object::ManagerMaker(function) => self.make_manager(function, receiver, call),
            Object::External(path) => self.call_external(path, call),
            Object::Unknown => self.call_unknown(call),
            Object::Method { receiver, name } => self.call_language_method(receiver, name, call),
            Object::Partial(site) => self.call_partial(site, call),
            Object::Dispatcher(_) => self.dispatch(object, receiver, call),
            Object::Registrar { dispatcher, class } => self.register_for(dispatcher, class, call),
            _ => {}
        }
    }

    /// Notes that a call reaches a graph node.
    pub(super) fn reach(&mut self, call: Call, node: u32) {
        if self.found.insert((call.site, call.caller, node)) {
            self.targets.push((call.site, call.caller, node, self.round));
        }
    }

    fn run_function(&mut self, function: u32, receiver: Option<ObjectId>, call: Call) {
        self.reach(call, self.world.functions[function as usize].node);
        self.pass_arguments(function, receiver, call);
        let (returns, is_generator, is_asynchronous) = {
            let function = &self.world.functions[function as usize];
            (function.returns, function.is_generator, function.is_asynchronous)
        };
        match (is_generator, is_asynchronous) {
            (true, _) => self.add_object(call.to, Object::Generator(function)),
            (_, true) => self.add_object(call.to, Object::Coroutine(function)),
            _ => self.copy(returns, call.to),
        }
    }

    fn make_manager(&mut self, function: ObjectId, receiver: Option<ObjectId>, call: Call) {
        self.call(function, receiver, Call { to: NOTHING, ..call });
        if let Object::Function(function) = self.objects.get(function) {
            self.add_object(call.to, Object::Manager(function));
        }
    }

    fn call_special(&mut self, object: ObjectId, name: Name, call: Call) {
        let Object::Instance { class, .. } = self.objects.get(object) else { return };
        let Some((_, base)) = self.member(class, None, name) else { return };
        let callee = self.variable();
        self.attach(Operation::Bind { base, receiver: object, to: callee, caller: call.caller });
        let Call { arguments, to, caller, .. } = call;
        self.attach(Operation::Call { callee, arguments, to, caller, decorates: false });
    }

    /// Calls the first of some special methods that an object has. Says whether it has one.
    pub(super) fn call_method(
        &mut self,
        object: ObjectId,
        names: [Name; 2],
        arguments: &[Variable],
        to: Variable,
        caller: u32,
    ) -> bool {
        let Object::Instance { class, .. } = self.objects.get(object) else { return false };
        let named = names.iter().filter(|name| **name != NO_NAME);
        let Some(name) = named.copied().find(|name| self.member(class, None, *name).is_some()) else { return false };
        let arguments = self.positional(arguments);
        self.call_special(object, name, Call { site: 0, arguments, to, caller, decorates: false });
        true
    }

    /// Makes an object of a class and initialises it. Gives the object.
    pub(super) fn construct(&mut self, class: u32, call: Call) -> ObjectId {
        let object = self.instance(class, call.site);
        self.add(call.to, object);
        let [new, initialise, finish] = ["__new__", "__init__", "__post_init__"].map(|name| self.path(name));
        if let Some((_, base)) = self.member(class, None, new) {
            self.call_with_class(base, class, call);
        }
        if self.member(class, None, initialise).is_some() {
            self.call_special(object, initialise, Call { to: NOTHING, ..call });
        } else {
            self.reach(call, self.world.classes[class as usize].node);
            self.fill_fields(class, object, call);
            self.call_special(object, finish, Call { to: NOTHING, arguments: (0, 0), ..call });
        }
        self.call_metaclass(class, call);
        object
    }

    fn call_with_class(&mut self, callee: Variable, class: u32, call: Call) {
        // A class whose `__new__` makes the class again would pass one more each time.
        if call.arguments.1 >= MOST_ARGUMENTS as u32 {
            return;
        }
        let class = self.objects.number(Object::Class(class));
        let first = self.holding(class);
        let arguments = self.with_first(first, call.arguments);
        let Call { to, caller, .. } = call;
        self.attach(Operation::Call { callee, arguments, to, caller, decorates: false });
    }

    fn call_metaclass(&mut self, class: u32, call: Call) {
        let name = self.path("__call__");
        let metaclass = self.world.classes[class as usize].metaclass;
        for place in 0..self.held(metaclass).len() {
            let Object::Class(metaclass) = self.objects.get(self.held(metaclass)[place]) else { continue };
            if let Some((_, base)) = self.member(metaclass, None, name) {
                self.call_with_class(base, class, call);
            }
        }
    }

    /// A class announces itself to the first of its bases that wants to know.
    pub(super) fn announce_subclasses(&mut self) {
        let name = self.path("__init_subclass__");
        for class in 0..self.world.classes.len() as u32 {
            let Some((_, callee)) = self.member(class, Some(class), name) else { continue };
            let caller = self.world.classes[class as usize].definer;
            let object = self.objects.number(Object::Class(class));
            let first = self.holding(object);
            let arguments = self.positional(&[first]);
            self.attach(Operation::Call { callee, arguments, to: NOTHING, caller, decorates: false });
        }
    }

    /// Calls what a variable holds with some values.
    pub(super) fn call_value(&mut self, callee: Variable, values: &[Variable], to: Variable, caller: u32) {
        let arguments = self.positional(values);
        self.attach(Operation::Call { callee, arguments, to, caller, decorates: false });
    }

    /// Calls what a partial call keeps, with its arguments and further ones.
    fn call_partial(&mut self, site: u32, call: Call) {
        let Operation::Call { arguments: (first, count), .. } = self.operations[site as usize] else { return };
        if count == 0 || count + call.arguments.1 > MOST_ARGUMENTS as u32 {
            return;
        }
        let callee = self.argument((first, count), 0).value;
        let kept = self.world.arguments[first as usize + 1..(first + count) as usize].to_vec();
        let (from, more) = call.arguments;
        let further = self.world.arguments[from as usize..(from + more) as usize].to_vec();
        let start = self.world.arguments.len() as u32;
        self.world.arguments.extend(kept.into_iter().chain(further));
        let arguments = (start, count - 1 + more);
        self.attach(Operation::Call { callee, arguments, to: call.to, caller: call.caller, decorates: false });
    }

    pub(super) fn wait(&mut self, object: ObjectId, to: Variable) {
        match self.objects.get(object) {
            Object::Coroutine(function) => self.copy(self.world.functions[function as usize].returns, to),
            _ => self.add(to, object),
        }
    }

    /// `with`: enters and leaves a context.
    pub(super) fn enter(&mut self, object: ObjectId, to: Variable, caller: u32, protocol: Protocol) {
        match self.objects.get(object) {
            Object::Manager(function) => self.copy(self.world.functions[function as usize].yields, to),
            Object::External(_) | Object::Unknown => self.add(to, object),
            _ => {
                let [enter, exit] = protocol.of_contexts().map(|name| self.path(name));
                let entered = self.variable();
                self.call_method(object, [enter, NO_NAME], &[], entered, caller);
                self.attach(Operation::Await { base: entered, to });
                self.call_method(object, [exit, NO_NAME], &[], NOTHING, caller);
            }
        }
    }

    /// Raises an object; a class is first made into one.
    pub(super) fn raise(&mut self, site: u32, object: ObjectId, caller: u32) {
        let raised = match self.objects.get(object) {
            Object::Class(class) => {
                self.construct(class, Call { site, arguments: (0, 0), to: NOTHING, caller, decorates: false })
            }
            _ => object,
        };
        let Object::Instance { class, .. } = self.objects.get(raised) else { return };
        for caught in self.orders[class as usize].clone() {
            let caught = self.objects.number(Object::Class(caught));
            let field = self.field(caught, Field::Raised);
            self.add(field, raised);
        }
    }

    /// Lets a handler's name hold what is raised of a class, or of the classes in a container.
    pub(super) fn catch(&mut self, object: ObjectId, to: Variable) {
        match self.objects.get(object) {
            Object::Class(_) => {
                let raised = self.field(object, Field::Raised);
                self.copy(raised, to);
            }
            Object::Container(_) => {
                let base = self.field(object, Field::All);
                self.attach(Operation::Catch { base, to });
            }
            _ => {}
        }
    }

    /// Passes on the objects of a class, or all others.
    pub(super) fn narrow(&mut self, object: ObjectId, from: Variable, side: Side, to: Variable) {
        match (self.objects.get(object), side) {
            (Object::Class(class), _) => self.attach(Operation::Filter { base: from, class, side, to }),
            (Object::Container(_), Side::Inside) => {
                let base = self.field(object, Field::All);
                self.attach(Operation::Narrow { base, from, side, to });
            }
            (_, Side::Inside) => self.attach(Operation::Filter { base: from, class: NONE, side, to }),
            (_, Side::Outside) => self.copy(from, to),
        }
    }

    pub(super) fn filter(&mut self, object: ObjectId, class: u32, side: Side, to: Variable) {
        match (self.objects.get(object), side) {
            (Object::Instance { class: own, .. }, Side::Inside) if class == NONE => {
                let order = &self.orders[own as usize];
                if order.iter().any(|class| !self.external_bases[*class as usize].is_empty()) {
                    self.add(to, object);
                }
            }
            (Object::Instance { class: own, .. }, _) => {
                if self.orders[own as usize].contains(&class) == (side == Side::Inside) {
                    self.add(to, object);
                }
            }
            // The test has told what it is.
            (Object::Unknown, Side::Inside) if class != NONE => self.assume_instance(class, to),
            (_, Side::Inside) if class != NONE => {}
            _ => self.add(to, object),
        }
    }

    pub(super) fn wrap(&mut self, object: ObjectId, wrapper: Wrapper, to: Variable) {
        if self.objects.depth(object) >= DEEPEST_WRAPPING {
            return;
        }
        let wrapped = match wrapper {
            Wrapper::ClassMethod => Object::ClassMethod(object),
            Wrapper::StaticMethod => Object::StaticMethod(object),
            Wrapper::Getter(setter) => Object::Property { getter: object, setter },
            Wrapper::Setter(getter) => Object::Property { getter, setter: object },
            Wrapper::Manager => Object::ManagerMaker(object),
            Wrapper::Dispatcher => Object::Dispatcher(object),
            Wrapper::Registered(dispatcher) => return self.register_one(dispatcher, object, to),
            Wrapper::Class => return self.load_class(object, to),
        };
        self.add_object(to, wrapped);
    }
}
