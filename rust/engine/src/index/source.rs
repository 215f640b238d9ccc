//! Texts of an index, read from the files when they are asked for.

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use sapwood_core::{Category, ParseLimits, SyntaxTree, parse};

use super::Index;
use crate::error::{EngineError, Result};

impl Index {
    /// Texts of files by their positions in the graph's `file_paths`.
    ///
    /// # Errors
    /// [`EngineError::StaleIndex`] where a file has changed, [`EngineError::BadInput`] for another position.
    pub fn file_texts(&self, files: &[u32]) -> Result<Vec<String>> {
        files.par_iter().map(|file| self.file_text(*file)).collect()
    }

    /// Texts of nodes, each moved to the left margin: from `def` or `class` to the last line.
    ///
    /// # Errors
    /// [`EngineError::StaleIndex`] where a file has changed, [`EngineError::BadInput`] for a node of no file.
    pub fn node_texts(&self, nodes: &[u32]) -> Result<Vec<String>> {
        let cut_all = |text: &str, nodes: &[u32]| Ok(nodes.iter().map(|node| self.cut(text, *node)).collect());
        self.in_files(nodes, cut_all)
    }

    /// What `read` makes of functions, each given with the text and tree of its whole file and its node there.
    ///
    /// # Errors
    /// As [`Self::read_function_files`].
    pub(crate) fn read_functions<T: Send>(
        &self,
        nodes: &[u32],
        read: impl Fn(&[u8], &SyntaxTree, u32) -> T + Sync,
    ) -> Result<Vec<T>> {
        self.read_function_files(nodes, |source, tree, functions| {
            Ok(functions.iter().map(|function| read(source, tree, *function)).collect())
        })
    }

    /// What `read` makes of the functions of each file, given with its text and tree and their nodes there: cut out of
    /// its class, a method of some languages is no function any more. In the order of `nodes`.
    ///
    /// # Errors
    /// [`EngineError::StaleIndex`] where a file has changed, [`EngineError::BadInput`] for a node of no file, and those of
    /// `read`.
    pub(crate) fn read_function_files<T: Send>(
        &self,
        nodes: &[u32],
        read: impl Fn(&[u8], &SyntaxTree, &[u32]) -> Result<Vec<T>> + Sync,
    ) -> Result<Vec<T>> {
        self.in_files(nodes, |text, nodes| {
            let Some(first) = nodes.first() else { return Ok(Vec::new()) };
            let tree = parse(self.language(*first)?, text.as_bytes(), &ParseLimits::default())?;
            let starts = function_starts(&tree);
            let syntax_of = |node: &u32| {
                let start = self.graph.start_bytes[*node as usize] as usize;
                let found = starts.get(starts.partition_point(|(other, _)| *other < start));
                let (_, syntax) = found.filter(|(other, _)| *other == start).ok_or_else(|| self.stale(*node))?;
                Ok(*syntax)
            };
            read(text.as_bytes(), &tree, &nodes.iter().map(syntax_of).collect::<Result<Vec<_>>>()?)
        })
    }

    /// What `read` makes of the nodes of each file, given with its text; in the order of `nodes`.
    fn in_files<T: Send>(&self, nodes: &[u32], read: impl Fn(&str, &[u32]) -> Result<Vec<T>> + Sync) -> Result<Vec<T>> {
        let mut by_file: FxHashMap<u32, (Vec<usize>, Vec<u32>)> = FxHashMap::default();
        for (position, node) in nodes.iter().enumerate() {
            self.path(*node)?;
            let (positions, nodes) = by_file.entry(self.graph.files[*node as usize]).or_default();
            positions.push(position);
            nodes.push(*node);
        }
        let found: Vec<Vec<(usize, T)>> = by_file
            .into_par_iter()
            .map(|(file, (positions, nodes))| {
                Ok(positions.into_iter().zip(read(&self.file_text(file)?, &nodes)?).collect())
            })
            .collect::<Result<_>>()?;
        let mut found: Vec<(usize, T)> = found.into_iter().flatten().collect();
        found.sort_unstable_by_key(|(position, _)| *position);
        Ok(found.into_iter().map(|(_, one)| one).collect())
    }

    fn stale(&self, node: u32) -> EngineError {
        EngineError::StaleIndex { path: self.path(node).unwrap_or_default().to_owned() }
    }

    fn cut(&self, text: &str, node: u32) -> String {
        let (start, end) = (self.graph.start_bytes[node as usize], self.graph.end_bytes[node as usize]);
        dedented(text, start as usize, end as usize)
    }

    fn file_text(&self, file: u32) -> Result<String> {
        let path = self.graph.file_paths.get(file as usize).ok_or_else(|| EngineError::BadInput {
            message: format!("there is no file {file}; the index has {}", self.graph.file_paths.len()),
        })?;
        let stale = || EngineError::StaleIndex { path: path.clone() };
        let read = self.sources.read(path).map_err(|_| stale())?;
        if self.hashes.get(file as usize) != Some(&read.sha256) {
            return Err(stale());
        }
        String::from_utf8(read.bytes).map_err(|_| stale())
    }
}

/// Where each function starts, ascending, and its node; of two that start together the outer one first.
fn function_starts(tree: &SyntaxTree) -> Vec<(usize, u32)> {
    let is_function = |node: &u32| matches!(tree.category(*node), Category::Function | Category::Lambda);
    let functions = (0..tree.len() as u32).filter(is_function);
    functions.map(|node| (tree.byte_range(node).start, node)).collect()
}

/// The text between two bytes, with the indentation of its first line taken from the others.
pub(crate) fn dedented(text: &str, start: usize, end: usize) -> String {
    let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let before = &text[line_start..start];
    let indentation = &before[..before.len() - before.trim_start().len()];
    let mut lines = text[start..end].split_inclusive('\n');
    let mut moved = lines.next().unwrap_or_default().to_owned();
    moved.extend(lines.map(|line| line.strip_prefix(indentation).unwrap_or(line)));
    moved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_move_to_the_margin() {
        let text = "class C:\n    @decorated\n    def f(self):\n        if self:\n\n            return 1\n";
        let start = text.find("def").unwrap();
        assert_eq!(dedented(text, start, text.len()), "def f(self):\n    if self:\n\n        return 1\n");
        assert_eq!(dedented("def f():\n    pass\n", 0, 17), "def f():\n    pass");
        let one_line = "if x: f = lambda: 1";
        assert_eq!(dedented(one_line, 10, 19), "lambda: 1");
    }
}
