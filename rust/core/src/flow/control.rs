//! The order in which a text's occurrences of variables run: blocks of occurrences, and which block can follow which.

use rustc_hash::FxHashMap;

use super::plan::{Step, plan};
use crate::forest::{Declaration, Occurrence};
use crate::language::{Category, Role};
use crate::syntax::{NONE, SyntaxTree};

/// An occurrence of a variable where it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Event {
    /// Syntax node of the name.
    pub(super) node: u32,
    pub(super) binding: u32,
    pub(super) writes: bool,
    pub(super) block: u32,
    /// Number of the function it runs in; 0 for the outermost.
    pub(super) function: u32,
}

/// Events in the order of their blocks, and the blocks before each block.
#[derive(Debug, Default)]
pub(super) struct ControlFlow {
    pub(super) events: Vec<Event>,
    /// Block and block before it, sorted.
    links: Vec<(u32, u32)>,
    /// Where the links of each block start; one more than there are blocks.
    starts: Vec<u32>,
}

impl ControlFlow {
    pub(super) fn of(source: &[u8], tree: &SyntaxTree, root: u32, occurrences: &[Occurrence]) -> Self {
        let mut walk = Walk::new(source, tree, root, occurrences);
        walk.run();
        walk.finish()
    }

    pub(super) fn block_count(&self) -> usize {
        self.starts.len() - 1
    }

    /// The blocks that can run right before a block.
    pub(super) fn before(&self, block: u32) -> impl Iterator<Item = u32> + use<'_> {
        let range = self.starts[block as usize] as usize..self.starts[block as usize + 1] as usize;
        self.links[range].iter().map(|(_, before)| *before)
    }
}

/// A construct whose end is still to come.
#[derive(Debug, Default)]
struct Frame {
    kind: FrameKind,
    /// Where its branches start.
    head: u32,
    /// Where it is left from in good order.
    exits: Vec<u32>,
    /// Where it is left by `break`, and where its next round is started by `continue`.
    breaks: Vec<u32>,
    continues: Vec<u32>,
    /// Where a branch ended that may fall through to the next.
    falls: Option<u32>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum FrameKind {
    #[default]
    Branches,
    Loop,
    Switch,
    /// A function: nothing inside leaves what is around it. Holds what to go back to.
    Function {
        block: u32,
        function: u32,
        handlers: usize,
    },
}

struct Walk<'a> {
    source: &'a [u8],
    tree: &'a SyntaxTree,
    root: u32,
    occurrences: FxHashMap<u32, (u32, Declaration)>,
    steps: Vec<Step>,
    frames: Vec<Frame>,
    /// The blocks that exceptions of the blocks being made lead to, innermost last; those of a function start at `handlers`.
    handlers: Vec<u32>,
    own_handlers: usize,
    block: u32,
    blocks: u32,
    function: u32,
    functions: u32,
    events: Vec<Event>,
    links: Vec<(u32, u32)>,
}

impl<'a> Walk<'a> {
    fn new(source: &'a [u8], tree: &'a SyntaxTree, root: u32, occurrences: &[Occurrence]) -> Self {
        let bound = occurrences.iter().filter(|occurrence| occurrence.binding != NONE);
        Self {
            source,
            tree,
            root,
            occurrences: bound.map(|found| (found.node, (found.binding, found.declaration))).collect(),
            steps: vec![Step::Visit(root)],
            frames: Vec::new(),
            handlers: Vec::new(),
            own_handlers: 0,
            block: 0,
            blocks: 1,
            function: 0,
            functions: 1,
            events: Vec::new(),
            links: Vec::new(),
        }
    }

    fn run(&mut self) {
        while let Some(step) = self.steps.pop() {
            match step {
                Step::Visit(node) => self.visit(node),
                other => self.take(other),
            }
        }
    }

    fn finish(mut self) -> ControlFlow {
        self.links.sort_unstable();
        self.links.dedup();
        let starts = (0..=self.blocks).map(|block| self.links.partition_point(|link| link.0 < block) as u32).collect();
        self.events.sort_by_key(|event| event.block);
        ControlFlow { events: self.events, links: self.links, starts }
    }

    fn visit(&mut self, node: u32) {
        let category = self.tree.category(node);
        if category == Category::Comment || category.is_import() {
            return;
        }
        // An exception may leave what is tried between any two statements.
        if category.is_statement() && self.handlers.len() > self.own_handlers {
            self.block = self.block_after([self.block]);
        }
        if let Some((binding, declaration)) = self.occurrences.get(&node).copied() {
            self.record(node, binding, declaration);
        }
        let first = self.steps.len();
        if !plan(self.source, self.tree, node, node == self.root, &mut self.steps) {
            self.steps.extend(self.tree.children(node).map(Step::Visit));
        }
        self.steps[first..].reverse();
    }

    fn record(&mut self, node: u32, binding: u32, declaration: Declaration) {
        if matches!(declaration, Declaration::Forward | Declaration::Import) {
            return;
        }
        let writes = declaration != Declaration::Use;
        self.events.push(Event { node, binding, writes, block: self.block, function: self.function });
    }

    fn new_block(&mut self) -> u32 {
        self.blocks += 1;
        self.blocks - 1
    }

