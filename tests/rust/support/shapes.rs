//! Texts that no editor writes.

use sapwood_core::CoreError;

use crate::counted::Cost;

/// A text, and what may come of it.
pub(crate) struct Shape {
    pub(crate) name: String,
    pub(crate) text: Vec<u8>,
    pub(crate) is_expected: fn(Option<&CoreError>) -> bool,
}

/// Whether a text, with all that is made of it, takes no more memory than a file may.
pub(crate) fn is_bounded(cost: Cost) -> bool {
    cost.most <= 64_000_000 && cost.drawn <= MOST_DRAWN
}

/// Bytes that may be allocated for a text, one after the other: what takes as many takes up to half a second.
const MOST_DRAWN: usize = 400_000_000;

/// How deep and how long.
const MANY: usize = 100_000;
const MEGABYTE: usize = 1_000_000;

/// What opens a level, and what closes it again.
const LEVELS: &[(&str, &str)] = &[
    ("(", ")"),
    ("{", "}"),
    ("f(", ")"),
    ("int (*", ")()"),
    ("`${", "}`"),
    ("/*", "*/"),
    ("<A>", "</A>"),
    ("A<", ""),
    ("-", ""),
    ("a=", ""),
    ("a.", ""),
    ("a?b:", ""),
    ("lambda:", ""),
    ("if(a)", ""),
];

/// What fills a megabyte of one line, or of very many; the last breaks one definition after the other.
const UNITS: &[&str] =
    &["x = f(y); ", "1,", "a b ", "f()", "// x\n", "# x\n", "func (d D) B() T { return d }\nfunc (d D) R{ t T }\n"];

/// Every shape, for any language.
pub(crate) fn shapes() -> impl Iterator<Item = Shape> {
    plain().into_iter().chain(UNITS.iter().map(|unit| filled(unit))).chain(LEVELS.iter().map(nested))
}

fn filled(unit: &str) -> Shape {
    shape(&format!("1 MB of {unit:?}"), unit.repeat(MEGABYTE / unit.len()), taken_or_too_much)
}

fn nested((open, close): &(&str, &str)) -> Shape {
    let text = [&open.repeat(MANY), "1", &close.repeat(MANY)].concat();
    shape(&format!("100,000 nested {open:?}"), text, taken_or_too_much)
}

fn plain() -> Vec<Shape> {
    let punctuation = b"(){}[]<>;:,.=*&!?|\"'`#@/\\+-%^~$";
    let random = |alphabet: &[u8], length: u64| -> Vec<u8> {
        (0..length).map(|place| alphabet[(drawn(place) % alphabet.len() as u64) as usize]).collect()
    };
    vec![
        shape("empty", "", is_taken),
        shape("blank", " \n\t\r\n".repeat(MEGABYTE / 5), is_taken),
        shape("byte order mark", "\u{feff}x = 1;\n", is_taken),
        shape("lone carriage returns", "x = 1;\r".repeat(1_000), taken_or_too_much),
        shape("bidirectional controls", "x = \"\u{202e}\u{2066}\";\n".repeat(1_000), taken_or_too_much),
        shape("huge number", "9".repeat(MEGABYTE), taken_or_too_much),
        shape("huge name", "a".repeat(MEGABYTE), is_taken),
        shape("huge string", format!("x = \"{}\";", "a".repeat(MEGABYTE)), taken_or_too_much),
        shape("huge comment", format!("/*{}*/", "a ".repeat(MEGABYTE / 2)), taken_or_too_much),
        shape("open string", format!("x = \"{}", "a".repeat(MEGABYTE)), taken_or_too_much),
        shape("indented ever deeper", indented(), taken_or_too_much),
        shape("random punctuation", random(punctuation, MEGABYTE as u64), taken_or_too_much),
        shape("random words and signs", words(), taken_or_too_much),
        shape("NUL byte", "x = 1\0", |error| matches!(error, Some(CoreError::Binary { offset: 5 }))),
        shape("binary", [0x7f, b'E', b'L', b'F', 0, 1].repeat(1_000), |error| {
            matches!(error, Some(CoreError::Binary { .. }))
        }),
        shape("no UTF-8", b"x = '\xff\xfe'\n", |error| matches!(error, Some(CoreError::NotUtf8 { offset: 5 }))),
        shape("50 MB", "x\n".repeat(25 * MEGABYTE), |error| matches!(error, Some(CoreError::TooLarge { .. }))),
    ]
}

/// Words of all languages, and what stands between words, in no order: an error at every turn.
fn words() -> String {
    let pieces = "def |class |function |fn |func |impl |struct |enum |trait |interface |namespace |mod |import |from |use |const \
                  |let |type |return |if |else |for |while |match |switch |case |try |catch |new |async |lambda |template \
                  |public |void |int |a|f|self|this|0|1.5|x1_y|\n|\n    | |(|)|{|}|[|]|<|>|;|:|,|.|=|=>|->|::|*|&|!|?|\"|'|`|@|//";
    let pieces: Vec<&str> = pieces.split('|').collect();
    let mut text = String::new();
    for place in 0.. {
        text.push_str(pieces[(drawn(place) % pieces.len() as u64) as usize]);
        if text.len() >= MEGABYTE {
            break;
        }
    }
    text
}

/// The deepest indentation that fits.
fn indented() -> String {
    let lines = (0..1_400).map(|depth| format!("{}if a:\n", " ".repeat(depth)));
    lines.collect::<Vec<_>>().concat()
}

fn shape(name: &str, text: impl AsRef<[u8]>, is_expected: fn(Option<&CoreError>) -> bool) -> Shape {
    Shape { name: name.to_owned(), text: text.as_ref().to_vec(), is_expected }
}

fn is_taken(error: Option<&CoreError>) -> bool {
    error.is_none()
}

fn taken_or_too_much(error: Option<&CoreError>) -> bool {
    matches!(
        error,
        None | Some(
            CoreError::ParseBudget { .. }
                | CoreError::TooManyOpen { .. }
                | CoreError::Unfinished { .. }
                | CoreError::NoCode { .. }
                | CoreError::TooManyNodes { .. }
                | CoreError::TooNested { .. }
        )
    )
}

fn drawn(place: u64) -> u64 {
    (place + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33
}
