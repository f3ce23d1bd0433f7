//! How far long work has come: a bar on standard error, and only where a person looks at it.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;

/// A bar, or nothing.
#[derive(Clone, Debug)]
pub struct Progress(ProgressBar);

impl Progress {
    /// A bar on standard error if that is a terminal; else it stays silent.
    pub fn new() -> Self {
        let target = if std::io::stderr().is_terminal() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(None, target);
        if let Ok(style) =
            ProgressStyle::with_template("{bar:30} {percent:>3} % {human_pos}/{human_len} {msg}")
        {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// Says how much there is to do.
    pub fn whole(&self, whole: u64) {
        self.0.set_length(whole);
    }

    /// Says how much is done, of the whole.
    pub fn at(&self, done: u64) {
        self.0.set_position(done);
    }

    /// Says what is being done, beside the bar.
    pub fn doing(&self, what: impl Into<String>) {
        self.0.set_message(what.into());
    }

    /// Says something that stays above the bar. Silent where nobody looks.
    pub fn say(&self, what: impl AsRef<str>) {
        self.0.println(what);
    }

    /// Takes the bar away.
    pub fn end(&self) {
        self.0.finish_and_clear();
    }
}
