//! Functions as terms, so that a rule is one line: `(add x 0)` is a function of x and y that returns it. A constant takes the
//! type of its place. Comparisons are named with their operand type, `i32.eq`, as in the text form.
use cranelift_entity::EntityRef;
use samite_ir::ssa::{Func, Op, Signature, Value};
use samite_ir::value::{BinOp, CmpOp, ConvOp, Type, UnOp};

/// A function of (context, x, y) that returns a term.
pub fn function(term: &str, x: Type, y: Type, result: Type) -> Func {
    let mut f = Func { signature: Signature { params: vec![Type::I64, x, y], results: vec![result] }, ..Func::default() };
    let entry = f.make_block();
    for ty in [Type::I64, x, y] {
        f.add_param(entry, ty, 0);
    }
    let spaced = term.replace('(', " ( ").replace(')', " ) ");
    let mut tokens = spaced.split_whitespace();
    let mut body = Vec::new();
    let v = build(&mut f, &mut body, &mut tokens, result);
    assert_eq!(tokens.next(), None, "behind {term}");
    let list = f.make_list(&[v]);
    body.push(f.make(Op::Return(list), 0));
    f.set_bodies([(entry, body)]);
    f
}

fn build<'a>(f: &mut Func, body: &mut Vec<Value>, tokens: &mut impl Iterator<Item = &'a str>, ty: Type) -> Value {
    let token = tokens.next().expect("a term");
    let op = match token {
        "x" | "y" => {
            let v = f.params(f.layout.first().copied().unwrap_or(samite_ir::ssa::Block::new(0)))[if token == "x" { 1 } else { 2 }];
            assert_eq!(f.ty(v), ty, "{token}");
            return v;
        }
        "(" => {
            let name = tokens.next().expect("an operator");
            let mut arg = |ty| build(f, body, tokens, ty);
            let op = if name == "select" {
                Op::Select(ty, arg(Type::I32), arg(ty), arg(ty))
            } else if let Some(op) = ConvOp::from_name(name) {
                assert_eq!(op.types().1, ty, "{name}");
                Op::Convert(op, arg(op.types().0))
            } else if let Some(op) = UnOp::from_name(name) {
                Op::Unary(op, ty, arg(ty))
            } else if let Some(op) = BinOp::from_name(name) {
                Op::Binary(op, ty, arg(ty), arg(ty))
            } else {
                let (of, op) = name.split_once('.').unwrap_or_else(|| panic!("no operator {name}"));
                let of = Type::from_name(of).unwrap();
                assert_eq!(ty, Type::I32, "{name}");
                Op::Compare(CmpOp::from_name(op).unwrap_or_else(|| panic!("no operator {name}")), of, arg(of), arg(of))
            };
            assert_eq!(tokens.next(), Some(")"), "behind the operands of {name}");
            op
        }
        number => Op::Const(ty, constant(number, ty).unwrap_or_else(|| panic!("{number} is no {ty}"))),
    };
    let v = f.make(op, 0);
    body.push(v);
    v
}

fn constant(text: &str, ty: Type) -> Option<u64> {
    let bits = match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok()?,
        None => match ty {
            Type::I32 => text.parse::<i64>().ok()? as u32 as u64,
            Type::I64 => text.parse::<i128>().ok()? as u64,
            Type::F32 => u64::from(text.parse::<f32>().ok()?.to_bits()),
            Type::F64 => text.parse::<f64>().ok()?.to_bits(),
            _ => return None,
        },
    };
    Some(bits)
}

/// What a function of one block returns, as a term; or the trap that it ends in.
pub fn result(f: &Func) -> String {
    match f.ops[f.terminator(f.entry())] {
        Op::Return(list) => term(f, list.as_slice(&f.pool)[0]),
        Op::Unreachable(trap) => format!("trap: {trap}"),
        other => panic!("{other:?}"),
    }
}

fn term(f: &Func, v: Value) -> String {
    let of = |v| term(f, v);
    match f.ops[v] {
        Op::Param(_, _, n) => ["context", "x", "y"][n as usize].to_string(),
        Op::Const(Type::I32, bits) => (bits as i32).to_string(),
        Op::Const(Type::I64, bits) => (bits as i64).to_string(),
        Op::Const(Type::F32, bits) => format!("{:?}", f32::from_bits(bits as u32)),
        Op::Const(_, bits) => format!("{:?}", f64::from_bits(bits)),
        Op::Unary(op, _, a) => format!("({op} {})", of(a)),
        Op::Convert(op, a) => format!("({op} {})", of(a)),
        Op::Binary(op, _, a, b) => format!("({op} {} {})", of(a), of(b)),
        Op::Compare(op, ty, a, b) => format!("({ty}.{op} {} {})", of(a), of(b)),
        Op::Select(_, c, a, b) => format!("(select {} {} {})", of(c), of(a), of(b)),
        other => panic!("{other:?}"),
    }
}
