//! Objects of classes, those of functions that nothing calls among them.

use super::super::program::{ArgumentKind, Name, Operation, Receiver, Side, Variable};
use super::objects::{Object, ObjectId};
use super::{Call, Field, Solver};
use crate::syntax::NONE;

/// Objects of a class that are told apart; all further ones count as one.
const MOST_INSTANCES: usize = 2;

impl Solver<'_> {
    /// Gives functions that nothing calls what they may be called with: their object, their defaults, and, once all is
    /// known that follows from those, objects of the classes that their parameters are annotated with.
    pub(super) fn assume_called(&mut self) {
        match self.round {
            1 => {
                self.assume_tested();
                self.assume_promised();
            }
            2 => self.assume_annotated(),
            _ => {}
        }
        let read = self.read_of_receivers();
        for function in 0..self.world.functions.len() {
            let receiver = self.world.functions[function].receiver;
            for place in 0..self.world.functions[function].parameters.len() {
                let parameter = self.world.functions[function].parameters[place];
                if !self.held(parameter.variable).is_empty() {
                    continue;
                }
                match (place, receiver) {
                    (0, Receiver::Instance(class)) => {
                        let names = read.get(&parameter.variable).map_or(&[][..], Vec::as_slice);
                        self.assume_receiver(function as u32, class, parameter.variable, names);
                    }
                    (0, Receiver::Class(class)) => self.add_object(parameter.variable, Object::Class(class)),
                    _ => self.copy(parameter.default, parameter.variable),
                }
            }
        }
    }

    /// Where nothing is known of what a test lets through, it is objects of the class that the test names.
    pub(super) fn assume_tested(&mut self) {
        for number in 0..self.operations.len() {
            if let Operation::Narrow { base, from, side: Side::Inside, to } = self.operations[number]
                && self.held(from).is_empty()
            {
                self.attach(Operation::Annotated { base, to });
            }
        }
    }

    /// The constructor that a class gets from its fields puts its arguments into them, in order or by name. A class without
    /// one takes no arguments.
    pub(super) fn fill_fields(&mut self, class: u32, object: ObjectId, call: Call) {
        if call.arguments.1 == 0 {
            return;
        }
        let fields = self.fields_of(class);
        for number in 0..call.arguments.1 {
            let argument = self.argument(call.arguments, number);
            let place = match argument.kind {
                ArgumentKind::Positional => fields.get(number as usize),
                ArgumentKind::Keyword(name) => fields.iter().find(|field| **field == name),
                ArgumentKind::Spread | ArgumentKind::SpreadKeywords => None,
            };
            if let Some(name) = place {
                let field = self.field(object, Field::Attribute(*name));
                self.copy(argument.value, field);
            }
        }
    }

    /// Those of the bases come first.
    fn fields_of(&self, class: u32) -> Vec<Name> {
        let mut fields = Vec::new();
        for class in self.orders[class as usize].iter().rev() {
            for (field, _) in &self.world.classes[*class as usize].fields {
                if !fields.contains(field) {
                    fields.push(*field);
                }
            }
        }
        fields
    }

    /// Lets a variable hold the objects of a class, or one if there is none.
    pub(super) fn assume_instance(&mut self, class: u32, variable: Variable) {
        if self.instances[class as usize].is_empty() {
            self.instance(class, NONE);
        }
        for object in self.instances[class as usize].clone() {
            self.add(variable, object);
        }
    }

    /// An object of a class that an operation makes.
    pub(super) fn instance(&mut self, class: u32, site: u32) -> ObjectId {
        let known = self.objects.number(Object::Instance { class, site });
        let instances = &mut self.instances[class as usize];
        if instances.contains(&known) {
            return known;
        }
        if instances.len() < MOST_INSTANCES {
            instances.push(known);
            return known;
        }
        let rest = self.objects.number(Object::Instance { class, site: NONE });
        if !self.instances[class as usize].contains(&rest) {
            self.instances[class as usize].push(rest);
        }
        rest
    }
}
