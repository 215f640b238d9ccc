//! Attributes of objects, classes and modules; imports.

use super::super::program::{NO_NAME, Name, Operation, Variable};
use super::objects::{Object, ObjectId};
use super::{Call, Field, Lookup, Solver};
use crate::syntax::NONE;

/// A path outside the project that is longer than this is followed no further.
const LONGEST_PATH: usize = 160;

/// Classes outside, a method of theirs, and the method of a subclass that it runs.
const RUNNERS: &[(&str, &str, &str)] =
    &[("multiprocessing.Process", "start", "run"), ("threading.Thread", "start", "run")];

impl Solver<'_> {
    /// Lets `to` hold an attribute of an object.
    pub(super) fn load(&mut self, object: ObjectId, attribute: Name, to: Variable, caller: u32) {
        match self.objects.get(object) {
            Object::Instance { class, .. } => {
                self.load_stored(object, attribute, to);
                if !self.load_member(class, None, object, attribute, to, caller) {
                    self.load_missing(class, object, attribute, to, caller);
                }
            }
            Object::Class(class) => {
                self.load_stored(object, attribute, to);
                if !self.load_member(class, None, object, attribute, to, caller) {
                    self.load_from_outside(class, attribute, to);
                }
            }
            Object::Super { class, receiver } => self.load_after(class, receiver, attribute, to, caller),
            Object::Module(file) => {
                self.load_stored(object, attribute, to);
                self.load_from_module(file, attribute, to, caller);
            }
            Object::External(path) => self.load_external(path, attribute, to),
            Object::Unknown => self.add(to, object),
            Object::Function(_) | Object::Bound { .. } => self.load_of_function(object, attribute, to),
            Object::Container(_)
            | Object::Generator(_)
            | Object::Coroutine(_)
            | Object::Dispatcher(_)
            | Object::Property { .. } => {
                self.add_object(to, Object::Method { receiver: object, name: attribute });
            }
            _ => {}
        }
    }

    /// A function's `__call__` is the function, a method's `__func__` what is bound to the object.
    fn load_of_function(&mut self, object: ObjectId, attribute: Name, to: Variable) {
        self.load_stored(object, attribute, to);
        match (self.world.names.text(attribute), self.objects.get(object)) {
            ("__call__", _) => self.add(to, object),
            ("__func__", Object::Bound { function, .. }) => self.add(to, function),
            _ => {}
        }
    }

    /// The attributes of an object whose names begin so, each as the first class has it that is searched.
    pub(super) fn load_named(&mut self, object: ObjectId, start: Name, to: Variable, caller: u32) {
        let start = self.world.names.text(start);
        let is_meant = |name: Name| self.world.names.text(name).starts_with(start);
        let mut found: Vec<(Name, Variable)> = Vec::new();
        match self.objects.get(object) {
            Object::Instance { class, .. } | Object::Class(class) => {
                for owner in &self.orders[class as usize] {
                    let members = self.world.classes[*owner as usize].members.iter();
                    for member in members.filter(|(name, _)| is_meant(*name)) {
                        if found.iter().all(|(name, _)| *name != member.0) {
                            found.push(*member);
                        }
                    }
                }
            }
            Object::Module(file) => {
                let own = self.world.modules[file as usize].iter().filter(|(name, _)| is_meant(**name));
                found.extend(own.map(|(name, held)| (*name, *held)));
                found.sort_unstable();
            }
            _ => {}
        }
        for (_, base) in found {
            self.attach(Operation::Bind { base, receiver: object, to, caller });
        }
    }

    /// What is written to the attribute of just this object.
    fn load_stored(&mut self, object: ObjectId, attribute: Name, to: Variable) {
        if self.world.stored.contains(&attribute) {
            let field = self.field(object, Field::Attribute(attribute));
            self.copy(field, to);
        }
    }

    /// The class along the order of look-up of `class`, from after the class `after` on, that defines a name, and what
    /// it has under it.
    pub(super) fn member(&self, class: u32, after: Option<u32>, name: Name) -> Option<(u32, Variable)> {
        let order = &self.orders[class as usize];
        let from = after.and_then(|after| order.iter().position(|one| *one == after)).map_or(0, |place| place + 1);
        order[from..].iter().find_map(|owner| {
            let members = &self.world.classes[*owner as usize].members;
            let place = members.binary_search_by_key(&name, |(member, _)| *member).ok()?;
            Some((*owner, members[place].1))
        })
    }

    /// Lets `to` hold what a class has under a name, bound to the object that it is asked of. Says whether it has it.
    fn load_member(
        &mut self,
        class: u32,
        after: Option<u32>,
        receiver: ObjectId,
        name: Name,
        to: Variable,
        caller: u32,
    ) -> bool {
        let found = self.member(class, after, name);
        if self.world.stored.contains(&name) {
            let last = found.map_or(NONE, |(owner, _)| owner);
            self.look_up(name, Lookup { class, last, receiver, to, caller });
        }
        if let Some((_, base)) = found {
            self.attach(Operation::Bind { base, receiver, to, caller });
        }
        if self.world.names.text(name) == "__class__" {
            self.load_class(receiver, to);
        }
        found.is_some()
    }

    /// What is written to an attribute of the classes that are searched, now or later.
    fn look_up(&mut self, name: Name, lookup: Lookup) {
        if self.is_patched[name as usize] {
            self.load_patched(name, lookup);
        } else {
            self.lookups[name as usize].push(lookup);
        }
    }

    fn load_patched(&mut self, name: Name, lookup: Lookup) {
        let Lookup { class, last, receiver, to, caller } = lookup;
        for searched in self.orders[class as usize].clone() {
            let object = self.objects.number(Object::Class(searched));
            if object != receiver {
                let base = self.field(object, Field::Attribute(name));
                self.attach(Operation::Bind { base, receiver, to, caller });
            }
            if searched == last {
                return;
            }
        }
    }

    /// Lets a name be one that is written to a class.
    fn patch(&mut self, name: Name) {
        if !std::mem::replace(&mut self.is_patched[name as usize], true) {
            for lookup in std::mem::take(&mut self.lookups[name as usize]) {
                self.load_patched(name, lookup);
            }
        }
    }

    pub(super) fn load_class(&mut self, object: ObjectId, to: Variable) {
        if let Object::Instance { class, .. } = self.objects.get(object) {
            self.add_object(to, Object::Class(class));
        }
    }

    /// An attribute that nothing in the project gives to the object: by `__getattr__`, or from a base outside.
    fn load_missing(&mut self, class: u32, object: ObjectId, attribute: Name, to: Variable, caller: u32) {
        if self.world.stored.contains(&attribute) {
            return;
        }
        let getter = self.path("__getattr__");
        if self.member(class, None, getter).is_some() {
            self.call_method(object, [getter, NO_NAME], &[], to, caller);
        } else {
            self.load_what_it_runs(class, object, attribute, to, caller);
            self.load_from_outside(class, attribute, to);
        }
    }

    /// A method of a base outside that runs one of the class.
    fn load_what_it_runs(&mut self, class: u32, object: ObjectId, attribute: Name, to: Variable, caller: u32) {
        let bases = self.orders[class as usize].iter().flat_map(|class| &self.external_bases[*class as usize]);
        let bases: Vec<&str> = bases.map(String::as_str).collect();
        let name = self.world.names.text(attribute);
        let run = RUNNERS.iter().find(|(base, runner, _)| *runner == name && bases.contains(base));
        if let Some((_, _, run)) = run {
            let run = self.path(run);
            self.load_member(class, None, object, run, to, caller);
        }
    }

    fn load_from_outside(&mut self, class: u32, attribute: Name, to: Variable) {
        let bases = self.orders[class as usize].iter().flat_map(|class| &self.external_bases[*class as usize]);
        if let Some(base) = bases.into_iter().next() {
            let path = format!("{base}.{}", self.world.names.text(attribute));
            self.add_external(&path, to);
        }
    }

    pub(super) fn add_external(&mut self, path: &str, to: Variable) {
        if path.len() <= LONGEST_PATH {
            let path = self.path(path);
            self.add_object(to, Object::External(path));
        }
    }

    fn load_external(&mut self, path: Name, attribute: Name, to: Variable) {
        let path = format!("{}.{}", self.world.names.text(path), self.world.names.text(attribute));
        match self.modules.named(self.family, &path) {
            Some(file) => self.add_object(to, Object::Module(file)),
            None => self.add_external(&path, to),
        }
    }

    /// An attribute by the view of the bases of `class`.
    fn load_after(&mut self, class: u32, receiver: ObjectId, attribute: Name, to: Variable, caller: u32) {
        let (Object::Instance { class: own, .. } | Object::Class(own)) = self.objects.get(receiver) else { return };
        // An object of a class that is none of `class` can't be asked.
        if self.orders[own as usize].contains(&class)
            && !self.load_member(own, Some(class), receiver, attribute, to, caller)
        {
            self.load_from_outside(own, attribute, to);
        }
    }

    /// What a class holds under a name, seen from an object: functions become methods, properties are read.
    pub(super) fn bind(&mut self, site: u32, object: ObjectId, receiver: ObjectId, to: Variable, caller: u32) {
        let of_class = !matches!(self.objects.get(receiver), Object::Instance { .. });
        match self.objects.get(object) {
            Object::Function(_) | Object::ManagerMaker(_) | Object::Dispatcher(_) if of_class => self.add(to, object),
            Object::Function(_) | Object::ManagerMaker(_) | Object::Dispatcher(_) => {
                self.add_object(to, Object::Bound { function: object, receiver });
            }
            Object::ClassMethod(function) => {
                let class = match self.objects.get(receiver) {
                    Object::Instance { class, .. } => self.objects.number(Object::Class(class)),
                    _ => receiver,
                };
                self.add_object(to, Object::Bound { function, receiver: class });
            }
            Object::StaticMethod(function) => self.add(to, function),
            Object::Property { getter, .. } if getter != NONE && !of_class => {
                self.call(getter, Some(receiver), Call { site, arguments: (0, 0), to, caller, decorates: false });
            }
            Object::Instance { class, .. } => {
                let getter = self.path("__get__");
                if self.member(class, None, getter).is_some() {
                    let value = self.holding(receiver);
                    self.call_method(object, [getter, NO_NAME], &[value], to, caller);
                } else {
                    self.add(to, object);
                }
            }
            _ => self.add(to, object),
        }
    }

    /// A variable that holds one object.
    pub(super) fn holding(&mut self, object: ObjectId) -> Variable {
        let variable = self.variable();
        self.add(variable, object);
        variable
    }

    pub(super) fn store(&mut self, object: ObjectId, attribute: Name, from: Variable, caller: u32) {
        match self.objects.get(object) {
            Object::Instance { class, .. } => {
                if let Some((_, base)) = self.member(class, None, attribute) {
                    self.attach(Operation::Replace { base, receiver: object, from, caller });
                }
            }
            Object::Module(file) => {
                if let Some(own) = self.world.modules[file as usize].get(&attribute).copied() {
                    self.copy(from, own);
                }
            }
            Object::Class(_) => self.patch(attribute),
            Object::Function(_) | Object::Bound { .. } => {}
            _ => return,
        }
        let field = self.field(object, Field::Attribute(attribute));
        self.copy(from, field);
    }

    /// Writes to an attribute that the object's class has: by a property's setter or a descriptor.
    pub(super) fn replace(&mut self, site: u32, object: ObjectId, receiver: ObjectId, from: Variable, caller: u32) {
        match self.objects.get(object) {
            Object::Property { setter, .. } if setter != NONE => {
                let arguments = self.positional(&[from]);
                self.call(setter, Some(receiver), Call { site, arguments, to: 0, caller, decorates: false });
            }
            Object::Instance { class, .. } => {
                let setter = self.path("__set__");
                if self.member(class, None, setter).is_some() {
                    let target = self.holding(receiver);
                    self.call_method(object, [setter, NO_NAME], &[target, from], 0, caller);
                }
            }
            _ => {}
        }
    }
}
