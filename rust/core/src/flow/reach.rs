//! Which occurrence of a variable can come before which.

use rustc_hash::FxHashMap;

use super::control::{ControlFlow, Event};
use super::{Edge, FlowKind, MOST_REACHING};

/// How many blocks are looked through in all, for each block and occurrence that there is: no text that people write
/// needs a tenth of it.
const STEPS_EACH: usize = 256;

/// Edges to last writes and next uses.
pub(super) fn edges(control: &ControlFlow) -> Vec<Edge> {
    let mut search = Search::new(control);
    let mut edges = Vec::new();
    let mut previous: FxHashMap<u32, Seen> = FxHashMap::default();
    for number in 0..control.events.len() {
        let event = control.events[number];
        let here = previous.get(&event.binding).copied().filter(|seen| seen.block == event.block);
        let node = |event: u32| control.events[event as usize].node;
        match here.and_then(|seen| seen.write) {
            Some(write) => edges.push((event.node, node(write), FlowKind::LastWrite)),
            None => edges
                .extend(search.before(event, |seen| seen.write).map(|e| (event.node, node(e), FlowKind::LastWrite))),
        }
        match here {
            Some(seen) => edges.push((node(seen.event), event.node, FlowKind::NextUse)),
            None => edges.extend(
                search.before(event, |seen| Some(seen.event)).map(|e| (node(e), event.node, FlowKind::NextUse)),
            ),
        }
        let write = if event.writes { Some(number as u32) } else { here.and_then(|seen| seen.write) };
        previous.insert(event.binding, Seen { block: event.block, event: number as u32, write });
    }
    edges.extend(between_functions(control));
    edges
}

/// What was seen last of a variable, in one block.
#[derive(Debug, Clone, Copy)]
struct Seen {
    block: u32,
    event: u32,
    write: Option<u32>,
}

/// Goes back over blocks.
struct Search<'a> {
    control: &'a ControlFlow,
    /// By binding and block.
    seen: FxHashMap<(u32, u32), Seen>,
    /// For each block, the number of the search that was there last.
    visited: Vec<u32>,
    searches: u32,
    steps_left: usize,
}

impl<'a> Search<'a> {
    fn new(control: &'a ControlFlow) -> Self {
        let mut seen: FxHashMap<(u32, u32), Seen> = FxHashMap::default();
        for (number, event) in (0..).zip(&control.events) {
            let before = seen.get(&(event.binding, event.block)).and_then(|seen| seen.write);
            let write = if event.writes { Some(number) } else { before };
            seen.insert((event.binding, event.block), Seen { block: event.block, event: number, write });
        }
        let steps_left = STEPS_EACH * (control.block_count() + control.events.len());
        Self { control, seen, visited: vec![0; control.block_count()], searches: 0, steps_left }
    }

    /// The events of the same variable that can come before the block of an event, nearest first.
    fn before(&mut self, event: Event, of: fn(&Seen) -> Option<u32>) -> impl Iterator<Item = u32> + use<> {
        self.searches += 1;
        let mut found = Vec::new();
        let mut open: std::collections::VecDeque<u32> = self.control.before(event.block).collect();
        while let Some(block) = open.pop_front().filter(|_| found.len() < MOST_REACHING && self.steps_left > 0) {
            if std::mem::replace(&mut self.visited[block as usize], self.searches) == self.searches {
                continue;
            }
            self.steps_left -= 1;
            match self.seen.get(&(event.binding, block)).and_then(of) {
                Some(event) => found.push(event),
                None => open.extend(self.control.before(block)),
            }
        }
        found.into_iter()
    }
}

/// Writes of a variable that another function than the one of an occurrence makes.
fn between_functions(control: &ControlFlow) -> Vec<Edge> {
    let mut events: Vec<Event> = control.events.clone();
    events.sort_by_key(|event| (event.binding, event.function, event.node));
    let mut edges = Vec::new();
    for of_binding in events.chunk_by(|left, right| left.binding == right.binding) {
        if of_binding.first().map(|event| event.function) == of_binding.last().map(|event| event.function) {
            continue;
        }
        let writes: Vec<Event> = of_binding.iter().filter(|event| event.writes).copied().collect();
        for event in of_binding {
            let elsewhere = writes.iter().filter(|write| write.function != event.function).take(MOST_REACHING);
            for write in elsewhere {
                edges.push((event.node, write.node, FlowKind::LastWrite));
                edges.push((write.node, event.node, FlowKind::NextUse));
            }
        }
    }
    edges
}
