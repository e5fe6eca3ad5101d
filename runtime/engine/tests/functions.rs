//! Calls between the host and wasm, both ways.
mod common;
use common::*;
use samite::*;

#[test]
fn typed_calls() {
    for (kind, engine) in engines() {
        let (mut store, instance) = instantiate(
            &engine,
            (),
            r#"(module
                (func (export "nothing"))
                (func (export "sub") (param i32 i32) (result i32) (i32.sub (local.get 0) (local.get 1)))
                (func (export "mix") (param i32 i64 f32 f64) (result f64 f32 i64 i32)
                    (f64.add (local.get 3) (f64.const 1)) (f32.neg (local.get 2))
                    (i64.mul (local.get 1) (i64.const 3)) (i32.sub (i32.const 0) (local.get 0)))
                (func (export "many") (param i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 f64 f64 f64 f64 f64 f64) (result i64 f64)
                    (i64.sub (local.get 9) (local.get 0)) (f64.sub (local.get 15) (local.get 10))))"#,
        );
        instance.get_typed_func::<(), ()>(&mut store, "nothing").unwrap().call(&mut store, ()).unwrap();
        let sub = instance.get_typed_func::<(i32, i32), i32>(&mut store, "sub").unwrap();
        assert_eq!(sub.call(&mut store, (i32::MIN, 1)).unwrap(), i32::MAX, "{kind:?}");
        let sub = instance.get_typed_func::<(u32, u32), u32>(&mut store, "sub").unwrap();
        assert_eq!(sub.call(&mut store, (1, 2)).unwrap(), u32::MAX);
        let mix = instance.get_typed_func::<(i32, i64, f32, f64), (f64, f32, i64, i32)>(&mut store, "mix").unwrap();
        assert_eq!(mix.call(&mut store, (-5, -7, 1.5, 0.25)).unwrap(), (1.25, -1.5, -21, 5));
        type Many = (i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, f64, f64, f64, f64, f64, f64);
        let many = instance.get_typed_func::<Many, (i64, f64)>(&mut store, "many").unwrap();
        assert_eq!(many.call(&mut store, (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1., 2., 3., 4., 5., 6.)).unwrap(), (9, 5.0));
    }
}

#[test]
fn untyped_calls_check_their_values() {
    for (_, engine) in engines() {
        let (mut store, instance) = instantiate(
            &engine,
            (),
            r#"(module (func (export "f") (param i32 f32 externref funcref) (result funcref externref f32 i32)
                (local.get 3) (local.get 2) (local.get 1) (local.get 0)))"#,
        );
        let f = instance.get_func(&mut store, "f").unwrap();
        assert_eq!(f.ty(&store).to_string(), "(i32 f32 externref funcref) -> (funcref externref f32 i32)");
        let mut results = vec![Val::I32(0); 4];
        let nan = 0x7fa0_0001;
        let params = [Val::I32(-1), Val::F32(nan), ExternRef::new("text").into(), f.into()];
        f.call(&mut store, &params, &mut results).unwrap();
        assert_eq!(results[3].unwrap_i32(), -1);
        assert!(matches!(results[2], Val::F32(bits) if bits == nan));
        let Val::ExternRef(Some(e)) = &results[1] else { panic!() };
        assert_eq!(e.data().downcast_ref::<&str>(), Some(&"text"));
        let Val::FuncRef(Some(g)) = results[0] else { panic!() };
        assert_eq!(g, f);

        let error = f.call(&mut store, &params[..3], &mut results).unwrap_err();
        assert_eq!(error.to_string(), "expected 4 arguments, got 3");
        let wrong = [Val::I64(0), Val::F32(0), Val::ExternRef(None), Val::FuncRef(None)];
        let error = f.call(&mut store, &wrong, &mut results).unwrap_err();
        assert_eq!(error.to_string(), "type mismatch: an argument is i64, expected i32");
        let error = f.call(&mut store, &params, &mut results[..1]).unwrap_err();
        assert_eq!(error.to_string(), "expected room for 4 results, got 1");
        let error = instance.get_typed_func::<i32, i32>(&mut store, "f").unwrap_err();
        assert_eq!(
            format!("{error:#}"),
            "export `f`: type mismatch: the function is (i32 f32 externref funcref) -> (funcref externref f32 i32), asked for (i32) -> (i32)"
        );
        assert_eq!(instance.get_typed_func::<i32, i32>(&mut store, "g").unwrap_err().to_string(), "no export named `g`");
    }
}

