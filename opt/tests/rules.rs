//! Every rewriting rule: that it fires, and that it is right on edge values of x times edge values of y.
mod common;

use common::terms::{function, result};
use common::{Random, module, observe};
use samite_ir::ssa::eval::{End, Wide};
use samite_ir::ssa::{Func, Op};
use samite_ir::translate::vmctx::Layout;
use samite_ir::value::Type::{self, F32, F64, I32, I64};
use samite_ir::value::{BinOp, edges::edges};
use samite_opt::{Bounds, Context, Options, Passes, Settings, gvn};

fn rewrite(f: &Func, context: &mut Context) -> Func {
    let module = module();
    let layout = Layout::new(&module).unwrap();
    let options = Options { passes: Passes::Basic, bounds: Bounds::Guard };
    let mut f = f.clone();
    gvn::run(&mut f, &Settings { options, layout: &layout, memories: &module.memories }, context);
    f
}

fn run(f: &Func, x: u64, y: u64) -> End {
    thread_local!(static LAYOUT: Layout = Layout::new(&module()).unwrap());
    LAYOUT.with(|layout| observe(f, &[Wide::from(common::CONTEXT), x.into(), y.into()], layout, 100).0)
}

/// Rows of a term and what it becomes. A row that stays as it is says that a tempting rule is wrong.
fn rules(x: Type, y: Type, to: Type, rows: &[(&str, &str)]) {
    let mut context = Context::default();
    for (before, expected) in rows {
        let f = function(before, x, y, to);
        let g = rewrite(&f, &mut context);
        samite_ir::ssa::verify::assert_valid(&g, before);
        assert_eq!(result(&g), *expected, "{before} at {x}, {y}\n{g}");
        for a in edges(x) {
            for b in edges(y) {
                assert_eq!(run(&f, a, b), run(&g, a, b), "{before} with x = {a:#x}, y = {b:#x}\n{g}");
            }
        }
    }
}

/// At both integer widths.
fn int_rules(rows: &[(&str, &str)]) {
    rules(I32, I32, I32, rows);
    rules(I64, I64, I64, rows);
}

#[test]
fn sums() {
    int_rules(&[
        ("(add 3 4)", "7"),
        ("(add x 0)", "x"),
        ("(add 5 x)", "(add x 5)"),
        ("(add (add x 3) 4)", "(add x 7)"),
        ("(add (add x -1) 1)", "x"),
        ("(sub x 3)", "(add x -3)"),
        ("(sub x 0)", "x"),
        ("(sub x x)", "0"),
        ("(sub (add x 3) 5)", "(add x -2)"),
        ("(add (sub 3 x) 4)", "(sub 7 x)"),
        ("(sub 9 (add x 4))", "(sub 5 x)"),
        ("(add x (sub 0 y))", "(sub x y)"),
        ("(add (sub 0 x) y)", "(sub y x)"),
        ("(sub x (sub 0 y))", "(add x y)"),
        ("(add (sub x y) y)", "x"),
        ("(add y (sub x y))", "x"),
        ("(sub (add x y) y)", "x"),
        ("(sub (add x y) x)", "y"),
        ("(sub x (sub x y))", "y"),
        // The negation of the least number is itself.
        ("(sub 0 (sub 0 x))", "x"),
    ]);
}

#[test]
fn products() {
    int_rules(&[
        ("(mul x 0)", "0"),
        ("(mul x 1)", "x"),
        ("(mul -1 x)", "(sub 0 x)"),
        ("(mul x 16)", "(shl x 4)"),
        ("(mul (mul x 3) 5)", "(mul x 15)"),
        ("(mul (shl x 2) 3)", "(mul x 12)"),
        ("(mul (mul x 3) 0)", "0"),
        ("(mulhigh_u x 0)", "0"),
    ]);
    rules(I32, I32, I32, &[("(mul x 0x80000000)", "(shl x 31)"), ("(mul (shl x 33) 3)", "(mul x 6)")]);
    rules(I64, I64, I64, &[("(mul x 0x8000000000000000)", "(shl x 63)")]);
}

