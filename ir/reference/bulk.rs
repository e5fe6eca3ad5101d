//! The bulk operators of memories and tables, in terms of single accesses (specification 4.4.6 and 4.4.7).
//!
//! Bounds come first: an operator that traps has written nothing, unless it is interrupted. Overlapping copies go from the end that is not
//! overwritten.
use super::env::Env;
use crate::value::{Bits, Trap};

/// Bytes moved at a time; any number would do.
const CHUNK: u64 = 1 << 16;

pub(super) fn memory_fill<E: Env>(env: &mut E, memory: u32, to: u64, byte: u8, length: u64) -> Result<(), Trap> {
    within(to, length, env.memory_size(memory), Trap::MemoryOutOfBounds)?;
    let bytes = vec![byte; length.min(CHUNK) as usize];
    for (at, length) in chunks(length) {
        if at > 0 {
            env.poll()?;
        }
        env.memory_write(memory, to + at, &bytes[..length])?;
    }
    Ok(())
}

pub(super) fn memory_copy<E: Env>(
    env: &mut E,
    (to_memory, to): (u32, u64),
    (from_memory, from): (u32, u64),
    length: u64,
) -> Result<(), Trap> {
    within(from, length, env.memory_size(from_memory), Trap::MemoryOutOfBounds)?;
    within(to, length, env.memory_size(to_memory), Trap::MemoryOutOfBounds)?;
    let mut buffer = vec![0; length.min(CHUNK) as usize];
    let mut order: Vec<(u64, usize)> = chunks(length).collect();
    if to > from {
        order.reverse();
    }
    for (done, (at, length)) in order.into_iter().enumerate() {
        if done > 0 {
            env.poll()?;
        }
        env.memory_read(from_memory, from + at, &mut buffer[..length])?;
        env.memory_write(to_memory, to + at, &buffer[..length])?;
    }
    Ok(())
}

pub(super) fn memory_init<E: Env>(env: &mut E, memory: u32, segment: u32, to: u64, from: u64, length: u64) -> Result<(), Trap> {
    within(from, length, env.data(segment).len() as u64, Trap::MemoryOutOfBounds)?;
    within(to, length, env.memory_size(memory), Trap::MemoryOutOfBounds)?;
    let bytes = env.data(segment)[from as usize..(from + length) as usize].to_vec();
    env.memory_write(memory, to, &bytes)
}

pub(super) fn table_fill<E: Env>(env: &mut E, table: u32, to: u64, value: Bits, length: u64) -> Result<(), Trap> {
    within(to, length, env.table_size(table), Trap::TableOutOfBounds)?;
    (0..length).try_for_each(|k| env.table_set(table, to + k, value))
}

pub(super) fn table_copy<E: Env>(env: &mut E, (to_table, to): (u32, u64), (from_table, from): (u32, u64), length: u64) -> Result<(), Trap> {
    within(from, length, env.table_size(from_table), Trap::TableOutOfBounds)?;
    within(to, length, env.table_size(to_table), Trap::TableOutOfBounds)?;
    (0..length).try_for_each(|k| {
        let k = if to > from { length - 1 - k } else { k };
        let value = env.table_get(from_table, from + k)?;
        env.table_set(to_table, to + k, value)
    })
}

pub(super) fn table_init<E: Env>(env: &mut E, table: u32, segment: u32, to: u64, from: u64, length: u64) -> Result<(), Trap> {
    within(from, length, env.element_count(segment), Trap::TableOutOfBounds)?;
    within(to, length, env.table_size(table), Trap::TableOutOfBounds)?;
    (0..length).try_for_each(|k| {
        let value = env.element(segment, from + k);
        env.table_set(table, to + k, value)
    })
}

/// Traps unless [`start`, `start + length`) is inside `size`; an empty range may begin at the very end.
fn within(start: u64, length: u64, size: u64, trap: Trap) -> Result<(), Trap> {
    match start.checked_add(length) {
        Some(end) if end <= size => Ok(()),
        _ => Err(trap),
    }
}

/// `length` bytes as (start, length) of chunks, in order.
fn chunks(length: u64) -> impl Iterator<Item = (u64, usize)> {
    (0..length.div_ceil(CHUNK)).map(move |k| (k * CHUNK, (length - k * CHUNK).min(CHUNK) as usize))
}
