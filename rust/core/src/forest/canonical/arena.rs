//! Nodes of the canonical form as flat columns.

use crate::language::Form;

/// Nodes in the order in which they were made: children stand before their parents. Subtrees may be shared.
#[derive(Debug)]
pub(super) struct Arena {
    forms: Vec<Form>,
    /// Of a variable, the number of its name; of other nodes, a hash of what their text adds to the form, 0 for nothing.
    words: Vec<u64>,
    /// Where the children of each node end in `children`; they start where those of the node before end.
    ends: Vec<u32>,
    children: Vec<u32>,
}

/// How many nodes are compared before two subtrees pass for different.
const MOST_COMPARED: usize = 16;

impl Arena {
    pub(super) fn with_capacity(nodes: usize) -> Self {
        Self {
            forms: Vec::with_capacity(nodes),
            words: Vec::with_capacity(nodes),
            ends: Vec::with_capacity(nodes),
            children: Vec::with_capacity(nodes),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.forms.len()
    }

    pub(super) fn form(&self, node: u32) -> Form {
        self.forms[node as usize]
    }

    pub(super) fn word(&self, node: u32) -> u64 {
        self.words[node as usize]
    }

    #[inline]
    pub(super) fn children(&self, node: u32) -> &[u32] {
        &self.children[self.range(node)]
    }

    pub(super) fn child(&self, node: u32, position: usize) -> Option<u32> {
        self.children(node).get(position).copied()
    }

    pub(super) fn leaf(&mut self, form: Form, word: u64) -> u32 {
        self.worded(form, word, [])
    }

    pub(super) fn node(&mut self, form: Form, children: impl IntoIterator<Item = u32>) -> u32 {
        self.worded(form, 0, children)
    }

    pub(super) fn worded(&mut self, form: Form, word: u64, children: impl IntoIterator<Item = u32>) -> u32 {
        self.children.extend(children);
        self.forms.push(form);
        self.words.push(word);
        self.ends.push(self.children.len() as u32);
        self.forms.len() as u32 - 1
    }

    /// A node of another form over the same children.
    pub(super) fn relabelled(&mut self, node: u32, form: Form) -> u32 {
        let range = self.range(node);
        self.children.extend_from_within(range);
        self.node(form, [])
    }

    #[inline]
    fn range(&self, node: u32) -> std::ops::Range<usize> {
        let start = if node == 0 { 0 } else { self.ends[node as usize - 1] };
        start as usize..self.ends[node as usize] as usize
    }

    /// Whether two subtrees are the same. Large ones pass for different.
    pub(super) fn same(&self, left: u32, right: u32) -> bool {
        let mut open = vec![(left, right)];
        for _ in 0..MOST_COMPARED {
            let Some((left, right)) = open.pop() else { return true };
            if left == right {
                continue;
            }
            let (ours, theirs) = (self.children(left), self.children(right));
            if self.form(left) != self.form(right) || self.word(left) != self.word(right) || ours.len() != theirs.len()
            {
                return false;
            }
            open.extend(ours.iter().copied().zip(theirs.iter().copied()));
        }
        false
    }
}
