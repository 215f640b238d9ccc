use super::idioms::Idioms;
use super::*;

#[test]
fn every_listed_kind_and_field_exists_in_its_grammar() {
    for language in Language::ALL {
        let definition = language.definition();
        let grammar = (definition.grammar)();
        let has = |kind: &str| [true, false].iter().any(|named| grammar.id_for_node_kind(kind, *named) != 0);
        for (kind, _) in definition.kinds.iter().copied().flatten() {
            assert!(has(kind), "{}: no kind `{kind}`", definition.name);
        }
        let fields = definition.fields.iter().map(|(field, _)| *field);
        for field in fields.chain(definition.fields_of.iter().copied().flatten().map(|(_, field, _)| *field)) {
            assert!(grammar.field_id_for_name(field).is_some(), "{}: no field `{field}`", definition.name);
        }
        let kinds = definition.fields_of.iter().copied().flatten().map(|(kind, _, _)| *kind);
        for kind in kinds.chain(definition.roles.iter().map(|(kind, _)| *kind)) {
            assert!(has(kind), "{}: no kind `{kind}`", definition.name);
        }
    }
}

#[test]
fn lists_that_are_searched_are_sorted() {
    for language in Language::ALL {
        let definition = language.definition();
        for list in [definition.builtins, definition.builtin_methods] {
            let wrong = list.windows(2).find(|pair| pair[0] >= pair[1]);
            assert_eq!(wrong, None, "{}", definition.name);
        }
    }
}

#[test]
fn languages_are_found_by_name_and_extension() {
    for language in Language::ALL {
        assert_eq!(Language::from_name(language.name()).unwrap(), *language);
        for extension in language.definition().extensions {
            assert_eq!(Language::from_path(&format!("a/b.{extension}")), Some(*language));
        }
    }
    assert_eq!(Language::from_path("a/b.txt"), None);
    let message = Language::from_name("cobol").unwrap_err().to_string();
    assert!(message.contains("cobol") && message.contains("python"), "{message}");
}

#[cfg(all(feature = "python", feature = "javascript", feature = "c", feature = "cpp"))]
#[test]
fn what_the_name_leaves_open_the_text_decides() {
    for (path, text, expected) in [
        ("run", "#!/usr/bin/env python3\nx = 1\n", Some(Language::Python)),
        ("run", "#!/usr/bin/python3.12 -I\n", Some(Language::Python)),
        ("run", "#!/usr/bin/env -S node --no-warnings\n", Some(Language::JavaScript)),
        ("run", "#!/bin/sh\n", None),
        ("run", "x = 1\n", None),
        ("run", "", None),
        ("a.py", "#!/usr/bin/env node\n", Some(Language::Python)),
        ("a.h", "int f(void);\n", Some(Language::C)),
        ("a.h", "namespace a {\nint f();\n}\n", Some(Language::Cpp)),
        ("a.h", "class A {\n public:\n};\n", Some(Language::Cpp)),
        ("a.h", "#pragma once\n#  include <vector>\nstruct A { std::vector<int> rows; };\n", Some(Language::Cpp)),
        ("a.h", "struct A {\n  virtual ~A() = default;\n};\n", Some(Language::Cpp)),
        ("a.h", "#include <stdio.h>\n#include <sys/types.h>\n#include \"vector\"\n#include <>\n", Some(Language::C)),
        ("a.txt", "#!/usr/bin/env python3\n", None),
    ] {
        assert_eq!(Language::of_file(path, text.as_bytes()), expected, "{path}: {text}");
    }
}

#[cfg(all(
    feature = "cpp",
    feature = "go",
    feature = "java",
    feature = "javascript",
    feature = "python",
    feature = "rust"
))]
fn label_of(meaning: Meaning) -> &'static str {
    match meaning {
        Meaning::Is(form) | Meaning::Turned(form) | Meaning::Collection(form) => form.name(),
        Meaning::Same => "the value itself",
        Meaning::IsEmpty => "Equal(Length(x), 0)",
        Meaning::Put => "Assign(Subscript(x, k), v)",
        Meaning::MapEach => "Each` around `Append",
        Meaning::FilterEach => "Each` around `If` and `Append",
        Meaning::RunEach => "Each",
    }
}

/// The page on the canonical form lists every idiom of every language, and no other.
#[cfg(all(
    feature = "cpp",
    feature = "go",
    feature = "java",
    feature = "javascript",
    feature = "python",
    feature = "rust"
))]
#[test]
fn the_page_on_the_canonical_form_lists_every_idiom() {
    let page = include_str!("../../../../docs/canonical-form.md");
    let rows: Vec<Vec<&str>> =
        page.lines().map(|line| line.split(" |").map(|cell| cell.trim_matches(['|', ' '])).collect()).collect();
    let columns = [Language::Python, Language::JavaScript, Language::Java, Language::Cpp, Language::Go, Language::Rust];
    for (column, language) in columns.into_iter().enumerate() {
        let Idioms { functions, methods, properties, constants } = language.definition().idioms;
        let calls =
            functions.iter().chain(*methods).chain(*properties).map(|(name, meaning)| (label_of(*meaning), *name));
        let mut expected: Vec<(&str, &str)> =
            calls.chain(constants.iter().map(|(name, form)| (form.name(), *name))).collect();
        expected.sort_unstable();
        expected.dedup();
        let cells = rows.iter().filter(|row| row.len() > 6 && row[0] != "label" && !row[0].starts_with("---"));
        let mut listed: Vec<(&str, &str)> = cells
            .flat_map(|row| row[column + 1].split(' ').map(|name| (row[0].trim_matches('`'), name)))
            .filter(|(_, name)| !name.is_empty())
            .collect();
        listed.sort_unstable();
        assert_eq!(listed, expected, "{}", language.name());
    }
}