#[test]
fn masks() {
    int_rules(&[
        ("(and x 0)", "0"),
        ("(and x -1)", "x"),
        ("(and x x)", "x"),
        ("(and (and x 15) 60)", "(and x 12)"),
        ("(and (or x 3) 12)", "(and x 12)"),
        ("(and (or x 15) 3)", "3"),
        ("(and (shr_u x 28) -1)", "(shr_u x 28)"),
        ("(and (shl x 4) -16)", "(shl x 4)"),
        ("(and (shl x 4) -8)", "(shl x 4)"),
        ("(and (shl x 4) -32)", "(and (shl x 4) -32)"),
        ("(and (extend8_s x) 255)", "(and x 255)"),
        ("(and (extend16_s x) 255)", "(and x 255)"),
        ("(and (extend8_s x) 256)", "(and (extend8_s x) 256)"),
        ("(and (and x 7) 15)", "(and x 7)"),
        ("(and (and x y) (and x y))", "(and x y)"),
        ("(or x 0)", "x"),
        ("(or x -1)", "-1"),
        ("(or x x)", "x"),
        ("(or (or x 1) 6)", "(or x 7)"),
        ("(xor x 0)", "x"),
        ("(xor x x)", "0"),
        ("(xor (xor x 5) 6)", "(xor x 3)"),
        ("(xor (and x 1) 2)", "(xor (and x 1) 2)"),
    ]);
    rules(
        I64,
        I32,
        I64,
        &[
            ("(and (i64.extend_i32_u y) 0xffffffff)", "(i64.extend_i32_u y)"),
            ("(and (i64.extend_i32_s y) 0xffffffff)", "(i64.extend_i32_u y)"),
            ("(and (i64.extend_i32_s y) 0xff)", "(and (i64.extend_i32_u y) 255)"),
            ("(and (i64.extend_i32_s y) 0x1ffffffff)", "(and (i64.extend_i32_s y) 8589934591)"),
        ],
    );
}

#[test]
fn shifts() {
    for (op, ones) in [("shl", "-1"), ("shr_u", "-1"), ("shr_s", "-1"), ("rotl", "-1"), ("rotr", "-1")] {
        let zero = format!("({op} x 0)");
        int_rules(&[(&zero, "x"), (&format!("({op} 0 x)"), "0")]);
        let masked = format!("({op} x (and y {ones}))");
        int_rules(&[(&masked, &format!("({op} x y)"))]);
    }
    rules(I32, I32, I32, &[("(shl x (and y 31))", "(shl x y)"), ("(shl x (and y 15))", "(shl x (and y 15))")]);
    rules(I64, I64, I64, &[("(shl x (and y 63))", "(shl x y)"), ("(shl x (and y 31))", "(shl x (and y 31))")]);
    int_rules(&[
        ("(shr_s -1 x)", "-1"),
        ("(shl (shl x 3) 4)", "(shl x 7)"),
        ("(shr_u (shr_u x 3) 4)", "(shr_u x 7)"),
        ("(shr_s (shr_s x 3) 4)", "(shr_s x 7)"),
        ("(rotl (rotl x 3) 4)", "(rotl x 7)"),
        ("(shr_u (shl x 4) 3)", "(shr_u (shl x 4) 3)"),
        ("(shr_u (and x 7) 3)", "0"),
        ("(shr_u (and x -8) 3)", "(shr_u x 3)"),
        ("(shr_u (and x -16) 3)", "(shr_u (and x -16) 3)"),
        ("(shr_s (and x 15) 2)", "(shr_u (and x 15) 2)"),
        ("(shr_s (shl x 4) 3)", "(shr_s (shl x 4) 3)"),
    ]);
    rules(
        I32,
        I32,
        I32,
        &[
            ("(shl x 32)", "x"),
            ("(shl x 33)", "(shl x 1)"),
            ("(rotr x 1)", "(rotl x 31)"),
            ("(rotl (rotl x 30) 2)", "x"),
            ("(shl (shl x 30) 2)", "0"),
            ("(shr_u (shr_u x 30) 2)", "0"),
            ("(shr_s (shr_s x 30) 2)", "(shr_s x 31)"),
            ("(shr_u (shl x 8) 8)", "(and x 16777215)"),
            ("(shl (shr_u x 8) 8)", "(and x -256)"),
            ("(shl (shr_s x 8) 8)", "(and x -256)"),
            ("(shr_s (shl x 24) 24)", "(extend8_s x)"),
            ("(shr_s (shl x 16) 16)", "(extend16_s x)"),
            ("(shr_s (shl x 15) 15)", "(shr_s (shl x 15) 15)"),
            ("(shl (and x 0xff) 24)", "(shl x 24)"),
            ("(shl (and x 0x7f) 24)", "(shl (and x 127) 24)"),
            ("(shr_u (and x 0xff) 8)", "0"),
        ],
    );
    rules(
        I64,
        I64,
        I64,
        &[
            ("(rotr x 1)", "(rotl x 63)"),
            ("(shr_s (shl x 56) 56)", "(extend8_s x)"),
            ("(shr_s (shl x 48) 48)", "(extend16_s x)"),
            ("(shr_s (shl x 32) 32)", "(extend32_s x)"),
            ("(shr_u (shl x 32) 32)", "(and x 4294967295)"),
            ("(shl (shl x 40) 30)", "0"),
        ],
    );
}

