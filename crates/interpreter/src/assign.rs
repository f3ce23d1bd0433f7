//! Who gets the lead: a fold over requests and a team's state. Pure, so that the simulated load of the
//! reps is the real one.

use crate::world::People;
use dsl::library::{Library, Member};
use dsl::step::AssignBy;
use jiff::Timestamp;
use model::{EnrollmentId, RepId, StepId, TeamId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a team's rotation remembers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TeamState {
    /// Smooth weighted round robin: the credit of each member.
    #[serde(default)]
    pub credit: BTreeMap<String, i64>,
    /// When each member last got one, in unix milliseconds.
    #[serde(default)]
    pub last: BTreeMap<String, i64>,
}

/// A walk asks for a rep.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// From which team.
    pub team: TeamId,
    /// When.
    pub at: Timestamp,
    /// Which walk asks.
    pub enrollment: EnrollmentId,
    /// At which step.
    pub step: StepId,
    /// By these rules, the first that answers; empty: the team's own.
    pub by: Vec<AssignBy>,
    /// Who owns the customer (or the entity) now.
    pub owner: Option<RepId>,
    /// Where the customer is, for `territory`.
    pub territory: Vec<String>,
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    /// Who; `None`: nobody can take it.
    pub rep: Option<RepId>,
    /// By which rule.
    pub rule: AssignBy,
    /// Members passed over, with the reason's code.
    pub passed_over: BTreeMap<String, String>,
}

/// Chooses a rep and moves the team's state on. Errors: none; nobody available is `rep: None`.
pub fn choose(library: &Library, people: &mut People, request: &Request) -> Chosen {
    let mut passed_over = BTreeMap::new();
    let Some(team) = library.teams.get(&request.team) else {
        return Chosen { rep: None, rule: AssignBy::RoundRobin, passed_over };
    };
    let mut able: Vec<&Member> = Vec::new();
    for member in &team.members {
        let away = people.reps.get(&member.rep).is_some_and(|rep| rep.away);
        let open = people.open.get(&member.rep).copied().unwrap_or(0);
        let full = member.open_leads.is_some_and(|most| open >= i64::from(most));
        if away {
            passed_over.insert(member.rep.to_string(), "away".to_owned());
        } else if full {
            passed_over.insert(member.rep.to_string(), "full".to_owned());
        } else {
            able.push(member);
        }
    }
    let rules: &[AssignBy] = if !request.by.is_empty() {
        &request.by
    } else if !team.by.is_empty() {
        &team.by
    } else {
        &[AssignBy::RoundRobin]
    };
    // Owner and sticky only prefer somebody: where they alone are asked, everybody else comes in turn.
    let prefers = rules.iter().all(|rule| matches!(rule, AssignBy::Owner | AssignBy::Sticky));
    let in_turn = prefers.then_some(&AssignBy::RoundRobin);
    for rule in rules.iter().chain(in_turn) {
        let state = people.teams.entry(request.team.clone()).or_default();
        let rep = match rule {
            AssignBy::RoundRobin => rotate(state, &able, |_| 1),
            AssignBy::Weighted => rotate(state, &able, |member| i64::from(member.weight.max(1))),
            AssignBy::LeastBusy => able
                .iter()
                .min_by_key(|member| {
                    let open = people.open.get(&member.rep).copied().unwrap_or(0);
                    let last = state.last.get(member.rep.as_str()).copied().unwrap_or(i64::MIN);
                    (open, last)
                })
                .map(|member| member.rep.clone()),
            AssignBy::Owner | AssignBy::Sticky => {
                request.owner.clone().filter(|owner| able.iter().any(|member| member.rep == *owner))
            }
            AssignBy::Territory => {
                let here: Vec<&Member> = able
                    .iter()
                    .copied()
                    .filter(|member| member.territory.iter().any(|place| request.territory.contains(place)))
                    .collect();
                if here.is_empty() { None } else { rotate(state, &here, |_| 1) }
            }
            AssignBy::Skill => None,
        };
        if let Some(rep) = rep {
            state.last.insert(rep.to_string(), request.at.as_millisecond());
            *people.open.entry(rep.clone()).or_insert(0) += 1;
            return Chosen { rep: Some(rep), rule: *rule, passed_over };
        }
    }
    let rule = rules.last().copied().unwrap_or(AssignBy::RoundRobin);
    Chosen { rep: None, rule, passed_over }
}

