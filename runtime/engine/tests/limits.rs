//! What stores and engines refuse.
mod common;
use common::*;
use samite::*;

const GROWS: &str = r#"(module
    (memory (export "memory") 1 100)
    (table (export "table") 1 1000 externref)
    (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
    (func (export "table grow") (param i32) (result i32) (table.grow (ref.null extern) (local.get 0)))
    (func (export "size") (result i32 i32) (memory.size) (table.size)))"#;

#[test]
fn store_limits_bound_growth() {
    for (kind, engine) in engines() {
        let module = Module::new(&engine, GROWS).unwrap();
        let limits = StoreLimitsBuilder::new().memory_size(3 << 16).table_elements(10).instances(2).build();
        let mut store = Store::new(&engine, limits);
        store.limiter(|limits| limits);
        let instance = Instance::new(&mut store, &module, &[]).unwrap();
        let grow = instance.get_typed_func::<i32, i32>(&mut store, "grow").unwrap();
        assert_eq!(grow.call(&mut store, 2).unwrap(), 1, "{kind:?}");
        assert_eq!(grow.call(&mut store, 1).unwrap(), -1);
        assert_eq!(grow.call(&mut store, 0).unwrap(), 3);
        let grow = instance.get_typed_func::<i32, i32>(&mut store, "table grow").unwrap();
        assert_eq!(grow.call(&mut store, 9).unwrap(), 1);
        assert_eq!(grow.call(&mut store, 1).unwrap(), -1);
        let size = instance.get_typed_func::<(), (i32, i32)>(&mut store, "size").unwrap();
        assert_eq!(size.call(&mut store, ()).unwrap(), (3, 10));
        assert!(instance.get_memory(&mut store, "memory").unwrap().grow(&mut store, 1).is_err());
        Instance::new(&mut store, &module, &[]).unwrap();
        let error = Instance::new(&mut store, &module, &[]).unwrap_err();
        assert_eq!(error.to_string(), "resource limit exceeded: instances");
        let error = Memory::new(&mut store, MemoryType { min: 4, max: None, shared: false }).unwrap_err();
        assert_eq!(error.to_string(), "resource limit exceeded: memory size");
    }
}

#[test]
fn types_bound_growth() {
    for (kind, engine) in engines() {
        let (mut store, instance) = instantiate(&engine, (), GROWS);
        let grow = instance.get_typed_func::<i32, i32>(&mut store, "grow").unwrap();
        assert_eq!(grow.call(&mut store, 100).unwrap(), -1, "{kind:?}");
        assert_eq!(grow.call(&mut store, -1).unwrap(), -1);
        assert_eq!(grow.call(&mut store, 99).unwrap(), 1);
        assert_eq!(grow.call(&mut store, 1).unwrap(), -1);
        let grow = instance.get_typed_func::<i32, i32>(&mut store, "table grow").unwrap();
        assert_eq!(grow.call(&mut store, 1000).unwrap(), -1);
        assert_eq!(grow.call(&mut store, -1).unwrap(), -1);
        assert_eq!(grow.call(&mut store, 999).unwrap(), 1);
        let memory = instance.get_memory(&mut store, "memory").unwrap();
        let last = memory.data_size(&store) - 1;
        memory.write(&mut store, last, &[1]).unwrap();
        assert!(memory.write(&mut store, last, &[1, 2]).is_err());
        assert_eq!(memory.read(&store, usize::MAX, &mut [0]), Err(MemoryAccessError));
    }
}

#[test]
fn engine_limits() {
    for kind in EngineKind::ALL {
        let mut config = Config::new();
        let engine = Engine::new(config.engine(*kind).max_memory_bytes(2 << 16).max_table_elements(5)).unwrap();
        let (mut store, instance) = instantiate(&engine, (), GROWS);
        let grow = instance.get_typed_func::<i32, i32>(&mut store, "grow").unwrap();
        assert_eq!(grow.call(&mut store, 2).unwrap(), -1);
        assert_eq!(grow.call(&mut store, 1).unwrap(), 1);
        let grow = instance.get_typed_func::<i32, i32>(&mut store, "table grow").unwrap();
        assert_eq!(grow.call(&mut store, 5).unwrap(), -1);
        assert_eq!(grow.call(&mut store, 4).unwrap(), 1);
        let error = Memory::new(&mut store, MemoryType { min: 3, max: None, shared: false }).unwrap_err();
        assert_eq!(error.to_string(), "a memory of 196608 bytes is larger than the limit of 131072");
        assert!(Memory::new(&mut store, MemoryType { min: 1 << 40, max: None, shared: false }).is_err());
        assert!(Memory::new(&mut store, MemoryType { min: 2, max: Some(1), shared: false }).is_err());
        let ty = TableType { element: ValType::FuncRef, min: 6, max: None };
        let error = Table::new(&mut store, ty, Ref::Func(None)).unwrap_err();
        assert_eq!(error.to_string(), "a table of 6 elements is larger than the limit of 5");
    }
}

