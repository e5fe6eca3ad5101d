//! Every byte that is emitted is decoded back by iced, which knows instructions from the manuals and nothing of this house.
//!
//! For every function of real modules under a set of strategies in which every two values meet: the code is valid instructions
//! end to end, which encode to the same bytes; branches lead to instructions of the function, calls to entries of functions;
//! rows of traps, lines and safepoints name instructions that fit them. The runtime's stubs likewise.
#[path = "common/kernels.rs"]
mod kernels;
#[path = "common/scripts.rs"]
mod scripts;

use iced_x86::{Code, Decoder, DecoderOptions, Encoder, FlowControl, Instruction, Mnemonic, OpKind, Register};
use kernels::{Module, kernels};
use samite_codegen::driver::{Image, Placement, Stats, Strategy, artifact, compile_module, compile_module_placed};
use samite_codegen::x64::stubs;
use samite_ir::translate::decode;
use samite_ir::value::Type;
use scripts::scripts;

/// Those in which every two choices meet, and one for processors that this may not be.
fn strategies() -> Vec<Strategy> {
    let mut all = Strategy::covering();
    all.push("cpu=avx512".parse().expect("a strategy"));
    all
}

#[test]
fn kernels_decode() {
    let modules = kernels();
    for strategy in strategies() {
        check_all(&modules, &strategy);
    }
}

#[test]
fn modules_of_the_scripts_decode() {
    let modules = scripts();
    for strategy in strategies() {
        check_all(&modules, &strategy);
    }
}

#[test]
fn functions_may_stand_anywhere() {
    let modules = scripts();
    let mut moved = 0;
    for module in modules.iter().step_by(5) {
        let decoded = decode(&module.bytes).unwrap_or_else(|e| panic!("{}: {e}", module.name));
        let compile = |placement| {
            let result = compile_module_placed(&decoded, &module.bytes, &Strategy::MAX, placement);
            result.unwrap_or_else(|e| panic!("{}: {e}", module.name)).0
        };
        let images = [1, 2, 1].map(|seed| compile(Placement::Random(seed)));
        assert_eq!(images[0], images[2], "a seed says where");
        moved += usize::from(images[0].by_place != images[1].by_place && images[0].by_place != compile(Placement::InOrder).by_place);
        for image in &images[..2] {
            check_tables(image);
            for index in 0..image.functions.len() as u32 {
                check_function(image, index).unwrap_or_else(|why| panic!("{} function {index}: {why}", module.name));
            }
            let file = artifact::write(image, &module.bytes, &Strategy::MAX, &[], &[]);
            assert_eq!(artifact::read(&file).expect("a good file").image, *image);
        }
    }
    assert!(moved > 10, "{moved}");
}

/// Constants stand behind all functions, the widest first, each once; splats of few bytes take no more than those.
#[test]
fn functions_share_constants() {
    let f = "(func (param v128 f64) (result v128 v128 f64)
        (i8x16.add (local.get 0) (v128.const i32x4 1 2 3 4))
        (block (result v128) (i32x4.mul (local.get 0) (i32x4.splat (i32.const 77))))
        (f64.add (local.get 1) (f64.const 0.1)))";
    let bytes = wat::parse_str(format!("(module {f} {f} (func (result v128) (v128.const i32x4 0 0 0 0)) {f})")).expect("text");
    let module = decode(&bytes).expect("a module");
    let image = compile_module_placed(&module, &bytes, &Strategy::MAX, Placement::Random(3)).expect("it compiles").0;
    let constants = &image.text[image.constants as usize..];
    let padding = image.constants.next_multiple_of(16) - image.constants;
    let shared: Vec<u8> = [1u32, 2, 3, 4].map(u32::to_le_bytes).concat();
    assert_eq!(constants[padding as usize..][..16], shared);
    let count = |what: &[u8]| image.text.windows(what.len()).filter(|w| *w == what).count();
    assert_eq!((count(&shared), count(&0.1f64.to_le_bytes()), count(&77u32.to_le_bytes())), (1, 1, 4), "{constants:x?}");
    for index in 0..4 {
        check_function(&image, index).unwrap();
    }
}