#[test]
fn extensions() {
    int_rules(&[
        ("(extend8_s (extend8_s x))", "(extend8_s x)"),
        ("(extend16_s (extend8_s x))", "(extend8_s x)"),
        ("(extend8_s (extend16_s x))", "(extend8_s x)"),
        ("(extend8_s (and x 255))", "(extend8_s x)"),
        ("(extend8_s (and x 127))", "(and x 127)"),
        ("(extend16_s (and x 255))", "(and x 255)"),
        ("(extend16_s (and x 0xffff))", "(extend16_s x)"),
        ("(extend8_s 200)", "-56"),
        ("(popcnt 255)", "8"),
    ]);
    rules(
        I64,
        I32,
        I64,
        &[
            ("(extend32_s (i64.extend_i32_u y))", "(i64.extend_i32_s y)"),
            ("(extend32_s (i64.extend_i32_s y))", "(i64.extend_i32_s y)"),
            ("(extend16_s (i64.extend_i32_s (extend8_s y)))", "(i64.extend_i32_s (extend8_s y))"),
            ("(i64.extend_i32_s (i32.wrap_i64 x))", "(extend32_s x)"),
            ("(i64.extend_i32_u (i32.wrap_i64 x))", "(i64.extend_i32_u (i32.wrap_i64 x))"),
            ("(i64.extend_i32_u (i32.wrap_i64 (shr_u x 32)))", "(shr_u x 32)"),
            ("(i64.extend_i32_u (i32.wrap_i64 (shr_u x 31)))", "(i64.extend_i32_u (i32.wrap_i64 (shr_u x 31)))"),
            ("(i64.extend_i32_s (and y 127))", "(i64.extend_i32_u (and y 127))"),
            ("(i64.extend_i32_s (shr_u y 1))", "(i64.extend_i32_u (shr_u y 1))"),
        ],
    );
    rules(
        I64,
        I32,
        I32,
        &[
            ("(i32.wrap_i64 (i64.extend_i32_u y))", "y"),
            ("(i32.wrap_i64 (i64.extend_i32_s y))", "y"),
            ("(i32.wrap_i64 (and x 0xffffffff))", "(i32.wrap_i64 x)"),
            ("(i32.wrap_i64 (and x 0xfffffff))", "(i32.wrap_i64 (and x 268435455))"),
            ("(i32.wrap_i64 (extend32_s x))", "(i32.wrap_i64 x)"),
        ],
    );
}

