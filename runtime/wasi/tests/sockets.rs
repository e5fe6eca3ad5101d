//! Sockets that the host hands in.

mod common;
use common::*;
use samite_wasi::types::{FileType, fdflags, riflags, rights, roflags, sdflags};
use samite_wasi::{Errno, WasiCtxBuilder};
use std::io::{Read, Write};
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};

const SOCKET: u32 = 3;
const FLAGS: u32 = RESULT + 8;

fn receive(g: &mut Guest, fd: u32, len: u32, flags: u16) -> Result<(Vec<u8>, u16), u16> {
    let [ptr, count] = g.vector(len);
    g.call("sock_recv", &[fd.into(), ptr, count, flags.into(), RESULT.into(), FLAGS.into()])?;
    Ok((g.data(g.u32(RESULT)), g.u32(FLAGS) as u16))
}

fn send(g: &mut Guest, fd: u32, bytes: &[u8]) -> Result<u32, u16> {
    g.put(DATA, bytes);
    let [ptr, count] = g.vector(bytes.len() as u32);
    g.call("sock_send", &[fd.into(), ptr, count, 0, RESULT.into()])?;
    Ok(g.u32(RESULT))
}

#[test]
fn streams() {
    let (ours, mut theirs) = UnixStream::pair().unwrap();
    let mut g = Guest::new(WasiCtxBuilder::new().preopened_socket(ours));
    assert_eq!(g.fdstat(SOCKET), Ok([FileType::SocketStream as u64, 0, rights::SOCKET, rights::SOCKET]));
    assert_eq!(g.filestat(SOCKET).unwrap()[2], FileType::SocketStream as u64);
    assert_eq!(send(&mut g, SOCKET, b"hello"), Ok(5));
    assert_eq!(g.write(SOCKET, b" you"), Ok(4));
    let mut heard = [0; 9];
    theirs.read_exact(&mut heard).unwrap();
    assert_eq!(&heard, b"hello you");

    theirs.write_all(b"0123456789").unwrap();
    assert_eq!(receive(&mut g, SOCKET, 4, riflags::PEEK), Ok((b"0123".to_vec(), 0)));
    assert_eq!(receive(&mut g, SOCKET, 4, 0), Ok((b"0123".to_vec(), 0)));
    assert_eq!(receive(&mut g, SOCKET, 6, riflags::WAITALL), Ok((b"456789".to_vec(), 0)));
    g.call("fd_fdstat_set_flags", &[SOCKET.into(), fdflags::NONBLOCK.into()]).unwrap();
    assert_eq!(receive(&mut g, SOCKET, 4, 0), err(Errno::Again));
    assert_eq!(g.read(SOCKET, 4), err(Errno::Again));
    theirs.write_all(b"x").unwrap();
    assert_eq!(g.read(SOCKET, 4).unwrap(), b"x");

    assert_eq!(receive(&mut g, SOCKET, 4, 4), err(Errno::Inval));
    assert_eq!(g.call("sock_send", &[SOCKET.into(), VECTORS.into(), 1, 1, RESULT.into()]), err(Errno::Inval));
    for how in [0, 4, 255] {
        assert_eq!(g.call("sock_shutdown", &[SOCKET.into(), how]), err(Errno::Inval));
    }
    g.call("sock_shutdown", &[SOCKET.into(), sdflags::WR.into()]).unwrap();
    assert_eq!(theirs.read(&mut heard).unwrap(), 0);
    assert_eq!(send(&mut g, SOCKET, b"x"), err(Errno::Pipe));
    drop(theirs);
    assert_eq!(receive(&mut g, SOCKET, 4, 0), Ok((vec![], 0)));
    g.call("fd_fdstat_set_rights", &[SOCKET.into(), 0, 0]).unwrap();
    assert_eq!(g.call("sock_shutdown", &[SOCKET.into(), 3]), err(Errno::NotCapable));
    assert_eq!(receive(&mut g, SOCKET, 4, 0), err(Errno::Badf));
}

#[test]
fn datagrams() {
    let (ours, theirs) = UnixDatagram::pair().unwrap();
    let mut g = Guest::new(WasiCtxBuilder::new().preopened_socket(ours));
    assert_eq!(g.fdstat(SOCKET).unwrap()[0], FileType::SocketDgram as u64);
    theirs.send(b"12345").unwrap();
    theirs.send(b"678").unwrap();
    assert_eq!(receive(&mut g, SOCKET, 3, 0), Ok((b"123".to_vec(), roflags::DATA_TRUNCATED)));
    assert_eq!(receive(&mut g, SOCKET, 8, 0), Ok((b"678".to_vec(), 0)));
}

#[test]
fn accepting() {
    let temp = tempfile::TempDir::new().unwrap();
    let path = temp.path().join("socket");
    let listener = UnixListener::bind(&path).unwrap();
    listener.set_nonblocking(true).unwrap();
    let mut g = Guest::new(WasiCtxBuilder::new().preopened_socket(listener).max_descriptors(5));
    assert_eq!(g.fdstat(SOCKET).unwrap()[1], fdflags::NONBLOCK.into());
    assert_eq!(g.call("sock_accept", &[SOCKET.into(), 0, RESULT.into()]), err(Errno::Again));
    assert_eq!(g.call("sock_accept", &[SOCKET.into(), fdflags::APPEND.into(), RESULT.into()]), err(Errno::Inval));
    assert_eq!(g.call("sock_accept", &[1, 0, RESULT.into()]), err(Errno::NotSock));
    let mut theirs = UnixStream::connect(&path).unwrap();
    g.call("sock_accept", &[SOCKET.into(), fdflags::NONBLOCK.into(), RESULT.into()]).unwrap();
    let fd = g.u32(RESULT);
    assert_eq!(g.fdstat(fd), Ok([FileType::SocketStream as u64, fdflags::NONBLOCK.into(), rights::SOCKET, rights::SOCKET]));
    theirs.write_all(b"hi").unwrap();
    assert_eq!(g.read(fd, 10).unwrap(), b"hi");
    let _more = UnixStream::connect(&path).unwrap();
    assert_eq!(g.call("sock_accept", &[SOCKET.into(), 0, RESULT.into()]), err(Errno::Mfile));
    assert_eq!(receive(&mut g, SOCKET, 1, 0), err(Errno::Inval), "a listening socket has no bytes");
}
