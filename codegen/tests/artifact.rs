//! Compiled modules as files: what is written is read back; whatever else is read gives an error, or an image that keeps its promises.
use object::{Object, ObjectSection, ObjectSymbol};
use samite_codegen::driver::artifact::{self, Artifact, ArtifactError};
use samite_codegen::driver::{Image, Strategy, compile_module, lines, listing};
use samite_ir::translate::decode;

const SOURCE: &str = r#"(module
    (memory (export "memory") 1)
    (func $"fib" (export "fib") (param i32) (result i32)
      (if (result i32) (i32.lt_s (local.get 0) (i32.const 2))
        (then (local.get 0))
        (else (i32.add (call 0 (i32.sub (local.get 0) (i32.const 1))) (call 0 (i32.sub (local.get 0) (i32.const 2)))))))
    (func (export "div\00zero\n") (param externref i64) (result externref)
      (drop (i64.div_s (local.get 1) (i64.load (i32.const 8))))
      (drop (call 0 (i32.const 1)))
      (local.get 0))
    (data (i32.const 3) "abc"))"#;

/// Module and file.
fn sample() -> (Vec<u8>, Image, Vec<u8>) {
    let module = wat::parse_str(SOURCE).expect("the sample is text");
    let decoded = decode(&module).expect("the sample is valid");
    let (image, _) = compile_module(&decoded, &module, &Strategy::BASELINE).expect("the sample compiles");
    let file = artifact::write(&image, &module, &Strategy::BASELINE, &listing::names(&decoded.info), &[]);
    (module, image, file)
}

/// Reads, and uses all that was read.
fn read(file: &[u8]) -> Result<Artifact<'_>, ArtifactError> {
    let artifact = artifact::read(file)?;
    let image = &artifact.image;
    assert_eq!(&file[artifact.text.clone()], image.text);
    listing::module(image, &[]);
    for pc in 0..image.text.len() as u32 {
        let _ = (image.function_at(pc), image.trap_at(pc), image.wasm_offset(pc));
    }
    let _ = artifact.decode();
    Ok(artifact)
}

#[test]
fn what_is_written_is_read() {
    let (module, image, file) = sample();
    let artifact = read(&file).expect("a good file");
    assert_eq!(artifact.image, image);
    assert_eq!(artifact.module, module);
    assert_eq!(artifact.header.strategy, Strategy::BASELINE);
    assert!(artifact.header.cpu_features.iter().any(|f| f == "avx2"));
    assert!(artifact.header.memory_reach > 8 << 30);
    assert_eq!(artifact.text.start % 4096, 0);
    assert_eq!(artifact.decode().expect("the same module").info.bodies.len(), 2);
    assert!(!image.safepoints.is_empty() && !image.traps.is_empty(), "the sample has rows of every kind");
    // Nothing in it depends on when or where it is written.
    assert_eq!(sample().2, file);
}

#[test]
fn other_tools_see_functions() {
    let (_, image, file) = sample();
    let elf = object::File::parse(&*file).expect("an ELF file");
    let symbols: Vec<_> = elf.symbols().filter(|s| s.is_definition()).collect();
    let names: Vec<_> = symbols.iter().map(|s| s.name().expect("UTF-8")).collect();
    assert_eq!(names, ["fib", "div_zero_"]);
    for (symbol, f) in symbols.iter().zip(&image.functions) {
        assert_eq!((symbol.address(), symbol.size()), (u64::from(f.start), u64::from(f.code_end - f.start)));
    }
    assert_eq!(elf.section_by_name(".text").expect("text").align(), 4096);
}

#[test]
fn every_damaged_byte_is_found() {
    let (_, _, mut file) = sample();
    for at in 0..file.len() {
        for flip in [1, 0x80, 0xff] {
            file[at] ^= flip;
            let error = artifact::read(&file).expect_err("a damaged file");
            assert!(error.offset <= file.len() && !error.message.is_empty(), "{error}");
            file[at] ^= flip;
        }
    }
}

#[test]
fn every_truncated_file_is_refused() {
    let (_, _, file) = sample();
    for length in 0..file.len() {
        let error = artifact::read(&file[..length]).expect_err("a truncated file");
        assert!(error.offset <= length, "{error}");
    }
    let mut longer = file.clone();
    longer.push(0);
    assert!(artifact::read(&longer).is_err());
}

