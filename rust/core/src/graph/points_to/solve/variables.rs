//! Variables: what each holds, and where it goes from there.

use super::super::program::{NOTHING, Variable};
use super::objects::ObjectId;
use crate::syntax::NONE;

/// A variable that may hold more than this holds what can't be told: it holds no more.
const MOST_OBJECTS: usize = 24;

/// Most variables hold no more than this; these need no memory of their own.
const FEW: usize = 4;

/// The variables of a run, by number.
#[derive(Default)]
pub(super) struct Variables {
    all: Vec<Held>,
    /// What variables hold that hold more than a few objects.
    many: Vec<[ObjectId; MOST_OBJECTS]>,
    /// Where what a variable holds is copied to, and the entry before it of the same variable.
    copies: Vec<(Variable, u32)>,
}

/// Kept small: a run goes to and fro between variables, and waits for memory more than for anything else.
#[derive(Clone, Copy)]
struct Held {
    /// What it holds; of more than a few objects, the first entry is their place among the many.
    objects: [ObjectId; FEW],
    /// The last of the copies.
    copies: u32,
    /// The last of the operations that wait for this variable.
    waiting: u32,
    count: u8,
    /// How many of the objects have been passed on.
    passed: u8,
}

const EMPTY: Held = Held { objects: [0; FEW], copies: NONE, waiting: NONE, count: 0, passed: 0 };

impl Variables {
    pub(super) fn new(count: u32) -> Self {
        Self { all: vec![EMPTY; count as usize], ..Self::default() }
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn add(&mut self) -> Variable {
        self.all.push(EMPTY);
        self.all.len() as u32 - 1
    }

    pub(super) fn held(&self, variable: Variable) -> &[ObjectId] {
        let held = &self.all[variable as usize];
        let count = usize::from(held.count);
        if count <= FEW { &held.objects[..count] } else { &self.many[held.objects[0] as usize][..count] }
    }

    /// Lets a variable hold an object. Says whether that is new.
    pub(super) fn hold(&mut self, variable: Variable, object: ObjectId) -> bool {
        let held = self.held(variable);
        let is_new = variable != NOTHING && held.len() < MOST_OBJECTS && !held.contains(&object);
        if is_new {
            self.push(variable, object);
        }
        is_new
    }

    fn push(&mut self, variable: Variable, object: ObjectId) {
        let held = &mut self.all[variable as usize];
        let count = usize::from(held.count);
        held.count += 1;
        if count < FEW {
            held.objects[count] = object;
            return;
        }
        if count == FEW {
            let mut many = [0; MOST_OBJECTS];
            many[..FEW].copy_from_slice(&held.objects);
            held.objects[0] = self.many.len() as u32;
            self.many.push(many);
        }
        self.many[held.objects[0] as usize][count] = object;
    }

    /// How many of the objects of a variable have been passed on.
    pub(super) fn passed(&self, variable: Variable) -> u8 {
        self.all[variable as usize].passed
    }

    pub(super) fn pass(&mut self, variable: Variable) {
        self.all[variable as usize].passed += 1;
    }

    pub(super) fn copy(&mut self, from: Variable, to: Variable) {
        let last = &mut self.all[from as usize].copies;
        self.copies.push((to, *last));
        *last = self.copies.len() as u32 - 1;
    }

    /// The last of a variable's copies, or [`NONE`].
    pub(super) fn last_copy(&self, variable: Variable) -> u32 {
        self.all[variable as usize].copies
    }

    /// Where a copy goes, and the one before it.
    pub(super) fn copied(&self, copy: u32) -> (Variable, u32) {
        self.copies[copy as usize]
    }

    /// The last of the operations that wait for a variable, or [`NONE`].
    pub(super) fn waiting(&self, variable: Variable) -> u32 {
        self.all[variable as usize].waiting
    }

    /// Lets an operation wait for a variable. Gives the one before it.
    pub(super) fn wait(&mut self, variable: Variable, operation: u32) -> u32 {
        std::mem::replace(&mut self.all[variable as usize].waiting, operation)
    }
}
