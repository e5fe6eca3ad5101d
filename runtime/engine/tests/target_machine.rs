//! Every row of the table of target operators (`codegen/x64/target_table.rs`) as machine code, on 128 and on 256 bits, against the operator's meaning
//! in `ir/value` (which `target.rs` beside this compares with the processor's intrinsics). Functions are written as SSA, compiled as the driver does
//! it, and loaded as an artefact in place of what the module says. All are decoded back; those that this processor lacks are listed, not run.
#![cfg(target_arch = "x86_64")]
use samite::{Config, Engine, Linker, Module, Store, V128};
use samite_codegen::driver::{Image, Placement, Strategy, artifact};
use samite_codegen::mach::code::Target;
use samite_codegen::mach::tables::{Detail, Emitted};
use samite_codegen::regalloc::{self, How};
use samite_codegen::x64::X64;
use samite_codegen::x64::cpu::{Cpu, has_feature};
use samite_codegen::{mach, x64};
use samite_ir::ssa::text::parse;
use samite_ir::ssa::verify::assert_valid;
use samite_ir::value::edges::edges;
use samite_ir::value::target::Kind;
use samite_ir::value::{Shape, TargetOp, Type, Wide, canonical_nan_lanes};
use std::fmt::Write;

struct Case {
    op: TargetOp,
    ty: Type,
    imm: u8,
    /// This processor has it.
    runs: bool,
}

fn cases() -> Vec<Case> {
    let vnni = is_x86_feature_detected!("avxvnni");
    let wide = Cpu::Avx512.features().iter().all(|f| has_feature(f));
    let mut cases = Vec::new();
    for &op in TargetOp::ALL {
        for ty in [Type::V128, Type::V256].into_iter().filter(|ty| op.exists(*ty)) {
            let runs = match op {
                TargetOp::Gf2p8affineqb => has_feature("gfni"),
                TargetOp::Vpdpbusd | TargetOp::Vpdpwssd => vnni,
                _ if is_wide(op) => wide,
                _ => true,
            };
            let imms: &[u8] = match op {
                TargetOp::Rangeps | TargetOp::Rangepd => &[4, 5],
                TargetOp::Roundps | TargetOp::Roundpd => &[8, 9, 10, 11],
                // A scalar has no other lanes to take.
                TargetOp::InsertpsF32 => &[0, 1, 5, 8, 14, 0x1b, 0x20, 0x30, 0x3f],
                _ if takes_immediate(op) => &[0, 1, 2, 3, 5, 8, 14, 0x1b, 0x4e, 0x93, 0xd8, 0xff],
                _ => &[0],
            };
            cases.extend(imms.iter().map(|imm| Case { op, ty, imm: *imm, runs }));
        }
    }
    cases
}

/// Is it encoded by EVEX?
fn is_wide(op: TargetOp) -> bool {
    let ty = if op.exists(Type::V128) { Type::V128 } else { Type::V256 };
    format!("{:?}", x64::target_table::of(op).code(ty)).starts_with("EVEX_")
}

fn takes_immediate(op: TargetOp) -> bool {
    use x64::target_table::Form;
    matches!(x64::target_table::of(op).form, Form::AI | Form::ABI | Form::Ternary)
}

