//! Objects of classes, those of functions that nothing calls among them.

use super::super::program::{Operation, Receiver, Variable};
use super::Solver;
use super::objects::{Object, ObjectId};
use crate::syntax::NONE;

/// Objects of a class that are told apart; all further ones count as one.
const MOST_INSTANCES: usize = 2;

impl Solver<'_> {
    /// Gives functions that nothing calls what they may be called with: their object, their defaults, and objects of the
    /// classes that their parameters are annotated with.
    pub(super) fn assume_called(&mut self) {
        for function in 0..self.world.functions.len() {
            let receiver = self.world.functions[function].receiver;
            for place in 0..self.world.functions[function].parameters.len() {
                let parameter = self.world.functions[function].parameters[place];
                if !self.held(parameter.variable).is_empty() {
                    continue;
                }
                match (place, receiver) {
                    (0, Receiver::Instance(class)) => self.assume_instance(class, parameter.variable),
                    (0, Receiver::Class(class)) => self.add_object(parameter.variable, Object::Class(class)),
                    _ => {
                        self.copy(parameter.default, parameter.variable);
                        if self.round == 1 {
                            self.attach(Operation::Annotated { base: parameter.annotation, to: parameter.variable });
                        }
                    }
                }
            }
        }
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
