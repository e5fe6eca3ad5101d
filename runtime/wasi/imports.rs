//! The functions of WASI as a table: the glue to the engine is one loop over it, and so is the test with hostile values.
//!
//! The signatures are those of `wasi_snapshot_preview1.witx` after lowering: a string or list is a pointer and a length, a
//! result besides the error number is stored through a trailing pointer. Preview 0 (`wasi_unstable`) has the same functions
//! and signatures but for `sock_accept`, which came later; four of them differ in numbering or layout and have their own rows.

use crate::ctx::WasiCtx;
use crate::memory::GuestMemory;
use crate::paths::OpenRequest;
use crate::types::{Errno, Exit, FILESTAT_PREVIEW0, SUBSCRIPTION_PREVIEW0, WHENCE_PREVIEW0, member};

/// Types of parameters and results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValType {
    I32,
    I64,
}

/// A call with its arguments (an i32 in the low half); gives the result, 0 where there is none.
pub type Call = fn(&WasiCtx, &mut dyn GuestMemory, &[u64]) -> Result<u64, Exit>;

/// One function that a program can import.
#[derive(Clone, Copy)]
pub struct Import {
    pub name: &'static str,
    pub params: &'static [ValType],
    /// One i32, the error number, except for `proc_exit`.
    pub results: &'static [ValType],
    /// To be called with as many arguments as `params` has.
    pub call: Call,
}

/// Module name of preview 1.
pub const PREVIEW1_MODULE: &str = "wasi_snapshot_preview1";
/// Module name of preview 0.
pub const PREVIEW0_MODULE: &str = "wasi_unstable";

use ValType::{I32, I64};

const ERRNO: &[ValType] = &[I32];

