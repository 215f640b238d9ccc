//! Other names for local variables.

use std::ops::Range;

use rustc_hash::FxHashSet;

use super::choice::Choice;
use super::edit::Edit;
use super::text::Text;
use crate::forest::{Bindings, Declaration, Occurrence};
use crate::language::{Category, Role};
use crate::syntax::NONE;

/// Words that new names are drawn from.
const WORDS: &[&str] = &[
    "value", "item", "result", "entry", "current", "data", "total", "index", "element", "part", "buffer", "target",
    "state", "record", "node", "field", "content", "number", "chunk", "option",
];

/// All local variables of one function that can be renamed safely get other names.
pub(super) fn rename_locals(text: &Text<'_>, choice: &mut Choice) -> Option<Vec<Edit>> {
    if has_name_reading_attribute(text) {
        return None;
    }
    let bindings = Bindings::of(text.source().as_bytes(), text.tree(), 0);
    let renameable = renameable_bindings(text, &bindings);
    let mut functions: Vec<u32> = renameable.iter().map(|binding| bindings.binding_scope(*binding)).collect();
    functions.sort_unstable();
    functions.dedup();
    let function = *choice.pick(&functions)?;
    let chosen = renameable.into_iter().filter(|binding| bindings.binding_scope(*binding) == function);
    let mut names = NewNames::new(text, choice);
    let mut new_names: Vec<Option<String>> = vec![None; bindings.binding_count()];
    for binding in chosen {
        new_names[binding as usize] = Some(names.next());
    }
    let renamed = bindings.occurrences().iter().filter(|occurrence| occurrence.binding != NONE);
    let edit = |occurrence: &Occurrence| {
        let name = new_names[occurrence.binding as usize].clone()?;
        Some(Edit::replace(text.range(occurrence.node), name))
    };
    Some(renamed.filter_map(edit).collect())
}

/// Variables of functions that are assigned and used in that function alone, in order of the text.
fn renameable_bindings(text: &Text<'_>, bindings: &Bindings<'_>) -> Vec<u32> {
    let mut safe = vec![true; bindings.binding_count()];
    let mut order = Vec::new();
    let imported: FxHashSet<&str> = names_of(bindings, Declaration::Import);
    let forwarded: FxHashSet<&str> = names_of(bindings, Declaration::Forward);
    let unsafe_functions = functions_that_see_names(text, bindings);
    let blocks = Blocks::of(text, bindings);
    for occurrence in bindings.occurrences().iter().filter(|occurrence| occurrence.binding != NONE) {
        let scope = bindings.binding_scope(occurrence.binding);
        let name = bindings.name(occurrence);
        let stays = bindings.scope(scope).category == Category::Function
            && bindings.enclosing_definition(occurrence.scope) == scope
            && matches!(occurrence.declaration, Declaration::Assign | Declaration::Use)
            && blocks.covers(text, occurrence)
            && !unsafe_functions.contains(&scope)
            && !imported.contains(name)
            && !forwarded.contains(name);
        safe[occurrence.binding as usize] &= stays;
        order.push(occurrence.binding);
    }
    let mut seen = vec![false; bindings.binding_count()];
    order.retain(|binding| safe[*binding as usize] && !std::mem::replace(&mut seen[*binding as usize], true));
    order
}

/// Where variables are known in a language whose variables end with their block.
struct Blocks {
    /// By binding: the runs of nodes from a declaration to the end of its block, and the grammar's kind of its name.
    runs: Vec<Vec<(Range<u32>, u16)>>,
}

impl Blocks {
    fn of(text: &Text<'_>, bindings: &Bindings<'_>) -> Self {
        let mut runs = vec![Vec::new(); bindings.binding_count()];
        for occurrence in bindings.occurrences().iter().filter(|occurrence| occurrence.binding != NONE) {
            if occurrence.declaration == Declaration::Assign && is_declared(text, occurrence.node) {
                let run = occurrence.node..end_of_block(text, occurrence.node);
                runs[occurrence.binding as usize].push((run, text.tree().kind(occurrence.node)));
            }
        }
        Self { runs }
    }

