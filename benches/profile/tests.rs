//! Samples of programs whose hot places are known.
use super::*;
use samite::{Linker, Store};

/// `hot` has a loop in a loop, `cold` a loop that hardly runs; `host` calls out, and `copy` moves memory.
const PROGRAM: &str = r#"(module $work
    (import "host" "wait" (func $wait (param i32)))
    (memory 400)
    (func $cold (param i32) (result i32)
        (loop $l (local.set 0 (i32.sub (local.get 0) (i32.const 1))) (br_if $l (local.get 0)))
        (local.get 0))
    (func $hot (export "hot") (param i32) (result i32)
        (local $j i32) (local $x i32)
        (drop (call $cold (i32.const 10)))
        (loop $outer
            (local.set $j (i32.const 10000))
            (loop $inner
                (local.set $x (i32.rem_u (i32.add (local.get $x) (i32.const 0x7fffffff)) (local.get $j)))
                (br_if $inner (local.tee $j (i32.sub (local.get $j) (i32.const 1)))))
            (br_if $outer (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
        (local.get $x))
    (func $host (export "host") (call $wait (i32.const 1)))
    (func $copy (export "copy") (param i32)
        (loop $l
            (memory.copy (i32.const 0) (i32.const 12000000) (i32.const 12000000))
            (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))"#;

fn program(run: impl Fn(&mut Store<()>, &samite::Instance)) -> Profile {
    let engine = Engine::default();
    let module = Module::new(&engine, PROGRAM).unwrap();
    let mut linker = Linker::new(&engine);
    linker.func_wrap("host", "wait", |_: samite::Caller<'_, ()>, _: i32| spin()).unwrap();
    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &module).unwrap();
    // As often as it takes: ticks of the clock are far apart.
    let work = || loop {
        run(&mut store, &instance);
        if cpu_ms() > 300 {
            break;
        }
    };
    start();
    measure(&engine, PERIOD, work).unwrap().1
}

thread_local!(static START: std::cell::Cell<u128> = const { std::cell::Cell::new(0) });

fn thread_ms() -> u128 {
    // Of this thread, so that other tests do not count.
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse::<u128>().unwrap() / 1_000_000
}

fn start() {
    START.set(thread_ms());
}

fn cpu_ms() -> u128 {
    thread_ms() - START.get()
}

/// Some CPU time of the host's own.
#[inline(never)]
fn spin() {
    let mut x = 1u64;
    for _ in 0..20_000_000u64 {
        x = std::hint::black_box(x.wrapping_mul(0x9e37_79b9));
    }
}

#[test]
fn functions_and_loops() {
    let profile = program(|store, instance| {
        let hot = instance.get_typed_func::<i32, i32>(&mut *store, "hot").unwrap();
        hot.call(store, 1000).unwrap();
    });
    println!("{}", profile.table());
    assert!(profile.samples >= 20, "{profile:?}");
    let hot = &profile.functions[0];
    assert_eq!((hot.name.as_str(), hot.module.as_str(), hot.index), ("hot", "work", 2));
    assert!(hot.samples * 10 >= profile.samples * 9, "{profile:?}");
    let [outer, inner] = &hot.loops[..] else { panic!("two loops: {profile:?}") };
    assert!(hot.offset < outer.offset && outer.offset < inner.offset);
    assert_eq!((outer.depth, inner.depth), (1, 2));
    assert!(inner.own == inner.samples && inner.own * 10 >= hot.samples * 9, "{profile:?}");
    assert_eq!(outer.samples, outer.own + inner.samples);
}

#[test]
fn host_functions_and_builtins() {
    let profile = program(|store, instance| {
        let host = instance.get_typed_func::<(), ()>(&mut *store, "host").unwrap();
        host.call(&mut *store, ()).unwrap();
        let copy = instance.get_typed_func::<i32, ()>(&mut *store, "copy").unwrap();
        copy.call(store, 10).unwrap();
    });
    println!("{}", profile.table());
    let of = |what: &str| profile.host.iter().find(|h| h.what == what).map(|h| h.caller.as_str());
    assert_eq!((of("host::wait"), of("memory.copy")), (Some("host"), Some("copy")), "{profile:?}");
}

#[test]
fn a_table() {
    let inner = Loop { offset: 0x40, depth: 2, samples: 60, own: 60 };
    let outer = Loop { offset: 0x30, depth: 1, samples: 70, own: 10 };
    let f = Function { module: "m".into(), index: 3, name: "f".into(), offset: 0x21, samples: 80, loops: vec![outer, inner] };
    let host = Host { what: "env::log".into(), caller: "f".into(), samples: 15 };
    let profile = Profile { samples: 100, lost: 2, crossing: 5, outside: 0, functions: vec![f], host: vec![host] };
    let expected = "\
100 samples; 2 more were not kept
  share      self  where
 80.0 %   10.0 %  f (function 3 at 0x21, m)
 70.0 %   10.0 %    loop at 0x30
 60.0 %   60.0 %      loop at 0x40
 15.0 %   15.0 %  env::log, called by f
  5.0 %    5.0 %  (calls into and out of wasm)
";
    assert_eq!(profile.table(), expected);
    assert_eq!(serde_json::from_str::<Profile>(&serde_json::to_string(&profile).unwrap()).unwrap(), profile);
}

#[test]
fn one_sampler_on_a_thread() {
    let engine = Engine::default();
    let first = Sampler::start(&engine, PERIOD).unwrap();
    assert!(Sampler::start(&engine, PERIOD).is_err());
    drop(first);
    Sampler::start(&engine, PERIOD).unwrap();
    let reference = Engine::new(samite::Config::new().engine(samite::EngineKind::Reference)).unwrap();
    assert!(Sampler::start(&reference, PERIOD).is_err());
}
