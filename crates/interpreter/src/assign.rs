//! Who gets the lead: a fold over requests and a team's state. Pure, so that the simulated load of the
//! reps is the real one.

use crate::rep;
use crate::world::{People, World};
use dsl::library::{Member, Team, WhenClosed};
use dsl::step::AssignBy;
use jiff::Timestamp;
use jiff::civil::Date;
use model::calendar::window::next_open;
use model::{CustomerId, EnrollmentId, RepId, StepId, TeamId, zone};
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
    /// How many each member got on which day of theirs; the latest day only.
    #[serde(default)]
    pub given: BTreeMap<String, (Date, u32)>,
    /// How many each member took out of the pool on which day of theirs; the latest day only.
    #[serde(default)]
    pub claimed: BTreeMap<String, (Date, u32)>,
}

/// Who asks for a rep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asker {
    /// A walk at an `assign`.
    Walk {
        /// Which walk.
        enrollment: EnrollmentId,
        /// At which step.
        step: StepId,
    },
    /// A lead whose rep did not answer.
    Lead {
        /// Whose.
        customer: CustomerId,
        /// Empty: the customer; else the entity, `deal/d1`.
        subject: String,
    },
    /// A rep takes a lead out of the pool.
    Claim {
        /// Whose.
        customer: CustomerId,
        /// Empty: the customer; else the entity, `deal/d1`.
        subject: String,
        /// Who wants it.
        rep: RepId,
    },
}

impl Asker {
    /// Its place among the requests of one team and instant.
    pub fn order(&self) -> String {
        match self {
            Self::Walk { enrollment, .. } => enrollment.to_string(),
            Self::Lead { customer, subject } | Self::Claim { customer, subject, .. } => {
                format!("{customer}/{subject}")
            }
        }
    }
}

/// Somebody asks for a rep.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// From which team.
    pub team: TeamId,
    /// When.
    pub at: Timestamp,
    /// Who asks.
    pub asker: Asker,
    /// By these rules, the first that answers; empty: the team's own.
    pub by: Vec<AssignBy>,
    /// Who owns the customer (or the entity) now.
    pub owner: Option<RepId>,
    /// Who owned it last, where nobody does now.
    pub former: Option<RepId>,
    /// Where the customer is, for `territory`.
    pub territory: Vec<String>,
    /// What the rep must know, for `skill`; any of them will do.
    pub skills: Vec<String>,
    /// The customer's company, for `sticky`.
    pub company: Option<String>,
    /// Who may not get it, each with the reason's code.
    pub barred: BTreeMap<RepId, String>,
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    /// Who; `None`: nobody can take it.
    pub rep: Option<RepId>,
    /// By which rule.
    pub rule: AssignBy,
    /// Everybody else, with the reason's code.
    pub passed_over: BTreeMap<String, String>,
    /// Nobody is at work, and somebody will be at this instant.
    pub opens_at: Option<Timestamp>,
}