    fn block_after(&mut self, before: impl IntoIterator<Item = u32>) -> u32 {
        let block = self.new_block();
        self.links.extend(before.into_iter().map(|before| (block, before)));
        if let Some(handler) = self.handlers[self.own_handlers..].last() {
            self.links.push((*handler, block));
        }
        block
    }

    fn frame(&mut self) -> &mut Frame {
        if self.frames.is_empty() {
            self.frames.push(Frame::default());
        }
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    fn take(&mut self, step: Step) {
        let block = self.block;
        match step {
            Step::Visit(node) => self.visit(node),
            Step::Open => self.frames.push(Frame { head: block, ..Frame::default() }),
            Step::OpenSwitch => self.frames.push(Frame { head: block, kind: FrameKind::Switch, ..Frame::default() }),
            Step::OpenLoop => self.open_loop(),
            Step::Branch => {
                let head = self.frame().head;
                self.block = self.block_after([head]);
            }
            Step::Case => {
                let (head, falls) = (self.frame().head, self.frame().falls);
                self.block = self.block_after([head].into_iter().chain(falls));
            }
            Step::Fork => self.block = self.block_after([block]),
            Step::Rehead => self.frame().head = block,
            Step::Leave => self.frame().exits.push(block),
            Step::Fall => self.frame().falls = Some(block),
            Step::Skip => {
                let head = self.frame().head;
                self.frame().exits.push(head);
            }
            Step::NextRound => {
                let continues = std::mem::take(&mut self.frame().continues);
                self.block = self.block_after(continues.into_iter().chain([block]));
            }
            Step::Continue => self.go_on(),
            Step::Break => self.break_out(),
            Step::Back => self.back(),
            Step::Else => {
                let exits = std::mem::take(&mut self.frame().exits);
                self.block = self.block_after(exits);
            }
            Step::Join => {
                let frame = self.frames.pop().unwrap_or_default();
                self.block = self.block_after(frame.exits.into_iter().chain(frame.breaks));
            }
            Step::Dead => self.block = self.block_after([]),
            Step::Enter => self.enter(),
            Step::Exit => self.exit(),
            Step::Try => self.open_handler(),
            Step::EndTry => {
                self.frame().exits.push(block);
                let handler = self.handlers.pop().unwrap_or(block);
                self.frame().head = handler;
            }
            Step::Finally => {
                let handler = self.handlers.pop().unwrap_or(block);
                let exits = std::mem::take(&mut self.frame().exits);
                self.block = self.block_after(exits.into_iter().chain([handler]));
                self.frames.pop();
            }
            Step::EndHandlers => {
                self.handlers.pop();
            }
        }
    }

    fn open_loop(&mut self) {
        let head = self.block_after([self.block]);
        self.frames.push(Frame { head, kind: FrameKind::Loop, ..Frame::default() });
        self.block = head;
    }

    /// From the end of a loop's body to its beginning.
    fn back(&mut self) {
        let block = self.block;
        let frame = self.frame();
        let head = frame.head;
        let rounds: Vec<u32> = std::mem::take(&mut frame.continues).into_iter().chain([block]).collect();
        self.links.extend(rounds.into_iter().map(|before| (head, before)));
    }

    /// `continue`: back to the head of the innermost loop.
    fn go_on(&mut self) {
        let block = self.block;
        if let Some(frame) = self.innermost(|kind| matches!(kind, FrameKind::Loop)) {
            frame.continues.push(block);
        }
        self.block = self.block_after([]);
    }

    /// `break`: out of the innermost loop or switch.
    fn break_out(&mut self) {
        let block = self.block;
        if let Some(frame) = self.innermost(|kind| matches!(kind, FrameKind::Loop | FrameKind::Switch)) {
            frame.breaks.push(block);
        }
        self.block = self.block_after([]);
    }

    /// The innermost construct of this function that a jump can be about.
    fn innermost(&mut self, is_meant: impl Fn(&FrameKind) -> bool) -> Option<&mut Frame> {
        let inside = self.frames.iter_mut().rev().take_while(|frame| !matches!(frame.kind, FrameKind::Function { .. }));
        inside.take(MOST_JUMPED).find(|frame| is_meant(&frame.kind))
    }

    fn open_handler(&mut self) {
        let handler = self.block_after([self.block]);
        self.handlers.push(handler);
    }

    fn enter(&mut self) {
        let kind = FrameKind::Function { block: self.block, function: self.function, handlers: self.own_handlers };
        self.frames.push(Frame { kind, ..Frame::default() });
        self.own_handlers = self.handlers.len();
        self.function = self.functions;
        self.functions += 1;
        self.block = self.new_block();
    }

    fn exit(&mut self) {
        if let Some(Frame { kind: FrameKind::Function { block, function, handlers }, .. }) = self.frames.pop() {
            (self.block, self.function, self.own_handlers) = (block, function, handlers);
        }
    }
}

/// How many constructs around it a jump is looked out of.
const MOST_JUMPED: usize = 1_000;

/// The first child with that role, of a node or of the clause that it has its parts in.
pub(super) fn part(tree: &SyntaxTree, node: u32, role: Role) -> Option<u32> {
    tree.child_with_role(node, role).or_else(|| {
        let is_clause = |child: &u32| {
            tree.role(*child) == Role::None && matches!(tree.category(*child), Category::Other | Category::Assignment)
        };
        tree.children(node).find(is_clause).and_then(|clause| tree.child_with_role(clause, role))
    })
}
