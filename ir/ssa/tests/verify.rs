//! Broken text, with `; error: ...` on the line that the verifier has to object to, and on no other.
use crate::ssa::text::parse_with_lines;
use crate::ssa::verify::{Place, verify};
use crate::ssa::{Func, Op};

fn check(text: &str) {
    let (f, lines) = parse_with_lines(text).unwrap_or_else(|e| panic!("{e}\n{text}"));
    let found: Vec<(u32, String)> = match verify(&f) {
        Ok(()) => Vec::new(),
        Err(errors) => errors
            .into_iter()
            .map(|e| match e.at {
                Place::Func => (1, e.message),
                Place::Block(b) => (lines.blocks[b], e.message),
                Place::Value(v) => (lines.values[v], e.message),
            })
            .collect(),
    };
    let expected = text.lines().enumerate().filter_map(|(n, l)| Some((n as u32 + 1, l.split_once("; error: ")?.1.to_string())));
    let (mut found, mut expected) = (found, expected.collect::<Vec<_>>());
    found.sort();
    expected.sort();
    assert_eq!(found, expected, "\n{text}");
}

/// A function of (context, i32, i64, f32, ref) -> () around some lines; v0 to v4 are its parameters.
fn lines(text: &str) {
    check(&format!(
        "func 0 (i64, i32, i64, f32, ref) -> ()\nsig0 = (i64, i32) -> (i32, i64)\nsig1 = (i32) -> ()\nb0(v0: i64, v1: i32, v2: i64, v3: f32, v4: ref):\n{text}"
    ));
}

#[test]
fn terminators() {
    check("func 0 () -> ()\nb0: ; error: has no terminator\n");
    check("func 0 () -> ()\nb0:\n return ; error: a terminator inside a body\n return");
    check("func 0 () -> ()\nb0:\n v1: i32 = const 1 ; error: no terminator at the end\n");
}

#[test]
fn edges() {
    check("func 0 () -> ()\nb0:\n jump b1 ; error: leads to b1, which is not in the layout");
    check("func 0 () -> ()\nb0:\n jump b0 ; error: leads to the entry");
    lines(
        " branch v1, b1, b2(v1) ; error: 0 values, expected 1, one per argument for b1\nb1(v5: i32):\n jump b2(v3) ; error: v3 is f32, not i32\nb2(v6: i32):\n return",
    );
    lines(" switch v1, [b1, b1(v1)], b1 ; error: 1 values, expected 0, one per argument for b1\nb1:\n return");
    lines(" switch v2, [], b1 ; error: v2 is i64, not i32\nb1:\n return");
}

#[test]
fn an_edge_has_one_owner() {
    let text = "func 0 (i32) -> ()\nb0(v0: i32):\n branch v0, b1, b2\nb1:\n jump b2\nb2:\n return";
    let (mut f, _) = parse_with_lines(text).unwrap();
    let Op::Branch(_, yes, no) = f.ops[f.terminator(f.layout[0])] else { panic!() };
    let messages = |f: &Func| verify(f).unwrap_err().iter().map(|e| e.to_string()).collect::<Vec<_>>();
    let (b1, branch) = (f.terminator(f.layout[1]), f.terminator(f.layout[0]));
    f.ops[b1] = Op::Jump(no);
    assert_eq!(messages(&f), [format!("{b1}: {no} belongs to another terminator too"), format!("{b1}: {no} says that it comes from b0")]);
    f.ops[branch] = Op::Branch(f.params(f.entry())[0], yes, yes);
    assert!(messages(&f).contains(&format!("{branch}: both ways are one edge")));
}

#[test]
fn bodies_are_gapless() {
    let text = "func 0 () -> ()\nb0:\n v1: i32 = const 1\n jump b1\nb1:\n return";
    let (mut f, _) = parse_with_lines(text).unwrap();
    let (b0, b1) = (f.layout[0], f.layout[1]);
    f.blocks[b0].body.end -= 1;
    assert_eq!(verify(&f).unwrap_err()[0].to_string(), "b1: its body is 2..3, the one before ends at 1");
    f.blocks[b0].body.end += 1;
    f.layout = vec![b0];
    assert!(verify(&f).unwrap_err()[0].to_string().contains("the last body ends at 2 of 3"));
    f.layout = vec![b0, b1, b0];
    assert_eq!(verify(&f).unwrap_err()[0].to_string(), "b0: is in the layout twice");
}

