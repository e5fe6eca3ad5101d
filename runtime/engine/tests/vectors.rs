//! v128 values between the host and wasm: typed and untyped calls, host functions, globals.
mod common;
use common::*;
use samite::*;

const X: u128 = 0x0f0e_0d0c_0b0a_0908_0706_0504_0302_0100;

const BOTH: [EngineKind; 2] = [EngineKind::Reference, EngineKind::Compiled];

#[test]
fn calls() {
    BOTH.into_iter().for_each(calls_with);
}

fn calls_with(kind: EngineKind) {
    let engine = engine(kind);
    let (mut store, instance) = instantiate(
        &engine,
        (),
        r#"(module
            (func (export "swap") (param i32 v128 f64 v128) (result v128 i32 v128)
                (local.get 3) (local.get 0) (i8x16.add (local.get 1) (i8x16.splat (local.get 0)))))"#,
    );
    let swap = instance.get_typed_func::<(i32, V128, f64, V128), (V128, i32, V128)>(&mut store, "swap").unwrap();
    let (a, n, b) = swap.call(&mut store, (1, V128::from(X), 0.5, V128::from(!X))).unwrap();
    assert_eq!((a.as_u128(), n, b.as_u128()), (!X, 1, X + 0x0101_0101_0101_0101_0101_0101_0101_0101));

    let swap = instance.get_func(&mut store, "swap").unwrap();
    assert_eq!(swap.ty(&store).to_string(), "(i32 v128 f64 v128) -> (v128 i32 v128)");
    let mut results = vec![Val::I32(0); 3];
    swap.call(&mut store, &[Val::I32(0), V128::from(X).into(), Val::F64(0), V128::from(7).into()], &mut results).unwrap();
    assert_eq!((results[0].unwrap_v128(), results[2].unwrap_v128()), (V128::from(7), V128::from(X)));
    let error = swap.call(&mut store, &[Val::I32(0), Val::I64(0), Val::F64(0), V128::from(7).into()], &mut results).unwrap_err();
    assert_eq!(error.to_string(), "type mismatch: an argument is i64, expected v128");
}

#[test]
fn host_functions_and_globals() {
    BOTH.into_iter().for_each(host_functions_and_globals_with);
}

fn host_functions_and_globals_with(kind: EngineKind) {
    let engine = engine(kind);
    let module = Module::new(
        &engine,
        r#"(module
            (import "h" "twice" (func $twice (param v128 i64) (result v128)))
            (import "h" "start" (global $start v128))
            (global $made (export "made") (mut v128) (v128.const i64x2 1 2))
            (global $copy (export "copy") v128 (global.get $start))
            (func (export "f") (result v128)
                (global.set $made (call $twice (global.get $made) (i64.const 3)))
                (global.get $made)))"#,
    )
    .unwrap();
    let mut store = Store::new(&engine, ());
    let mut linker = Linker::new(&engine);
    linker.func_wrap("h", "twice", |v: V128, n: i64| V128::from(v.as_u128() * 2 + n as u128)).unwrap();
    let ty = GlobalType { value: ValType::V128, mutable: false };
    let start = Global::new(&mut store, ty, V128::from(X).into()).unwrap();
    linker.define(&store, "h", "start", start).unwrap();
    let instance = linker.instantiate(&mut store, &module).unwrap();
    let f = instance.get_typed_func::<(), V128>(&mut store, "f").unwrap();
    assert_eq!(f.call(&mut store, ()).unwrap().as_u128(), (4 << 64) + 5);
    let global = |store: &mut Store<()>, name: &str| instance.get_global(&mut *store, name).unwrap();
    let made = global(&mut store, "made");
    assert_eq!(made.get(&store).unwrap_v128().as_u128(), (4 << 64) + 5);
    made.set(&mut store, V128::from(X).into()).unwrap();
    assert_eq!(f.call(&mut store, ()).unwrap().as_u128(), 2 * X + 3);
    let copy = global(&mut store, "copy");
    assert_eq!(copy.get(&store).unwrap_v128().as_u128(), X);
}

#[test]
fn relaxed_operators_follow_the_strategy() {
    let text = r#"(module (func (export "f") (param v128 v128) (result v128) (i8x16.relaxed_swizzle (local.get 0) (local.get 1))))"#;
    // Index 16 is lane 0 to pshufb, and beyond to the deterministic profile.
    let choices = [("relaxed=native", 7), ("relaxed=deterministic", 0)];
    for (kind, (strategy, want)) in BOTH.into_iter().flat_map(|kind| choices.map(|c| (kind, c))) {
        let engine = Engine::new(Config::new().engine(kind).strategy(strategy.parse().unwrap())).unwrap();
        let (mut store, instance) = instantiate(&engine, (), text);
        let f = instance.get_typed_func::<(V128, V128), V128>(&mut store, "f").unwrap();
        let got = f.call(&mut store, (V128::from(7), V128::from(16))).unwrap().as_u128();
        assert_eq!(got & 0xff, want, "{strategy}");
    }
}
