//! Hashed features of the canonical form.
//!
//! | feature | what is hashed |
//! |---|---|
//! | label | what one node shows by itself: its form, and the name of a library or the value of a literal |
//! | subtree | a node with its children, and with the two levels below these |
//! | chain | two occurrences of a variable that follow each other, each with what it stands in |
//!
//! Variables that the text names itself all show the same.

use super::arena::Arena;
use super::reader::{Names, binding_of, name_of};
use super::simplify::used;
use crate::language::Form;
use crate::names::{hash_text, mix};

/// Depths at which subtrees are cut off.
const CUT_DEPTHS: usize = 3;

/// Told apart from each other in the hash.
const LABEL: u64 = 11;
const CHILDREN: u64 = 12;
const DEEP: u64 = 13;
const CHAIN: u64 = 14;
const VARIABLE: u64 = 15;

/// The bit of a term that is a label: search lets it count for more.
const LABEL_BIT: u64 = 1;

/// The hashes of what a node shows by itself, and with one, two and three levels below it.
type Cut = [u64; CUT_DEPTHS + 1];

/// Every feature of the form under `root`, repeated as often as it occurs, in no order.
pub(super) fn terms(arena: &Arena, names: &Names<'_>, root: u32) -> Vec<u64> {
    let used = used(arena, root);
    let words: Vec<u64> = names.texts().iter().map(|text| name_hash(text)).collect();
    let mut terms = Vec::with_capacity(arena.len() * 4);
    let mut cuts: Vec<Cut> = Vec::with_capacity(arena.len());
    let mut heights: Vec<u8> = Vec::with_capacity(arena.len());
    for node in 0..arena.len() as u32 {
        let mut cut = [head(arena, &words, node); CUT_DEPTHS + 1];
        let mut height = 0;
        for child in arena.children(node) {
            let below = cuts[*child as usize];
            for depth in 1..=CUT_DEPTHS {
                cut[depth] = mix(cut[depth], below[depth - 1]);
            }
            height = height.max(heights[*child as usize].saturating_add(1));
        }
        if used[node as usize] {
            terms.push(mix(LABEL, cut[0]) | LABEL_BIT);
            if height >= 1 {
                terms.push(mix(CHILDREN, cut[1]) & !LABEL_BIT);
            }
            if height >= 3 {
                terms.push(mix(DEEP, cut[3]) & !LABEL_BIT);
            }
        }
        cuts.push(cut);
        heights.push(height);
    }
    add_chains(arena, &used, &cuts, &mut terms);
    terms
}

/// What a node shows by itself.
fn head(arena: &Arena, words: &[u64], node: u32) -> u64 {
    let (form, word) = (arena.form(node), arena.word(node));
    match form {
        Form::Variable if binding_of(word).is_some() => VARIABLE,
        Form::Variable => mix(Form::Name as u64, words[name_of(word)]),
        Form::Field => mix(form as u64, words[word as usize]),
        Form::Call if word > 0 => mix(form as u64, words[word as usize - 1]),
        _ => mix(form as u64, word),
    }
}

/// An occurrence of a variable: its binding, place in the order of running, what it stands in and where there.
type Use = (u32, u32, u64);

fn add_chains(arena: &Arena, used: &[bool], cuts: &[Cut], terms: &mut Vec<u64>) {
    let mut uses: Vec<Use> = Vec::new();
    for node in (0..arena.len() as u32).filter(|node| used[*node as usize]) {
        for (position, child) in arena.children(node).iter().enumerate() {
            let binding = binding_of(arena.word(*child)).filter(|_| arena.form(*child) == Form::Variable);
            if let Some(binding) = binding {
                // What is assigned is written after its value was read.
                let is_written = arena.form(node) == Form::Assign && position == 0;
                let place = if is_written { node } else { *child };
                uses.push((binding as u32, place, mix(cuts[node as usize][0], position.min(2) as u64)));
            }
        }
    }
    uses.sort_unstable();
    for run in uses.chunk_by(|left, right| left.0 == right.0) {
        terms.extend(run.windows(2).map(|pair| mix(mix(CHAIN, pair[0].2), pair[1].2) & !LABEL_BIT));
    }
}

/// The hash of a name as all languages write it: letters in lower case and digits only.
fn name_hash(text: &str) -> u64 {
    if text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()) {
        return hash_text(text, 2);
    }
    let mut plain = String::with_capacity(text.len());
    for character in text.chars().filter(|character| character.is_alphanumeric()) {
        plain.extend(character.to_lowercase());
    }
    hash_text(&plain, 2)
}
