use proptest::prelude::*;

use super::*;
use crate::testing::{FailingStorage, Fault};

fn example(number: u32) -> ColumnsWriter<'static> {
    let mut writer = ColumnsWriter::new();
    writer.put("kinds", &[1u8, 2, 3]);
    writer.put("indices", &[1u16, u16::MAX]);
    writer.put_runs("sources", [[number], [u32::MAX]]);
    writer.put("hashes", &[u64::MAX]);
    writer.put("times", &[-1i64, i64::MIN]);
    writer.put::<f32>("empty", &[]);
    writer.put_matrix("rows", 2, &[1.0, -0.5, f32::MIN_POSITIVE, 0.0]).unwrap();
    writer.put_strings("names", ["", "größe", "a.b"]).unwrap();
    writer.put_metadata("schema", "abc");
    writer
}

fn load(bytes: Vec<u8>) -> Result<Columns> {
    Columns::from_bytes(Path::new("graph.columns"), bytes)
}

#[test]
fn columns_come_back_as_they_were() {
    let columns = load(example(7).to_bytes().unwrap()).unwrap();
    assert_eq!(columns.get::<u8>("kinds").unwrap(), [1, 2, 3]);
    assert_eq!(columns.get::<u16>("indices").unwrap(), [1, u16::MAX]);
    assert_eq!(columns.get::<u32>("sources").unwrap(), [7, u32::MAX]);
    assert_eq!(columns.get::<u64>("hashes").unwrap(), [u64::MAX]);
    assert_eq!(columns.get::<i64>("times").unwrap(), [-1, i64::MIN]);
    assert_eq!(columns.get::<f32>("empty").unwrap(), [0.0; 0]);
    assert_eq!(columns.matrix("rows").unwrap(), (2, vec![1.0, -0.5, f32::MIN_POSITIVE, 0.0]));
    assert_eq!(columns.strings("names").unwrap(), ["", "größe", "a.b"]);
    assert_eq!((columns.metadata("schema"), columns.metadata("other")), (Some("abc"), None));
    assert!(columns.names().eq([
        "empty",
        "hashes",
        "indices",
        "kinds",
        "names.bytes",
        "names.ends",
        "rows",
        "sources",
        "times"
    ]));
}

#[test]
fn what_is_not_there_is_a_damaged_index() {
    let columns = load(example(7).to_bytes().unwrap()).unwrap();
    let errors = [
        columns.get::<u8>("other").unwrap_err(),
        columns.get::<u8>("sources").unwrap_err(),
        columns.matrix("kinds").unwrap_err(),
        columns.strings("kinds").unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.code(), "damaged_index");
        assert!(error.to_string().contains("sapwood index"), "{error}");
    }
    assert_eq!(ColumnsWriter::new().put_matrix("m", 3, &[1.0; 4]).unwrap_err().code(), "bad_input");
}

#[test]
fn ends_that_lead_nowhere_are_no_texts() {
    for ends in [[2u32, 1], [1, 9]] {
        let mut writer = ColumnsWriter::new();
        writer.put("names.bytes", b"abc");
        writer.put("names.ends", &ends);
        let columns = load(writer.to_bytes().unwrap()).unwrap();
        assert_eq!(columns.strings("names").unwrap_err().code(), "damaged_index");
    }
}

#[test]
fn files_of_other_programs_and_newer_releases_are_told_apart() {
    let foreign = safetensors::serialize(Vec::<(String, safetensors::tensor::TensorView<'_>)>::new(), None).unwrap();
    for bytes in [Vec::new(), b"{}".to_vec(), b"PK\x03\x04 some archive".to_vec(), vec![0xff; 64], foreign] {
        assert_eq!(load(bytes).unwrap_err().code(), "damaged_index");
    }
    let mut newer = ColumnsWriter::new().to_bytes().unwrap();
    let format = br#"format\": "#;
    let digit = newer.windows(format.len()).position(|window| window == format).unwrap() + format.len();
    newer[digit] = b'2';
    assert_eq!(load(newer).unwrap_err().code(), "newer_format");
}

/// Name, type, shape and bytes of a column.
type Content = (String, Dtype, Vec<usize>, Vec<u8>);

/// All that can be asked of loaded columns.
fn everything(columns: &Columns) -> (Vec<Content>, Option<&str>) {
    let column = |(name, stored): (&String, &Stored)| {
        (name.clone(), stored.dtype, stored.shape.clone(), columns.bytes[stored.range.clone()].to_vec())
    };
    (columns.layout.iter().map(column).collect(), columns.metadata("schema"))
}

/// Damage to what only lays the file out may be read as the same columns, never as others.
fn assert_not_other(damaged: Vec<u8>, context: &str) {
    let whole = load(example(7).to_bytes().unwrap()).unwrap();
    match load(damaged) {
        Err(error) => assert!(["damaged_index", "newer_format"].contains(&error.code()), "{context}: {error}"),
        Ok(columns) => assert_eq!(everything(&columns), everything(&whole), "{context}"),
    }
}

#[test]
fn no_damage_goes_unseen() {
    let whole = example(7).to_bytes().unwrap();
    for position in 0..whole.len() {
        assert_not_other(whole[..position].to_vec(), &format!("cut at {position}"));
        for bit in 0..8 {
            let mut damaged = whole.clone();
            damaged[position] ^= 1 << bit;
            assert_not_other(damaged, &format!("bit {bit} of byte {position}"));
        }
    }
    let longer = [whole.as_slice(), b"x"].concat();
    assert_eq!(load(longer).unwrap_err().code(), "damaged_index");
}

proptest! {
    #[test]
    fn equal_columns_give_equal_bytes(values in proptest::collection::vec(any::<u32>(), 0..50)) {
        let bytes = || {
            let mut writer = ColumnsWriter::new();
            for name in ["b", "a", "c"] {
                writer.put(name, &values);
                writer.put_metadata(name, name);
            }
            writer.to_bytes().unwrap()
        };
        prop_assert_eq!(bytes(), bytes());
        prop_assert_eq!(load(bytes()).unwrap().get::<u32>("a").unwrap(), values);
    }
}

#[test]
fn saving_that_fails_anywhere_leaves_the_old_columns_or_the_new() {
    for fault in [Fault::Once as fn(usize) -> Fault, Fault::From] {
        for n in 0.. {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("graph.columns");
            example(1).save(&crate::DiskStorage, &path).unwrap();
            let storage = FailingStorage::new(fault(n));
            let saved = example(2).save(storage.as_ref(), &path).is_ok();
            let number = Columns::load(&crate::DiskStorage, &path).unwrap().get::<u32>("sources").unwrap()[0];
            assert!(number == 2 || (number == 1 && !saved), "operation {n}: {number}");
            if !storage.reached(n) {
                assert!(saved && n >= 4);
                break;
            }
        }
    }
}
