//! The text form: what is printed is parsed, and what has no shape is refused with its line.
use crate::ssa::text::{parse, parse_with_lines};
use crate::ssa::verify::verify;
use crate::value::{LaneBinOp, LaneShiftOp, LaneTernOp, LaneTest, LaneUnOp, Shape, TargetOp, Type};

/// The example of the head comment of `ssa/text.rs`, with its expected spelling.
const EXAMPLE: &str = "\
func 3 (i64, i32) -> (i32)
sig0 = (i64, i32) -> (i32)

        b0(v0: i64, v1: i32):
@1a2b   v3: i32 = const 16
@1a2b   v4: i32 = add v1, v3
@1a2d   v9: i64 = load i64 constant [v0+80]
@1a2d   v5: i64 = heap_addr 0 v9 + v4 + 8 size 4
@1a2d   v6: i32 = load i32.16_u memory0 [v5]
@1a30   v7: i32 = i32.lt_s v6, v3
@1a31   branch v7, b1(v6), b2

@1a35   b1(v8: i32) depth 1 cold:
@1a35   v10: i32 = call f7 sig0(v0, v8)
@1a37   trap_if \"integer overflow\", v10
@1a38   store i32 memory0 proven [v5-4], v10
@1a3a   switch v10, [b2, b1(v8)], b2

        b2:
@1a3b   v20: f64 = const 0x3ff8000000000000 ; 1.5
@1a3b   v21: f64 = fmul v20, v20
@1a3b   v22: i32 = i32.trunc_f64_s v21
@1a3b   v23: i32 = clz v22
@1a3b   v24: i32 = select v23, v22, v4
@1a3c   return v24
";

#[test]
fn example_round_trips() {
    let f = parse(EXAMPLE).unwrap();
    verify(&f).unwrap();
    assert_eq!(f.to_string(), EXAMPLE);
}

/// What the text cannot name keeps its meaning: results of calls, pointers, builtins, references, empty bodies of the arena.
#[test]
fn calls_round_trip() {
    let text = "\
func 0 (i64) -> (i32, i64)
sig0 = (i64) -> (i32, i64)
sig1 = (i64, i32, i64) -> (i64)

        b4(v0: i64):
        v1: i32, v2: i64 = call [v0] caller v0 sig0(v0)
        v3: i64 = call memory_grow sig1(v0, v1, v2)
        v4: ref = load ref table3 [v0-2147483648]
        store ref global183 [v0+2147483647], v4
        return v1, v3
";
    let f = parse(text).unwrap();
    verify(&f).unwrap();
    assert_eq!(f.to_string(), text);
}

#[test]
fn lines_are_known() {
    let (f, lines) = parse_with_lines(EXAMPLE).unwrap();
    assert_eq!(lines.blocks[f.layout[1]], 13);
    assert_eq!(lines.values[f.terminator(f.layout[0])], 11);
}

#[test]
fn parse_errors_name_the_line() {
    let broken = [
        ("func 0 () ->", "line 1: expected `(` at \"\""),
        ("func 0 () -> ()\nreturn", "line 2: an op outside of a block"),
        ("func 0 () -> ()", "line 1: a function has at least one block"),
        ("func 0 () -> ()\nb0:\nb0:\n", "line 3: b0 is here twice"),
        ("func 0 () -> ()\nb0:\n v1: i32 = const 1\n v1: i32 = const 1", "line 4: v1 is defined twice"),
        ("func 0 () -> ()\nb0:\n v1: i32 = cosnt 1", "line 3: no op is called cosnt"),
        ("func 0 () -> ()\nb0:\n const 1", "line 3: const has a result: expected `v0: type =` before it"),
        ("func 0 () -> ()\nb0:\n v1: i32 = i64.extend_i32_s v1", "line 3: this op has one result, of type i64"),
        ("func 0 () -> ()\nb0:\n v1: i32 = return", "line 3: this op has no result"),
        ("func 0 () -> ()\nb0:\n v1: i32 = const 2147483648", "line 3: \"2147483648\" is no constant of type i32"),
        ("func 0 () -> ()\nb0:\n return v1 v2", "line 3: expected `,` at \"v2\""),
        ("func 0 () -> ()\nb0:\n v99999999: i32 = const 1", "line 0: values and blocks are numbered up to 16777216"),
        ("func 0 () -> ()\nsig1 = () -> ()", "line 2: signatures are numbered in order; expected sig0"),
        ("func 0 () -> ()\nb0:\n trap_if \"integer\", v1", "line 3: no trap is called \"integer\""),
    ];
    for (text, message) in broken {
        assert_eq!(parse(text).unwrap_err().to_string(), message, "{text}");
    }
}

