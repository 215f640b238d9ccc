//! The order in which a class and its bases are searched.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

/// The orders of the classes that have bases: each class itself first. See [`Hierarchy::orders`].
pub(super) fn orders_of(bases: &BTreeMap<u32, Vec<u32>>) -> FxHashMap<u32, Vec<u32>> {
    let mut classes: Vec<u32> = bases.iter().flat_map(|(class, bases)| bases.iter().chain([class])).copied().collect();
    classes.sort_unstable();
    classes.dedup();
    let number = |class: &u32| classes.partition_point(|known| known < class) as u32;
    let numbered = |class: &u32| bases.get(class).map_or_else(Vec::new, |bases| bases.iter().map(number).collect());
    let orders = Hierarchy::new(classes.iter().map(numbered).collect()).orders();
    let named = |order: Vec<u32>| order.into_iter().map(|place| classes[place as usize]).collect::<Vec<_>>();
    let orders = orders.into_iter().map(named).filter(|order| order.len() > 1);
    orders.map(|order| (order[0], order)).collect()
}

/// The classes of a project and their bases, by number.
pub(super) struct Hierarchy {
    bases: Vec<Vec<u32>>,
    orders: Vec<Option<Vec<u32>>>,
}

/// Classes deeper in a hierarchy than this are searched in the order in which they are met.
const DEEPEST: usize = 64;

/// How many bases of a class are looked at, and how many classes its order has at most.
const MOST_BASES: usize = 32;
const LONGEST_ORDER: usize = 128;

impl Hierarchy {
    pub(super) fn new(bases: Vec<Vec<u32>>) -> Self {
        let orders = vec![None; bases.len()];
        Self { bases, orders }
    }

    /// The order of each class: itself first. By C3 linearisation (Barrett et al. 1996, as Python has it); where a
    /// hierarchy has no such order, depth first.
    pub(super) fn orders(mut self) -> Vec<Vec<u32>> {
        for class in 0..self.bases.len() as u32 {
            self.order(class, 0);
        }
        self.orders.into_iter().map(Option::unwrap_or_default).collect()
    }

    fn order(&mut self, class: u32, depth: usize) -> Vec<u32> {
        if let Some(order) = &self.orders[class as usize] {
            return order.clone();
        }
        // A class that is its own base, on the way down: it ends here.
        self.orders[class as usize] = Some(vec![class]);
        let mut bases = if depth < DEEPEST { self.bases[class as usize].clone() } else { Vec::new() };
        bases.truncate(MOST_BASES);
        let mut lists: Vec<Vec<u32>> = bases.iter().map(|base| self.order(*base, depth + 1)).collect();
        lists.push(bases);
        let mut order = vec![class];
        order.extend(merge(lists.clone()).unwrap_or_else(|| first_met(&lists)));
        order.truncate(LONGEST_ORDER);
        self.orders[class as usize] = Some(order.clone());
        order
    }
}

/// The merge step of C3: repeatedly takes the first head that is in no other list's tail.
fn merge(mut lists: Vec<Vec<u32>>) -> Option<Vec<u32>> {
    let mut merged = Vec::new();
    loop {
        lists.retain(|list| !list.is_empty());
        if lists.is_empty() {
            return Some(merged);
        }
        let in_tail = |head: u32| lists.iter().any(|list| list[1..].contains(&head));
        let next = lists.iter().map(|list| list[0]).find(|head| !in_tail(*head))?;
        merged.push(next);
        for list in &mut lists {
            list.retain(|class| *class != next);
        }
    }
}

fn first_met(lists: &[Vec<u32>]) -> Vec<u32> {
    let mut met = Vec::new();
    for class in lists.iter().flatten() {
        if !met.contains(class) {
            met.push(*class);
        }
    }
    met
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_keep_their_numbers() {
        let bases = BTreeMap::from([(9, vec![7, 4]), (7, vec![2]), (4, vec![2])]);
        let mut orders: Vec<_> = orders_of(&bases).into_values().collect();
        orders.sort();
        assert_eq!(orders, [vec![4, 2], vec![7, 2], vec![9, 7, 4, 2]]);
    }

    #[test]
    fn classes_are_searched_in_pythons_order() {
        type Case = (&'static str, &'static [&'static [u32]], &'static [u32]);
        let cases: &[Case] = &[
            ("a diamond", &[&[], &[0], &[0], &[1, 2]], &[3, 1, 2, 0]),
            ("a chain", &[&[], &[0], &[1]], &[2, 1, 0]),
            ("a shared root behind two levels", &[&[], &[0], &[1], &[0], &[2, 3]], &[4, 2, 1, 3, 0]),
            ("no consistent order", &[&[], &[0], &[0, 1]], &[2, 0, 1]),
            ("a circle", &[&[1], &[0]], &[1, 0]),
        ];
        for (what, bases, expected) in cases {
            let orders = Hierarchy::new(bases.iter().map(|of| of.to_vec()).collect()).orders();
            assert_eq!(orders.last().map(Vec::as_slice), Some(*expected), "{what}");
        }
    }
}
