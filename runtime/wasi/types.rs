//! The vocabulary of WASI preview 1: error numbers, rights, flags, enumerations and record layouts.
//!
//! Numbers are positions in the lists of `legacy/preview1/witx/typenames.witx` (github.com/WebAssembly/WASI); records are
//! written down as tables of (field, offset, bytes), so one `encode` and one `decode` serve them all, and a test can check
//! every table. Preview 0 differs in two records only, which stand beside their successors.
//!
//! Flags stay plain integers: each set is a module of constants that ends with `ALL`, the mask of defined bits.

/// Why a call failed; the number the guest sees. `Success` (0) is not a failure and therefore absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u16)]
pub enum Errno {
    TooBig = 1,
    Acces,
    AddrInUse,
    AddrNotAvail,
    AfNoSupport,
    Again,
    Already,
    Badf,
    BadMsg,
    Busy,
    Canceled,
    Child,
    ConnAborted,
    ConnRefused,
    ConnReset,
    Deadlk,
    DestAddrReq,
    Dom,
    Dquot,
    Exist,
    Fault,
    Fbig,
    HostUnreach,
    Idrm,
    Ilseq,
    InProgress,
    Intr,
    Inval,
    Io,
    IsConn,
    IsDir,
    Loop,
    Mfile,
    Mlink,
    MsgSize,
    MultiHop,
    NameTooLong,
    NetDown,
    NetReset,
    NetUnreach,
    Nfile,
    NoBufs,
    NoDev,
    NoEnt,
    NoExec,
    NoLck,
    NoLink,
    NoMem,
    NoMsg,
    NoProtoOpt,
    NoSpc,
    NoSys,
    NotConn,
    NotDir,
    NotEmpty,
    NotRecoverable,
    NotSock,
    NotSup,
    NoTty,
    Nxio,
    Overflow,
    OwnerDead,
    Perm,
    Pipe,
    Proto,
    ProtoNoSupport,
    Prototype,
    Range,
    Rofs,
    Spipe,
    Srch,
    Stale,
    TimedOut,
    TxtBsy,
    Xdev,
    NotCapable,
}

/// The host's error numbers and ours. What is not listed becomes `Io`.
const FROM_HOST: &[(rustix::io::Errno, Errno)] = {
    use rustix::io::Errno as H;
    &[
        (H::TOOBIG, Errno::TooBig),
        (H::ACCESS, Errno::Acces),
        (H::ADDRINUSE, Errno::AddrInUse),
        (H::ADDRNOTAVAIL, Errno::AddrNotAvail),
        (H::AFNOSUPPORT, Errno::AfNoSupport),
        (H::AGAIN, Errno::Again),
        (H::ALREADY, Errno::Already),
        (H::BADF, Errno::Badf),
        (H::BADMSG, Errno::BadMsg),
        (H::BUSY, Errno::Busy),
        (H::CANCELED, Errno::Canceled),
        (H::CONNABORTED, Errno::ConnAborted),
        (H::CONNREFUSED, Errno::ConnRefused),
        (H::CONNRESET, Errno::ConnReset),
        (H::DEADLK, Errno::Deadlk),
        (H::DESTADDRREQ, Errno::DestAddrReq),
        (H::DQUOT, Errno::Dquot),
        (H::EXIST, Errno::Exist),
        (H::FAULT, Errno::Fault),
        (H::FBIG, Errno::Fbig),
        (H::HOSTUNREACH, Errno::HostUnreach),
        (H::ILSEQ, Errno::Ilseq),
        (H::INPROGRESS, Errno::InProgress),
        (H::INTR, Errno::Intr),
        (H::INVAL, Errno::Inval),
        (H::IO, Errno::Io),
        (H::ISCONN, Errno::IsConn),
        (H::ISDIR, Errno::IsDir),
        (H::LOOP, Errno::Loop),
        (H::MFILE, Errno::Mfile),
        (H::MLINK, Errno::Mlink),
        (H::MSGSIZE, Errno::MsgSize),
        (H::NAMETOOLONG, Errno::NameTooLong),
        (H::NETDOWN, Errno::NetDown),
        (H::NETRESET, Errno::NetReset),
        (H::NETUNREACH, Errno::NetUnreach),
        (H::NFILE, Errno::Nfile),
        (H::NOBUFS, Errno::NoBufs),
        (H::NODEV, Errno::NoDev),
        (H::NOENT, Errno::NoEnt),
        (H::NOLCK, Errno::NoLck),
        (H::NOMEM, Errno::NoMem),
        (H::NOSPC, Errno::NoSpc),
        (H::NOSYS, Errno::NoSys),
        (H::NOTCONN, Errno::NotConn),
        (H::NOTDIR, Errno::NotDir),
        (H::NOTEMPTY, Errno::NotEmpty),
        (H::NOTSOCK, Errno::NotSock),
        (H::OPNOTSUPP, Errno::NotSup),
        (H::NOTTY, Errno::NoTty),
        (H::NXIO, Errno::Nxio),
        (H::OVERFLOW, Errno::Overflow),
        (H::PERM, Errno::Perm),
        (H::PIPE, Errno::Pipe),
        (H::PROTO, Errno::Proto),
        (H::PROTONOSUPPORT, Errno::ProtoNoSupport),
        (H::RANGE, Errno::Range),
        (H::ROFS, Errno::Rofs),
        (H::SPIPE, Errno::Spipe),
        (H::STALE, Errno::Stale),
        (H::TIMEDOUT, Errno::TimedOut),
        (H::TXTBSY, Errno::TxtBsy),
        (H::XDEV, Errno::Xdev),
    ]
};

