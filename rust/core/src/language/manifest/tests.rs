use super::*;

/// What a manifest gives, as `path -> target`.
fn given(manifest: &str, text: &str) -> Vec<String> {
    let roots = PackageRoot::read(manifest, text);
    assert!(roots.iter().all(|root| root.manifest == manifest && manifest.starts_with(root.folder())));
    roots.into_iter().map(|root| format!("{} -> {}", root.path, root.target)).collect()
}

#[test]
fn a_go_module_is_read() {
    for (text, expected) in [
        ("module example.com/shop\n\ngo 1.21\n", Some("example.com/shop -> a/b")),
        ("// module no\nmodule \"shop\" // why\n", Some("shop -> a/b")),
        ("module std\n", Some(" -> a/b")),
        ("modules x\ngo 1.21\n", None),
        ("module\n", None),
    ] {
        assert_eq!(given("a/b/go.mod", text), Vec::from_iter(expected.map(str::to_owned)));
    }
    assert!(PackageRoot::is_manifest("go.mod") && !PackageRoot::is_manifest("go.sum"));
}

#[test]
fn a_library_of_cargo_is_read() {
    for (text, expected) in [
        ("[package]\nname = \"my-core\" # why\n", vec!["my_core -> crates/core/src/lib.rs"]),
        ("[lib]\nname = \"heart\"\npath = \"./lib.rs\"\n[package]\nname = \"x\"", vec!["heart -> crates/core/lib.rs"]),
        ("package.name = 'x'\nlib = { path = \"../shared/x.rs\" }", vec!["x -> crates/shared/x.rs"]),
        ("[package]\nname = \"x\"\n[lib]\npath = \"../../../outside.rs\"", vec![]),
        ("[workspace]\nmembers = [\"crates/*\"]", vec![]),
        ("[package]\nname = 1\n", vec![]),
        ("[package\nname = \"x\"\n", vec![]),
    ] {
        assert_eq!(given("crates/core/Cargo.toml", text), expected, "{text}");
    }
}

#[test]
fn a_package_of_javascript_is_read() {
    let files = ["@me/core -> p/src/index", "@me/core -> p/index", "@me/core/* -> p/*", "@me/core/* -> p/src/*"];
    for (text, expected) in [
        (r#"{"name": "@me/core"}"#, vec![]),
        (
            r#"{"name": "@me/core", "main": "dist/main.js", "types": "./t.d.ts"}"#,
            vec!["@me/core -> p/dist/main.js", "@me/core -> p/t.d.ts", "@me/core -> p/src/main.js"],
        ),
        (
            r#"{"name": "@me/core", "exports": {".": {"default": "./d.js", "import": {"types": "./t.ts"}}, "./x/*": ["./y/*.js"]}}"#,
            vec!["@me/core -> p/t.ts", "@me/core -> p/d.js", "@me/core/x/* -> p/y/*.js"],
        ),
        (r#"{"name": "@me/core", "exports": "./one.js"}"#, vec!["@me/core -> p/one.js"]),
        (r#"{"name": "@me/core", "main": 7, "exports": {"./no": null}}"#, vec![]),
    ] {
        let expected: Vec<_> = expected.into_iter().chain(files).collect();
        assert_eq!(given("p/package.json", text), expected, "{text}");
    }
    for text in ["{}", "[", r#"{"name": ""}"#, r#"{"name": ["x"]}"#, "", "7"] {
        assert_eq!(given("p/package.json", text), [""; 0], "{text}");
    }
}

#[test]
fn paths_of_a_configuration_are_read() {
    let text = "\u{feff}{ // why\n  \"compilerOptions\": { /* , } */\n    \"baseUrl\": \"./src\",\n    \"paths\": {\"@/*\": [\"app/*\", \"../shared/*\",], \"a//b\": [\"b\\\"/\"],},\n  },\n}";
    assert_eq!(
        given("web/tsconfig.json", text),
        ["@/* -> web/src/app/*", "@/* -> web/shared/*", "a//b -> web/src/b\"", "* -> web/src/*"]
    );
    let alone = r#"{"compilerOptions": {"paths": {"~/*": ["./*"], "no": 3, "out": ["../../x"]}}}"#;
    assert_eq!(given("web/jsconfig.json", alone), ["~/* -> web/*"]);
    for text in ["{\"compilerOptions\": 3}", "{\"compilerOptions\": {\"paths\": [", "/*", "\"", "//"] {
        assert_eq!(given("tsconfig.json", text), [""; 0], "{text}");
    }
}

#[test]
fn what_is_deep_or_long_says_nothing() {
    for (name, text) in [
        ("package.json", "[".repeat(100_000)),
        ("Cargo.toml", format!("x = {}", "[".repeat(100_000))),
        ("package.json", format!(r#"{{"name": "x", "more": "{}"}}"#, "x".repeat(LONGEST_MANIFEST))),
    ] {
        assert_eq!(given(name, &text), [""; 0]);
    }
}
