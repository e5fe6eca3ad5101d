//! The vector operators of `ir/value` against what foreign engines computed: replays lanes_recorded.txt, which record_lanes.py wrote with
//! V8 and with wasmtime, out of process (its head comment has the command).
//!
//! Operators and operands go to the script as lane_operators.txt: lists of lane values, and for each operator a module that
//! runs it over operands in memory. After a change here, `BLESS=1 cargo test -p samite-ir --test value_lanes_recorded` rewrites
//! that file, and the script must be run again. Each pair of lane values of the lists meets in some lane.
use samite_ir::ssa::eval::{Access, Callee, End, World, eval};
use samite_ir::ssa::verify::assert_valid;
use samite_ir::translate::vmctx::Layout;
use samite_ir::translate::{Nan, Options, Translator, decode};
use samite_ir::value::edges::edges;
use samite_ir::value::{
    Extension, LaneBinOp, LaneShiftOp, LaneTernOp, LaneTest, LaneUnOp, Relaxed, Shape, Trap, Type, Wide, canonical_nan_lanes, extract_lane,
    lane_binary, lane_shift, lane_ternary, lane_test, lane_unary, replace_lane, shuffle, splat,
};
use std::collections::HashMap;
use std::fmt::Write;
use std::path::PathBuf;

/// Where the lanes of an operand come from.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Operand {
    None,
    Lanes(Shape),
    /// One value of the scalar type.
    Scalar(Type),
}

struct Operator {
    name: String,
    left: Operand,
    right: Operand,
    third: bool,
    /// What the result is stored as.
    result: Type,
    /// Of which lanes NaNs count as one.
    nan: Option<Shape>,
    apply: Box<dyn Fn([u128; 3]) -> u128>,
}

/// Lane values. The counts of shifts are i32s.
fn list(shape: Shape) -> Vec<u64> {
    match shape {
        Shape::I8x16 => (0..256).collect(),
        Shape::I16x8 => {
            let mut list = Vec::new();
            for x in edges(Type::I32).into_iter().map(|x| x % 65536) {
                if !list.contains(&x) {
                    list.push(x);
                }
            }
            list
        }
        _ => edges(shape.scalar()),
    }
}
fn scalars(ty: Type) -> Vec<u64> {
    if ty == Type::I32 { (0..=130).chain([255, 256, 1 << 31, 0xffff_ffff, 0x1234_5678]).collect() } else { edges(ty) }
}
fn list_name(operand: Operand) -> String {
    match operand {
        Operand::None => "none".into(),
        Operand::Lanes(shape) => shape.to_string(),
        Operand::Scalar(ty) => ty.to_string(),
    }
}

/// Triples of operands, in an order that the script repeats.
fn operands(op: &Operator) -> Vec<[u128; 3]> {
    let lanes = |values: &[u64], shape: Shape, from: usize, step: usize| {
        let bits = 8 * shape.lane_bytes();
        (0..shape.lanes() as usize).fold(0, |v, k| v | u128::from(values[(from + step * k) % values.len()]) << (k as u32 * bits))
    };
    let values = |operand: Operand| match operand {
        Operand::None => vec![0],
        Operand::Lanes(shape) => list(shape),
        Operand::Scalar(ty) => scalars(ty),
    };
    let vector = |operand: Operand, values: &[u64], from: usize, step: usize| match operand {
        Operand::Lanes(shape) => lanes(values, shape, from, step),
        Operand::None | Operand::Scalar(_) => u128::from(values[from]),
    };
    let (left, right) = (values(op.left), values(op.right));
    let step = if let Operand::Lanes(shape) = op.right { shape.lanes() as usize } else { 1 };
    let mut all = Vec::new();
    for i in 0..left.len() {
        for j in (0..right.len()).step_by(step) {
            let third = if op.third { vector(op.left, &left, (i + j) % left.len(), 3) } else { 0 };
            all.push([vector(op.left, &left, i, 5), vector(op.right, &right, j, 1), third]);
        }
    }
    all
}

impl Operator {
    fn run(&self, operands: [u128; 3]) -> u128 {
        let bits = (self.apply)(operands);
        self.nan.map_or(bits, |shape| canonical_nan_lanes(shape, bits))
    }
}

