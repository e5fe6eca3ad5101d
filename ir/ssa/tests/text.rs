//! The text form: what is printed is parsed, and what has no shape is refused with its line.
use crate::ssa::text::{parse, parse_with_lines};
use crate::ssa::verify::verify;

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
