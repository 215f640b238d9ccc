//! Functions of libraries in languages whose names the linker joins: called by names that nothing in the project has.

use super::super::sketch::{Expression, ExpressionId, NameId};
use super::Solver;
use crate::language::{Receiver, Sharing};
use crate::syntax::NONE;

impl Solver<'_> {
    /// The function of a library that a callee names of which nothing else is known.
    pub(super) fn library_function(&self, file: u32, callee: ExpressionId) -> Option<String> {
        if self.world.sharing(file) != Sharing::Everywhere {
            return None;
        }
        match self.expression(file, callee) {
            Expression::Name { name, scope, at } => self.unbound_function(file, name, scope, at),
            _ => None,
        }
    }

    /// A function that no scope around declares. Where there are classes it may be a method of a base, a cast or a macro:
    /// only code outside of them names it without doubt.
    fn unbound_function(&self, file: u32, name: NameId, scope: u32, at: u32) -> Option<String> {
        let (sketch, rules) = (self.world.sketch(file)?, self.world.rules(file)?);
        let text = &sketch.names[name as usize];
        let has_classes = rules.receiver != Receiver::None;
        let is_doubtful = has_classes
            && (!sketch.used.is_empty()
                || self.class_around(file, scope).is_some()
                || text.ends_with("_t")
                || text.starts_with(char::is_uppercase));
        let is_macro = self.world.macros.contains(&self.world.name_in(file, name))
            || !text.contains(|character: char| character.is_ascii_lowercase());
        let is_builtin = self.world.files[file as usize].language?.table().is_builtin(text);
        let is_known = is_doubtful || is_macro || is_builtin || self.is_bound(file, name, scope, at);
        (!is_known).then(|| text.clone())
    }

    fn is_bound(&self, file: u32, name: NameId, scope: u32, at: u32) -> bool {
        let Some(sketch) = self.world.sketch(file) else { return false };
        let around = |scope: &u32| Some(sketch.scopes[*scope as usize].parent).filter(|parent| *parent != NONE);
        let mut scopes = std::iter::successors((scope != NONE).then_some(scope), around);
        scopes.any(|scope| !sketch.declared_in(scope, name, at).is_empty())
    }
}
