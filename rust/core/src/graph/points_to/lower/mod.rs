//! Turns a file's syntax tree into a [`Program`].
//!
//! One walk in the order in which the code runs, with a stack of its own: no text is nested too deeply for it.

mod annotations;
mod containers;
mod definitions;
mod expressions;
mod names;
mod narrowing;
mod operators;
mod patterns;
mod statements;
mod texts;

use rustc_hash::FxHashMap;

use self::texts::Text;
use super::environment::{Environment, Slot};
use super::program::{NOTHING, Name, Operation, Program, Side, Variable};
use crate::graph::NodeKind;
use crate::graph::collect::Collected;
use crate::language::{Category, LanguageTable};
use crate::syntax::{NONE, SyntaxTree};

pub(in crate::graph) fn lower(source: &[u8], tree: &SyntaxTree, collected: &Collected<'_>) -> Program {
    let mut lowering = Lowering::new(source, tree, collected);
    lowering.steps.push(Step::Visit(0));
    while let Some(step) = lowering.steps.pop() {
        lowering.step(step);
    }
    lowering.finish()
}

/// Loops and `try` blocks in more of them than this are passed as if their bodies ran once.
const DEEPEST_LOOP: usize = 32;

/// What is yet to be done, the next thing last.
#[derive(Debug, Clone, Copy)]
enum Step {
    Visit(u32),
    /// Visits what a pattern that binds names has to evaluate.
    Target(u32),
    Leave(u32),
    OpenBranches,
    NextBranch,
    CloseBranches(Exhaustive),
    /// Lets names hold what they can where a condition holds, or does not.
    Narrow(u32, Side),
    /// Begins a loop, or a `try`, over the text of a node.
    Collect(u32),
    /// Binds the names of a loop to all that they may hold.
    Repeat,
    Release,
    /// Binds what a loop, or the pattern of a case, binds.
    BindElement(u32),
    BindCase(u32),
    EnterFunction(u32),
    LeaveFunction(u32),
    EnterClass(u32),
    LeaveClass(u32),
}

/// Whether one of several branches is taken in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exhaustive {
    Yes,
    No,
}

/// A module, class or function whose body is being walked.
struct Frame {
    /// The graph node to which the code belongs.
    owner: u32,
    scope: u32,
    function: Option<u32>,
    class: Option<u32>,
    mark: (usize, bool),
}

#[derive(Default)]
struct Named {
    slots: FxHashMap<(u32, u32), Slot>,
    /// By slot.
    scopes_and_names: Vec<(u32, u32)>,
    /// By scope.
    slots_of: FxHashMap<u32, Vec<Slot>>,
    /// By slot: what holds the name for the functions inside of the scope, or [`NONE`].
    seen_from_inside: Vec<Variable>,
    /// By slot: what functions inside of the scope bind the name to, or [`NONE`].
    bound_from_inside: Vec<Variable>,
}

struct Lowering<'a, 'source> {
    source: &'source [u8],
    tree: &'a SyntaxTree,
    table: &'static LanguageTable,
    collected: &'a Collected<'source>,
    program: Program,
    names: FxHashMap<&'source str, Name>,
    builtins: FxHashMap<Name, Variable>,
    /// By syntax node: what the expression gives.
    values: Vec<Variable>,
    /// By syntax node: the entry of the collected uses, or [`NONE`].
    use_of: Vec<u32>,
    /// Graph nodes of functions and classes by syntax node.
    nodes: FxHashMap<u32, u32>,
    named: Named,
    /// By scope: it has a body that is walked in order.
    is_ordered: Vec<bool>,
    environment: Environment,
    frames: Vec<Frame>,
    /// Where the names of open loops and `try` blocks begin.
    collecting: Vec<usize>,
    /// Functions whose parameter a variable is, with its place.
    parameters: FxHashMap<Variable, (u32, u32)>,
    /// Variables that hold a text of which something is known.
    texts: FxHashMap<Variable, Text>,
    steps: Vec<Step>,
}

