//! Records what the statistics are judged by: run times of several copies of one strategy, which do not differ, whatever the numbers say.
//!
//! ```text
//! cargo run --release -p samite-benches --example record_samples 6 6 > benches/tests/samples.txt       # rounds, runs in each process
//! ```
//! As the laboratory does it: in each round a fresh process for each copy, all alive together; runs take turns in random order; environments of random
//! size move the stack. A line is one process: kernel, round, copy, then `wall/cpu` of each run in units of 100 ns, the first one warm-up.
use samite::{Config, Engine, Linker, Module, Store};
use samite_benches::stats::random::Random;
use samite_benches::suite::{Suite, Work};
use std::fs::read_to_string;
use std::io::{BufRead, BufReader, Write, stdin};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

const COPIES: usize = 4;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["child", kernel] => child(kernel),
        [rounds, runs] => parent(rounds.parse().expect("rounds"), runs.parse().expect("runs")),
        _ => panic!("usage: record_samples ROUNDS RUNS"),
    }
}

fn parent(rounds: usize, runs: usize) {
    let mut random = Random::new(1);
    println!("# kernel round copy wall/cpu ... (100 ns; the first run is warm-up)");
    for kernel in Suite::kernels().items {
        for round in 0..rounds {
            let mut copies: Vec<Copy> = (0..COPIES).map(|_| Copy::start(&kernel.name, random.below(4096))).collect();
            for _ in 0..runs {
                for at in shuffled(&mut random) {
                    copies[at].run();
                }
            }
            for (at, copy) in copies.into_iter().enumerate() {
                println!("{} {round} {at} {}", kernel.name, copy.stop());
            }
        }
        eprintln!("{}", kernel.name);
    }
}

fn shuffled(random: &mut Random) -> [usize; COPIES] {
    let mut order = std::array::from_fn(|at| at);
    for at in (1..COPIES).rev() {
        order.swap(at, random.below(at + 1));
    }
    order
}

struct Copy {
    child: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
    times: Vec<String>,
}

impl Copy {
    fn start(kernel: &str, padding: usize) -> Copy {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command.args(["child", kernel]).env("PADDING", "x".repeat(padding)).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("a child");
        let orders = child.stdin.take().expect("piped");
        let answers = BufReader::new(child.stdout.take().expect("piped"));
        let mut copy = Copy { child, orders, answers, times: Vec::new() };
        copy.answer();
        copy
    }
    fn answer(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("readable");
        line.trim().to_string()
    }
    fn run(&mut self) {
        self.orders.write_all(b"run\n").expect("the child is alive");
        let time = self.answer();
        self.times.push(time);
    }
    fn stop(mut self) -> String {
        drop(self.orders);
        assert!(self.child.wait().expect("a child").success());
        self.times.join(" ")
    }
}

fn child(kernel: &str) {
    let kernel = Suite::kernels().items.into_iter().find(|k| k.name == kernel).expect("a kernel");
    let Work::Kernel { full, check } = kernel.work else { panic!("{} is no kernel", kernel.name) };
    let engine = Engine::new(&Config::new()).expect("the default");
    let module = Module::from_binary(&engine, &kernel.wasm).expect("it compiles");
    let mut store = Store::new(&engine, ());
    let instance = Linker::new(&engine).instantiate(&mut store, &module).expect("no imports");
    let run = instance.get_typed_func::<i32, i64>(&mut store, "run").expect("all have it");
    assert_eq!(run.call(&mut store, check.iterations).expect("no trap") as u64, check.expected);
    println!("ready");
    for _ in stdin().lock().lines() {
        let (cpu, wall) = (cpu_ns(), Instant::now());
        let answer = run.call(&mut store, full.iterations).expect("no trap");
        let (wall, cpu) = (wall.elapsed().as_nanos(), cpu_ns() - cpu);
        assert_eq!(answer as u64, full.expected);
        println!("{}/{}", wall / 100, cpu / 100);
    }
}

/// Of this thread.
fn cpu_ns() -> u64 {
    let text = read_to_string("/proc/thread-self/schedstat").expect("Linux");
    text.split_whitespace().next().and_then(|ns| ns.parse().ok()).expect("a number")
}
