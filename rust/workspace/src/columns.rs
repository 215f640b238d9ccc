//! Named columns in one file.
//!
//! The container is safetensors (little-endian, row-major). One metadata entry, `sapwood`, holds JSON with the format,
//! the caller's own text entries and a SHA-256 over all of it, so that a damaged file is recognised before any of its
//! numbers is used. Equal columns give equal bytes.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use safetensors::tensor::{Dtype, Metadata, SafeTensors, View};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::error::{AtPath as _, Result, WorkspaceError};
use crate::storage::{Storage, write_parts_atomic};

const FORMAT: u32 = 1;
const ENTRY: &str = "sapwood";
/// The container begins with the length of its JSON, a 64-bit number.
const LENGTH_OF_HEAD: usize = 8;

/// A number type that columns hold: `u8`, `u16`, `u32`, `u64`, `i64` or `f32`.
pub trait Element: Copy + private::Sealed {
    #[doc(hidden)]
    const DTYPE: Dtype;
    #[doc(hidden)]
    fn write(values: &[Self]) -> Cow<'_, [u8]>;
    #[doc(hidden)]
    fn read(bytes: &[u8]) -> Vec<Self>;
}

mod private {
    pub trait Sealed {}
}

macro_rules! element {
    ($($number:ty => $dtype:ident),*) => {$(
        impl private::Sealed for $number {}
        impl Element for $number {
            const DTYPE: Dtype = Dtype::$dtype;
            #[cfg(target_endian = "little")]
            fn write(values: &[Self]) -> Cow<'_, [u8]> {
                Cow::Borrowed(bytemuck::cast_slice(values))
            }
            #[cfg(not(target_endian = "little"))]
            fn write(values: &[Self]) -> Cow<'_, [u8]> {
                Cow::Owned(values.iter().flat_map(|value| value.to_le_bytes()).collect())
            }
            fn read(bytes: &[u8]) -> Vec<Self> {
                let (chunks, _) = bytes.as_chunks();
                chunks.iter().map(|chunk| Self::from_le_bytes(*chunk)).collect()
            }
        }
    )*};
}
element!(u8 => U8, u16 => U16, u32 => U32, u64 => U64, i64 => I64, f32 => F32);

/// Columns that are about to be saved. They are borrowed where that saves a copy: an index is large.
#[derive(Debug, Default)]
pub struct ColumnsWriter<'a> {
    columns: BTreeMap<String, Pending<'a>>,
    metadata: BTreeMap<String, String>,
}

#[derive(Debug)]
struct Pending<'a> {
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Cow<'a, [u8]>,
}

/// A column as far as the head of the file tells of it: without its bytes.
struct Described<'a>(&'a Pending<'a>);

impl View for Described<'_> {
    fn dtype(&self) -> Dtype {
        self.0.dtype
    }

    fn shape(&self) -> &[usize] {
        &self.0.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&[])
    }

    fn data_len(&self) -> usize {
        self.0.bytes.len()
    }
}

#[derive(Serialize, Deserialize)]
struct Header {
    format: u32,
    metadata: BTreeMap<String, String>,
    sha256: String,
}

impl<'a> ColumnsWriter<'a> {
    /// No columns yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a column; one of the same name is replaced.
    pub fn put<T: Element>(&mut self, name: &str, values: &'a [T]) {
        self.add(name, T::DTYPE, vec![values.len()], T::write(values));
    }

    /// Adds a column whose values nobody else keeps, given in runs that stand one after the other.
    pub fn put_runs<T: Element>(&mut self, name: &str, runs: impl IntoIterator<Item = impl AsRef<[T]>>) {
        let (mut bytes, mut length) = (Vec::new(), 0);
        for run in runs {
            bytes.extend_from_slice(&T::write(run.as_ref()));
            length += run.as_ref().len();
        }
        self.add(name, T::DTYPE, vec![length], Cow::Owned(bytes));
    }

    /// Adds a matrix given row by row; `values` is a multiple of `width` long.
    ///
    /// # Errors
    /// [`WorkspaceError::BadInput`] when it is not.
    pub fn put_matrix(&mut self, name: &str, width: usize, values: &'a [f32]) -> Result<()> {
        let rows = values.len().checked_div(width).unwrap_or(0);
        if rows * width != values.len() {
            let what = format!("{} values do not make rows of {width} in column `{name}`", values.len());
            return Err(WorkspaceError::BadInput { what });
        }
        self.add(name, Dtype::F32, vec![rows, width], f32::write(values));
        Ok(())
    }

