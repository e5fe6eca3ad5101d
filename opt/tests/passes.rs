//! What each pass does, on text. The lines that matter are named by pattern, so that value numbers are free.
mod common;

use common::module;
use samite_ir::ssa::Func;
use samite_ir::ssa::text::parse;
use samite_ir::ssa::verify::assert_valid;
use samite_ir::translate::vmctx::Layout;
use samite_opt::{Bounds, Context, Options, Passes, Settings, bounds, cfg, dce, gvn, licm, params, rotate};

type Run = fn(&mut Func, &Settings<'_>, &mut Context);

fn after(passes: &[Run], bounds: Bounds, text: &str) -> Func {
    let module = module();
    let layout = Layout::new(&module).unwrap();
    let settings = Settings { options: Options { passes: Passes::Basic, bounds }, layout: &layout, memories: &module.memories };
    let mut f = parse(text).unwrap_or_else(|e| panic!("{e}\n{text}"));
    assert_valid(&f, "parsing");
    for pass in passes {
        pass(&mut f, &settings, &mut Context::default());
        assert_valid(&f, "a pass");
    }
    f
}

/// The words of the ops that are left, constants aside; blocks are set apart by `|`.
fn words(f: &Func) -> String {
    let text = f.to_string();
    let lines = text.lines().skip_while(|l| !l.trim_start().starts_with("b0"));
    let mut words = Vec::new();
    for line in lines.map(str::trim).filter(|l| !l.is_empty()) {
        let op = line.split(" = ").last().unwrap();
        let word = op.split_whitespace().next().unwrap();
        match word {
            _ if line.ends_with(':') => words.push("|"),
            "const" => {}
            _ => words.push(word),
        }
    }
    words[1..].join(" ")
}

#[track_caller]
fn check(passes: &[Run], text: &str, expected: &str) {
    let f = after(passes, Bounds::Guard, text);
    assert_eq!(words(&f), expected, "\n{text}\n{f}");
}

/// A function of (context, i32, i32, i64) -> (i32) around some lines; v0 to v3 are its parameters.
fn lines(text: &str) -> String {
    format!(
        "func 0 (i64, i32, i32, i64) -> (i32)\nsig0 = (i64) -> ()\nsig1 = (i64, i32, i64) -> (i64)\nb0(v0: i64, v1: i32, v2: i32, v3: i64):\n{text}"
    )
}

// ---- params

#[test]
fn parameters_that_never_change() {
    // v10 is v1 in both loops, v13 only in the inner one; v12 changes.
    let text = lines(
        "jump b1(v1, v2)
b1(v10: i32, v11: i32) depth 1:
jump b2(v10, v11, v11)
b2(v12: i32, v13: i32, v14: i32) depth 2:
v15: i32 = add v14, v12
branch v15, b2(v12, v13, v15), b3
b3 depth 1:
branch v13, b1(v12, v15), b4
b4:
v16: i32 = add v12, v13
return v16",
    );
    let f = after(&[params::run, dce::run], Bounds::Guard, &text);
    let text = f.to_string();
    assert!(text.contains("jump b1(v2)") && text.contains("jump b2(v11)"), "{text}");
    assert!(text.contains("add v1, v11"), "{text}");
}

// ---- rotate

/// A loop that tests in its header; `header` and `turn` are lines of its two blocks, `after` of the one behind.
fn while_loop(header: &str, turn: &str, after: &str) -> String {
    lines(&format!(
        "jump b1(v1, v2)\nb1(v10: i32, v11: i32) depth 1:\n{header}\nbranch v10, b2, b3\nb2 depth 1:\nv13: i32 = sub v10, v11\n{turn}\nb3:\n{after}"
    ))
}

#[test]
fn tests_move_to_the_end() {
    let text = while_loop("v12: i32 = mul v10, v11", "v14: i32 = add v12, v11\njump b1(v13, v14)", "v15: i32 = add v10, v12\nreturn v15");
    check(&[rotate::run], &text, "jump | mul branch | sub add jump | mul branch | add return");
    let f = after(&[rotate::run, cfg::run, dce::run], Bounds::Guard, &text);
    assert_eq!(words(&f), "mul branch | sub add mul branch | add return", "{f}");
    // Another way out hands on what is read behind the loop; constants are not copied.
    let text =
        while_loop("v12: i32 = const 7", "branch v13, b4, b3\nb4 depth 1:\njump b1(v13, v12)", "v15: i32 = add v10, v12\nreturn v15");
    check(&[rotate::run], &text, "jump | branch | sub branch | jump | branch | add return");
    let f = after(&[rotate::run], Bounds::Guard, &text);
    assert_eq!(f.to_string().matches("const 7").count(), 1, "{f}");
}

#[test]
fn loops_inside_of_loops_turn_too() {
    let text = lines(
        "jump b1(v1)
b1(v10: i32) depth 1:
branch v10, b2, b6
b2 depth 1:
jump b3(v10)
b3(v11: i32) depth 2:
v12: i32 = add v11, v10
branch v12, b4, b5
b4 depth 2:
v13: i32 = sub v12, v10
jump b3(v13)
b5 depth 1:
jump b1(v12)
b6:
return v10",
    );
    check(&[rotate::run], &text, "jump | branch | jump | add branch | sub jump | add branch | jump | branch | return");
}

#[test]
fn headers_that_do_not_turn() {
    let stays = |header: &str, turn: &str, after: &str| {
        let text = while_loop(header, turn, after);
        let f = self::after(&[rotate::run], Bounds::Guard, &text);
        assert_eq!(f.to_string(), parse(&text).unwrap().to_string());
    };
    stays("call f0 sig0(v0)", "jump b1(v13, v10)", "return v10");
    stays("v12: i32 = mul v10, v11", "branch v13, b1(v13, v11), b3", "return v10");
    stays("v12: i32 = mul v10, v11", "jump b1(v13, v10)", "unreachable \"unreachable\"");
    stays("v12: i32 = mul v10, v11", "branch v12, b4, b1(v13, v10)\nb4:\nreturn v10", "return v12");
}

// ---- gvn

#[test]
fn equal_ops_are_one() {
    check(&[gvn::run], &lines("v5: i32 = add v1, v2\nv6: i32 = add v2, v1\nv7: i32 = mul v5, v6\nreturn v7"), "add mul return");
    // A comparison is its mirror image.
    check(
        &[gvn::run],
        &lines("v5: i32 = i32.lt_s v1, v2\nv6: i32 = i32.gt_s v2, v1\nv7: i32 = add v5, v6\nreturn v7"),
        "i32.lt_s add return",
    );
    // Only what dominates: not from one arm to the other, but from the join on.
    let text = lines(
        "branch v1, b1, b2\nb1:\nv5: i32 = add v1, v2\njump b3(v5)\nb2:\nv6: i32 = add v1, v2\njump b3(v6)\nb3(v7: i32):\nv8: i32 = add v1, v2\nv9: i32 = add v7, v8\nbranch v9, b4, b5\nb4:\nv10: i32 = add v1, v2\nreturn v10\nb5:\nreturn v9",
    );
    check(&[gvn::run], &text, "branch | add jump | add jump | add add branch | return | return");
}

#[test]
fn a_trap_happens_once() {
    check(&[gvn::run], &lines("v5: i32 = div_s v1, v2\nv6: i32 = div_s v1, v2\nv7: i32 = add v5, v6\nreturn v7"), "div_s add return");
    let text = "trap_if \"unreachable\", v1\nv5: i32 = const 0\nv6: i32 = i32.eq v1, v5\ntrap_if \"integer overflow\", v1\n";
    check(&[gvn::run], &lines(&format!("{text}branch v6, b1, b2\nb1:\nreturn v1\nb2:\nreturn v2")), "trap_if i32.eq jump | return");
    check(&[gvn::run], &lines("v5: i32 = const 1\ntrap_if \"integer overflow\", v5\nreturn v5"), "unreachable");
}

#[test]
fn branches_that_are_decided() {
    // In b1 v1 is not zero, in b2 it is.
    let text = lines(
        "v5: i32 = const 0\nv6: i32 = i32.eq v1, v5\nbranch v6, b2, b1\nb1:\nbranch v1, b3, b4\nb2:\nv7: i32 = select v1, v1, v2\nreturn v7\nb3:\nreturn v1\nb4:\nreturn v2",
    );
    check(&[gvn::run, dce::run], &text, "branch | jump | return | return");
    // A parameter that all remaining ways give one value.
    let text = lines("v5: i32 = const 1\nbranch v5, b1, b2\nb1:\njump b3(v1)\nb2:\njump b3(v2)\nb3(v6: i32):\nreturn v6");
    let f = after(&[gvn::run, dce::run], Bounds::Guard, &text);
    assert!(f.to_string().ends_with("return v1\n"), "{f}");
    check(
        &[gvn::run],
        &lines("v5: i32 = const 1\nswitch v5, [b1, b2], b3\nb1:\nreturn v1\nb2:\nreturn v2\nb3:\nreturn v5"),
        "jump | return",
    );
}

#[test]
fn loads_of_known_memory() {
    let load = "v5: i64 = heap_addr 0 v0 + v1 + 0 size 4\nv6: i64 = heap_addr 0 v0 + v1 + 4 size 4\nv7: i32 = load i32 memory0 [v5]\n";
    let tail = "v8: i32 = load i32 memory0 [v5]\nv9: i32 = add v7, v8\nreturn v9";
    let with = |between: &str| lines(&format!("{load}{between}\n{tail}"));
    check(&[gvn::run, dce::run], &with(""), "heap_addr load add return");
    // Another place of the same object; a store to the place itself; a place that may be any; a call.
    check(&[gvn::run], &with("store i32 memory0 [v6], v2"), "heap_addr heap_addr load store add return");
    check(&[gvn::run], &with("store i32 memory0 [v5], v2"), "heap_addr heap_addr load store add return");
    let other = "v20: i64 = heap_addr 0 v0 + v2 + 0 size 4\nstore i32 memory0 [v20], v2";
    check(&[gvn::run, dce::run], &with(other), "heap_addr load heap_addr store load add return");
    check(&[gvn::run, dce::run], &with("call f0 sig0(v0)"), "heap_addr load call load add return");
    check(&[gvn::run, dce::run], &with("store i64 global3 [v0+8], v3"), "heap_addr load store add return");
    // Growing moves no byte.
    check(&[gvn::run, dce::run], &with("v20: i64 = call memory_grow sig1(v0, v1, v3)"), "heap_addr load call add return");
    // Overlaps by one byte.
    let near = "v20: i64 = heap_addr 0 v0 + v1 + 3 size 4\nstore i32 memory0 [v20], v2";
    check(&[gvn::run, dce::run], &with(near), "heap_addr load heap_addr store load add return");
}

/// `v1 - 8` may wrap, so that the difference to `v1` is -8 or 2^32 - 8.
#[test]
fn sums_in_indices() {
    let text = |first: u32, second: &str, at: u32| {
        lines(&format!(
            "v4: i32 = const -8\nv5: i32 = add v1, v4\nv6: i64 = heap_addr 0 v0 + v5 + {first} size 4\nv7: i64 = heap_addr 0 v0 + {second} + {at} size 4\nv8: i32 = load i32 memory0 [v6]\nstore i32 memory0 [v7], v2\nv9: i32 = load i32 memory0 [v6]\nv10: i32 = add v8, v9\nv11: i32 = load i32 memory0 [v7]\nv12: i32 = add v10, v11\nreturn v12"
        ))
    };
    let loads =
        |first: u32, second: &str, at: u32| words(&after(&[gvn::run], Bounds::Guard, &text(first, second, at))).matches("load").count();
    for (first, second, at, expected) in
        [(0, "v1", 0, 1), (4, "v1", 0, 1), (5, "v1", 0, 2), (8, "v1", 0, 2), (11, "v1", 0, 2), (12, "v1", 0, 1)]
    {
        assert_eq!(loads(first, second, at), expected, "{first} {second} {at}");
    }
    // The other way round, and one wrap apart.
    let stored_first = |at: u32| {
        let text = format!(
            "v4: i32 = const -8\nv5: i32 = add v1, v4\nv6: i64 = heap_addr 0 v0 + v1 + 0 size 4\nv7: i64 = heap_addr 0 v0 + v5 + {at} size 4\nv8: i32 = load i32 memory0 [v6]\nstore i32 memory0 [v7], v2\nv9: i32 = load i32 memory0 [v6]\nv10: i32 = add v8, v9\nreturn v10"
        );
        words(&after(&[gvn::run], Bounds::Guard, &lines(&text))).matches("load").count()
    };
    assert_eq!([4, 5, 8, 11, 12].map(stored_first), [1, 2, 2, 2, 1]);
}

#[test]
fn facts_of_a_dead_way() {
    // b1 ends in a trap, so b3 follows b0; what b1 stored is not known there.
    let text = lines(
        "v5: i32 = load i32 global0 [v0]\nbranch v1, b1, b3\nb1:\nv6: i32 = const 1\nstore i32 global0 [v0], v2\ntrap_if \"unreachable\", v6\njump b3\nb3:\nv7: i32 = load i32 global0 [v0]\nreturn v7",
    );
    check(&[gvn::run], &text, "load branch | store unreachable | load return");
}

#[test]
fn stored_values_are_loaded() {
    let text = |store: &str, load: &str| {
        lines(&format!(
            "v5: i64 = heap_addr 0 v0 + v2 + 0 size 8\nstore {store}\nv7: {load} memory0 [v5]\nbranch v2, b1, b2\nb1:\nreturn v1\nb2:\nunreachable \"unreachable\""
        ))
    };
    let check = |store: &str, load: &str, expected: &str| {
        let f = after(&[gvn::run], Bounds::Guard, &text(store, load));
        let first = words(&f).split(" branch").next().unwrap().to_string();
        assert_eq!(first, expected, "{store} {load}\n{f}");
    };
    check("i32 memory0 [v5], v1", "i32 = load i32", "heap_addr store");
    check("i32.8_u memory0 [v5], v1", "i32 = load i32.8_u", "heap_addr store and");
    check("i32.8_u memory0 [v5], v1", "i32 = load i32.8_s", "heap_addr store extend8_s");
    check("i64.32_u memory0 [v5], v3", "i64 = load i64.32_s", "heap_addr store extend32_s");
    check("i64 memory0 [v5], v3", "i64 = load i64", "heap_addr store");
    check("i64 memory0 [v5], v3", "i32 = load i32", "heap_addr store load");
    check("i32 memory0 [v5], v1", "f32 = load f32", "heap_addr store load");
}

#[test]
fn memory_is_known_on_straight_lines_only() {
    let text = |second: &str| {
        lines(&format!(
            "v5: i64 = heap_addr 0 v0 + v1 + 0 size 4\nv6: i32 = load i32 memory0 [v5]\nbranch v2, b1, b2\nb1:\nv7: i32 = load i32 memory0 [v5]\nreturn v7\nb2:\n{second}v8: i32 = load i32 memory0 [v5]\nbranch v8, b3, b4\nb3:\njump b4\nb4:\nv9: i32 = load i32 memory0 [v5]\nreturn v9"
        ))
    };
    check(&[gvn::run], &text(""), "heap_addr load branch | return | branch | jump | load return");
    check(&[gvn::run], &text("call f0 sig0(v0)\n"), "heap_addr load branch | return | call load branch | jump | load return");
}

#[test]
fn offsets_fold_if_nothing_wraps() {
    let text =
        |index: &str| lines(&format!("{index}\nv8: i64 = heap_addr 0 v3 + v7 + 8 size 4\nv9: i32 = load i32 memory0 [v8]\nreturn v9"));
    let sum = |index: &str| after(&[gvn::run, dce::run], Bounds::Guard, &text(index)).to_string();
    let wraps = sum("v6: i32 = const 16\nv7: i32 = add v1, v6");
    assert!(wraps.contains("v3 + v7 + 8 "), "{wraps}");
    let masked = sum("v4: i32 = const 4095\nv5: i32 = and v1, v4\nv6: i32 = const 16\nv7: i32 = add v5, v6");
    assert!(masked.contains("v3 + v5 + 24 "), "{masked}");
    let byte = sum("v5: i32 = load i32.8_u global0 [v0]\nv6: i32 = const 16\nv7: i32 = add v5, v6");
    assert!(byte.contains("v3 + v5 + 24 "), "{byte}");
    let high = sum("v4: i32 = const 4095\nv5: i32 = and v1, v4\nv6: i32 = const -4095\nv7: i32 = add v5, v6");
    assert!(high.contains("v3 + v7 + 8 "), "{high}");
    let known = sum("v7: i32 = const 1024");
    assert!(known.contains("[v3+1032]"), "{known}");
}

#[test]
fn far_constants_stay_addresses() {
    // 0xffff_ffff + 8 needs 33 bits; as a displacement it would be negative.
    let text = lines("v7: i32 = const -1\nv8: i64 = heap_addr 0 v3 + v7 + 8 size 4\nv9: i32 = load i32 memory0 [v8]\nreturn v9");
    let f = after(&[gvn::run], Bounds::Guard, &text);
    assert!(f.to_string().contains("heap_addr 0 v3 + v7 + 8"), "{f}");
}

#[test]
fn narrow_stores() {
    let store = |value: &str, op: &str| {
        let f = after(&[gvn::run, dce::run], Bounds::Guard, &lines(&format!("{value}\nstore {op} global0 [v0], v7\nreturn v1")));
        f.to_string().lines().find(|l| l.contains("store")).unwrap().trim().to_string()
    };
    assert_eq!(store("v6: i32 = const 255\nv7: i32 = and v1, v6", "i32.8_u"), "store i32.8_u global0 [v0], v1");
    assert_eq!(store("v7: i32 = extend16_s v1", "i32.8_u"), "store i32.8_u global0 [v0], v1");
    assert_eq!(store("v7: i32 = extend8_s v1", "i32.16_u"), "store i32.16_u global0 [v0], v7");
    assert_eq!(store("v7: i32 = i32.wrap_i64 v3", "i32"), "store i64.32_u global0 [v0], v3");
    assert_eq!(store("v7: i64 = i64.extend_i32_s v1", "i64.8_u"), "store i32.8_u global0 [v0], v1");
    assert_eq!(store("v7: i64 = i64.extend_i32_s v1", "i64"), "store i64 global0 [v0], v7");
}

// ---- bounds

#[test]
fn checks() {
    let text = lines("v5: i64 = heap_addr 0 v3 + v1 + 8 size 4\nv6: i32 = load i32 memory0 [v5]\nreturn v6");
    let f = after(&[bounds::run], Bounds::Compare, &text);
    let expected = "\
        v12: i64 = load i64 runtime proven [v11+8]
        v13: i64 = const 12
        v14: i64 = add v8, v13
        v15: i32 = i64.gt_u v14, v12
        trap_if \"out of bounds memory access\", v15
        v6: i32 = load i32 memory0 proven [v5]
        return v6
";
    assert!(f.to_string().ends_with(expected), "{f}");
    assert!(f.to_string().contains("v3: i64):\n        v11: i64 = load i64 constant proven [v0+88]\n"), "{f}");
    // Nothing where a fault does it.
    assert_eq!(words(&after(&[bounds::run], Bounds::Guard, &text)), "heap_addr load return");
}

#[test]
fn indices_of_64_bits_compare_always() {
    let text = lines("v5: i64 = heap_addr 0 v0 + v3 + 0 size 4\nv6: i32 = load i32 memory0 [v5]\nreturn v6");
    for how in Bounds::ALL {
        assert_eq!(words(&after(&[bounds::run], *how, &text)), "load add load add i64.gt_u i64.lt_u or trap_if load return");
    }
}

#[test]
fn checks_that_are_covered() {
    let address =
        "v5: i64 = heap_addr 0 v3 + v1 + 8 size 4\nv6: i64 = heap_addr 0 v3 + v1 + 0 size 4\nv7: i64 = heap_addr 0 v3 + v1 + 12 size 4\n";
    let count = |text: &str| words(&after(&[bounds::run], Bounds::Compare, text)).matches("trap_if").count();
    let load = |v: u32, addr: u32| format!("v{v}: i32 = load i32 memory0 [v{addr}]\n");
    // A check covers what is nearer, not what is farther.
    assert_eq!(count(&lines(&format!("{address}{}{}return v20", load(20, 5), load(21, 6)))), 1);
    assert_eq!(count(&lines(&format!("{address}{}{}return v20", load(20, 5), load(21, 7)))), 2);
    // Calls do not matter: memories never shrink.
    assert_eq!(count(&lines(&format!("{address}{}call f0 sig0(v0)\n{}return v20", load(20, 5), load(21, 6)))), 1);
    // It covers what it dominates.
    let arms =
        format!("{address}branch v2, b1, b2\nb1:\n{}jump b3\nb2:\n{}jump b3\nb3:\n{}return v22", load(20, 5), load(21, 5), load(22, 6));
    assert_eq!(count(&lines(&arms)), 3);
    let below = format!("{address}{}branch v2, b1, b2\nb1:\n{}return v20\nb2:\nreturn v1", load(20, 5), load(21, 6));
    assert_eq!(count(&lines(&below)), 1);
    // Below the minimum of one page.
    let known = |at: i32| lines(&format!("v4: i32 = const {at}\nv5: i64 = heap_addr 0 v3 + v4 + 0 size 4\n{}return v20", load(20, 5)));
    assert_eq!((count(&known(65532)), count(&known(65533)), count(&known(-1))), (0, 1, 1));
}

#[test]
fn the_rest_of_a_check_is_shared() {
    let text = lines(
        "v5: i64 = heap_addr 0 v3 + v1 + 8 size 4\nv6: i64 = heap_addr 0 v3 + v2 + 8 size 4\nv7: i32 = load i32 memory0 [v5]\nv8: i32 = load i32 memory0 [v6]\nv9: i32 = add v7, v8\nreturn v9",
    );
    let f = after(&[gvn::run, bounds::run, gvn::run, dce::run], Bounds::Compare, &text);
    let expected = "load i64.extend_i32_u add i64.extend_i32_u add load add i64.gt_u trap_if load add i64.gt_u trap_if load add return";
    assert_eq!(words(&f), expected, "{f}");
    assert!(f.to_string().contains("+8]"), "the offset is the displacement:\n{f}");
}

// ---- cfg

#[test]
fn empty_blocks() {
    let text = lines(
        "branch v1, b1, b2\nb1:\njump b3(v1)\nb2:\njump b3(v2)\nb3(v5: i32):\njump b4(v5)\nb4(v6: i32):\nv7: i32 = add v6, v1\nreturn v7",
    );
    let f = after(&[cfg::run], Bounds::Guard, &text);
    assert_eq!(words(&f), "branch | add return", "{f}");
    assert!(f.to_string().contains("branch v1, b4(v1), b4(v2)"), "{f}");
    // A parameter that is used elsewhere stays.
    let text = text.replace("return v7", "v8: i32 = add v7, v5\nreturn v8");
    assert_eq!(words(&after(&[cfg::run], Bounds::Guard, &text)), "branch | add add return");
}

#[test]
fn empty_loops_stay() {
    let text = lines("jump b1(v1, v2)\nb1(v5: i32, v6: i32) depth 1:\njump b2\nb2 depth 1:\njump b1(v6, v5)");
    assert_eq!(words(&after(&[cfg::run], Bounds::Guard, &text)), "jump | jump");
    check(&[cfg::run], &lines("jump b1\nb1 depth 1:\njump b2\nb2 depth 1:\njump b3\nb3 depth 1:\njump b2"), "jump | jump");
}

/// A loop that starts with a loop: past the empty header the way in would lead into the middle.
#[test]
fn headers_stay() {
    let text = lines("jump b1\nb1 depth 1:\njump b2\nb2 depth 2:\nbranch v1, b2, b3\nb3 depth 1:\nbranch v2, b1, b4\nb4:\nreturn v1");
    let f = after(&[cfg::run], Bounds::Guard, &text);
    assert_eq!(words(&f), "jump | jump | branch | branch | return", "{f}");
}

/// Past an empty block with several ways in, each way would get a copy of the arguments.
#[test]
fn many_arguments_stay_in_one_place() {
    let arguments = |of: &str, n: usize| vec![of; n].join(", ");
    let params = |n: usize| (0..n).map(|k| format!("v{}: i32", 10 + k)).collect::<Vec<_>>().join(", ");
    let text = |n| {
        let (one, two, params) = (arguments("v1", n), arguments("v2", n), params(n));
        lines(&format!("branch v1, b3, b1\nb1:\nbranch v2, b3, b2\nb2:\njump b4({one})\nb3:\njump b4({two})\nb4({params}):\nreturn v10"))
    };
    assert_eq!(words(&after(&[cfg::run], Bounds::Guard, &text(4))), "branch | branch | return");
    assert_eq!(words(&after(&[cfg::run], Bounds::Guard, &text(40))), "branch | branch | jump | return");
}

#[test]
fn straight_lines() {
    let text = lines("jump b1(v1)\nb1(v5: i32):\nv6: i32 = add v5, v2\njump b2(v6)\nb2(v7: i32):\nv8: i32 = mul v7, v5\nreturn v8");
    let f = after(&[cfg::run], Bounds::Guard, &text);
    assert!(f.to_string().contains("v6: i32 = add v1, v2\n        v8: i32 = mul v6, v1\n"), "{f}");
    assert_eq!(f.layout.len(), 1);
}

#[test]
fn branches_to_traps() {
    let arms = "b1:\nunreachable \"integer overflow\"\nb2:\nreturn v1";
    check(&[cfg::run], &lines(&format!("branch v1, b1, b2\n{arms}")), "trap_if return");
    check(&[cfg::run], &lines(&format!("branch v1, b2, b1\n{arms}")), "i32.eq trap_if return");
    check(&[cfg::run], &lines(&format!("v5: i32 = i32.lt_s v1, v2\nbranch v5, b2, b1\n{arms}")), "i32.lt_s i32.ge_s trap_if return");
}

/// A block that became a check and a trap is no bare trap.
#[test]
fn checks_before_traps() {
    let text = lines(
        "branch v1, b1, b2\nb1:\njump b3\nb2:\ncall f0 sig0(v0)\njump b3\nb3:\nbranch v2, b4, b5\nb4:\nunreachable \"integer overflow\"\nb5:\nunreachable \"unreachable\"",
    );
    check(&[cfg::run], &text, "branch | call jump | trap_if unreachable");
}

#[test]
fn ways_that_are_one() {
    check(&[cfg::run], &lines("branch v1, b1(v2), b1(v2)\nb1(v5: i32):\nreturn v5"), "return");
    check(&[cfg::run], &lines("switch v1, [b1, b1], b1\nb1:\nreturn v1"), "return");
    check(&[cfg::run], &lines("switch v1, [b1], b2\nb1:\nreturn v1\nb2:\nreturn v2"), "branch | return | return");
}

#[test]
fn cold_blocks() {
    let text = lines(
        "branch v1, b1, b2\nb1:\ncall f0 sig0(v0)\nbranch v2, b3, b4\nb3:\ncall f0 sig0(v0)\njump b5\nb4:\ncall f0 sig0(v0)\njump b5\nb5:\ncall f0 sig0(v0)\nunreachable \"unreachable\"\nb2:\nreturn v1",
    );
    let f = after(&[cfg::run], Bounds::Guard, &text);
    let cold: Vec<_> = f.layout.iter().map(|b| f.blocks[*b].cold).collect();
    assert_eq!(cold, [false, true, true, true, true, false], "{f}");
}

// ---- dce

#[test]
fn dead_ops() {
    let text = lines(
        "v5: i32 = add v1, v2\nv6: i32 = div_u v1, v2\nv7: i32 = load i32 memory0 [v0]\nv8: i32 = load i32 memory0 proven [v0]\nv9: i32 = load i32 global0 [v0]\nv10: i32 = load i32 epoch [v0]\nreturn v1",
    );
    check(&[dce::run], &text, "div_u load load return");
}

#[test]
fn values_that_feed_themselves() {
    let text = lines(
        "jump b1(v1, v2)\nb1(v5: i32, v6: i32) depth 1:\nv7: i32 = add v5, v6\nv8: i32 = const 1\nv9: i32 = sub v6, v8\nbranch v9, b1(v7, v9), b2\nb2:\nreturn v1",
    );
    let f = after(&[dce::run], Bounds::Guard, &text);
    assert_eq!(words(&f), "jump | sub branch | return", "{f}");
    assert!(f.to_string().contains("jump b1(v2)"), "{f}");
}

// ---- licm

/// A loop with these lines in its body, entered by these.
fn in_loop(entry: &str, turn: &str) -> String {
    lines(&format!("{entry}\nb1(v10: i32) depth 1:\n{turn}\nv11: i32 = sub v10, v2\nbranch v11, b1(v11), b2\nb2:\nreturn v1"))
}

#[test]
fn ops_leave_loops() {
    let product = "v12: i32 = mul v1, v2\ntrap_if \"unreachable\", v12";
    check(&[licm::run], &in_loop("jump b1(v1)", product), "mul jump | trap_if sub branch | return");
    // A way in that is a branch's, and two ways in, meet in a new block.
    check(&[licm::run], &in_loop("branch v1, b1(v1), b2", product), "branch | mul jump | trap_if sub branch | return");
    let two = "branch v1, b3, b4\nb3:\njump b1(v1)\nb4:\njump b1(v2)";
    check(&[licm::run], &in_loop(two, product), "branch | jump | jump | mul jump | trap_if sub branch | return");
    // A sum goes only where a product needs it.
    check(
        &[licm::run],
        &in_loop("jump b1(v1)", "v12: i32 = add v1, v2\ntrap_if \"unreachable\", v12"),
        "jump | add trap_if sub branch | return",
    );
    let both = "v12: i32 = add v1, v2\nv13: i32 = mul v12, v12\ntrap_if \"unreachable\", v13";
    check(&[licm::run], &in_loop("jump b1(v1)", both), "add mul jump | trap_if sub branch | return");
}

#[test]
fn ops_stay_in_loops() {
    let stay =
        |turn: &str, expected: &str| check(&[licm::run], &in_loop("jump b1(v1)", turn), &format!("jump | {expected} sub branch | return"));
    stay("v12: i32 = mul v1, v10\ntrap_if \"unreachable\", v12", "mul trap_if");
    stay("v12: i32 = div_u v1, v2\ntrap_if \"unreachable\", v12", "div_u trap_if");
    stay("v12: i32 = load i32 memory0 proven [v0]\nv13: i32 = mul v12, v2\ntrap_if \"unreachable\", v13", "load mul trap_if");
    stay("v12: i32 = load i32 constant proven [v0]\nv13: i32 = mul v12, v2\ntrap_if \"unreachable\", v13", "load mul trap_if");
    stay("v12: i32 = i32.eq v1, v2\ntrap_if \"unreachable\", v12", "i32.eq trap_if");
}

/// No V256 may live across a call, be it in a cold block.
#[test]
fn wide_vectors_stay_where_calls_are() {
    let text = |rare: &str| {
        let turn = "v12: v256 = ymm.vbroadcasti128 v2\nv13: v256 = ymm.paddd v12, v12\nv14: v128 = ymm.vextracti128 1 v13\nstore v128 memory0 [v0], v14";
        format!(
            "func 0 (i64, i32, v128) -> (i32)\nsig0 = (i64) -> ()\nb0(v0: i64, v1: i32, v2: v128):\njump b1(v1)\nb1(v10: i32) depth 1:\n{turn}\nbranch v10, b3, b4\nb3 depth 1 cold:\n{rare}jump b4\nb4 depth 1:\nbranch v1, b1(v10), b2\nb2:\nreturn v1"
        )
    };
    let wide = "ymm.vbroadcasti128 ymm.paddd ymm.vextracti128";
    check(&[licm::run], &text(""), &format!("{wide} jump | store branch | jump | branch | return"));
    check(&[licm::run], &text("call f0 sig0(v0)\n"), &format!("jump | {wide} store branch | call jump | branch | return"));
}

/// More products than registers: some stay.
#[test]
fn loops_have_room_for_some() {
    let products: String = (0..30)
        .map(|n| format!("v{}: i64 = const {n}\nv{}: i64 = mul v3, v{0}\nstore i64 memory0 [v0], v{1}\n", 20 + 2 * n, 21 + 2 * n))
        .collect();
    let f = after(&[licm::run], Bounds::Guard, &in_loop("jump b1(v1)", products.trim_end()));
    let text = words(&f);
    let front = text.split('|').next().unwrap().matches("mul").count();
    assert!((1..16).contains(&front), "{front} of 30\n{f}");
}

#[test]
fn options_have_names() {
    for options in Options::all() {
        assert_eq!(Passes::parse(options.passes.name()), Some(options.passes));
        assert_eq!(Bounds::parse(options.bounds.name()), Some(options.bounds));
    }
    assert_eq!(Passes::parse("some"), None);
}