#[test]
fn the_reservation_budget() {
    let mut config = Config::new();
    config.engine(EngineKind::Compiled).memory_reservation_budget(20 << 30);
    let engine = Engine::new(&config).unwrap();
    let one = || -> Result<Store<()>> {
        let mut store = Store::new(&engine, ());
        Memory::new(&mut store, MemoryType { min: 1, max: None, shared: false })?;
        Ok(store)
    };
    let (a, _b) = (one().unwrap(), one().unwrap());
    let error = one().unwrap_err();
    assert_eq!(
        error.to_string(),
        "the budget of 20480 MiB of address space for memories is used up; \
         with the strategy `bounds=compare` memories reserve only as much as they may use"
    );
    drop(a);
    one().unwrap();
    // The same budget holds many memories that compare.
    let engine = Engine::new(config.strategy("bounds=compare".parse().unwrap())).unwrap();
    let mut store = Store::new(&engine, ());
    for _ in 0..1000 {
        Memory::new(&mut store, MemoryType { min: 1, max: Some(16), shared: false }).unwrap();
    }
}

#[test]
fn a_budget_without_room_for_guards() {
    let mut config = Config::new();
    config.engine(EngineKind::Compiled).memory_reservation_budget(64 << 20);
    let engine = Engine::new(&config).unwrap();
    assert!(engine.strategy().to_string().contains("bounds=compare"), "{}", engine.strategy());
    // The memory names no maximum: it may become what there is.
    let wat = r#"(module (memory (export "memory") 1)
        (data (i32.const 65532) "last")
        (func (export "load") (param i32) (result i32) (i32.load offset=4 (local.get 0)))
        (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))"#;
    let module = Module::new(&engine, wat).unwrap();
    for _ in 0..3 {
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &module, &[]).unwrap();
        let load = instance.get_typed_func::<i32, i32>(&mut store, "load").unwrap();
        let grow = instance.get_typed_func::<i32, i32>(&mut store, "grow").unwrap();
        assert_eq!(load.call(&mut store, 65528).unwrap(), i32::from_le_bytes(*b"last"));
        for at in [65529, 65532, -5, -4, -1, i32::MAX, i32::MIN] {
            assert_eq!(trap(&load.call(&mut store, at).unwrap_err()), Trap::MemoryOutOfBounds, "{at}");
        }
        assert_eq!(grow.call(&mut store, 1023).unwrap(), -1);
        assert_eq!(grow.call(&mut store, 1022).unwrap(), 1);
        assert_eq!(load.call(&mut store, (1023 << 16) - 8).unwrap(), 0);
        assert_eq!(trap(&load.call(&mut store, (1023 << 16) - 7).unwrap_err()), Trap::MemoryOutOfBounds);
        let error = Memory::new(&mut store, MemoryType { min: 1, max: Some(2), shared: false }).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the budget of 64 MiB of address space for memories is used up; \
             a memory reserves what its maximum and `Config::max_memory_bytes` let it become"
        );
        let error = Memory::new(&mut store, MemoryType { min: 1024, max: None, shared: false }).unwrap_err();
        assert_eq!(error.to_string(), "a memory of 67108864 bytes is larger than the limit of 67043328");
    }
    let mut store = Store::new(&engine, ());
    for _ in 0..100 {
        Memory::new(&mut store, MemoryType { min: 1, max: Some(8), shared: false }).unwrap();
    }
    // Artefacts say what was done, not what was wished.
    let artefact = module.serialize().unwrap();
    // SAFETY: `serialize` gave the bytes.
    let load = |engine: &Engine, bytes: &[u8]| unsafe { Module::deserialize(engine, bytes) };
    load(&engine, &artefact).unwrap();
    let guarding = Engine::new(Config::new().engine(EngineKind::Compiled)).unwrap();
    load(&guarding, &artefact).unwrap();
    let artefact = Module::new(&guarding, wat).unwrap().serialize().unwrap();
    assert!(load(&engine, &artefact).unwrap_err().to_string().contains("does not agree with"));
    // There is no memory at all if the budget has no room for a page, and modules without one run.
    let engine = Engine::new(config.memory_reservation_budget(0)).unwrap();
    assert!(Instance::new(&mut Store::new(&engine, ()), &Module::new(&engine, wat).unwrap(), &[]).is_err());
    Instance::new(&mut Store::new(&engine, ()), &Module::new(&engine, "(module (func) (start 0))").unwrap(), &[]).unwrap();
}

