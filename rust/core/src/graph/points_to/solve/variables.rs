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
    /// Where what a variable holds is copied to, and the entry before it of the same variable.
    copies: Vec<(Variable, u32)>,
}

struct Held {
    objects: Objects,
    /// How many of them have been passed on.
    passed: u8,
    /// The last of the copies.
    copies: u32,
    /// The last of the operations that wait for this variable.
    waiting: u32,
}

enum Objects {
    Few(u8, [ObjectId; FEW]),
    Many(Vec<ObjectId>),
}

impl Objects {
    fn as_slice(&self) -> &[ObjectId] {
        match self {
            Self::Few(count, objects) => &objects[..usize::from(*count)],
            Self::Many(objects) => objects,
        }
    }

    fn push(&mut self, object: ObjectId) {
        match self {
            Self::Few(count, objects) if usize::from(*count) < FEW => {
                objects[usize::from(*count)] = object;
                *count += 1;
            }
            Self::Few(_, objects) => *self = Self::Many(objects.iter().copied().chain([object]).collect()),
            Self::Many(objects) => objects.push(object),
        }
    }
}

impl Variables {
    pub(super) fn new(count: u32) -> Self {
        let mut variables = Self::default();
        variables.all.resize_with(count as usize, Held::new);
        variables
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn add(&mut self) -> Variable {
        self.all.push(Held::new());
        self.all.len() as u32 - 1
    }

    pub(super) fn held(&self, variable: Variable) -> &[ObjectId] {
        self.all[variable as usize].objects.as_slice()
    }

    /// Lets a variable hold an object. Says whether that is new.
    pub(super) fn hold(&mut self, variable: Variable, object: ObjectId) -> bool {
        let objects = &mut self.all[variable as usize].objects;
        let held = objects.as_slice();
        let is_new = variable != NOTHING && held.len() < MOST_OBJECTS && !held.contains(&object);
        if is_new {
            objects.push(object);
        }
        is_new
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

impl Held {
    fn new() -> Self {
        Self { objects: Objects::Few(0, [0; FEW]), passed: 0, copies: NONE, waiting: NONE }
    }
}