/// The shape that an operator's name repeats, being that of its operands: half or twice as wide.
fn suffixed(shape: Shape, name: &str) -> (String, Shape) {
    let narrow = ["extend_low", "extend_high", "extadd_pairwise", "extmul_low", "extmul_high"];
    let (stem, sign) = name.split_at(name.len() - 2);
    match (shape.narrower(), shape.wider()) {
        (Some(operand), _) if narrow.contains(&stem) => (format!("{shape}.{stem}_{operand}{sign}"), operand),
        (_, Some(operand)) if stem == "narrow" => (format!("{shape}.{stem}_{operand}{sign}"), operand),
        _ => (format!("{shape}.{name}"), shape),
    }
}

fn operators() -> Vec<Operator> {
    use Operand::{Lanes, Scalar};
    let mut all = Vec::new();
    let mut add = |name: String, left, right, third, result, nan, apply: Box<dyn Fn([u128; 3]) -> u128>| {
        all.push(Operator { name, left, right, third, result, nan, apply });
    };
    let none = Operand::None;
    for &shape in Shape::ALL {
        for &op in LaneUnOp::ALL.iter().filter(|op| op.exists(shape)) {
            use LaneUnOp::*;
            let (name, operand) = match op {
                Not => ("v128.not".into(), shape),
                TruncSatF32S | TruncSatF32U | RelaxedTruncF32S | RelaxedTruncF32U => (format!("{shape}.{op}"), Shape::F32x4),
                TruncSatF64SZero | TruncSatF64UZero | RelaxedTruncF64SZero | RelaxedTruncF64UZero => {
                    (format!("{shape}.{op}"), Shape::F64x2)
                }
                ConvertS | ConvertU if shape == Shape::F64x2 => (format!("{shape}.{op}").replace("convert_", "convert_low_"), Shape::I32x4),
                ConvertS | ConvertU => (format!("{shape}.{op}"), Shape::I32x4),
                DemoteZero => (format!("{shape}.{op}"), Shape::F64x2),
                PromoteLow => (format!("{shape}.{op}"), Shape::F32x4),
                _ => suffixed(shape, op.name()),
            };
            let nan = op.computes_nan().then_some(shape);
            let apply = move |v: [u128; 3]| lane_unary(op.deterministic(), shape, v[0]);
            add(name, Lanes(operand), none, false, Type::V128, nan, Box::new(apply));
        }
        for &op in LaneBinOp::ALL.iter().filter(|op| op.exists(shape) && **op != LaneBinOp::DotI8S) {
            use LaneBinOp::*;
            let (name, operand) = match op {
                And | Or | Xor | Andnot => (format!("v128.{op}"), shape),
                DotS => (format!("{shape}.{op}"), Shape::I16x8),
                RelaxedDotS => (format!("{shape}.{op}"), Shape::I8x16),
                _ => suffixed(shape, op.name()),
            };
            let nan = op.deterministic().computes_nan(shape).then_some(shape);
            let apply = move |v: [u128; 3]| lane_binary(op.deterministic(), shape, v[0], v[1]);
            add(name, Lanes(operand), Lanes(operand), false, Type::V128, nan, Box::new(apply));
        }
        for &op in LaneTernOp::ALL.iter().filter(|op| op.exists(shape) && **op != LaneTernOp::DotI8AddS) {
            let (name, operand) = match op {
                LaneTernOp::Bitselect => ("v128.bitselect".into(), shape),
                LaneTernOp::RelaxedDotAddS => (format!("{shape}.{op}"), Shape::I8x16),
                _ => (format!("{shape}.{op}"), shape),
            };
            let nan = op.computes_nan().then_some(shape);
            let (op, at) = op.deterministic(shape);
            let apply = move |v: [u128; 3]| lane_ternary(op, at, v[0], v[1], v[2]);
            add(name, Lanes(operand), Lanes(operand), true, Type::V128, nan, Box::new(apply));
        }
        for &op in LaneShiftOp::ALL.iter().filter(|op| op.exists(shape)) {
            let apply = move |v: [u128; 3]| lane_shift(op, shape, v[0], v[1] as u64);
            add(format!("{shape}.{op}"), Lanes(shape), Scalar(Type::I32), false, Type::V128, None, Box::new(apply));
        }
        for &op in LaneTest::ALL.iter().filter(|op| op.exists(shape)) {
            let name = if op == LaneTest::AnyTrue { "v128.any_true".into() } else { format!("{shape}.{op}") };
            let apply = move |v: [u128; 3]| lane_test(op, shape, v[0]).into();
            add(name, Lanes(shape), none, false, Type::I32, None, Box::new(apply));
        }
        let scalar = shape.scalar();
        let apply = move |v: [u128; 3]| splat(shape, v[1] as u64);
        add(format!("{shape}.splat"), none, Scalar(scalar), false, Type::V128, None, Box::new(apply));
        for k in 0..shape.lanes() as u8 {
            let small = matches!(shape, Shape::I8x16 | Shape::I16x8);
            for (suffix, extension) in [("_s", Extension::Signed), ("_u", Extension::Unsigned)] {
                if small || extension == Extension::Unsigned {
                    let suffix = if small { suffix } else { "" };
                    let apply = move |v: [u128; 3]| extract_lane(shape, extension, k, v[0]).into();
                    add(format!("{shape}.extract_lane{suffix} {k}"), Lanes(shape), none, false, scalar, None, Box::new(apply));
                }
            }
            let apply = move |v: [u128; 3]| replace_lane(shape, k, v[0], v[1] as u64);
            add(format!("{shape}.replace_lane {k}"), Lanes(shape), Scalar(scalar), false, Type::V128, None, Box::new(apply));
        }
    }
    for n in 0..48u8 {
        let indices: [u8; 16] = std::array::from_fn(|k| {
            let k = k as u8;
            match n {
                0..16 => (k + n) % 32,
                16..24 => (k / 2 + (k % 2) * 16 + n) % 32,
                24..32 => (15 - k + n) % 32,
                _ => (k.wrapping_mul(7 + 2 * n) ^ n.wrapping_mul(29) ^ k << 3) % 32,
            }
        });
        let name = format!("i8x16.shuffle {}", indices.map(|n| n.to_string()).join(" "));
        let apply = move |v: [u128; 3]| shuffle(u128::from_le_bytes(indices), v[0], v[1]);
        add(name, Lanes(Shape::I32x4), Lanes(Shape::I32x4), false, Type::V128, None, Box::new(apply));
    }
    all
}

