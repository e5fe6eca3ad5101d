//! A valid module from a seed, by `wasm-smith`, of the features that this engine has. Every module ends: fuel is built into it.
use arbitrary::Unstructured;
use wasm_smith::{Config, Module};

/// Steps of loops and calls a generated module may take.
const FUEL: u32 = 1000;

/// Bytes of the module for a seed, or None if the seed's bytes give none.
pub fn generate(seed: u64) -> Option<Vec<u8>> {
    let data = bytes(seed, 1024 + (seed % 4096) as usize);
    let config = Config {
        allow_start_export: true,
        bulk_memory_enabled: true,
        canonicalize_nans: false,
        compact_imports_enabled: false,
        exceptions_enabled: false,
        export_everything: true,
        gc_enabled: false,
        max_imports: 0,
        max_instructions: 60 + (seed % 7) as usize * 40,
        max_memories: 1,
        max_memory32_bytes: 1 << 20,
        max_table_elements: 200,
        max_tables: 3,
        memory64_enabled: false,
        min_exports: 1,
        min_funcs: 1,
        reference_types_enabled: true,
        relaxed_simd_enabled: true,
        simd_enabled: true,
        tail_call_enabled: false,
        threads_enabled: false,
        wide_arithmetic_enabled: false,
        ..Config::default()
    };
    let mut module = Module::new(config, &mut Unstructured::new(&data)).ok()?;
    module.ensure_termination(FUEL).ok()?;
    Some(module.to_bytes())
}

/// A stream of bytes for a seed (splitmix64).
fn bytes(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0xd1b5_4a32_d192_ed03;
    let mut out = Vec::with_capacity(len + 8);
    while out.len() < len {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        out.extend_from_slice(&(z ^ z >> 31).to_le_bytes());
    }
    out.truncate(len);
    out
}
