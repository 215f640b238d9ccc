//! What is counted, numbered within a file.

use rustc_hash::FxHashMap;

use super::schema::{KINDS, LITERALS, NAMES, PATHS, PATHS_START};
use crate::language::Category;
use crate::names::{for_each_subtoken, hash_text, mix};

/// Numbers below are the columns of the kinds block, then those of the literals block, then the counters.
pub(super) const FIRST_LITERAL: u32 = KINDS as u32;
const FIRST_COUNTER: u32 = FIRST_LITERAL + LITERALS as u32;
const FIRST_HASHED: u32 = FIRST_COUNTER + COUNTERS as u32;

/// Number of counters.
pub(super) const COUNTERS: usize = 7;

/// What metrics are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counter {
    Lines,
    Nodes,
    Decisions,
    Parameters,
    Returns,
    Loops,
    Branches,
}

impl Counter {
    pub(super) fn item(self) -> u32 {
        FIRST_COUNTER + self as u32
    }
}

/// The number of a category's column.
pub(super) fn kind_item(category: Category) -> u32 {
    category as u32
}

/// What a number stands for.
pub(super) enum Item {
    Kind(u16),
    Literal(u16),
    Counter(usize),
    Hashed(Hashed),
}

/// The two columns of a hashed thing, each with its sign.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Hashed {
    pub(super) columns: [u16; 2],
    pub(super) signs: [f32; 2],
}

/// Subtokens of names and paths of kinds, each with a number.
#[derive(Default)]
pub(super) struct Items<'source> {
    hashed: Vec<Hashed>,
    /// By identifier: its run in `subtokens`.
    identifiers: FxHashMap<&'source str, (u32, u32)>,
    subtokens: Vec<u32>,
    by_subtoken: FxHashMap<String, u32>,
    by_path: FxHashMap<u64, u32>,
}

impl<'source> Items<'source> {
    /// One more than the largest number.
    pub(super) fn len(&self) -> usize {
        FIRST_HASHED as usize + self.hashed.len()
    }

    pub(super) fn get(&self, item: u32) -> Item {
        match item {
            kind if kind < FIRST_LITERAL => Item::Kind(kind as u16),
            literal if literal < FIRST_COUNTER => Item::Literal((literal - FIRST_LITERAL) as u16),
            counter if counter < FIRST_HASHED => Item::Counter((counter - FIRST_COUNTER) as usize),
            hashed => Item::Hashed(self.hashed[(hashed - FIRST_HASHED) as usize]),
        }
    }

    /// The numbers of an identifier's subtokens.
    pub(super) fn subtokens(&mut self, identifier: &'source str) -> &[u32] {
        let known = self.identifiers.get(identifier).copied();
        let (start, end) = known.unwrap_or_else(|| self.add_identifier(identifier));
        &self.subtokens[start as usize..end as usize]
    }

    fn add_identifier(&mut self, identifier: &'source str) -> (u32, u32) {
        let start = self.subtokens.len() as u32;
        let (hashed, by_subtoken, subtokens) = (&mut self.hashed, &mut self.by_subtoken, &mut self.subtokens);
        for_each_subtoken(identifier, |subtoken| {
            let known = by_subtoken.get(subtoken).copied();
            subtokens.push(known.unwrap_or_else(|| {
                hashed.push(place([hash_text(subtoken, 1), hash_text(subtoken, 2)], 0, NAMES));
                let item = FIRST_HASHED + hashed.len() as u32 - 1;
                by_subtoken.insert(subtoken.to_owned(), item);
                item
            }));
        });
        let run = (start, self.subtokens.len() as u32);
        self.identifiers.insert(identifier, run);
        run
    }

    /// The number of a path. `shape` tells parent–child, grandparent–parent–child and sibling pairs apart.
    pub(super) fn path(&mut self, shape: Shape, kinds: [Category; 3]) -> u32 {
        let key = kinds.iter().fold(shape as u64, |key, kind| key << 8 | *kind as u64);
        let hashed = &mut self.hashed;
        *self.by_path.entry(key).or_insert_with(|| {
            hashed.push(place([mix(1, key), mix(2, key)], PATHS_START, PATHS));
            FIRST_HASHED + hashed.len() as u32 - 1
        })
    }
}

/// Which nodes a path joins.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    Child = 1,
    Grandchild = 2,
    Siblings = 3,
}

fn place(hashes: [u64; 2], start: u16, size: u16) -> Hashed {
    Hashed {
        columns: hashes.map(|hash| start + (hash % u64::from(size)) as u16),
        signs: hashes.map(|hash| if hash >> 63 == 0 { 1.0 } else { -1.0 }),
    }
}