fn check_all(modules: &[Module], strategy: &Strategy) {
    for module in modules {
        let decoded = decode(&module.bytes).unwrap_or_else(|e| panic!("{}: {e}", module.name));
        let (image, stats) = compile_module(&decoded, &module.bytes, strategy).unwrap_or_else(|e| panic!("{}: {e}", module.name));
        assert_eq!(image.functions.len(), decoded.info.bodies.len());
        assert_eq!(stats.count("code_bytes"), image.functions.iter().map(|f| u64::from(f.code_end - f.start)).sum::<u64>());
        check_tables(&image);
        check_counts(&image, &stats, module);
        for index in 0..image.functions.len() as u32 {
            if let Err(why) = check_function(&image, index) {
                panic!("{} function {index}, {strategy}: {why}", module.name);
            }
        }
    }
}

/// What the compiler counted is what can be counted in its code.
fn check_counts(image: &Image, stats: &Stats, module: &Module) {
    let mut widths = [0; 3];
    for f in &image.functions {
        let code = &image.text[f.start as usize..f.code_end as usize];
        let code = instructions(code, u64::from(f.start)).unwrap_or_else(|e| panic!("{}: {e}", module.name));
        // Alignment is no work.
        for i in code.iter().filter(|i| i.mnemonic() != Mnemonic::Nop) {
            let names: Vec<Register> = (0..i.op_count()).filter(|n| i.op_kind(*n) == OpKind::Register).map(|n| i.op_register(n)).collect();
            // Named by what they do to one lane: ...ss, ...sd, ...ss2si, vmovd, vmovq.
            let name = format!("{:?}", i.mnemonic()).to_lowercase();
            // (Not so doublewords of integers, and broadcasts.)
            let is_lane = ["ss", "sd", "ss2si", "sd2si"].iter().any(|end| name.ends_with(end));
            let lane = is_lane && !name.starts_with("vp") && !name.starts_with("vbroadcast") || matches!(&name[..], "vmovd" | "vmovq");
            let of = match () {
                _ if names.iter().any(|r| r.is_ymm()) => 2,
                _ if names.iter().any(|r| r.is_xmm()) && !lane => 1,
                _ => 0,
            };
            widths[of] += 1;
        }
    }
    let counted = ["scalar", "vector128", "vector256"].map(|name| stats.count(name));
    assert_eq!(counted, widths, "{}", module.name);
}

fn check_tables(image: &Image) {
    let functions = image.by_place.iter().map(|f| image.functions[*f as usize]);
    assert!(functions.is_sorted_by(|a, b| a.code_end <= b.start));
    assert_eq!(image.by_place.len(), image.functions.len());
    assert!(image.traps.is_sorted_by(|a, b| a.pc < b.pc), "a place traps in one way");
    assert!(image.lines.is_sorted_by_key(|r| r.pc));
    assert!(image.safepoints.is_sorted_by(|a, b| a.pc < b.pc));
    let outside = |pc: u32| image.function_at(pc).is_none();
    assert!(!image.traps.iter().any(|r| outside(r.pc)));
    assert!(!image.safepoints.iter().any(|r| outside(r.pc - 1)));
}