impl From<rustix::io::Errno> for Errno {
    fn from(host: rustix::io::Errno) -> Errno {
        FROM_HOST.iter().find(|(h, _)| *h == host).map_or(Errno::Io, |(_, e)| *e)
    }
}

impl From<std::io::Error> for Errno {
    fn from(error: std::io::Error) -> Errno {
        use std::io::ErrorKind;
        if let Some(host) = rustix::io::Errno::from_io_error(&error) {
            return host.into();
        }
        // Errors that cap-primitives makes itself: an attempt to leave the directory is `PermissionDenied`, which wasmtime
        // shows as PERM (ACCES is the kernel's word for missing permission bits).
        match error.kind() {
            ErrorKind::PermissionDenied => Errno::Perm,
            ErrorKind::NotFound => Errno::NoEnt,
            ErrorKind::AlreadyExists => Errno::Exist,
            ErrorKind::InvalidInput => Errno::Inval,
            ErrorKind::WouldBlock => Errno::Again,
            ErrorKind::BrokenPipe => Errno::Pipe,
            ErrorKind::Interrupted => Errno::Intr,
            ErrorKind::Unsupported => Errno::NotSup,
            _ => Errno::Io,
        }
    }
}

impl std::fmt::Display for Errno {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?} (errno {})", *self as u16)
    }
}

impl std::error::Error for Errno {}

/// The guest has ended itself, by `proc_exit` or a signal of `proc_raise`; carries the exit code.
///
/// Not an error of the guest's call but the end of the guest: the embedder unwinds the wasm frames and hands the code on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exit(pub i32);

impl std::fmt::Display for Exit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the program ended with exit code {}", self.0)
    }
}

impl std::error::Error for Exit {}

/// Rights: which calls a descriptor permits (`base`) and which its descendants may have (`inheriting`).
pub mod rights {
    pub const FD_DATASYNC: u64 = 1 << 0;
    pub const FD_READ: u64 = 1 << 1;
    pub const FD_SEEK: u64 = 1 << 2;
    pub const FD_FDSTAT_SET_FLAGS: u64 = 1 << 3;
    pub const FD_SYNC: u64 = 1 << 4;
    pub const FD_TELL: u64 = 1 << 5;
    pub const FD_WRITE: u64 = 1 << 6;
    pub const FD_ADVISE: u64 = 1 << 7;
    pub const FD_ALLOCATE: u64 = 1 << 8;
    pub const PATH_CREATE_DIRECTORY: u64 = 1 << 9;
    pub const PATH_CREATE_FILE: u64 = 1 << 10;
    pub const PATH_LINK_SOURCE: u64 = 1 << 11;
    pub const PATH_LINK_TARGET: u64 = 1 << 12;
    pub const PATH_OPEN: u64 = 1 << 13;
    pub const FD_READDIR: u64 = 1 << 14;
    pub const PATH_READLINK: u64 = 1 << 15;
    pub const PATH_RENAME_SOURCE: u64 = 1 << 16;
    pub const PATH_RENAME_TARGET: u64 = 1 << 17;
    pub const PATH_FILESTAT_GET: u64 = 1 << 18;
    pub const PATH_FILESTAT_SET_SIZE: u64 = 1 << 19;
    pub const PATH_FILESTAT_SET_TIMES: u64 = 1 << 20;
    pub const FD_FILESTAT_GET: u64 = 1 << 21;
    pub const FD_FILESTAT_SET_SIZE: u64 = 1 << 22;
    pub const FD_FILESTAT_SET_TIMES: u64 = 1 << 23;
    pub const PATH_SYMLINK: u64 = 1 << 24;
    pub const PATH_REMOVE_DIRECTORY: u64 = 1 << 25;
    pub const PATH_UNLINK_FILE: u64 = 1 << 26;
    pub const POLL_FD_READWRITE: u64 = 1 << 27;
    pub const SOCK_SHUTDOWN: u64 = 1 << 28;
    pub const SOCK_ACCEPT: u64 = 1 << 29;

