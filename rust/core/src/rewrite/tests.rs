//! Laws of rewrites, and their exact results on small texts.

use proptest::prelude::*;

use super::*;
use crate::language::Language;
use crate::snippets::{around_statements, braced_program, file, in_language, parsed};

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

fn errors(language: Language, source: &str) -> usize {
    parse(language, source.as_bytes(), &ParseLimits::default()).unwrap().error_count()
}

/// Checks that a rewrite parses, differs in more than layout, and changes nothing but the lines that it names.
fn check_result(language: Language, source: &str, rewritten: &Rewritten) {
    assert_eq!(errors(language, &rewritten.source), 0, "{}\n{}", rewritten.kind, rewritten.source);
    assert_ne!(without_spaces(source), without_spaces(&rewritten.source), "{}", rewritten.kind);
    let (old, new): (Vec<&str>, Vec<&str>) = (source.split('\n').collect(), rewritten.source.split('\n').collect());
    let (mut old_end, mut new_end) = (0, 0);
    let mut differs = false;
    for ChangedLines { before, after } in &rewritten.changes {
        let (old_start, new_start) = (before.0 as usize - 1, after.0 as usize - 1);
        assert_eq!(
            old[old_end..old_start],
            new[new_end..new_start],
            "{}\n{source}\n{}",
            rewritten.kind,
            rewritten.source
        );
        (old_end, new_end) = (before.1 as usize, after.1 as usize);
        differs |= old[old_start..old_end] != new[new_start..new_end];
    }
    assert_eq!(old[old_end..], new[new_end..], "{}\n{source}\n{}", rewritten.kind, rewritten.source);
    assert!(differs, "{}", rewritten.kind);
}

