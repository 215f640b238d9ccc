//! What annotations promise, where nothing else is known.

use rustc_hash::FxHashMap;

use super::super::program::{Key, Name, Operation, Receiver, Variable};
use super::objects::{Object, ObjectId};
use super::{Field, Solver};

/// Subclasses of which objects are assumed where a class is named; a variable can't hold many more.
const MOST_SUBCLASSES: usize = 16;

/// Of how many fields, each one of what the last one holds, the objects are assumed.
const MOST_FIELDS: usize = 8;

/// The role of the containers that annotations promise, among those that are made.
const PROMISED: u8 = u8::MAX;

impl Solver<'_> {
    pub(super) fn note_subclasses(&mut self) {
        self.subclasses = vec![Vec::new(); self.orders.len()];
        for (class, order) in self.orders.iter().enumerate() {
            for base in order.iter().filter(|base| **base as usize != class) {
                let known = &mut self.subclasses[*base as usize];
                if known.len() < MOST_SUBCLASSES {
                    known.push(class as u32);
                }
            }
        }
    }

    /// What functions and assignments promise that give nothing that is known.
    pub(super) fn assume_promised(&mut self) {
        for number in 0..self.world.functions.len() {
            let function = &self.world.functions[number];
            let (classes, to, yields) = (function.returned_class, function.returns, function.yields);
            if function.is_generator {
                self.assume_elements(classes, yields);
            } else if function.parameters.iter().all(|parameter| !parameter.is_returned) {
                self.assume_objects(classes, to);
            }
        }
        for number in 0..self.world.annotated.len() {
            let (classes, to) = self.world.annotated[number];
            self.assume_objects(classes, to);
        }
    }

    /// What the annotations of parameters promise that nothing is given to.
    pub(super) fn assume_annotated(&mut self) {
        for function in 0..self.world.functions.len() {
            for place in 0..self.world.functions[function].parameters.len() {
                let parameter = self.world.functions[function].parameters[place];
                self.assume_objects(parameter.annotation, parameter.variable);
            }
        }
    }

    /// What the annotations in classes promise, for the objects that are known and those that come of that.
    pub(super) fn assume_fields(&mut self) {
        for _ in 0..MOST_FIELDS {
            let before: usize = self.instances.iter().map(Vec::len).sum();
            self.assume_known_fields();
            self.settle();
            if self.instances.iter().map(Vec::len).sum::<usize>() == before {
                return;
            }
        }
    }

    fn assume_known_fields(&mut self) {
        for class in 0..self.orders.len() {
            for place in 0..self.instances[class].len() {
                self.assume_fields_of(class, self.instances[class][place]);
            }
        }
    }

    fn assume_fields_of(&mut self, class: usize, object: ObjectId) {
        for owner in self.orders[class].clone() {
            for number in 0..self.world.classes[owner as usize].fields.len() {
                let (name, classes) = self.world.classes[owner as usize].fields[number];
                if self.held(classes).is_empty() || self.member(class as u32, None, name).is_some() {
                    continue;
                }
                let field = self.field(object, Field::Attribute(name));
                self.assume_objects(classes, field);
            }
        }
    }

    /// Lets a variable hold objects of classes if it holds nothing; what is in empty containers likewise.
    fn assume_objects(&mut self, classes: Variable, to: Variable) {
        if self.held(classes).is_empty() {
            return;
        }
        if self.is_unknown(to) {
            return self.attach(Operation::Annotated { base: classes, to });
        }
        for place in 0..self.held(to).len() {
            let container = self.held(to)[place];
            if let Object::Container(_) = self.objects.get(container) {
                self.assume_content(classes, container);
            }
        }
    }

    fn assume_content(&mut self, classes: Variable, container: ObjectId) {
        let all = self.field(container, Field::All);
        if self.is_unknown(all)
            && let Object::Container(number) = self.objects.get(container)
        {
            let element = self.variable();
            self.assume_elements(classes, element);
            self.put(number, Key::Any, element);
        }
    }

    fn is_promised(&self, object: ObjectId) -> bool {
        let Object::Container(container) = self.objects.get(object) else { return false };
        self.world.containers[container as usize].is_promised
    }

    fn is_unknown(&self, variable: Variable) -> bool {
        self.held(variable).iter().all(|object| self.objects.get(*object) == Object::Unknown)
    }

    /// Lets a variable hold objects of the classes that are in containers, if it holds nothing.
    fn assume_elements(&mut self, containers: Variable, to: Variable) {
        for place in 0..self.held(containers).len() {
            let container = self.held(containers)[place];
            if self.is_promised(container) && self.is_unknown(to) {
                let base = self.field(container, Field::All);
                self.attach(Operation::Annotated { base, to });
            }
        }
    }

    /// Objects of a class that an annotation names and of its subclasses, or a container of such.
    pub(super) fn annotated(&mut self, object: ObjectId, to: Variable) {
        match self.objects.get(object) {
            Object::Class(class) => {
                self.assume_instance(class, to);
                for subclass in self.subclasses[class as usize].clone() {
                    self.assume_instance(subclass, to);
                }
            }
            Object::Container(container) if self.is_promised(object) => self.promised_container(object, container, to),
            _ => {}
        }
    }

    fn promised_container(&mut self, classes: ObjectId, container: u32, to: Variable) {
        let shape = self.world.containers[container as usize].shape;
        let promised = self.make_container(container, PROMISED, shape);
        let object = self.objects.number(Object::Container(promised));
        for key in self.keys.get(&classes).cloned().unwrap_or_default() {
            let base = self.field(classes, Field::Element(key));
            let element = self.variable();
            self.attach(Operation::Annotated { base, to: element });
            self.put(promised, key, element);
        }
        if let Some(base) = self.fields.get(&(classes, Field::Keys)).copied() {
            let keys = self.field(object, Field::Keys);
            self.attach(Operation::Annotated { base, to: keys });
        }
        self.add(to, object);
    }

    /// The attributes that are read of the first parameters of methods whose class has subclasses, by parameter.
    pub(super) fn read_of_receivers(&self) -> FxHashMap<Variable, Vec<Name>> {
        let mut read: FxHashMap<Variable, Vec<Name>> = FxHashMap::default();
        for function in &self.world.functions {
            if let (Receiver::Instance(class), Some(first)) = (function.receiver, function.parameters.first())
                && !self.subclasses[class as usize].is_empty()
                && self.held(first.variable).is_empty()
            {
                read.insert(first.variable, Vec::new());
            }
        }
        for operation in &self.world.operations {
            if let Operation::Load { base, attribute, .. } = operation
                && let Some(names) = read.get_mut(base)
            {
                names.push(*attribute);
            }
        }
        read
    }

    /// The object of a method that nothing calls: one of its class, or of a subclass with an attribute of its own among
    /// those that the method reads of it.
    pub(super) fn assume_receiver(&mut self, function: u32, class: u32, to: Variable, read: &[Name]) {
        self.assume_instance(class, to);
        let Some(method) = self.name_in_class(function, class).filter(|_| !read.is_empty()) else { return };
        for subclass in self.subclasses[class as usize].clone() {
            let owner = |class: u32, name: Name| self.member(class, None, name).map(|(owner, _)| owner);
            let has_own = || read.iter().any(|name| owner(subclass, *name) != owner(class, *name));
            if owner(subclass, method) == Some(class) && has_own() {
                self.assume_instance(subclass, to);
            }
        }
    }

    /// The name under which a class has a function.
    fn name_in_class(&self, function: u32, class: u32) -> Option<Name> {
        let members = &self.world.classes[class as usize].members;
        let is_meant = |object: &ObjectId| self.objects.get(*object) == Object::Function(function);
        members.iter().find(|(_, held)| self.held(*held).iter().any(is_meant)).map(|(name, _)| *name)
    }
}
