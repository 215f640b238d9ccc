//! What the names of a scope hold at one place of its text.
//!
//! Each assignment makes a variable of its own. Where branches meet, a name that they left with different variables gets
//! one that holds what either holds; loops and `try` get one for each name that is bound in them.

use rustc_hash::FxHashMap;

use super::program::{Operation, Program, Variable};
use crate::syntax::NONE;

/// A name in a scope, numbered.
pub(super) type Slot = u32;

#[derive(Default)]
pub(super) struct Environment {
    /// By slot: the variable that the name is held by here, or [`NONE`].
    current: Vec<Variable>,
    /// Overwritten entries, to return to where branches opened.
    journal: Vec<(Slot, Variable)>,
    branches: Vec<Branches>,
    /// Names bound in open loops and `try` blocks, each with the variable that collects what it is bound to.
    collecting: Vec<(Slot, Variable)>,
    /// By slot: the variables that collect what it is bound to, of the innermost block last.
    collectors: FxHashMap<Slot, Vec<Variable>>,
    /// What every assignment bound.
    versions: Vec<(Slot, Variable)>,
    /// The code here cannot be reached: what it binds reaches nothing.
    pub(super) is_dead: bool,
}

struct Branches {
    mark: usize,
    was_dead: bool,
    /// What each branch that comes to its end left: the names that it changed.
    ends: Vec<Vec<(Slot, Variable)>>,
}

impl Environment {
    pub(super) fn slot(&mut self) -> Slot {
        self.current.push(NONE);
        self.current.len() as u32 - 1
    }

    pub(super) fn get(&self, slot: Slot) -> Option<Variable> {
        let variable = self.current[slot as usize];
        (variable != NONE).then_some(variable)
    }

    /// What every assignment bound, by slot, in the order of the text.
    pub(super) fn versions(&mut self) -> Vec<(Slot, Variable)> {
        let mut versions = std::mem::take(&mut self.versions);
        versions.sort_by_key(|(slot, _)| *slot);
        versions
    }

    fn set(&mut self, slot: Slot, variable: Variable) {
        let old = std::mem::replace(&mut self.current[slot as usize], variable);
        self.journal.push((slot, old));
    }

    pub(super) fn assign(&mut self, slot: Slot, variable: Variable, program: &mut Program) {
        self.set(slot, variable);
        self.versions.push((slot, variable));
        for to in self.collectors.get(&slot).into_iter().flatten() {
            program.operation(Operation::Copy { from: variable, to: *to });
        }
    }

    /// Lets a name hold less than it did, for the branch that is open.
    pub(super) fn narrow(&mut self, slot: Slot, variable: Variable) {
        self.set(slot, variable);
    }

    /// Begins the first of several ways on.
    pub(super) fn open(&mut self) {
        self.branches.push(Branches { mark: self.journal.len(), was_dead: self.is_dead, ends: Vec::new() });
    }

    /// Ends a branch and begins the next one.
    pub(super) fn next(&mut self) {
        let Some(mut branches) = self.branches.pop() else { return };
        let changes = self.undo(branches.mark);
        if !self.is_dead {
            branches.ends.push(changes);
        }
        self.is_dead = branches.was_dead;
        self.branches.push(branches);
    }

    /// Ends the last branch and joins them all; `exhaustive` where one of them is always taken.
    pub(super) fn close(&mut self, exhaustive: bool, program: &mut Program) {
        self.next();
        let Some(mut branches) = self.branches.pop() else { return };
        if !exhaustive {
            branches.ends.push(Vec::new());
        }
        self.is_dead = branches.was_dead || branches.ends.is_empty();
        for (slot, mut left) in by_slot(&branches.ends) {
            if left.len() < branches.ends.len() {
                left.push(self.current[slot as usize]);
            }
            let joined = program.either(left);
            self.set(slot, joined);
        }
    }

    /// Takes back all changes since `mark` and gives them.
    fn undo(&mut self, mark: usize) -> Vec<(Slot, Variable)> {
        let mut changes: Vec<(Slot, Variable)> = Vec::new();
        while self.journal.len() > mark {
            let Some((slot, old)) = self.journal.pop() else { break };
            let new = std::mem::replace(&mut self.current[slot as usize], old);
            changes.push((slot, new));
        }
        // The latest change of a slot comes first, and the sort keeps it there.
        changes.sort_by_key(|(slot, _)| *slot);
        changes.dedup_by_key(|(slot, _)| *slot);
        changes
    }

    /// Begins to collect what the given names, bound in a loop or a `try`, are bound to. Gives where to [`Self::release`]
    /// from.
    pub(super) fn collect(&mut self, mut slots: Vec<Slot>, program: &mut Program) -> usize {
        let from = self.collecting.len();
        slots.sort_unstable();
        slots.dedup();
        for slot in slots {
            let to = program.variable();
            if let Some(before) = self.get(slot) {
                program.operation(Operation::Copy { from: before, to });
            }
            self.collecting.push((slot, to));
            self.collectors.entry(slot).or_default().push(to);
        }
        from
    }

    /// Lets the names collected since `from` hold all that they were bound to.
    pub(super) fn recall(&mut self, from: usize) {
        for place in from..self.collecting.len() {
            let (slot, variable) = self.collecting[place];
            self.set(slot, variable);
        }
    }

    pub(super) fn release(&mut self, from: usize) {
        for (slot, _) in self.collecting.drain(from..) {
            if let Some(collectors) = self.collectors.get_mut(&slot) {
                collectors.pop();
            }
        }
    }

    /// Runs the body of a function or class: what it does to its own names ends with it. Gives what [`Self::leave`] needs.
    pub(super) fn enter(&mut self) -> (usize, bool) {
        (self.journal.len(), std::mem::replace(&mut self.is_dead, false))
    }

    pub(super) fn leave(&mut self, (mark, was_dead): (usize, bool)) {
        self.journal.truncate(mark);
        self.is_dead = was_dead;
    }
}

/// The names that branches changed, each with what those that changed it left.
fn by_slot(ends: &[Vec<(Slot, Variable)>]) -> Vec<(Slot, Vec<Variable>)> {
    let mut changes: Vec<(Slot, Variable)> = ends.iter().flatten().copied().collect();
    changes.sort_by_key(|(slot, _)| *slot);
    changes
        .chunk_by(|one, other| one.0 == other.0)
        .map(|run| (run[0].0, run.iter().map(|(_, left)| *left).collect()))
        .collect()
}
