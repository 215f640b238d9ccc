//! What the language's own functions and those of its standard library do with what they are given.
//!
//! Only what calls back, or gives back something that can be called, is listed. Handing a function to anything else calls
//! nothing, and gives back nothing that is known.

use super::super::program::{ArgumentKind, Key, NO_NAME, NOTHING, Name, Operation, Protocol, Shape, Variable, Wrapper};
use super::objects::Object;
use super::{Call, Field, Solver};
use crate::syntax::NONE;

/// What an external function does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Model {
    /// Gives back its argument in this place.
    Identity(u32),
    /// A sequence of the elements of its argument; those are handed to `key` if it has one.
    Elements,
    /// An element of its argument, chosen by `key`, or one of its arguments.
    Extreme,
    Mapping,
    Enumerate,
    Zip,
    /// Calls the first argument with elements of the others; a sequence of the results.
    Map,
    /// Calls the first argument with elements of the second; a sequence of these.
    Filter,
    Reduce,
    Next,
    /// Keeps a function and some of its arguments.
    Partial,
    /// A mapping of the elements of its first argument to the second one.
    FromKeys,
    /// A sequence of the elements of all its arguments.
    Chain,
    /// An element of its argument.
    Take,
    /// Puts its second argument into the first one.
    Put,
    /// As [`Self::Elements`]; with an end, of what the first argument gives when it is called.
    Iterator,
    /// The module that a literal names.
    Module,
    DefaultMapping,
    Wrap(Wrapper),
    Super,
    /// Calls the argument in this place, or of this name, with those behind it.
    Calls(u32, &'static str),
    /// The same, with the arguments in a container under the name `args` and the next place.
    Target(u32),
    /// Calls the first of these special methods of its argument.
    Special([&'static str; 2]),
    /// A sequence of what its arguments give when they are waited for.
    Gather,
}

/// By path, sorted.
#[rustfmt::skip]
static MODELS: &[(&str, Model)] = &[
    ("_thread.start_new_thread", Model::Target(0)),
    ("asyncio.create_task", Model::Identity(0)),
    ("asyncio.ensure_future", Model::Identity(0)),
    ("asyncio.gather", Model::Gather),
    ("asyncio.get_event_loop().call_later", Model::Calls(1, "callback")),
    ("asyncio.get_event_loop().call_soon", Model::Calls(0, "callback")),
    ("asyncio.get_event_loop().create_task", Model::Identity(0)),
    ("asyncio.get_event_loop().run_in_executor", Model::Calls(1, "func")),
    ("asyncio.get_event_loop().run_until_complete", Model::Identity(0)),
    ("asyncio.get_running_loop().call_later", Model::Calls(1, "callback")),
    ("asyncio.get_running_loop().call_soon", Model::Calls(0, "callback")),
    ("asyncio.get_running_loop().create_task", Model::Identity(0)),
    ("asyncio.get_running_loop().run_in_executor", Model::Calls(1, "func")),
    ("asyncio.new_event_loop().call_later", Model::Calls(1, "callback")),
    ("asyncio.new_event_loop().call_soon", Model::Calls(0, "callback")),
    ("asyncio.new_event_loop().create_task", Model::Identity(0)),
    ("asyncio.new_event_loop().run_in_executor", Model::Calls(1, "func")),
    ("asyncio.new_event_loop().run_until_complete", Model::Identity(0)),
    ("asyncio.run", Model::Identity(0)),
    ("asyncio.shield", Model::Identity(0)),
    ("asyncio.to_thread", Model::Calls(0, "func")),
    ("asyncio.wait_for", Model::Identity(0)),
    ("atexit.register", Model::Calls(0, "func")),
    ("builtins.abs", Model::Special(["__abs__", ""])),
    ("builtins.aiter", Model::Identity(0)),
    ("builtins.anext", Model::Next),
    ("builtins.ascii", Model::Special(["__repr__", ""])),
    ("builtins.bool", Model::Special(["__bool__", "__len__"])),
    ("builtins.bytes", Model::Special(["__bytes__", ""])),
    ("builtins.classmethod", Model::Wrap(Wrapper::ClassMethod)),
    ("builtins.complex", Model::Special(["__complex__", "__float__"])),
    ("builtins.dict", Model::Mapping),
    ("builtins.dict.fromkeys", Model::FromKeys),
    ("builtins.dir", Model::Special(["__dir__", ""])),
    ("builtins.divmod", Model::Special(["__divmod__", ""])),
    ("builtins.enumerate", Model::Enumerate),
    ("builtins.filter", Model::Filter),
    ("builtins.float", Model::Special(["__float__", "__index__"])),
    ("builtins.format", Model::Special(["__format__", "__str__"])),
    ("builtins.frozenset", Model::Elements),
    ("builtins.hash", Model::Special(["__hash__", ""])),
    ("builtins.int", Model::Special(["__int__", "__index__"])),
    ("builtins.iter", Model::Iterator),
    ("builtins.len", Model::Special(["__len__", ""])),
    ("builtins.list", Model::Elements),
    ("builtins.map", Model::Map),
    ("builtins.max", Model::Extreme),
    ("builtins.min", Model::Extreme),
    ("builtins.next", Model::Next),
    ("builtins.print", Model::Special(["__str__", "__repr__"])),
    ("builtins.property", Model::Wrap(Wrapper::Getter(NONE))),
    ("builtins.repr", Model::Special(["__repr__", ""])),
    ("builtins.reversed", Model::Elements),
    ("builtins.round", Model::Special(["__round__", ""])),
    ("builtins.set", Model::Elements),
    ("builtins.sorted", Model::Elements),
    ("builtins.staticmethod", Model::Wrap(Wrapper::StaticMethod)),
    ("builtins.str", Model::Special(["__str__", "__repr__"])),
    ("builtins.sum", Model::Special(["__iter__", ""])),
    ("builtins.super", Model::Super),
    ("builtins.tuple", Model::Elements),
    ("builtins.type", Model::Wrap(Wrapper::Class)),
    ("builtins.zip", Model::Zip),
    ("collections.ChainMap", Model::Mapping),
    ("collections.OrderedDict", Model::Mapping),
    ("collections.defaultdict", Model::DefaultMapping),
    ("collections.deque", Model::Elements),
    ("concurrent.futures.ProcessPoolExecutor().map", Model::Map),
    ("concurrent.futures.ProcessPoolExecutor().submit", Model::Calls(0, "fn")),
    ("concurrent.futures.ThreadPoolExecutor().map", Model::Map),
    ("concurrent.futures.ThreadPoolExecutor().submit", Model::Calls(0, "fn")),
    ("contextlib.AsyncExitStack().callback", Model::Calls(0, "callback")),
    ("contextlib.AsyncExitStack().enter_async_context", Model::Identity(0)),
    ("contextlib.ExitStack().callback", Model::Calls(0, "callback")),
    ("contextlib.asynccontextmanager", Model::Wrap(Wrapper::Manager)),
    ("contextlib.closing", Model::Identity(0)),
    ("contextlib.contextmanager", Model::Wrap(Wrapper::Manager)),
    ("copy.copy", Model::Identity(0)),
    ("copy.deepcopy", Model::Identity(0)),
    ("functools.cache", Model::Identity(0)),
    ("functools.cached_property", Model::Wrap(Wrapper::Getter(NONE))),
    ("functools.cmp_to_key", Model::Identity(0)),
    ("functools.lru_cache", Model::Identity(0)),
    ("functools.lru_cache()", Model::Identity(0)),
    ("functools.partial", Model::Partial),
    ("functools.partialmethod", Model::Partial),
    ("functools.reduce", Model::Reduce),
    ("functools.singledispatch", Model::Wrap(Wrapper::Dispatcher)),
    ("functools.singledispatchmethod", Model::Wrap(Wrapper::Dispatcher)),
    ("functools.total_ordering", Model::Identity(0)),
    ("functools.update_wrapper", Model::Identity(0)),
    ("functools.wraps", Model::Identity(NONE)),
    ("functools.wraps()", Model::Identity(0)),
    ("heapq.heappop", Model::Take),
    ("heapq.heappush", Model::Put),
    ("importlib.import_module", Model::Module),
    ("itertools.accumulate", Model::Elements),
    ("itertools.chain", Model::Chain),
    ("itertools.cycle", Model::Elements),
    ("itertools.dropwhile", Model::Filter),
    ("itertools.filterfalse", Model::Filter),
    ("itertools.islice", Model::Elements),
    ("itertools.starmap", Model::Map),
    ("itertools.takewhile", Model::Filter),
    ("multiprocessing.Pool().apply", Model::Calls(0, "func")),
    ("multiprocessing.Pool().imap", Model::Map),
    ("multiprocessing.Pool().map", Model::Map),
    ("multiprocessing.Process", Model::Target(1)),
    ("queue.Queue", Model::Elements),
    ("random.choice", Model::Take),
    ("re.sub", Model::Calls(1, "repl")),
    ("re.subn", Model::Calls(1, "repl")),
    ("signal.signal", Model::Calls(1, "handler")),
    ("threading.Thread", Model::Target(1)),
    ("threading.Timer", Model::Calls(1, "function")),
    ("types.MappingProxyType", Model::Identity(0)),
    ("types.MethodType", Model::Partial),
    ("typing.cast", Model::Identity(1)),
    ("typing.final", Model::Identity(0)),
    ("typing.overload", Model::Identity(0)),
    ("typing.runtime_checkable", Model::Identity(0)),
    ("weakref.finalize", Model::Calls(1, "func")),
    ("weakref.proxy", Model::Identity(0)),
];

fn model_of(path: &str) -> Option<Model> {
    MODELS.binary_search_by_key(&path, |(known, _)| known).ok().map(|place| MODELS[place].1)
}

/// Whether a model is about what a function gives back.
fn has_modelled_result(path: &str) -> bool {
    let result = format!("{path}()");
    let place = MODELS.partition_point(|(known, _)| *known < result.as_str());
    MODELS.get(place).is_some_and(|(known, _)| known.starts_with(&result))
}

impl Solver<'_> {
    pub(super) fn call_external(&mut self, path: Name, call: Call) {
        let text = self.world.names.text(path).to_owned();
        // Decorators of the language mark what they decorate, and a call's result has no name of its own.
        if !(call.decorates && text.starts_with("builtins.") || text.contains('(')) {
            self.externals.insert((call.caller, path));
        }
        match model_of(&text) {
            Some(model) => self.run_model(model, &text, call),
            None if call.decorates => self.call_unknown(call),
            None => self.give_result(&text, call),
        }
    }

    /// What is not known gives back something unknown; a decorator most often gives back what it decorates.
    pub(super) fn call_unknown(&mut self, call: Call) {
        if call.decorates {
            self.copy(self.value(call, 0), call.to);
        } else {
            self.add_object(call.to, Object::Unknown);
        }
    }

    /// What a call outside the project gives back, under a path of its own where a model needs that.
    fn give_result(&mut self, path: &str, call: Call) {
        if has_modelled_result(path) {
            self.add_external(&format!("{path}()"), call.to);
        } else {
            self.add_object(call.to, Object::Unknown);
        }
    }

    fn run_model(&mut self, model: Model, path: &str, call: Call) {
        match model {
            Model::Identity(place) => self.give_back(place, path, call),
            Model::Elements => self.give_elements(call),
            Model::Extreme => self.give_extreme(call),
            Model::Mapping => self.give_mapping(call),
            Model::Enumerate => self.give_tuples(call, &[1], &[0]),
            Model::Zip => {
                let places: Vec<u32> = (0..call.arguments.1).collect();
                self.give_tuples(call, &places, &places);
            }
            Model::Map => self.map(call),
            Model::Filter => self.filter_elements(call),
            Model::Reduce => self.reduce(call),
            Model::Next => {
                let base = self.value(call, 0);
                self.attach(Operation::Next { base, to: call.to, caller: call.caller, protocol: Protocol::Plain });
                self.copy(self.value(call, 1), call.to);
            }
            Model::Partial => self.add_object(call.to, Object::Partial(call.site)),
            Model::FromKeys => self.give_mapping_of_keys(call),
            Model::Chain => self.give_chain(call),
            Model::Take => {
                let base = self.value(call, 0);
                self.attach(Operation::Item { base, key: Key::Any, to: call.to, caller: call.caller });
            }
            Model::Put => {
                let (base, from) = (self.value(call, 0), self.value(call, 1));
                self.attach(Operation::SetItem { base, key: Key::Any, from, caller: call.caller });
            }
            Model::Iterator => self.give_iterator(call),
            Model::Module => self.give_module(path, call),
            Model::DefaultMapping => self.give_default_mapping(call),
            Model::Wrap(wrapper) => self.wrap_first(wrapper, call),
            Model::Super => self.give_super(call),
            Model::Calls(place, name) => self.call_rest(place, name, call),
            Model::Target(place) => self.call_target(place, call),
            Model::Special(names) => self.call_special_of_first(names, call),
            Model::Gather => self.gather(call),
        }
    }

    /// Without the argument it is a decorator that is yet to be applied.
    fn give_back(&mut self, place: u32, path: &str, call: Call) {
        let value = if place == NONE { NOTHING } else { self.value(call, place) };
        match value {
            NOTHING => self.give_result(path, call),
            value => self.copy(value, call.to),
        }
    }

    /// Elements of an argument, one at a time.
    fn element_of(&mut self, base: Variable, caller: u32) -> Variable {
        let element = self.variable();
        self.attach(Operation::Iterate { base, to: element, caller, protocol: Protocol::Plain });
        element
    }

    /// A sequence that the call makes, of what a variable holds.
    fn give_sequence(&mut self, elements: Variable, call: Call) {
        let made = self.make_container(call.site, 8, Shape::Sequence);
        self.put(made, Key::Any, elements);
        self.add_object(call.to, Object::Container(made));
    }

    fn give_elements(&mut self, call: Call) {
        let elements = self.element_of(self.value(call, 0), call.caller);
        self.call_key(elements, call);
        self.give_sequence(elements, call);
    }

    fn call_key(&mut self, elements: Variable, call: Call) {
        let key = self.keyword(call, "key");
        self.call_value(key, &[elements], NOTHING, call.caller);
    }

    fn give_extreme(&mut self, call: Call) {
        let element = if self.value(call, 1) == NOTHING {
            self.element_of(self.value(call, 0), call.caller)
        } else {
            let either = self.variable();
            for place in 0..call.arguments.1 {
                self.copy(self.value(call, place), either);
            }
            either
        };
        self.call_key(element, call);
        self.copy(element, call.to);
    }

    /// With an end, the iterator gives what its function does.
    fn give_iterator(&mut self, call: Call) {
        if call.arguments.1 < 2 {
            return self.give_elements(call);
        }
        let element = self.variable();
        self.call_value(self.value(call, 0), &[], element, call.caller);
        self.give_sequence(element, call);
    }

    fn give_mapping(&mut self, call: Call) {
        let made = self.make_container(call.site, 8, Shape::Mapping);
        self.update(made, call);
        self.add_object(call.to, Object::Container(made));
    }

    fn give_mapping_of_keys(&mut self, call: Call) {
        let made = self.make_container(call.site, 8, Shape::Mapping);
        let object = self.objects.number(Object::Container(made));
        let (elements, keys) = (self.element_of(self.value(call, 0), call.caller), self.field(object, Field::Keys));
        self.copy(elements, keys);
        self.put(made, Key::Any, self.value(call, 1));
        self.add(call.to, object);
    }

    fn give_chain(&mut self, call: Call) {
        let made = self.make_container(call.site, 8, Shape::Sequence);
        for place in 0..call.arguments.1 {
            let element = self.element_of(self.value(call, place), call.caller);
            self.put(made, Key::Any, element);
        }
        self.add_object(call.to, Object::Container(made));
    }

    fn give_module(&mut self, path: &str, call: Call) {
        let named = match self.literal(call) {
            Key::Name(name) => self.modules.named(self.family, self.world.names.text(name)),
            _ => None,
        };
        match named {
            Some(file) => self.add_object(call.to, Object::Module(file)),
            None => self.give_result(path, call),
        }
    }

    /// A sequence of tuples that hold, in these places, elements of those arguments.
    fn give_tuples(&mut self, call: Call, places: &[u32], arguments: &[u32]) {
        let tuple = self.make_container(call.site, 9, Shape::Sequence);
        for (place, argument) in places.iter().zip(arguments) {
            let element = self.element_of(self.value(call, *argument), call.caller);
            self.put(tuple, Key::Index(*place as i32), element);
        }
        let held = self.variable();
        self.add_object(held, Object::Container(tuple));
        self.give_sequence(held, call);
    }

    fn map(&mut self, call: Call) {
        let mut elements = Vec::new();
        for place in 1..call.arguments.1 {
            elements.push(self.element_of(self.value(call, place), call.caller));
        }
        let result = self.variable();
        self.call_value(self.value(call, 0), &elements, result, call.caller);
        self.give_sequence(result, call);
    }

    fn filter_elements(&mut self, call: Call) {
        let element = self.element_of(self.value(call, 1), call.caller);
        self.call_value(self.value(call, 0), &[element], NOTHING, call.caller);
        self.give_sequence(element, call);
    }

    fn reduce(&mut self, call: Call) {
        let element = self.element_of(self.value(call, 1), call.caller);
        let so_far = self.variable();
        self.copy(element, so_far);
        self.copy(self.value(call, 2), so_far);
        self.call_value(self.value(call, 0), &[so_far, element], so_far, call.caller);
        self.copy(so_far, call.to);
    }

    fn give_default_mapping(&mut self, call: Call) {
        let made = self.make_container(call.site, 8, Shape::Mapping);
        let object = self.objects.number(Object::Container(made));
        let name = self.path("default_factory");
        let factory = self.field(object, Field::Attribute(name));
        self.copy(self.value(call, 0), factory);
        self.add(call.to, object);
    }

    fn wrap_first(&mut self, wrapper: Wrapper, call: Call) {
        let named = self.keyword(call, "fget");
        let base = if named == NOTHING { self.value(call, 0) } else { named };
        self.attach(Operation::Wrap { base, wrapper, to: call.to });
    }

    /// `super(Class, object)`.
    fn give_super(&mut self, call: Call) {
        let (base, receiver) = (self.value(call, 0), self.value(call, 1));
        self.attach(Operation::SuperOf { base, receiver, to: call.to });
    }

    fn call_rest(&mut self, place: u32, name: &str, call: Call) {
        let named = self.keyword(call, name);
        let callee = if named == NOTHING { self.value(call, place) } else { named };
        let first = call.arguments.0 + (place + 1).min(call.arguments.1);
        let arguments = (first, call.arguments.1.saturating_sub(place + 1));
        let arguments = if named == NOTHING { arguments } else { (0, 0) };
        self.attach(Operation::Call { callee, arguments, to: NOTHING, caller: call.caller, decorates: false });
    }

    fn call_target(&mut self, place: u32, call: Call) {
        let named = self.keyword(call, "target");
        let callee = if named == NOTHING { self.value(call, place) } else { named };
        let values = self.keyword(call, "args");
        let values = if values == NOTHING { self.value(call, place + 1) } else { values };
        let arguments = self.positional(&[values]);
        self.world.arguments[arguments.0 as usize].kind = ArgumentKind::Spread;
        self.attach(Operation::Call { callee, arguments, to: NOTHING, caller: call.caller, decorates: false });
    }

    fn call_special_of_first(&mut self, names: [&'static str; 2], call: Call) {
        let names = names.map(|name| if name.is_empty() { NO_NAME } else { self.path(name) });
        let base = self.value(call, 0);
        self.attach(Operation::Method { base, names, argument: NOTHING, to: NOTHING, caller: call.caller });
    }

    fn gather(&mut self, call: Call) {
        let element = self.variable();
        for place in 0..call.arguments.1 {
            let base = self.value(call, place);
            self.attach(Operation::Await { base, to: element });
        }
        self.give_sequence(element, call);
    }
}

#[cfg(test)]
mod tests {
    use super::MODELS;

    #[test]
    fn models_can_be_found_by_path() {
        assert!(MODELS.is_sorted_by_key(|(path, _)| path));
    }
}
