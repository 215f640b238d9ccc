//! What to do about a damaged version: a command that works with what is still whole.

use super::aliases::is_alias;
use super::{MANIFEST, Versions, name_of, verify};
use crate::manifest;

impl Versions {
    /// What to do when a version, an alias or the file of aliases is damaged; a part of a sentence.
    pub(super) fn remedy(&self, model: &str, damaged: &str) -> String {
        let Some(aliases) = self.aliases_if_readable(model) else { return self.promotion(model, damaged) };
        let answers = |version: &&str| *version != damaged && self.is_whole(model, version);
        let (serving, previous) = (aliases.serving.as_deref(), aliases.previous.as_deref());
        match (serving.filter(answers), previous.filter(answers)) {
            (Some(serving), _) => self.removal(model, damaged, serving),
            (None, Some(_)) if serving.is_some() => format!("go back with `sapwood checkpoints rollback {model}`"),
            _ => self.promotion(model, damaged),
        }
    }

    /// What to do about damage that leaves the answers as they are.
    fn removal(&self, model: &str, damaged: &str, serving: &str) -> String {
        if is_alias(damaged) {
            return format!(
                "{model} {serving} goes on answering, and `sapwood checkpoints list {model}` names all others"
            );
        }
        let folder = self.version_folder(model, damaged);
        format!("{model} {serving} goes on answering, so restore `{}` from a copy or delete it", folder.display())
    }

    fn promotion(&self, model: &str, damaged: &str) -> String {
        let numbers = self.numbers(model).unwrap_or_default();
        let newest = numbers.into_iter().rev().map(name_of).find(|name| name != damaged && self.is_whole(model, name));
        newest.map_or_else(
            || format!("make a new version with `sapwood train {model}`"),
            |name| format!("let another one answer with `sapwood checkpoints promote {model} {name}`"),
        )
    }

    /// Whether every file of a version is what was published. Makes no error, as it is asked while one is made.
    fn is_whole(&self, model: &str, version: &str) -> bool {
        let folder = self.version_folder(model, version);
        let Ok(bytes) = self.storage.read(&folder.join(MANIFEST)) else { return false };
        let Ok(manifest) = verify::parse_manifest(&bytes, model, version) else { return false };
        manifest.format <= manifest::FORMAT
            && manifest
                .files
                .iter()
                .all(|(name, sha256)| verify::check_file(self.storage(), &folder, name, sha256).is_ok())
    }
}

#[cfg(test)]
mod tests;
