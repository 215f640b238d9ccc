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
mod definitions;
mod loops;
mod operations;
mod reader;
mod reduce;
mod simplify;
mod subscripts;
mod terms;
#[cfg(test)]
mod tests;

use crate::syntax::SyntaxTree;
use reader::Reader;

/// Hashed features of the canonical form of the subtree under `root`, with their counts, sorted by hash: what one node
/// shows, nodes with one and with three levels below them, and which use of a variable follows which. Two texts in
/// whatever languages share them as far as they do the same in the same way.
///
/// `source` must be the text that `tree` was parsed from.
pub fn structure_terms(source: &[u8], tree: &SyntaxTree, root: u32) -> Vec<(u64, u32)> {
    let mut reader = Reader::new(source, tree, root);
    let top = reader.read();
    let (arena, top) = simplify::simplify(&reader.arena, &reader.names, top);
    counted(terms::terms(&arena, &reader.names, top))
}

fn counted(mut terms: Vec<u64>) -> Vec<(u64, u32)> {
    terms.sort_unstable();
    let runs = terms.chunk_by(|left, right| left == right);
    runs.map(|run| (run[0], run.len() as u32)).collect()
}
