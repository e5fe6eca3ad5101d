//! Every rewriting rule of vector operators: that it fires, and that it is right on vectors of edges, of random bytes and of NaNs.
mod common;

use common::{Random, module, observe};
use samite_ir::ssa::eval::{End, Wide};
use samite_ir::ssa::text::parse;
use samite_ir::ssa::{Func, Op, Value};
use samite_ir::translate::vmctx::Layout;
use samite_ir::value::Type;
use samite_ir::value::edges::edges;
use samite_opt::{Bounds, Context, Options, Passes, Settings, gvn};

/// The function of (context, x: v128, y: v128, z: v128, n: i32) whose last line is what it returns.
fn function(lines: &str) -> Func {
    let last = lines.lines().last().unwrap().trim();
    let (name, rest) = last.split_once(':').unwrap();
    let ty = rest.split_whitespace().next().unwrap();
    let text = format!(
        "func 0 (i64, v128, v128, v128, i32) -> ({ty})\nb0(v0: i64, v1: v128, v2: v128, v3: v128, v4: i32):\n{lines}\nreturn {name}"
    );
    parse(&text).unwrap_or_else(|e| panic!("{e}\n{text}"))
}

fn rewrite(f: &Func) -> Func {
    let module = module();
    let layout = Layout::new(&module).unwrap();
    let options = Options { passes: Passes::Basic, bounds: Bounds::Guard };
    let mut f = f.clone();
    gvn::run(&mut f, &Settings { options, layout: &layout, memories: &module.memories }, &mut Context::default());
    f
}

/// What is returned, as a term.
fn result(f: &Func) -> String {
    let Op::Return(list) = f.ops[f.terminator(f.entry())] else { panic!("it returns") };
    term(f, list.as_slice(&f.pool)[0])
}

fn term(f: &Func, v: Value) -> String {
    if let Op::Param(_, _, n) = f.ops[v] {
        return ["context", "x", "y", "z", "n"][n as usize].into();
    }
    let line = samite_ir::ssa::text::line(f, v, &[]);
    let mut text = line.split_once(" = ").unwrap().1.split(" ;").next().unwrap().to_string();
    f.for_each_operand(v, |a| text = replace_word(&text, &a.to_string(), &term(f, a)));
    if text.contains(' ') { format!("({})", text.replace(',', "")) } else { text }
}

/// Operands come in order, so the first occurrence is the one.
fn replace_word(text: &str, word: &str, by: &str) -> String {
    let ends = |at: usize| !text[at + word.len()..].starts_with(|c: char| c.is_ascii_digit());
    let at = text.match_indices(word).map(|m| m.0).find(|at| ends(*at)).unwrap_or_else(|| panic!("no {word} in {text}"));
    format!("{}{by}{}", &text[..at], &text[at + word.len()..])
}

/// Before, as lines, and the term that it becomes. A row that stays as it is says that a tempting rule is wrong.
fn rules(rows: &[(&str, &str)]) {
    let layout = Layout::new(&module()).unwrap();
    for (before, expected) in rows {
        let f = function(before);
        samite_ir::ssa::verify::assert_valid(&f, before);
        let g = rewrite(&f);
        samite_ir::ssa::verify::assert_valid(&g, before);
        assert_eq!(result(&g), *expected, "\n{before}\n{g}");
        let run = |f: &Func, inputs: &[Wide]| -> End { observe(f, inputs, &layout, 100).0 };
        let mut random = Random(7);
        for round in 0..400 {
            let inputs = inputs(&mut random, round);
            assert_eq!(run(&f, &inputs), run(&g, &inputs), "{before} with {inputs:x?}\n{g}");
        }
    }
}

fn inputs(random: &mut Random, round: usize) -> Vec<Wide> {
    let ints = [Type::I32, Type::I64, Type::F32, Type::F64][round % 4];
    let mut vector = || match round / 4 % 4 {
        0 => Wide::from([0, u128::MAX, 1, 1 << 127][random.below(4)]),
        1 => Wide::from(u128::from(random.next()) << 64 | u128::from(random.next())),
        // Masks of whole lanes.
        2 => {
            let set = random.next();
            Wide::from_lanes(32, |k| if set >> k & 1 == 1 { u64::MAX } else { 0 }).truncated(16)
        }
        _ => {
            let list = edges(ints);
            let lanes: Vec<u64> = (0..4).map(|_| random.pick(&list)).collect();
            Wide::from_lanes(8 * ints.bytes(), |k| lanes[k as usize % 4]).truncated(16)
        }
    };
    let [x, y, z] = [vector(), vector(), vector()];
    let n = random.pick(&[0, 1, 7, 8, 15, 16, 31, 33, 63, 64, 255, 0xffff_ffffu64]);
    vec![Wide::from(common::CONTEXT), x, y, z, Wide::from(n)]
}

