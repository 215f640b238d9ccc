//! In which order the parts of a construct run.

use super::control::part;
use crate::language::{Category, Role};
use crate::syntax::SyntaxTree;

/// One step of a walk in the order of running.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Visit(u32),
    /// Begins a construct with branches from here.
    Open,
    OpenSwitch,
    OpenLoop,
    /// Goes on from where the branches start.
    Branch,
    /// As that, or from where the case before falls through.
    Case,
    /// Goes on from here, but not in the same block.
    Fork,
    /// Further branches start here.
    Rehead,
    /// The construct can be left from here.
    Leave,
    /// The next case can be run from here.
    Fall,
    /// The construct can be left from where its branches start.
    Skip,
    /// Where `continue` leads to.
    NextRound,
    /// To the beginning of the loop.
    Back,
    /// Goes on from where the construct was left so far.
    Else,
    /// Ends a construct: goes on from wherever it was left.
    Join,
    Break,
    Continue,
    /// Nothing that follows runs after this.
    Dead,
    /// Begins and ends a function that is only defined here.
    Enter,
    Exit,
    /// What follows may be left at any point.
    Try,
    /// From here on the handlers run, if anything does.
    EndTry,
    /// What runs in any case.
    Finally,
    EndHandlers,
}

use Step::{
    Back, Branch, Break, Case, Continue, Dead, Else, EndHandlers, EndTry, Enter, Exit, Fall, Finally, Fork, Join,
    Leave, NextRound, Open, OpenLoop, OpenSwitch, Rehead, Skip, Try, Visit,
};

/// Adds the steps of a node in order; none, and false, where its children just run one after the other.
pub(super) fn plan(source: &[u8], tree: &SyntaxTree, node: u32, is_root: bool, steps: &mut Vec<Step>) -> bool {
    match tree.category(node) {
        Category::Function | Category::Lambda => function(tree, node, is_root, steps),
        Category::If | Category::Conditional => branches(tree, node, steps),
        Category::While => while_loop(tree, node, steps),
        Category::For => for_loop(tree, node, steps),
        Category::Comprehension | Category::Generator => comprehension(tree, node, steps),
        Category::Match => switch(source, tree, node, steps),
        Category::Try => attempt(tree, node, steps),
        Category::BooleanOperation => short_circuit(tree, node, steps),
        Category::Assignment | Category::AugmentedAssignment | Category::ComprehensionFor => {
            value_first(tree, node, Role::Left, steps);
        }
        Category::NamedExpression => value_first(tree, node, Role::Name, steps),
        Category::Return | Category::Raise => {
            steps.extend(tree.children(node).map(Visit));
            steps.push(Dead);
        }
        Category::Break => steps.push(Break),
        // The next case of a switch is no next round; whether it follows is not asked.
        Category::Continue if tree.text(node, source).starts_with("fallthrough") => {}
        Category::Continue => steps.push(Continue),
        _ => return false,
    }
    true
}

fn with_role(tree: &SyntaxTree, node: u32, role: Role) -> impl Iterator<Item = Step> + '_ {
    tree.children(node).filter(move |child| tree.role(*child) == role).map(Visit)
}

/// What stands in the header is run where the function is defined, the parameters and the body when it is called.
fn function(tree: &SyntaxTree, node: u32, is_root: bool, steps: &mut Vec<Step>) {
    let is_inside =
        |child: &u32| matches!(tree.role(*child), Role::Body | Role::Parameters | Role::Receiver | Role::Declarator);
    steps.extend(tree.children(node).filter(|child| !is_inside(child)).map(Visit));
    if !is_root {
        steps.push(Enter);
    }
    let body = |child: &u32| tree.role(*child) == Role::Body;
    steps.extend(tree.children(node).filter(|child| is_inside(child) && !body(child)).map(Visit));
    steps.extend(tree.children(node).filter(body).map(Visit));
    if !is_root {
        steps.push(Exit);
    }
}

fn value_first(tree: &SyntaxTree, node: u32, target: Role, steps: &mut Vec<Step>) {
    steps.extend(tree.children(node).filter(|child| tree.role(*child) != target).map(Visit));
    steps.extend(with_role(tree, node, target));
}

