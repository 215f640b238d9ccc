//! One form for all languages: what code does, without how a language or a person writes it.
//!
//! A text is read into a tree of [`Form`](crate::language::Form)s. It has no types, modifiers, imports, comments and
//! documentation; no blocks, parentheses and statement wrappers; names that the text binds are all alike. One shape stands
//! for several:
//!
//! | written | becomes |
//! |---|---|
//! | `b > a`, `not b <= a` | `Less(a, b)` |
//! | `a < b < c` | `And(Less(a, b), Less(b, c))` |
//! | `x += 1`, `x++`, `x = x + 1` | `Assign(x, Add(x, 1))` |
//! | `len(x)`, `x.length`, `x.size()` | `Length(x)` |
//! | `y in x`, `x.contains(y)`, `x.includes(y)` | `Contains(x, y)` |
//! | `for (i = a; i < b; i++)`, `for i in range(a, b)`, a `while` that counts | `Each(i, Range(a, b), …)` |
//! | a loop over the places of `xs` that only looks at `xs[i]` | `Each(x, xs, …)` |
//! | `[f(x) for x in xs if c]`, `xs.filter(…).map(…)` | loops around `If` and `Append` |
//! | `c ? a : b`, `a if c else b` | `If(c, Then(a), Else(b))` |
//! | `if c: return a else: b` | `If(c, Then(Return(a)))`, `b` |
//! | `if c: return True else: return False` | `Return(c)` |
//! | `x[-1]` | `Subscript(x, Subtract(Length(x), 1))` |
//! | `t = e; return t` | `Return(e)` |
//! | `b == a`, `y + x`, `q and p` | operands in one order |
//! | `if not c: b else: a` | `If(c, Then(a), Else(b))` |
//! | `return a if c else b`, `x = a if c else b` | a branch around two returns, or assignments |
//! | `if c: continue` before the rest of a loop | `If(Not(c), Then(…))` around that |
//! | `if m < x: m = x` | `Assign(m, Maximum(m, x))` |
//! | `sum(xs)` | the loop that adds |
//!
//! Names that a text does not bind are kept, in small letters and without separators, so that `is_digit` and `isDigit`
//! are one; those that all languages have under different names are one label, by each language's own table. Where an
//! expression means different things in two languages (a negative index, division of whole numbers), the form follows what
//! is usual: it is made for likeness, not for running.
//!
//! No walk recurses, and what is written once is never copied more than a bounded number of times.

mod arena;
mod assignments;
mod branches;
mod calls;
mod choices;
mod definitions;
mod loops;
mod operations;
mod order;
mod readable;
mod reader;
mod reduce;
mod simplify;
mod subscripts;
mod terms;
#[cfg(test)]
mod tests;

use crate::syntax::SyntaxTree;
use arena::Arena;
use reader::Reader;

/// Hashed features of the canonical form of the subtree under `root`, each once, in ascending order: what one node
/// shows, how often and within which loops and branches, nodes with what is below and beside them, and which use of a
/// variable follows which. Two texts in whatever languages share them as far as they do the same in the same way. The two
/// lowest bits of a hash are the logarithm of four times the weight of its kind of feature.
///
/// `source` must be the text that `tree` was parsed from.
pub fn structure_terms(source: &[u8], tree: &SyntaxTree, root: u32) -> Vec<u64> {
    let mut reader = Reader::new(source, tree, root);
    let arena = form(&mut reader);
    let mut terms = terms::terms(&arena, &reader.names);
    terms.sort_unstable();
    terms.dedup();
    terms
}

/// What people call some of the features that [`structure_terms`] gives, sorted by hash: labels, and what loops run over.
pub fn feature_names(source: &[u8], tree: &SyntaxTree, root: u32) -> Vec<(u64, String)> {
    let mut reader = Reader::new(source, tree, root);
    let arena = form(&mut reader);
    readable::feature_names(&arena, &reader.names)
}

fn form(reader: &mut Reader<'_, '_>) -> Arena {
    let top = reader.read();
    let (arena, top) = simplify::simplify(&reader.arena, &reader.names, top);
    order::ordered(&arena, &reader.names, top)
}
