//! Vector operators before and after they become instructions, by the evaluator; and no more of those than the best known sequence has.
//! The machine code is compared in `runtime/engine/tests/lanes.rs`.
#[path = "common/shuffles.rs"]
mod shuffles;

use samite_codegen::x64::cpu::Cpu;
use samite_codegen::x64::lanes::expand;
use samite_ir::ssa::eval::{Access, Callee, End, World, eval};
use samite_ir::ssa::text::parse;
use samite_ir::ssa::verify::assert_valid;
use samite_ir::ssa::{Func, Op};
use samite_ir::value::edges::edges;
use samite_ir::value::{LaneBinOp, LaneShiftOp, LaneTernOp, LaneTest, LaneUnOp, Shape, TargetOp, Trap, Type, Wide, canonical_nan_lanes};
use shuffles::patterns;
use std::fmt::Write;

struct Nowhere;

impl World for Nowhere {
    fn load(&mut self, _: Access) -> Result<Wide, Trap> {
        panic!("nothing is loaded")
    }
    fn store(&mut self, _: Access, _: Wide) -> Result<(), Trap> {
        panic!("nothing is stored")
    }
    fn call(&mut self, _: Callee, _: &[Wide]) -> Result<Vec<Wide>, Trap> {
        panic!("nothing is called")
    }
}

/// Of (context, v1 v2 v3: v128, v4: i32, v5: i64, v6: f32, v7: f64); what the last line names is returned.
fn function(lines: &str) -> Func {
    let last = lines.trim().lines().last().expect("a line").trim();
    let (name, rest) = last.split_once(':').expect("NAME: TYPE = ...");
    let ty = rest.split_whitespace().next().expect("a type");
    let text = format!(
        "func 0 (i64, v128, v128, v128, i32, i64, f32, f64) -> ({ty})\n\
         b0(v0: i64, v1: v128, v2: v128, v3: v128, v4: i32, v5: i64, v6: f32, v7: f64):\n{lines}\nreturn {name}"
    );
    parse(&text).unwrap_or_else(|e| panic!("{e}\n{text}"))
}

fn run(f: &Func, x: &[u128; 3], n: u64) -> Wide {
    let scalars = [u128::from(n as u32), x[2] as u64 as u128, x[1] as u32 as u128, x[1] as u64 as u128];
    let args: Vec<Wide> = [0].into_iter().chain(*x).chain(scalars).map(Wide::from).collect();
    match eval(f, &args, &mut Nowhere, 1000) {
        End::Return(values) => values[0],
        end => panic!("{end:?}"),
    }
}

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        self.0 ^ self.0 >> 29
    }
    fn below(&mut self, n: u64) -> u64 {
        (self.next() >> 16) % n
    }
    fn vector(&mut self, lanes: Option<Shape>) -> u128 {
        let Some(shape) = lanes else { return u128::from(self.next()) << 64 | u128::from(self.next().rotate_left(32)) };
        let list = edges(shape.scalar());
        let bits = 8 * shape.lane_bytes();
        let mask = u128::MAX >> (128 - bits);
        (0..shape.lanes()).map(|k| (u128::from(list[self.below(list.len() as u64) as usize]) & mask) << (k * bits)).sum()
    }
}

/// How many instructions the operator at the end takes, without zero, ones and other constants.
fn length(f: &Func) -> usize {
    let is_instruction = |op: &Op| match op {
        Op::Target1(TargetOp::LowF32 | TargetOp::LowF64, ..) => false,
        Op::Target1(..) | Op::Target2(..) | Op::Target3(..) | Op::Binary(..) | Op::Unary(..) => true,
        _ => false,
    };
    f.body.iter().filter(|v| is_instruction(&f.ops[**v])).count()
}

/// Expands for both sets of instructions and compares; gives the function expanded for the smaller one.
fn judge(lines: &str, nans: Option<Shape>, rounds: u64) -> Func {
    judge_for(Cpu::Avx512, lines, nans, rounds);
    judge_for(Cpu::Avx2, lines, nans, rounds)
}

