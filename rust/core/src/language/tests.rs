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
        ("a.txt", "#!/usr/bin/env python3\n", None),
    ] {
        assert_eq!(Language::of_file(path, text.as_bytes()), expected, "{path}: {text}");
    }
}
