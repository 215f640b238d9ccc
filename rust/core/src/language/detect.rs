//! Which language a file is written in.

use std::path::Path;

use super::Language;
use super::definition::SharedExtension;

/// How much of a text is looked at.
const LOOKED_AT: usize = 64 * 1024;

impl Language {
    /// The language of a file by its extension, if one of ours claims it. A header `.h` counts as C here.
    pub fn from_path(path: &str) -> Option<Self> {
        let extension = Path::new(path).extension()?.to_str()?;
        Self::ALL.iter().copied().find(|language| language.definition().extensions.contains(&extension))
    }

    /// The language of a file by its extension, then by its text: one without an extension has the language of the
    /// interpreter that its first line names (`#!/usr/bin/env python3`); a header `.h` is C++ where one of its lines
    /// begins as only C++ does (`class`, `namespace`, `template`, `using`, `public:` …) or includes a header that only C++
    /// has (`#include <vector>`), else C.
    pub fn of_file(path: &str, text: &[u8]) -> Option<Self> {
        match Path::new(path).extension() {
            None => Self::from_first_line(text),
            Some(extension) => Self::ALL
                .iter()
                .copied()
                .find(|language| {
                    let shared = language.definition().shared_extension.as_ref();
                    shared.is_some_and(|shared| shared.extension == extension && shared.is_recognised(text))
                })
                .or_else(|| Self::from_path(path)),
        }
    }

    /// The language of the interpreter that a first line `#!…` names; a version behind its name is passed over.
    pub fn from_first_line(text: &[u8]) -> Option<Self> {
        let line = text.strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
        let line = std::str::from_utf8(line).ok()?;
        let mut words = line.split_whitespace().map(|word| word.rsplit('/').next().unwrap_or(word));
        let program = words.find(|word| *word != "env" && !word.starts_with('-') && !word.contains('='))?;
        let program = program.trim_end_matches(|character: char| character.is_ascii_digit() || character == '.');
        Self::ALL.iter().copied().find(|language| language.definition().interpreters.contains(&program))
    }
}

/// Whether a line includes a header of the library whose name has no extension.
fn includes_without_extension(line: &[u8]) -> bool {
    let directive = line.strip_prefix(b"#").map(<[u8]>::trim_ascii_start);
    let included = directive.and_then(|rest| rest.strip_prefix(b"include")).map(<[u8]>::trim_ascii_start);
    let name =
        included.and_then(|rest| rest.strip_prefix(b"<")).and_then(|rest| rest.split(|byte| *byte == b'>').next());
    name.is_some_and(|name| !name.is_empty() && !name.contains(&b'.'))
}

impl SharedExtension {
    fn is_recognised(&self, text: &[u8]) -> bool {
        let lines = text[..text.len().min(LOOKED_AT)].split(|byte| *byte == b'\n');
        lines.map(<[u8]>::trim_ascii_start).any(|line| {
            let begins = self.line_starts.iter().any(|start| line.starts_with(start.as_bytes()));
            begins || (self.includes_without_extension && includes_without_extension(line))
        })
    }
}