/// Preview 1, all 46 functions, by name.
#[rustfmt::skip]
pub const PREVIEW1: [Import; 46] = [
    Import { name: "args_get", params: &[I32, I32], results: ERRNO, call: |c, m, a| errno(c.args_get(m, w(a, 0), w(a, 1))) },
    Import { name: "args_sizes_get", params: &[I32, I32], results: ERRNO, call: |c, m, a| errno(c.args_sizes_get(m, w(a, 0), w(a, 1))) },
    Import { name: "clock_res_get", params: &[I32, I32], results: ERRNO, call: |c, m, a| errno(c.clock_res_get(m, w(a, 0), w(a, 1))) },
    Import { name: "clock_time_get", params: &[I32, I64, I32], results: ERRNO, call: |c, m, a| errno(c.clock_time_get(m, w(a, 0), a[1], w(a, 2))) },
    Import { name: "environ_get", params: &[I32, I32], results: ERRNO, call: |c, m, a| errno(c.environ_get(m, w(a, 0), w(a, 1))) },
    Import { name: "environ_sizes_get", params: &[I32, I32], results: ERRNO, call: |c, m, a| errno(c.environ_sizes_get(m, w(a, 0), w(a, 1))) },
    Import { name: "fd_advise", params: &[I32, I64, I64, I32], results: ERRNO, call: |c, _, a| errno(c.fd_advise(w(a, 0), a[1], a[2], w(a, 3))) },
    Import { name: "fd_allocate", params: &[I32, I64, I64], results: ERRNO, call: |c, _, a| errno(c.fd_allocate(w(a, 0), a[1], a[2])) },
    Import { name: "fd_close", params: &[I32], results: ERRNO, call: |c, _, a| errno(c.fd_close(w(a, 0))) },
    Import { name: "fd_datasync", params: &[I32], results: ERRNO, call: |c, _, a| errno(c.fd_datasync(w(a, 0))) },
    Import { name: "fd_fdstat_get", params: &[I32, I32], results: ERRNO, call: |c, m, a| errno(c.fd_fdstat_get(m, w(a, 0), w(a, 1))) },
    Import { name: "fd_fdstat_set_flags", params: &[I32, I32], results: ERRNO, call: |c, _, a| errno(c.fd_fdstat_set_flags(w(a, 0), w(a, 1))) },
    Import { name: "fd_fdstat_set_rights", params: &[I32, I64, I64], results: ERRNO, call: |c, _, a| errno(c.fd_fdstat_set_rights(w(a, 0), a[1], a[2])) },
    Import { name: "fd_filestat_get", params: &[I32, I32], results: ERRNO, call: |c, m, a| errno(c.fd_filestat_get(m, w(a, 0), w(a, 1))) },
    Import { name: "fd_filestat_set_size", params: &[I32, I64], results: ERRNO, call: |c, _, a| errno(c.fd_filestat_set_size(w(a, 0), a[1])) },
    Import { name: "fd_filestat_set_times", params: &[I32, I64, I64, I32], results: ERRNO, call: |c, _, a| errno(c.fd_filestat_set_times(w(a, 0), a[1], a[2], w(a, 3))) },
    Import { name: "fd_pread", params: &[I32, I32, I32, I64, I32], results: ERRNO, call: |c, m, a| errno(c.fd_pread(m, w(a, 0), w(a, 1), w(a, 2), a[3], w(a, 4))) },
    Import { name: "fd_prestat_dir_name", params: &[I32, I32, I32], results: ERRNO, call: |c, m, a| errno(c.fd_prestat_dir_name(m, w(a, 0), w(a, 1), w(a, 2))) },
    Import { name: "fd_prestat_get", params: &[I32, I32], results: ERRNO, call: |c, m, a| errno(c.fd_prestat_get(m, w(a, 0), w(a, 1))) },
    Import { name: "fd_pwrite", params: &[I32, I32, I32, I64, I32], results: ERRNO, call: |c, m, a| errno(c.fd_pwrite(m, w(a, 0), w(a, 1), w(a, 2), a[3], w(a, 4))) },
    Import { name: "fd_read", params: &[I32, I32, I32, I32], results: ERRNO, call: |c, m, a| errno(c.fd_read(m, w(a, 0), w(a, 1), w(a, 2), w(a, 3))) },
    Import { name: "fd_readdir", params: &[I32, I32, I32, I64, I32], results: ERRNO, call: |c, m, a| errno(c.fd_readdir(m, w(a, 0), w(a, 1), w(a, 2), a[3], w(a, 4))) },
    Import { name: "fd_renumber", params: &[I32, I32], results: ERRNO, call: |c, _, a| errno(c.fd_renumber(w(a, 0), w(a, 1))) },
    Import { name: "fd_seek", params: &[I32, I64, I32, I32], results: ERRNO, call: |c, m, a| errno(c.fd_seek(m, w(a, 0), a[1] as i64, w(a, 2), w(a, 3))) },
    Import { name: "fd_sync", params: &[I32], results: ERRNO, call: |c, _, a| errno(c.fd_sync(w(a, 0))) },
    Import { name: "fd_tell", params: &[I32, I32], results: ERRNO, call: |c, m, a| errno(c.fd_tell(m, w(a, 0), w(a, 1))) },
    Import { name: "fd_write", params: &[I32, I32, I32, I32], results: ERRNO, call: |c, m, a| errno(c.fd_write(m, w(a, 0), w(a, 1), w(a, 2), w(a, 3))) },
    Import { name: "path_create_directory", params: &[I32, I32, I32], results: ERRNO, call: |c, m, a| errno(c.path_create_directory(m, w(a, 0), w(a, 1), w(a, 2))) },
    Import { name: "path_filestat_get", params: &[I32, I32, I32, I32, I32], results: ERRNO, call: |c, m, a| errno(c.path_filestat_get(m, w(a, 0), w(a, 1), w(a, 2), w(a, 3), w(a, 4))) },
    Import { name: "path_filestat_set_times", params: &[I32, I32, I32, I32, I64, I64, I32], results: ERRNO, call: |c, m, a| errno(c.path_filestat_set_times(m, w(a, 0), w(a, 1), w(a, 2), w(a, 3), a[4], a[5], w(a, 6))) },
    Import { name: "path_link", params: &[I32, I32, I32, I32, I32, I32, I32], results: ERRNO, call: |c, m, a| errno(c.path_link(m, w(a, 0), w(a, 1), w(a, 2), w(a, 3), w(a, 4), w(a, 5), w(a, 6))) },
    Import { name: "path_open", params: &[I32, I32, I32, I32, I32, I64, I64, I32, I32], results: ERRNO, call: |c, m, a| errno(c.path_open(m, w(a, 0), open_request(a), w(a, 8))) },
    Import { name: "path_readlink", params: &[I32, I32, I32, I32, I32, I32], results: ERRNO, call: |c, m, a| errno(c.path_readlink(m, w(a, 0), w(a, 1), w(a, 2), w(a, 3), w(a, 4), w(a, 5))) },
    Import { name: "path_remove_directory", params: &[I32, I32, I32], results: ERRNO, call: |c, m, a| errno(c.path_remove_directory(m, w(a, 0), w(a, 1), w(a, 2))) },
    Import { name: "path_rename", params: &[I32, I32, I32, I32, I32, I32], results: ERRNO, call: |c, m, a| errno(c.path_rename(m, w(a, 0), w(a, 1), w(a, 2), w(a, 3), w(a, 4), w(a, 5))) },
    Import { name: "path_symlink", params: &[I32, I32, I32, I32, I32], results: ERRNO, call: |c, m, a| errno(c.path_symlink(m, w(a, 0), w(a, 1), w(a, 2), w(a, 3), w(a, 4))) },
    Import { name: "path_unlink_file", params: &[I32, I32, I32], results: ERRNO, call: |c, m, a| errno(c.path_unlink_file(m, w(a, 0), w(a, 1), w(a, 2))) },
    Import { name: "poll_oneoff", params: &[I32, I32, I32, I32], results: ERRNO, call: |c, m, a| errno(c.poll_oneoff(m, w(a, 0), w(a, 1), w(a, 2), w(a, 3))) },
    Import { name: "proc_exit", params: &[I32], results: &[], call: |c, _, a| Err(c.proc_exit(w(a, 0))) },
    Import { name: "proc_raise", params: &[I32], results: ERRNO, call: |c, _, a| errno(c.proc_raise(w(a, 0))?) },
    Import { name: "random_get", params: &[I32, I32], results: ERRNO, call: |c, m, a| errno(c.random_get(m, w(a, 0), w(a, 1))) },
    Import { name: "sched_yield", params: &[], results: ERRNO, call: |c, _, _| errno(c.sched_yield()) },
    Import { name: "sock_accept", params: &[I32, I32, I32], results: ERRNO, call: |c, m, a| errno(c.sock_accept(m, w(a, 0), w(a, 1), w(a, 2))) },
    Import { name: "sock_recv", params: &[I32, I32, I32, I32, I32, I32], results: ERRNO, call: |c, m, a| errno(c.sock_recv(m, w(a, 0), w(a, 1), w(a, 2), w(a, 3), w(a, 4), w(a, 5))) },
    Import { name: "sock_send", params: &[I32, I32, I32, I32, I32], results: ERRNO, call: |c, m, a| errno(c.sock_send(m, w(a, 0), w(a, 1), w(a, 2), w(a, 3), w(a, 4))) },
    Import { name: "sock_shutdown", params: &[I32, I32], results: ERRNO, call: |c, _, a| errno(c.sock_shutdown(w(a, 0), w(a, 1))) },
];

