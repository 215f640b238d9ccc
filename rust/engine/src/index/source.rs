//! Texts of an index, read from the files when they are asked for.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

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
        let mut by_file: FxHashMap<u32, Vec<usize>> = FxHashMap::default();
        for (position, node) in nodes.iter().enumerate() {
            self.path(*node)?;
            by_file.entry(self.graph.files[*node as usize]).or_default().push(position);
        }
        let found: Vec<_> = by_file
            .into_par_iter()
            .map(|(file, positions)| {
                let text = self.file_text(file)?;
                let cut = |position: usize| (position, self.cut(&text, nodes[position]));
                Ok(positions.into_iter().map(cut).collect::<Vec<_>>())
            })
            .collect::<Result<_>>()?;
        let mut texts = vec![String::new(); nodes.len()];
        for (position, text) in found.into_iter().flatten() {
            texts[position] = text;
        }
        Ok(texts)
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
