//! Calls among the arguments of macros, of which the grammar gives nothing but tokens: names, paths and members in front of
//! what stands in round brackets.

use super::super::sketch::{Expression, ExpressionId};
use super::Lowering;
use crate::language::Category;
use crate::syntax::NONE;

/// The tokens of a name with what follows it: its expression, and the place behind it.
type Chain = (ExpressionId, usize);

impl Lowering<'_, '_> {
    /// The calls in the arguments of a macro, those in inner brackets included.
    pub(super) fn macro_arguments(&mut self, call: u32, scope: u32) {
        let mut open: Vec<u32> = self.tree.children(call).filter(|part| self.is_token_tree(*part)).collect();
        while let Some(tokens) = open.pop() {
            let parts: Vec<u32> = self.tree.children(tokens).collect();
            open.extend(parts.iter().copied().filter(|part| self.is_token_tree(*part)));
            let mut place = 0;
            while place < parts.len() {
                place = if self.begins(&parts, place) { self.chain(&parts, place, scope).1 } else { place + 1 };
            }
        }
    }

    fn is_token_tree(&self, node: u32) -> bool {
        self.tree.is_named(node)
            && self.category(node) == Category::Arguments
            && self.tree.table().kind_name(self.tree.kind(node)) == "token_tree"
    }

    /// Whether a name stands here that is no part of a path, no member, no definition and no macro.
    fn begins(&self, parts: &[u32], place: usize) -> bool {
        let text = |place: usize| parts.get(place).map_or("", |part| self.text(*part));
        let before = if place == 0 { "" } else { text(place - 1) };
        self.category(parts[place]) == Category::Identifier
            && self.tree.first_child(parts[place]) == NONE
            && !matches!(before, "::" | "." | "fn" | "struct" | "enum" | "trait" | "macro_rules")
            && text(place + 1) != "!"
    }

    /// The name at a place and all that is asked of it: `a::b(c).d(e)`. Notes the calls.
    fn chain(&mut self, parts: &[u32], place: usize, scope: u32) -> Chain {
        let mut found = self.named(parts[place], scope);
        let mut next = place + 1;
        while let Some(part) = parts.get(next).copied() {
            let is_name = |part: &u32| self.category(*part) == Category::Identifier;
            match self.text(part) {
                "::" | "." => {
                    let Some(name) = parts.get(next + 1).copied().filter(is_name) else { break };
                    let name = self.name(self.text(name));
                    let is_called = parts.get(next + 2).is_some_and(|part| self.is_token_tree(*part));
                    let is_field = self.text(part) == "." && !is_called;
                    found = self.push(match found {
                        object if is_field => Expression::Field { object, name },
                        object => Expression::Member { object, name },
                    });
                    next += 2;
                }
                "?" => next += 1,
                text if text.starts_with('(') && self.is_token_tree(part) => {
                    found = self.push(Expression::Call { callee: found, arguments: (0, 0), creates: false });
                    let owner = self.sketch.scopes[scope as usize].owner;
                    self.sketch.calls.push((owner, found));
                    self.sketch.in_macros.push(found);
                    next += 1;
                }
                _ => break,
            }
        }
        (found, next)
    }
}