/// The rows that differ in preview 0: another numbering of `whence`, 32-bit link counts, longer clock subscriptions.
#[rustfmt::skip]
const DIFFERENT_IN_PREVIEW0: [Import; 4] = [
    Import { name: "fd_filestat_get", params: &[I32, I32], results: ERRNO, call: |c, m, a| errno(c.filestat_of(m, w(a, 0), &FILESTAT_PREVIEW0, w(a, 1))) },
    Import { name: "fd_seek", params: &[I32, I64, I32, I32], results: ERRNO, call: |c, m, a| errno(member(&WHENCE_PREVIEW0, w(a, 2)).and_then(|whence| c.seek(m, w(a, 0), a[1] as i64, whence, w(a, 3)))) },
    Import { name: "path_filestat_get", params: &[I32, I32, I32, I32, I32], results: ERRNO, call: |c, m, a| errno(c.filestat_at(m, &FILESTAT_PREVIEW0, w(a, 0), w(a, 1), (w(a, 2), w(a, 3)), w(a, 4))) },
    Import { name: "poll_oneoff", params: &[I32, I32, I32, I32], results: ERRNO, call: |c, m, a| errno(c.poll(m, &SUBSCRIPTION_PREVIEW0, w(a, 0), w(a, 1), w(a, 2), w(a, 3))) },
];

/// Every import: (module, function).
pub fn imports() -> impl Iterator<Item = (&'static str, Import)> {
    let preview0 = PREVIEW1.into_iter().filter(|import| import.name != "sock_accept").map(|import| {
        let different = DIFFERENT_IN_PREVIEW0.into_iter().find(|row| row.name == import.name);
        (PREVIEW0_MODULE, different.unwrap_or(import))
    });
    PREVIEW1.into_iter().map(|import| (PREVIEW1_MODULE, import)).chain(preview0)
}

/// Argument `i` as an i32.
fn w(args: &[u64], i: usize) -> u32 {
    args[i] as u32
}

fn errno(result: Result<(), Errno>) -> Result<u64, Exit> {
    Ok(result.map_or_else(|error| error as u64, |()| 0))
}

fn open_request(a: &[u64]) -> OpenRequest {
    OpenRequest { lookup: w(a, 1), path: w(a, 2), path_len: w(a, 3), oflags: w(a, 4), base: a[5], inheriting: a[6], fdflags: w(a, 7) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_sorted_and_alike() {
        assert!(PREVIEW1.is_sorted_by(|a, b| a.name < b.name));
        for row in DIFFERENT_IN_PREVIEW0 {
            let same = PREVIEW1.into_iter().find(|import| import.name == row.name).unwrap();
            assert_eq!((row.params, row.results), (same.params, same.results), "{}", row.name);
        }
        assert_eq!(imports().count(), 46 + 45);
    }
}