/// A module whose `f` takes a number of bytes and runs the operator over so much of the memory `m`, 64 bytes at a time: three operands, then
/// the result.
fn module(op: &Operator) -> Vec<u8> {
    let load = |operand: Operand, at: u32| match operand {
        Operand::None => String::new(),
        Operand::Lanes(_) => format!("(v128.load offset={at} (local.get $p))"),
        Operand::Scalar(ty) => format!("({ty}.load offset={at} (local.get $p))"),
    };
    let third = if op.third { load(op.left, 32) } else { String::new() };
    let value = format!("({} {} {} {third})", op.name, load(op.left, 0), load(op.right, 16));
    let text = format!(
        "(module (memory (export \"m\") 64) (func (export \"f\") (param $n i32) (local $p i32)
           (loop ({}.store offset=48 (local.get $p) {value})
             (local.set $p (i32.add (local.get $p) (i32.const 64))) (br_if 0 (i32.lt_u (local.get $p) (local.get $n))))))",
        op.result
    );
    wat::parse_str(&text).unwrap_or_else(|e| panic!("{e}\n{text}"))
}

/// What translation makes of an operator computes the same in the evaluator.
#[test]
fn translated_operators_compute_the_same() {
    for op in operators() {
        let param = |operand: Operand| match operand {
            Operand::None => "i32".to_string(),
            Operand::Lanes(_) => "v128".to_string(),
            Operand::Scalar(ty) => ty.to_string(),
        };
        let third = if op.third { Operand::Lanes(Shape::I8x16) } else { Operand::None };
        let all = [op.left, op.right, third];
        let params = all.map(param).join(" ");
        let args: String = (0..3).filter(|k| all[*k] != Operand::None).map(|k| format!("(local.get {k}) ")).collect();
        let text = format!("(module (func (param {params}) (result {}) ({} {args})))", op.result, op.name);
        let bytes = wat::parse_str(&text).unwrap_or_else(|e| panic!("{e}\n{text}"));
        let module = decode(&bytes).expect("valid");
        let layout = Layout::new(&module.info).expect("small");
        let body = &bytes[module.info.bodies[0].clone()];
        for nan in [Nan::Native, Nan::Canonical] {
            let options = Options { nan, relaxed: Relaxed::Deterministic, ..Options::default() };
            let func = Translator::default().translate(&module, &layout, 0, body, &options).expect("valid");
            assert_valid(&func, "translate");
            for operands in operands(&op).into_iter().step_by(37) {
                let args: Vec<Wide> = std::iter::once(Wide::ZERO).chain(operands.map(Wide::from)).collect();
                let End::Return(results) = eval(&func, &args, &mut Nothing, 100) else { panic!("it returns\n{func}") };
                let got = if nan == Nan::Native {
                    op.nan.map_or(results[0].low, |shape| canonical_nan_lanes(shape, results[0].low))
                } else {
                    results[0].low
                };
                assert_eq!(got, op.run(operands), "{} {operands:x?}\n{func}", op.name);
            }
        }
    }
}