fn branches(tree: &SyntaxTree, node: u32, steps: &mut Vec<Step>) {
    let parts: Vec<u32> = tree.children(node).filter(|child| tree.is_named(*child)).collect();
    if tree.child_with_role(node, Role::Condition).is_none() {
        // `consequence if condition else alternative`
        match parts.as_slice() {
            [then, condition, otherwise] => {
                let both =
                    [Visit(*condition), Open, Branch, Visit(*then), Leave, Branch, Visit(*otherwise), Leave, Join];
                steps.extend(both);
            }
            _ => steps.extend(parts.into_iter().map(Visit)),
        }
        return;
    }
    steps.extend(with_role(tree, node, Role::Initializer));
    condition_and_consequence(tree, node, steps);
    let mut decides = false;
    for alternative in parts.into_iter().filter(|child| tree.role(*child) == Role::Alternative) {
        steps.push(Branch);
        decides = tree.category(alternative) != Category::ElseIf;
        if decides {
            steps.extend([Visit(alternative), Leave]);
        } else {
            steps.extend(with_role(tree, alternative, Role::Condition));
            steps.extend([Rehead, Branch]);
            steps.extend(with_role(tree, alternative, Role::Consequence));
            steps.push(Leave);
        }
    }
    if !decides {
        steps.push(Skip);
    }
    steps.push(Join);
}

fn condition_and_consequence(tree: &SyntaxTree, node: u32, steps: &mut Vec<Step>) {
    steps.extend(with_role(tree, node, Role::Condition));
    steps.extend([Open, Branch]);
    steps.extend(with_role(tree, node, Role::Consequence));
    steps.push(Leave);
}

fn while_loop(tree: &SyntaxTree, node: u32, steps: &mut Vec<Step>) {
    let condition = tree.child_with_role(node, Role::Condition);
    let body = tree.child_with_role(node, Role::Body);
    let runs_first = condition.zip(body).is_some_and(|(condition, body)| body < condition);
    steps.push(OpenLoop);
    if runs_first {
        steps.extend(body.map(Visit));
        steps.push(NextRound);
        steps.extend(condition.map(Visit));
        steps.extend([Leave, Back, Join]);
        return;
    }
    steps.extend(condition.map(Visit));
    if condition.is_some_and(|condition| !is_true(tree, condition)) {
        steps.push(Leave);
    }
    steps.push(Fork);
    steps.extend(body.map(Visit));
    end_of_loop(tree, node, steps);
}

/// Whether a condition is the word for true, in parentheses or not.
fn is_true(tree: &SyntaxTree, condition: u32) -> bool {
    let only = |node: u32| {
        let mut named = tree.children(node).filter(|child| tree.is_named(*child));
        named.next().filter(|_| named.next().is_none())
    };
    match tree.category(condition) {
        Category::True => true,
        Category::Parenthesized => only(condition).is_some_and(|inner| tree.category(inner) == Category::True),
        _ => false,
    }
}

fn end_of_loop(tree: &SyntaxTree, node: u32, steps: &mut Vec<Step>) {
    steps.push(Back);
    if tree.child_with_role(node, Role::Alternative).is_some() {
        steps.push(Else);
        steps.extend(with_role(tree, node, Role::Alternative));
        steps.push(Leave);
    }
    steps.push(Join);
}

fn for_loop(tree: &SyntaxTree, node: u32, steps: &mut Vec<Step>) {
    let body = tree.child_with_role(node, Role::Body);
    if let Some(source) = part(tree, node, Role::Right) {
        steps.extend([Visit(source), OpenLoop, Leave, Fork]);
        steps.extend(part(tree, node, Role::Left).map(Visit));
        steps.extend(body.map(Visit));
        return end_of_loop(tree, node, steps);
    }
    let named = || tree.children(node).filter(|child| tree.is_named(*child) && Some(*child) != body);
    let has_clause = named().any(|child| tree.category(child) == Category::Other);
    let condition = part(tree, node, Role::Condition)
        .or_else(|| named().find(|child| tree.role(*child) == Role::None && !has_clause));
    steps.extend(part(tree, node, Role::Initializer).map(Visit));
    steps.push(OpenLoop);
    if let Some(condition) = condition {
        steps.extend([Visit(condition), Leave]);
    }
    steps.push(Fork);
    steps.extend(body.map(Visit));
    steps.push(NextRound);
    steps.extend(part(tree, node, Role::Update).map(Visit));
    steps.extend([Back, Join]);
}

