//! What each vector operator costs in instructions and bytes: our code, Cranelift's and V8's, from one module with a function for each (`papers/simd.md`).
//!
//! `cargo run --release -p samite-benches --example operators -- PEER_DIR... > papers/simd.md`: in the peer directories are a Python with the package
//! `wasmtime`, and node. The head of the page is `page.md`.
use anyhow::{Context, bail, ensure};
use samite_benches::peer::find::candidates;
use samite_codegen::driver::{Strategy, compile_module};
use samite_codegen::x64::cpu::Cpu;
use samite_codegen::x64::disasm;
use samite_ir::translate::decode;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Operators by what they take and give: p an address, v a vector, i l f d a scalar. What stands behind a name in brackets are its immediates.
const OPERATORS: &[(&str, &str)] = &[
    (
        "p>v",
        "v128.load v128.load8x8_s v128.load8x8_u v128.load16x4_s v128.load16x4_u v128.load32x2_s v128.load32x2_u v128.load8_splat \
         v128.load16_splat v128.load32_splat v128.load64_splat v128.load32_zero v128.load64_zero",
    ),
    ("pv>v", "v128.load8_lane[5] v128.load16_lane[3] v128.load32_lane[2] v128.load64_lane[1]"),
    ("pv>", "v128.store v128.store8_lane[5] v128.store16_lane[3] v128.store32_lane[2] v128.store64_lane[1]"),
    (">v", "v128.const[i32x4_0_0_0_0] v128.const[i32x4_-1_-1_-1_-1] v128.const[i32x4_1_2_3_4]"),
    (
        "vv>v",
        "i8x16.shuffle[0_1_2_3_4_5_6_7_16_17_18_19_20_21_22_23] i8x16.shuffle[3_2_1_0_7_6_5_4_11_10_9_8_15_14_13_12] \
         i8x16.shuffle[1_2_3_4_5_6_7_8_9_10_11_12_13_14_15_16] i8x16.shuffle[0_16_1_17_2_18_3_19_4_20_5_21_6_22_7_23] \
         i8x16.shuffle[0_1_18_19_4_5_22_23_8_9_26_27_12_13_30_31] i8x16.shuffle[0_1_2_3_0_1_2_3_0_1_2_3_0_1_2_3] \
         i8x16.shuffle[0_2_4_6_8_10_12_14_16_18_20_22_24_26_28_30] i8x16.shuffle[7_19_2_30_11_4_17_25_0_8_31_13_22_6_9_16] \
         i8x16.swizzle v128.and v128.andnot v128.or v128.xor \
         i8x16.eq i8x16.ne i8x16.lt_s i8x16.lt_u i8x16.gt_s i8x16.gt_u i8x16.le_s i8x16.le_u i8x16.ge_s i8x16.ge_u \
         i16x8.eq i16x8.ne i16x8.lt_s i16x8.lt_u i16x8.gt_s i16x8.gt_u i16x8.le_s i16x8.le_u i16x8.ge_s i16x8.ge_u \
         i32x4.eq i32x4.ne i32x4.lt_s i32x4.lt_u i32x4.gt_s i32x4.gt_u i32x4.le_s i32x4.le_u i32x4.ge_s i32x4.ge_u \
         i64x2.eq i64x2.ne i64x2.lt_s i64x2.gt_s i64x2.le_s i64x2.ge_s \
         f32x4.eq f32x4.ne f32x4.lt f32x4.gt f32x4.le f32x4.ge f64x2.eq f64x2.ne f64x2.lt f64x2.gt f64x2.le f64x2.ge \
         i8x16.narrow_i16x8_s i8x16.narrow_i16x8_u i8x16.add i8x16.add_sat_s i8x16.add_sat_u i8x16.sub i8x16.sub_sat_s i8x16.sub_sat_u \
         i8x16.min_s i8x16.min_u i8x16.max_s i8x16.max_u i8x16.avgr_u \
         i16x8.narrow_i32x4_s i16x8.narrow_i32x4_u i16x8.q15mulr_sat_s i16x8.add i16x8.add_sat_s i16x8.add_sat_u i16x8.sub i16x8.sub_sat_s \
         i16x8.sub_sat_u i16x8.mul i16x8.min_s i16x8.min_u i16x8.max_s i16x8.max_u i16x8.avgr_u \
         i16x8.extmul_low_i8x16_s i16x8.extmul_high_i8x16_s i16x8.extmul_low_i8x16_u i16x8.extmul_high_i8x16_u \
         i32x4.add i32x4.sub i32x4.mul i32x4.min_s i32x4.min_u i32x4.max_s i32x4.max_u i32x4.dot_i16x8_s \
         i32x4.extmul_low_i16x8_s i32x4.extmul_high_i16x8_s i32x4.extmul_low_i16x8_u i32x4.extmul_high_i16x8_u \
         i64x2.add i64x2.sub i64x2.mul \
         i64x2.extmul_low_i32x4_s i64x2.extmul_high_i32x4_s i64x2.extmul_low_i32x4_u i64x2.extmul_high_i32x4_u \
         f32x4.add f32x4.sub f32x4.mul f32x4.div f32x4.min f32x4.max f32x4.pmin f32x4.pmax \
         f64x2.add f64x2.sub f64x2.mul f64x2.div f64x2.min f64x2.max f64x2.pmin f64x2.pmax \
         i8x16.relaxed_swizzle f32x4.relaxed_min f32x4.relaxed_max f64x2.relaxed_min f64x2.relaxed_max i16x8.relaxed_q15mulr_s \
         i16x8.relaxed_dot_i8x16_i7x16_s",
    ),
    (
        "v>v",
        "v128.not i8x16.abs i8x16.neg i8x16.popcnt i16x8.abs i16x8.neg i16x8.extadd_pairwise_i8x16_s i16x8.extadd_pairwise_i8x16_u \
         i16x8.extend_low_i8x16_s i16x8.extend_high_i8x16_s i16x8.extend_low_i8x16_u i16x8.extend_high_i8x16_u \
         i32x4.abs i32x4.neg i32x4.extadd_pairwise_i16x8_s i32x4.extadd_pairwise_i16x8_u \
         i32x4.extend_low_i16x8_s i32x4.extend_high_i16x8_s i32x4.extend_low_i16x8_u i32x4.extend_high_i16x8_u \
         i64x2.abs i64x2.neg i64x2.extend_low_i32x4_s i64x2.extend_high_i32x4_s i64x2.extend_low_i32x4_u i64x2.extend_high_i32x4_u \
         f32x4.abs f32x4.neg f32x4.sqrt f32x4.ceil f32x4.floor f32x4.trunc f32x4.nearest \
         f64x2.abs f64x2.neg f64x2.sqrt f64x2.ceil f64x2.floor f64x2.trunc f64x2.nearest \
         f32x4.convert_i32x4_s f32x4.convert_i32x4_u f64x2.convert_low_i32x4_s f64x2.convert_low_i32x4_u f32x4.demote_f64x2_zero \
         f64x2.promote_low_f32x4 i32x4.trunc_sat_f32x4_s i32x4.trunc_sat_f32x4_u i32x4.trunc_sat_f64x2_s_zero i32x4.trunc_sat_f64x2_u_zero \
         i32x4.relaxed_trunc_f32x4_s i32x4.relaxed_trunc_f32x4_u i32x4.relaxed_trunc_f64x2_s_zero i32x4.relaxed_trunc_f64x2_u_zero",
    ),
    (
        "vvv>v",
        "v128.bitselect f32x4.relaxed_madd f32x4.relaxed_nmadd f64x2.relaxed_madd f64x2.relaxed_nmadd i8x16.relaxed_laneselect \
         i16x8.relaxed_laneselect i32x4.relaxed_laneselect i64x2.relaxed_laneselect i32x4.relaxed_dot_i8x16_i7x16_add_s",
    ),
    (
        "vi>v",
        "i8x16.shl i8x16.shr_s i8x16.shr_u i16x8.shl i16x8.shr_s i16x8.shr_u i32x4.shl i32x4.shr_s i32x4.shr_u i64x2.shl i64x2.shr_s \
         i64x2.shr_u i8x16.replace_lane[5] i16x8.replace_lane[3] i32x4.replace_lane[2]",
    ),
    (
        "v3>v",
        "i8x16.shl i8x16.shr_s i8x16.shr_u i16x8.shl i16x8.shr_s i16x8.shr_u i32x4.shl i32x4.shr_s i32x4.shr_u i64x2.shl i64x2.shr_s i64x2.shr_u",
    ),
    ("vl>v", "i64x2.replace_lane[1]"),
    ("vf>v", "f32x4.replace_lane[2]"),
    ("vd>v", "f64x2.replace_lane[1]"),
    ("i>v", "i8x16.splat i16x8.splat i32x4.splat"),
    ("l>v", "i64x2.splat"),
    ("f>v", "f32x4.splat"),
    ("d>v", "f64x2.splat"),
    (
        "v>i",
        "v128.any_true i8x16.all_true i8x16.bitmask i16x8.all_true i16x8.bitmask i32x4.all_true i32x4.bitmask i64x2.all_true i64x2.bitmask \
         i8x16.extract_lane_s[5] i8x16.extract_lane_u[5] i16x8.extract_lane_s[3] i16x8.extract_lane_u[3] i32x4.extract_lane[2]",
    ),
    ("v>l", "i64x2.extract_lane[1]"),
    ("v>f", "f32x4.extract_lane[2]"),
    ("v>d", "f64x2.extract_lane[1]"),
];

