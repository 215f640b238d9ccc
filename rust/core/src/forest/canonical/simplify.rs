//! What a text leaves to taste, brought to one shape: a temporary that is used once stands where it is used, and a loop
//! over the places of a list that only looks at its elements runs over these.

use super::arena::Arena;
use super::reader::{Names, binding_of};
use crate::language::Form;
use crate::names::mix;
use crate::syntax::NONE;

/// A loop of more nodes is left as it is: what is in many loops would be looked through many times.
const MOST_IN_LOOP: u32 = 2_000;

/// The form under `root`, simplified; its root in the new arena.
pub(super) fn simplify(arena: &Arena, names: &Names<'_>, root: u32) -> (Arena, u32) {
    let used = used(arena, root);
    let mut simplifier = Simplifier {
        arena,
        temporaries: temporaries(arena, names, &used, root),
        elements: elements(arena, &used, root),
        simpler: Arena::with_capacity(arena.len()),
        places: vec![NONE; root as usize + 1],
        values: vec![NONE; names.binding_count()],
    };
    for node in (0..=root).filter(|node| used[*node as usize]) {
        let place = simplifier.place(node);
        simplifier.places[node as usize] = place;
    }
    let root = simplifier.places[root as usize];
    (simplifier.simpler, root)
}

struct Simplifier<'arena> {
    arena: &'arena Arena,
    /// For each binding, the assignment that is dropped for its value to stand where the name does.
    temporaries: Vec<u32>,
    elements: Elements,
    simpler: Arena,
    /// Where each node is in the new arena; none for a statement that was dropped.
    places: Vec<u32>,
    /// For each binding, what stands for it.
    values: Vec<u32>,
}

impl Simplifier<'_> {
    fn place(&mut self, node: u32) -> u32 {
        let (form, word) = (self.arena.form(node), self.arena.word(node));
        match form {
            Form::Variable => self.variable(word),
            Form::Subscript if self.elements.of_subscript[node as usize] != NONE => {
                self.places[self.elements.of_subscript[node as usize] as usize]
            }
            Form::Assign if self.is_temporary(node) => NONE,
            _ => self.rebuilt(node, form, word),
        }
    }

    fn rebuilt(&mut self, node: u32, form: Form, word: u64) -> u32 {
        let range = self.elements.range_of_loop[node as usize];
        let list = if range == NONE { NONE } else { list_of(self.arena, range) };
        let places = &self.places;
        let children = self.arena.children(node).iter();
        let children = children.map(|child| places[if *child == range { list } else { *child } as usize]);
        self.simpler.worded(form, word, children.filter(|child| *child != NONE))
    }

    fn variable(&mut self, word: u64) -> u32 {
        let value = binding_of(word).map_or(NONE, |binding| self.values[binding]);
        if value == NONE { self.simpler.leaf(Form::Variable, word) } else { value }
    }

    /// Whether an assignment is of a temporary, whose value is then kept for where it is used.
    fn is_temporary(&mut self, node: u32) -> bool {
        let [target, value] = *self.arena.children(node) else { return false };
        let binding = binding_of(self.arena.word(target)).filter(|_| self.arena.form(target) == Form::Variable);
        let Some(binding) = binding.filter(|binding| self.temporaries[*binding] == node) else { return false };
        self.values[binding] = self.places[value as usize];
        true
    }
}

/// The list whose length a range ends at.
fn list_of(arena: &Arena, range: u32) -> u32 {
    let end = arena.child(range, 1).unwrap_or(range);
    arena.child(end, 0).unwrap_or(end)
}

/// Which loops over places are loops over elements. One entry a node.
struct Elements {
    /// Of a loop, the range that the list stands for.
    range_of_loop: Vec<u32>,
    /// Of a subscript that is an element, the variable of the loop.
    of_subscript: Vec<u32>,
}

