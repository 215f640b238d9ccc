//! Files that say under which path the packages of a folder are imported.

use super::Language;

/// A folder whose packages are imported under a path of its own, such as a module of Go.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PackageRoot {
    /// The folder, relative to the source root, with `/`; empty for the root itself.
    pub folder: String,
    /// The path that the paths of its packages begin with.
    pub path: String,
}

/// The name of a file, and how the path is read off its text.
type Manifest = (&'static str, fn(&str) -> Option<&str>);

impl PackageRoot {
    /// Whether a file of that name says what the packages of its folder are imported as: `go.mod`.
    pub fn is_manifest(name: &str) -> bool {
        manifests().any(|(manifest, _)| manifest == name)
    }

    /// What a file says, given its path relative to the source root and its text; none where it says nothing of the kind.
    pub fn read(path: &str, text: &str) -> Option<Self> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let (_, beginning) = manifests().find(|(manifest, _)| *manifest == name)?;
        Some(Self { folder: folder.to_owned(), path: beginning(text)?.to_owned() })
    }
}

fn manifests() -> impl Iterator<Item = Manifest> {
    let definitions = Language::ALL.iter().filter_map(|language| language.definition().package_paths);
    definitions.map(|paths| (paths.manifest, paths.beginning))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_go_module_is_read() {
        for (text, path) in [
            ("module example.com/shop\n\ngo 1.21\n", Some("example.com/shop")),
            ("// module no\nmodule \"shop\" // why\n", Some("shop")),
            ("module std\n", Some("")),
            ("modules x\ngo 1.21\n", None),
            ("module\n", None),
        ] {
            let root = PackageRoot::read("a/b/go.mod", text);
            assert_eq!(root.map(|root| (root.folder, root.path)), path.map(|path| ("a/b".to_owned(), path.to_owned())));
        }
        assert_eq!(PackageRoot::read("a/Cargo.toml", "module x"), None);
        assert!(PackageRoot::is_manifest("go.mod") && !PackageRoot::is_manifest("go.sum"));
    }
}