#[test]
fn bits() {
    rules(&[
        ("v5: v128 = i8x16.not v1\nv6: v128 = i8x16.not v5", "x"),
        ("v5: v128 = i32x4.lt_s v1, v2\nv6: v128 = i8x16.not v5", "(i32x4.ge_s x y)"),
        ("v5: v128 = f32x4.eq v1, v2\nv6: v128 = i8x16.not v5", "(f32x4.ne x y)"),
        // A NaN is neither.
        ("v5: v128 = f32x4.lt v1, v2\nv6: v128 = i8x16.not v5", "(i8x16.not (f32x4.lt x y))"),
        // There is no i64x2.ge_u to negate from, and i64x2 has the signed ones.
        ("v5: v128 = i64x2.gt_s v1, v2\nv6: v128 = i8x16.not v5", "(i64x2.le_s x y)"),
        ("v5: v128 = i8x16.not v2\nv6: v128 = i8x16.and v1, v5", "(i8x16.andnot x y)"),
        ("v5: v128 = i8x16.not v1\nv6: v128 = i8x16.and v5, v2", "(i8x16.andnot y x)"),
        ("v5: v128 = i8x16.not v2\nv6: v128 = i8x16.andnot v1, v5", "(i8x16.and x y)"),
        ("v5: v128 = i8x16.not v2\nv6: v128 = i8x16.xor v1, v5", "(i8x16.not (i8x16.xor y x))"),
        ("v6: v128 = i8x16.and v1, v1", "x"),
        ("v6: v128 = i8x16.xor v1, v1", "(vconst 0x00000000000000000000000000000000)"),
        ("v6: v128 = i8x16.andnot v1, v1", "(vconst 0x00000000000000000000000000000000)"),
        ("v5: v128 = vconst 0x0\nv6: v128 = i8x16.or v5, v1", "x"),
        ("v5: v128 = vconst 0x0\nv6: v128 = i8x16.andnot v1, v5", "x"),
        ("v5: v128 = vconst 0x0\nv6: v128 = i8x16.andnot v5, v1", "(vconst 0x00000000000000000000000000000000)"),
        ("v5: v128 = vconst 0xff\nv6: v128 = i8x16.andnot v1, v5", "(i8x16.and x (vconst 0xffffffffffffffffffffffffffffff00))"),
        ("v5: v128 = vconst 0xffffffffffffffffffffffffffffffff\nv6: v128 = i8x16.xor v1, v5", "(i8x16.not x)"),
        ("v5: v128 = vconst 0xffffffffffffffffffffffffffffffff\nv6: v128 = i8x16.and v1, v5", "x"),
    ]);
}

#[test]
fn selection() {
    rules(&[
        ("v5: v128 = vconst 0x0\nv6: v128 = i8x16.bitselect v1, v2, v5", "y"),
        ("v5: v128 = vconst 0xffffffffffffffffffffffffffffffff\nv6: v128 = i8x16.bitselect v1, v2, v5", "x"),
        ("v6: v128 = i8x16.bitselect v1, v1, v3", "x"),
        ("v5: v128 = vconst 0x0\nv6: v128 = i8x16.bitselect v1, v5, v3", "(i8x16.and x z)"),
        ("v5: v128 = vconst 0x0\nv6: v128 = i8x16.bitselect v5, v2, v3", "(i8x16.andnot y z)"),
        ("v5: v128 = vconst 0xffffffffffffffffffffffffffffffff\nv6: v128 = i8x16.bitselect v5, v2, v3", "(i8x16.or y z)"),
        ("v5: v128 = i8x16.not v3\nv6: v128 = i8x16.bitselect v1, v2, v5", "(i8x16.bitselect y x z)"),
    ]);
}

