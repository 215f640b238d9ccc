//! Which variable an occurrence means, where a block has variables of its own.
//!
//! [`Bindings`] knows the names of functions: enough to rename, since all variables of one name in one function can
//! change it together. A value flows from one variable only.

use rustc_hash::FxHashMap;

use crate::forest::{Bindings, Declaration, Occurrence};
use crate::language::{BlockVariables, Category, Role};
use crate::syntax::{NONE, SyntaxTree};

/// How far out the declaration of a name and the block around it are looked for.
const MOST_OUTWARDS: usize = 100;

/// Among how many first children of a declaration the word stands that says what it declares.
const MOST_BEFORE_TOKEN: usize = 16;

/// The occurrences of a text, each with the number of its variable as its binding.
pub(super) fn of(source: &[u8], tree: &SyntaxTree, root: u32, bindings: &Bindings<'_>) -> Vec<Occurrence> {
    let mut occurrences = bindings.occurrences().to_vec();
    let Some(seen) = tree.table().rules().block_variables else { return occurrences };
    let blocks = Blocks { source, tree, root, seen };
    let declared: Vec<Option<Reach>> = occurrences.iter().map(|occurrence| blocks.declared(occurrence)).collect();
    let variables = Variables::new(bindings, &occurrences, &declared);
    let mut numbers = variables.sweep(&occurrences, &declared);
    // What only blocks declare is not seen beside them: there the name means what it means further out.
    let mut has_own = vec![false; bindings.binding_count()];
    for (occurrence, number) in occurrences.iter().zip(&numbers) {
        if occurrence.declaration != Declaration::Use && *number == occurrence.binding && *number != NONE {
            has_own[*number as usize] = true;
        }
    }
    let is_elsewhere = |occurrence: &Occurrence, number: u32| {
        number != NONE && number == occurrence.binding && !has_own[number as usize]
    };
    for (occurrence, number) in occurrences.iter_mut().zip(&numbers) {
        if is_elsewhere(occurrence, *number) {
            occurrence.binding = bindings.binding_around(occurrence);
        }
    }
    numbers = variables.sweep(&occurrences, &declared);
    for (occurrence, number) in occurrences.iter_mut().zip(numbers) {
        occurrence.binding = if is_elsewhere(occurrence, number) { NONE } else { number };
    }
    occurrences
}

/// Where a variable of a block is seen.
#[derive(Debug, Clone, Copy)]
struct Reach {
    /// The block, and the node after it.
    block: u32,
    end: u32,
    /// The first node that sees it.
    from: u32,
}

struct Variable {
    reach: Reach,
    number: u32,
}

/// The variables of blocks, by the binding that they share a name and a function with, in order of their blocks.
struct Variables {
    of_binding: FxHashMap<u32, Vec<Variable>>,
}

impl Variables {
    fn new(bindings: &Bindings<'_>, occurrences: &[Occurrence], declared: &[Option<Reach>]) -> Self {
        let mut next = bindings.binding_count() as u32;
        let mut of_binding: FxHashMap<u32, Vec<Variable>> = FxHashMap::default();
        for (occurrence, reach) in occurrences.iter().zip(declared) {
            let Some(reach) = *reach else { continue };
            of_binding.entry(occurrence.binding).or_default().push(Variable { reach, number: 0 });
        }
        for variables in of_binding.values_mut() {
            // The first declaration of a block is the one from which on it is seen.
            variables.sort_by_key(|variable| (variable.reach.block, variable.reach.from));
            variables.dedup_by_key(|variable| variable.reach.block);
        }
        let mut bindings: Vec<u32> = of_binding.keys().copied().collect();
        bindings.sort_unstable();
        for binding in bindings {
            for variable in of_binding.get_mut(&binding).into_iter().flatten() {
                variable.number = next;
                next += 1;
            }
        }
        Self { of_binding }
    }

    /// The number of the variable of each occurrence: that of its binding where no block around it declares it.
    fn sweep(&self, occurrences: &[Occurrence], declared: &[Option<Reach>]) -> Vec<u32> {
        let mut open: FxHashMap<u32, Open> = FxHashMap::default();
        let number = |(occurrence, declared): (&Occurrence, &Option<Reach>)| {
            let Some(variables) = self.of_binding.get(&occurrence.binding) else { return occurrence.binding };
            let open = open.entry(occurrence.binding).or_default();
            open.move_to(variables, occurrence.node);
            let is_meant = |variable: &&Variable| match declared {
                Some(reach) => variable.reach.block == reach.block,
                None => variable.reach.from <= occurrence.node,
            };
            let mut outwards = open.around.iter().rev().take(MOST_OUTWARDS).map(|place| &variables[*place]);
            outwards.find(is_meant).map_or(occurrence.binding, |variable| variable.number)
        };
        occurrences.iter().zip(declared).map(number).collect()
    }
}

/// The blocks around a place of the text, among those that declare one name.
#[derive(Default)]
struct Open {
    next: usize,
    around: Vec<usize>,
}

impl Open {
    fn move_to(&mut self, variables: &[Variable], node: u32) {
        while variables.get(self.next).is_some_and(|variable| variable.reach.block <= node) {
            self.leave(variables, variables[self.next].reach.block);
            self.around.push(self.next);
            self.next += 1;
        }
        self.leave(variables, node);
    }