    pub const ALL: u64 = (1 << 30) - 1;

    /// What applies to a directory. `path_open` drops the rest; a directory has no size, offset or bytes.
    pub const DIRECTORY: u64 = FD_DATASYNC
        | FD_FDSTAT_SET_FLAGS
        | FD_SYNC
        | FD_READDIR
        | FD_FILESTAT_GET
        | FD_FILESTAT_SET_TIMES
        | POLL_FD_READWRITE
        | PATH_CREATE_DIRECTORY
        | PATH_CREATE_FILE
        | PATH_LINK_SOURCE
        | PATH_LINK_TARGET
        | PATH_OPEN
        | PATH_READLINK
        | PATH_RENAME_SOURCE
        | PATH_RENAME_TARGET
        | PATH_FILESTAT_GET
        | PATH_FILESTAT_SET_SIZE
        | PATH_FILESTAT_SET_TIMES
        | PATH_SYMLINK
        | PATH_REMOVE_DIRECTORY
        | PATH_UNLINK_FILE;

    /// What applies to a regular file.
    pub const FILE: u64 =
        STREAM | FD_DATASYNC | FD_SEEK | FD_SYNC | FD_TELL | FD_ADVISE | FD_ALLOCATE | FD_FILESTAT_SET_SIZE | FD_FILESTAT_SET_TIMES;

    /// What applies to a terminal, a pipe or a buffer. Without seek and tell: wasi-libc's `isatty` asks for their absence.
    pub const STREAM: u64 = FD_READ | FD_WRITE | FD_FDSTAT_SET_FLAGS | FD_FILESTAT_GET | POLL_FD_READWRITE;

    /// What applies to a socket.
    pub const SOCKET: u64 = STREAM | SOCK_SHUTDOWN | SOCK_ACCEPT;
}

/// Flags of an open descriptor.
pub mod fdflags {
    pub const APPEND: u16 = 1 << 0;
    pub const DSYNC: u16 = 1 << 1;
    pub const NONBLOCK: u16 = 1 << 2;
    pub const RSYNC: u16 = 1 << 3;
    pub const SYNC: u16 = 1 << 4;
    pub const ALL: u16 = (1 << 5) - 1;
}

/// Flags of `path_open`.
pub mod oflags {
    pub const CREAT: u16 = 1 << 0;
    pub const DIRECTORY: u16 = 1 << 1;
    pub const EXCL: u16 = 1 << 2;
    pub const TRUNC: u16 = 1 << 3;
    pub const ALL: u16 = (1 << 4) - 1;
}

/// How a path is resolved.
pub mod lookupflags {
    pub const SYMLINK_FOLLOW: u16 = 1 << 0;
    pub const ALL: u16 = 1;
}

/// Which timestamps to set, and whether to the given value or to now.
pub mod fstflags {
    pub const ATIM: u16 = 1 << 0;
    pub const ATIM_NOW: u16 = 1 << 1;
    pub const MTIM: u16 = 1 << 2;
    pub const MTIM_NOW: u16 = 1 << 3;
    pub const ALL: u16 = (1 << 4) - 1;
}

/// Flags of a clock subscription.
pub mod subclockflags {
    pub const ABSTIME: u16 = 1 << 0;
    pub const ALL: u16 = 1;
}

/// Flags of a readiness event.
pub mod eventrwflags {
    pub const HANGUP: u16 = 1 << 0;
}

/// Flags given to `sock_recv`.
pub mod riflags {
    pub const PEEK: u16 = 1 << 0;
    pub const WAITALL: u16 = 1 << 1;
    pub const ALL: u16 = (1 << 2) - 1;
}