#[test]
fn places() {
    let text = "func 0 () -> ()\nb0:\n v1: i32 = const 1\n return";
    let (mut f, _) = parse_with_lines(text).unwrap();
    let (b, v) = (f.layout[0], f.body[0]);
    f.body.insert(0, v);
    f.blocks[b].body.end += 1;
    assert_eq!(verify(&f).unwrap_err()[0].to_string(), "v1: is in the layout twice");
    lines(" v5: i32 = param b0 5 ; error: a parameter in a body\n return");
}

#[test]
fn operands() {
    lines(" trap_if \"unreachable\", v9 ; error: v9 is in no block\n return");
    lines(" v5: i32 = add v1, v6 ; error: v6 comes later\n v6: i32 = add v1, v1\n return");
    lines(" v5: i32 = add v5, v1 ; error: v5 comes later\n return");
    lines(
        " branch v1, b1, b2\nb1:\n v5: i32 = const 1\n jump b3\nb2:\n jump b3\nb3:\n trap_if \"unreachable\", v5 ; error: v5 in b1 does not dominate it\n return",
    );
    // Nothing dominates where nothing comes from.
    lines(" return\nb1:\n v6: i32 = add v7, v7\n jump b2\nb2:\n v7: i32 = add v6, v1\n return");
}

#[test]
fn types() {
    lines(" v5: i32 = add v1, v2 ; error: v2 is i64, not i32\n return");
    lines(" v5: f32 = add v3, v3 ; error: the operator does not exist at f32\n return");
    lines(" v5: i64 = fadd v2, v2 ; error: the operator does not exist at i64\n return");
    lines(" v5: i32 = extend32_s v1 ; error: the operator does not exist at i32\n return");
    lines(" v5: f32 = clz v3 ; error: the operator does not exist at f32\n return");
    lines(" v5: i32 = f32.eq v3, v3 ; error: the operator does not exist at f32\n return");
    lines(" v5: i32 = ref.eq v4, v4\n v6: i32 = ref.lt_s v4, v4 ; error: the operator does not exist at ref\n return");
    lines(" v5: i32 = i64.eq v1, v2 ; error: v1 is i32, not i64\n return");
    lines(" v5: i64 = i64.extend_i32_s v2 ; error: v2 is i64, not i32\n return");
    lines(" v5: f32 = select v2, v3, v3 ; error: v2 is i64, not i32\n return");
    lines(" v5: f32 = select v1, v3, v1 ; error: v1 is i32, not f32\n return");
    lines(" v5: i32 = const 0x100000000 ; error: a constant of type i32 has bits above 32\n return");
    lines(" trap_if \"unreachable\", v3 ; error: v3 is f32, not i32\n return");
    lines(" branch v2, b1, b1 ; error: v2 is i64, not i32\nb1:\n return");
    lines(" return v1 ; error: 1 values, expected 0, one per result");
}

#[test]
fn memory() {
    lines(" v5: i64 = heap_addr 0 v1 + v1 + 0 size 4 ; error: v1 is i32, not i64\n return");
    lines(" v5: i64 = heap_addr 0 v0 + v3 + 0 size 4 ; error: v3 is f32, not an index\n return");
    lines(" v5: i64 = heap_addr 0 v0 + v2 + 0 size 4\n return");
    lines(" v5: i32 = load i32 memory0 [v1] ; error: v1 is i32, not i64\n return");
    lines(" store i32.8_s memory0 [v0], v1 ; error: a store with sign extension\n return");
    lines(" store i64.8_u memory0 [v0], v1 ; error: v1 is i32, not i64\n return");
    lines(
        " v5: v256 = load v256 memory0 [v0]\n store v256 memory0 [v0+32], v5\n store v128 memory0 [v0], v5 ; error: v5 is v256, not v128\n return",
    );
    lines(
        " v5: i64 = heap_addr 0 v0 + v1 + 0 size 16\n v6: v256 = load v256 memory0 [v5] ; error: 32 bytes at 0 of an address of 16 bytes\n return",
    );
    lines(
        " v5: i64 = heap_addr 0 v0 + v1 + 0 size 4\n v6: i32 = load i32 memory0 [v5+1] ; error: 4 bytes at 1 of an address of 4 bytes\n v7: i32 = load i32 memory0 proven [v5+1]\n return",
    );
}

