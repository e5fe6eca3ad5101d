//! Listings as people see them: golden asm tests show the short form; here is the long one, with its data.
use samite_codegen::driver::{Image, Strategy, compile_module, listing};
use samite_ir::translate::decode;

fn compiled(source: &str) -> (Image, Vec<String>) {
    let module = wat::parse_str(source).expect("the source is text");
    let decoded = decode(&module).expect("the source is valid");
    let (image, _) = compile_module(&decoded, &module, &Strategy::BASELINE).expect("the source compiles");
    (image, listing::names(&decoded.info))
}

#[test]
fn names_come_from_the_name_section_then_exports() {
    let source = r#"(module
      (import "host" "import" (func $import))
      (func $named (export "exported"))
      (func (export "a b") (export "second"))
      (func)
      )"#;
    let (image, names) = compiled(source);
    assert_eq!(names, ["named", "a_b", "f2"]);
    assert!(listing::module(&image, &[]).starts_with("f0: offset 0x0, "));
}

#[test]
fn constants_and_tables_have_labels_that_code_names() {
    let source = r#"(module (func $choose (param i32 f64) (result f64)
      (block $c (block $b (block $a
        (br_table $a $b $c $a $c (local.get 0)))
        (return (f64.mul (local.get 1) (f64.const 2.5))))
        (return (f64.abs (local.get 1))))
      (local.get 1)))"#;
    let (image, names) = compiled(source);
    let lines = listing::lines(&image, 0, &names);
    let labels: Vec<&str> = lines.iter().filter_map(|l| l.label.as_deref()).collect();
    let table = lines.iter().find(|l| l.text.starts_with("table ")).expect("a jump table");
    assert_eq!(table.text.matches(".l").count(), 5, "{}", table.text);
    for target in table.text["table".len()..].split(',') {
        assert!(labels.contains(&target.trim()), "{target} is not a label of {labels:?}");
    }
    let data = lines.iter().filter(|l| l.wasm.is_none());
    for line in data.clone() {
        let label = line.label.as_deref().expect("data is there because it is named");
        assert!(lines.iter().any(|l| l.wasm.is_some() && l.text.contains(label)), "{label} is named by code");
    }
    let data: Vec<&str> = data.map(|l| l.text.as_str()).collect();
    assert!(data.contains(&"const    0x4004000000000000 ; 2.5"), "{data:?}");
    assert!(data.contains(&"const    0x7fffffffffffffff7fffffffffffffff"), "{data:?}");
    // Lines cover the code without gaps.
    let code = lines.iter().filter(|l| l.wasm.is_some());
    let end = code.fold(image.functions[0].start, |at, l| {
        assert_eq!(l.place.start, at);
        l.place.end
    });
    assert_eq!(end, image.functions[0].code_end);
}

#[test]
fn the_long_form_shows_every_byte_of_code() {
    let (image, names) = compiled(
        "(module (func $f (param i32) (result i32) (i32.div_u (i32.const 0x12345678) (local.get 0))) (func $g (drop (call $f (i32.const 1)))))",
    );
    let text = listing::module(&image, &names);
    println!("{text}");
    assert!(text.contains("call     f\n"), "{text}");
    assert!(text.contains(" ; integer divide by zero"), "{text}");
    let mut bytes = Vec::new();
    for line in text.lines().filter(|l| l.len() > 17 && !l.contains(": ")) {
        let columns = line[17..].split("   ").next().unwrap_or_default();
        bytes.extend(columns.split(' ').map_while(|b| u8::from_str_radix(b, 16).ok().filter(|_| b.len() == 2)));
    }
    let code: Vec<u8> = image.functions.iter().flat_map(|f| &image.text[f.start as usize..f.code_end as usize]).copied().collect();
    assert_eq!(bytes, code, "{text}");
}

#[test]
fn what_is_no_instruction_is_shown() {
    let mut image = Image { text: vec![0x06, 0x90], ..Image::default() };
    image.functions.push(samite_codegen::driver::image::FunctionRow { start: 0, code_end: 2, frameless: true });
    image.sort();
    let text: Vec<String> = listing::lines(&image, 0, &[]).into_iter().map(|l| l.text).collect();
    assert_eq!(text, ["(bad)", "nop"]);
}