#[test]
fn host_functions_of_every_shape() {
    for (_, engine) in engines() {
        let mut linker = Linker::<u64>::new(&engine);
        linker.func_wrap("h", "none", || {}).unwrap();
        linker.func_wrap("h", "one", |x: i32| -> i64 { i64::from(x) * 2 }).unwrap();
        linker.func_wrap("h", "two", |a: f32, b: f64| (b, a)).unwrap();
        linker.func_wrap("h", "caller", |mut c: Caller<'_, u64>, x: u64| *c.data_mut() = c.data().wrapping_add(x)).unwrap();
        linker.func_wrap("h", "result", |x: i32| if x < 0 { Err(Error::msg("negative")) } else { Ok(x + 1) }).unwrap();
        let ty = FuncType { params: vec![ValType::I64, ValType::I32], results: vec![ValType::I32, ValType::I64] };
        linker
            .func_new("h", "swap", ty, |_, params, results| {
                results.clone_from_slice(&[params[1].clone(), params[0].clone()]);
                Ok(())
            })
            .unwrap();
        let module = Module::new(
            &engine,
            r#"(module
                (import "h" "none" (func $none))
                (import "h" "one" (func $one (param i32) (result i64)))
                (import "h" "two" (func $two (param f32 f64) (result f64 f32)))
                (import "h" "caller" (func $caller (param i64)))
                (import "h" "result" (func $result (param i32) (result i32)))
                (import "h" "swap" (func $swap (param i64 i32) (result i32 i64)))
                (export "one" (func $one))
                (func (export "run") (param i32) (result f64 f32 i32 i64 i32)
                    (call $none)
                    (call $caller (call $one (local.get 0)))
                    (call $two (f32.const 1.5) (f64.const 2.5))
                    (call $swap (i64.const 7) (i32.const 8))
                    (call $result (local.get 0))))"#,
        )
        .unwrap();
        let mut store = Store::new(&engine, 100);
        let instance = linker.instantiate(&mut store, &module).unwrap();
        let run = instance.get_typed_func::<i32, (f64, f32, i32, i64, i32)>(&mut store, "run").unwrap();
        assert_eq!(run.call(&mut store, 4).unwrap(), (2.5, 1.5, 8, 7, 5));
        assert_eq!(*store.data(), 108);
        let error = run.call(&mut store, -1).unwrap_err();
        assert_eq!(error.root_cause().to_string(), "negative");
        assert_eq!(frames(&error), ["run"]);
        // A host function that is called by the host itself.
        let one = instance.get_typed_func::<i32, i64>(&mut store, "one").unwrap();
        assert_eq!(one.call(&mut store, 21).unwrap(), 42);
    }
}

#[test]
fn functions_of_a_store_can_be_given_to_wasm() {
    for (_, engine) in engines() {
        let mut store = Store::new(&engine, 0i32);
        let add = Func::wrap(&mut store, |mut caller: Caller<'_, i32>, x: i32| {
            *caller.data_mut() += x;
            *caller.data()
        });
        let module = Module::new(
            &engine,
            r#"(module
                (type $t (func (param i32) (result i32)))
                (table 1 funcref)
                (func (export "run") (param funcref i32) (result i32)
                    (table.set (i32.const 0) (local.get 0))
                    (call_indirect (type $t) (local.get 1) (i32.const 0))))"#,
        )
        .unwrap();
        let instance = Instance::new(&mut store, &module, &[]).unwrap();
        let run = instance.get_typed_func::<(Option<Func>, i32), i32>(&mut store, "run").unwrap();
        assert_eq!(run.call(&mut store, (Some(add), 5)).unwrap(), 5);
        assert_eq!(run.call(&mut store, (Some(add), 6)).unwrap(), 11);
        let error = run.call(&mut store, (None, 6)).unwrap_err();
        assert_eq!(trap(&error), Trap::UninitializedElement);
        let other = Func::wrap(&mut store, || {});
        assert_eq!(trap(&run.call(&mut store, (Some(other), 6)).unwrap_err()), Trap::IndirectCallTypeMismatch);
    }
}

#[test]
fn nested_calls_go_both_ways() {
    for (_, engine) in engines() {
        let mut linker = Linker::<Vec<i32>>::new(&engine);
        // Calls the caller's export again until the argument is 0.
        linker
            .func_wrap("h", "down", |mut caller: Caller<'_, Vec<i32>>, n: i32| -> Result<i32> {
                caller.data_mut().push(n);
                if n == 0 {
                    return Ok(0);
                }
                let run = caller.get_export("run").unwrap().into_func().unwrap();
                let run = run.typed::<i32, i32>(&caller)?;
                run.call(&mut caller, n - 1)
            })
            .unwrap();
        let wat = r#"(module
            (import "h" "down" (func $down (param i32) (result i32)))
            (func $run (export "run") (param i32) (result i32)
                (i32.add (call $down (local.get 0)) (i32.const 10))))"#;
        let module = Module::new(&engine, wat).unwrap();
        let mut store = Store::new(&engine, Vec::new());
        let instance = linker.instantiate(&mut store, &module).unwrap();
        let run = instance.get_typed_func::<i32, i32>(&mut store, "run").unwrap();
        assert_eq!(run.call(&mut store, 3).unwrap(), 40);
        assert_eq!(store.data(), &[3, 2, 1, 0]);
    }
}

