use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;
use crate::hostile::PIECES;
use crate::syntax::parse;

/// A text with definitions of every kind that the language has.
fn sample(language: Language) -> &'static str {
    match language.name() {
        "javascript" => include_str!("../../../../tests/fixtures/languages/javascript/definitions.js"),
        "typescript" => include_str!("../../../../tests/fixtures/languages/typescript/definitions.ts"),
        "tsx" => include_str!("../../../../tests/fixtures/languages/tsx/definitions.tsx"),
        "rust" => include_str!("../../../../tests/fixtures/languages/rust/definitions.rs"),
        "go" => include_str!("../../../../tests/fixtures/languages/go/definitions.go"),
        "java" => include_str!("../../../../tests/fixtures/languages/java/Definitions.java"),
        "c" => include_str!("../../../../tests/fixtures/languages/c/definitions.c"),
        "cpp" => include_str!("../../../../tests/fixtures/languages/cpp/definitions.cpp"),
        _ => include_str!("../../../../tests/fixtures/languages/python/definitions.py"),
    }
}

fn assert_as_parsed(buffer: &Buffer) {
    let fresh = Buffer::new(buffer.path(), buffer.language(), buffer.text(), ParseLimits::default());
    let parsed = parse(buffer.language(), buffer.text().as_bytes(), &ParseLimits::default());
    let is_same = buffer.syntax().cloned() == parsed && buffer.features() == fresh.features();
    assert!(is_same, "{}:\n{}", buffer.language().name(), buffer.text());
}

/// Where, how many characters go, and what comes.
type Change = (Index, usize, String);

fn change() -> impl Strategy<Value = Change> {
    let typed = vec(select(PIECES), 0..4).prop_map(|pieces| pieces.concat());
    (any::<Index>(), prop_oneof![3 => 0_usize..4, 1 => 0_usize..80], typed)
}

fn apply(buffer: &mut Buffer, (place, gone, typed): &Change) {
    let bounds: Vec<usize> = buffer.text().char_indices().map(|(at, _)| at).chain([buffer.text().len()]).collect();
    let start = place.index(bounds.len());
    let end = (start + gone).min(bounds.len() - 1);
    buffer.edit(bounds[start]..bounds[end], typed).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn an_edited_text_is_as_one_that_is_parsed_as_a_whole(changes in vec(change(), 1..8)) {
        for language in Language::ALL {
            let mut buffer = Buffer::new("a/text", *language, sample(*language), ParseLimits::default());
            for change in &changes {
                apply(&mut buffer, change);
                assert_as_parsed(&buffer);
            }
        }
    }
}

#[test]
fn what_is_typed_letter_by_letter_is_read_at_every_step() {
    for language in Language::ALL {
        let text = sample(*language);
        let half = text.len() / 2;
        let half = (half..text.len()).find(|at| text.is_char_boundary(*at)).unwrap();
        let mut buffer = Buffer::new("a/text", *language, &text[..half], ParseLimits::default());
        for character in text[half..].chars().take(200) {
            let end = buffer.text().len();
            buffer.edit(end..end, character.encode_utf8(&mut [0; 4])).unwrap();
            assert_as_parsed(&buffer);
        }
    }
}

#[test]
fn a_text_that_cannot_be_taken_is_mended_by_an_edit() {
    let language = Language::ALL[0];
    let mut buffer = Buffer::new("a/text", language, "x\0", ParseLimits::default());
    assert!(matches!(buffer.features(), Err(CoreError::Binary { offset: 1 })));
    buffer.edit(1..2, "").unwrap();
    assert_as_parsed(&buffer);
    buffer.edit(0..1, "\0").unwrap();
    assert!(matches!(buffer.syntax(), Err(CoreError::Binary { offset: 0 })));
}

#[test]
fn an_edit_of_what_is_not_there_changes_nothing() {
    let mut buffer = Buffer::new("a/text", Language::ALL[0], "é = 1", ParseLimits::default());
    for range in [0..1, 1..2, 5..9, 9..9] {
        let refused = buffer.edit(range.clone(), "x").unwrap_err();
        assert_eq!(refused, CoreError::NotInText { start: range.start, end: range.end, length: 6 });
    }
    #[allow(clippy::reversed_empty_ranges, reason = "this is the case that is tested")]
    let reversed = buffer.edit(3..2, "x");
    assert!(reversed.is_err());
    assert_eq!(buffer.text(), "é = 1");
}