#[test]
fn comparisons() {
    for ty in [I32, I64] {
        let at = |text: &str| text.replace('@', &ty.to_string());
        let rows = [
            ("(@.lt_s 3 4)", "1"),
            ("(@.lt_s 4 x)", "(@.gt_s x 4)"),
            ("(@.eq 4 x)", "(@.eq x 4)"),
            ("(@.eq x x)", "1"),
            ("(@.ne x x)", "0"),
            ("(@.lt_u x x)", "0"),
            ("(@.ge_s x x)", "1"),
            ("(@.lt_u x 0)", "0"),
            ("(@.ge_u x 0)", "1"),
            ("(@.gt_u x -1)", "0"),
            ("(@.le_u x -1)", "1"),
            ("(@.lt_u x 1)", "(@.eq x 0)"),
            ("(@.ge_u x 1)", "(@.ne x 0)"),
            ("(@.le_u x 0)", "(@.eq x 0)"),
            ("(@.gt_u x 0)", "(@.ne x 0)"),
            ("(@.gt_s x -1)", "(@.ge_s x 0)"),
            ("(@.le_s x -1)", "(@.lt_s x 0)"),
            ("(@.ge_s x 1)", "(@.gt_s x 0)"),
            ("(@.lt_s x 1)", "(@.le_s x 0)"),
            ("(i32.eq (@.lt_s x y) 0)", "(@.ge_s x y)"),
            ("(i32.eq (@.lt_u x y) 0)", "(@.ge_u x y)"),
            ("(i32.eq (@.eq x y) 0)", "(@.ne x y)"),
            ("(i32.ne (@.gt_s x y) 0)", "(@.gt_s x y)"),
            ("(i32.eq (@.gt_s x y) 1)", "(@.gt_s x y)"),
            ("(i32.ne (@.gt_s x y) 1)", "(@.le_s x y)"),
            ("(i32.eq (@.gt_s x y) 2)", "0"),
            ("(xor (@.gt_s x y) 1)", "(@.le_s x y)"),
            ("(i32.eq (i32.eq (@.eq x 0) 0) 0)", "(@.eq x 0)"),
            ("(@.eq (add x 5) 7)", "(@.eq x 2)"),
            ("(@.ne (add x 5) 3)", "(@.ne x -2)"),
            ("(@.lt_u (add x 5) 7)", "(@.lt_u (add x 5) 7)"),
            ("(@.eq (xor x 5) 6)", "(@.eq x 3)"),
            ("(@.eq (xor x y) 0)", "(@.eq x y)"),
            ("(@.ne (xor x y) 0)", "(@.ne x y)"),
            ("(@.eq (sub x y) 0)", "(@.eq x y)"),
            ("(@.eq (sub x y) 1)", "(@.eq (sub x y) 1)"),
            ("(@.eq (and x 7) 8)", "0"),
            ("(@.ne (and x 7) 8)", "1"),
            ("(@.lt_u (and x 7) 8)", "1"),
            ("(@.lt_u (and x 7) 7)", "(@.lt_u (and x 7) 7)"),
            ("(@.gt_u (and x 7) 7)", "0"),
            ("(@.le_u (and x 7) 7)", "1"),
            ("(@.lt_s (and x 7) 3)", "(@.lt_u (and x 7) 3)"),
            ("(@.lt_s (and x 7) -3)", "0"),
            ("(@.ge_s (and x 7) -3)", "1"),
            ("(@.ge_s (and x 7) 0)", "1"),
            ("(@.eq (and x 8) 0)", "(@.eq (and x 8) 0)"),
        ];
        let rows: Vec<_> = rows.iter().map(|(a, b)| (at(a), at(b))).collect();
        let rows: Vec<_> = rows.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        rules(ty, ty, I32, &rows);
    }
    let least = [
        (I32, "(i32.lt_s x 0x80000000)", "0"),
        (I32, "(i32.ge_s x 0x80000000)", "1"),
        (I32, "(i32.gt_s x 0x7fffffff)", "0"),
        (I32, "(i32.le_s x 0x7fffffff)", "1"),
        (I64, "(i64.lt_s x 0x8000000000000000)", "0"),
        (I64, "(i64.ge_s x 0x8000000000000000)", "1"),
        (I64, "(i64.gt_s x 0x7fffffffffffffff)", "0"),
        (I64, "(i64.le_s x 0x7fffffffffffffff)", "1"),
    ];
    for (ty, before, after) in least {
        rules(ty, ty, I32, &[(before, after)]);
    }
}

#[test]
fn comparisons_of_extended() {
    for (op, unsigned) in [("lt_s", "lt_u"), ("ge_s", "ge_u"), ("eq", "eq"), ("gt_u", "gt_u"), ("le_u", "le_u")] {
        let both = |ext: &str| format!("(i64.{op} (i64.extend_i32_{ext} x) (i64.extend_i32_{ext} y))");
        let one = |ext: &str, c: &str| format!("(i64.{op} (i64.extend_i32_{ext} x) {c})");
        rules(
            I32,
            I32,
            I32,
            &[
                (&both("u"), &format!("(i32.{unsigned} x y)")),
                (&both("s"), &format!("(i32.{op} x y)")),
                (&one("u", "77"), &format!("(i32.{unsigned} x 77)")),
                (&one("u", "0xf0000000"), &format!("(i32.{unsigned} x -268435456)")),
                (&one("s", "77"), &format!("(i32.{op} x 77)")),
                (&one("s", "-77"), &format!("(i32.{op} x -77)")),
            ],
        );
        // Beyond 32 bits.
        let far = one("s", "0xf0000000");
        rules(I32, I32, I32, &[(&far, &far.replace("0xf0000000", "4026531840"))]);
    }
    rules(I32, I32, I32, &[("(i64.lt_u (i64.extend_i32_u x) 0x100000000)", "1")]);
}

