//! Laws of forests, structure terms and vocabularies.

use proptest::collection::vec;
use proptest::prelude::*;

use super::skeleton::Skeleton;
use super::*;
use crate::language::{Category, Language};
use crate::rewrite::{Preserving, preserve};
use crate::snippets::{file, function, parsed};
use crate::syntax::{ParseLimits, SyntaxTree, parse};

/// A tree without sharing: tokens and number of children of each node in pre-order.
type Plain = Vec<(Vec<u32>, usize)>;

fn vocabulary(texts: &[&str], size: usize) -> Vocabulary {
    let mut counter = VocabularyCounter::default();
    for text in texts {
        counter.add(text.as_bytes(), &parsed(text), 0);
    }
    Vocabulary::build(&counter, size)
}

fn forest(vocabulary: &Vocabulary, view: NameView, texts: &[&str]) -> Forest {
    let mut builder = ForestBuilder::new(vocabulary, view);
    for text in texts {
        builder.push(text.as_bytes(), &parsed(text), 0);
    }
    builder.finish()
}

fn unfolded(forest: &Forest, tree: usize) -> Plain {
    let mut plain = Vec::new();
    let mut waiting = vec![forest.roots[tree]];
    while let Some(node) = waiting.pop() {
        let children = forest.children_of(node);
        plain.push((forest.tokens_of(node).to_vec(), children.len()));
        waiting.extend(children.iter().rev());
    }
    plain
}

/// The same from the tree itself, without hash-consing.
fn plain(vocabulary: &Vocabulary, source: &str, view: NameView) -> Plain {
    let tree = parsed(source);
    let skeleton = Skeleton::of(&tree, 0);
    let naming = naming::Naming::new(source.as_bytes(), &tree, 0, &skeleton, view);
    let node = |kept: usize| {
        let (syntax, label) = (skeleton.syntax[kept], skeleton.labels[kept]);
        let operators: Vec<Category> =
            tree.children(syntax).map(|child| tree.category(child)).filter(|child| child.is_operator()).collect();
        let operators = if labels::has_operators(label.category) { &operators[..] } else { &[] };
        let tokens = vocabulary.entry(label, operators, naming.word(&tree, syntax, label.category));
        (tokens.as_slice().to_vec(), skeleton.children(kept as u32).count())
    };
    (0..skeleton.len()).map(node).collect()
}

fn tree_row(indptr: &[u32], tree: usize) -> std::ops::Range<usize> {
    indptr[tree] as usize..indptr[tree + 1] as usize
}

fn check_levels(forest: &Forest) {
    let mut start = 0;
    for (level, end) in forest.level_ends.iter().enumerate() {
        for node in start..*end {
            let children = forest.children_of(node);
            let previous = if level == 0 { 0 } else { forest.level_ends[level - 1] };
            assert!(children.iter().all(|child| *child < previous), "children are in lower levels");
            let below = if level < 2 { 0 } else { forest.level_ends[level - 2] };
            assert!(level == 0 || children.iter().any(|child| *child >= below), "no level is higher than it must be");
        }
        start = *end;
    }
    assert_eq!(start as usize, forest.unique_nodes());
}

fn check_nodes_are_distinct(forest: &Forest) {
    let key = |node: u32| (forest.tokens_of(node), forest.children_of(node));
    let mut keys: Vec<_> = (0..forest.unique_nodes() as u32).map(key).collect();
    keys.sort_unstable();
    assert!(keys.windows(2).all(|pair| pair[0] != pair[1]));
}

