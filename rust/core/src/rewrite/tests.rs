//! Laws of rewrites, and their exact results on small texts.

use proptest::prelude::*;

use super::*;
use crate::snippets::{file, parsed};

fn without_spaces(text: &str) -> String {
    text.chars().filter(|character| !character.is_whitespace()).collect()
}

/// Every different result over many seeds, sorted.
fn all_results(rewrite: impl Fn(u64) -> Option<Rewritten>) -> Vec<String> {
    let mut results: Vec<String> = (0..200).filter_map(rewrite).map(|rewritten| rewritten.source).collect();
    results.sort_unstable();
    results.dedup();
    results
}

fn check_result(source: &str, rewritten: &Rewritten) {
    let tree = parsed(&rewritten.source);
    assert!(!tree.is_empty());
    assert_ne!(without_spaces(source), without_spaces(&rewritten.source), "{}", rewritten.kind);
    let line_count = rewritten.source.lines().count() as u32;
    assert!(!rewritten.lines.is_empty() && rewritten.lines.is_sorted());
    assert!(rewritten.lines.iter().all(|line| (1..=line_count).contains(line)), "{:?}", rewritten.lines);
    let (old, new): (Vec<&str>, Vec<&str>) = (source.lines().collect(), rewritten.source.lines().collect());
    // Blocks that change places carry the lines between them along.
    if old.len() == new.len() && rewritten.kind != Preserving::SwapBranches.name() {
        let changed = (0..old.len()).filter(|line| old[*line] != new[*line]).map(|line| line as u32 + 1);
        assert!(changed.into_iter().all(|line| rewritten.lines.contains(&line)), "{}\n{}", source, rewritten.source);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rewrites_are_sound_changes_drawn_by_seed(source in file(), seed in any::<u64>()) {
        let tree = parsed(&source);
        for kind in Mutation::ALL {
            let rewritten = mutate(&source, &tree, *kind, seed);
            prop_assert_eq!(&rewritten, &mutate(&source, &tree, *kind, seed));
            if let Some(rewritten) = rewritten { check_result(&source, &rewritten); }
        }
        for kind in Preserving::ALL {
            let rewritten = preserve(&source, &tree, *kind, seed);
            if let Some(rewritten) = rewritten { check_result(&source, &rewritten); }
        }
    }

    /// An edit that would not parse is withheld; that must never be needed.
    #[test]
    fn no_edit_breaks_the_text(source in file(), seed in any::<u64>()) {
        let tree = parsed(&source);
        let text = Text::new(&source, &tree).unwrap();
        let mut choice = Choice::new(seed, "test");
        let edits = [
            mutate::variable_misuse(&text, &mut choice), mutate::wrong_operator(&text, &mut choice),
            mutate::wrong_literal(&text, &mut choice), mutate::swapped_arguments(&text, &mut choice),
            mutate::negated_condition(&text, &mut choice), rename::rename_locals(&text, &mut choice),
            preserve::mirror_comparison(&text, &mut choice), preserve::swap_branches(&text, &mut choice),
            preserve::swap_conditional(&text, &mut choice), preserve::augmented_assignment(&text, &mut choice),
            preserve::expand_negation(&text, &mut choice),
        ];
        for edits in edits.iter().flatten() {
            parsed(&edit::apply(&source, edits).0);
        }
    }
}

#[test]
fn mutations_make_exactly_the_small_mistakes() {
    for (kind, source, expected) in [
        (Mutation::VariableMisuse, "def f(a, b):\n    return g(a)", vec!["def f(a, b):\n    return g(b)"]),
        (Mutation::VariableMisuse, "def f(self, a):\n    return self.g(a)", vec![]),
        (Mutation::VariableMisuse, "def f(a):\n    def g(b): return b\n    return a", vec![]),
        (Mutation::VariableMisuse, "def f(a):\n    x = a\n    y = 1", vec![]),
        (Mutation::WrongOperator, "x = a < b", vec!["x = a <= b", "x = a > b"]),
        (Mutation::WrongOperator, "x += 1", vec!["x -= 1"]),
        (Mutation::WrongOperator, "x = a is not b", vec!["x = a is b"]),
        (Mutation::WrongOperator, "x = '%s' % a", vec![]),
        (Mutation::WrongOperator, "x: int | None = a", vec![]),
        (Mutation::WrongOperator, "for x in a: pass", vec![]),
        (Mutation::WrongLiteral, "x = 3", vec!["x = 2", "x = 4"]),
        (Mutation::WrongLiteral, "x = 0", vec!["x = 1"]),
        (Mutation::WrongLiteral, "x = True", vec!["x = False"]),
        (Mutation::WrongLiteral, "x = b'ab\\n'", vec!["x = b''"]),
        (Mutation::WrongLiteral, "'text'\nx = ''", vec![]),
        (Mutation::WrongLiteral, "import a\nx = f'{a}'", vec![]),
        (Mutation::SwappedArguments, "f(a, b, *c, k=d)", vec!["f(b, a, *c, k=d)"]),
        (Mutation::SwappedArguments, "f(a, a)\nmax(a, b)\nclass C(A, B): pass", vec![]),
        (Mutation::SwappedArguments, "x = a - b.c", vec!["x = b.c - a"]),
        (Mutation::SwappedArguments, "x = a + b", vec![]),
        (Mutation::NegatedCondition, "if a: b", vec!["if not a: b"]),
        (Mutation::NegatedCondition, "if(a): b", vec!["if not (a): b"]),
        (Mutation::NegatedCondition, "if (not a): b", vec!["if (a): b"]),
        (Mutation::NegatedCondition, "while a and b: c", vec!["while not (a and b): c"]),
        (Mutation::NegatedCondition, "while True: c", vec![]),
        (Mutation::NegatedCondition, "x = [a for a in b if a > 1]", vec!["x = [a for a in b if not a > 1]"]),
        (Mutation::NegatedCondition, "assert a, b", vec!["assert not a, b"]),
        (Mutation::NegatedCondition, "x = a if(b)else c", vec!["x = a if not (b)else c"]),
    ] {
        let tree = parsed(source);
        assert_eq!(all_results(|seed| mutate(source, &tree, kind, seed)), expected, "{} of {source}", kind.name());
    }
}

#[test]
fn preserving_rewrites_give_exactly_the_equal_text() {
    for (kind, source, expected) in [
        (Preserving::MirrorComparison, "x = a<b", vec!["x = b>a"]),
        (Preserving::MirrorComparison, "x = f(a) >= 1", vec!["x = 1 <= f(a)"]),
        (Preserving::MirrorComparison, "x = 0<y and z", vec!["x = y>0 and z"]),
        (Preserving::MirrorComparison, "x = 1 if 0<y else z", vec!["x = 1 if y>0 else z"]),
        (Preserving::MirrorComparison, "x = a < b < c\ny = f(a) < g(b)\nz = a in b\nw = a.b < c", vec![]),
        (
            Preserving::SwapBranches,
            "if a:\n    b\n    # c\nelse:\n    d  # e\nf",
            vec!["if not a:\n    d  # e\nelse:\n    b\n    # c\nf"],
        ),
        (Preserving::SwapBranches, "if not a: b; c\nelse: d", vec!["if a: d\nelse: b; c"]),
        (
            Preserving::SwapBranches,
            "if a or b:\n  c = \"\"\"x\n y\"\"\"\nelse:\n  d",
            vec!["if not (a or b):\n  d\nelse:\n  c = \"\"\"x\n y\"\"\""],
        ),
        (Preserving::SwapBranches, "if a:\n  b\nelif c:\n  d\nelse:\n  e", vec![]),
        (Preserving::SwapBranches, "if a: b\nelse:\n  c", vec![]),
        (Preserving::SwapConditional, "x = a if b == c else d", vec!["x = d if not b == c else a"]),
        (Preserving::SwapConditional, "x = a if not b else c", vec!["x = c if b else a"]),
        (Preserving::SwapConditional, "x = a if b else lambda: c", vec![]),
        (Preserving::AugmentedAssignment, "x = 0\nx += 2", vec!["x = 0\nx = x + 2"]),
        (Preserving::AugmentedAssignment, "x = 0\nx = x * 2", vec!["x = 0\nx *= 2"]),
        (Preserving::AugmentedAssignment, "x = []\nx += 2\ny += 1\nz = 0\nz += y", vec![]),
        (Preserving::AugmentedAssignment, "def f(x):\n    x += 1", vec![]),
        (Preserving::ExpandNegation, "x = a not  in b", vec!["x = not (a in b)"]),
        (Preserving::ExpandNegation, "if a is not None: b", vec!["if not (a is None): b"]),
        (Preserving::ExpandNegation, "x = a not in b in c", vec![]),
    ] {
        let tree = parsed(source);
        assert_eq!(all_results(|seed| preserve(source, &tree, kind, seed)), expected, "{} of {source}", kind.name());
    }
}

/// The text with each new name written as the n-th new name.
fn renamed(source: &str) -> Option<String> {
    let tree = parsed(source);
    let rewritten = preserve(source, &tree, Preserving::RenameLocals, 1)?;
    let tree = parsed(&rewritten.source);
    let mut new_names: Vec<&str> = Vec::new();
    let mut edits = Vec::new();
    for node in (0..tree.len() as u32).filter(|node| tree.category(*node) == crate::language::Category::Identifier) {
        let name = tree.text(node, rewritten.source.as_bytes());
        if source.split(|character: char| !character.is_alphanumeric() && character != '_').any(|word| word == name) {
            continue;
        }
        if !new_names.contains(&name) {
            new_names.push(name);
        }
        let number = new_names.iter().position(|new| *new == name).unwrap();
        edits.push(Edit::replace(tree.byte_range(node), format!("N{number}")));
    }
    Some(edit::apply(&rewritten.source, &edits).0)
}

#[test]
fn only_safe_locals_are_renamed_and_all_their_uses() {
    for (source, expected) in [
        (
            "def f(a, b=1):\n    c = a\n    for d in c: c.d(d, d=c)\n    return [c for e in d]",
            Some("def f(a, b=1):\n    N0 = a\n    for N1 in N0: N0.d(N1, d=N0)\n    return [N0 for e in N1]"),
        ),
        (
            "def f():\n    with g() as x:\n        return lambda y: x",
            Some("def f():\n    with g() as N0:\n        return lambda y: N0"),
        ),
        ("def f():\n    x = 1\n    print(f'{x}')", Some("def f():\n    N0 = 1\n    print(f'{N0}')")),
        ("def f():\n    x = 1\n    print(f'{x=}')", None),
        ("def f():\n    x = 1\n    return locals()", None),
        ("import sys\ndef f():\n    x = 1\n    return sys._getframe()", None),
        ("def f():\n    x = 1\n    def g(): return x\n    return g", None),
        ("def f():\n    global x\n    x = 1", None),
        ("def f():\n    import x\n    x = x.y", None),
        ("def f(x):\n    x = 1", None),
        ("x = 1\nclass C:\n    y = 2", None),
    ] {
        assert_eq!(renamed(source).as_deref(), expected, "{source}");
    }
}

#[test]
fn lines_are_those_of_the_new_text() {
    let source = "def f(a, b):\n    x = 1\n    return g(\n        a,\n        b,\n    )\n";
    let tree = parsed(source);
    let swapped = mutate(source, &tree, Mutation::SwappedArguments, 0).unwrap();
    assert_eq!(swapped.lines, vec![4, 5]);
    let literal = mutate(source, &tree, Mutation::WrongLiteral, 0).unwrap();
    assert_eq!(literal.lines, vec![2]);
}

#[test]
fn broken_texts_are_not_rewritten() {
    let source = "def f(:\n    if a: b == 1\n";
    let tree = parse(crate::Language::Python, source.as_bytes(), &ParseLimits::default()).unwrap();
    assert!(Mutation::ALL.iter().all(|kind| mutate(source, &tree, *kind, 0).is_none()));
    assert!(Preserving::ALL.iter().all(|kind| preserve(source, &tree, *kind, 0).is_none()));
}

#[test]
fn names_of_kinds_can_be_read_back() {
    assert!(Mutation::ALL.iter().all(|kind| Mutation::from_name(kind.name()) == Some(*kind)));
    assert!(Preserving::ALL.iter().all(|kind| Preserving::from_name(kind.name()) == Some(*kind)));
}
