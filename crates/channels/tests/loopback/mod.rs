//! Addresses on this machine. Below 32768, because above it the kernel hands ports to outgoing connections.

#![allow(dead_code, clippy::panic, reason = "shared by tests, each of which uses its part and stops without")]

use std::hash::{BuildHasher, RandomState};
use std::net::SocketAddr;
use tokio::net::{TcpListener, UdpSocket};

/// From a random place on, so that those who look at the same time seldom meet.
fn ports() -> impl Iterator<Item = u16> {
    let start = RandomState::new().hash_one(()) % 12_000;
    (0..12_000).map(move |step| 20_000 + u16::try_from((start + step) % 12_000).unwrap_or(0))
}

pub async fn listener() -> TcpListener {
    for port in ports() {
        if let Ok(listener) = TcpListener::bind(("127.0.0.1", port)).await {
            return listener;
        }
    }
    panic!("none of twelve thousand ports is free")
}

pub async fn socket() -> UdpSocket {
    for port in ports() {
        if let Ok(socket) = UdpSocket::bind(("127.0.0.1", port)).await {
            return socket;
        }
    }
    panic!("none of twelve thousand ports is free")
}

/// Where nobody listens: a port that was let go of could be another test's a moment later, but no test listens
/// at this address.
pub fn nobody() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 99], 20_000))
}