#[test]
fn numbers() {
    rules(&[
        ("v5: v128 = i32x4.neg v1\nv6: v128 = i32x4.neg v5", "x"),
        ("v5: v128 = i32x4.neg v1\nv6: v128 = i16x8.neg v5", "(i16x8.neg (i32x4.neg x))"),
        ("v5: v128 = f64x2.neg v1\nv6: v128 = f64x2.abs v5", "(f64x2.abs x)"),
        ("v5: v128 = f64x2.abs v1\nv6: v128 = f64x2.abs v5", "(f64x2.abs x)"),
        ("v5: v128 = i16x8.sub v1, v2\nv6: v128 = i16x8.neg v5", "(i16x8.sub y x)"),
        // -0 and 0.
        ("v5: v128 = f32x4.sub v1, v2\nv6: v128 = f32x4.neg v5", "(f32x4.neg (f32x4.sub x y))"),
        ("v5: v128 = vconst 0x0\nv6: v128 = f32x4.add v1, v5", "(f32x4.add x (vconst 0x00000000000000000000000000000000))"),
        ("v5: v128 = vconst 0x0\nv6: v128 = i32x4.sub v5, v1", "(i32x4.neg x)"),
        ("v6: v128 = i32x4.sub v1, v1", "(vconst 0x00000000000000000000000000000000)"),
        ("v6: v128 = f32x4.sub v1, v1", "(f32x4.sub x x)"),
        ("v6: v128 = f32x4.eq v1, v1", "(f32x4.eq x x)"),
        ("v6: v128 = i8x16.eq v1, v1", "(vconst 0xffffffffffffffffffffffffffffffff)"),
        ("v6: v128 = i8x16.max_u v1, v1", "x"),
        ("v6: v128 = i8x16.avgr_u v1, v1", "x"),
        ("v5: v128 = vconst 0x0\nv6: v128 = i16x8.le_u v1, v5", "(i16x8.eq x (vconst 0x00000000000000000000000000000000))"),
        ("v5: v128 = vconst 0x0\nv6: v128 = i16x8.lt_u v5, v1", "(i16x8.ne x (vconst 0x00000000000000000000000000000000))"),
        ("v5: v128 = vconst 0x0\nv6: v128 = i16x8.ge_u v1, v5", "(vconst 0xffffffffffffffffffffffffffffffff)"),
        ("v5: v128 = vconst 0x7\nv6: v128 = i16x8.lt_s v5, v1", "(i16x8.gt_s x (vconst 0x00000000000000000000000000000007))"),
        ("v5: v128 = vconst 0x00000008000000080000000800000008\nv6: v128 = i32x4.mul v5, v1", "(i32x4.shl x (const 3))"),
        ("v5: v128 = vconst 0x00000001000000010000000100000001\nv6: v128 = i32x4.mul v1, v5", "x"),
        (
            "v5: v128 = vconst 0x00000008000000080000000800000004\nv6: v128 = i32x4.mul v1, v5",
            "(i32x4.mul x (vconst 0x00000008000000080000000800000004))",
        ),
    ]);
}

#[test]
fn constants() {
    rules(&[
        ("v5: i32 = const 258\nv6: v128 = i8x16.splat v5", "(vconst 0x02020202020202020202020202020202)"),
        ("v5: i32 = i16x8.extract_lane_s 3 v1\nv6: v128 = i16x8.splat v5", "(shuffle [6 7 6 7 6 7 6 7 6 7 6 7 6 7 6 7] x x)"),
        ("v5: i32 = i16x8.extract_lane_s 3 v1\nv6: v128 = i32x4.splat v5", "(i32x4.splat (i16x8.extract_lane_s 3 x))"),
        ("v5: v128 = vconst 0x1\nv6: v128 = i8x16.add v5, v5", "(vconst 0x00000000000000000000000000000002)"),
        ("v5: v128 = vconst 0x80\nv6: i32 = i8x16.extract_lane_s 0 v5", "(const -128)"),
        ("v5: v128 = vconst 0x80\nv6: i32 = i8x16.bitmask v5", "(const 1)"),
        ("v5: v128 = vconst 0x1\nv7: i64 = const 2\nv6: v128 = i64x2.replace_lane 1 v5, v7", "(vconst 0x00000000000000020000000000000001)"),
        // 1 / 0 is a number, 0 / 0 none, and which the processor says.
        (
            "v5: v128 = vconst 0x3f8000003f8000003f8000003f800000\nv7: v128 = vconst 0x0\nv6: v128 = f32x4.div v5, v7",
            "(vconst 0x7f8000007f8000007f8000007f800000)",
        ),
        (
            "v7: v128 = vconst 0x0\nv6: v128 = f32x4.div v7, v7",
            "(f32x4.div (vconst 0x00000000000000000000000000000000) (vconst 0x00000000000000000000000000000000))",
        ),
    ]);
}

