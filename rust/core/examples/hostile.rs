//! What hostile texts cost: time and the most memory held, for each shape in each language, as JSON lines.
//!
//! `cargo run --release -p sapwood-core --example hostile [LANGUAGE] [PART OF A SHAPE'S NAME]`; with `--files` the texts
//! are the files named on standard input.

#![allow(clippy::print_stdout, clippy::expect_used, reason = "a report for people who develop this")]

#[path = "../../../tests/rust/support/columns.rs"]
mod columns;
#[path = "../../../tests/rust/support/counted.rs"]
mod counted;
#[path = "../../../tests/rust/support/shapes.rs"]
mod shapes;

use sapwood_core::{CoreError, Language};

#[global_allocator]
static ALLOCATOR: counted::Counted = counted::Counted;

fn main() {
    counted::count_the_parser();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == "--files") {
        return files();
    }
    let of = |place: usize, name: &str| arguments.get(place).is_none_or(|wanted| name.contains(wanted.as_str()));
    for shape in shapes::shapes().filter(|shape| of(1, &shape.name)) {
        for language in Language::ALL.iter().filter(|language| of(0, language.name())) {
            report(*language, &shape);
        }
    }
}

#[allow(clippy::disallowed_methods, reason = "the files are those that a person names")]
fn files() {
    for path in std::io::stdin().lines() {
        let path = path.expect("lines of text");
        let (Some(language), Ok(text)) = (Language::from_path(&path), std::fs::read(&path)) else { continue };
        let taken = |error: Option<&CoreError>| error.is_none();
        report(language, &shapes::Shape { name: path, text, is_expected: taken });
    }
}

fn report(language: Language, shape: &shapes::Shape) {
    let start = processor_time();
    let (made, cost) = counted::cost(|| columns::extract(language, &shape.text));
    let line = serde_json::json!({
        "language": language.name(),
        "shape": shape.name,
        "length": shape.text.len(),
        "ms": processor_time() - start,
        "megabytes": cost.most as f64 / 1e6,
        "megabytes_drawn": cost.drawn as f64 / 1e6,
        "as_expected": (shape.is_expected)(made.as_ref().err()) && shapes::is_bounded(cost),
        "nodes": made.as_ref().ok(),
        "refused": made.as_ref().err().map(ToString::to_string),
    });
    println!("{line}");
}

/// Milliseconds for which this thread has run: on a busy machine the clock tells of others.
#[allow(clippy::disallowed_methods, reason = "no file, but what the system tells of this thread")]
fn processor_time() -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux tells how long a thread ran");
    let nanoseconds = told.split_whitespace().next().and_then(|first| first.parse::<f64>().ok());
    nanoseconds.expect("a number") / 1e6
}