#[test]
fn memories_are_zero_when_they_come_back() {
    for (kind, engine) in engines() {
        for (min, grow) in [(1, 0), (1, 1), (2, 0), (20, 0), (20, 30), (1, 0), (0, 0), (0, 3)] {
            for _ in 0..3 {
                let mut store = Store::new(&engine, ());
                let memory = Memory::new(&mut store, MemoryType { min, max: None, shared: false }).unwrap();
                assert!(memory.data(&store).iter().all(|b| *b == 0), "{kind:?}");
                assert_eq!(memory.data_size(&store) as u64, min << 16);
                memory.grow(&mut store, grow).unwrap();
                assert!(memory.data(&store).iter().all(|b| *b == 0), "{kind:?}");
                memory.data_mut(&mut store).fill(0xff);
            }
        }
        // What was accessible to one is not to the next.
        let (mut store, instance) =
            instantiate(&engine, (), r#"(module (memory 1) (func (export "load") (param i32) (result i32) (i32.load (local.get 0))))"#);
        let load = instance.get_typed_func::<i32, i32>(&mut store, "load").unwrap();
        assert_eq!(load.call(&mut store, 65532).unwrap(), 0);
        assert_eq!(trap(&load.call(&mut store, 65536).unwrap_err()), Trap::MemoryOutOfBounds);
    }
}

#[test]
fn data_is_fresh_in_every_instance() {
    for (kind, engine) in engines() {
        // Several modules take turns with the reservations of one engine.
        let module = |pages: u32, at: &str, text: &str| {
            let wat = format!(
                r#"(module (memory (export "memory") {pages})
                    (data (i32.const {at}) "{text}") (data (i32.const 3) "first") (data (i32.const 5) "second") (data "passive")
                    (func (export "write") (param i32) (i32.store8 (local.get 0) (i32.const 0xff)))
                    (func (export "grow") (result i32) (memory.grow (i32.const 1))))"#
            );
            Module::new(&engine, wat).unwrap()
        };
        let big = "0123456789".repeat(1000);
        let modules = [
            (1, 100, "abc", module(1, "100", "abc")),
            (1, 4090, "over a page", module(1, "4090", "over a page")),
            (2, 65530, "over a wasm page", module(2, "65530", "over a wasm page")),
            (3, 60000, big.as_str(), module(3, "60000", &big)),
            (1, 65532, "end.", module(1, "65532", "end.")),
            (200, 12_000_000, "far away", module(200, "12000000", "far away")),
            (
                1,
                70,
                "where a sum says",
                Module::new(
                    &engine,
                    r#"(module (memory (export "memory") 1)
                        (data (i32.add (i32.const 60) (i32.const 10)) "where a sum says") (data (i32.const 3) "fisecond")
                (func (export "write") (param i32) (i32.store8 (local.get 0) (i32.const 0xff)))
                (func (export "grow") (result i32) (memory.grow (i32.const 1))))"#,
                )
                .unwrap(),
            ),
        ];
        let mut seed = 1u32;
        for round in 0..200 {
            seed = seed.wrapping_mul(1664525).wrapping_add(1013904223);
            let (pages, at, text, module) = &modules[(seed >> 16) as usize % modules.len()];
            let mut store = Store::new(&engine, ());
            let instance = Instance::new(&mut store, module, &[]).unwrap();
            let memory = instance.get_memory(&mut store, "memory").unwrap();
            let mut expected = vec![0; pages << 16];
            expected[3..11].copy_from_slice(b"fisecond");
            expected[*at..][..text.len()].copy_from_slice(text.as_bytes());
            assert!(memory.data(&store) == expected, "{kind:?} {round} {at}");
            let write = instance.get_typed_func::<i32, ()>(&mut store, "write").unwrap();
            for place in [0, 4, 100, 4095, 4096, 65535, *at as i32, *at as i32 + text.len() as i32 - 1] {
                write.call(&mut store, place).unwrap();
            }
            assert_eq!(trap(&write.call(&mut store, (*pages << 16) as i32).unwrap_err()), Trap::MemoryOutOfBounds);
            if seed & 1 << 30 != 0 {
                instance.get_typed_func::<(), i32>(&mut store, "grow").unwrap().call(&mut store, ()).unwrap();
                write.call(&mut store, (*pages << 16) as i32 + 65535).unwrap();
            }
            if seed & 1 << 29 != 0 {
                memory.data_mut(&mut store).fill(0xee);
            }
        }
    }
}