/// A function of the module, and which of those before it (no operator; one access to memory) is taken off, but for so many instructions.
struct Row {
    name: String,
    wat: String,
    bare: usize,
    kept: usize,
}

fn rows() -> Vec<Row> {
    let mut rows = vec![
        Row { name: "nothing".into(), wat: "(func)".into(), bare: 0, kept: 0 },
        Row { name: "i32.load".into(), wat: "(func (param i32) (result i32) (i32.load (local.get 0)))".into(), bare: 0, kept: 0 },
        Row { name: "i32.store".into(), wat: "(func (param i32 i32) (i32.store (local.get 0) (local.get 1)))".into(), bare: 0, kept: 0 },
    ];
    for &(shape, names) in OPERATORS {
        let (takes, gives) = shape.split_once('>').expect("a shape");
        for name in names.split_whitespace() {
            let (operator, immediates) =
                name.split_once('[').map_or((name, String::new()), |(o, i)| (o, i.trim_end_matches(']').replace('_', " ")));
            let (mut params, mut operands) = (String::new(), String::new());
            for (n, kind) in takes.chars().filter(|k| *k != '3').enumerate() {
                let ty = match kind {
                    'v' => "v128",
                    'p' | 'i' => "i32",
                    'l' => "i64",
                    'f' => "f32",
                    _ => "f64",
                };
                write!(params, " {ty}").expect("text");
                write!(operands, " (local.get {n})").expect("text");
            }
            if takes.ends_with('3') {
                operands.push_str(" (i32.const 3)");
            }
            let result = match gives {
                "v" => "(result v128)",
                "i" => "(result i32)",
                "l" => "(result i64)",
                "f" => "(result f32)",
                "d" => "(result f64)",
                _ => "",
            };
            let note = if takes.ends_with('3') { " by 3" } else { "" };
            let shown = if immediates.is_empty() { String::new() } else { format!(" {immediates}") };
            let (bare, kept) = match (takes.starts_with('p'), gives) {
                (false, _) => (0, 0),
                (true, "") => (2, 1),
                (true, _) => (1, 1),
            };
            rows.push(Row {
                name: format!("{operator}{shown}{note}"),
                wat: format!("(func (param{params}) {result} ({operator} {immediates}{operands}))"),
                bare,
                kept,
            });
        }
    }
    rows
}

