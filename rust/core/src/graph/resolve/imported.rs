//! What names have to do with imports: which modules code uses, and which names nothing but an import binds.

use std::collections::BTreeSet;

use super::super::collect::Use;
use super::super::facts::Import;
use super::super::scopes::{Binding, ScopeKind, View};
use super::{Resolved, Resolver};
use crate::syntax::NONE;

impl Resolver<'_, '_> {
    pub(super) fn labels(&self, resolved: &mut Resolved) {
        let absolute = |import: &&Import| !import.relative;
        let mut labels: BTreeSet<(u32, String)> =
            self.collected.facts.imports.iter().filter(absolute).map(|import| (0, import.module.clone())).collect();
        let (mut seen, imports) = (BTreeSet::new(), &self.collected.facts.imports);
        for used in &self.collected.uses {
            let Some(import) = self.import_of(used.scope, used.name) else { continue };
            let owner = self.collected.scopes.get(used.scope).owner;
            if imports[import as usize].relative || !seen.insert((owner, import)) {
                continue;
            }
            let mut owner = owner;
            // What is around a labelled node has the label, too.
            while owner > 1 && labels.insert((owner, imports[import as usize].module.clone())) {
                owner = self.collected.facts.parents[owner as usize];
            }
        }
        resolved.import_labels = labels.into_iter().collect();
    }

    /// The import that a name used in a scope stands for.
    fn import_of(&self, scope: u32, name: u32) -> Option<u32> {
        if !self.collected.imported[name as usize] {
            return None;
        }
        let (_, binding) = self.collected.scopes.find(scope, name, View::Full)?;
        (binding.import != NONE).then_some(binding.import)
    }

    /// Names that an import may bind: those that nothing else binds where they are used, and those that but exception
    /// handlers bind (`except ImportError: json = None`). Import statements themselves have no part in it.
    pub(super) fn masked(&self, resolved: &mut Resolved) {
        let all = || self.collected.uses.iter().chain(&self.collected.handler_bindings);
        let found: Vec<_> = all().map(|used| self.own_binding(used)).collect();
        let outside = self.used_outside_handlers(&found);
        let masked = all().zip(&found).filter(|(used, found)| {
            let is_bound = match found {
                None => false,
                Some((_, binding)) if binding.is_certain => true,
                // Within a function, what is used in handlers alone is a variable of theirs.
                Some((scope, _)) => {
                    self.collected.scopes.get(*scope).kind == ScopeKind::Function
                        && !outside.contains(&(*scope, used.name))
                }
            };
            !is_bound && !self.is_builtin(self.collected.names.text(used.name))
        });
        resolved.masked = masked.map(|(used, _)| used.syntax).collect();
        resolved.masked.sort_unstable();
    }

    /// What a name stands for where it is used, as if there were no imports.
    fn own_binding(&self, used: &Use) -> Option<(u32, &Binding)> {
        let scopes = &self.collected.scopes;
        scopes.find(used.runs_in, used.name, View::Own).or_else(|| {
            // A comprehension in the body of a class goes through something that its scope sees.
            let class = scopes.enclosing_class(used.runs_in)?;
            let is_body = scopes.get(class).owner == scopes.get(used.runs_in).owner;
            if is_body { scopes.find(class, used.name, View::Own) } else { None }
        })
    }

    /// Scope and name of what is used outside of exception handlers though only they bind it.
    /// `found` has the own binding of each use.
    fn used_outside_handlers(&self, found: &[Option<(u32, &Binding)>]) -> BTreeSet<(u32, u32)> {
        let in_handler = |used: &Use| self.collected.in_handler[used.syntax as usize];
        let uses = self.collected.uses.iter().zip(found).filter_map(|(used, found)| {
            let (scope, binding) = (*found)?;
            (!binding.is_certain && !in_handler(used)).then_some((scope, used.name))
        });
        uses.collect()
    }
}