#[test]
fn vectors_round_trip() {
    let text = "\
func 0 (i64, v128, v128, i32) -> (i32)

        b0(v0: i64, v1: v128, v2: v128, v3: i32):
        v4: v128 = vconst 0x0f0e0d0c0b0a09080706050403020100
        v5: v256 = vconst 0x000000000000000000000000000000010f0e0d0c0b0a09080706050403020100
        v6: v128 = i8x16.not v1
        v7: v128 = i16x8.extend_low_s v6
        v8: v128 = f32x4.add v7, v2
        v9: v128 = i8x16.bitselect v8, v2, v4
        v10: v128 = i32x4.shr_s v9, v3
        v11: i32 = i16x8.bitmask v10
        v12: v128 = i8x16.splat v11
        v13: i32 = i8x16.extract_lane_s 15 v12
        v14: i64 = i64x2.extract_lane 1 v12
        v15: v128 = i64x2.replace_lane 1 v12, v14
        v16: v128 = shuffle [0 1 2 3 4 5 6 7 24 25 26 27 28 29 30 31] v15, v2
        v17: v128 = xmm.pshufd 27 v16
        v18: v128 = xmm.paddb v17, v16
        v19: v256 = ymm.vinserti128 1 v5, v18
        v20: v256 = ymm.vfmaddps v19, v19, v5
        v21: i32 = ymm.pmovmskb v20
        v22: v128 = load v128.64_zero memory0 [v0]
        v23: i32 = i16x8.extract_lane_u 7 v22
        return v23
";
    let f = parse(text).unwrap();
    verify(&f).unwrap();
    assert_eq!(f.to_string(), text);
}

/// Every operator by its name at every shape, and every instruction at every width, whether it exists there or not.
#[test]
fn vector_operators_round_trip() {
    let mut lines = Vec::new();
    for shape in Shape::ALL {
        lines.extend(LaneUnOp::ALL.iter().map(|op| format!("v128 = {shape}.{op} v1")));
        lines.extend(LaneBinOp::ALL.iter().map(|op| format!("v128 = {shape}.{op} v1, v2")));
        lines.extend(LaneTernOp::ALL.iter().map(|op| format!("v128 = {shape}.{op} v1, v2, v2")));
        lines.extend(LaneShiftOp::ALL.iter().map(|op| format!("v128 = {shape}.{op} v1, v3")));
        lines.extend(LaneTest::ALL.iter().map(|op| format!("i32 = {shape}.{op} v1")));
    }
    for op in TargetOp::ALL {
        for (width, ty) in [("xmm", Type::V128), ("ymm", Type::V256)] {
            let operands = ["v1", "v2", "v1"][..op.row().operands.len()].join(", ");
            lines.push(format!("{} = {width}.{op} 200 {operands}", op.result(ty)));
        }
    }
    let lines: String = (10..).zip(lines).map(|(n, line)| format!("        v{n}: {line}\n")).collect();
    let text = format!("func 0 (v128, v128, i32) -> ()\n\n        b0(v1: v128, v2: v128, v3: i32):\n{lines}        return\n");
    assert_eq!(parse(&text).unwrap().to_string(), text);
}