    /// Adds a column of texts: their bytes one after the other as `<name>.bytes`, and where each ends as `<name>.ends`.
    ///
    /// # Errors
    /// [`WorkspaceError::BadInput`] when the texts together are longer than 4 GiB.
    pub fn put_strings<S: AsRef<str>>(&mut self, name: &str, texts: impl IntoIterator<Item = S>) -> Result<()> {
        let mut bytes = Vec::new();
        let mut ends = Vec::new();
        for text in texts {
            bytes.extend_from_slice(text.as_ref().as_bytes());
            ends.push(u32::try_from(bytes.len()).map_err(|_| WorkspaceError::BadInput {
                what: format!("the texts of column `{name}` are longer than 4 GiB; leave some sources out"),
            })?);
        }
        self.put_runs(&format!("{name}.ends"), [ends]);
        self.add(&format!("{name}.bytes"), Dtype::U8, vec![bytes.len()], Cow::Owned(bytes));
        Ok(())
    }

    /// Adds a text entry about the whole file; one of the same key is replaced.
    pub fn put_metadata(&mut self, key: &str, text: impl Into<String>) {
        self.metadata.insert(key.to_owned(), text.into());
    }

    /// The file's bytes.
    ///
    /// # Errors
    /// [`WorkspaceError::BadInput`] when the names alone are longer than the 100 MB that the container allows.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let head = self.head()?;
        Ok(self.parts(&head)?.concat())
    }

    /// Saves the columns in one step.
    ///
    /// # Errors
    /// Those of [`ColumnsWriter::to_bytes`] and of the file system; what was there before is then unharmed.
    pub fn save(&self, storage: &dyn Storage, path: &Path) -> Result<()> {
        let head = self.head()?;
        write_parts_atomic(storage, path, &self.parts(&head)?).at(path)
    }

    /// The beginning of the file, up to the bytes of the first column.
    fn head(&self) -> Result<Vec<u8>> {
        let header = Header { format: FORMAT, metadata: self.metadata.clone(), sha256: self.checksum() };
        let entry = (ENTRY.to_owned(), crate::to_json(&header));
        let described = self.columns.iter().map(|(name, column)| (name, Described(column)));
        safetensors::serialize(described, Some([entry].into())).map_err(|error| unfit(&error))
    }

    /// The file: its head, then the bytes of the columns in the order that the head gives them.
    fn parts<'b>(&'b self, head: &'b [u8]) -> Result<Vec<&'b [u8]>> {
        let layout: Metadata = serde_json::from_slice(&head[LENGTH_OF_HEAD..]).map_err(|error| unfit(&error))?;
        let in_order = layout.offset_keys();
        let bytes = in_order.iter().filter_map(|name| self.columns.get(name)).map(|column| &*column.bytes);
        Ok(std::iter::once(head).chain(bytes).collect())
    }

    fn add(&mut self, name: &str, dtype: Dtype, shape: Vec<usize>, bytes: Cow<'a, [u8]>) {
        self.columns.insert(name.to_owned(), Pending { dtype, shape, bytes });
    }

    fn checksum(&self) -> String {
        let mut checksum = Checksum::new(&self.metadata);
        for (name, column) in &self.columns {
            checksum.add(name, column.dtype, &column.shape, &column.bytes);
        }
        checksum.finish()
    }
}

fn unfit(error: &dyn std::error::Error) -> WorkspaceError {
    WorkspaceError::BadInput { what: format!("these columns fit no file: {error}") }
}

/// SHA-256 over the metadata and, in the order of their names, every column's name, type, shape and bytes. Each part
/// is preceded by its length, so that no two different files feed it the same bytes.
struct Checksum(Sha256);

impl Checksum {
    fn new(metadata: &BTreeMap<String, String>) -> Self {
        let mut checksum = Self(Sha256::new());
        checksum.part(crate::to_json(metadata).as_bytes());
        checksum
    }

    fn add(&mut self, name: &str, dtype: Dtype, shape: &[usize], bytes: &[u8]) {
        self.part(name.as_bytes());
        self.part(format!("{dtype:?} {shape:?}").as_bytes());
        self.part(bytes);
    }

    fn part(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }

    fn finish(self) -> String {
        crate::hex(&self.0.finalize())
    }
}

/// Columns that were loaded and whose checksum was right.
#[derive(Debug)]
pub struct Columns {
    path: PathBuf,
    bytes: Vec<u8>,
    layout: BTreeMap<String, Stored>,
    metadata: BTreeMap<String, String>,
}

#[derive(Debug)]
struct Stored {
    dtype: Dtype,
    shape: Vec<usize>,
    range: Range<usize>,
}