fn check_function(image: &Image, index: u32) -> Result<(), String> {
    let f = image.functions[index as usize];
    let code = &image.text[f.start as usize..f.code_end as usize];
    let instructions = instructions(code, u64::from(f.start))?;
    let start_of = |ip: u64| instructions.binary_search_by_key(&ip, Instruction::ip);
    let mut reads_of_data = Vec::new();
    for i in &instructions {
        let at = i.ip();
        match i.flow_control() {
            FlowControl::ConditionalBranch | FlowControl::UnconditionalBranch => {
                start_of(i.near_branch_target()).map_err(|_| format!("{at:#x}: {i} leads into nothing"))?;
            }
            FlowControl::Call => {
                let entry = i.near_branch_target();
                let is_entry = image.entry_at(entry as u32);
                is_entry.ok_or_else(|| format!("{at:#x}: {i} calls no function"))?;
            }
            FlowControl::Next | FlowControl::Return | FlowControl::IndirectBranch | FlowControl::IndirectCall => {}
            FlowControl::Exception if i.mnemonic() == Mnemonic::Ud2 => {
                image.trap_at(at as u32).ok_or_else(|| format!("{at:#x}: ud2 without a trap"))?;
            }
            other => return Err(format!("{at:#x}: {i} is {other:?}")),
        }
        if i.is_ip_rel_memory_operand() {
            reads_of_data.push((i.ip_rel_memory_address(), i));
        }
    }
    // The last instruction does not run on into the data.
    let last = instructions.last().ok_or("no code")?;
    if !matches!(
        last.flow_control(),
        FlowControl::Return | FlowControl::UnconditionalBranch | FlowControl::IndirectBranch | FlowControl::Exception
    ) {
        return Err(format!("the code ends in {last}"));
    }
    // Jump tables are behind the code and before the next function, constants behind all; aligned to what reads them.
    let end = u64::from(image.end_of(index));
    for (data, i) in reads_of_data {
        let (size, place) = match i.code() {
            Code::Lea_r64_m => (4, u64::from(f.code_end)..end),
            _ => (i.memory_size().size() as u64, u64::from(image.constants)..image.text.len() as u64),
        };
        if data < place.start || data + size > place.end || !data.is_multiple_of(size) {
            return Err(format!("{:#x}: {i} reads {data:#x}", i.ip()));
        }
    }
    for row in within(&image.traps, |r| r.pc, f.start..f.code_end) {
        let at = start_of(row.pc.into()).map_err(|_| format!("trap row {row:?} is within an instruction"))?;
        let i = &instructions[at];
        let may_fault = (0..i.op_count()).any(|n| i.op_kind(n) == OpKind::Memory) && i.mnemonic() != Mnemonic::Lea;
        if !may_fault && !matches!(i.mnemonic(), Mnemonic::Ud2 | Mnemonic::Idiv) {
            return Err(format!("trap row {row:?} at {i}, which cannot fault"));
        }
    }
    let lines = within(&image.lines, |r| r.pc, f.start..f.code_end);
    for row in lines {
        start_of(row.pc.into()).map_err(|_| format!("line row {row:?} is within an instruction"))?;
    }
    if lines.first().is_none_or(|r| r.pc != f.start) {
        return Err("no line row at the entry".into());
    }
    for row in within(&image.safepoints, |r| r.pc, f.start + 1..f.code_end + 1) {
        let call = instructions.binary_search_by_key(&u64::from(row.pc), Instruction::next_ip).ok().map(|at| &instructions[at]);
        if !call.is_some_and(|i| matches!(i.flow_control(), FlowControl::Call | FlowControl::IndirectCall)) {
            return Err(format!("safepoint {row:?} is not behind a call"));
        }
    }
    Ok(())
}

/// The rows of a sorted table whose places are in a range.
fn within<T>(rows: &[T], pc: impl Fn(&T) -> u32, range: std::ops::Range<u32>) -> &[T] {
    let first = rows.partition_point(|r| pc(r) < range.start);
    let end = rows.partition_point(|r| pc(r) < range.end);
    &rows[first..end]
}

/// The instructions that the bytes are, each of which encodes to its bytes again.
fn instructions(code: &[u8], start: u64) -> Result<Vec<Instruction>, String> {
    let mut list = Vec::new();
    let mut encoder = Encoder::new(64);
    for i in Decoder::with_ip(64, code, start, DecoderOptions::NONE).iter() {
        let at = (i.ip() - start) as usize;
        let bytes = &code[at..at + i.len()];
        if i.is_invalid() {
            return Err(format!("{:#x}: {bytes:02x?} is no instruction", i.ip()));
        }
        encoder.encode(&i, i.ip()).map_err(|e| format!("{:#x}: {i}: {e}", i.ip()))?;
        let again = encoder.take_buffer();
        if again != bytes {
            return Err(format!("{:#x}: {i} is {bytes:02x?}, and encodes to {again:02x?}", i.ip()));
        }
        list.push(i);
    }
    Ok(list)
}

#[test]
fn stubs_decode() {
    use Type::*;
    let lists: [&[Type]; 6] = [
        &[],
        &[I32, F32],
        &[I64; 9],
        &[F64; 12],
        &[I32, F32, I64, F64, Ref, I32, I64, I64, I64, F32, F32, F32, F32, F32, F32, F64, F64, I32],
        &[I64; 1000],
    ];
    let check = |what: &str, stub: &stubs::Stub| {
        let list = instructions(&stub.text, 0).unwrap_or_else(|e| panic!("{what}: {e}"));
        for i in &list {
            if matches!(i.flow_control(), FlowControl::ConditionalBranch | FlowControl::UnconditionalBranch) {
                assert!(list.iter().any(|j| j.ip() == i.near_branch_target()), "{what}: {i}");
            }
        }
        for row in &stub.traps {
            assert!(list.iter().any(|i| i.ip() == u64::from(row.pc) && i.mnemonic() == Mnemonic::Ud2), "{what}: {row:?}");
        }
    };
    for params in lists {
        for results in lists {
            check("entry", &stubs::entry(params, results));
            check("host", &stubs::host(params, results));
        }
    }
    check("exit", &stubs::exit());
    check("builtin", &stubs::builtin(u64::MAX));
}
