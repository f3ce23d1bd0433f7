//! Import: rows of files become customers, entities, reps, events, consents and suppressions.
//!
//! [`read`] knows files, [`map`] maps, [`record`] the model, [`load`] what is new about it all, and a
//! [`Target`] writes. Importing the same file again changes nothing. Contract: rules, import.

mod batch;
mod guess;
mod ids;
mod judge;
mod load;
mod maker;
mod map;
mod mapping;
mod pattern;
mod preset;
mod quotes;
mod reach;
mod read;
mod record;
mod repeats;
mod say;
mod scars;
mod survey;
mod target;
mod utf8;
mod workbook;

pub use batch::{Batch, GivenConsent, Import, Known, Target};
pub use judge::{Given, Judge};
pub use load::{ConsentForAll, Direct, Job, LoadError, Pass, Progress, Settings, Taken, direct, load};
pub use map::{LookUp, Map, Move, Placed, ReadAs, Setting, read_map};
pub use pattern::{DatePattern, Pattern};
pub use preset::Preset;
pub use reach::{Reach, Told};
pub use read::{Cell, Delimiter, Format, Heading, Next, Row, Rows, Shape};
pub use record::{
    ConsentWord, CustomerRow, EntityRow, EventRow, Extra, Record, RepRow, StageMove, SuppressionRow, What,
    Whom,
};
pub use say::{BadRow, Duplicate, Finding, ImportError, ImportReport, KEPT, REMARKS, Remark};
pub use survey::{Column, Survey, survey};
pub use target::{AfterBatch, NothingFollows, StoreTarget};
pub use utf8::Encoding;
