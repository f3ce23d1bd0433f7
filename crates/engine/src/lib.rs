//! Does: the durable shell around the interpreter.

pub mod answer;
mod apply;
pub mod audience;
pub mod clock;
mod commit;
mod deliver;
mod digest;
pub mod engine;
pub mod error;
pub mod import;
pub mod jobs;
pub mod letter;
mod live;
pub mod lock;
pub mod merge;
pub mod operate;
pub mod plan;
mod planning;
mod probe;
pub mod publish;
pub mod published;
mod rank;
pub mod retype;
pub mod score;
pub mod simulate;
pub mod speak;
mod turns;
mod virtual_run;

pub use apply::Apply;
pub use clock::{Clock, VirtualClock, WallClock};
pub use engine::{Engine, Roles};
pub use error::EngineError;
pub use live::LEASE;
pub use published::Published;
pub use speak::{Delivery, Speakers};
pub use virtual_run::leave_virtual_clock;
