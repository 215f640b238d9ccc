//! Texts that are open in an editor.

use sapwood_core::sampler::PlacedText;
use sapwood_core::{Buffer, Language, ParseLimits};

use crate::engine::Engine;
use crate::error::{EngineError, Result};
use crate::index::path_below;

impl Engine {
    /// Opens a text that stands, or will stand, in the file at `path`: relative to the source root, or leading into it.
    /// Its edits are [`Buffer::edit`]; the workspace takes no notice of them. The language is that of the file's name,
    /// else of the text's first line.
    ///
    /// # Errors
    /// Code `bad_input` for a path outside the source root, or of no language that is built in.
    pub fn open_buffer(&self, path: &str, text: &str) -> Result<Buffer> {
        let workspace = self.workspace();
        let below = path_below(workspace.storage().as_ref(), workspace.source_root(), path);
        let below = below.ok_or_else(|| EngineError::BadInput {
            message: format!("{path} is not below {}; give a path there", workspace.source_root().display()),
        })?;
        let language = Language::of_file(&below, text.as_bytes()).ok_or_else(|| EngineError::BadInput {
            message: format!("{path} is of no known language; give a file name with the language's extension"),
        })?;
        Ok(Buffer::new(&below, language, text, ParseLimits::default()))
    }

    /// As [`Self::place`], of an open text at its own path.
    ///
    /// # Errors
    /// As [`Self::place`].
    pub fn place_buffer(&self, buffer: &Buffer, hops: usize) -> Result<Option<PlacedText>> {
        let Some(index) = self.index_if_any()? else { return Ok(None) };
        index.place_buffer(buffer, hops)
    }
}
