//! Connections: how many there may be, and how long each may take to say what it wants.

use axum::Router;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::future::Future;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// Connections at one time; further ones wait in the system's queue.
const CONNECTIONS: usize = 4_096;
/// How long the head of a request may take, and how long a connection may be idle.
const HEAD: Duration = Duration::from_secs(30);
/// Lines of the head.
const LINES: usize = 64;
/// Bytes of the head, and of what is read ahead of the body.
const HEAD_BYTES: usize = 64 * 1024;
/// How long those may take who were asked before the end.
const GRACE: Duration = Duration::from_secs(10);
/// Before the next connection is asked for where the system has none to give.
const BREATH: Duration = Duration::from_millis(100);

/// Who speaks to us: the address at the other end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Peer(pub IpAddr);

/// Takes connections until `stop`.
pub(crate) async fn serve(listener: TcpListener, routes: Router, stop: impl Future<Output = ()>) {
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    let graceful = GracefulShutdown::new();
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD).max_headers(LINES).max_buf_size(HEAD_BYTES);
    let service = TowerToHyperService::new(routes);
    let mut stop = pin!(stop);
    loop {
        let next = async {
            // Nobody closes it.
            let place = Arc::clone(&room).acquire_owned().await.ok();
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            next = next => next,
            () = &mut stop => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "take a connection");
                tokio::time::sleep(BREATH).await;
                continue;
            }
        };
        // An answer goes at once; where the system refuses, it only goes later.
        let _ = stream.set_nodelay(true);
        let (peer, service) = (Peer(peer.ip().to_canonical()), service.clone());
        let speak = service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
            request.extensions_mut().insert(peer);
            service.call(request)
        });
        let connection = graceful.watch(http.serve_connection(TokioIo::new(stream), speak));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection broke off");
            }
            drop(place);
        });
    }
    if tokio::time::timeout(GRACE, graceful.shutdown()).await.is_err() {
        tracing::warn!("some who were asked before the end did not finish");
    }
}