#[test]
fn calls() {
    lines(" v5: i32, v6: i64 = call f0 sig0(v0, v1)\n return");
    lines(" v5: i32, v6: i64 = call f0 sig0(v0) ; error: 1 values, expected 2, one per argument\n return");
    lines(" v5: i32 = call f0 sig0(v0, v1) ; error: has 1 results, its signature 2\n return");
    lines(" call f0 sig1(v1) ; error: the signature does not start with the context, i64\n return");
    lines(" call f0 sig7(v1) ; error: sig7 does not exist\n return");
    lines(" v5: f32, v6: i64 = call f0 sig0(v0, v1) ; error: result 0 is i32, not f32\n return");
    lines(" v5: i32, v6: i64 = call [v1] caller v0 sig0(v0, v1) ; error: v1 is i32, not i64\n return");
    lines(" v5: i32, v6: i64 = call memory_grow sig0(v0, v1) ; error: the signature of memory_grow is (i64, i32, i64) -> (i64)\n return");
    lines(" v5: i32 = result 0 v1 ; error: is not 0 behind its call\n return");
}

#[test]
fn signature_of_the_entry() {
    check("func 0 (i64, i32) -> ()\nb0(v0: i64): ; error: its parameters are not those of the signature, (i64, i32) -> ()\n return");
}

#[test]
fn loop_depth() {
    let body = "\n branch v1, b1, b2\nb2:\n return";
    lines(&format!(" jump b1\nb1: ; error: says that its loop depth is 0; it is 1{body}"));
    lines(&format!(" jump b1\nb1 depth 1:{body}"));
}

#[test]
fn only_loops_lead_back() {
    lines(" branch v1, b2, b1\nb1:\n return\nb2:\n jump b1 ; error: leads back to b1, which does not dominate it");
    lines(" jump b1\nb1 depth 1:\n branch v1, b1, b2\nb2:\n return");
}

#[test]
fn wide_vectors() {
    let text = |call: &str, later: &str| {
        format!(
            "func 0 (i64, i32) -> ()\nsig0 = (i64) -> ()\nb0(v0: i64, v1: i32):\n v2: v256 = vconst 0x0{call}\n jump b1\nb1 depth 1:\n v3: v256 = select v1, v2, v2\n {later}branch v1, b1, b2\nb2:\n return"
        )
    };
    check(&text("", ""));
    check(&text(" ; error: a V256, live across a call in b0\n call f0 sig0(v0)", ""));
    // The way back to the loop's start passes the call; b1 is where the walk meets it.
    check(&text(" ; error: a V256, live across a call in b1", "call f0 sig0(v0)\n "));
}

/// A function of (context, v128, i32, f32) -> () around some lines; v0 to v3 are its parameters.
fn vector_lines(text: &str) {
    check(&format!("func 0 (i64, v128, i32, f32) -> ()\nb0(v0: i64, v1: v128, v2: i32, v3: f32):\n{text}\n return"));
}

#[test]
fn vectors() {
    vector_lines(
        " v4: v128 = i32x4.add v1, v2 ; error: v2 is i32, not v128
 v5: v128 = i8x16.mul v1, v1 ; error: the operator does not exist at i8x16
 v6: v128 = i32x4.shl v1, v3 ; error: v3 is f32, not i32
 v7: i32 = f32x4.bitmask v1 ; error: the operator does not exist at f32x4
 v8: v128 = f32x4.splat v2 ; error: v2 is i32, not f32
 v9: i32 = i16x8.extract_lane_u 8 v1 ; error: i16x8 has no lane 8
 v10: i32 = i32x4.extract_lane_s 0 v1 ; error: a lane of i32x4 is not extended
 v11: v128 = f32x4.replace_lane 4 v1, v3 ; error: f32x4 has no lane 4
 v12: v128 = shuffle [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 32] v1, v1 ; error: an index that is not below 32
 v13: v128 = vconst 0x100000000000000000000000000000000 ; error: a V128 constant has bits above 128
 v14: i64 = vconst 0x1 ; error: a vector constant of type i64
 v15: v128 = const 0x1 ; error: a scalar constant of a vector type
 v16: v128 = i32x4.bitselect v1, v1, v1 ; error: the operator does not exist at i32x4
 store v128.32_zero memory0 [v0], v1 ; error: a store of part of a vector",
    );
    vector_lines(
        " v4: v256 = ymm.vbroadcasti128 v1
 v5: v256 = ymm.paddb v4, v1 ; error: v1 is v128, not v256
 v6: v128 = xmm.vpermq v1 ; error: the operator does not exist at v128
 v7: v256 = ymm.movd_in v2 ; error: the operator does not exist at v256
 v8: v256 = ymm.psllw v4, v1
 v9: v128 = xmm.pinsrd 1 v1, v3 ; error: v3 is f32, not i32",
    );
}