impl Columns {
    /// Loads the columns at `path`.
    ///
    /// # Errors
    /// [`WorkspaceError::DamagedIndex`] when the file is not, bit by bit, what was saved, [`WorkspaceError::NewerFormat`],
    /// and the errors of the file system.
    pub fn load(storage: &dyn Storage, path: &Path) -> Result<Self> {
        Self::from_bytes(path, storage.read(path).at(path)?)
    }

    /// The columns of a file's bytes; `path` is for messages.
    ///
    /// # Errors
    /// As [`Columns::load`].
    pub fn from_bytes(path: &Path, bytes: Vec<u8>) -> Result<Self> {
        let damaged = |reason: String| WorkspaceError::DamagedIndex { path: path.to_owned(), reason };
        let (columns, header) = read_layout(&bytes).map_err(damaged)?;
        if header.format > FORMAT {
            let (path, found, known) = (path.to_owned(), header.format, FORMAT);
            return Err(WorkspaceError::NewerFormat { path, found, known });
        }
        let mut checksum = Checksum::new(&header.metadata);
        for (name, column) in &columns {
            checksum.add(name, column.dtype, &column.shape, &bytes[column.range.clone()]);
        }
        if checksum.finish() != header.sha256 {
            return Err(damaged("its checksum is wrong".to_owned()));
        }
        Ok(Self { path: path.to_owned(), bytes, layout: columns, metadata: header.metadata })
    }

    /// The columns' names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.layout.keys().map(String::as_str)
    }

    /// A text entry about the whole file.
    pub fn metadata(&self, key: &str) -> Option<&str> {
        self.metadata.get(key).map(String::as_str)
    }

    /// The values of a column; a matrix comes row by row.
    ///
    /// # Errors
    /// [`WorkspaceError::DamagedIndex`] when there is no such column or its type is another.
    pub fn get<T: Element>(&self, name: &str) -> Result<Vec<T>> {
        let column = self.column(name)?;
        if column.dtype != T::DTYPE {
            return Err(self.damaged(format!("column `{name}` holds {:?}, not {:?}", column.dtype, T::DTYPE)));
        }
        Ok(T::read(&self.bytes[column.range.clone()]))
    }

    /// The width and, row by row, the values of a matrix.
    ///
    /// # Errors
    /// [`WorkspaceError::DamagedIndex`] when there is no such matrix.
    pub fn matrix(&self, name: &str) -> Result<(usize, Vec<f32>)> {
        match self.column(name)?.shape[..] {
            [_, width] => Ok((width, self.get(name)?)),
            _ => Err(self.damaged(format!("column `{name}` is no matrix"))),
        }
    }

    /// The texts of a column.
    ///
    /// # Errors
    /// [`WorkspaceError::DamagedIndex`] when there is no such column of texts.
    pub fn strings(&self, name: &str) -> Result<Vec<String>> {
        let bytes: Vec<u8> = self.get(&format!("{name}.bytes"))?;
        let ends: Vec<u32> = self.get(&format!("{name}.ends"))?;
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let text = |(start, end): (u32, u32)| {
            let slice = bytes.get(start as usize..end as usize)?;
            Some(std::str::from_utf8(slice).ok()?.to_owned())
        };
        let texts: Option<Vec<_>> = starts.zip(ends.iter().copied()).map(text).collect();
        texts.ok_or_else(|| self.damaged(format!("column `{name}` holds no texts")))
    }

    fn column(&self, name: &str) -> Result<&Stored> {
        self.layout.get(name).ok_or_else(|| self.damaged(format!("it has no column `{name}`")))
    }

    fn damaged(&self, reason: String) -> WorkspaceError {
        WorkspaceError::DamagedIndex { path: self.path.clone(), reason }
    }
}

fn read_layout(bytes: &[u8]) -> std::result::Result<(BTreeMap<String, Stored>, Header), String> {
    let (header_length, tensors) = SafeTensors::read_metadata(bytes).map_err(|error| error.to_string())?;
    let entry = tensors.metadata().as_ref().and_then(|entries| entries.get(ENTRY));
    let entry = entry.ok_or_else(|| "it is no file of columns".to_owned())?;
    let header: Header = serde_json::from_str(entry).map_err(|error| error.to_string())?;
    let data = LENGTH_OF_HEAD + header_length;
    let columns = tensors.tensors().into_iter().map(|(name, info)| {
        let (start, end) = info.data_offsets;
        (name, Stored { dtype: info.dtype, shape: info.shape.clone(), range: data + start..data + end })
    });
    Ok((columns.collect(), header))
}

#[cfg(test)]
mod tests;
