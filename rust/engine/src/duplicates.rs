//! Groups of functions that are nearly the same.

use rustc_hash::FxHashMap;
use sapwood_core::SyntaxTree;
use sapwood_core::forest::{shape_hash, subtree_hashes};
use sapwood_search::near_duplicates;

use crate::error::Result;
use crate::texts::Terms;

/// What texts are compared by.
pub(crate) struct Likeness {
    /// Hashes of all subtrees, ascending, each once.
    subtrees: Terms,
    /// Equal for texts that differ in consistently renamed names only.
    shape: u64,
}

impl Likeness {
    /// Of the subtree under `root`.
    pub(crate) fn of(source: &[u8], tree: &SyntaxTree, root: u32) -> Self {
        let mut subtrees = subtree_hashes(source, tree, root);
        subtrees.sort_unstable();
        subtrees.dedup();
        Self { subtrees, shape: shape_hash(source, tree, root) }
    }
}

/// The first document of each document's group. Documents of one shape are one document to the comparison of subtrees.
pub(crate) fn duplicate_groups(documents: &[Likeness], threshold: f64) -> Result<Vec<u32>> {
    let mut places: FxHashMap<u64, usize> = FxHashMap::default();
    let mut firsts: Vec<u32> = Vec::new();
    let mut place_of: Vec<usize> = Vec::with_capacity(documents.len());
    for (number, document) in documents.iter().enumerate() {
        let place = *places.entry(document.shape).or_insert_with(|| {
            firsts.push(number as u32);
            firsts.len() - 1
        });
        place_of.push(place);
    }
    let distinct: Vec<&[u64]> = firsts.iter().map(|first| documents[*first as usize].subtrees.as_slice()).collect();
    let groups = near_duplicates(&distinct, threshold)?;
    Ok(place_of.into_iter().map(|place| firsts[groups[place] as usize]).collect())
}

#[cfg(test)]
mod tests {
    use sapwood_core::Language;

    use crate::texts::{Languages, near_duplicates};

    #[test]
    fn renamed_and_nearly_equal_texts_share_a_group() {
        let long =
            "def f(a, b):\n    total = a + b\n    for x in range(total):\n        print(x, a)\n    return total * 2\n";
        let renamed = long.replace("total", "amount");
        let grown = format!("{long}    # the end\n");
        let texts = [long, "def g(x):\n    return [y for y in x if y]\n", renamed.as_str(), grown.as_str()];
        let groups = near_duplicates(&texts, Languages::All(Language::Python), 0.8).unwrap();
        assert_eq!(groups, [0, 1, 0, 0]);
    }
}