    fn leave(&mut self, variables: &[Variable], node: u32) {
        while self.around.last().is_some_and(|place| variables[*place].reach.end <= node) {
            self.around.pop();
        }
    }
}

struct Blocks<'a> {
    source: &'a [u8],
    tree: &'a SyntaxTree,
    root: u32,
    seen: BlockVariables,
}

impl Blocks<'_> {
    /// Where the variable is seen that an occurrence declares in a block; none where it declares none, or one of the function.
    fn declared(&self, occurrence: &Occurrence) -> Option<Reach> {
        if !matches!(occurrence.declaration, Declaration::Assign | Declaration::Parameter) || occurrence.binding == NONE
        {
            return None;
        }
        let declaration = self.outwards(occurrence.node).find(|node| self.may_declare(*node))?;
        if !self.declares(declaration) {
            return None;
        }
        let block = self.block(declaration)?;
        let from = self.seen_from(declaration, occurrence.node);
        Some(Reach { block, end: self.end(block, declaration), from })
    }

    /// The nodes around one, itself first, as far as the text that is looked at.
    fn outwards(&self, node: u32) -> impl Iterator<Item = u32> + '_ {
        let outwards = std::iter::successors(Some(node), |node| (*node != self.root).then(|| self.tree.parent(*node)));
        outwards.take(MOST_OUTWARDS)
    }

    fn category(&self, node: u32) -> Category {
        self.tree.category(node)
    }

    fn may_declare(&self, node: u32) -> bool {
        matches!(
            self.category(node),
            Category::Assignment
                | Category::AugmentedAssignment
                | Category::Declaration
                | Category::NamedExpression
                | Category::For
                | Category::Match
                | Category::MatchCase
                | Category::Catch
                | Category::Function
                | Category::Lambda
                | Category::Class
        )
    }

    fn declares(&self, declaration: u32) -> bool {
        match self.category(declaration) {
            Category::AugmentedAssignment | Category::Function | Category::Lambda | Category::Class => false,
            Category::Assignment if self.tree.table().is_reassignment(self.tree.kind(declaration)) => false,
            Category::Assignment => !self.is_of_function(declaration) && !self.is_plain(declaration),
            Category::For => !self.is_everywhere() || self.has_token(declaration, &["let", "const"]),
            _ => true,
        }
    }

    fn is_everywhere(&self) -> bool {
        self.seen == BlockVariables::Everywhere
    }

    /// `var` declares for the whole function.
    fn is_of_function(&self, declaration: u32) -> bool {
        declaration != self.root && self.is_everywhere() && self.has_token(self.tree.parent(declaration), &["var"])
    }

    /// What takes a value from a range or a channel may declare what it is put into, or not.
    fn is_plain(&self, declaration: u32) -> bool {
        let is_case = || self.category(self.tree.parent(declaration)) == Category::MatchCase;
        self.has_token(declaration, &["="]) && (self.has_token(declaration, &["range"]) || is_case())
    }

    fn has_token(&self, node: u32, tokens: &[&str]) -> bool {
        let is_token = |child: u32| !self.tree.is_named(child) && tokens.contains(&self.tree.text(child, self.source));
        self.tree.children(node).take(MOST_BEFORE_TOKEN).any(is_token)
    }

    /// The block that a declaration stands in, itself where it is one; none where that is the body of a function.
    fn block(&self, declaration: u32) -> Option<u32> {
        let ends = |node: u32| matches!(self.category(node), Category::Function | Category::Lambda | Category::Class);
        let mut outwards = self.outwards(declaration).take_while(|node| *node != self.root && !ends(*node));
        outwards.find(|node| self.is_block(*node, declaration))
    }

    fn is_block(&self, node: u32, declaration: u32) -> bool {
        match self.category(node) {
            Category::Block => self.is_own_block(node),
            Category::For | Category::If | Category::While | Category::Match | Category::Catch | Category::Try => true,
            Category::MatchCase => node == declaration || self.seen == BlockVariables::AfterValue,
            _ => false,
        }
    }

    /// Whether braces stand around a block, and it is no body of a function.
    fn is_own_block(&self, block: u32) -> bool {
        let around = self.category(self.tree.parent(block));
        let is_body = matches!(around, Category::Function | Category::Lambda | Category::Class)
            && self.tree.role(block) == Role::Body;
        let first = self.tree.first_child(block);
        !is_body && first != NONE && matches!(self.tree.text(first, self.source), "{" | "unsafe" | "async" | "const")
    }

    fn seen_from(&self, declaration: u32, name: u32) -> u32 {
        let part = |role: Role| self.tree.child_with_role(declaration, role);
        match (self.category(declaration), self.seen) {
            (Category::For, _) => part(Role::Body).unwrap_or(name),
            (_, BlockVariables::Everywhere) => 0,
            (Category::Assignment | Category::NamedExpression, BlockVariables::AfterValue) => {
                self.tree.subtree_end(declaration)
            }
            (Category::Match, _) => part(Role::Subject).map_or(name, |subject| self.tree.subtree_end(subject)),
            _ => name,
        }
    }

    /// What a condition matches is not seen by what runs where it does not hold.
    fn end(&self, block: u32, declaration: u32) -> u32 {
        let is_match = self.category(declaration) == Category::NamedExpression;
        let otherwise = self.tree.child_with_role(block, Role::Alternative).filter(|_| is_match);
        otherwise.unwrap_or_else(|| self.tree.subtree_end(block))
    }
}