/// The clauses of a comprehension run before what it makes of each element.
fn comprehension(tree: &SyntaxTree, node: u32, steps: &mut Vec<Step>) {
    let mut loops = 0;
    for child in tree.children(node).filter(|child| tree.is_named(*child)) {
        match tree.category(child) {
            Category::ComprehensionFor => {
                steps.extend(with_role(tree, child, Role::Right));
                steps.extend([OpenLoop, Leave, Fork]);
                steps.extend(with_role(tree, child, Role::Left));
                loops += 1;
            }
            // Where it does not hold, the next element follows.
            Category::ComprehensionIf => steps.extend([Visit(child), Open, Fork, Leave, Skip, Join]),
            _ => {}
        }
    }
    let is_clause =
        |child: &u32| matches!(tree.category(*child), Category::ComprehensionFor | Category::ComprehensionIf);
    steps.extend(tree.children(node).filter(|child| !is_clause(child)).map(Visit));
    for _ in 0..loops {
        steps.extend([Back, Join]);
    }
}

fn switch(source: &[u8], tree: &SyntaxTree, node: u32, steps: &mut Vec<Step>) {
    let cases: Vec<u32> = cases(tree, node);
    let text = |node: u32| tree.text(node, source).trim_start();
    let falls_through = text(node).starts_with("switch");
    let has_default = |case: &u32| ["default", "_", "case _:"].iter().any(|word| text(*case).starts_with(word));
    steps.extend(with_role(tree, node, Role::Initializer));
    steps.extend(with_role(tree, node, Role::Subject));
    steps.extend(with_role(tree, node, Role::Alias));
    steps.push(if falls_through { OpenSwitch } else { Open });
    for case in &cases {
        steps.push(Case);
        steps.extend(tree.children(*case).map(Visit));
        steps.push(Leave);
        if falls_through {
            steps.push(Fall);
        }
    }
    if !cases.iter().any(has_default) {
        steps.push(Skip);
    }
    steps.push(Join);
}

/// The cases of a switch, in its body or without one.
fn cases(tree: &SyntaxTree, node: u32) -> Vec<u32> {
    let body = tree.child_with_role(node, Role::Body).filter(|body| tree.category(*body) == Category::Block);
    let holder = body.unwrap_or(node);
    let is_case = |child: &u32| tree.category(*child) == Category::MatchCase;
    let found: Vec<u32> = tree.children(holder).filter(is_case).collect();
    if !found.is_empty() || body.is_some() {
        return found;
    }
    let blocks = tree.children(node).filter(|child| tree.category(*child) == Category::Block);
    blocks.flat_map(|block| tree.children(block).filter(is_case)).collect()
}

fn attempt(tree: &SyntaxTree, node: u32, steps: &mut Vec<Step>) {
    let is = |child: u32, category: Category| tree.category(child) == category;
    let others =
        |child: &u32| !is(*child, Category::Catch) && !is(*child, Category::Finally) && !is(*child, Category::Else);
    steps.extend([Try, Open, Try]);
    steps.extend(tree.children(node).filter(others).map(Visit));
    let otherwise = tree.children(node).filter(|child| is(*child, Category::Else));
    steps.extend(otherwise.map(Visit));
    steps.push(EndTry);
    for handler in tree.children(node).filter(|child| is(*child, Category::Catch)) {
        steps.extend([Branch, Visit(handler), Leave]);
    }
    let last: Vec<u32> = tree.children(node).filter(|child| is(*child, Category::Finally)).collect();
    if last.is_empty() {
        return steps.extend([Join, EndHandlers]);
    }
    steps.push(Finally);
    steps.extend(last.into_iter().map(Visit));
}

/// What stands on the right of `and` and `or` may not be run.
fn short_circuit(tree: &SyntaxTree, node: u32, steps: &mut Vec<Step>) {
    let mut operands = tree.children(node).filter(|child| tree.is_named(*child));
    steps.extend(operands.next().map(Visit));
    for operand in operands {
        steps.extend([Open, Branch, Visit(operand), Leave, Skip, Join]);
    }
}
