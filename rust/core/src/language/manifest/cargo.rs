//! `Cargo.toml`: the name of the library that a package builds.

use serde::Deserialize;

#[derive(Deserialize)]
struct Manifest {
    package: Option<Package>,
    #[serde(default)]
    lib: Library,
}

#[derive(Deserialize)]
struct Package {
    name: String,
}

#[derive(Default, Deserialize)]
struct Library {
    name: Option<String>,
    path: Option<String>,
}

/// The name under which other crates use the library, and the file of its root.
pub(in crate::language) fn library(_: &str, text: &str) -> Vec<(String, String)> {
    let Ok(Manifest { package: Some(package), lib }) = toml::from_str(text) else { return Vec::new() };
    let name = lib.name.unwrap_or(package.name).replace('-', "_");
    vec![(name, lib.path.unwrap_or_else(|| "src/lib.rs".to_owned()))]
}