fn judge_for(cpu: Cpu, lines: &str, nans: Option<Shape>, rounds: u64) -> Func {
    let before = function(lines);
    let mut after = before.clone();
    expand(&mut after, cpu);
    assert_valid(&after, "lanes");
    let left = after.body.iter().any(|v| {
        matches!(
            after.ops[*v],
            Op::LaneUnary(..) | Op::LaneBinary(..) | Op::LaneTernary(..) | Op::LaneShift(..) | Op::LaneTest(..) | Op::Shuffle(..)
        )
    });
    assert!(!left, "{after}");
    let mut r = Random(rounds);
    for round in 0..rounds {
        let lanes = [None, Some(Shape::I32x4), Some(Shape::F32x4), Some(Shape::F64x2), Some(Shape::I64x2)][round as usize % 5];
        let x = [r.vector(lanes), r.vector(lanes), r.vector(lanes)];
        let n = r.next() >> 8;
        let (mut want, mut got) = (run(&before, &x, n), run(&after, &x, n));
        if let Some(shape) = nans {
            (want, got) = (Wide::from(canonical_nan_lanes(shape, want.low)), Wide::from(canonical_nan_lanes(shape, got.low)));
        }
        assert_eq!(want, got, "{lines} of {x:x?} {n:x}\n{after}");
    }
    after
}

const CONSTANTS: [&str; 8] = [
    "0x0",
    "0xffffffffffffffffffffffffffffffff",
    "0xffff0000ffffffff00000000ffffffff",
    "0xffffffff0000ffff0000000000ffffff",
    "0xff00ff0000ff00ffffff0000ff00ff00",
    "0x80808080808080808080808080808080",
    "0x00010001000100010001000100010001",
    "0x0123456789abcdeffedcba9876543210",
];

#[test]
fn every_operator_at_every_shape() {
    for &shape in Shape::ALL {
        let nans = |computes: bool| computes.then_some(shape);
        for op in LaneUnOp::ALL.iter().filter(|op| op.exists(shape)) {
            judge(&format!("v8: v128 = {shape}.{op} v1"), nans(op.computes_nan()), 300);
        }
        for op in LaneBinOp::ALL.iter().filter(|op| op.exists(shape)) {
            let nans = nans(op.computes_nan(shape));
            judge(&format!("v8: v128 = {shape}.{op} v1, v2"), nans, 300);
            judge(&format!("v8: v128 = {shape}.{op} v1, v1"), nans, 50);
            for c in CONSTANTS {
                judge(&format!("v8: v128 = vconst {c}\nv9: v128 = {shape}.{op} v1, v8"), nans, 50);
                judge(&format!("v8: v128 = vconst {c}\nv9: v128 = {shape}.{op} v8, v1"), nans, 50);
            }
        }
        for op in LaneTernOp::ALL.iter().filter(|op| op.exists(shape)) {
            judge(&format!("v8: v128 = {shape}.{op} v1, v2, v3"), nans(op.computes_nan()), 300);
            for c in CONSTANTS {
                judge(&format!("v8: v128 = vconst {c}\nv9: v128 = {shape}.{op} v1, v2, v8"), nans(op.computes_nan()), 50);
            }
        }
        for op in LaneShiftOp::ALL.iter().filter(|op| op.exists(shape)) {
            judge(&format!("v8: v128 = {shape}.{op} v1, v4"), None, 300);
            for n in 0..66 {
                judge(&format!("v8: i32 = const {n}\nv9: v128 = {shape}.{op} v1, v8"), None, 25);
            }
        }
        for op in LaneTest::ALL.iter().filter(|op| op.exists(shape)) {
            judge(&format!("v8: i32 = {shape}.{op} v1"), None, 300);
        }
    }
}

