//! Lists, mappings, generators, and going through them.

use super::super::program::{
    ArgumentKind, Key, MOST_PLACES, NO_NAME, NOTHING, Name, Operation, Protocol, Shape, Variable, Wrapper,
};
use super::objects::{Object, ObjectId};
use super::{Call, Field, Solver};

impl Solver<'_> {
    /// A container that an operation makes, in one of its roles.
    pub(super) fn make_container(&mut self, site: u32, role: u8, shape: Shape) -> u32 {
        if let Some(known) = self.made.get(&(site, role)) {
            return *known;
        }
        let number = self.world.containers.len() as u32;
        self.world.containers.push(super::super::program::Container { shape, length: 0, is_promised: false });
        self.made.insert((site, role), number);
        number
    }

    fn shape(&self, container: u32) -> Shape {
        self.world.containers[container as usize].shape
    }

    /// An index counted from the front, where the container's length is known.
    fn placed(&self, container: u32, key: Key) -> Key {
        let length = self.world.containers[container as usize].length as i32;
        match key {
            Key::Index(index) if index < 0 && length > 0 && index + length >= 0 => Key::Index(index + length),
            Key::Index(index) if index < 0 || index >= MOST_PLACES as i32 => Key::Any,
            other => other,
        }
    }

    /// Puts what a variable holds into a container.
    pub(super) fn put(&mut self, container: u32, key: Key, from: Variable) {
        let key = self.placed(container, key);
        let object = self.objects.number(Object::Container(container));
        let element = self.element(object, key);
        self.copy(from, element);
    }

    /// The variable of an element.
    fn element(&mut self, container: ObjectId, key: Key) -> Variable {
        let is_new = !self.fields.contains_key(&(container, Field::Element(key)));
        if is_new && key != Key::Any && self.is_exhausted() {
            return self.element(container, Key::Any);
        }
        let element = self.field(container, Field::Element(key));
        if is_new {
            let all = self.field(container, Field::All);
            self.copy(element, all);
            self.keys.entry(container).or_default().push(key);
            for follower in self.followers.get(&container).cloned().unwrap_or_default() {
                let followed = self.element(follower, key);
                self.copy(element, followed);
            }
        }
        element
    }

    fn every_element(&mut self, container: u32) -> Variable {
        let object = self.objects.number(Object::Container(container));
        self.field(object, Field::All)
    }

    pub(super) fn item(&mut self, object: ObjectId, key: Key, to: Variable, caller: u32) {
        match self.objects.get(object) {
            Object::Container(container) => self.get(container, key, to, caller),
            Object::Generator(function) => self.copy(self.world.functions[function as usize].yields, to),
            // With type arguments it is the same class.
            Object::Class(_) => self.add(to, object),
            Object::Instance { .. } => {
                let getter = self.path("__getitem__");
                self.call_method(object, [getter, NO_NAME], &[], to, caller);
            }
            _ => {}
        }
    }

    fn get(&mut self, container: u32, key: Key, to: Variable, caller: u32) {
        let object = self.objects.number(Object::Container(container));
        match self.placed(container, key) {
            Key::Any => {
                let all = self.field(object, Field::All);
                self.copy(all, to);
            }
            key => {
                for key in [key, Key::Any] {
                    let element = self.element(object, key);
                    self.copy(element, to);
                }
            }
        }
        let factory = self.path("default_factory");
        if let Some(factory) = self.fields.get(&(object, Field::Attribute(factory))).copied() {
            // What it makes stays in the mapping.
            let key = self.placed(container, key);
            let made = self.element(object, key);
            self.call_value(factory, &[], made, caller);
            self.copy(made, to);
        }
    }

    pub(super) fn set_item(&mut self, object: ObjectId, key: Key, from: Variable, caller: u32) {
        match self.objects.get(object) {
            Object::Container(container) => self.put(container, key, from),
            Object::Instance { .. } => {
                let setter = self.path("__setitem__");
                self.call_method(object, [setter, NO_NAME], &[NOTHING, from], NOTHING, caller);
            }
            _ => {}
        }
    }

    pub(super) fn set_key(&mut self, object: ObjectId, from: Variable) {
        if matches!(self.objects.get(object), Object::Container(_)) {
            let keys = self.field(object, Field::Keys);
            self.copy(from, keys);
        }
    }

    /// All elements of an object become elements of a container; those of a mapping keep their keys in another one, and a
    /// mapping takes the parts of pairs.
    pub(super) fn extend(&mut self, object: ObjectId, container: u32, caller: u32) {
        let target = self.objects.number(Object::Container(container));
        if let Object::Container(from) = self.objects.get(object)
            && self.shape(container) == Shape::Mapping
            && object != target
        {
            return match self.shape(from) {
                Shape::Mapping => self.follow(object, target),
                Shape::Sequence => self.take_pairs(object, target, caller),
            };
        }
        let element = self.element(target, Key::Any);
        let source = self.holding(object);
        self.attach(Operation::Iterate { base: source, to: element, caller, protocol: Protocol::Plain });
    }

    fn take_pairs(&mut self, source: ObjectId, target: ObjectId, caller: u32) {
        let pair = self.field(source, Field::All);
        let (keys, values) = (self.field(target, Field::Keys), self.element(target, Key::Any));
        for (place, to) in [(0, keys), (1, values)] {
            self.attach(Operation::Item { base: pair, key: Key::Index(place), to, caller });
        }
    }

    fn follow(&mut self, source: ObjectId, target: ObjectId) {
        let followers = self.followers.entry(source).or_default();
        if followers.contains(&target) {
            return;
        }
        followers.push(target);
        for key in self.keys.get(&source).cloned().unwrap_or_default() {
            let (from, to) = (self.element(source, key), self.element(target, key));
            self.copy(from, to);
        }
        let (from, to) = (self.field(source, Field::Keys), self.field(target, Field::Keys));
        self.copy(from, to);
    }

    /// Elements after the first `front` ones.
    pub(super) fn middle(&mut self, object: ObjectId, front: u32, container: u32) {
        let Object::Container(from) = self.objects.get(object) else { return };
        let length = self.world.containers[from as usize].length;
        let target = self.objects.number(Object::Container(container));
        let rest = self.element(target, Key::Any);
        if length == 0 {
            let all = self.every_element(from);
            return self.copy(all, rest);
        }
        for index in front..length {
            let element = self.element(object, Key::Index(index as i32));
            self.copy(element, rest);
        }
    }

    pub(super) fn iterate(&mut self, object: ObjectId, to: Variable, caller: u32, protocol: Protocol) {
        match self.objects.get(object) {
            Object::Container(container) => {
                let field = if self.shape(container) == Shape::Mapping { Field::Keys } else { Field::All };
                let elements = self.field(object, field);
                self.copy(elements, to);
            }
            Object::Generator(function) => self.copy(self.world.functions[function as usize].yields, to),
            Object::Instance { .. } => {
                let names = protocol.of_iterables();
                let iterator = self.variable();
                let names = names.map(|name| if name.is_empty() { NO_NAME } else { self.path(name) });
                self.call_method(object, names, &[], iterator, caller);
                self.attach(Operation::Next { base: iterator, to, caller, protocol });
            }
            _ => {}
        }
    }

    /// Goes on with an iterator.
    pub(super) fn next(&mut self, object: ObjectId, to: Variable, caller: u32, protocol: Protocol) {
        match self.objects.get(object) {
            Object::Instance { .. } => {
                let next = self.path(protocol.of_iterators());
                let value = self.variable();
                self.call_method(object, [next, NO_NAME], &[], value, caller);
                self.attach(Operation::Await { base: value, to });
            }
            Object::Container(_) | Object::Generator(_) => self.iterate(object, to, caller, protocol),
            _ => {}
        }
    }

    /// `yield from`.
    pub(super) fn delegate(&mut self, object: ObjectId, yields: Variable, to: Variable, caller: u32) {
        self.iterate(object, yields, caller, Protocol::Plain);
        if let Object::Generator(function) = self.objects.get(object) {
            self.copy(self.world.functions[function as usize].returns, to);
        }
    }

    /// A method of a container, a generator or a property.
    pub(super) fn call_language_method(&mut self, receiver: ObjectId, name: Name, call: Call) {
        let name = self.world.names.text(name).to_owned();
        match self.objects.get(receiver) {
            Object::Container(container) => self.call_container_method(container, &name, call),
            Object::Generator(function) => self.call_generator_method(function, &name, call),
            Object::Property { getter, setter } => self.call_property_method(getter, setter, &name, call),
            Object::Dispatcher(_) if name == "register" => self.register(receiver, call),
            Object::Coroutine(function) if name == "result" => {
                self.copy(self.world.functions[function as usize].returns, call.to);
            }
            _ => {}
        }
    }

    pub(super) fn value(&self, call: Call, place: u32) -> Variable {
        let mut places = (0..call.arguments.1).map(|number| self.argument(call.arguments, number));
        let positional = places.by_ref().filter(|argument| argument.kind == ArgumentKind::Positional);
        positional.into_iter().nth(place as usize).map_or(NOTHING, |argument| argument.value)
    }

    pub(super) fn keyword(&mut self, call: Call, name: &str) -> Variable {
        let name = self.path(name);
        let mut all = (0..call.arguments.1).map(|number| self.argument(call.arguments, number));
        all.find(|argument| argument.kind == ArgumentKind::Keyword(name)).map_or(NOTHING, |argument| argument.value)
    }

    pub(super) fn literal(&self, call: Call) -> Key {
        if call.arguments.1 == 0 { Key::Any } else { self.argument(call.arguments, 0).literal }
    }

    fn call_container_method(&mut self, container: u32, name: &str, call: Call) {
        let object = self.objects.number(Object::Container(container));
        match name {
            "append" | "add" | "appendleft" | "put" | "put_nowait" => {
                self.put(container, Key::Any, self.value(call, 0));
            }
            "insert" => self.put(container, Key::Any, self.value(call, 1)),
            "extend" | "extendleft" | "update" => self.update(container, call),
            "get" | "pop" if self.shape(container) == Shape::Mapping => {
                self.get(container, self.literal(call), call.to, call.caller);
                self.copy(self.value(call, 1), call.to);
            }
            "setdefault" => {
                self.put(container, self.literal(call), self.value(call, 1));
                self.get(container, self.literal(call), call.to, call.caller);
            }
            "pop" | "popleft" | "get" | "get_nowait" | "__next__" => {
                self.get(container, Key::Any, call.to, call.caller);
            }
            "copy" | "__iter__" => self.add(call.to, object),
            "keys" => self.view(call, 0, object, Field::Keys),
            "values" => self.view(call, 1, object, Field::All),
            "items" => self.view_items(call, object),
            "popitem" => self.pair(call, 2, object, call.to),
            "sort" => {
                let key = self.keyword(call, "key");
                let all = self.field(object, Field::All);
                self.call_value(key, &[all], NOTHING, call.caller);
            }
            _ => {}
        }
    }

    pub(super) fn update(&mut self, container: u32, call: Call) {
        for number in 0..call.arguments.1 {
            let argument = self.argument(call.arguments, number);
            match argument.kind {
                ArgumentKind::Keyword(name) => self.put(container, Key::Name(name), argument.value),
                _ => self.attach(Operation::Extend { base: argument.value, container, caller: call.caller }),
            }
        }
    }

    /// A sequence of one part of a mapping.
    fn view(&mut self, call: Call, role: u8, object: ObjectId, field: Field) {
        let made = self.make_container(call.site, role, Shape::Sequence);
        let elements = self.field(object, field);
        self.put(made, Key::Any, elements);
        self.add_object(call.to, Object::Container(made));
    }

    fn view_items(&mut self, call: Call, object: ObjectId) {
        let pair = self.variable();
        self.pair(call, 2, object, pair);
        let made = self.make_container(call.site, 3, Shape::Sequence);
        self.put(made, Key::Any, pair);
        self.add_object(call.to, Object::Container(made));
    }

    /// A key and its value.
    fn pair(&mut self, call: Call, role: u8, object: ObjectId, to: Variable) {
        let made = self.make_container(call.site, role, Shape::Sequence);
        for (place, field) in [Field::Keys, Field::All].into_iter().enumerate() {
            let part = self.field(object, field);
            self.put(made, Key::Index(place as i32), part);
        }
        self.add_object(to, Object::Container(made));
    }

    fn call_generator_method(&mut self, function: u32, name: &str, call: Call) {
        let (yields, sent) = {
            let function = &self.world.functions[function as usize];
            (function.yields, function.sent)
        };
        match name {
            "send" | "asend" => {
                self.copy(self.value(call, 0), sent);
                self.copy(yields, call.to);
            }
            "__next__" | "__anext__" => self.copy(yields, call.to),
            _ => {}
        }
    }

    /// `@x.setter`, `@x.getter`.
    fn call_property_method(&mut self, getter: ObjectId, setter: ObjectId, name: &str, call: Call) {
        let base = self.value(call, 0);
        let wrapper = match name {
            "setter" => Wrapper::Setter(getter),
            "getter" => Wrapper::Getter(setter),
            _ => return self.add_object(call.to, Object::Property { getter, setter }),
        };
        self.attach(Operation::Wrap { base, wrapper, to: call.to });
    }
}
