//! `ir/value` against what foreign engines computed: replays value_recorded.txt, on which V8 and wasmtime agreed when record_values.mjs
//! wrote it (its head comment has the format and the command).
//!
//! The operands are `value::edges`, handed to the script by value_edges.txt: after a change there, `BLESS=1 cargo test -p samite-ir
//! --test value_recorded` rewrites that file, and the script must be run again.
use samite_ir::value::edges::edges;
use samite_ir::value::{BinOp, Bits, CmpOp, ConvOp, Trap, Type, UnOp, binary, compare, convert, is_nan, unary};
use std::collections::HashMap;
use std::fmt::Write;
use std::path::PathBuf;

#[derive(Clone, Copy)]
enum Operator {
    Unary(UnOp, Type),
    Binary(BinOp, Type),
    Compare(CmpOp, Type),
    Convert(ConvOp),
}

const NUMBERS: [Type; 4] = [Type::I32, Type::I64, Type::F32, Type::F64];

/// Every operator that wasm has, by its name in the text format.
fn operators() -> HashMap<String, Operator> {
    // Ours are marked as float operators by an `f` in front; wasm's by their type alone.
    let named = |ty: Type, name: &str| format!("{ty}.{}", if ty.is_float() { &name[1..] } else { name });
    let mut all = HashMap::new();
    for ty in NUMBERS {
        for &op in UnOp::ALL.iter().filter(|op| op.is_float() == ty.is_float()) {
            if ty != Type::I32 || op != UnOp::Extend32S {
                all.insert(named(ty, op.name()), Operator::Unary(op, ty));
            }
        }
        for &op in BinOp::ALL.iter().filter(|op| op.is_float() == ty.is_float()) {
            if !matches!(op, BinOp::MulHighS | BinOp::MulHighU) {
                all.insert(named(ty, op.name()), Operator::Binary(op, ty));
            }
        }
        for &op in CmpOp::ALL.iter().filter(|op| op.is_float() == ty.is_float()) {
            all.insert(named(ty, op.name()), Operator::Compare(op, ty));
        }
    }
    all.extend(ConvOp::ALL.iter().map(|op| (op.name().to_string(), Operator::Convert(*op))));
    all
}

impl Operator {
    fn operand(self) -> Type {
        match self {
            Operator::Unary(_, ty) | Operator::Binary(_, ty) | Operator::Compare(_, ty) => ty,
            Operator::Convert(op) => op.types().0,
        }
    }
    /// The result as the recording writes it; `b` is ignored by operators of one operand.
    fn result(self, a: Bits, b: Bits) -> String {
        let (result, ty, computes_nan) = match self {
            Operator::Unary(op, ty) => (Ok(unary(op, ty, a)), ty, op.computes_nan()),
            Operator::Binary(op, ty) => (binary(op, ty, a, b), ty, op.computes_nan()),
            Operator::Compare(op, ty) => (Ok(compare(op, ty, a, b)), Type::I32, false),
            Operator::Convert(op) => (convert(op, a), op.types().1, op.computes_nan()),
        };
        match (result, self) {
            (Ok(bits), _) if computes_nan && is_nan(ty, bits) => "nan".into(),
            (Ok(bits), _) => format!("{bits:x}"),
            (Err(Trap::IntegerDivideByZero), Operator::Binary(..)) => "trap:zero".into(),
            (Err(Trap::IntegerOverflow), Operator::Binary(..)) => "trap:overflow".into(),
            (Err(Trap::IntegerOverflow | Trap::InvalidConversionToInteger), Operator::Convert(_)) => "trap:unrepresentable".into(),
            (Err(trap), _) => format!("trap that no recording has: {trap}"),
        }
    }
}

fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |h, c| (h ^ u64::from(c)).wrapping_mul(0x100_0000_01b3))
}

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}
fn read(name: &str) -> String {
    std::fs::read_to_string(path(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

#[test]
fn edges_are_those_recorded() {
    let mut text = String::from("# Operands of record_values.mjs, from value::edges; BLESS=1 rewrites.\n");
    for ty in NUMBERS {
        for row in edges(ty).chunks(6) {
            let values: String = row.iter().fold(String::new(), |mut line, a| {
                let _ = write!(line, " {a:x}");
                line
            });
            text += &format!("{ty}{values}\n");
        }
    }
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path("value_edges.txt"), &text).expect("value_edges.txt can be written");
    }
    assert!(read("value_edges.txt") == text, "value::edges changed: BLESS=1, then node ir/tests/record_values.mjs");
}

#[test]
fn values_agree_with_the_recording() {
    let all = operators();
    let mut judged: HashMap<&str, usize> = HashMap::new();
    let text = read("value_recorded.txt");
    let mut wrong = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split(' ');
        let mut word = || words.next().unwrap_or_else(|| panic!("value_recorded.txt: {line}"));
        let (kind, name) = (word(), word());
        let op = *all.get(name).unwrap_or_else(|| panic!("value_recorded.txt: {name} is not an operator"));
        let list = edges(op.operand());
        *judged.entry(name).or_default() += 1;
        if kind == "one" {
            for a in list {
                let (got, want) = (op.result(a, 0), word());
                if got != want {
                    wrong.push(format!("{name} {a:x}: {got}, recorded {want}"));
                }
            }
            continue;
        }
        let a = u64::from_str_radix(word(), 16).unwrap_or_else(|e| panic!("value_recorded.txt: {line}: {e}"));
        let results: Vec<String> = list.iter().map(|b| op.result(a, *b)).collect();
        let hash = fnv1a(&results.iter().map(|r| format!("{r} ")).collect::<String>());
        if format!("{hash:016x}") != word() {
            let ours = list.iter().zip(&results).map(|(b, r)| format!("{a:x} {b:x} {r}\n"));
            wrong.push(format!(
                "{name} {a:x} with every right operand; compare with: node ir/tests/record_values.mjs --row {name} {a:x}\n{}",
                ours.collect::<String>()
            ));
        }
    }
    assert!(wrong.is_empty(), "{} rows differ; the first:\n{}", wrong.len(), wrong[0]);
    // The recording is whole: every operator, with as many rows as it has left operands.
    for (name, op) in all {
        let rows = match op {
            Operator::Unary(..) | Operator::Convert(_) => 1,
            Operator::Binary(..) | Operator::Compare(..) => edges(op.operand()).len(),
        };
        assert_eq!(judged.get(name.as_str()), Some(&rows), "value_recorded.txt lacks rows of {name}");
    }
}
