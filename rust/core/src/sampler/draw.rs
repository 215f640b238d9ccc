//! Draws without replacement.

use crate::names::mix;

/// A stream of numbers from a hash (`SplitMix64`, Steele et al. 2014).
struct Stream(u64);

impl Stream {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number in `0..=bound`, by multiplication (Lemire 2019, without the rejection: the bias is below 2⁻³²).
    fn up_to(&mut self, bound: u32) -> u32 {
        (((self.next() >> 32) * (u64::from(bound) + 1)) >> 32) as u32
    }
}

/// Chooses `count` of `0..population`, ascending (Floyd's algorithm, Bentley and Floyd 1987). All of them when there
/// are no more.
pub(super) fn draw(population: u32, count: u32, key: u64, chosen: &mut Vec<u32>) {
    chosen.clear();
    if count >= population {
        chosen.extend(0..population);
        return;
    }
    let mut stream = Stream(key);
    for candidate in population - count..population {
        let number = stream.up_to(candidate);
        match chosen.binary_search(&number) {
            // The candidate is larger than all that were chosen before.
            Ok(_) => chosen.push(candidate),
            Err(place) => chosen.insert(place, number),
        }
    }
}

/// The key of a node's draw in a relation.
pub(super) fn key(seed: u64, node: u32, relation: usize) -> u64 {
    mix(mix(mix(0, seed), u64::from(node)), relation as u64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn draws_are_distinct_ascending_and_in_range(population in 0_u32..200, count in 0_u32..200, key: u64) {
            let mut chosen = Vec::new();
            draw(population, count, key, &mut chosen);
            prop_assert_eq!(chosen.len() as u32, count.min(population));
            prop_assert!(chosen.windows(2).all(|pair| pair[0] < pair[1]));
            prop_assert!(chosen.iter().all(|number| *number < population));
        }
    }

    #[test]
    fn every_member_is_drawn_about_equally_often() {
        let (mut hits, mut chosen) = ([0_u32; 10], Vec::new());
        for node in 0..10_000 {
            draw(10, 3, key(7, node, 1), &mut chosen);
            for number in &chosen {
                hits[*number as usize] += 1;
            }
        }
        assert!(hits.iter().all(|count| (2_800..3_200).contains(count)), "{hits:?}");
    }
}