/// Masks of whole lanes, and their complements, in what takes masks.
#[test]
fn masks_in_consumers() {
    for &shape in Shape::ALL {
        let float = shape.is_float();
        for op in LaneBinOp::ALL.iter().filter(|op| op.exists(shape) && op.is_comparison()) {
            let mask = format!("v8: v128 = {shape}.{op} v1, v2");
            for tail in ["v9: v128 = i8x16.bitselect v1, v3, v8", "v9: v128 = i8x16.andnot v3, v8", "v9: i32 = i8x16.any_true v8"] {
                judge(&format!("{mask}\n{tail}"), None, 60);
                judge(&format!("{mask}\nv10: v128 = i8x16.not v8\n{}", tail.replace("v8", "v10")), None, 60);
            }
            if !float {
                for test in LaneTest::ALL.iter().filter(|test| test.exists(shape)) {
                    judge(&format!("{mask}\nv9: i32 = {shape}.{test} v8"), None, 60);
                    judge(&format!("{mask}\nv10: v128 = i8x16.not v8\nv9: i32 = {shape}.{test} v10"), None, 60);
                }
            }
        }
    }
    judge("v8: v128 = i8x16.and v1, v2\nv9: i32 = i8x16.any_true v8", None, 60);
    judge("v8: v128 = i8x16.andnot v1, v2\nv9: i32 = i8x16.any_true v8", None, 60);
    let both = judge("v8: v128 = i64x2.extend_low_s v1\nv9: v128 = i64x2.extend_low_s v2\nv10: v128 = i64x2.mul v8, v9", None, 100);
    assert_eq!(length(&both), 3);
    judge("v8: v128 = i64x2.extend_low_u v1\nv9: v128 = i64x2.extend_low_u v2\nv10: v128 = i64x2.mul v8, v9", None, 100);
    judge("v8: v128 = i64x2.extend_low_u v1\nv9: v128 = i64x2.extend_low_s v2\nv10: v128 = i64x2.mul v8, v9", None, 100);
}

/// A bound that is a constant: every sign of zero, with and without knowing that no NaN is signalling.
#[test]
fn bounds_of_floats() {
    for (shape, constants) in [
        (
            Shape::F32x4,
            ["0x0", "0x80000000800000008000000080000000", "0x800000003f80000000000000c0490fdb", "0x437f0000437f0000437f0000437f0000"],
        ),
        (
            Shape::F64x2,
            ["0x0", "0x80000000000000008000000000000000", "0x80000000000000003ff0000000000000", "0x406fe00000000000406fe00000000000"],
        ),
    ] {
        for op in ["min", "max"] {
            for c in constants {
                let value = format!("v8: v128 = vconst {c}\nv9: v128 = {shape}.");
                judge(&format!("{value}{op} v1, v8"), Some(shape), 300);
                judge(&format!("{value}{op} v8, v1"), Some(shape), 300);
                judge(&format!("{value}mul v1, v2\nv10: v128 = {shape}.{op} v9, v8"), Some(shape), 300);
            }
        }
    }
    let length = |lines: &str| length(&judge(lines, Some(Shape::F32x4), 50));
    assert_eq!(length("v8: v128 = vconst 0x437f0000437f0000437f0000437f0000\nv9: v128 = f32x4.min v1, v8"), 2);
    assert_eq!(length("v8: v128 = vconst 0x0\nv9: v128 = f32x4.max v1, v8"), 2);
    assert_eq!(
        length("v8: v128 = vconst 0x437f0000437f0000437f0000437f0000\nv9: v128 = f32x4.add v1, v2\nv10: v128 = f32x4.min v9, v8"),
        2
    );
}

#[test]
fn lanes_in_and_out() {
    for &shape in Shape::ALL {
        let scalar = shape.scalar();
        let from = match scalar {
            Type::I32 => "v4",
            Type::I64 => "v5",
            Type::F32 => "v6",
            _ => "v7",
        };
        judge(&format!("v8: v128 = {shape}.splat {from}"), None, 60);
        for k in 0..shape.lanes() {
            judge(&format!("v8: v128 = {shape}.replace_lane {k} v1, {from}"), None, 60);
            let kinds: &[&str] = if shape.lane_bytes() < 4 { &["_s", "_u"] } else { &[""] };
            for kind in kinds {
                judge(&format!("v8: {scalar} = {shape}.extract_lane{kind} {k} v1"), None, 60);
            }
        }
    }
}

