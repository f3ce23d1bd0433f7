//! Named places at which a test ends the process, or pretends that it ended. A process that nobody watches, as
//! the shipped one, reads one pointer at each and goes on.
//!
//! A watcher is set in the process itself, by a test that has the engine in it: there is nothing in the
//! environment, the configuration or the build that could set it in the program.

use std::sync::OnceLock;

/// A place between two things that a crash may separate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Point {
    /// Between two migrations.
    Migrated,
    /// Just before any transaction commits.
    Committing,
    /// Just after any transaction has committed.
    Committed,
    /// A process has taken the work on the database, and has not looked at what an earlier one left.
    Taken,
    /// What an earlier process left is put where it belongs.
    Recovered,
    /// A turn is decided and saved, and not committed.
    TurnDecided,
    /// A turn has committed.
    TurnKept,
    /// Sends are claimed.
    Claimed,
    /// The server has said 354, and the gate was not asked.
    Waited,
    /// Sends have passed the gate, and it has not committed.
    GatePassed,
    /// The gate has committed: the ledger says handed, and no byte of the content has left.
    GateKept,
    /// The server has answered the dot, and nobody has written it down.
    Answered,
    /// Messages of the file channel are written, and their fates are not.
    FilesWritten,
    /// Other systems have answered, and their answers are not written down.
    HooksAnswered,
    /// Fates are in the transaction, which has not committed.
    FatesMade,
    /// Fates have committed.
    FatesKept,
    /// A publish is whole, and has not committed.
    PublishMade,
    /// A publish has committed, and nobody's timers are planned by it.
    PublishKept,
    /// Some of the customers are planned anew after a publish.
    PlannedPart,
    /// Some of those whom a publish takes along stand in the new version, and it has not committed.
    MoveMade,
    /// Some of them, or all, stand in the new version; that the move is under way is noted still.
    MoveKept,
    /// A batch of an import is written, and has not committed.
    ImportMade,
    /// A batch of an import has committed, and others have not.
    ImportKept,
    /// Two customers are one, and it has not committed.
    MergeMade,
    /// Two customers are one.
    MergeKept,
    /// What an operator wants of a workflow is done, and has not committed.
    OperateMade,
    /// What an operator wants of a workflow has committed.
    OperateKept,
}

impl Point {
    /// Every point, roughly in the order of a life.
    pub const ALL: [Self; 27] = [
        Self::Migrated,
        Self::Committing,
        Self::Committed,
        Self::Taken,
        Self::Recovered,
        Self::TurnDecided,
        Self::TurnKept,
        Self::Claimed,
        Self::Waited,
        Self::GatePassed,
        Self::GateKept,
        Self::Answered,
        Self::FilesWritten,
        Self::HooksAnswered,
        Self::FatesMade,
        Self::FatesKept,
        Self::PublishMade,
        Self::PublishKept,
        Self::PlannedPart,
        Self::MoveMade,
        Self::MoveKept,
        Self::ImportMade,
        Self::ImportKept,
        Self::MergeMade,
        Self::MergeKept,
        Self::OperateMade,
        Self::OperateKept,
    ];

    /// Its name in reports and in what replays a crash.
    pub fn name(self) -> &'static str {
        match self {
            Self::Migrated => "between two migrations",
            Self::Committing => "before a commit",
            Self::Committed => "after a commit",
            Self::Taken => "after the lease",
            Self::Recovered => "after the recovery",
            Self::TurnDecided => "before a turn's commit",
            Self::TurnKept => "after a turn's commit",
            Self::Claimed => "after the claim",
            Self::Waited => "after 354",
            Self::GatePassed => "before the gate's commit",
            Self::GateKept => "before the content",
            Self::Answered => "after the reply",
            Self::FilesWritten => "after the files",
            Self::HooksAnswered => "after a webhook's answer",
            Self::FatesMade => "before the accept commit",
            Self::FatesKept => "after the accept commit",
            Self::PublishMade => "before a publish's commit",
            Self::PublishKept => "after a publish's commit",
            Self::PlannedPart => "while planning",
            Self::MoveMade => "before a move's commit",
            Self::MoveKept => "after a move's commit",
            Self::ImportMade => "before an import's commit",
            Self::ImportKept => "after an import's commit",
            Self::MergeMade => "before a merge's commit",
            Self::MergeKept => "after a merge's commit",
            Self::OperateMade => "before an operator's commit",
            Self::OperateKept => "after an operator's commit",
        }
    }
}

/// What is to happen at a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// Nothing.
    GoOn,
    /// Whoever came here never comes back. The watcher sees to it that everything else ends, too.
    End,
}

/// Says at each point what is to happen. One that ends the process itself does not return.
pub type Watcher = fn(Point) -> Then;

static WATCHER: OnceLock<Watcher> = OnceLock::new();

/// Sets who is asked from now on, in this process and for all its time. `false`: somebody watches already.
pub fn watch(watcher: Watcher) -> bool {
    WATCHER.set(watcher).is_ok()
}

/// A place at which the process may end.
pub async fn point(point: Point) {
    if let Some(watcher) = WATCHER.get()
        && watcher(point) == Then::End
    {
        std::future::pending::<()>().await;
    }
}

#[cfg(test)]
mod tests {
    use super::{Point, Then, point, watch};
    use std::collections::BTreeSet;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    #[test]
    fn every_point_has_a_name_of_its_own() {
        let names: BTreeSet<&str> = Point::ALL.iter().map(|point| point.name()).collect();
        assert_eq!(names.len(), Point::ALL.len());
    }

    #[test]
    fn who_is_to_end_never_comes_back() {
        let at = |name| pin!(point(name)).poll(&mut Context::from_waker(Waker::noop()));
        assert_eq!(at(Point::Claimed), Poll::Ready(()), "nobody watches");
        assert!(watch(|point| if point == Point::Claimed { Then::End } else { Then::GoOn }));
        assert_eq!(at(Point::Claimed), Poll::Pending);
        assert_eq!(at(Point::Committed), Poll::Ready(()));
        assert!(!watch(|_| Then::GoOn), "there is one watcher");
    }
}