/// Flags returned by `sock_recv`.
pub mod roflags {
    pub const DATA_TRUNCATED: u16 = 1 << 0;
}

/// Which directions `sock_shutdown` closes.
pub mod sdflags {
    pub const RD: u16 = 1 << 0;
    pub const WR: u16 = 1 << 1;
    pub const ALL: u16 = (1 << 2) - 1;
}

/// Type of a file or descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum FileType {
    Unknown,
    BlockDevice,
    CharacterDevice,
    Directory,
    RegularFile,
    SocketDgram,
    SocketStream,
    SymbolicLink,
}

impl From<rustix::fs::FileType> for FileType {
    fn from(host: rustix::fs::FileType) -> FileType {
        use rustix::fs::FileType as H;
        match host {
            H::RegularFile => FileType::RegularFile,
            H::Directory => FileType::Directory,
            H::Symlink => FileType::SymbolicLink,
            H::CharacterDevice => FileType::CharacterDevice,
            H::BlockDevice => FileType::BlockDevice,
            H::Socket => FileType::SocketStream,
            H::Fifo | H::Unknown => FileType::Unknown,
        }
    }
}

/// The four clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Clock {
    Realtime,
    Monotonic,
    ProcessCpu,
    ThreadCpu,
}

/// From where `fd_seek` counts (preview 1 numbering).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whence {
    Set,
    Cur,
    End,
}

/// Kinds of subscription of `poll_oneoff`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum EventType {
    Clock,
    FdRead,
    FdWrite,
}

/// Member `value` of an enumeration, or `Inval`. The whole 32-bit argument counts, also where the tag is one byte.
pub fn member<T: Copy>(all: &[T], value: u32) -> Result<T, Errno> {
    usize::try_from(value).ok().and_then(|i| all.get(i)).copied().ok_or(Errno::Inval)
}

/// `value` as a set of flags, or `Inval` when a bit outside `all` is set.
pub fn flags(value: u32, all: u16) -> Result<u16, Errno> {
    if value & !u32::from(all) == 0 { Ok(value as u16) } else { Err(Errno::Inval) }
}

pub const CLOCKS: [Clock; 4] = [Clock::Realtime, Clock::Monotonic, Clock::ProcessCpu, Clock::ThreadCpu];
pub const WHENCE: [Whence; 3] = [Whence::Set, Whence::Cur, Whence::End];
/// Preview 0 counts them differently.
pub const WHENCE_PREVIEW0: [Whence; 3] = [Whence::Cur, Whence::End, Whence::Set];
pub const EVENT_TYPES: [EventType; 3] = [EventType::Clock, EventType::FdRead, EventType::FdWrite];