#[test]
fn selects() {
    for ty in [I32, I64] {
        rules(
            I32,
            ty,
            ty,
            &[
                ("(select 0 y 3)", "3"),
                ("(select 7 y 3)", "y"),
                ("(select x y y)", "y"),
                ("(select (i32.eq x 0) y 3)", "(select x 3 y)"),
                ("(select (i32.ne x 0) y 3)", "(select x y 3)"),
                ("(select (i32.eq (i32.eq x 0) 0) y 3)", "(select x y 3)"),
            ],
        );
    }
    rules(
        I32,
        I32,
        I32,
        &[
            ("(select x 1 0)", "(i32.ne x 0)"),
            ("(select x 0 1)", "(i32.eq x 0)"),
            ("(select (i32.lt_s x y) 1 0)", "(i32.lt_s x y)"),
            ("(select (i32.lt_s x y) 0 1)", "(i32.ge_s x y)"),
        ],
    );
}

#[test]
fn floats() {
    for ty in [F32, F64] {
        rules(
            ty,
            ty,
            ty,
            &[
                ("(fadd 1.5 2.25)", "3.75"),
                ("(fsub 0 0)", "0.0"),
                ("(fmul -1 0)", "-0.0"),
                ("(fneg (fneg x))", "x"),
                ("(fabs (fabs x))", "(fabs x)"),
                ("(fabs (fneg x))", "(fabs x)"),
                ("(fabs (fcopysign x y))", "(fabs x)"),
                ("(fcopysign x x)", "x"),
                ("(fdiv x 8)", "(fmul x 0.125)"),
                ("(fdiv x -0.5)", "(fmul x -2.0)"),
                // Neither identity holds for every zero and every NaN; a third is not exact; nor is a NaN certain.
                ("(fadd x 0)", "(fadd x 0.0)"),
                ("(fsub x 0)", "(fsub x 0.0)"),
                ("(fmul x 1)", "(fmul x 1.0)"),
                ("(fmul x 0)", "(fmul x 0.0)"),
                ("(fsub x x)", "(fsub x x)"),
                ("(fdiv x x)", "(fdiv x x)"),
                ("(fdiv x 1)", "(fmul x 1.0)"),
                ("(fdiv x 3)", "(fdiv x 3.0)"),
                ("(fdiv x 0)", "(fdiv x 0.0)"),
                ("(fdiv 0 0)", "(fdiv 0.0 0.0)"),
                ("(fmin x x)", "(fmin x x)"),
                ("(fsub 0 x)", "(fsub 0.0 x)"),
                ("(fneg (fsub x y))", "(fneg (fsub x y))"),
                ("(fsqrt -1)", "(fsqrt -1.0)"),
                ("(fsqrt 4)", "2.0"),
                ("(fneg 0)", "-0.0"),
            ],
        );
        let at = |text: &str| text.replace('@', &ty.to_string());
        for (before, after) in [
            ("(@.flt 2 x)", "(@.fgt x 2.0)"),
            ("(@.feq x x)", "(@.feq x x)"),
            ("(@.fle 1 2)", "1"),
            ("(i32.eq (@.flt x y) 0)", "(i32.eq (@.flt x y) 0)"),
            ("(i32.eq (@.feq x y) 0)", "(@.fne x y)"),
        ] {
            rules(ty, ty, I32, &[(&at(before), &at(after))]);
        }
    }
    // The reciprocals are no normal numbers.
    rules(F32, F32, F32, &[("(fdiv x 0x7f000000)", "(fdiv x 1.7014118e38)"), ("(fdiv x 0x7e800000)", "(fmul x 1.1754944e-38)")]);
    rules(F32, F32, F32, &[("(fdiv x 0x00000001)", "(fdiv x 1e-45)")]);
}

#[test]
fn conversions() {
    rules(
        F32,
        I32,
        F32,
        &[
            ("(f32.reinterpret_i32 (i32.reinterpret_f32 x))", "x"),
            ("(f32.reinterpret_i32 0x7fa00000)", "NaN"),
            ("(f32.demote_f64 (f64.promote_f32 x))", "(f32.demote_f64 (f64.promote_f32 x))"),
            ("(f32.convert_i32_s 7)", "7.0"),
        ],
    );
    rules(F64, I64, I64, &[("(i64.reinterpret_f64 (f64.reinterpret_i64 y))", "y"), ("(i64.trunc_sat_f64_s 1e300)", "9223372036854775807")]);
    rules(F64, I64, I32, &[("(i32.trunc_f64_s 1e300)", "trap: integer overflow"), ("(i32.trunc_f64_s -2.5)", "-2")]);
}

