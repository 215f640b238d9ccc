//! Hashed features of the canonical form.
//!
//! | feature | what is hashed | weight |
//! |---|---|---|
//! | label | what one node shows by itself: its form, and the name of a library or the value of a literal | 2 |
//! | repeat | a label once more, with how many there are by then | ½ |
//! | children | a node with its children | 1 |
//! | subtree | a node with the three levels below it | ½ |
//! | path | a label with the loops and branches that it stands in | ½ |
//! | siblings | the labels of two nodes that stand next to each other | ¼ |
//! | chain | two occurrences of a variable that follow each other, each with what it stands in | 1 |
//!
//! Variables that the text names itself all show the same. The two lowest bits of a hash tell search the weight.

use super::arena::Arena;
use super::order::is_commutative;
use super::reader::{Names, binding_of, name_of};
use crate::language::Form;
use crate::names::{hash_text, mix};

/// Depths at which subtrees are cut off.
const CUT_DEPTHS: usize = 3;

/// More repeats of a label say no more.
const MOST_REPEATS: usize = 8;

/// A kind of feature: told apart from the others in the hash, with the logarithm of four times its weight.
#[derive(Clone, Copy)]
struct Kind(u64, u64);

const LABEL: Kind = Kind(11, 3);
const CHILDREN: Kind = Kind(12, 2);
const SUBTREE: Kind = Kind(13, 1);
const CHAIN: Kind = Kind(14, 2);
const REPEAT: Kind = Kind(16, 1);
const PATH: Kind = Kind(17, 1);
const SIBLINGS: Kind = Kind(18, 0);

/// What a variable shows.
const VARIABLE: u64 = 15;

const WEIGHT_BITS: u64 = 0b11;

/// The hashes of what a node shows by itself, and with one, two and three levels below it.
type Cut = [u64; CUT_DEPTHS + 1];

impl Kind {
    fn term(self, hash: u64) -> u64 {
        mix(self.0, hash) & !WEIGHT_BITS | self.1
    }
}

/// Every feature of an ordered form, some more than once, in no order.
pub(super) fn terms(arena: &Arena, names: &Names<'_>) -> Vec<u64> {
    let (cuts, heights) = cuts(arena, &hashed_names(names));
    let mut terms = Vec::with_capacity(arena.len() * 7);
    for (cut, height) in cuts.iter().zip(heights) {
        terms.push(LABEL.term(cut[0]));
        if height >= 1 {
            terms.push(CHILDREN.term(cut[1]));
        }
        if height >= 3 {
            terms.push(SUBTREE.term(cut[3]));
        }
    }
    add_repeats(&cuts, &mut terms);
    add_paths(arena, &cuts, &mut terms);
    add_siblings(arena, &cuts, &mut terms);
    add_chains(arena, &cuts, &mut terms);
    terms
}

/// The terms of a node's label, and of the node with its children.
pub(super) fn label_and_children(arena: &Arena, names: &Names<'_>) -> Vec<(u64, u64)> {
    let (cuts, _) = cuts(arena, &hashed_names(names));
    cuts.iter().map(|cut| (LABEL.term(cut[0]), CHILDREN.term(cut[1]))).collect()
}

/// The cuts of each node, and how many levels are below it.
fn cuts(arena: &Arena, words: &[u64]) -> (Vec<Cut>, Vec<u8>) {
    let mut cuts: Vec<Cut> = Vec::with_capacity(arena.len());
    let mut heights: Vec<u8> = Vec::with_capacity(arena.len());
    for node in 0..arena.len() as u32 {
        let mut cut = [head(arena, words, node); CUT_DEPTHS + 1];
        let mut height = 0;
        for child in arena.children(node) {
            let below = cuts[*child as usize];
            for depth in 1..=CUT_DEPTHS {
                cut[depth] = mix(cut[depth], below[depth - 1]);
            }
            height = height.max(heights[*child as usize].saturating_add(1));
        }
        cuts.push(cut);
        heights.push(height);
    }
    (cuts, heights)
}

fn add_repeats(cuts: &[Cut], terms: &mut Vec<u64>) {
    let mut labels: Vec<u64> = cuts.iter().map(|cut| cut[0]).collect();
    labels.sort_unstable();
    for run in labels.chunk_by(|left, right| left == right) {
        let repeats = 2..=run.len().min(MOST_REPEATS);
        terms.extend(repeats.map(|count| REPEAT.term(mix(run[0], count as u64))));
    }
}

fn add_paths(arena: &Arena, cuts: &[Cut], terms: &mut Vec<u64>) {
    let mut paths = vec![0_u64; arena.len()];
    // Parents stand after their children.
    for node in (0..arena.len() as u32).rev() {
        let path = paths[node as usize];
        terms.push(PATH.term(mix(path, cuts[node as usize][0])));
        let form = arena.form(node);
        let below = if matches!(form, Form::Each | Form::While | Form::If) { mix(path, form as u64) } else { path };
        for child in arena.children(node) {
            paths[*child as usize] = below;
        }
    }
}

fn add_siblings(arena: &Arena, cuts: &[Cut], terms: &mut Vec<u64>) {
    for node in 0..arena.len() as u32 {
        let labels = |pair: &[u32]| mix(cuts[pair[0] as usize][0], cuts[pair[1] as usize][0]);
        terms.extend(arena.children(node).windows(2).map(|pair| SIBLINGS.term(labels(pair))));
    }
}

/// The hash of each name.
pub(super) fn hashed_names(names: &Names<'_>) -> Vec<u64> {
    names.texts().iter().map(|text| name_hash(text)).collect()
}

/// What a node shows by itself.
pub(super) fn head(arena: &Arena, words: &[u64], node: u32) -> u64 {
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

fn add_chains(arena: &Arena, cuts: &[Cut], terms: &mut Vec<u64>) {
    let mut uses: Vec<Use> = Vec::new();
    for node in 0..arena.len() as u32 {
        for (position, child) in arena.children(node).iter().enumerate() {
            let binding = binding_of(arena.word(*child)).filter(|_| arena.form(*child) == Form::Variable);
            if let Some(binding) = binding {
                // What is assigned is written after its value was read.
                let is_written = arena.form(node) == Form::Assign && position == 0;
                let place = if is_written { node } else { *child };
                let operand = if is_commutative(arena.form(node)) { 0 } else { position.min(2) as u64 };
                uses.push((binding as u32, place, mix(cuts[node as usize][0], operand)));
            }
        }
    }
    uses.sort_unstable();
    for run in uses.chunk_by(|left, right| left.0 == right.0) {
        terms.extend(run.windows(2).map(|pair| CHAIN.term(mix(pair[0].2, pair[1].2))));
    }
}

/// The hash of a name as all languages write it: letters in lower case and digits only.
fn name_hash(text: &str) -> u64 {
    if text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()) {
        return hash_text(text, 2);
    }
    let mut plain = String::with_capacity(text.len());
    if text.is_ascii() {
        let kept = text.bytes().filter(u8::is_ascii_alphanumeric);
        plain.extend(kept.map(|byte| char::from(byte.to_ascii_lowercase())));
        return hash_text(&plain, 2);
    }
    for character in text.chars().filter(|character| character.is_alphanumeric()) {
        plain.extend(character.to_lowercase());
    }
    hash_text(&plain, 2)
}
