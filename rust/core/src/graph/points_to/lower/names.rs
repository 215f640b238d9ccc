//! Names: what they hold where they are used, and what is bound to them.

use super::super::environment::Slot;
use super::super::program::{NOTHING, Name, Operation, Variable};
use super::{DEEPEST_LOOP, Lowering};
use crate::graph::collect::Bind;
use crate::graph::scopes::{ScopeKind, View};
use crate::syntax::NONE;

impl Lowering<'_, '_> {
    /// Names that `global` and `nonlocal` let functions bind around them.
    pub(super) fn note_bound_from_inside(&mut self) {
        let mut declared: Vec<(u32, u32)> = self.collected.scopes.declared_outer().collect();
        declared.sort_unstable();
        for (scope, name) in declared {
            let slot = self.slot(self.collected.scopes.outer(scope, name), name);
            if self.named.bound_from_inside[slot as usize] == NONE {
                self.named.bound_from_inside[slot as usize] = self.program.variable();
            }
        }
    }

    pub(super) fn slot(&mut self, scope: u32, name: u32) -> Slot {
        if let Some(slot) = self.named.slots.get(&(scope, name)) {
            return *slot;
        }
        let slot = self.environment.slot();
        self.named.slots.insert((scope, name), slot);
        self.named.scopes_and_names.push((scope, name));
        self.named.slots_of.entry(scope).or_default().push(slot);
        self.named.seen_from_inside.push(NONE);
        self.named.bound_from_inside.push(NONE);
        slot
    }

    fn seen_from_inside(&mut self, slot: Slot) -> Variable {
        let seen = &mut self.named.seen_from_inside[slot as usize];
        if *seen == NONE {
            *seen = self.program.variable();
        }
        *seen
    }

    /// What a name that is used in a scope holds.
    pub(super) fn read(&mut self, name: u32, scope: u32) -> Variable {
        let Some((found_in, _)) = self.collected.scopes.find(scope, name, View::Full) else {
            return self.unbound(name);
        };
        let slot = self.slot(found_in, name);
        if found_in != self.frame().scope {
            return self.seen_from_inside(slot);
        }
        let Some(own) = self.environment.get(slot) else { return self.read_before(slot, name, found_in) };
        self.program.either(vec![own, self.named.bound_from_inside[slot as usize]])
    }

    /// What a name holds where its own scope has not bound it yet. The body of a class looks around itself then.
    fn read_before(&mut self, slot: Slot, name: u32, scope: u32) -> Variable {
        let found = self.collected.scopes.get(scope);
        match found.kind {
            ScopeKind::Class => self.read(name, found.parent),
            _ => self.seen_from_inside(slot),
        }
    }

    /// A name of the language, or of a module of which everything is imported.
    fn unbound(&mut self, name: u32) -> Variable {
        let text = self.collected.names.text(name);
        let is_builtin = self.tree.table().is_builtin(text);
        let name = self.name(text);
        if let Some(known) = self.builtins.get(&name) {
            return *known;
        }
        let (to, caller) = (self.program.variable(), self.caller());
        self.builtins.insert(name, to);
        let unbound = Operation::Unbound { name, to, caller };
        self.program.operation(if is_builtin { Operation::Builtin { name, to } } else { unbound });
        to
    }

    /// Binds the name that the text binds at a node.
    pub(super) fn bind(&mut self, syntax: u32, value: Variable) {
        let binds = &self.collected.binds;
        let first = binds.partition_point(|bind| bind.syntax < syntax);
        if let Some(bind) = binds.get(first).filter(|bind| bind.syntax == syntax) {
            self.bind_name(*bind, value);
        }
    }

    pub(super) fn bind_name(&mut self, bind: Bind, value: Variable) {
        let scope = self.collected.scopes.outer(bind.scope, bind.name);
        let slot = self.slot(scope, bind.name);
        if scope != bind.scope {
            let to = self.named.bound_from_inside[slot as usize];
            self.program.operation(Operation::Copy { from: value, to });
        } else if self.is_ordered[scope as usize] {
            self.environment.assign(slot, value, &mut self.program);
        } else {
            let to = self.seen_from_inside(slot);
            self.program.operation(Operation::Copy { from: value, to });
        }
    }

    /// The names that are bound in the text of a node and belong to the scope that is being walked.
    fn bound_in(&mut self, node: u32) -> Vec<Slot> {
        let (scope, end, binds) = (self.frame().scope, self.tree.subtree_end(node), &self.collected.binds);
        let first = binds.partition_point(|bind| bind.syntax < node);
        let inside = binds[first..].iter().take_while(|bind| bind.syntax < end);
        let own: Vec<u32> = inside.filter(|bind| bind.scope == scope).map(|bind| bind.name).collect();
        own.into_iter().map(|name| self.slot(scope, name)).collect()
    }

    pub(super) fn collect(&mut self, node: u32) {
        let slots = if self.collecting.len() < DEEPEST_LOOP { self.bound_in(node) } else { Vec::new() };
        let from = self.environment.collect(slots, &mut self.program);
        self.collecting.push(from);
    }

    pub(super) fn repeat(&mut self) {
        if let Some(from) = self.collecting.last() {
            self.environment.recall(*from);
        }
        self.environment.is_dead = false;
    }

    pub(super) fn release(&mut self) {
        if let Some(from) = self.collecting.pop() {
            self.environment.release(from);
        }
    }

    /// What the names of a scope hold when its body has run, sorted by name.
    pub(super) fn held_at_the_end(&mut self, scope: u32) -> Vec<(Name, Variable)> {
        let slots = self.named.slots_of.get(&scope).cloned().unwrap_or_default();
        let mut held: Vec<(Name, Variable)> = Vec::new();
        for slot in slots {
            if let Some(mut variable) = self.environment.get(slot) {
                let seen = self.named.seen_from_inside[slot as usize];
                // What other modules assign to it is seen by the functions of this one.
                if variable == NOTHING && scope == 0 && seen != NONE {
                    variable = seen;
                }
                let either = vec![variable, self.named.bound_from_inside[slot as usize]];
                let (_, name) = self.named.scopes_and_names[slot as usize];
                held.push((self.name(self.collected.names.text(name)), self.program.either(either)));
            }
        }
        held.sort_unstable();
        held
    }
}