/// Damage that the checksum does not show: each byte is changed, and the checksum made good.
#[test]
fn hostile_files_are_safe_to_read() {
    let (_, image, file) = sample();
    let elf = &file[..file.len() - 16];
    let text = artifact::read(&file).expect("a good file").text;
    let (mut refused, mut accepted) = (0, 0);
    // The text may hold anything: a few of its bytes stand for all.
    let places = (0..elf.len()).filter(|at| !(text.start + 64..text.start + 4096).contains(at));
    for at in places {
        for value in [0, 0x80, 0xff, elf[at] ^ 1, elf[at].wrapping_add(4)] {
            let mut bad = elf.to_vec();
            bad[at] = value;
            match read(&artifact::seal(bad)) {
                Ok(artifact) => {
                    accepted += 1;
                    assert!(artifact.image.functions.len() <= image.functions.len());
                }
                Err(error) => {
                    refused += 1;
                    assert!(error.offset <= file.len(), "{error}");
                }
            }
        }
    }
    // Sections and tables cut at every length.
    for length in 0..elf.len() {
        assert!(read(&artifact::seal(elf[..length].to_vec())).is_err() || length > text.end);
    }
    assert!(refused > 1000 && accepted > 100, "{refused} refused, {accepted} accepted");
}

#[test]
fn other_files_are_refused_in_words() {
    for (file, why) in [
        (&b""[..], "not an ELF file"),
        (b"\0asm\x01\0\0\0", "not an ELF file"),
        (b"\x7fELF\x02\x01\x01\0 and nothing of what follows there", "cut off or damaged, or is an ELF file of another kind"),
    ] {
        let error = artifact::read(file).expect_err("no artefact").to_string();
        assert!(error.contains(why), "{error}");
    }
}

/// File name and line of an address, as DWARF readers see them.
fn line_at(file: &[u8], address: u64) -> Option<(String, u64)> {
    type Slice<'a> = gimli::EndianSlice<'a, gimli::LittleEndian>;
    let elf = object::File::parse(file).expect("an ELF file");
    let load = |id: gimli::SectionId| -> gimli::Result<Slice<'_>> {
        let data = elf.section_by_name(id.name()).map_or(&[][..], |s| s.data().expect("sections are in the file"));
        Ok(Slice::new(data, gimli::LittleEndian))
    };
    let dwarf = gimli::Dwarf::load(load).expect("sections load");
    let header = dwarf.units().next().expect("a unit").expect("one unit");
    let unit = dwarf.unit(header).expect("a good unit");
    let mut rows = unit.line_program.clone().expect("a line table").rows();
    let mut found = None;
    let mut before: Option<(u64, String, u64)> = None;
    while let Some((header, row)) = rows.next_row().expect("good rows") {
        if let Some((at, name, line)) = before.take()
            && (at..row.address()).contains(&address)
        {
            assert!(found.is_none(), "two sequences have {address:#x}");
            found = Some((name, line));
        }
        if !row.end_sequence() {
            let name = row.file(header).expect("a file").path_name();
            let name = dwarf.attr_string(&unit, name).expect("a name").to_string_lossy().into_owned();
            before = Some((row.address(), name, row.line().expect("a line").get()));
        }
    }
    found
}

#[test]
fn addresses_have_lines() {
    let (module, image, _) = sample();
    let names: Vec<String> = Vec::new();
    let rows = [(0, None), (image.lines[1].offset, Some((0, 12))), (image.lines[1].offset + 1, None)];
    let rows = rows.into_iter().map(|(offset, place)| lines::Row { offset, place }).collect();
    let source = lines::Lines { files: vec!["fib.c".into()], rows };
    for lines in [lines::Lines::default(), source] {
        let debug = lines::sections(&image, "fib.wasm", &lines).expect("all is in range");
        let file = artifact::write(&image, &module, &Strategy::BASELINE, &names, &debug);
        assert_eq!(read(&file).expect("a good file").image, image);
        for f in &image.functions {
            for pc in f.start..f.code_end {
                let offset = image.wasm_offset(pc).expect("code comes from somewhere");
                let wanted = match lines.at(offset) {
                    Some((_, line)) => ("fib.c".to_string(), u64::from(line)),
                    None => ("fib.wasm".to_string(), u64::from(offset)),
                };
                assert_eq!(line_at(&file, pc.into()), Some(wanted), "{pc:#x}");
            }
        }
    }
}