/// Instructions and bytes up to the first return: what comes behind is cold, or padding.
fn size(code: &[u8]) -> (usize, usize) {
    let lines = disasm::decode(code, 0);
    let end = lines.iter().position(|l| l.mnemonic.starts_with("ret")).map_or(lines.len(), |n| n + 1);
    (end, lines[..end].iter().map(|l| usize::from(l.len)).sum())
}

fn ours(wasm: &[u8], strategy: &Strategy) -> anyhow::Result<Vec<Vec<u8>>> {
    let module = decode(wasm)?;
    let (image, _) = compile_module(&module, wasm, strategy)?;
    Ok(image.functions.iter().map(|f| image.text[f.start as usize..f.code_end as usize].to_vec()).collect())
}

/// The functions as a program prints them; of those that can be meant the first that works.
fn theirs(
    names: &[&str],
    directories: &[PathBuf],
    arguments: &[&str],
    script: &str,
    extension: &str,
    wasm: &Path,
) -> anyhow::Result<Vec<Vec<u8>>> {
    let file = wasm.with_extension(extension);
    std::fs::write(&file, script)?;
    let names: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
    let mut why = format!("no {} in the peer directories or on the PATH", names.join(" or "));
    for program in candidates(&names, directories) {
        let output = Command::new(&program).args(arguments).arg(&file).arg(wasm).current_dir(wasm.parent().expect("a room")).output()?;
        if !output.status.success() {
            why = format!("{}: {}", program.display(), String::from_utf8_lossy(&output.stderr));
            continue;
        }
        let bytes = |line: &str| -> anyhow::Result<Vec<u8>> {
            let pairs = line.as_bytes().chunks(2);
            pairs.map(|p| Ok(u8::from_str_radix(std::str::from_utf8(p)?, 16)?)).collect()
        };
        return String::from_utf8(output.stdout)?.lines().map(bytes).collect();
    }
    bail!(why)
}

