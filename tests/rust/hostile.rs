//! Every text that no editor writes is taken or refused for a reason, in bounded memory, in each language.
//!
//! Memory is counted, not time: `cargo run --release -p sapwood-core --example hostile` shows both.

#[path = "support/columns.rs"]
mod columns;
#[path = "support/counted.rs"]
mod counted;
#[path = "support/shapes.rs"]
mod shapes;

use sapwood_core::Language;

#[global_allocator]
static ALLOCATOR: counted::Counted = counted::Counted;

/// One test, so that nothing else is counted. What took the square of such a length would take hours.
#[test]
fn every_shape_is_taken_or_refused_for_a_reason_in_bounded_memory() {
    counted::count_the_parser();
    for shape in shapes::shapes() {
        for language in Language::ALL {
            let (made, most) = counted::most_held(|| columns::extract(*language, &shape.text));
            let error = made.err();
            assert!((shape.is_expected)(error.as_ref()), "{}: {}: {error:?}", language.name(), shape.name);
            assert!(most <= shapes::MOST, "{}: {}: {most} bytes", language.name(), shape.name);
        }
    }
}
