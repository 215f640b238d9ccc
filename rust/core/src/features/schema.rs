//! The columns of the schema, as data.

use std::fmt::Write as _;

use serde::Serialize;

use crate::language::Category;
use crate::names::hash_text;

/// Number of columns.
pub const DIMENSIONS: usize = 978;

pub(super) const NAMES: u16 = 512;
pub(super) const PATHS: u16 = 256;
pub(super) const KINDS: u16 = 128;
pub(super) const LITERALS: u16 = 64;
pub(super) const PATHS_START: u16 = NAMES;
pub(super) const KINDS_START: u16 = PATHS_START + PATHS;
pub(super) const LITERALS_START: u16 = KINDS_START + KINDS;
pub(super) const METRICS_START: u16 = LITERALS_START + LITERALS;

/// Length to which the counted blocks of a row are scaled, each for itself: a typical entry is then about 1.
pub(super) const BLOCK_LENGTH: f32 = 8.0;

/// Number of the columns over which keywords are hashed.
pub(super) const KEYWORDS: u16 = 11;
/// The first of them, within the block.
pub(super) const KEYWORDS_START: u16 = LITERALS - KEYWORDS;

/// A column of the `literals` block behind the operators and before the keywords.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Literal {
    IntegerZero,
    IntegerOne,
    IntegerTwo,
    IntegerSmall,
    IntegerMedium,
    IntegerLarge,
    FloatWhole,
    FloatFraction,
    True,
    False,
    Null,
    Ellipsis,
    StringEmpty,
    StringCharacter,
    StringWord,
    StringWords,
    StringNumber,
    StringUrl,
    StringPath,
    StringPlaceholder,
    StringInterpolated,
    StringMultiline,
    StringLong,
    StringOther,
    ListEmpty,
    DictionaryEmpty,
}

/// Number of operators, the first columns of the `literals` block.
pub(super) const OPERATORS: u16 = Category::OperatorNotIn as u16 - Category::OperatorAdd as u16 + 1;

/// The columns between operators and keywords, in order.
#[rustfmt::skip]
static LITERAL_NAMES: &[&str] = &[
    "integer_zero", "integer_one", "integer_two", "integer_small", "integer_medium", "integer_large",
    "float_whole", "float_fraction", "true", "false", "null", "ellipsis",
    "string_empty", "string_character", "string_word", "string_words", "string_number", "string_url", "string_path",
    "string_placeholder", "string_interpolated", "string_multiline", "string_long", "string_other",
    "list_empty", "dictionary_empty",
];

/// The metrics, in order.
#[rustfmt::skip]
pub(super) static METRIC_NAMES: &[&str] = &[
    "lines", "nodes", "depth", "complexity", "parameters", "returns", "calls", "fan_in", "fan_out", "loops",
    "branches", "is_file", "is_module", "is_class", "is_function", "is_test", "is_private", "is_async",
];

/// A run of columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Block {
    /// The block's name.
    pub name: &'static str,
    /// Its first column.
    pub start: u16,
    /// How many columns it has.
    pub size: u16,
    /// How a value comes of what is counted.
    pub value: &'static str,
    /// What the columns stand for, in order; empty where they are hashed.
    pub columns: Vec<String>,
}

/// The columns of a feature row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Schema {
    /// Version of the schema.
    pub version: u32,
    /// Number of columns.
    pub dimensions: usize,
    /// Runs of columns, in order, without gaps.
    pub blocks: Vec<Block>,
}

/// The schema of this build.
pub fn schema() -> Schema {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let kinds = Category::ALL.iter().map(|category| category.name().to_owned()).collect();
    let (hashed, counted) = ("signed hash of 1+ln(count), length 8", "ln(1+count), length 8");
    let block = |name, start, size, value, columns| Block { name, start, size, value, columns };
    let blocks = vec![
        block("names", 0, NAMES, hashed, Vec::new()),
        block("paths", PATHS_START, PATHS, hashed, Vec::new()),
        block("kinds", KINDS_START, KINDS, counted, kinds),
        block("literals", LITERALS_START, LITERALS, counted, literal_columns()),
        block("metrics", METRICS_START, METRIC_NAMES.len() as u16, "ln(1+count), flags 1", owned(METRIC_NAMES)),
    ];
    Schema { version: 1, dimensions: DIMENSIONS, blocks }
}

fn literal_columns() -> Vec<String> {
    let operators = Category::ALL.iter().filter(|category| category.is_operator());
    let operators = operators.map(|category| category.name().to_owned());
    let literals = LITERAL_NAMES.iter().map(|name| (*name).to_owned());
    let keywords = (0..KEYWORDS).map(|number| format!("keyword_{number}"));
    operators.chain(literals).chain(keywords).collect()
}

/// A hash of the schema, 16 hex digits: equal exactly when rows mean the same.
pub fn fingerprint() -> String {
    format!("{:016x}", hash_text(&canonical_text(), 0))
}

fn canonical_text() -> String {
    let schema = schema();
    let mut text = format!("v{} {}", schema.version, schema.dimensions);
    for block in schema.blocks {
        let Block { name, start, size, value, columns } = block;
        // Writing to a string can't fail.
        let _ = write!(text, "\n{name} {start} {size} {value} {}", columns.join(","));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_fill_the_row_without_gaps() {
        let schema = schema();
        let mut next = 0;
        for block in &schema.blocks {
            assert_eq!(block.start, next, "{}", block.name);
            assert!(block.columns.len() <= usize::from(block.size), "{}", block.name);
            next += block.size;
        }
        assert_eq!(usize::from(next), DIMENSIONS);
        assert_eq!(schema.blocks[3].columns.len(), usize::from(LITERALS));
        assert_eq!(Literal::DictionaryEmpty as usize + 1, LITERAL_NAMES.len());
    }

    /// The page lists every block and every named column, so that nobody reads weights by an outdated table.
    #[test]
    fn the_page_says_what_the_schema_is() {
        let page = include_str!("../../../../docs/feature-schema.md");
        for block in schema().blocks {
            let last = block.start + block.size - 1;
            let row = format!("| `{}` | {} | {}–{} | {} |", block.name, block.size, block.start, last, block.value);
            assert!(page.contains(&row), "the page lacks `{row}`");
            for (number, column) in block.columns.iter().enumerate() {
                let row = format!("| {} | `{column}` |", usize::from(block.start) + number);
                assert!(page.contains(&row), "the page lacks `{row}`");
            }
        }
        assert!(page.contains(&fingerprint()), "the page lacks the fingerprint {}", fingerprint());
    }

    #[test]
    fn the_schema_is_json() {
        let json = serde_json::to_value(schema()).unwrap();
        assert_eq!(json["dimensions"], 978);
        assert_eq!(json["blocks"][4]["columns"].as_array().unwrap().len(), 18);
    }
}