fn main() -> anyhow::Result<()> {
    let directories: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let rows = rows();
    let mut wat = String::from("(module (memory (export \"memory\") 1)\n");
    for row in &rows {
        writeln!(wat, "  {}", row.wat)?;
    }
    let exports = (0..rows.len()).map(|n| format!("(export \"{n}\" (func {n}))")).collect::<String>();
    let wasm = wat::parse_str(wat + &exports + ")")?;
    let room = tempfile::tempdir()?;
    let file = room.path().join("operators.wasm");
    std::fs::write(&file, &wasm)?;
    let engines = [
        ours(&wasm, &Strategy::MAX).context("ours")?,
        theirs(&["python3", "python"], &directories, &[], include_str!("cranelift.py"), "py", &file).context("Cranelift")?,
        theirs(
            &["node"],
            &directories,
            &["--no-liftoff", "--no-wasm-lazy-compilation", "--perf-basic-prof"],
            include_str!("v8.mjs"),
            "mjs",
            &file,
        )
        .context("V8")?,
        ours(&wasm, &Strategy { cpu: Cpu::Avx2, ..Strategy::MAX }).context("ours for any CPU")?,
    ];
    let mut sizes: Vec<Vec<(usize, usize)>> = Vec::new();
    for code in &engines {
        ensure!(code.len() == rows.len(), "{} functions of {}", code.len(), rows.len());
        sizes.push(code.iter().map(|c| size(c)).collect());
    }
    print!("{}", include_str!("page.md"));
    println!("Ours is compiled with `{}`; `cpu=native` is `cpu={}` here.\n", Strategy::MAX, Cpu::Native.set().name());
    println!("| operator | Samite | Cranelift | V8 | |\n|---|--:|--:|--:|---|");
    let (mut longest, mut shortest, mut count) = (0, 0, 0);
    // With `cpu=avx2`.
    let (mut floor_longest, mut floor_shortest) = (0, 0);
    for (n, row) in rows.iter().enumerate().skip(3) {
        let cost: Vec<(isize, isize)> = sizes
            .iter()
            .map(|s| {
                let (i, b) = (s[n].0 as isize - s[row.bare].0 as isize + row.kept as isize, s[n].1 as isize - s[row.bare].1 as isize);
                (i, b)
            })
            .collect();
        let best = cost[..3].iter().map(|c| c.0).min().expect("three");
        let worst = cost[..3].iter().map(|c| c.0).max().expect("three");
        count += 1;
        let floor = cost[3].0;
        floor_shortest += usize::from(cost[1..3].iter().all(|c| c.0 >= floor));
        floor_longest += usize::from(cost[1..3].iter().all(|c| c.0 <= floor) && cost[1..3].iter().any(|c| c.0 < floor));
        shortest += usize::from(cost[0].0 == best);
        let is_longest = cost[0].0 == worst && worst > best;
        longest += usize::from(is_longest);
        let mark = match cost[0].0 {
            _ if is_longest => "longest",
            c if c > best => "longer",
            c if cost[1..3].iter().all(|o| o.0 > c) => "shortest",
            _ => "",
        };
        let cell = |c: (isize, isize)| if row.kept == 0 { format!("{} ({})", c.0, c.1) } else { format!("{} ({:+})", c.0, c.1) };
        println!("| {} | {} | {} | {} | {mark} |", row.name, cell(cost[0]), cell(cost[1]), cell(cost[2]));
    }
    println!(
        "\n{count} rows; ours is the shortest or as short in {shortest} ({:.1} %), the longest in {longest}.",
        100.0 * shortest as f64 / count as f64
    );
    println!(
        "With `cpu=avx2`, and theirs as they are (with AVX-512 where they use it): as short in {floor_shortest} ({:.1} %), the longest in {floor_longest}.",
        100.0 * floor_shortest as f64 / count as f64
    );
    Ok(())
}
