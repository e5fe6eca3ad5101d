//! gdb's interface for compilers ("JIT Compilation Interface" in its manual): a list of object files in memory, and a function that gdb has a
//! breakpoint on and that is called when the list changes. The names and the layout of the statics are gdb's.
use object::write::Object;
use object::{Architecture, BinaryFormat, Endianness, SectionKind};
use parking_lot::Mutex;
use samite_codegen::driver::{Image, artifact};
use std::ptr;

#[repr(C)]
struct Entry {
    next: *mut Entry,
    previous: *mut Entry,
    file: *const u8,
    file_bytes: u64,
}

#[repr(C)]
struct Descriptor {
    version: u32,
    /// What has just happened to `relevant`: 1 it was added, 2 it is about to go.
    action: u32,
    relevant: *mut Entry,
    first: *mut Entry,
}

// The name is gdb's, and only one library of a process may define it.
#[unsafe(no_mangle)]
static mut __jit_debug_descriptor: Descriptor = Descriptor { version: 1, action: 0, relevant: ptr::null_mut(), first: ptr::null_mut() };

/// Where gdb stops to look at the descriptor. The name is its.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn __jit_debug_register_code() {
    // Not empty, or calls to it would be left out.
    std::hint::black_box(&raw const __jit_debug_descriptor);
}

/// Held by who changes the list.
static LIST: Mutex<()> = Mutex::new(());

/// Keeps code known to gdb.
pub struct Registered {
    entry: *mut Entry,
    _file: Box<[u8]>,
}

// SAFETY: the entry is its own allocation, changed under the lock only.
unsafe impl Send for Registered {}
// SAFETY: as above; a shared reference gives access to nothing.
unsafe impl Sync for Registered {}

pub fn announce(start: usize, image: &Image, names: &[String]) -> Registered {
    let file = object_file(start as u64, image, names).into_boxed_slice();
    let entry = Entry { next: ptr::null_mut(), previous: ptr::null_mut(), file: file.as_ptr(), file_bytes: file.len() as u64 };
    let entry = Box::into_raw(Box::new(entry));
    let _list = LIST.lock();
    // SAFETY: the descriptor and the entries of the list are touched with the lock held only; entries stay allocated while they are in the list.
    unsafe {
        let descriptor = &raw mut __jit_debug_descriptor;
        (*entry).next = (*descriptor).first;
        if let Some(next) = (*entry).next.as_mut() {
            next.previous = entry;
        }
        (*descriptor).first = entry;
        (*descriptor).relevant = entry;
        (*descriptor).action = 1;
    }
    __jit_debug_register_code();
    Registered { entry, _file: file }
}

impl Drop for Registered {
    fn drop(&mut self) {
        let _list = LIST.lock();
        // SAFETY: as in `announce`; nobody reads the entry once it is out of the list and gdb was told.
        unsafe {
            let descriptor = &raw mut __jit_debug_descriptor;
            let Entry { next, previous, .. } = *self.entry;
            match previous.as_mut() {
                Some(previous) => previous.next = next,
                None => (*descriptor).first = next,
            }
            if let Some(next) = next.as_mut() {
                next.previous = previous;
            }
            (*descriptor).relevant = self.entry;
            (*descriptor).action = 2;
            __jit_debug_register_code();
            (*descriptor).relevant = ptr::null_mut();
            (*descriptor).action = 0;
            drop(Box::from_raw(self.entry));
        }
    }
}

/// An ELF file with the image's text and symbols, which says that the text is at `start`.
fn object_file(start: u64, image: &Image, names: &[String]) -> Vec<u8> {
    let mut elf = Object::new(BinaryFormat::Elf, Architecture::X86_64, Endianness::Little);
    let text = elf.add_section(Vec::new(), b".text".to_vec(), SectionKind::Text);
    elf.set_section_data(text, image.text.clone(), 32);
    artifact::add_symbols(&mut elf, text, image, names);
    let mut file = elf.write().expect("sections and symbols of known shapes are written");
    // The library writes files for linkers, whose sections are nowhere yet. `sh_addr` is 16 bytes into a section header of 64, and the text, the
    // section added first, is the first after the null section.
    let headers = u64::from_le_bytes(file[40..48].try_into().expect("eight bytes")) as usize;
    file[headers + 64 + 16..][..8].copy_from_slice(&start.to_le_bytes());
    file
}

#[cfg(test)]
mod tests {
    use super::*;
    use object::{Object as _, ObjectSection as _, ObjectSymbol as _};
    use samite_codegen::driver::image::FunctionRow;

    #[test]
    fn the_object_says_where_functions_are() {
        let function = |start, code_end| FunctionRow { start, code_end, frameless: false };
        let image = Image { text: vec![0x90; 96], functions: vec![function(0, 7), function(64, 96)], ..Image::default() };
        let file = object_file(0x7000_1000, &image, &["first".into(), "second".into()]);
        let elf = object::File::parse(&*file).unwrap();
        let text = elf.section_by_name(".text").unwrap();
        assert_eq!((text.address(), text.size()), (0x7000_1000, 96));
        let symbols: Vec<_> = elf.symbols().filter(|s| s.is_definition()).map(|s| (s.name().unwrap(), s.address(), s.size())).collect();
        assert_eq!(symbols, [("first", 0, 7), ("second", 64, 32)]);
    }

    #[test]
    fn the_list_has_what_is_announced() {
        let listed = || {
            let _list = LIST.lock();
            let mut count = 0;
            // SAFETY: with the lock held, as in `announce`.
            unsafe {
                let mut at = __jit_debug_descriptor.first;
                while let Some(entry) = at.as_ref() {
                    count += 1;
                    assert!(entry.next.as_ref().is_none_or(|next| ptr::eq(next.previous, at)));
                    at = entry.next;
                }
            }
            count
        };
        // Nobody else in this process announces anything to gdb.
        assert_eq!(listed(), 0);
        let [a, b, c] = [0, 1, 2].map(|_| announce(0x1000, &Image::default(), &[]));
        assert_eq!(listed(), 3);
        drop(b);
        assert_eq!(listed(), 2);
        drop(a);
        drop(c);
        assert_eq!(listed(), 0);
    }
}
