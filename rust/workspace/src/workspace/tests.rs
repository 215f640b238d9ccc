use super::*;
use crate::testing::{publish, put, workspace};

#[test]
fn a_workspace_is_found_from_any_folder_below() {
    let folder = tempfile::tempdir().unwrap();
    let root = DiskStorage.canonical(folder.path()).unwrap();
    put(&root, "project/pkg/a.py", b"");
    let project = root.join("project");
    let made = Workspace::create(&project, &project, &["docs".to_owned()]).unwrap();
    for start in ["project", "project/pkg", "project/pkg/a.py", "project/.sapwood"] {
        let found = Workspace::discover(&root.join(start)).unwrap();
        assert_eq!(found.folder(), made.folder(), "{start}");
        assert_eq!((found.source_root(), found.excludes()), (project.as_path(), ["docs".to_owned()].as_slice()));
    }
    assert_eq!(DiskStorage.read(&made.folder().join(".gitignore")).unwrap(), b"*\n");
    for part in PARTS {
        assert_eq!(DiskStorage.metadata(&made.folder().join(part)).unwrap().kind, EntryKind::Folder);
    }
    let error = Workspace::discover(&root).unwrap_err();
    assert_eq!(error.code(), "no_workspace");
    assert!(error.to_string().contains("sapwood index PATH"), "{error}");
}

#[test]
fn a_workspace_moves_with_its_sources_or_stays_apart_from_them() {
    let folder = tempfile::tempdir().unwrap();
    let root = DiskStorage.canonical(folder.path()).unwrap();
    put(&root, "project/src/a.py", b"");
    Workspace::create(&root.join("project"), &root.join("project/src"), &[]).unwrap();
    Workspace::create(&root.join("apart"), &root.join("project/src"), &[]).unwrap();
    assert_eq!(Workspace::open(&root.join("apart/.sapwood")).unwrap().source_root(), root.join("project/src"));
    DiskStorage.rename(&root.join("project"), &root.join("moved")).unwrap();
    let moved = Workspace::open(&root.join("moved")).unwrap();
    assert_eq!(moved.source_root(), root.join("moved/src"));
    assert_eq!(moved.sources().unwrap().walk().unwrap().files.len(), 1);
    let apart = Workspace::open(&root.join("apart")).unwrap();
    assert_eq!(apart.sources().unwrap_err().code(), "path_missing");
}

#[test]
fn making_a_workspace_again_keeps_its_content() {
    let (folder, workspace) = workspace();
    put(workspace.folder(), "index/x", b"1");
    let settings = workspace.folder().join(SETTINGS);
    let text = String::from_utf8(DiskStorage.read(&settings).unwrap()).unwrap();
    DiskStorage.write(&settings, text.replacen('{', "{\"theme\": \"dark\",", 1).as_bytes()).unwrap();
    Workspace::create(folder.path(), folder.path(), &["docs".to_owned()]).unwrap();
    assert_eq!(Workspace::open(folder.path()).unwrap().excludes(), ["docs"]);
    assert_eq!(DiskStorage.read(&workspace.folder().join("index/x")).unwrap(), b"1");
    assert!(String::from_utf8(DiskStorage.read(&settings).unwrap()).unwrap().contains("dark"));
}

#[test]
fn bad_places_have_their_own_errors() {
    let (folder, workspace) = workspace();
    let root = folder.path();
    let missing = root.join("missing");
    let file = root.join("a.py");
    let empty = tempfile::tempdir().unwrap();
    let cases = [
        ("source missing", Workspace::create(root, &missing, &[]).unwrap_err(), "path_missing"),
        ("source is a file", Workspace::create(root, &file, &[]).unwrap_err(), "not_a_folder"),
        ("workspace in a file", Workspace::create(&file, root, &[]).unwrap_err(), "not_a_folder"),
        ("open nothing", Workspace::open(&missing).unwrap_err(), "path_missing"),
        ("open a folder without one", Workspace::open(empty.path()).unwrap_err(), "no_workspace"),
        ("index never made", workspace.load_index("graph").unwrap_err(), "no_index"),
        ("index out of the folder", workspace.load_index("../workspace.json").unwrap_err(), "bad_input"),
    ];
    for (name, error, code) in cases {
        assert_eq!(error.code(), code, "{name}: {error}");
    }
    for (content, code) in [(r#"{"format": 2}"#, "newer_format"), ("{", "damaged_index"), ("[]", "damaged_index")] {
        put(workspace.folder(), SETTINGS, content.as_bytes());
        assert_eq!(Workspace::open(root).unwrap_err().code(), code, "{content}");
    }
    put(workspace.folder(), SETTINGS, br#"{"format": 2}"#);
    assert_eq!(Workspace::create(root, root, &[]).unwrap_err().code(), "newer_format");
}

#[test]
fn settings_that_cannot_be_read_are_kept_beside_the_new_ones() {
    let (_folder, workspace) = workspace();
    let root = workspace.source_root();
    publish(&workspace.versions(), "graphsage", 1.0).unwrap();
    put(workspace.folder(), SETTINGS, b"garbage");
    let made = Workspace::create(root, root, &["docs".to_owned()]).unwrap();
    assert_eq!(Workspace::open(root).unwrap().excludes(), ["docs"]);
    assert_eq!(DiskStorage.read(&made.folder().join("workspace.json.damaged")).unwrap(), b"garbage");
    assert_eq!(made.versions().list(None).unwrap().len(), 1);
}

#[test]
fn one_process_at_a_time_does_a_kind_of_work() {
    let (_folder, workspace) = workspace();
    let _training = workspace.lock("train").unwrap();
    assert_eq!(workspace.lock("train").unwrap_err().code(), "locked");
    workspace.lock("index").unwrap();
    assert_eq!(workspace.lock("../x").unwrap_err().code(), "bad_input");
}

#[test]
fn an_index_comes_back() {
    let (_folder, workspace) = workspace();
    let mut columns = ColumnsWriter::new();
    columns.put("kinds", &[1u8, 2]);
    workspace.save_index("graph", &columns).unwrap();
    assert_eq!(workspace.load_index("graph").unwrap().get::<u8>("kinds").unwrap(), [1, 2]);
}
