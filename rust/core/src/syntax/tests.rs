use super::*;

fn python(source: &str) -> SyntaxTree {
    parse(Language::Python, source.as_bytes(), &ParseLimits::default()).unwrap()
}

#[test]
fn links_agree_with_pre_order() {
    let tree = python("def f(a, b):\n    return a + g(b)[0]\n\nclass C: pass\n");
    for node in 0..tree.len() as u32 {
        let mut expected = node + 1;
        for child in tree.children(node) {
            assert_eq!(tree.parent(child), node);
            assert_eq!(child, expected);
            expected = tree.subtree_end(child);
        }
        assert_eq!(expected, tree.subtree_end(node));
    }
}

#[test]
fn lines_and_text_are_those_of_the_source() {
    let source = "x = 1\n\n\ndef f():\n    return x\n";
    let tree = python(source);
    let function = (0..tree.len() as u32).find(|node| tree.category(*node) == Category::Function).unwrap();
    assert_eq!((tree.start_line(function), tree.end_line(function)), (4, 5));
    let name = tree.child_with_role(function, Role::Name).unwrap();
    assert_eq!(tree.text(name, source.as_bytes()), "f");
}

#[test]
fn depth_does_not_overflow_the_stack() {
    let source = "(".repeat(50_000);
    assert!(parse(Language::Python, source.as_bytes(), &ParseLimits::unbounded()).is_ok());
    let refused = parse(Language::Python, source.as_bytes(), &ParseLimits::default());
    assert_eq!(refused.unwrap_err(), CoreError::TooManyOpen { offset: 2_000, most: 2_000 });
}

#[test]
fn a_text_that_takes_too_many_turns_is_refused_whatever_the_clock_says() {
    let source = "total = total + 1\n".repeat(500);
    let within = |turns_per_kilobyte| {
        parse(Language::Python, source.as_bytes(), &ParseLimits { turns_per_kilobyte, ..ParseLimits::default() })
    };
    let fewest = (1..1000).find(|turns| within(*turns).is_ok()).unwrap();
    assert!(fewest > 1 && fewest < ParseLimits::default().turns_per_kilobyte / 2);
    assert!(matches!(within(fewest - 1), Err(CoreError::ParseBudget { turns }) if turns == (fewest - 1) * 10));
    assert!(matches!(within(0), Err(CoreError::ParseBudget { turns: 0 })));
}

#[test]
fn a_long_text_may_not_be_as_dense_as_a_short_one() {
    let dense = |bytes: usize| parse(Language::Python, "a;".repeat(bytes / 2).as_bytes(), &ParseLimits::default());
    assert!(dense(20_000).is_ok());
    assert!(matches!(dense(500_000), Err(CoreError::ParseBudget { turns }) if turns < 9_500));
    let lines = "total = count(entries)\n".repeat(20_000);
    assert!(parse(Language::Python, lines.as_bytes(), &ParseLimits::default()).is_ok());
}

#[test]
fn dense_code_is_taken_up_to_the_longest() {
    for unit in ["a;", "0,", "1+", "a=b\n", "f(x)[0]\n", "{1:2}\n"] {
        let source = format!("{}1\n", unit.repeat(20_000 / unit.len()));
        assert!(parse(Language::Python, source.as_bytes(), &ParseLimits::default()).is_ok(), "{unit}");
    }
}

#[test]
fn functions_may_stand_in_functions_but_not_without_end() {
    let nested = |depth: usize, body: usize| {
        let lines = (0..depth).map(|level| format!("{}def f():\n", " ".repeat(level)));
        let body = (0..body).map(|_| format!("{}x = g(x)\n", " ".repeat(depth)));
        parse(Language::Python, lines.chain(body).collect::<Vec<_>>().concat().as_bytes(), &ParseLimits::default())
    };
    assert!(nested(10, 2_000).is_ok());
    assert!(nested(60, 10).is_ok());
    assert_eq!(nested(40, 2_000).unwrap_err(), CoreError::TooNested { most: 16 });
}

#[test]
fn unusable_texts_are_refused_by_name() {
    let limits = ParseLimits { bytes: 10, ..ParseLimits::default() };
    let refused = |source: &[u8]| parse(Language::Python, source, &limits).unwrap_err();
    assert!(matches!(refused(b"x = 1 + 2 + 3"), CoreError::TooLarge { bytes: 13, limit: 10 }));
    assert!(matches!(refused(b"x\0"), CoreError::Binary { offset: 1 }));
    assert!(matches!(refused(b"x\xff"), CoreError::NotUtf8 { offset: 1 }));
}

#[test]
fn syntax_errors_are_counted_not_refused() {
    assert_eq!(python("x = 1\n").error_count(), 0);
    assert!(python("def f(:\n  retur\n").error_count() > 0);
}

#[test]
fn what_waits_for_its_end_is_counted_over_all_open_brackets() {
    let refused = |language, text: &str| {
        let limits = ParseLimits { waiting_tokens: 100, ..ParseLimits::default() };
        match parse(language, text.as_bytes(), &limits) {
            Err(CoreError::Unfinished { most: 100, .. }) => true,
            Ok(_) => false,
            Err(error) => panic!("{error}"),
        }
    };
    let wait = ["a?b:", "if(a)", "if(a){}else ", "-", "f(a?b:", "A<B,", "a?f(b,c):"];
    for unit in wait {
        let text = format!("{}1", unit.repeat(200));
        assert!(refused(Language::JavaScript, &text) && refused(Language::C, &text), "{unit}");
        assert!(refused(Language::Python, &text), "{unit}");
    }
    let done = [
        "x = a ? b : c;\n",
        "f(a, b, [c], {d});\n",
        "if (a) { b; } else { c; }\n",
        "// a ( b\n;\n",
        "function f() { g(); }\n",
    ];
    for unit in done {
        assert!(!refused(Language::JavaScript, &unit.repeat(200)), "{unit}");
    }
    assert!(!refused(Language::Python, &"x = a if b else c\n# (((\nf(a,\n  b)\n".repeat(200)));
    assert!(!refused(Language::Python, &"s = ':('\ndef f(): pass\n".repeat(200)));
    assert!(!refused(Language::Go, &"x := f(a)\nx++\n".repeat(200)));
    assert!(!refused(Language::C, &"#define A (1 + 2\n;\n".repeat(200)));
}

#[test]
fn punctuation_without_end_is_no_code() {
    let python = |text: &str| parse(Language::Python, text.as_bytes(), &ParseLimits::default());
    let table = "x = [\n".to_owned() + &"    [1, 2],\n".repeat(10_000) + "]\n";
    assert!(python(&table).is_ok());
    let signs = table + &"+-*/ ".repeat(40_000);
    assert_eq!(python(&signs).unwrap_err(), CoreError::NoCode { offset: 131_072, most: 80 });
}

#[test]
fn a_tree_of_too_many_nodes_is_refused() {
    let limits = ParseLimits { nodes: 6, ..ParseLimits::default() };
    assert!(parse(Language::Python, b"a.b\n", &limits).is_ok());
    let refused = parse(Language::Python, b"a.b.c\n", &limits).unwrap_err();
    assert!(matches!(refused, CoreError::TooManyNodes { nodes: 9, most: 6 }), "{refused}");
}