#[test]
fn selections() {
    for c in ["const 0", "const 1", "const 77", "i32.lt_s v4, v8", "i32.ge_u v8, v4", "i8x16.any_true v1", "v4"] {
        let lines = match c {
            "v4" => "v10: v128 = select v4, v1, v2".to_string(),
            c => format!("v8: i32 = const 1000\nv9: i32 = {c}\nv10: v128 = select v9, v1, v2"),
        };
        let f = judge(&lines, None, 60);
        assert!(!f.body.iter().any(|v| matches!(f.ops[*v], Op::Select(..))), "{f}");
    }
}

fn indices(pattern: [u8; 16]) -> String {
    format!("[{}]", pattern.map(|n| n.to_string()).join(" "))
}
fn shuffle_line(pattern: [u8; 16]) -> String {
    format!("v8: v128 = shuffle {} v1, v2", indices(pattern))
}

/// Patterns of all kinds, and how many instructions they took: index is the number.
#[test]
fn shuffles() {
    let mut counts = [0usize; 4];
    for p in patterns() {
        let f = judge(&shuffle_line(p), None, 6);
        counts[length(&f)] += 1;
    }
    assert!(counts[1] > 400 && counts[2] > 5000, "by number of instructions: {counts:?}");
    eprintln!("shuffles by number of instructions: {counts:?}");
}

/// Shuffles with a constant beside the vector: zeros and others.
#[test]
fn shuffles_with_constants() {
    let mut r = Random(5);
    for round in 0..4000 {
        let mut p: [u8; 16] = std::array::from_fn(|_| r.below(32) as u8);
        let start = r.below(32) as u8;
        match round % 6 {
            0 => p = std::array::from_fn(|k| (k as u8 + start) % 32),
            1 => p = std::array::from_fn(|k| if k % 2 == 0 { k as u8 / 2 } else { 16 + r.below(16) as u8 }),
            2 => p = std::array::from_fn(|k| if k % 4 == 0 { k as u8 / 4 } else { 16 }),
            3 => p = std::array::from_fn(|k| (p[k / 4 * 4] & 0x1c) + k as u8 % 4),
            _ => {}
        }
        let c = ["0x0", "0x0123456789abcdeffedcba9876543210"][round / 6 % 2];
        for operands in ["v1, v8", "v8, v1"] {
            let line = format!("v8: v128 = vconst {c}\nv9: v128 = shuffle {} {operands}", indices(p));
            let f = judge(&line, None, 4);
            assert!(length(&f) <= 2, "{line}\n{f}");
        }
    }
}