#[test]
fn shifts() {
    rules(&[
        ("v5: i32 = const 16\nv6: v128 = i16x8.shl v1, v5", "x"),
        ("v5: i32 = const 17\nv6: v128 = i16x8.shr_u v1, v5", "(i16x8.shr_u x (const 1))"),
        ("v5: i32 = const 15\nv7: i32 = and v4, v5\nv6: v128 = i16x8.shr_s v1, v7", "(i16x8.shr_s x n)"),
        ("v5: i32 = const 7\nv7: i32 = and v4, v5\nv6: v128 = i16x8.shr_s v1, v7", "(i16x8.shr_s x (and n (const 7)))"),
        ("v5: v128 = vconst 0x0\nv6: v128 = i16x8.shl v5, v4", "(vconst 0x00000000000000000000000000000000)"),
    ]);
}

#[test]
fn lanes() {
    rules(&[
        ("v5: v128 = i32x4.splat v4\nv6: i32 = i32x4.extract_lane 2 v5", "n"),
        ("v5: v128 = i8x16.splat v4\nv6: i32 = i8x16.extract_lane_s 2 v5", "(extend8_s n)"),
        ("v5: v128 = i16x8.splat v4\nv6: i32 = i16x8.extract_lane_u 2 v5", "(and n (const 65535))"),
        ("v5: v128 = i32x4.replace_lane 1 v1, v4\nv6: i32 = i32x4.extract_lane 1 v5", "n"),
        ("v5: v128 = i32x4.replace_lane 1 v1, v4\nv6: i32 = i32x4.extract_lane 2 v5", "(i32x4.extract_lane 2 x)"),
        ("v5: i32 = const 3\nv7: v128 = i32x4.replace_lane 1 v1, v5\nv6: v128 = i32x4.replace_lane 1 v7, v4", "(i32x4.replace_lane 1 x n)"),
        ("v5: v128 = i32x4.splat v4\nv6: v128 = i32x4.replace_lane 3 v5, v4", "(i32x4.splat n)"),
        (
            "v5: i32 = i32x4.extract_lane 3 v2\nv6: v128 = i32x4.replace_lane 1 v1, v5",
            "(shuffle [0 1 2 3 28 29 30 31 8 9 10 11 12 13 14 15] x y)",
        ),
        ("v5: i32 = i8x16.extract_lane_u 3 v1\nv7: i32 = const 255\nv6: i32 = and v5, v7", "(i8x16.extract_lane_u 3 x)"),
        ("v5: i32 = i8x16.extract_lane_s 3 v1\nv6: i32 = extend8_s v5", "(i8x16.extract_lane_s 3 x)"),
    ]);
}

#[test]
fn shuffles() {
    rules(&[
        (
            "v5: v128 = vconst 0x0f0e0d0c0b0a09080001020304050607\nv6: v128 = i8x16.swizzle v1, v5",
            "(shuffle [7 6 5 4 3 2 1 0 8 9 10 11 12 13 14 15] x x)",
        ),
        (
            "v5: v128 = vconst 0x100e0d0c0b0a09080001020304050607\nv6: v128 = i8x16.swizzle v1, v5",
            "(shuffle [7 6 5 4 3 2 1 0 8 9 10 11 12 13 14 16] x (vconst 0x00000000000000000000000000000000))",
        ),
        (
            "v5: v128 = vconst 0x100e0d0c0b0a09080001020304050687\nv6: v128 = i8x16.relaxed_swizzle v1, v5",
            "(shuffle [16 6 5 4 3 2 1 0 8 9 10 11 12 13 14 0] x (vconst 0x00000000000000000000000000000000))",
        ),
        ("v6: v128 = shuffle [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15] v1, v2", "x"),
        ("v6: v128 = shuffle [16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31] v1, v2", "y"),
        (
            "v6: v128 = shuffle [16 1 18 19 4 5 6 7 8 9 10 11 12 13 14 15] v1, v2",
            "(shuffle [0 17 2 3 20 21 22 23 24 25 26 27 28 29 30 31] y x)",
        ),
        (
            "v5: v128 = shuffle [1 0 3 2 5 4 7 6 16 17 18 19 20 21 22 23] v1, v2\nv6: v128 = shuffle [1 0 3 2 5 4 7 6 8 9 10 11 12 13 14 15] v5, v5",
            "(shuffle [0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23] x y)",
        ),
        ("v5: v128 = i32x4.splat v4\nv6: v128 = shuffle [4 5 6 7 0 1 2 3 8 9 10 11 28 29 30 31] v5, v5", "(i32x4.splat n)"),
        (
            "v5: v128 = shuffle [4 5 6 7 16 17 18 19 8 9 10 11 28 29 30 31] v1, v2\nv6: i32 = i32x4.extract_lane 1 v5",
            "(i32x4.extract_lane 0 y)",
        ),
    ]);
}