/// One field of a record in guest memory: name, byte offset, bytes (1, 2, 4 or 8; little-endian).
pub type Field = (&'static str, usize, usize);

/// A record in guest memory: its size in bytes and its fields in order of declaration.
#[derive(Debug)]
pub struct Layout<const N: usize> {
    pub size: usize,
    pub fields: [Field; N],
}

/// The largest record below, in bytes.
pub const LARGEST_RECORD: usize = 64;

impl<const N: usize> Layout<N> {
    /// The record's bytes; only the first `size` count. Values are cut to their field; padding is zero.
    pub fn encode(&self, values: [u64; N]) -> [u8; LARGEST_RECORD] {
        let mut record = [0; LARGEST_RECORD];
        for ((_, offset, bytes), value) in self.fields.iter().zip(values) {
            record[*offset..offset + bytes].copy_from_slice(&value.to_le_bytes()[..*bytes]);
        }
        record
    }

    /// The values of a record that has at least `size` bytes.
    pub fn decode(&self, record: &[u8]) -> [u64; N] {
        self.fields.map(|(_, offset, bytes)| {
            let mut value = [0; 8];
            value[..bytes].copy_from_slice(&record[offset..offset + bytes]);
            u64::from_le_bytes(value)
        })
    }
}

pub const IOVEC: Layout<2> = Layout { size: 8, fields: [("buf", 0, 4), ("buf_len", 4, 4)] };
pub const PRESTAT: Layout<2> = Layout { size: 8, fields: [("tag", 0, 1), ("pr_name_len", 4, 4)] };
pub const FDSTAT: Layout<4> =
    Layout { size: 24, fields: [("fs_filetype", 0, 1), ("fs_flags", 2, 2), ("fs_rights_base", 8, 8), ("fs_rights_inheriting", 16, 8)] };
pub const FILESTAT: Layout<8> = Layout {
    size: 64,
    fields: [
        ("dev", 0, 8),
        ("ino", 8, 8),
        ("filetype", 16, 1),
        ("nlink", 24, 8),
        ("size", 32, 8),
        ("atim", 40, 8),
        ("mtim", 48, 8),
        ("ctim", 56, 8),
    ],
};
pub const FILESTAT_PREVIEW0: Layout<8> = Layout {
    size: 56,
    fields: [
        ("dev", 0, 8),
        ("ino", 8, 8),
        ("filetype", 16, 1),
        ("nlink", 20, 4),
        ("size", 24, 8),
        ("atim", 32, 8),
        ("mtim", 40, 8),
        ("ctim", 48, 8),
    ],
};
pub const DIRENT: Layout<4> = Layout { size: 24, fields: [("d_next", 0, 8), ("d_ino", 8, 8), ("d_namlen", 16, 4), ("d_type", 20, 1)] };
/// A subscription seen as a clock subscription.
pub const SUBSCRIPTION: Layout<6> = Layout {
    size: 48,
    fields: [("userdata", 0, 8), ("tag", 8, 1), ("id", 16, 4), ("timeout", 24, 8), ("precision", 32, 8), ("flags", 40, 2)],
};
/// Preview 0 has an `identifier` (8 bytes at 16) before the clock id.
pub const SUBSCRIPTION_PREVIEW0: Layout<6> = Layout {
    size: 56,
    fields: [("userdata", 0, 8), ("tag", 8, 1), ("id", 24, 4), ("timeout", 32, 8), ("precision", 40, 8), ("flags", 48, 2)],
};
/// A subscription seen as a readiness subscription; the same place in both previews.
pub const SUBSCRIPTION_FD: Layout<3> = Layout { size: 48, fields: [("userdata", 0, 8), ("tag", 8, 1), ("file_descriptor", 16, 4)] };
pub const EVENT: Layout<5> =
    Layout { size: 32, fields: [("userdata", 0, 8), ("error", 8, 2), ("type", 10, 1), ("nbytes", 16, 8), ("flags", 24, 2)] };

#[cfg(test)]
mod tests {
    use super::*;

    fn well_formed<const N: usize>(layout: &Layout<N>) {
        let mut end = 0;
        for (name, offset, bytes) in layout.fields {
            assert!(offset >= end, "{name} overlaps");
            assert_eq!(offset % bytes, 0, "{name} is not aligned");
            end = offset + bytes;
        }
        assert!(end <= layout.size && layout.size <= LARGEST_RECORD);
    }

    #[test]
    fn layouts() {
        well_formed(&IOVEC);
        well_formed(&PRESTAT);
        well_formed(&FDSTAT);
        well_formed(&FILESTAT);
        well_formed(&FILESTAT_PREVIEW0);
        well_formed(&DIRENT);
        well_formed(&SUBSCRIPTION);
        well_formed(&SUBSCRIPTION_PREVIEW0);
        well_formed(&SUBSCRIPTION_FD);
        well_formed(&EVENT);
        let values = [1, 2, 3, 4, 5, 6, 7, 8];
        assert_eq!(FILESTAT.decode(&FILESTAT.encode(values)), values);
    }

    #[test]
    fn numbers_of_the_specification() {
        // A few fixed points of the enumeration; if one is off, something between was forgotten.
        for (errno, number) in [
            (Errno::Badf, 8),
            (Errno::Exist, 20),
            (Errno::Fault, 21),
            (Errno::Ilseq, 25),
            (Errno::Inval, 28),
            (Errno::IsDir, 31),
            (Errno::NoEnt, 44),
            (Errno::NotDir, 54),
            (Errno::NotSup, 58),
            (Errno::Perm, 63),
            (Errno::Spipe, 70),
            (Errno::NotCapable, 76),
        ] {
            assert_eq!(errno as u16, number);
        }
    }

    #[test]
    fn flags_and_members() {
        assert_eq!(flags(3, 3), Ok(3));
        assert_eq!(flags(4, 3), Err(Errno::Inval));
        assert_eq!(flags(0x10001, 3), Err(Errno::Inval));
        assert_eq!(member(&WHENCE, 2), Ok(Whence::End));
        assert_eq!(member(&WHENCE, 3), Err(Errno::Inval));
        assert_eq!(member(&WHENCE, u32::MAX), Err(Errno::Inval));
    }
}