/// Smooth weighted round robin: everybody earns their weight, the richest pays the whole and is chosen.
fn rotate(state: &mut TeamState, able: &[&Member], weight: impl Fn(&Member) -> i64) -> Option<RepId> {
    let whole: i64 = able.iter().map(|member| weight(member)).sum();
    for member in able {
        *state.credit.entry(member.rep.to_string()).or_insert(0) += weight(member);
    }
    let mut best: Option<(&Member, i64)> = None;
    for member in able {
        let credit = state.credit.get(member.rep.as_str()).copied().unwrap_or(0);
        // Ties go to the earlier member in the file: two workers that race pick the same rep.
        if best.is_none_or(|(_, most)| credit > most) {
            best = Some((member, credit));
        }
    }
    let (member, _) = best?;
    *state.credit.entry(member.rep.to_string()).or_insert(0) -= whole;
    Some(member.rep.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use dsl::library::Team;

    fn library(weights: &[(&str, u32)]) -> Library {
        let members = weights
            .iter()
            .map(|(rep, weight)| Member {
                rep: RepId::new(rep),
                weight: *weight,
                skills: vec![],
                territory: vec![],
                open_leads: None,
                per_day: None,
            })
            .collect();
        let mut library = Library::default();
        library.teams.insert(TeamId::new("t"), Team { members, ..Team::default() });
        library
    }

    fn request(by: AssignBy) -> Request {
        Request {
            team: TeamId::new("t"),
            at: Timestamp::UNIX_EPOCH,
            enrollment: EnrollmentId::new("e"),
            step: StepId::new("s"),
            by: vec![by],
            owner: None,
            territory: vec![],
        }
    }

    #[test]
    fn round_robin_gives_each_in_turn() {
        let library = library(&[("a", 1), ("b", 1), ("c", 1)]);
        let mut people = People::default();
        let given: Vec<_> = (0..7)
            .filter_map(|_| choose(&library, &mut people, &request(AssignBy::RoundRobin)).rep)
            .map(|rep| rep.to_string())
            .collect();
        assert_eq!(given, ["a", "b", "c", "a", "b", "c", "a"]);
    }

    #[test]
    fn weights_are_smooth_and_exact() {
        let library = library(&[("a", 5), ("b", 1), ("c", 1)]);
        let mut people = People::default();
        let given: Vec<_> = (0..7)
            .filter_map(|_| choose(&library, &mut people, &request(AssignBy::Weighted)).rep)
            .map(|rep| rep.to_string())
            .collect();
        assert_eq!(given, ["a", "a", "b", "a", "c", "a", "a"]);
    }

    #[test]
    fn who_is_away_is_passed_over_with_the_reason() {
        let library = library(&[("a", 1), ("b", 1)]);
        let mut people = People::default();
        people.reps.insert(RepId::new("a"), model::Rep { away: true, ..Default::default() });
        let chosen = choose(&library, &mut people, &request(AssignBy::RoundRobin));
        assert_eq!(chosen.rep, Some(RepId::new("b")));
        assert_eq!(chosen.passed_over.get("a").map(String::as_str), Some("away"));
    }

    #[test]
    fn who_has_no_owner_in_the_team_is_given_in_turn() {
        let library = library(&[("a", 1), ("b", 1)]);
        let mut people = People::default();
        let of = |owner: &str| Request { owner: Some(RepId::new(owner)), ..request(AssignBy::Owner) };
        assert_eq!(choose(&library, &mut people, &of("b")).rep, Some(RepId::new("b")));
        let chosen = choose(&library, &mut people, &of("somebody else"));
        assert_eq!((chosen.rep, chosen.rule), (Some(RepId::new("a")), AssignBy::RoundRobin));
    }

    #[test]
    fn least_busy_takes_the_fewest_open_then_the_longest_since() {
        let library = library(&[("a", 1), ("b", 1)]);
        let mut people = People::default();
        people.open.insert(RepId::new("a"), 3);
        let first = choose(&library, &mut people, &request(AssignBy::LeastBusy));
        assert_eq!(first.rep, Some(RepId::new("b")));
    }
}
