//! What functions compute, trap with and call, op by op.
use crate::ssa::eval::{Access, Callee, End, Wide, World, eval};
use crate::ssa::text::parse;
use crate::ssa::verify::assert_valid;
use crate::value::Trap;

/// 16 bytes at address 1000; a call gives its arguments back, twice as large.
#[derive(Default)]
struct Small {
    bytes: [u8; 16],
}

impl Small {
    fn at(&mut self, a: Access) -> Result<&mut [u8], Trap> {
        let start = a.addr.checked_sub(1000).ok_or(Trap::MemoryOutOfBounds)? as usize;
        self.bytes.get_mut(start..start + a.width as usize).ok_or(Trap::MemoryOutOfBounds)
    }
}

impl World for Small {
    fn load(&mut self, access: Access) -> Result<Wide, Trap> {
        Ok(Wide::from_le_bytes(self.at(access)?.iter().copied()))
    }
    fn store(&mut self, access: Access, value: Wide) -> Result<(), Trap> {
        let bytes = value.to_le_bytes();
        self.at(access)?.copy_from_slice(&bytes[..access.width as usize]);
        Ok(())
    }
    fn call(&mut self, callee: Callee, args: &[Wide]) -> Result<Vec<Wide>, Trap> {
        match callee {
            Callee::Direct(1) => Ok(args[1..].iter().map(|a| Wide::from(2 * a.bits())).collect()),
            _ => Err(Trap::StackExhausted),
        }
    }
}

fn returned(values: &[u64]) -> End {
    End::Return(values.iter().map(|v| Wide::from(*v)).collect())
}

fn run(text: &str, args: &[u64]) -> (End, [u8; 16]) {
    let f = parse(text).unwrap();
    assert_valid(&f, "parsing");
    let mut world = Small::default();
    let args: Vec<Wide> = args.iter().map(|a| Wide::from(*a)).collect();
    let end = eval(&f, &args, &mut world, 1000);
    (end, world.bytes)
}

#[test]
fn a_loop() {
    let text = "\
func 0 (i64, i32) -> (i32)
b0(v0: i64, v1: i32):
 v2: i32 = const 1
 jump b1(v1, v2)
b1(v3: i32, v4: i32) depth 1:
 v5: i32 = mul v4, v3
 v6: i32 = sub v3, v2
 branch v6, b1(v6, v5), b2
b2:
 return v5";
    assert_eq!(run(text, &[0, 5]).0, returned(&[120]));
    assert_eq!(run(text, &[0, 0]).0, End::OutOfSteps);
}

#[test]
fn edges_move_in_parallel() {
    let text = "\
func 0 (i64, i32) -> (i32, i32)
b0(v0: i64, v1: i32):
 v2: i32 = const 1
 jump b1(v1, v2, v1)
b1(v3: i32, v4: i32, v5: i32) depth 1:
 v6: i32 = sub v5, v2
 branch v6, b1(v4, v3, v6), b2
b2:
 return v3, v4";
    assert_eq!(run(text, &[0, 2]).0, returned(&[1, 2]));
    assert_eq!(run(text, &[0, 3]).0, returned(&[3, 1]));
}

#[test]
fn memory_and_traps() {
    let text = "\
func 0 (i64, i32, i64) -> (i64, i32)
b0(v0: i64, v1: i32, v2: i64):
 v3: i64 = heap_addr 0 v0 + v1 + 2 size 8
 store i64.16_u memory0 [v3], v2
 v4: i64 = load i64.16_s memory0 [v3]
 v5: i32 = load i32.8_s memory0 [v3+1]
 v6: i64 = load i64 memory0 [v3]
 return v4, v5";
    let (end, bytes) = run(text, &[1000, 0, 0x1234_ffee]);
    assert_eq!(end, returned(&[0xffff_ffff_ffff_ffee, 0xffff_ffff]));
    assert_eq!(bytes[..5], [0, 0, 0xee, 0xff, 0]);
    // The store is seen though the last load traps.
    let (end, bytes) = run(text, &[1000, 12, 7]);
    assert_eq!((end, bytes[14]), (End::Trap(Trap::MemoryOutOfBounds), 7));
    assert_eq!(run(text, &[1000, 0xffff_ffff, 7]).0, End::Trap(Trap::MemoryOutOfBounds));
}

