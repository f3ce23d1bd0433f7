//! Who may do what, to whose customers: one table. What does not stand in it nobody may.

use std::fmt;
use std::str::FromStr;

/// What a colleague, or a program in their name, may do at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Everything.
    Admin,
    /// Runs the installation.
    Operator,
    /// Writes workflows and watches them.
    Marketer,
    /// Leads teams: sees what their reps see.
    Manager,
    /// Has customers.
    Rep,
    /// Looks, and sees nothing personal.
    Viewer,
}

impl Role {
    /// Every role, in the order of the table.
    pub const ALL: [Self; 6] =
        [Self::Admin, Self::Operator, Self::Marketer, Self::Manager, Self::Rep, Self::Viewer];

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Operator => "operator",
            Self::Marketer => "marketer",
            Self::Manager => "manager",
            Self::Rep => "rep",
            Self::Viewer => "viewer",
        }
    }

    /// Whether it speaks for a rep.
    pub const fn needs_rep(self) -> bool {
        match self {
            Self::Manager | Self::Rep => true,
            Self::Admin | Self::Operator | Self::Marketer | Self::Viewer => false,
        }
    }

    /// To whose customers it may do something; `None`: it may not.
    pub fn may(self, action: Action) -> Option<Extent> {
        let (_, row) = TABLE.iter().find(|(of, _)| *of == action)?;
        let [admin, operator, marketer, manager, rep, viewer] = *row;
        match self {
            Self::Admin => admin,
            Self::Operator => operator,
            Self::Marketer => marketer,
            Self::Manager => manager,
            Self::Rep => rep,
            Self::Viewer => viewer,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// No such role, or no such scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown;

impl FromStr for Role {
    type Err = Unknown;
    fn from_str(word: &str) -> Result<Self, Unknown> {
        Self::ALL.into_iter().find(|role| role.as_str() == word).ok_or(Unknown)
    }
}

/// Whose customers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// Those that the rep owns.
    Own,
    /// Those that reps of their teams own.
    Team,
    /// Everybody.
    All,
}

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $word:literal;)*) => {
        /// What may be done. Its word is a scope of keys.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Action {
            $($(#[$doc])* $name,)*
        }

        impl Action {
            /// Every action.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its word.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }
        }
    };
}

actions! {
    /// Look at customers.
    CustomersRead = "customers:read";
    /// See what of them is personal; without it that is masked.
    PersonalRead = "personal:read";
    /// Make and change customers.
    CustomersWrite = "customers:write";
    /// Look at events.
    EventsRead = "events:read";
    /// Tell events, as clients of Segment do.
    EventsWrite = "events:write";
    /// Tell what people without a name look at: for a key that stands in a page.
    VisitsWrite = "visits:write";
    /// Look at events that were refused.
    RejectedRead = "rejected:read";
    /// Say what customers consent to.
    ConsentWrite = "consent:write";
    /// Look at segments.
    SegmentsRead = "segments:read";
    /// Look at workflows.
    WorkflowsRead = "workflows:read";
    /// Hold workflows and let them go on.
    WorkflowsWrite = "workflows:write";
    /// Let customers into workflows and out of them.
    WalksWrite = "walks:write";
    /// Try workflows on history.
    Simulate = "simulate";
    /// Look at tasks.
    TasksRead = "tasks:read";
    /// Finish tasks.
    TasksWrite = "tasks:write";
    /// Look at reps.
    RepsRead = "reps:read";
    /// Say who is away.
    RepsWrite = "reps:write";
    /// Look at results.
    ReportsRead = "reports:read";
    /// Hand in mails that came back.
    BouncesWrite = "bounces:write";
    /// Look at messages.
    SendsRead = "sends:read";
    /// Look at what people and keys did.
    AuditRead = "audit:read";
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Action {
    type Err = Unknown;
    fn from_str(word: &str) -> Result<Self, Unknown> {
        Self::ALL.iter().copied().find(|action| action.as_str() == word).ok_or(Unknown)
    }
}

const NO: Option<Extent> = None;
const OWN: Option<Extent> = Some(Extent::Own);
const TEAM: Option<Extent> = Some(Extent::Team);
const ALL: Option<Extent> = Some(Extent::All);

/// The table.
#[rustfmt::skip]
const TABLE: [(Action, [Option<Extent>; 6]); Action::ALL.len()] = [
    //                        admin operator marketer manager rep  viewer
    (Action::CustomersRead,  [ALL,  ALL,     ALL,     TEAM,   OWN, ALL]),
    (Action::PersonalRead,   [ALL,  ALL,     ALL,     TEAM,   OWN, NO]),
    (Action::CustomersWrite, [ALL,  ALL,     ALL,     TEAM,   OWN, NO]),
    (Action::EventsRead,     [ALL,  ALL,     ALL,     TEAM,   OWN, ALL]),
    (Action::EventsWrite,    [ALL,  ALL,     ALL,     NO,     NO,  NO]),
    (Action::VisitsWrite,    [ALL,  ALL,     ALL,     NO,     NO,  NO]),
    (Action::RejectedRead,   [ALL,  ALL,     ALL,     NO,     NO,  NO]),
    (Action::ConsentWrite,   [ALL,  ALL,     ALL,     TEAM,   OWN, NO]),
    (Action::SegmentsRead,   [ALL,  ALL,     ALL,     TEAM,   OWN, ALL]),
    (Action::WorkflowsRead,  [ALL,  ALL,     ALL,     TEAM,   OWN, ALL]),
    (Action::WorkflowsWrite, [ALL,  ALL,     ALL,     NO,     NO,  NO]),
    (Action::WalksWrite,     [ALL,  ALL,     ALL,     TEAM,   NO,  NO]),
    (Action::Simulate,       [ALL,  ALL,     ALL,     NO,     NO,  NO]),
    (Action::TasksRead,      [ALL,  ALL,     ALL,     TEAM,   OWN, ALL]),
    (Action::TasksWrite,     [ALL,  ALL,     NO,      TEAM,   OWN, NO]),
    (Action::RepsRead,       [ALL,  ALL,     ALL,     ALL,    OWN, ALL]),
    (Action::RepsWrite,      [ALL,  ALL,     NO,      TEAM,   OWN, NO]),
    (Action::ReportsRead,    [ALL,  ALL,     ALL,     ALL,    NO,  ALL]),
    (Action::BouncesWrite,   [ALL,  ALL,     NO,      NO,     NO,  NO]),
    (Action::SendsRead,      [ALL,  ALL,     ALL,     TEAM,   OWN, ALL]),
    (Action::AuditRead,      [ALL,  ALL,     NO,      NO,     NO,  NO]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_stands_in_the_table_once_and_the_admin_may_all() {
        for action in Action::ALL {
            assert_eq!(TABLE.iter().filter(|(of, _)| of == action).count(), 1, "{action}");
            assert_eq!(Role::Admin.may(*action), Some(Extent::All), "{action}");
            assert_eq!(action.as_str().parse(), Ok(*action));
        }
        assert_eq!("customers".parse::<Action>(), Err(Unknown));
    }

    #[test]
    fn a_rep_reaches_own_customers_only_and_a_viewer_changes_nothing() {
        for action in Action::ALL {
            assert!(Role::Rep.may(*action) <= Some(Extent::Own), "{action}");
            assert!(Role::Manager.may(*action) >= Role::Rep.may(*action), "{action}");
            if action.as_str().ends_with(":write") || *action == Action::PersonalRead {
                assert_eq!(Role::Viewer.may(*action), None, "{action}");
            }
        }
    }
}