/// (context, three vectors as halves) -> the result as halves. A scalar operand is the low lane of its vector, a scalar result in a vector.
fn function(case: &Case) -> String {
    let Case { op, ty, imm, .. } = *case;
    let row = op.row();
    let width = if ty == Type::V256 { "ymm" } else { "xmm" };
    let mut text = String::from("func 0 (i64, v128, v128, v128, v128, v128, v128) -> (v128, v128)\n");
    text += "b0(v0: i64, v1: v128, v2: v128, v3: v128, v4: v128, v5: v128, v6: v128):\n";
    let mut names = Vec::new();
    for (k, kind) in row.operands.iter().enumerate() {
        let (low, high, made) = (2 * k + 1, 2 * k + 2, 10 + 2 * k);
        names.push(format!("v{}", made + 1));
        _ = match kind {
            Kind::W if ty == Type::V256 => {
                writeln!(text, "v{made}: v256 = ymm.vbroadcasti128 v{low}\nv{}: v256 = ymm.vinserti128 1 v{made}, v{high}", made + 1)
            }
            Kind::W | Kind::X => {
                names[k] = format!("v{low}");
                Ok(())
            }
            Kind::I32 => writeln!(text, "v{}: i32 = xmm.movd_out v{low}", made + 1),
            Kind::I64 => writeln!(text, "v{}: i64 = xmm.movq_out v{low}", made + 1),
            Kind::F32 => writeln!(text, "v{}: f32 = xmm.low_f32 v{low}", made + 1),
            Kind::F64 => writeln!(text, "v{}: f64 = xmm.low_f64 v{low}", made + 1),
        };
    }
    let imm = if imm == 0 { String::new() } else { format!(" {imm}") };
    _ = writeln!(text, "v20: {} = {width}.{op}{imm} {}", op.result(ty), names.join(", "));
    text += match op.result(ty) {
        Type::V256 => "v21: v128 = ymm.vextracti128 v20\nv22: v128 = ymm.vextracti128 1 v20\nreturn v21, v22\n",
        Type::V128 => "return v20, v20\n",
        Type::I32 => "v21: v128 = xmm.movd_in v20\nreturn v21, v21\n",
        Type::I64 => "v21: v128 = xmm.movq_in v20\nreturn v21, v21\n",
        Type::F32 => "v21: v128 = vconst 0x0\nv22: v128 = xmm.movss_f32 v21, v20\nreturn v22, v22\n",
        _ => "v21: v128 = vconst 0x0\nv22: v128 = xmm.movsd_f64 v21, v20\nreturn v22, v22\n",
    };
    text
}

fn inputs() -> Vec<[Wide; 3]> {
    let mut state = 11u64;
    let mut next = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        state ^ state >> 29
    };
    let mut inputs = Vec::new();
    for round in 0..60 {
        let ty = [Type::I32, Type::I64, Type::F32, Type::F64][round % 4];
        let list = edges(ty);
        let mut vector = || {
            let lanes: Vec<u64> = match round % 3 {
                0 => (0..4).map(|_| next()).collect(),
                _ => (0..8).map(|_| list[next() as usize % list.len()]).collect(),
            };
            Wide::from_lanes(if round % 3 == 0 { 64 } else { 8 * ty.bytes() }, |k| lanes[k as usize])
        };
        let [a, b, c] = [vector(), vector(), vector()];
        // A count of a shift, now and then.
        let b = if round % 5 == 4 { Wide::from_lanes(64, |_| round as u64) } else { b };
        inputs.push([a, b, c]);
    }
    inputs
}

/// What is read is the instruction that the table names, with its immediate, and there is no byte that is none.
fn decodes_back(case: &Case, emitted: &Emitted) {
    use x64::target_table::{self, Form};
    let row = target_table::of(case.op);
    let lines = x64::disasm::decode(&emitted.text[..emitted.code_len as usize], 0);
    let text: Vec<String> = lines.iter().map(|l| format!("{} {}", l.mnemonic, l.operands)).collect();
    assert!(!lines.iter().any(|l| l.mnemonic == "(bad)"), "{text:?}");
    let codes = match row.form {
        Form::Same => return,
        Form::Fused => target_table::fused(case.op, case.ty).to_vec(),
        _ => vec![row.code(case.ty)],
    };
    // `VEX_Vpaddd_xmm_xmm_xmmm128`
    let mut names: Vec<String> = codes.iter().map(|c| format!("{c:?}").split('_').nth(1).expect("a name").to_lowercase()).collect();
    if row.form == Form::Permute2 {
        names.push("vpermt2b".into());
    }
    let immediate = match case.imm {
        n @ 0..10 => n.to_string(),
        n => format!("{n:#x}"),
    };
    let is_it = |l: &x64::disasm::Line| {
        // Comparisons are named by their immediates.
        let is_compare = l.mnemonic.starts_with("vcmp");
        let is_named = names.contains(&l.mnemonic)
            || is_compare && names.iter().any(|n| l.mnemonic.starts_with("vcmp") && l.mnemonic.ends_with(&n[4..]));
        let has_immediate = !matches!(row.form, Form::AI | Form::ABI)
            || is_compare
            || l.operands.ends_with(&format!(", {immediate}"))
            || l.operands.ends_with(&format!("{:X}h", case.imm));
        is_named && has_immediate
    };
    assert!(lines.iter().any(is_it), "{} {} {}: {names:?} {immediate} is not in {text:?}", case.ty, case.op, case.imm);
}

