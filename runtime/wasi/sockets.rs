//! Sockets. A program gets them ready made (`WasiCtxBuilder::preopened_socket`) or by accepting; preview 1 cannot make any.

use crate::ctx::WasiCtx;
use crate::descriptors::{Descriptor, Entry};
use crate::memory::{Buffers, GuestMemory, Transfer, check, write_u16, write_u32};
use crate::types::{Errno, FileType, fdflags, flags, riflags, rights, roflags, sdflags};
use rustix::fs::OFlags;
use rustix::io::retry_on_intr;
use rustix::net::{RecvFlags, SendFlags, Shutdown, SocketFlags, SocketType};
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::AtomicU16;

pub(crate) struct Socket {
    pub(crate) fd: OwnedFd,
    pub(crate) file_type: FileType,
    pub(crate) flags: AtomicU16,
}

impl Socket {
    /// Takes a socket; the error is the host's when it is none. Whether it blocks is the host descriptor's setting.
    pub(crate) fn new(fd: OwnedFd, flags: u16) -> rustix::io::Result<Socket> {
        let file_type = match rustix::net::sockopt::socket_type(&fd)? {
            SocketType::DGRAM => FileType::SocketDgram,
            _ => FileType::SocketStream,
        };
        let nonblock = if rustix::fs::fcntl_getfl(&fd)?.contains(OFlags::NONBLOCK) { fdflags::NONBLOCK } else { 0 };
        Ok(Socket { fd, file_type, flags: AtomicU16::new(flags | nonblock) })
    }

    /// What `fd_read` does with a socket.
    pub(crate) fn receive(&self, buf: &mut [u8]) -> Result<usize, Errno> {
        Ok(retry_on_intr(|| rustix::net::recv(&self.fd, &mut *buf, RecvFlags::empty()))?.0)
    }

    /// What `fd_write` does with a socket. A closed peer is `Pipe`, never the host's signal.
    pub(crate) fn send(&self, buf: &[u8]) -> Result<usize, Errno> {
        Ok(retry_on_intr(|| rustix::net::send(&self.fd, buf, SendFlags::NOSIGNAL))?)
    }
}

impl Entry {
    /// The socket, with these rights. `NotSock` for other kinds.
    fn socket(&self, wanted: u64) -> Result<&Socket, Errno> {
        match &*self.descriptor {
            Descriptor::Socket(socket) => self.require(wanted).map(|()| socket),
            _ => Err(Errno::NotSock),
        }
    }
}

impl WasiCtx {
    /// `sock_accept`: the new connection's descriptor (32 bits at `result`). `Inval`: a flag other than `nonblock`.
    pub fn sock_accept(&self, memory: &mut dyn GuestMemory, fd: u32, fd_flags: u32, result: u32) -> Result<(), Errno> {
        check(memory, result, 4)?;
        let fd_flags = flags(fd_flags, fdflags::NONBLOCK)?;
        let entry = self.entry(fd)?;
        let listener = entry.socket(rights::SOCK_ACCEPT)?;
        self.table().room()?;
        if let Some(stream) = entry.blocks() {
            self.until_readable(stream)?;
        }
        let nonblock = if fd_flags & fdflags::NONBLOCK != 0 { SocketFlags::NONBLOCK } else { SocketFlags::empty() };
        let fd = retry_on_intr(|| rustix::net::accept_with(&listener.fd, SocketFlags::CLOEXEC | nonblock))?;
        let socket = Socket::new(fd, fd_flags)?;
        let base = entry.inheriting & rights::SOCKET;
        let new = self.table().add(Entry { base, inheriting: base, preopened: None, descriptor: Arc::new(Descriptor::Socket(socket)) })?;
        write_u32(memory, result, new)
    }

    /// `sock_recv`: number of bytes (32 bits at `result`) and flags of the message (16 bits at `result_flags`).
    #[expect(clippy::too_many_arguments, reason = "the interface has them")]
    pub fn sock_recv(
        &self,
        memory: &mut dyn GuestMemory,
        fd: u32,
        iovs: u32,
        iovs_len: u32,
        ri_flags: u32,
        result: u32,
        result_flags: u32,
    ) -> Result<(), Errno> {
        check(memory, result, 4)?;
        check(memory, result_flags, 2)?;
        let how = flags(ri_flags, riflags::ALL)?;
        let entry = self.entry(fd)?;
        let socket = entry.socket(rights::FD_READ)?;
        let buffers = Buffers::new(memory, iovs, iovs_len)?;
        if let Some(stream) = entry.blocks() {
            self.until_readable(stream)?;
        }
        let mut host = RecvFlags::empty();
        host.set(RecvFlags::PEEK, how & riflags::PEEK != 0);
        host.set(RecvFlags::WAITALL, how & riflags::WAITALL != 0);
        // For messages, TRUNC makes the host say how long the message was.
        let message = socket.file_type == FileType::SocketDgram;
        host.set(RecvFlags::TRUNC, message);
        // More than one host call only to wait for all of a stream; looking twice would see the same bytes.
        let transfer = if how == riflags::WAITALL && !message { Transfer::Whole } else { Transfer::Once };
        let mut cut = 0;
        let got = buffers.fill(memory, transfer, |buf, _| {
            let (got, length) = retry_on_intr(|| rustix::net::recv(&socket.fd, &mut *buf, host))?;
            if length > got {
                cut = roflags::DATA_TRUNCATED;
            }
            Ok(got)
        })?;
        write_u32(memory, result, got)?;
        write_u16(memory, result_flags, cut)
    }

    /// `sock_send`: number of bytes (32 bits at `result`). `Inval`: flags, of which none are defined.
    pub fn sock_send(
        &self,
        memory: &mut dyn GuestMemory,
        fd: u32,
        iovs: u32,
        iovs_len: u32,
        si_flags: u32,
        result: u32,
    ) -> Result<(), Errno> {
        check(memory, result, 4)?;
        flags(si_flags, 0)?;
        let entry = self.entry(fd)?;
        let socket = entry.socket(rights::FD_WRITE)?;
        let put = Buffers::new(memory, iovs, iovs_len)?.drain(memory, |buf, _| socket.send(buf))?;
        write_u32(memory, result, put)
    }

    /// `sock_shutdown`. `Inval`: neither direction.
    pub fn sock_shutdown(&self, fd: u32, how: u32) -> Result<(), Errno> {
        let how = match flags(how, sdflags::ALL)? {
            0 => return Err(Errno::Inval),
            sdflags::RD => Shutdown::Read,
            sdflags::WR => Shutdown::Write,
            _ => Shutdown::Both,
        };
        let entry = self.entry(fd)?;
        Ok(rustix::net::shutdown(&entry.socket(rights::SOCK_SHUTDOWN)?.fd, how)?)
    }
}
