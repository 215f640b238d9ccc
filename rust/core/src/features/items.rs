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
pub(super) const COUNTERS: usize = 6;

/// What metrics are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counter {
    Lines,
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
pub(super) struct Items<'source> {
    hashed: Vec<Hashed>,
    /// By identifier: its run in `subtokens`.
    identifiers: FxHashMap<&'source str, (u32, u32)>,
    subtokens: Vec<u32>,
    by_subtoken: FxHashMap<String, u32>,
    paths: &'source mut Paths,
}

/// Paths of kinds by number: tables, since every node asks three times. They are large beside a file, so one file's are
/// cleared for the next.
#[derive(Debug, Default)]
pub(super) struct Paths {
    /// By kind of parent and child: one more than the number of the pair's block, 0 for a pair not yet seen.
    pairs: Vec<u32>,
    /// By block, shape and the kind above or before the pair: the number of the path, 0 for one not yet seen.
    numbers: Vec<u32>,
    /// Which of them this file has set.
    set: Vec<u32>,
}

impl<'source> Items<'source> {
    pub(super) fn new(paths: &'source mut Paths) -> Self {
        paths.clear();
        Self {
            hashed: Vec::new(),
            identifiers: FxHashMap::default(),
            subtokens: Vec::new(),
            by_subtoken: FxHashMap::default(),
            paths,
        }
    }

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

    /// The number of a path. `shape` tells parent–child, grandparent–parent–child and sibling pairs apart; the last two
    /// kinds are the pair that all three end in.
    #[inline]
    pub(super) fn path(&mut self, shape: Shape, kinds: [Category; 3]) -> u32 {
        let place = self.paths.place(shape, kinds);
        let known = self.paths.numbers[place];
        if known != 0 {
            return known;
        }
        let key = kinds.iter().fold(shape as u64, |key, kind| key << 8 | *kind as u64);
        self.hashed.push(self::place([mix(1, key), mix(2, key)], PATHS_START, PATHS));
        let number = FIRST_HASHED + self.hashed.len() as u32 - 1;
        self.paths.numbers[place] = number;
        self.paths.set.push(place as u32);
        number
    }
}

/// A power of two that no category reaches, nor the number before it.
const KINDS_OF_PATHS: usize = (Category::ALL.len() + 1).next_power_of_two();
/// Of each pair: its grandchildren with, in the column that no category reaches, itself; its siblings.
const BLOCK: usize = 2 * KINDS_OF_PATHS;

impl Paths {
    /// Forgets the numbers of a file; where each path has its place stays.
    fn clear(&mut self) {
        for place in self.set.drain(..) {
            self.numbers[place as usize] = 0;
        }
    }

    fn place(&mut self, shape: Shape, [first, above, kind]: [Category; 3]) -> usize {
        let column = match shape {
            Shape::Child => KINDS_OF_PATHS - 1,
            Shape::Grandchild => first as usize,
            Shape::Siblings => KINDS_OF_PATHS + first as usize,
        };
        self.block(above, kind) * BLOCK + column
    }

    fn block(&mut self, above: Category, kind: Category) -> usize {
        if self.pairs.is_empty() {
            self.pairs.resize(KINDS_OF_PATHS * KINDS_OF_PATHS, 0);
        }
        let block = &mut self.pairs[above as usize * KINDS_OF_PATHS + kind as usize];
        if *block == 0 {
            self.numbers.resize(self.numbers.len() + BLOCK, 0);
            *block = (self.numbers.len() / BLOCK) as u32;
        }
        *block as usize - 1
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