fn elements(arena: &Arena, used: &[bool], root: u32) -> Elements {
    let mut elements = Elements { range_of_loop: vec![NONE; arena.len()], of_subscript: vec![NONE; arena.len()] };
    for node in (0..=root).filter(|node| used[*node as usize] && arena.form(*node) == Form::Each) {
        note_elements(arena, used, node, &mut elements);
    }
    elements
}

/// Notes a loop `for i in 0..length(xs)` in which `i` stands nowhere but in `xs[i]`.
fn note_elements(arena: &Arena, used: &[bool], node: u32, elements: &mut Elements) {
    let Some((index, list)) = counted_list(arena, node) else { return };
    let first = arena.children(node)[0];
    if node - first > MOST_IN_LOOP {
        return;
    }
    let is_variable = |node: u32, name: u64| arena.form(node) == Form::Variable && arena.word(node) == name;
    let is_element = |inner: u32| match *arena.children(inner) {
        [object, place] => {
            arena.form(inner) == Form::Subscript && is_variable(object, list) && is_variable(place, index)
        }
        _ => false,
    };
    // The nodes of a loop are made between its first child and itself.
    let inside = || (first..node).filter(|inner| used[*inner as usize]);
    let is_otherwise_used = inside()
        .filter(|inner| !is_element(*inner))
        .any(|inner| arena.children(inner).iter().any(|child| is_variable(*child, index)));
    if is_otherwise_used {
        return;
    }
    elements.range_of_loop[node as usize] = arena.children(node)[1];
    for inner in inside().filter(|inner| is_element(*inner)) {
        elements.of_subscript[inner as usize] = first;
    }
}

/// Counter and list of a loop over all places of a list.
fn counted_list(arena: &Arena, node: u32) -> Option<(u64, u64)> {
    let (target, range) = (arena.child(node, 0)?, arena.child(node, 1)?);
    let [start, end] = *arena.children(range) else { return None };
    let list = arena.child(end, 0)?;
    let starts_at_zero = arena.form(start) == Form::Number && arena.word(start) == mix(1, 0);
    let fits = arena.form(range) == Form::Range
        && arena.form(end) == Form::Length
        && arena.form(target) == Form::Variable
        && arena.form(list) == Form::Variable;
    (fits && starts_at_zero).then_some((arena.word(target), arena.word(list)))
}

/// For each binding, the assignment that gives it its only value where that is read once, later. A new collection is no
/// temporary: it is there to be filled.
fn temporaries(arena: &Arena, names: &Names<'_>, used: &[bool], root: u32) -> Vec<u32> {
    let mut writes = vec![(0_u32, NONE); names.binding_count()];
    let mut reads = vec![(0_u32, NONE); names.binding_count()];
    for node in (0..=root).filter(|node| used[*node as usize]) {
        for (position, child) in arena.children(node).iter().enumerate() {
            let binding = binding_of(arena.word(*child)).filter(|_| arena.form(*child) == Form::Variable);
            if let Some(binding) = binding {
                let is_written = position == 0 && arena.form(node) == Form::Assign;
                let (count, last) = if is_written { &mut writes[binding] } else { &mut reads[binding] };
                (*count, *last) = (*count + 1, node);
            }
        }
    }
    let is_collection = |assignment: u32| {
        arena.child(assignment, 1).is_some_and(|value| matches!(arena.form(value), Form::List | Form::Map | Form::Set))
    };
    let both = writes.into_iter().zip(reads);
    let only = both.map(|(write, read)| {
        let is_temporary = write.0 == 1 && read.0 == 1 && read.1 > write.1 && !is_collection(write.1);
        if is_temporary { write.1 } else { NONE }
    });
    only.collect()
}

/// Which nodes the form under `root` consists of: what was made on the way and left out again is none of it.
pub(super) fn used(arena: &Arena, root: u32) -> Vec<bool> {
    let mut used = vec![false; arena.len()];
    used[root as usize] = true;
    for node in (0..=root).rev() {
        if used[node as usize] {
            for child in arena.children(node) {
                used[*child as usize] = true;
            }
        }
    }
    used
}
