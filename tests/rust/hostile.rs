//! Every text that no editor writes is taken or refused for a reason, in bounded memory and work, in each
//! language.
//!
//! Both are counted, not timed: `cargo run --release -p sapwood-core --example hostile` shows the time as well.

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
fn every_shape_is_taken_or_refused_for_a_reason_in_bounded_memory_and_work() {
    counted::count_the_parser();
    for shape in shapes::shapes() {
        for language in Language::ALL {
            let (made, cost) = counted::cost(|| columns::extract(*language, &shape.text));
            let error = made.err();
            assert!((shape.is_expected)(error.as_ref()), "{}: {}: {error:?}", language.name(), shape.name);
            assert!(shapes::is_bounded(cost), "{}: {}: {cost:?}", language.name(), shape.name);
        }
    }
}