/// Chooses a rep and moves the team's state on. Errors: none; nobody available is `rep: None`.
pub fn choose(world: &World<'_>, people: &mut People, request: &Request) -> Chosen {
    let Some(team) = world.library.teams.get(&request.team) else {
        return Chosen {
            rep: None,
            rule: AssignBy::RoundRobin,
            passed_over: BTreeMap::new(),
            opens_at: None,
        };
    };
    let (mut able, mut reasons): (Vec<&Member>, BTreeMap<&RepId, String>) = (Vec::new(), BTreeMap::new());
    for member in &team.members {
        match bar(world, people, team, member, request) {
            Some(reason) => {
                reasons.insert(&member.rep, reason);
            }
            None => able.push(member),
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
    let passed = |reasons: BTreeMap<&RepId, String>| {
        reasons.into_iter().map(|(rep, reason)| (rep.to_string(), reason)).collect::<BTreeMap<_, _>>()
    };
    for rule in rules.iter().chain(in_turn) {
        let Some(rep) = by_rule(*rule, world, people, team, &able, &reasons, request) else { continue };
        for member in able.iter().filter(|member| member.rep != rep) {
            let reason = behind(*rule, people, member, &rep, request);
            reasons.insert(&member.rep, reason.to_owned());
        }
        note_given(world, people, request, &rep);
        return Chosen { rep: Some(rep), rule: *rule, passed_over: passed(reasons), opens_at: None };
    }
    let rule = rules.last().copied().unwrap_or(AssignBy::RoundRobin);
    let closed = team
        .members
        .iter()
        .filter(|member| reasons.get(&member.rep).is_some_and(|reason| reason == "closed"));
    let opens_at = closed
        .filter_map(|member| {
            let known = people.reps.get(&member.rep);
            let hours = rep::hours(Some(team), known)?;
            let zone = rep::zone(known, world.zone);
            Some(next_open(&hours, request.at, &zone, &world.library.calendar))
        })
        .filter(|at| *at < Timestamp::MAX)
        .min();
    Chosen { rep: None, rule, passed_over: passed(reasons), opens_at }
}

/// Why a member cannot take it; `None`: they can.
fn bar(
    world: &World<'_>,
    people: &People,
    team: &Team,
    member: &Member,
    request: &Request,
) -> Option<String> {
    if let Some(reason) = request.barred.get(&member.rep) {
        return Some(reason.clone());
    }
    let known = people.reps.get(&member.rep);
    let zone = rep::zone(known, world.zone);
    if rep::is_away(known, request.at, &zone) {
        return Some("away".to_owned());
    }
    let waits = team.when_closed == WhenClosed::Wait;
    if waits && !rep::at_work(team, known, request.at, &zone, &world.library.calendar) {
        return Some("closed".to_owned());
    }
    if request.owner.as_ref() == Some(&member.rep) {
        // It is theirs and counted already.
        return None;
    }
    if member.open_leads.is_some_and(|most| people.open_of(&member.rep) >= i64::from(most)) {
        return Some("full".to_owned());
    }
    let state = people.teams.get(&request.team);
    let today = state.map_or(0, |state| on_day(&state.given, &member.rep, zone::date_of(request.at, &zone)));
    member.per_day.is_some_and(|most| today >= most).then(|| "per_day".to_owned())
}

/// How many of a tally fall on this day.
pub(crate) fn on_day(tally: &BTreeMap<String, (Date, u32)>, rep: &RepId, day: Date) -> u32 {
    tally.get(rep.as_str()).filter(|(known, _)| *known == day).map_or(0, |(_, count)| *count)
}

/// Counts one more on a day; a new day begins at none.
pub(crate) fn count_on(tally: &mut BTreeMap<String, (Date, u32)>, rep: &RepId, day: Date) {
    let count = on_day(tally, rep, day).saturating_add(1);
    tally.insert(rep.to_string(), (day, count));
}

/// Whom a rule names; `None`: it has no answer.
fn by_rule(
    rule: AssignBy,
    world: &World<'_>,
    people: &mut People,
    team: &Team,
    able: &[&Member],
    reasons: &BTreeMap<&RepId, String>,
    request: &Request,
) -> Option<RepId> {
    let weight = |member: &Member| i64::from(member.weight.max(1));
    let among = |people: &mut People, fits: &dyn Fn(&Member) -> bool| {
        let here: Vec<&Member> = able.iter().copied().filter(|member| fits(member)).collect();
        rotate(people.teams.entry(request.team.clone()).or_default(), &here, weight)
    };
    let prefer = |people: &People, rep: &RepId| -> Option<RepId> {
        if able.iter().any(|member| member.rep == *rep) {
            return Some(rep.clone());
        }
        // Away: their substitute takes what would have been theirs.
        let member = team.member(rep).filter(|_| reasons.get(rep).is_some_and(|why| why == "away"))?;
        let substitute = member.backup.as_ref()?;
        let known = people.reps.get(substitute);
        let there = able.iter().any(|member| member.rep == *substitute)
            || (team.member(substitute).is_none()
                && !rep::is_away(known, request.at, &rep::zone(known, world.zone)));
        there.then(|| substitute.clone())
    };
    match rule {
        AssignBy::RoundRobin => rotate(people.teams.entry(request.team.clone()).or_default(), able, |_| 1),
        AssignBy::Weighted => among(people, &|_| true),
        AssignBy::LeastBusy => {
            let last = |rep: &RepId| {
                let state = people.teams.get(&request.team)?;
                state.last.get(rep.as_str()).copied()
            };
            able.iter()
                .min_by_key(|member| (people.open_of(&member.rep), last(&member.rep).unwrap_or(i64::MIN)))
                .map(|member| member.rep.clone())
        }
        AssignBy::Owner => request.owner.as_ref().and_then(|owner| prefer(people, owner)),
        AssignBy::Sticky => {
            let company = request.company.as_ref().and_then(|company| people.companies.get(company));
            // Of several who have customers of the company: who has most; ties go to the lower id.
            let mut known: Vec<(&RepId, i64)> =
                company.into_iter().flatten().map(|(rep, count)| (rep, *count)).collect();
            known.retain(|(_, count)| *count > 0);
            known.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
            let own = request.owner.iter().chain(&request.former);
            known.into_iter().map(|(rep, _)| rep).chain(own).find_map(|rep| prefer(people, rep))
        }
        AssignBy::Territory => {
            among(people, &|member| member.territory.iter().any(|place| request.territory.contains(place)))
        }
        AssignBy::Skill => {
            among(people, &|member| member.skills.iter().any(|skill| request.skills.contains(skill)))
        }
    }
}

/// Why a member who could have taken it did not get it.
fn behind(rule: AssignBy, people: &People, member: &Member, rep: &RepId, request: &Request) -> &'static str {
    match rule {
        AssignBy::RoundRobin | AssignBy::Weighted => "later_in_turn",
        AssignBy::LeastBusy if people.open_of(&member.rep) > people.open_of(rep) => "busier",
        AssignBy::LeastBusy => "later_in_turn",
        AssignBy::Owner => "not_the_owner",
        AssignBy::Sticky => "not_known",
        AssignBy::Territory if member.territory.iter().any(|place| request.territory.contains(place)) => {
            "later_in_turn"
        }
        AssignBy::Territory => "other_territory",
        AssignBy::Skill if member.skills.iter().any(|skill| request.skills.contains(skill)) => {
            "later_in_turn"
        }
        AssignBy::Skill => "no_skill",
    }
}

/// A rep takes a lead out of the pool, within the limits of the team's `claim`.
pub fn claim(world: &World<'_>, people: &mut People, request: &Request, rep: &RepId) -> Chosen {
    let refused = |reason: &str| Chosen {
        rep: None,
        rule: AssignBy::Owner,
        passed_over: BTreeMap::from([(rep.to_string(), reason.to_owned())]),
        opens_at: None,
    };
    if let Some(reason) = request.barred.get(rep) {
        return refused(reason);
    }
    let Some(team) = world.library.teams.get(&request.team) else { return refused("not_a_member") };
    if team.member(rep).is_none() {
        return refused("not_a_member");
    }
    let limits = team.pool.as_ref().map(|pool| pool.claim.clone()).unwrap_or_default();
    let day = zone::date_of(request.at, &rep::zone(people.reps.get(rep), world.zone));
    let state = people.teams.entry(request.team.clone()).or_default();
    if limits.per_day.is_some_and(|most| on_day(&state.claimed, rep, day) >= most) {
        return refused("per_day");
    }
    if limits.hold.is_some_and(|most| people.open_of(rep) >= i64::from(most)) {
        return refused("full");
    }
    let state = people.teams.entry(request.team.clone()).or_default();
    count_on(&mut state.claimed, rep, day);
    state.last.insert(rep.to_string(), request.at.as_millisecond());
    people.promise(rep);
    Chosen { rep: Some(rep.clone()), rule: AssignBy::Owner, passed_over: BTreeMap::new(), opens_at: None }
}

/// Remembers that a rep got one.
pub(crate) fn note_given(world: &World<'_>, people: &mut People, request: &Request, rep: &RepId) {
    let day = zone::date_of(request.at, &rep::zone(people.reps.get(rep), world.zone));
    let state = people.teams.entry(request.team.clone()).or_default();
    state.last.insert(rep.to_string(), request.at.as_millisecond());
    count_on(&mut state.given, rep, day);
    people.promise(rep);
}

/// Smooth weighted round robin: everybody earns their weight, the richest pays the whole and is chosen.
/// `None`: there is nobody.
fn rotate(state: &mut TeamState, able: &[&Member], weight: impl Fn(&Member) -> i64) -> Option<RepId> {
    if able.is_empty() {
        return None;
    }
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
    use dsl::library::{Library, Team};

    fn library(weights: &[(&str, u32)]) -> Library {
        let members = weights
            .iter()
            .map(|(rep, weight)| Member { weight: *weight, ..Member::new(RepId::new(rep)) })
            .collect();
        let mut library = Library::default();
        library.teams.insert(TeamId::new("t"), Team { members, ..Team::default() });
        library
    }

    fn request(by: AssignBy) -> Request {
        Request {
            team: TeamId::new("t"),
            at: Timestamp::UNIX_EPOCH,
            asker: Asker::Walk { enrollment: EnrollmentId::new("e"), step: StepId::new("s") },
            by: vec![by],
            owner: None,
            former: None,
            territory: vec![],
            skills: vec![],
            company: None,
            barred: BTreeMap::new(),
        }
    }

    fn choose(library: &Library, people: &mut People, request: &Request) -> Chosen {
        let workflows = crate::world::Workflows::default();
        let zone = model::zone::zone("Asia/Shanghai").unwrap();
        let world = World { library, workflows: &workflows, zone: &zone, renderer: None, trial: None };
        super::choose(&world, people, request)
    }

    fn monday(time: &str) -> Timestamp {
        format!("2026-03-02T{time}+08:00").parse().unwrap()
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
    #[test]
    fn a_team_gives_no_more_on_a_day_of_the_rep_than_it_may() {
        let mut library = library(&[("a", 1), ("b", 1)]);
        library.teams.get_mut(&TeamId::new("t")).unwrap().members[0].per_day = Some(1);
        let mut people = People::default();
        let at = |time: &str| Request { at: monday(time), ..request(AssignBy::RoundRobin) };
        let given: Vec<_> =
            ["09:00:00", "10:00:00", "11:00:00"].map(|time| choose(&library, &mut people, &at(time))).into();
        let reps: Vec<_> = given.iter().filter_map(|chosen| chosen.rep.as_ref()).map(RepId::as_str).collect();
        assert_eq!(reps, ["a", "b", "b"]);
        assert_eq!(given[2].passed_over.get("a").map(String::as_str), Some("per_day"));
        let tomorrow =
            Request { at: monday("09:00:00") + jiff::SignedDuration::from_hours(24), ..at("09:00:00") };
        let chosen = choose(&library, &mut people, &tomorrow);
        assert_eq!(chosen.passed_over.get("a").map(String::as_str), Some("later_in_turn"));
    }

    #[test]
    fn at_night_nobody_is_chosen_and_the_opening_is_known() {
        let mut library = library(&[("a", 1), ("b", 1)]);
        let team = library.teams.get_mut(&TeamId::new("t")).unwrap();
        team.hours = Some("09:00-18:00 workdays".parse().unwrap());
        let mut people = People::default();
        people.reps.insert(
            RepId::new("b"),
            model::Rep { zone: Some("Europe/Berlin".to_owned()), ..Default::default() },
        );
        let night = Request { at: monday("05:00:00"), ..request(AssignBy::RoundRobin) };
        let chosen = choose(&library, &mut people, &night);
        assert_eq!((chosen.rep, chosen.opens_at), (None, Some(monday("09:00:00"))));
        library.teams.get_mut(&TeamId::new("t")).unwrap().when_closed = WhenClosed::Assign;
        assert_eq!(choose(&library, &mut people, &night).rep, Some(RepId::new("a")));
    }

    #[test]
    fn a_former_owner_of_the_company_comes_first_and_their_substitute_where_they_are_away() {
        let mut library = library(&[("a", 1), ("b", 1), ("c", 1)]);
        library.teams.get_mut(&TeamId::new("t")).unwrap().members[1].backup = Some(RepId::new("c"));
        let mut people = People::default();
        people
            .companies
            .insert("acme".to_owned(), BTreeMap::from([(RepId::new("b"), 2), (RepId::new("a"), 1)]));
        let of_company = Request { company: Some("acme".to_owned()), ..request(AssignBy::Sticky) };
        assert_eq!(choose(&library, &mut people, &of_company).rep, Some(RepId::new("b")));
        people.reps.insert(RepId::new("b"), model::Rep { away: true, ..Default::default() });
        assert_eq!(choose(&library, &mut people, &of_company).rep, Some(RepId::new("c")));
    }

    #[test]
    fn a_skill_is_asked_of_the_members_and_the_next_rule_answers_where_nobody_has_it() {
        let mut library = library(&[("a", 1), ("b", 1)]);
        library.teams.get_mut(&TeamId::new("t")).unwrap().members[1].skills = vec!["wms".to_owned()];
        let mut people = People::default();
        let asks = |skill: &str| Request {
            by: vec![AssignBy::Skill, AssignBy::RoundRobin],
            skills: vec![skill.to_owned()],
            ..request(AssignBy::Skill)
        };
        let chosen = choose(&library, &mut people, &asks("wms"));
        assert_eq!((chosen.rep, chosen.rule), (Some(RepId::new("b")), AssignBy::Skill));
        assert_eq!(chosen.passed_over.get("a").map(String::as_str), Some("no_skill"));
        let chosen = choose(&library, &mut people, &asks("erp"));
        assert_eq!((chosen.rep, chosen.rule), (Some(RepId::new("a")), AssignBy::RoundRobin));
    }
}