/// The best lengths known, without constants; one that falls is to be lowered here.
#[test]
fn sequences_are_short() {
    let mut long = String::new();
    let mut most = |lines: &str, want: usize| {
        let mut f = function(lines);
        expand(&mut f, Cpu::Avx2);
        if length(&f) != want {
            _ = writeln!(long, "{lines}: {} instructions, not {want}", length(&f));
        }
    };
    for (op, want) in [
        ("i8x16.popcnt", 6),
        ("i64x2.abs", 2),
        ("i16x8.extadd_pairwise_s", 1),
        ("i16x8.extadd_pairwise_u", 1),
        ("i32x4.extadd_pairwise_s", 1),
        ("i32x4.extadd_pairwise_u", 3),
        ("i16x8.extend_high_s", 2),
        ("i64x2.extend_high_s", 2),
        ("i32x4.extend_high_u", 1),
        ("i32x4.trunc_sat_f32x4_s", 5),
        ("i32x4.trunc_sat_f32x4_u", 8),
        ("i32x4.trunc_sat_f64x2_s_zero", 4),
        ("i32x4.trunc_sat_f64x2_u_zero", 5),
        ("i32x4.relaxed_trunc_f64x2_u_zero", 5),
        ("f32x4.convert_i32x4_u", 5),
        ("f64x2.convert_i32x4_u", 2),
        ("i8x16.not", 1),
        ("f32x4.abs", 1),
    ] {
        most(&format!("v8: v128 = {op} v1"), want);
    }
    for (op, want) in [
        ("i64x2.mul", 7),
        ("i16x8.extmul_low_s", 3),
        ("i16x8.extmul_high_s", 3),
        ("i16x8.extmul_high_u", 3),
        ("i32x4.extmul_low_s", 3),
        ("i64x2.extmul_high_u", 3),
        ("i16x8.q15mulr_sat_s", 3),
        ("i8x16.lt_u", 3),
        ("i32x4.gt_u", 3),
        ("i32x4.ge_u", 2),
        ("i8x16.ge_s", 2),
        ("i64x2.ge_s", 2),
        ("i8x16.swizzle", 2),
        ("f32x4.min", 6),
        ("f64x2.max", 6),
        ("f32x4.pmin", 1),
        ("i16x8.relaxed_dot_i8x16_i7x16_s", 1),
    ] {
        most(&format!("v8: v128 = {op} v1, v2"), want);
    }
    most("v8: v128 = i8x16.bitselect v1, v2, v3", 3);
    most("v8: v128 = i32x4.eq v1, v2\nv9: v128 = i8x16.bitselect v1, v2, v8", 2);
    most("v8: v128 = i32x4.relaxed_dot_i8x16_i7x16_add_s v1, v2, v3", 3);
    most("v8: v128 = f32x4.relaxed_madd v1, v2, v3", 1);
    for (shape, op, n, want) in [
        ("i8x16", "shl", 1, 1),
        ("i8x16", "shl", 3, 2),
        ("i8x16", "shr_u", 3, 2),
        ("i8x16", "shr_s", 3, 4),
        ("i8x16", "shr_s", 7, 1),
        ("i64x2", "shr_s", 5, 3),
        ("i64x2", "shr_s", 32, 3),
        ("i64x2", "shr_s", 40, 3),
        ("i64x2", "shr_s", 63, 1),
    ] {
        most(&format!("v8: i32 = const {n}\nv9: v128 = {shape}.{op} v1, v8"), want);
    }
    for (op, want) in [("i16x8.shl", 3), ("i8x16.shl", 6), ("i8x16.shr_s", 7), ("i64x2.shr_s", 6)] {
        most(&format!("v8: v128 = {op} v1, v4"), want);
    }
    for (op, want) in [("i8x16.bitmask", 1), ("i16x8.bitmask", 2), ("i8x16.any_true", 1), ("i8x16.all_true", 2)] {
        most(&format!("v8: i32 = {op} v1"), want);
    }
    assert!(long.is_empty(), "{long}");
}