/// A world that nobody asks.
struct Nothing;

impl World for Nothing {
    fn load(&mut self, access: Access) -> Result<Wide, Trap> {
        panic!("{access:?}")
    }
    fn store(&mut self, access: Access, _: Wide) -> Result<(), Trap> {
        panic!("{access:?}")
    }
    fn call(&mut self, callee: Callee, _: &[Wide]) -> Result<Vec<Wide>, Trap> {
        panic!("{callee:?}")
    }
}

/// Over the four words of each result, in order.
fn hash(results: impl Iterator<Item = u128>) -> u64 {
    results.flat_map(|r| (0..4).map(move |k| (r >> (32 * k)) as u32)).fold(0, |h, word| {
        let h = (h ^ u64::from(word)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        h ^ h >> 32
    })
}

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}
fn read(name: &str) -> String {
    std::fs::read_to_string(path(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

#[test]
fn operators_are_those_recorded() {
    let hex = |list: &[u64]| list.iter().fold(String::new(), |mut line, x| write!(line, " {x:x}").map(|()| line).expect("a string"));
    let mut text = String::from("# Operands and modules of record_lanes.py; BLESS=1 rewrites.\n");
    for &shape in Shape::ALL {
        text += &format!("list {shape}{}\n", hex(&list(shape)));
    }
    for ty in [Type::I32, Type::I64, Type::F32, Type::F64] {
        text += &format!("list {ty}{}\n", hex(&scalars(ty)));
    }
    for op in operators() {
        let bytes: String = module(&op).iter().map(|b| format!("{b:02x}")).collect();
        let third = if op.third { "third" } else { "none" };
        let nan = op.nan.map_or("exact", Shape::name);
        text += &format!("op {} {} {third} {nan} {bytes} {}\n", list_name(op.left), list_name(op.right), op.name);
    }
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path("lane_operators.txt"), &text).expect("lane_operators.txt can be written");
    }
    assert!(read("lane_operators.txt") == text, "the operators changed: BLESS=1, then python ir/tests/record_lanes.py");
}

/// Of `wasmtime` every operator, relaxed ones under its deterministic setting; of `v8` those of fixed width.
#[test]
fn lanes_agree_with_the_recordings() {
    let mut recorded: HashMap<(&str, &str), u64> = HashMap::new();
    let text = read("lanes_recorded.txt");
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.splitn(3, ' ');
        let mut word = || words.next().unwrap_or_else(|| panic!("lanes_recorded.txt: {line}"));
        let (engine, hash, name) = (word(), word(), word());
        let hash = u64::from_str_radix(hash, 16).unwrap_or_else(|e| panic!("lanes_recorded.txt: {line}: {e}"));
        assert_eq!(recorded.insert((engine, name), hash), None, "lanes_recorded.txt: {line} is there twice");
    }
    let mut wrong = Vec::new();
    let mut rows = 0;
    for op in operators() {
        let operands = operands(&op);
        let ours = hash(operands.iter().map(|v| op.run(*v)));
        let engines: &[&str] = if op.name.contains("relaxed") { &["wasmtime"] } else { &["wasmtime", "v8"] };
        for engine in engines {
            rows += 1;
            let theirs =
                recorded.get(&(*engine, op.name.as_str())).unwrap_or_else(|| panic!("lanes_recorded.txt lacks {engine} {}", op.name));
            if *theirs != ours {
                // For a comparison line by line.
                let all: String =
                    operands.iter().map(|v| format!("{:032x} {:032x} {:032x} {:032x}\n", v[0], v[1], v[2], op.run(*v))).collect();
                let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("lanes.txt");
                std::fs::write(&file, all).expect("the directory for tests is there");
                wrong.push(format!("{engine} {}: compare {} with: record_lanes.py {engine} '{}'", op.name, file.display(), op.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {rows} rows differ:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(rows, recorded.len(), "lanes_recorded.txt has rows of no operator");
}