#[test]
fn panics_and_errors_pass_through_wasm() {
    for (_, engine) in engines() {
        let mut linker = Linker::<u32>::new(&engine);
        linker.func_wrap("h", "panic", || -> () { panic!("from the host") }).unwrap();
        #[derive(Debug, PartialEq)]
        struct Mine(u32);
        impl std::fmt::Display for Mine {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "my error {}", self.0)
            }
        }
        impl std::error::Error for Mine {}
        linker.func_wrap("h", "fail", |n: u32| -> Result<()> { Err(Mine(n).into()) }).unwrap();
        linker
            .func_wrap("h", "again", |mut caller: Caller<'_, u32>, name: u32| -> Result<()> {
                *caller.data_mut() += 1;
                let name = ["panic", "fail", "trap"][name as usize];
                let f = caller.get_export(name).unwrap().into_func().unwrap();
                f.typed::<(), ()>(&caller)?.call(&mut caller, ())
            })
            .unwrap();
        let module = Module::new(
            &engine,
            r#"(module
                (import "h" "panic" (func $panic))
                (import "h" "fail" (func $fail (param i32)))
                (import "h" "again" (func $again (param i32)))
                (func $do_panic (export "panic") call $panic)
                (func $do_fail (export "fail") (call $fail (i32.const 7)))
                (func $do_trap (export "trap") unreachable)
                (func $outer (export "outer") (param i32) (call $again (local.get 0))))"#,
        )
        .unwrap();
        let mut store = Store::new(&engine, 0);
        let instance = linker.instantiate(&mut store, &module).unwrap();
        let outer = instance.get_typed_func::<u32, ()>(&mut store, "outer").unwrap();
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| outer.call(&mut store, 0)));
        assert_eq!(caught.unwrap_err().downcast_ref::<&str>(), Some(&"from the host"));
        let error = outer.call(&mut store, 1).unwrap_err();
        assert_eq!(error.downcast_ref::<Mine>(), Some(&Mine(7)));
        assert_eq!(frames(&error), ["do_fail", "outer"]);
        let error = outer.call(&mut store, 2).unwrap_err();
        assert_eq!(trap(&error), Trap::Unreachable);
        assert_eq!(frames(&error), ["do_trap", "outer"]);
        assert_eq!(*store.data(), 3);
    }
}

#[test]
fn stores_may_be_used_inside_host_functions_of_other_stores() {
    for (_, engine) in engines() {
        let wat = r#"(module
            (import "h" "f" (func $f (result i32)))
            (func (export "run") (result i32) (i32.add (call $f) (i32.const 1)))
            (func (export "trap") unreachable))"#;
        let module = Module::new(&engine, wat).unwrap();
        let mut inner = Linker::<()>::new(&engine);
        inner.func_wrap("h", "f", || 10).unwrap();
        let mut outer = Linker::<()>::new(&engine);
        let (module2, engine2) = (module.clone(), engine.clone());
        outer
            .func_wrap("h", "f", move || -> Result<i32> {
                let mut store = Store::new(&engine2, ());
                let instance = inner.instantiate(&mut store, &module2)?;
                let trap = instance.get_typed_func::<(), ()>(&mut store, "trap")?;
                assert!(trap.call(&mut store, ()).is_err());
                instance.get_typed_func::<(), i32>(&mut store, "run")?.call(&mut store, ())
            })
            .unwrap();
        let mut store = Store::new(&engine, ());
        let instance = outer.instantiate(&mut store, &module).unwrap();
        let run = instance.get_typed_func::<(), i32>(&mut store, "run").unwrap();
        assert_eq!(run.call(&mut store, ()).unwrap(), 12);
        let trap = instance.get_typed_func::<(), ()>(&mut store, "trap").unwrap();
        assert!(trap.call(&mut store, ()).is_err());
        assert_eq!(run.call(&mut store, ()).unwrap(), 12);
    }
}

#[test]
#[should_panic(expected = "object used with a store that it does not belong to")]
fn a_handle_of_another_store_is_refused() {
    let engine = engine(EngineKind::Reference);
    let wat = r#"(module (func (export "f")))"#;
    let (_store, instance) = instantiate(&engine, (), wat);
    let mut other = Store::new(&engine, ());
    let _ = instance.get_func(&mut other, "f");
}