/// The same with AVX-512.
#[test]
fn sequences_are_shorter_with_avx512() {
    let mut long = String::new();
    for (lines, want) in [
        ("v8: v128 = i8x16.popcnt v1", 1),
        ("v8: v128 = i64x2.abs v1", 1),
        ("v8: v128 = i64x2.mul v1, v2", 1),
        ("v8: v128 = f32x4.convert_i32x4_u v1", 1),
        ("v8: v128 = f64x2.convert_i32x4_u v1", 1),
        ("v8: v128 = i8x16.not v1", 1),
        ("v8: v128 = i8x16.bitselect v1, v2, v3", 1),
        ("v8: v128 = i32x4.trunc_sat_f32x4_s v1", 4),
        ("v8: v128 = i32x4.trunc_sat_f32x4_u v1", 2),
        ("v8: v128 = i32x4.trunc_sat_f64x2_u_zero v1", 2),
        ("v8: v128 = f32x4.min v1, v2", 4),
        ("v8: v128 = f64x2.max v1, v2", 4),
        ("v8: v128 = i8x16.splat v4", 1),
        ("v8: v128 = i64x2.splat v5", 1),
        ("v8: i32 = i16x8.bitmask v1", 2),
        ("v8: v128 = i64x2.shr_s v1, v4", 3),
        ("v8: v128 = i8x16.shl v1, v4", 5),
        ("v8: v128 = i8x16.shr_s v1, v4", 5),
        ("v8: i32 = const 3\nv9: v128 = i8x16.shr_s v1, v8", 1),
        ("v8: i32 = const 3\nv9: v128 = i8x16.shl v1, v8", 1),
        ("v8: i32 = const 40\nv9: v128 = i64x2.shr_s v1, v8", 1),
        ("v8: v128 = shuffle [0 17 3 18 9 30 1 1 25 2 19 31 4 6 21 8] v1, v2", 1),
        ("v8: v128 = i8x16.xor v1, v2\nv9: v128 = i8x16.xor v8, v3", 1),
        ("v8: v128 = i32x4.ne v1, v2", 2),
    ] {
        let f = judge_for(Cpu::Avx512, lines, lines.contains(".m").then_some(Shape::F64x2).filter(|_| lines.contains('f')), 50);
        if read(&f) != want {
            _ = writeln!(long, "{lines}: {} instructions, not {want}\n{f}", read(&f));
        }
    }
    assert!(long.is_empty(), "{long}");
}

/// As `length`, but what nobody reads does not count.
fn read(f: &Func) -> usize {
    let mut f = f.clone();
    let mut live = std::collections::HashSet::new();
    let mut body = Vec::new();
    for v in f.body.iter().rev().copied() {
        if live.contains(&v) || matches!(f.ops[v], Op::Return(_) | Op::Param(..)) {
            f.for_each_operand(v, |a| _ = live.insert(a));
            body.push(v);
        }
    }
    f.body = body;
    length(&f)
}

/// Bit operators of up to three operands are one instruction, and mean the same; rotations are known on both sets of instructions.
#[test]
fn joined() {
    let mut r = Random(9);
    let ops = ["and", "or", "xor", "andnot"];
    let mut shorter = 0;
    for _ in 0..400 {
        let mut lines = String::new();
        for k in 0..4 {
            let mut operand = || match r.below(4 + k) {
                n @ 0..3 => format!("v{}", n + 1),
                3 => "v8".to_string(),
                n => format!("v{}", n + 5),
            };
            let (a, b) = (operand(), operand());
            let op = ops[r.below(4) as usize];
            if k == 0 {
                lines += &format!("v8: v128 = vconst {}\n", CONSTANTS[r.below(3) as usize]);
            }
            lines += &format!("v{}: v128 = i8x16.{op} {a}, {b}\n", k + 9);
        }
        let f = judge_for(Cpu::Avx512, &lines, None, 8);
        shorter += usize::from(read(&f) < read(&judge_for(Cpu::Avx2, &lines, None, 8)));
    }
    assert!(shorter > 50, "{shorter}");
    for (shape, width) in [("i16x8", 16), ("i32x4", 32), ("i64x2", 64)] {
        for n in 1..width {
            for op in ["i8x16.or", "i8x16.xor", &format!("{shape}.add")] {
                let lines = format!(
                    "v8: i32 = const {n}\nv9: i32 = const {}\nv10: v128 = {shape}.shr_u v1, v9\nv11: v128 = {shape}.shl v1, v8\nv12: v128 = {op} v10, v11",
                    width - n
                );
                let [small, wide] = [Cpu::Avx2, Cpu::Avx512].map(|cpu| read(&judge_for(cpu, &lines, None, 4)));
                assert_eq!((small == 1, wide == 1), (n % 8 == 0, n % 8 == 0 || width > 16), "{lines}");
            }
        }
    }
}