#[test]
fn calls_and_switches() {
    let text = "\
func 0 (i64, i32) -> (i32)
sig0 = (i64, i32, i32) -> (i32, i32)
b0(v0: i64, v1: i32):
 v2: i32 = const 10
 v3: i32, v4: i32 = call f1 sig0(v0, v1, v2)
 switch v1, [b1(v3), b1(v4)], b2
b1(v5: i32):
 return v5
b2:
 v6: i32, v7: i32 = call [v0] caller v0 sig0(v0, v1, v2)
 return v7";
    assert_eq!(run(text, &[0, 0]).0, returned(&[0]));
    assert_eq!(run(text, &[0, 1]).0, returned(&[20]));
    assert_eq!(run(text, &[0, 0xffff_ffff]).0, End::Trap(Trap::StackExhausted));
}

#[test]
#[should_panic(expected = "v3 is a proven access and ended in MemoryOutOfBounds")]
fn a_proven_access_does_not_trap() {
    run("func 0 (i64) -> ()\nb0(v0: i64):\n v3: i32 = load i32 memory0 proven [v0]\n return", &[0]);
}

#[test]
fn wide_memory() {
    #[derive(Default)]
    struct Two([Wide; 2]);
    impl World for Two {
        fn load(&mut self, access: Access) -> Result<Wide, Trap> {
            assert_eq!(access.width, 32);
            Ok(self.0[access.addr as usize / 32])
        }
        fn store(&mut self, access: Access, value: Wide) -> Result<(), Trap> {
            assert_eq!(access.width, 32);
            self.0[access.addr as usize / 32] = value;
            Ok(())
        }
        fn call(&mut self, _: Callee, _: &[Wide]) -> Result<Vec<Wide>, Trap> {
            Err(Trap::StackExhausted)
        }
    }
    let text = "\
func 0 (i64) -> (i32)
b0(v0: i64):
 v1: v256 = load v256 memory0 [v0]
 v2: v256 = ymm.paddd v1, v1
 store v256 memory0 [v0+32], v2
 v3: i32 = ymm.pmovmskb v2
 return v3";
    let f = parse(text).unwrap();
    assert_valid(&f, "parsing");
    let mut world = Two([Wide { low: 1 << 126, high: 5 }, Wide::ZERO]);
    assert_eq!(eval(&f, &[Wide::ZERO], &mut world, 100), returned(&[1 << 15]));
    assert_eq!(world.0[1], Wide { low: 1 << 127, high: 10 });
}

#[test]
fn vectors() {
    let text = "\
func 0 (i64, i64) -> (i64, i32, i64)
b0(v0: i64, v1: i64):
 v2: v128 = i64x2.splat v1
 v3: v128 = vconst 0x00000000000000000000000000000001
 v4: v128 = i8x16.add v2, v3
 store v128 memory0 [v0], v4
 v5: v128 = load v128.32_zero memory0 [v0]
 v6: v256 = ymm.vinserti128 1 v7, v5
 v8: v128 = ymm.vextracti128 1 v6
 v9: i64 = i64x2.extract_lane 0 v8
 v10: i32 = i8x16.bitmask v4
 v11: v128 = shuffle [8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23] v4, v3
 v12: i64 = i64x2.extract_lane 1 v11
 return v9, v10, v12"
        .replace(" v6: v256", " v7: v256 = ymm.vbroadcasti128 v3\n v6: v256");
    let (end, bytes) = run(&text, &[1000, 0x80ff_0000_0000_00ff]);
    assert_eq!(end, returned(&[0, 0b1100_0001_1100_0000, 1]));
    assert_eq!(bytes, [0, 0, 0, 0, 0, 0, 0xff, 0x80, 0xff, 0, 0, 0, 0, 0, 0xff, 0x80]);
}