impl<'a, 'source> Lowering<'a, 'source> {
    fn new(source: &'source [u8], tree: &'a SyntaxTree, collected: &'a Collected<'source>) -> Self {
        let mut use_of = vec![NONE; tree.len()];
        for (number, used) in collected.uses.iter().enumerate() {
            use_of[used.syntax as usize] = number as u32;
        }
        let defines = |kind: NodeKind| matches!(kind, NodeKind::Function | NodeKind::Class);
        let nodes = collected.facts.nodes.iter().enumerate().filter(|(_, node)| defines(node.kind));
        let mut lowering = Self {
            source,
            tree,
            table: tree.table(),
            collected,
            program: Program { variables: NOTHING + 1, ..Program::default() },
            names: FxHashMap::default(),
            builtins: FxHashMap::default(),
            values: vec![NOTHING; tree.len()],
            use_of,
            nodes: nodes.map(|(number, node)| (node.syntax, number as u32)).collect(),
            named: Named::default(),
            is_ordered: vec![false; collected.scopes.len()],
            environment: Environment::default(),
            frames: vec![Frame { owner: 1, scope: 0, function: None, class: None, mark: (0, false) }],
            collecting: Vec::new(),
            parameters: FxHashMap::default(),
            texts: FxHashMap::default(),
            steps: Vec::new(),
        };
        lowering.is_ordered[0] = true;
        for scope in collected.scope_of.iter().filter(|scope| **scope != NONE) {
            lowering.is_ordered[*scope as usize] = true;
        }
        lowering.note_bound_from_inside();
        lowering
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Visit(node) => self.visit(node),
            Step::Target(node) => self.visit_target(node),
            Step::Leave(node) => self.leave(node),
            Step::OpenBranches => self.environment.open(),
            Step::NextBranch => self.environment.next(),
            Step::CloseBranches(exhaustive) => {
                self.environment.close(exhaustive == Exhaustive::Yes, &mut self.program);
            }
            Step::Narrow(condition, side) => self.narrow_by(condition, side),
            Step::Collect(node) => self.collect(node),
            Step::Repeat => self.repeat(),
            Step::Release => self.release(),
            Step::BindElement(node) => self.bind_element(node),
            Step::BindCase(node) => self.bind_case(node),
            Step::EnterFunction(node) => self.enter_function(node),
            Step::LeaveFunction(node) => self.leave_function(node),
            Step::EnterClass(node) => self.enter_class(node),
            Step::LeaveClass(node) => self.leave_class(node),
        }
    }

    /// Does these steps next, in this order.
    fn then(&mut self, steps: impl DoubleEndedIterator<Item = Step>) {
        self.steps.extend(steps.rev());
    }

    fn visit_children(&mut self, node: u32) {
        if self.tree.first_child(node) == NONE {
            return self.leave(node);
        }
        self.steps.push(Step::Leave(node));
        let from = self.steps.len();
        for child in self.tree.children(node) {
            if self.table.is_named(self.tree.kind(child)) {
                self.steps.push(Step::Visit(child));
            }
        }
        self.steps[from..].reverse();
    }

    fn text(&self, node: u32) -> &'source str {
        self.tree.text(node, self.source)
    }

    fn name(&mut self, text: &'source str) -> Name {
        let names = &mut self.program.names;
        *self.names.entry(text).or_insert_with(|| {
            names.push(text.to_owned());
            names.len() as u32 - 1
        })
    }

    fn frame(&self) -> &Frame {
        // The module's frame stays to the end.
        &self.frames[self.frames.len() - 1]
    }

    fn caller(&self) -> u32 {
        self.frame().owner
    }

    /// A new variable for what an expression gives.
    fn value(&mut self, node: u32) -> Variable {
        let variable = self.program.variable();
        self.values[node as usize] = variable;
        variable
    }

    fn value_of(&self, node: Option<u32>) -> Variable {
        node.map_or(NOTHING, |node| self.values[node as usize])
    }

    /// One variable for what several expressions may give.
    fn either(&mut self, node: u32, parts: &[Variable]) {
        self.values[node as usize] = self.program.either(parts.to_vec());
    }

    /// Connects what functions see of the names around them, and gives the finished program.
    fn finish(mut self) -> Program {
        self.program.module = self.held_at_the_end(0);
        let versions = self.environment.versions();
        for slot in 0..self.named.seen_from_inside.len() {
            let to = self.named.seen_from_inside[slot];
            if to == NONE {
                continue;
            }
            let (scope, _) = self.named.scopes_and_names[slot];
            let from_inside = self.named.bound_from_inside[slot];
            if from_inside != NONE {
                self.program.operation(Operation::Copy { from: from_inside, to });
            }
            // A function mostly runs after its module: what the name held before is gone by then.
            let at_the_end = self.environment.get(slot as u32).filter(|_| scope == 0);
            let first = versions.partition_point(|(of, _)| (*of as usize) < slot);
            let every = versions[first..].iter().take_while(|(of, _)| *of as usize == slot);
            for (_, from) in every.filter(|_| at_the_end.is_none()) {
                self.program.operation(Operation::Copy { from: *from, to });
            }
            if let Some(from) = at_the_end {
                self.program.operation(Operation::Copy { from, to });
            }
        }
        self.program
    }

    fn category(&self, node: u32) -> Category {
        self.tree.category(node)
    }
}
