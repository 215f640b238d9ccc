//! The bases of classes, which have to be known before anything is looked up.

use super::super::program::Operation;
use super::Solver;
use super::objects::Object;
use crate::graph::hierarchy::Hierarchy;

impl Solver<'_> {
    /// Follows what the bases of classes are: names, imports and attributes alone.
    pub(super) fn start_bases(&mut self) {
        let needed = self.world.needed_for_bases();
        for number in 0..self.world.operations.len() {
            let operation = self.world.operations[number];
            match self.world.passes(operation) {
                Some((_, to)) if !needed[to as usize] => {}
                // What a decorator does with a class does not matter to what its bases are.
                Some((from, to)) if matches!(operation, Operation::Call { .. }) => self.copy(from, to),
                Some(_) => self.attach(operation),
                None => {}
            }
        }
    }

    /// The bases of all classes as look-up has them: their orders, and those outside the project.
    pub(super) fn hierarchy(&self) -> (Vec<Vec<u32>>, Vec<Vec<String>>) {
        let mut inside = vec![Vec::new(); self.world.classes.len()];
        let mut outside = vec![Vec::new(); self.world.classes.len()];
        for class in 0..self.world.classes.len() {
            for base in &self.world.classes[class].bases {
                match self.held(*base).first().map(|object| self.objects.get(*object)) {
                    Some(Object::Class(base)) if !inside[class].contains(&base) => inside[class].push(base),
                    Some(Object::External(path)) => outside[class].push(self.world.names.text(path).to_owned()),
                    _ => {}
                }
            }
        }
        (Hierarchy::new(inside).orders(), outside)
    }
}