#[test]
fn divisions_that_trap() {
    for ty in [I32, I64] {
        for op in ["div_s", "div_u", "rem_s", "rem_u"] {
            let by = |d: &str| format!("({op} x {d})");
            rules(ty, ty, ty, &[(&by("0"), "trap: integer divide by zero")]);
            let stays = format!("({op} x y)");
            rules(ty, ty, ty, &[(&stays, &stays)]);
        }
    }
    rules(I32, I32, I32, &[("(div_s 0x80000000 -1)", "trap: integer overflow"), ("(rem_s 0x80000000 -1)", "0")]);
    int_rules(&[
        ("(div_s x 1)", "x"),
        ("(div_u x 1)", "x"),
        ("(rem_s x 1)", "0"),
        ("(rem_u x 1)", "0"),
        ("(rem_s x -1)", "0"),
        ("(div_u x 8)", "(shr_u x 3)"),
        ("(rem_u x 8)", "(and x 7)"),
        ("(div_s (and x 255) 8)", "(shr_u (and x 255) 3)"),
        ("(rem_s (and x 255) 8)", "(and x 7)"),
        ("(div_u (and x 7) 9)", "0"),
        ("(rem_u (and x 7) 9)", "(and x 7)"),
        // Traps for the least number, so it is negated behind a check.
        ("(div_s x -1)", "(sub 0 x)"),
    ]);
}

/// No division is left, and it is right for numbers around multiples of the divisor and at the edges.
#[test]
fn divisions_by_constants() {
    let mut context = Context::default();
    let mut random = Random(1);
    for ty in [I32, I64] {
        let (width, ones) = if ty == I32 { (32, u64::from(u32::MAX)) } else { (64, u64::MAX) };
        let mut divisors: Vec<u64> = (1..=300).collect();
        for k in 0..width {
            divisors.extend([1u64 << k, (1u64 << k).wrapping_sub(1), (1u64 << k) + 1]);
        }
        divisors.extend([641, 6700417, 1_000_000_007, 0xaaaa_aaab, 0x9249_2493, 10_000_000_000, 0xcccc_cccc_cccc_cccd]);
        divisors.extend((0..100).map(|_| random.next() >> random.below(width)));
        let negative: Vec<u64> = divisors.iter().map(|d| d.wrapping_neg()).collect();
        divisors.extend(negative);
        divisors.iter_mut().for_each(|d| *d &= ones);
        divisors.sort_unstable();
        divisors.dedup();
        divisors.retain(|d| *d != 0);
        for (n, &d) in divisors.iter().enumerate() {
            let mut dividends = edges(ty);
            let size = if d > ones >> 1 { d.wrapping_neg() & ones } else { d };
            for near in [0, d, size, ones / d * d, (ones >> 1) / size * size, (ones >> 2) / size * size, ones, ones >> 1, (ones >> 1) + 1] {
                for off in [-2i64, -1, 0, 1, 2] {
                    let n = near.wrapping_add(off as u64);
                    dividends.extend([n & ones, n.wrapping_neg() & ones]);
                }
            }
            dividends.extend((0..20).map(|_| random.next() & ones));
            dividends.extend((0..20).map(|_| (random.next() & ones) / d * d));
            for op in ["div_u", "rem_u", "div_s", "rem_s"] {
                // Dividends of known size take other ways.
                let ways = ["x", "(shr_u x 1)", "(and x 0xffff)", "(shr_u x 31)"];
                for x in &ways[..if n % 8 == 0 { 4 } else { 1 }] {
                    let f = function(&format!("({op} {x} {d:#x})"), ty, ty, ty);
                    let g = rewrite(&f, &mut context);
                    let divides = |op: &Op| matches!(op, Op::Binary(BinOp::DivS | BinOp::DivU | BinOp::RemS | BinOp::RemU, ..));
                    assert!(!g.body.iter().any(|v| divides(&g.ops[*v])), "{op} {x} {d:#x}\n{g}");
                    for &n in &dividends {
                        assert_eq!(run(&f, n, 0), run(&g, n, 0), "{n:#x} {op} {d:#x} as {x}\n{g}");
                    }
                }
            }
        }
    }
}