    /// Whether the occurrence means a variable that is declared in a block around it, and shows nothing but its name.
    fn covers(&self, text: &Text<'_>, occurrence: &Occurrence) -> bool {
        if text.spelling().variables_end_with_function {
            return true;
        }
        let is_called = matches!(text.role(occurrence.node), Role::Member | Role::Callee);
        let kind = text.tree().kind(occurrence.node);
        let mut runs = self.runs[occurrence.binding as usize].iter();
        !is_called && runs.any(|(run, of)| run.contains(&occurrence.node) && *of == kind)
    }
}

/// Whether something of a declaration stands before the name that an assignment or a loop gives a value.
fn is_declared(text: &Text<'_>, name: u32) -> bool {
    let assignment = text.tree().parent(name);
    let statement = text.tree().parent(assignment);
    statement != NONE
        && text.category(assignment) == Category::Assignment
        && text.category(statement) == Category::ExpressionStatement
        && text.range(statement).start < text.range(name).start
}

/// One past the last node of the block, or of the loop in whose header the node stands.
fn end_of_block(text: &Text<'_>, node: u32) -> u32 {
    let tree = text.tree();
    let mut outwards = std::iter::successors(Some(node), |node| Some(tree.parent(*node)).filter(|node| *node != NONE));
    let block = outwards.find(|around| {
        matches!(text.category(*around), Category::Block | Category::For | Category::Module | Category::MatchCase)
    });
    block.map_or(node + 1, |block| tree.subtree_end(block))
}

fn names_of<'source>(bindings: &Bindings<'source>, declaration: Declaration) -> FxHashSet<&'source str> {
    let found = bindings.occurrences().iter().filter(|occurrence| occurrence.declaration == declaration);
    found.map(|occurrence| bindings.name(occurrence)).collect()
}

/// Functions in which the names of variables are data: read by `locals()` and the like, or printed by `f"{x=}"`.
fn functions_that_see_names(text: &Text<'_>, bindings: &Bindings<'_>) -> FxHashSet<u32> {
    let shown = nodes_shown_with_their_text(text);
    let readers = text.spelling().name_readers;
    let sees =
        |occurrence: &&Occurrence| readers.contains(&bindings.name(occurrence)) || shown[occurrence.node as usize];
    let found = bindings.occurrences().iter().filter(sees);
    found.map(|occurrence| bindings.enclosing_definition(occurrence.scope)).collect()
}

/// For each node, whether it stands in an interpolation that also prints its own text.
fn nodes_shown_with_their_text(text: &Text<'_>) -> Vec<bool> {
    let tree = text.tree();
    let mut shown = vec![false; tree.len()];
    for node in 1..tree.len() as u32 {
        let prints_itself =
            text.category(node) == Category::Interpolation && tree.children(node).any(|child| text.text(child) == "=");
        shown[node as usize] = prints_itself || shown[tree.parent(node) as usize];
    }
    shown
}

/// Whether an attribute such as `sys._getframe` lets any function see names.
fn has_name_reading_attribute(text: &Text<'_>) -> bool {
    let readers = text.spelling().name_readers;
    let is_reader = |node| text.category(node) == Category::Identifier && text.role(node) == Role::Member;
    text.sites(is_reader).iter().any(|node| readers.contains(&text.text(*node)))
}

/// Names that occur nowhere in a text.
pub(super) struct NewNames<'text, 'choice> {
    text: &'choice Text<'text>,
    choice: &'choice mut Choice,
    taken: FxHashSet<String>,
}

impl<'text, 'choice> NewNames<'text, 'choice> {
    pub(super) fn new(text: &'choice Text<'text>, choice: &'choice mut Choice) -> Self {
        let identifiers = (0..text.tree().len() as u32).filter(|node| text.category(*node) == Category::Identifier);
        let taken = identifiers.map(|node| text.text(node).to_owned()).collect();
        Self { text, choice, taken }
    }

    pub(super) fn next(&mut self) -> String {
        let word = WORDS[self.choice.below(WORDS.len())];
        let mut name = word.to_owned();
        let mut number = 1;
        while self.text.is_builtin(&name) || !self.taken.insert(name.clone()) {
            number += 1;
            name = format!("{word}_{number}");
        }
        name
    }
}
