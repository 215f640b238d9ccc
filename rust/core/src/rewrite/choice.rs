//! Seeded choices.

use crate::names::{hash_text, mix};

/// A stream of choices that seed and purpose determine (a counter through a mixing function).
#[derive(Debug)]
pub(super) struct Choice {
    state: u64,
}

impl Choice {
    pub(super) fn new(seed: u64, purpose: &str) -> Self {
        Self { state: mix(hash_text(purpose, 0), seed) }
    }

    /// A number below `count`, each with equal chance (up to 2⁻⁶⁴ · `count`).
    pub(super) fn below(&mut self, count: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let drawn = mix(self.state, 0);
        ((u128::from(drawn) * count as u128) >> 64) as usize
    }

    /// One of the items; none where there are none.
    pub(super) fn pick<'items, Item>(&mut self, items: &'items [Item]) -> Option<&'items Item> {
        items.get(self.below(items.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_gets_its_share() {
        let mut drawn = [0_u32; 7];
        for seed in 0..7_000 {
            drawn[Choice::new(seed, "test").below(7)] += 1;
        }
        assert!(drawn.iter().all(|count| (850..1150).contains(count)), "{drawn:?}");
    }

    #[test]
    fn of_nothing_nothing_is_chosen() {
        assert_eq!(Choice::new(1, "test").pick::<u8>(&[]), None);
    }
}