fn run(how: How) {
    let cases = cases();
    let compiled = cases.iter().map(|case| {
        let text = function(case);
        let f = parse(&text).unwrap_or_else(|e| panic!("{e}\n{text}"));
        assert_valid(&f, "writing");
        let code = mach::lower::lower::<X64>(&f);
        mach::verify::verify(&code.flow, X64::registers()).unwrap_or_else(|e| panic!("{e:?}\n{text}"));
        let allocation = regalloc::run(how, &code.flow, X64::registers(), &mut regalloc::Context::default());
        regalloc::check::check(&code.flow, X64::registers(), &allocation).unwrap_or_else(|e| panic!("{e:?}\n{text}"));
        let emitted = X64::emit(&code, &allocation, Detail::Operators);
        decodes_back(case, &emitted);
        emitted
    });
    let image = Image::link(compiled.collect(), Placement::InOrder).expect("a small image");
    let mut wat = String::from("(module\n");
    for n in 0..cases.len() {
        _ = writeln!(wat, "(func (export \"f{n}\") (param v128 v128 v128 v128 v128 v128) (result v128 v128) (local.get 0) (local.get 1))");
    }
    let strategy = Strategy::MAX;
    let file = artifact::write(&image, &wat::parse_str(wat + ")").expect("a module"), &strategy, &[], &[]);
    let engine = Engine::new(Config::new().strategy(strategy)).unwrap();
    // SAFETY: the file is ours; its functions read their parameters and write their results, as their types say.
    let module = unsafe { Module::deserialize(&engine, &file) }.unwrap();
    let mut store = Store::new(&engine, ());
    let instance = Linker::new(&engine).instantiate(&mut store, &module).unwrap();
    let inputs = inputs();
    let mut wrong = Vec::new();
    for (n, Case { op, ty, imm, .. }) in cases.iter().enumerate().filter(|(_, case)| case.runs) {
        type Six = (V128, V128, V128, V128, V128, V128);
        let f = instance.get_typed_func::<Six, (V128, V128)>(&mut store, &format!("f{n}")).unwrap();
        for input in &inputs {
            let halves: Vec<V128> = input.iter().flat_map(|w| [w.low.into(), w.high.into()]).collect();
            let (low, high) = f.call(&mut store, (halves[0], halves[1], halves[2], halves[3], halves[4], halves[5])).unwrap();
            let mut args = *input;
            for (arg, ty) in args.iter_mut().zip(op.operands(*ty)) {
                *arg = arg.truncated(ty.bytes());
            }
            let result = op.result(*ty);
            let mut want = op.eval(*ty, args, *imm);
            let mut got =
                Wide { low: low.as_u128(), high: if result == Type::V256 { high.as_u128() } else { 0 } }.truncated(result.bytes());
            // Which of several NaNs comes out depends on the form that is chosen.
            if x64::target_table::of(*op).form == x64::target_table::Form::Fused {
                let shape = if op.name().ends_with("ps") { Shape::F32x4 } else { Shape::F64x2 };
                for w in [&mut got, &mut want] {
                    *w = Wide { low: canonical_nan_lanes(shape, w.low), high: canonical_nan_lanes(shape, w.high) };
                }
            }
            if got != want {
                wrong.push(format!("{ty} {op} {imm}: {args:x?} gave {got:x}, not {want:x}"));
                break;
            }
        }
    }
    let mut lacking: Vec<String> = cases.iter().filter(|case| !case.runs).map(|case| format!("{} {}", case.ty, case.op)).collect();
    lacking.dedup();
    let run = cases.iter().filter(|case| case.runs).count();
    eprintln!(
        "{run} instructions and immediates run under {}, not run, for this processor lacks them, {}: {lacking:?}",
        how.name(),
        lacking.len()
    );
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
    assert!(run > 600, "{run}");
}

#[test]
fn rows_in_registers() {
    run(How::Linear);
}
#[test]
fn rows_in_slots() {
    run(How::SpillAll);
}