/// Makes every mistake and every variant that a language offers of a text, and checks each.
fn check_all(language: Language, source: &str, seed: u64) {
    let tree = parse(language, source.as_bytes(), &ParseLimits::default()).unwrap();
    assert_eq!(tree.error_count(), 0, "{source}");
    for kind in Mutation::ALL {
        let rewritten = mutate(source, &tree, *kind, seed);
        assert_eq!(rewritten, mutate(source, &tree, *kind, seed));
        if let Some(rewritten) = rewritten {
            check_result(language, source, &rewritten);
        }
    }
    for kind in Preserving::ALL.iter().filter(|kind| kind.is_offered(language)) {
        let rewritten = preserve(source, &tree, *kind, seed).unwrap();
        if let Some(rewritten) = rewritten {
            check_result(language, source, &rewritten);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rewrites_are_sound_changes_drawn_by_seed(source in file(), seed in any::<u64>()) {
        check_all(Language::Python, &source, seed);
    }

    #[test]
    fn rewrites_are_sound_in_every_language(program in braced_program(), seed in any::<u64>()) {
        for language in Language::ALL.iter().filter(|language| **language != Language::Python) {
            check_all(*language, &in_language(&program, *language), seed);
        }
    }

    /// An edit that would not parse is withheld; that must never be needed.
    #[test]
    fn no_edit_breaks_the_text(source in file(), seed in any::<u64>()) {
        let tree = parsed(&source);
        let text = Text::new(&source, &tree).unwrap();
        let mut choice = Choice::new(seed, "test");
        let mutations = Mutation::ALL.iter().map(|kind| mutation(&text, &mut choice, *kind)).collect::<Vec<_>>();
        let edits = mutations.into_iter().chain(Preserving::ALL.iter().map(|kind| preserving(&text, &mut choice, *kind)));
        for edits in edits.flatten() {
            parsed(&edit::apply(&source, &edits).0);
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
        (Mutation::DroppedCondition, "if a and b: c", vec!["if a: c", "if b: c"]),
        (Mutation::DroppedCondition, "if a == b: c", vec![]),
        (Mutation::DroppedStatement, "def f():\n    g()\n    return x", vec!["def f():\n    return x"]),
        (Mutation::DroppedStatement, "def f():\n    x += 1", vec!["def f():\n    pass"]),
        (Mutation::DroppedStatement, "def f(): g(); h()", vec!["def f(): g(); pass", "def f(): pass; h()"]),
        (Mutation::DroppedStatement, "def f():\n    'text'\n    x = g()\n    return x", vec![]),
        (Mutation::DroppedStatement, "g()", vec![]),
        (Mutation::OffByOne, "x = a[1]", vec!["x = a[0]", "x = a[2]"]),
        (Mutation::OffByOne, "x = a[i - 1:]", vec!["x = a[i - 1 + 1:]", "x = a[i - 1 - 1:]"]),
        (
            Mutation::OffByOne,
            "for i in range(n): g(n)",
            vec!["for i in range(n + 1): g(n)", "for i in range(n - 1): g(n)"],
        ),
        (Mutation::OffByOne, "while i < n: g()", vec!["while i < n + 1: g()", "while i < n - 1: g()"]),
        (Mutation::OffByOne, "x: list[int] = a['k']", vec![]),
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
        (Preserving::ExpandNegation, "x = a != b", vec![]),
        (
            Preserving::ReorderStatements,
            "def f(a):\n    x = 0\n    y = g(a)\n    return x + y",
            vec!["def f(a):\n    y = g(a)\n    x = 0\n    return x + y"],
        ),
        (Preserving::ReorderStatements, "def f(a):\n    x = 0\n    g(x)", vec![]),
        (Preserving::ReorderStatements, "def f(a):\n    x = a\n    g(a)", vec![]),
        (Preserving::ReorderStatements, "def f(a):\n    x = 0\n    g()\n    return lambda: x", vec![]),
        (Preserving::ReorderStatements, "def f(a):\n    try:\n        x = 0\n        g()\n    except E: pass", vec![]),
        (Preserving::ReorderStatements, "x = 0\ny = 1", vec![]),
        (
            Preserving::LoopForm,
            "def f(a):\n  while a:  # c\n    a.b()",
            vec!["def f(a):\n  while True:  # c\n    if not (a):\n        break\n    a.b()"],
        ),
        (Preserving::LoopForm, "def f(a):\n  while a:\n    b()\n  else: c", vec![]),
        (Preserving::LoopForm, "def f(a):\n  while a: b()", vec![]),
        (Preserving::LoopForm, "def f(a, iter):\n  for x in a:\n    b()", vec![]),
        (
            Preserving::DeadBranch,
            "def f(a):\n    'text'\n    return a",
            vec!["def f(a):\n    'text'\n    if False:\n        return a\n    return a"],
        ),
        (Preserving::DeadBranch, "def f(a):\n    global x", vec![]),
        (Preserving::DeadBranch, "a = 1", vec![]),
        (Preserving::InlineTemporary, "def f(a):\n    x = a, 1\n    return x", vec!["def f(a):\n    return a, 1"]),
        (Preserving::InlineTemporary, "def f(a):\n    x = a\n    return x\n    x", vec![]),
        (Preserving::InlineTemporary, "def f(a):\n    g = lambda: x\n    x = a()\n    return x", vec![]),
        (Preserving::InlineTemporary, "def f(a):\n    global x\n    x = a()\n    return x", vec![]),
        (Preserving::ExtractTemporary, "def f(a):\n    return a", vec![]),
        (Preserving::ExtractTemporary, "def f(a):\n    x = locals()\n    return a + 1", vec![]),
    ] {
        let tree = parsed(source);
        assert_eq!(
            all_results(|seed| preserve(source, &tree, kind, seed).unwrap()),
            expected,
            "{} of {source}",
            kind.name()
        );
    }
}

#[test]
fn new_names_are_new() {
    let loops = "def f(value):\n\tfor x, y in value:\n\t\tg(x)\n";
    let returned = "def f(value):\n    return value + 1\n";
    for seed in 0..50 {
        let iterated = preserve(loops, &parsed(loops), Preserving::LoopForm, seed).unwrap().unwrap().source;
        let (name, rest) = iterated.split_once('\n').unwrap().1.trim_start().split_once(" = ").unwrap();
        let expected = format!(
            "iter((value))\n\twhile True:\n\t\ttry:\n\t\t    x, y = next({name})\n\t\texcept StopIteration:\n\t\t    \
             break\n\t\tg(x)\n"
        );
        assert_eq!(rest, expected);
        let named = preserve(returned, &parsed(returned), Preserving::ExtractTemporary, seed).unwrap().unwrap().source;
        let (name, rest) = named.split_once('\n').unwrap().1.trim_start().split_once(" = ").unwrap();
        assert_eq!(rest, format!("value + 1\n    return {name}\n"));
        assert_ne!(name, "value");
    }
}

/// The text with each new name written as the n-th new name.
fn renamed(source: &str) -> Option<String> {
    let tree = parsed(source);
    let rewritten = preserve(source, &tree, Preserving::RenameLocals, 1).unwrap()?;
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
    assert_eq!(swapped.lines(), vec![4, 5]);
    let literal = mutate(source, &tree, Mutation::WrongLiteral, 0).unwrap();
    assert_eq!(literal.lines(), vec![2]);
}

#[test]
fn changed_lines_are_told_on_both_sides() {
    let returned = "def f(a):\n    g(a)\n    return a + 1\n\n\nx = 1\n";
    let named = preserve(returned, &parsed(returned), Preserving::ExtractTemporary, 0).unwrap().unwrap();
    assert_eq!(named.changes, [ChangedLines { before: (3, 3), after: (3, 4) }]);
    let dropped = mutate(returned, &parsed(returned), Mutation::DroppedStatement, 0).unwrap();
    assert_eq!(dropped.source.lines().nth(1), Some("    return a + 1"));
    assert_eq!(
        dropped.changes,
        [ChangedLines { before: (1, 2), after: (1, 1) }],
        "it goes with the end of the line before"
    );
}

#[test]
fn broken_texts_are_not_rewritten() {
    let source = "def f(:\n    if a: b == 1\n";
    let tree = parse(crate::Language::Python, source.as_bytes(), &ParseLimits::default()).unwrap();
    assert!(Mutation::ALL.iter().all(|kind| mutate(source, &tree, *kind, 0).is_none()));
    assert!(Preserving::ALL.iter().all(|kind| preserve(source, &tree, *kind, 0).unwrap().is_none()));
}

/// What a rewrite makes of a text in another language, over many seeds; the text in which statements stand is left out.
fn elsewhere(
    language: Language,
    statements: &str,
    rewrite: impl Fn(&str, &SyntaxTree, u64) -> Option<Rewritten>,
) -> Vec<String> {
    let (before, after) = around_statements(language);
    let source = [before, statements, after].concat();
    let tree = parse(language, source.as_bytes(), &ParseLimits::default()).unwrap();
    assert_eq!(tree.error_count(), 0, "{}: {source}", language.name());
    let inner = |text: String| text[before.len()..text.len() - after.len()].to_owned();
    all_results(|seed| rewrite(&source, &tree, seed)).into_iter().map(inner).collect()
}

/// JavaScript, TypeScript, C, C++ and Java write these alike.
const PARENTHESIZED: &[&str] = &["javascript", "typescript", "tsx", "c", "cpp", "java"];
const UNPARENTHESIZED: &[&str] = &["go", "rust"];

#[test]
fn other_languages_are_rewritten_as_they_are_spelled() {
    for (languages, kind, statements, expected) in [
        (PARENTHESIZED, Preserving::MirrorComparison, "return a<b;", vec!["return b>a;"]),
        (
            PARENTHESIZED,
            Preserving::SwapBranches,
            "if (a < b) { g(); } else { h(); }",
            vec!["if (!(a < b)) { h(); } else { g(); }"],
        ),
        (
            PARENTHESIZED,
            Preserving::SwapBranches,
            "if (!a) { g(); } else { h(); }",
            vec!["if (a) { h(); } else { g(); }"],
        ),
        (PARENTHESIZED, Preserving::SwapBranches, "if (a) { g(); } else if (b) { h(); }", vec![]),
        (
            UNPARENTHESIZED,
            Preserving::SwapBranches,
            "if a { g(); } else { h(); };",
            vec!["if !a { h(); } else { g(); };"],
        ),
        (PARENTHESIZED, Preserving::SwapConditional, "return a ? 1 : b;", vec!["return !a ? b : 1;"]),
        (PARENTHESIZED, Preserving::ExpandNegation, "return a != b;", vec!["return !(a == b);"]),
        (UNPARENTHESIZED, Preserving::ExpandNegation, "return a != b;", vec!["return !(a == b);"]),
        (&["javascript"], Preserving::ExpandNegation, "return a !== b;", vec!["return !(a === b);"]),
        (
            &["javascript", "typescript", "tsx"],
            Preserving::AugmentedAssignment,
            "let x = 0; x += 2;",
            vec!["let x = 0; x = x + 2;"],
        ),
        (&["javascript"], Preserving::AugmentedAssignment, "var x = 0; var x = x + 2;", vec![]),
        (&["rust"], Preserving::AugmentedAssignment, "let mut x = 0; x = x * 2; x", vec!["let mut x = 0; x *= 2; x"]),
        (&["rust"], Preserving::AugmentedAssignment, "let x = 0; let x = x * 2; x", vec![]),
        (PARENTHESIZED, Preserving::LoopForm, "while (a < b) { g(); }", vec!["for (; a < b; ) { g(); }"]),
        (PARENTHESIZED, Preserving::LoopForm, "do { g(); } while (a < b);", vec![]),
        (&["go"], Preserving::LoopForm, "for a < b { g() }", vec!["for ; a < b; { g() }"]),
        (&["go"], Preserving::LoopForm, "for i := range a { g() }; for { h() }", vec![]),
        (&["rust"], Preserving::LoopForm, "while a < b { g(); }", vec!["loop { if !(a < b) { break; } g(); }"]),
        (&["rust"], Preserving::LoopForm, "while let Some(x) = g() { h(); }", vec![]),
        (&["c", "cpp", "java"], Preserving::ReorderStatements, "int x = 0; g(b);", vec!["g(b); int x = 0;"]),
        (&["javascript"], Preserving::ReorderStatements, "let x = 0; g(b);", vec!["g(b); let x = 0;"]),
        (&["javascript"], Preserving::ReorderStatements, "x = 0; g(b);", vec![]),
        (&["javascript"], Preserving::ReorderStatements, "let x = 0; g(() => x);", vec![]),
        (&["rust"], Preserving::ReorderStatements, "let x = 0; g(b); x", vec!["g(b); let x = 0; x"]),
        (&["rust"], Preserving::ReorderStatements, "let x = 0; p!(\"{x}\"); x", vec![]),
        (&["go"], Preserving::ReorderStatements, "x := 0; g(b); return x", vec!["g(b); x := 0; return x"]),
        (&["cpp"], Preserving::ReorderStatements, "Lock x = 0; g(b);", vec![]),
        (&["javascript"], Preserving::InlineTemporary, "const x = a + b; return x;", vec!["return a + b;"]),
    ] {
        for language in languages.iter().map(|name| Language::from_name(name).unwrap()) {
            let rewrite = |source: &str, tree: &SyntaxTree, seed| preserve(source, tree, kind, seed).unwrap();
            assert_eq!(elsewhere(language, statements, rewrite), expected, "{}: {statements}", language.name());
        }
    }
}

#[test]
fn mistakes_in_other_languages_are_spelled_as_they_are() {
    for (languages, kind, statements, expected) in [
        (PARENTHESIZED, Mutation::WrongOperator, "return a == b;", vec!["return a != b;"]),
        (&["javascript"], Mutation::WrongOperator, "return a === b;", vec!["return a !== b;"]),
        (PARENTHESIZED, Mutation::WrongOperator, "a++;", vec!["a--;"]),
        (PARENTHESIZED, Mutation::WrongLiteral, "g(\"text\");", vec!["g(\"\");"]),
        (UNPARENTHESIZED, Mutation::WrongLiteral, "g(\"text\");", vec!["g(\"\");"]),
        (&["rust"], Mutation::WrongLiteral, "return a.0;", vec![]),
        (&["java"], Mutation::WrongLiteral, "g('c');", vec![]),
        (PARENTHESIZED, Mutation::SwappedArguments, "g(a, b);", vec!["g(b, a);"]),
        (UNPARENTHESIZED, Mutation::SwappedArguments, "g(a, b);", vec!["g(b, a);"]),
        (PARENTHESIZED, Mutation::NegatedCondition, "while (a) { g(); }", vec!["while (!a) { g(); }"]),
        (PARENTHESIZED, Mutation::NegatedCondition, "for (; a < b; ) { g(); }", vec!["for (; !(a < b); ) { g(); }"]),
        (&["go"], Mutation::NegatedCondition, "for a < b { g() }", vec!["for !(a < b) { g() }"]),
        (&["rust"], Mutation::NegatedCondition, "if let Some(x) = a { g(); }", vec![]),
        (&["cpp"], Mutation::NegatedCondition, "if (int x = g()) { h(); }", vec![]),
        (PARENTHESIZED, Mutation::DroppedCondition, "if (a && b) { g(); }", vec!["if (a) { g(); }", "if (b) { g(); }"]),
        (PARENTHESIZED, Mutation::DroppedStatement, "g(); return a;", vec![" return a;"]),
        (UNPARENTHESIZED, Mutation::OffByOne, "return a[b];", vec!["return a[b + 1];", "return a[b - 1];"]),
        (
            PARENTHESIZED,
            Mutation::OffByOne,
            "while (a < b) { g(); }",
            vec!["while (a < b + 1) { g(); }", "while (a < b - 1) { g(); }"],
        ),
        (PARENTHESIZED, Mutation::VariableMisuse, "return a + 1;", vec!["return b + 1;"]),
    ] {
        for language in languages.iter().map(|name| Language::from_name(name).unwrap()) {
            let rewrite = |source: &str, tree: &SyntaxTree, seed| mutate(source, tree, kind, seed);
            assert_eq!(elsewhere(language, statements, rewrite), expected, "{}: {statements}", language.name());
        }
    }
}

#[test]
fn blocks_are_what_variables_are_renamed_in() {
    for (statements, renamed) in [
        ("let x = a; g(x);", true),
        ("if (a) { let x = b; g(x); } g(x);", false),
        ("g(x); let x = b;", false),
        ("let x = a; return {x};", false),
        ("let x = a; x();", false),
        ("x = a; g(x);", false),
    ] {
        let language = Language::from_name("javascript").unwrap();
        let rewrite =
            |source: &str, tree: &SyntaxTree, seed| preserve(source, tree, Preserving::RenameLocals, seed).unwrap();
        let found = elsewhere(language, statements, rewrite);
        assert_eq!(!found.is_empty(), renamed, "{statements}: {found:?}");
        assert!(found.iter().all(|text| !text.contains('x') || text.contains("index")), "{found:?}");
    }
}

#[test]
fn what_a_language_does_not_offer_is_refused_by_name() {
    let refused = |language: &str| -> Vec<&str> {
        let language = Language::from_name(language).unwrap();
        let tree = parse(language, b"", &ParseLimits::default()).unwrap();
        let kinds = Preserving::ALL.iter().filter(|kind| preserve("", &tree, **kind, 0).is_err());
        kinds.inspect(|kind| assert!(!kind.is_offered(language))).map(|kind| kind.name()).collect()
    };
    assert_eq!(refused("python"), [""; 0]);
    assert_eq!(refused("typescript"), [""; 0]);
    assert_eq!(refused("java"), ["augmented-assignment", "extract-temporary", "inline-temporary"]);
    assert_eq!(refused("cpp"), ["rename-locals", "extract-temporary", "inline-temporary"]);
    assert_eq!(refused("rust"), ["rename-locals", "swap-conditional", "extract-temporary", "inline-temporary"]);
    let go = ["rename-locals", "swap-conditional", "augmented-assignment", "extract-temporary", "inline-temporary"];
    assert_eq!(refused("go"), go);
}

#[test]
fn names_of_kinds_can_be_read_back() {
    assert!(Mutation::ALL.starts_with(Mutation::LEARNED));
    assert!(Mutation::ALL.iter().all(|kind| Mutation::from_name(kind.name()) == Some(*kind)));
    assert!(Preserving::ALL.iter().all(|kind| Preserving::from_name(kind.name()) == Some(*kind)));
}
