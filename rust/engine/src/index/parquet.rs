//! The project graph as two Parquet tables.

use std::sync::Arc;

use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, FloatType, Int32Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::parser::parse_message_type;
use sapwood_core::features::SparseRows;
use sapwood_core::graph::{EdgeKind, ProjectGraph};

use super::Index;
use crate::error::Result;

type Written<T> = std::result::Result<T, ParquetError>;

const NODES: &str = "message nodes {
    required int32 id (INTEGER(32, false));
    required binary kind (STRING);
    required binary name (STRING);
    optional binary file (STRING);
    optional int32 start_line (INTEGER(32, false));
    optional int32 end_line (INTEGER(32, false));
    required group feature_columns (LIST) { repeated group list { required int32 element (INTEGER(16, false)); } }
    required group feature_values (LIST) { repeated group list { required float element; } }
}";

const EDGES: &str = "message edges {
    required int32 source (INTEGER(32, false));
    required int32 target (INTEGER(32, false));
    required binary kind (STRING);
    required float confidence;
}";

impl Index {
    /// The nodes as a Parquet file: the fields of a JSON line, and the feature row as the list of its columns and that of
    /// its values.
    ///
    /// # Errors
    /// [`crate::EngineError::Table`] should the writer fail.
    pub fn nodes_parquet(&self) -> Result<Vec<u8>> {
        let graph = &self.graph;
        let (definitions, repetitions) = list_levels(&self.input.rows);
        let in_file = || graph.files.iter().map(|file| (*file as usize) < graph.file_paths.len());
        let present: Vec<i16> = in_file().map(i16::from).collect();
        let lines = |lines: &[u32]| Values::numbers(kept(lines, in_file()).copied());
        let list = |values: Values| Column { values, definitions: &definitions, repetitions: &repetitions };
        let columns = [
            Column::required(Values::numbers(0..graph.node_count() as u32)),
            Column::required(Values::texts((0..graph.node_count() as u32).map(|node| graph.kind(node).name()))),
            Column::required(Values::texts(graph.names.iter().map(String::as_str))),
            Column::optional(Values::texts(paths(graph)), &present),
            Column::optional(lines(&graph.start_lines), &present),
            Column::optional(lines(&graph.end_lines), &present),
            list(Values::numbers(self.input.rows.indices.iter().map(|column| u32::from(*column)))),
            list(Values::Floats(self.input.rows.values.clone())),
        ];
        Ok(file(NODES, &columns)?)
    }

    /// The edges as a Parquet file: the fields of a JSON line.
    ///
    /// # Errors
    /// [`crate::EngineError::Table`] should the writer fail.
    pub fn edges_parquet(&self) -> Result<Vec<u8>> {
        let graph = &self.graph;
        let kinds = graph.edge_kinds.iter().map(|kind| EdgeKind::ALL[usize::from(*kind)].name());
        let columns = [
            Column::required(Values::numbers(graph.sources.iter().copied())),
            Column::required(Values::numbers(graph.targets.iter().copied())),
            Column::required(Values::texts(kinds)),
            Column::required(Values::Floats(graph.confidences.clone())),
        ];
        Ok(file(EDGES, &columns)?)
    }
}

/// The path of each node that is in a file.
fn paths(graph: &ProjectGraph) -> impl Iterator<Item = &str> {
    graph.files.iter().filter_map(|file| graph.file_paths.get(*file as usize)).map(String::as_str)
}

fn kept<T>(values: &[T], is_kept: impl Iterator<Item = bool>) -> impl Iterator<Item = &T> {
    values.iter().zip(is_kept).filter_map(|(value, is_kept)| is_kept.then_some(value))
}

/// What is stored of a column: the values that are there, one after the other.
enum Values {
    Numbers(Vec<i32>),
    Floats(Vec<f32>),
    Texts(Vec<ByteArray>),
}

/// Values with their levels in Dremel's encoding (Melnik et al. 2010); none where every row has one value.
struct Column<'a> {
    values: Values,
    definitions: &'a [i16],
    repetitions: &'a [i16],
}

impl Values {
    /// Parquet keeps unsigned numbers as the signed ones of the same bits.
    fn numbers(numbers: impl Iterator<Item = u32>) -> Self {
        Self::Numbers(numbers.map(u32::cast_signed).collect())
    }

    fn texts<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        Self::Texts(texts.map(ByteArray::from).collect())
    }
}

impl<'a> Column<'a> {
    fn required(values: Values) -> Self {
        Self { values, definitions: &[], repetitions: &[] }
    }

    /// `present` is 1 for each row with a value, 0 for one without.
    fn optional(values: Values, present: &'a [i16]) -> Self {
        Self { values, definitions: present, repetitions: &[] }
    }

    fn write(&self, writer: &mut SerializedColumnWriter<'_>) -> Written<()> {
        let given = |levels: &'a [i16]| (!levels.is_empty()).then_some(levels);
        let (definitions, repetitions) = (given(self.definitions), given(self.repetitions));
        match &self.values {
            Values::Numbers(values) => writer.typed::<Int32Type>().write_batch(values, definitions, repetitions),
            Values::Floats(values) => writer.typed::<FloatType>().write_batch(values, definitions, repetitions),
            Values::Texts(values) => writer.typed::<ByteArrayType>().write_batch(values, definitions, repetitions),
        }?;
        Ok(())
    }
}

/// Levels of rows as lists: an empty row is one place without a value; all but the first value of a row repeat.
fn list_levels(rows: &SparseRows) -> (Vec<i16>, Vec<i16>) {
    let (mut definitions, mut repetitions) = (Vec::new(), Vec::new());
    for row in rows.indptr.windows(2) {
        let length = (row[1] - row[0]) as usize;
        let places = length.max(1);
        definitions.resize(definitions.len() + places, i16::from(length > 0));
        repetitions.push(0);
        repetitions.resize(repetitions.len() + places - 1, 1);
    }
    (definitions, repetitions)
}

fn file(schema: &str, columns: &[Column<'_>]) -> Written<Vec<u8>> {
    let schema = Arc::new(parse_message_type(schema)?);
    let properties = Arc::new(WriterProperties::builder().set_compression(Compression::SNAPPY).build());
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, properties)?;
    let mut rows = writer.next_row_group()?;
    for column in columns {
        let place = rows.next_column()?;
        let mut place = place.ok_or_else(|| ParquetError::General("the schema has fewer columns".to_owned()))?;
        column.write(&mut place)?;
        place.close()?;
    }
    rows.close()?;
    writer.into_inner()
}
