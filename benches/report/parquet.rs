//! Every timing in a row of an Apache Parquet file: the columns of `csv`, with types. Written by the `parquet` crate without its arrow half and
//! without compression, which these files do not need: texts are dictionaries, and a whole matrix of strategies is below a megabyte.
use super::samples::{COLUMNS, Row, Value, rows};
use crate::record::Experiment;
use parquet::basic::{ConvertedType, Repetition, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, Int64Type};
use parquet::errors::Result;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{Type, TypePtr};
use std::sync::Arc;

pub fn write(experiment: &Experiment) -> anyhow::Result<Vec<u8>> {
    Ok(encode(&rows(experiment))?)
}

fn schema() -> Result<TypePtr> {
    let column = |name: &str, value: Value| {
        let (physical, repetition, converted) = match value {
            Value::Text(_) => (Physical::BYTE_ARRAY, Repetition::REQUIRED, ConvertedType::UTF8),
            Value::Number(_) => (Physical::INT64, Repetition::OPTIONAL, ConvertedType::UINT_64),
            Value::Flag(_) => (Physical::BOOLEAN, Repetition::REQUIRED, ConvertedType::NONE),
        };
        Type::primitive_type_builder(name, physical).with_repetition(repetition).with_converted_type(converted).build().map(Arc::new)
    };
    let columns = COLUMNS.iter().map(|c| column(c.name, c.value)).collect::<Result<Vec<_>>>()?;
    Ok(Arc::new(Type::group_type_builder("samples").with_fields(columns).build()?))
}

fn encode(rows: &[Row<'_>]) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut file = SerializedFileWriter::new(&mut bytes, schema()?, Arc::new(WriterProperties::builder().build()))?;
    let mut group = file.next_row_group()?;
    for column in &COLUMNS {
        let Some(mut writer) = group.next_column()? else { break };
        match column.value {
            Value::Text(of) => {
                let values: Vec<ByteArray> = rows.iter().map(|r| ByteArray::from(of(r))).collect();
                writer.typed::<ByteArrayType>().write_batch(&values, None, None)?;
            }
            Value::Number(of) => {
                let known: Vec<i16> = rows.iter().map(|r| i16::from(of(r).is_some())).collect();
                // The bits of an unsigned number, as the format has it.
                let values: Vec<i64> = rows.iter().filter_map(of).map(|n| n as i64).collect();
                writer.typed::<Int64Type>().write_batch(&values, Some(&known), None)?;
            }
            Value::Flag(of) => {
                let values: Vec<bool> = rows.iter().map(of).collect();
                writer.typed::<BoolType>().write_batch(&values, None, None)?;
            }
        }
        writer.close()?;
    }
    group.close()?;
    file.close()?;
    Ok(bytes)
}