fn check_pools(forest: &Forest) {
    for tree in 0..forest.len() {
        let mut expected = vec![0; forest.unique_nodes()];
        let mut waiting = vec![forest.roots[tree]];
        while let Some(node) = waiting.pop() {
            expected[node as usize] += 1;
            waiting.extend(forest.children_of(node));
        }
        let pool = tree_row(&forest.pool_indptr, tree);
        assert!(forest.pool_nodes[pool.clone()].is_sorted_by(|left, right| left < right));
        assert_eq!(forest.pool_counts[pool.clone()].iter().sum::<u32>(), forest.tree_sizes[tree]);
        for place in pool {
            assert_eq!(forest.pool_counts[place], expected[forest.pool_nodes[place] as usize]);
        }
        assert_eq!(expected.iter().sum::<u32>(), forest.tree_sizes[tree]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_forest_unfolds_to_its_trees(texts in vec(file(), 1..4), size in 300_usize..2000) {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let vocabulary = vocabulary(&texts, size);
        for view in [NameView::Keep, NameView::Anonymous] {
            let forest = forest(&vocabulary, view, &texts);
            for (tree, text) in texts.iter().enumerate() {
                prop_assert_eq!(unfolded(&forest, tree), plain(&vocabulary, text, view));
            }
            check_levels(&forest);
            check_nodes_are_distinct(&forest);
            check_pools(&forest);
            let ids = 0..vocabulary.len() as u32;
            prop_assert!(forest.entry_tokens.iter().all(|token| ids.contains(token)));
            prop_assert!(forest.entry_indptr.windows(2).all(|pair| (1..=8).contains(&(pair[1] - pair[0]))));
        }
    }

    #[test]
    fn the_order_of_a_batch_changes_no_tree(texts in vec(function(), 2..5)) {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let reversed: Vec<&str> = texts.iter().rev().copied().collect();
        let vocabulary = vocabulary(&texts, 1000);
        let (forward, backward) =
            (forest(&vocabulary, NameView::Keep, &texts), forest(&vocabulary, NameView::Keep, &reversed));
        prop_assert_eq!(forward.unique_nodes(), backward.unique_nodes());
        for tree in 0..texts.len() {
            prop_assert_eq!(unfolded(&forward, tree), unfolded(&backward, texts.len() - 1 - tree));
        }
    }

    #[test]
    fn renaming_locals_shows_only_where_names_are_kept(source in file(), seed in any::<u64>()) {
        if let Some(renamed) = preserve(&source, &parsed(&source), Preserving::RenameLocals, seed).unwrap() {
            let texts = [source.as_str(), renamed.source.as_str()];
            let (before, after) = (parsed(texts[0]), parsed(texts[1]));
            let forest = forest(&vocabulary(&texts, 1000), NameView::Anonymous, &texts);
            prop_assert_eq!(forest.roots[0], forest.roots[1]);
            prop_assert_eq!(shape_hash(texts[0].as_bytes(), &before, 0), shape_hash(texts[1].as_bytes(), &after, 0));
            prop_assert_eq!(
                structure_terms(texts[0].as_bytes(), &before, 0), structure_terms(texts[1].as_bytes(), &after, 0));
            prop_assert_ne!(
                subtree_hashes(texts[0].as_bytes(), &before, 0)[0], subtree_hashes(texts[1].as_bytes(), &after, 0)[0]);
        }
    }

    #[test]
    fn mirrored_comparisons_have_the_same_structure(source in file(), seed in any::<u64>()) {
        if let Some(mirrored) = preserve(&source, &parsed(&source), Preserving::MirrorComparison, seed).unwrap() {
            let before = structure_terms(source.as_bytes(), &parsed(&source), 0);
            let after = structure_terms(mirrored.source.as_bytes(), &parsed(&mirrored.source), 0);
            prop_assert_eq!(before, after);
        }
    }

    #[test]
    fn hashes_agree_with_sharing(source in file()) {
        let tree = parsed(&source);
        let hashes = subtree_hashes(source.as_bytes(), &tree, 0);
        prop_assert_eq!(hashes.len(), Skeleton::of(&tree, 0).len());
        let terms = structure_terms(source.as_bytes(), &tree, 0);
        prop_assert!(terms.is_sorted_by(|left, right| left < right));
    }
}

fn same_tree(left: &str, right: &str, view: NameView) -> bool {
    let vocabulary = vocabulary(&[left, right, left, right], 5000);
    let forest = forest(&vocabulary, view, &[left, right]);
    forest.roots[0] == forest.roots[1]
}

#[test]
fn trees_are_equal_exactly_where_they_should_be() {
    for (left, right, kept, anonymous) in [
        ("def f(a):\n    return a", "def g(a):\n    return a", true, true),
        ("def f(a):\n    return f(a)", "def g(a):\n    return g(a)", true, true),
        ("def f(a):\n    return a", "def f(b):\n    return b", false, true),
        ("def f(a):\n    return a.b", "def f(a):\n    return a.c", false, false),
        ("def f(a):\n    return len(a)", "def f(a):\n    return max(a)", false, false),
        ("def f(a, b):\n    return a", "def f(a, b):\n    return b", false, false),
        ("def f(a):\n    import b\n    'doc'\n    # note\n    return (a)", "def f(a):\n    return a", true, true),
        ("f(a, b)", "f(b, a)", false, false),
        ("a < b", "b < a", false, false),
        ("a if b else c", "c if b else a", false, false),
        ("a[1:]", "a[:1]", false, false),
        ("a + b", "a - b", false, false),
        ("a < b <= c", "a <= b < c", false, false),
        ("f(*a)", "f(**a)", false, false),
        ("x = ''", "x = 'word'", false, false),
        ("x = 0", "x = 1", false, false),
        ("x = 'two words'", "x = 'other words'", true, true),
        ("x = 1\nx", "y = 1\ny", false, true),
    ] {
        assert_eq!(same_tree(left, right, NameView::Keep), kept, "{left} | {right}");
        assert_eq!(same_tree(left, right, NameView::Anonymous), anonymous, "{left} | {right}");
    }
}

#[test]
fn a_function_has_one_tree_alone_and_in_its_file() {
    let alone = "def f(a):\n    return a + f(1)\n";
    let source = format!(
        "import os\n\nclass C:\n    x = 1\n\n{}",
        alone.replace("def", "    def").replace("    return", "        return")
    );
    let tree = parsed(&source);
    let node = (0..tree.len() as u32).find(|node| tree.category(*node) == Category::Function).unwrap();
    let vocabulary = vocabulary(&[alone], 1000);
    let mut builder = ForestBuilder::new(&vocabulary, NameView::Keep);
    builder.push(source.as_bytes(), &tree, node);
    builder.push(alone.as_bytes(), &parsed(alone), 0);
    let forest = builder.finish();
    assert_eq!(forest.roots[0], forest.roots[1]);
    assert_eq!(forest.statement_lines, vec![6, 7, 1, 2]);
    assert_eq!(forest.statement_nodes[0], forest.roots[0]);
    assert_eq!(shape_hash(source.as_bytes(), &tree, node), shape_hash(alone.as_bytes(), &parsed(alone), 0));
}

#[test]
fn statements_stand_for_their_first_line() {
    let source = "x = f(\n    1)\nif x:\n    g(x)\n    g(x)\nelse:\n    pass\n";
    let forest = forest(&vocabulary(&[source], 1000), NameView::Keep, &[source]);
    assert_eq!(forest.statement_lines, vec![1, 3, 4, 5, 7]);
    assert_eq!(forest.statement_nodes[2], forest.statement_nodes[3]);
}

#[test]
fn texts_of_nothing_have_a_tree() {
    for source in ["", "# only a note\n", "'only a docstring'\n", "import os\n"] {
        let forest = forest(&vocabulary(&["x = 1"], 1000), NameView::Anonymous, &[source]);
        assert_eq!((forest.tree_sizes[0], forest.unique_nodes()), (1, 1), "{source}");
    }
}

/// A tree so deep that any recursion over it would overflow the stack of a test thread.
fn deep_tree() -> (String, SyntaxTree) {
    let source = format!("x = y{}\n", ".a[0]".repeat(50_000));
    let limits = ParseLimits::unbounded();
    let tree = parse(Language::Python, source.as_bytes(), &limits).unwrap();
    (source, tree)
}

#[test]
fn depth_is_no_limit() {
    let (source, tree) = deep_tree();
    let vocabulary = vocabulary(&["x = y.a[0]"], 1000);
    let mut builder = ForestBuilder::new(&vocabulary, NameView::Anonymous);
    builder.push(source.as_bytes(), &tree, 0);
    let forest = builder.finish();
    assert!(forest.level_ends.len() > 100_000, "{}", forest.level_ends.len());
    assert!(!structure_terms(source.as_bytes(), &tree, 0).is_empty());
    assert_ne!(shape_hash(source.as_bytes(), &tree, 0), 0);
}

#[test]
fn a_vocabulary_survives_being_written() {
    let built = vocabulary(&["def get_user(name):\n    return name + get_user(name)\n", "total = total + 1\n"], 1000);
    let read: Vocabulary = serde_json::from_str(&serde_json::to_string(&built).unwrap()).unwrap();
    assert_eq!(read.tokens(), built.tokens());
    assert_eq!(read.fingerprint(), built.fingerprint());
    let texts = ["def get_user(name): return unheard_of(name)"];
    assert_eq!(forest(&read, NameView::Keep, &texts), forest(&built, NameView::Keep, &texts));
    assert!(built.tokens().contains(&"subtoken:total".to_owned()));
    assert!(!built.tokens().contains(&"subtoken:user".to_owned()), "only seen as the tree's own name");
}

#[test]
fn counts_can_be_merged_in_any_order() {
    let texts = ["def f(a):\n    return a + a\n", "for item in items:\n    item.run(a)\n"];
    let counters = texts.map(|text| {
        let mut counter = VocabularyCounter::default();
        counter.add(text.as_bytes(), &parsed(text), 0);
        counter
    });
    let mut forward = counters[0].clone();
    forward.merge(&counters[1]);
    let mut backward = counters[1].clone();
    backward.merge(&counters[0]);
    let built = Vocabulary::build(&forward, 5000);
    assert_eq!(built.fingerprint(), Vocabulary::build(&backward, 5000).fingerprint());
    assert_eq!(built.fingerprint(), vocabulary(&texts, 5000).fingerprint());
}

#[test]
fn a_vocabulary_keeps_to_its_size_but_never_loses_the_fixed_tokens() {
    let texts = ["def f(name, size):\n    return name.size + size.name\n"];
    let fixed = vocabulary(&[], 0).len();
    assert_eq!(vocabulary(&texts, 0).len(), fixed);
    assert_eq!(vocabulary(&texts, fixed + 3).len(), fixed + 3);
    assert!(forest(&vocabulary(&texts, 0), NameView::Keep, &texts).tree_sizes[0] > 5);
}

#[test]
fn damaged_vocabularies_are_refused_by_name() {
    let good = serde_json::to_value(vocabulary(&["x = y"], 1000)).unwrap();
    let refused = |damage: &dyn Fn(&mut serde_json::Value)| {
        let mut damaged = good.clone();
        damage(&mut damaged);
        serde_json::from_value::<Vocabulary>(damaged).unwrap_err().to_string()
    };
    assert!(refused(&|file| file["format"] = 99.into()).contains("format 99"));
    assert!(refused(&|file| file["tokens"][0] = "other".into()).contains("fixed tokens"));
    let unknown = refused(&|file| file["tokens"].as_array_mut().unwrap().push("strange".into()));
    assert!(unknown.contains("unknown or repeated"), "{unknown}");
    let repeated = refused(&|file| {
        let tokens = file["tokens"].as_array_mut().unwrap();
        tokens.push(tokens.last().unwrap().clone());
    });
    assert!(repeated.contains("unknown or repeated"), "{repeated}");
}
