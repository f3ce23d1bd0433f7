//! One order of things: the threads of SQLite answer only while everything in the simulation's own thread waits, so
//! that it never depends on how fast they are.

use sqlx::SqliteConnection;
use std::cell::RefCell;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use store::{Pool, Raw, Store};
use tokio::runtime::{Builder, Runtime};

/// Open while everything waits.
#[derive(Debug, Default)]
struct Door {
    open: Mutex<bool>,
    opened: Condvar,
}

impl Door {
    fn set(&self, open: bool) {
        *self.open.lock().unwrap_or_else(PoisonError::into_inner) = open;
        self.opened.notify_all();
    }

    fn pass(&self) {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.opened.wait_while(open, |open| !*open).unwrap_or_else(PoisonError::into_inner));
    }
}

thread_local! {
    static DOOR: RefCell<Arc<Door>> = RefCell::default();
}

/// A runtime of this thread alone, in which what runs here goes before what comes from elsewhere.
pub fn runtime() -> Runtime {
    let door = Arc::new(Door::default());
    DOOR.set(Arc::clone(&door));
    let (waits, works) = (Arc::clone(&door), door);
    Builder::new_current_thread()
        .enable_all()
        .global_queue_interval(u32::MAX)
        .on_thread_park(move || waits.set(true))
        .on_thread_unpark(move || works.set(false))
        .build()
        .unwrap()
}

/// Lets the connections of a store answer in order.
pub async fn keep(store: &Store) {
    if let Pool::Sqlite(pool) = store.pool() {
        obey(&mut pool.acquire().await.unwrap()).await;
    }
    let mut reader = store.read().await.unwrap();
    match reader.raw() {
        Raw::Sqlite(conn) => obey(conn).await,
        Raw::Postgres(_) => unreachable!("the simulation is over SQLite"),
    }
}

async fn obey(conn: &mut SqliteConnection) {
    let door = DOOR.with_borrow(Arc::clone);
    conn.lock_handle().await.unwrap().set_progress_handler(1, move || {
        door.pass();
        true
    });
}
