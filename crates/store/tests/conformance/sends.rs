//! The states of a send: each call moves what it may move, and nothing else.

use crate::given::*;
use jiff::Timestamp;
use model::{
    Changes, CustomerId, EnrollmentId, OnUnknown, Outgoing, Recipient, RepId, SendState, Snapshot, WalkState,
    WorkflowId,
};
use store::send::{self, Deferral, Gate, Lost, SendKey, Verdict, Word, Worker};
use store::{Connection, Store, commit, snapshot};

on_both! {
    each_call_moves_what_the_table_says_and_nothing_else,
    what_one_worker_holds_no_other_moves,
    nobody_passes_the_gate_after_the_lease_is_over,
    recovery_takes_what_dead_workers_left_and_nothing_of_the_living,
    what_a_worker_takes_back_is_its_own,
    a_later_message_of_a_walk_never_overtakes_an_earlier_one,
    due_sends_are_claimed_the_longest_due_first,
    one_message_of_a_step_and_pass_and_no_second,
    the_end_of_one_of_several_walks_takes_its_item_out_of_their_message,
    what_ends_a_walk_or_withdraws_consent_takes_back_what_has_not_left,
    what_a_turn_sends_is_not_taken_back_by_what_the_same_turn_ends,
    what_a_pause_took_back_goes_when_it_is_over_unless_the_walk_has_ended,
    a_pause_of_who_carries_lets_the_others_go_by_themselves,
    a_pause_of_who_rides_keeps_theirs_here_and_puts_them_together_again,
    the_ledger_counts_by_state_and_reason,
    who_claims_at_the_same_time_gets_others,
    a_colleagues_day_is_claimed_by_one,
    a_persons_word_settles_what_is_unknown_and_nothing_else,
    what_a_goal_ended_does_not_go_again,
}

/// What is about claims, in the words of a database that cannot pass over rows.
mod on_postgres_plain {
    use crate::given::postgres_with;
    use store::Options;

    macro_rules! plain {
        ($($name:ident,)+) => {
            $(#[tokio::test]
            async fn $name() {
                let store = postgres_with(Options { skip_locked: false, ..Options::default() }).await;
                Box::pin(super::$name(store)).await;
            })+
        };
    }
    plain! {
        each_call_moves_what_the_table_says_and_nothing_else,
        what_one_worker_holds_no_other_moves,
        a_later_message_of_a_walk_never_overtakes_an_earlier_one,
        due_sends_are_claimed_the_longest_due_first,
        who_claims_at_the_same_time_gets_others,
        a_colleagues_day_is_claimed_by_one,
    }
}

/// Ten claim at once, each a share of what is due: nobody gets what another has, and nothing is left.
async fn who_claims_at_the_same_time_gets_others(store: Store) {
    let mut tx = store.begin().await.expect("a writer");
    let all: Vec<Outgoing> =
        (0..200).map(|number| outgoing(&format!("c{number}"), &format!("e{number}"), "email:x")).collect();
    send::insert(&mut tx, &all.iter().collect::<Vec<_>>(), minute(0)).await.expect("insert");
    commit(tx).await.expect("committed");
    let mut claims = tokio::task::JoinSet::new();
    for number in 0..10 {
        let store = store.clone();
        claims.spawn(async move {
            let w = worker(if number % 2 == 0 { "w1" } else { "w2" });
            let mut ids = Vec::new();
            loop {
                let mut tx = store.begin_beside().await.expect("a writer");
                let claimed = send::claim(&mut tx, &w, minute(0), minute(9), 7).await.expect("claim");
                commit(tx).await.expect("committed");
                if claimed.is_empty() {
                    return ids;
                }
                ids.extend(claimed.into_iter().map(|each| each.outgoing.id));
            }
        });
    }
    let mut ids: Vec<_> = claims.join_all().await.into_iter().flatten().collect();
    ids.sort();
    let found = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), found, "claimed twice");
    // Who chose what another had taken meanwhile got nothing and stopped; the rest is still due.
    let mut tx = store.begin_beside().await.expect("a writer");
    let left = send::claim(&mut tx, &worker("w1"), minute(0), minute(9), 1000).await.expect("claim").len();
    assert_eq!(found + left, 200);
}

/// Ten look at once for what is due of three colleagues' daily messages, which lies all over the slots.
async fn a_colleagues_day_is_claimed_by_one(store: Store) {
    let mut tx = store.begin().await.expect("a writer");
    let of = |number: usize| {
        let rep = Recipient::Rep(RepId::new(format!("rep{}", number % 3)));
        let digest = Some(rep.name());
        Outgoing { to: rep, digest, ..outgoing(&format!("c{number}"), &format!("e{number}"), "notify:x") }
    };
    let mut all: Vec<Outgoing> = (0..150).map(of).collect();
    // Through another system each word goes by itself.
    let hook = Outgoing { to: Recipient::Channel("crm".to_owned()), ..of(150) };
    all.push(hook.clone());
    send::insert(&mut tx, &all.iter().collect::<Vec<_>>(), minute(0)).await.expect("insert");
    commit(tx).await.expect("committed");
    let mut claims = tokio::task::JoinSet::new();
    for number in 0..10 {
        let store = store.clone();
        claims.spawn(async move {
            let w = worker(if number % 2 == 0 { "w1" } else { "w2" });
            let mut tx = store.begin_beside().await.expect("a writer");
            let days = send::claim_digest(&mut tx, &w, minute(0), minute(9)).await.expect("claim");
            let others = send::claim(&mut tx, &w, minute(0), minute(9), 7).await.expect("claim");
            commit(tx).await.expect("committed");
            let mut names: Vec<_> = days.into_iter().filter_map(|each| each.outgoing.digest).collect();
            let found = names.len();
            names.sort();
            names.dedup();
            (found, names, others.into_iter().map(|each| each.outgoing.id).collect::<Vec<_>>())
        });
    }
    let (mut found, mut names, mut others) = (0, Vec::new(), Vec::new());
    for (of_one, days, more) in claims.join_all().await {
        found += of_one;
        names.extend(days);
        others.extend(more);
    }
    names.sort();
    assert_eq!((found, names), (150, ["rep:rep0", "rep:rep1", "rep:rep2"].map(str::to_owned).to_vec()));
    assert_eq!(others, [hook.id]);
}

async fn a_persons_word_settles_what_is_unknown_and_nothing_else(store: Store) {
    let w = worker("w1");
    let verdicts = [
        (Verdict::Accept, SendState::Accepted),
        (Verdict::Again, SendState::Due),
        (Verdict::Dismiss, SendState::Rejected),
    ];
    for from in
        [SendState::Due, SendState::Claimed, SendState::Handed, SendState::Accepted, SendState::Unknown]
    {
        for (verdict, to) in verdicts {
            let mut tx = store.begin().await.expect("a writer");
            let of = outgoing("a", "en", "email:x");
            put(&mut tx, from, &of, &w).await;
            let moved = send::resolve(&mut tx, &[SendKey::of(&of)], verdict, "ann", minute(5)).await;
            let moved = moved.expect("resolve");
            let now = send::by_id(&mut tx, &of.id).await.expect("it loads").expect("it is there");
            if from == SendState::Unknown {
                assert_eq!((moved, now.state), (vec![of.id.clone()], to), "{verdict:?}");
                assert_eq!((now.reason.as_deref(), now.reply.as_deref()), (Some("resolved"), Some("ann")));
                assert_eq!(now.message_id, of.id.as_str());
            } else {
                assert_eq!((moved, now.state), (vec![], from), "{verdict:?}");
            }
        }
    }
}

async fn what_a_goal_ended_does_not_go_again(store: Store) {
    let mut tx = store.begin().await.expect("a writer");
    let ended = walk("a", "welcome", "k", WalkState::Ended { at: minute(1), reason: "goal".to_owned() });
    let (of, w) = (outgoing("a", ended.id.as_str(), "email:x"), worker("w1"));
    put(&mut tx, SendState::Unknown, &of, &w).await;
    store::enrollment::save(&mut tx, &[&ended]).await.expect("saved");
    for (reason, moved) in [("goal", 0), ("end", 1)] {
        let ends = "UPDATE enrollment SET reason = ?1";
        store::sql::query(ends).bind(reason).execute(&mut tx).await.expect("changed");
        let again = send::resolve(&mut tx, &[SendKey::of(&of)], Verdict::Again, "ann", minute(5)).await;
        assert_eq!(again.expect("resolve").len(), moved, "{reason}");
    }
}

fn worker(name: &str) -> Worker {
    Worker { name: name.to_owned(), epoch: 7 }
}

/// Every call there is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Call {
    Claim,
    Hand,
    Defer,
    Skip,
    Reject,
    Accept,
    Lose,
    Cancel,
    Recover,
    SettleArrived,
    SettleBounced,
}

const CALLS: [Call; 11] = [
    Call::Claim,
    Call::Hand,
    Call::Defer,
    Call::Skip,
    Call::Reject,
    Call::Accept,
    Call::Lose,
    Call::Cancel,
    Call::Recover,
    Call::SettleArrived,
    Call::SettleBounced,
];

async fn call(conn: &mut Connection, call: Call, of: &Outgoing, by: &Worker, now: Timestamp) {
    let key = SendKey::of(of);
    let word = [Word::on(key.clone()).because("why").reply("250 ok")];
    match call {
        Call::Claim => {
            send::claim(conn, by, now, minute(60), 10).await.expect("claim");
        }
        Call::Hand => {
            let gate = Gate { send: key, template_hash: Some("h".to_owned()) };
            send::hand(conn, by, &[gate], now).await.expect("hand");
        }
        Call::Defer => {
            let [word] = word;
            let deferral = Deferral { word, due_at: minute(1), tried: true };
            send::defer(conn, by, &[deferral]).await.expect("defer");
        }
        Call::Skip => {
            send::skip(conn, by, &word, now).await.expect("skip");
        }
        Call::Reject => {
            send::reject(conn, by, &word, now).await.expect("reject");
        }
        Call::Accept => {
            send::accept(conn, by, &word, now).await.expect("accept");
        }
        Call::Lose => {
            send::lose(conn, by, &word, now, minute(1)).await.expect("lose");
        }
        Call::Cancel => {
            let walk = [(&of.customer, &of.enrollment, "goal")];
            send::cancel_walks(conn, &walk, now).await.expect("cancel");
        }
        Call::Recover => {
            send::recover(conn, minute(60), 0).await.expect("recover");
        }
        Call::SettleArrived => {
            send::settle(conn, &key, None, now).await.expect("settle");
        }
        Call::SettleBounced => {
            send::settle(conn, &key, Some("hard_bounce"), now).await.expect("settle");
        }
    }
}

async fn state(conn: &mut Connection, of: &Outgoing) -> SendState {
    send::by_id(conn, &of.id).await.expect("it loads").expect("it is there").state
}

/// Puts a send into a state by legal moves.
async fn put(conn: &mut Connection, state: SendState, of: &Outgoing, by: &Worker) {
    send::insert(conn, &[of], minute(0)).await.expect("insert");
    let calls: &[Call] = match state {
        SendState::Due => &[],
        SendState::Claimed => &[Call::Claim],
        SendState::Handed => &[Call::Claim, Call::Hand],
        SendState::Accepted => &[Call::Claim, Call::Hand, Call::Accept],
        SendState::Rejected => &[Call::Claim, Call::Hand, Call::Reject],
        SendState::Unknown => &[Call::Claim, Call::Hand, Call::Lose],
        SendState::Cancelled => &[Call::Cancel],
        SendState::Skipped => &[Call::Claim, Call::Skip],
    };
    for each in calls {
        call(conn, *each, of, by, minute(0)).await;
    }
    assert_eq!(self::state(conn, of).await, state, "the test's own moves");
}

/// The table at the top of store/send.rs.
fn after(from: SendState, call: Call, on_unknown: OnUnknown) -> SendState {
    use SendState::*;
    match (from, call) {
        (Due, Call::Claim) => Claimed,
        (Claimed, Call::Hand) => Handed,
        (Claimed | Handed, Call::Defer) => Due,
        (Claimed, Call::Skip) => Skipped,
        (Claimed | Handed | Unknown, Call::Reject) => Rejected,
        (Handed | Unknown, Call::Accept) => Accepted,
        (Due | Claimed, Call::Cancel) => Cancelled,
        (Claimed, Call::Recover) => Due,
        (Handed, Call::Lose | Call::Recover) => match on_unknown {
            OnUnknown::Hold => Unknown,
            OnUnknown::Resend => Due,
        },
        (Unknown, Call::SettleArrived) => Accepted,
        (Unknown, Call::SettleBounced) => Rejected,
        (unmoved, _) => unmoved,
    }
}

async fn each_call_moves_what_the_table_says_and_nothing_else(store: Store) {
    let states = [
        SendState::Due,
        SendState::Claimed,
        SendState::Handed,
        SendState::Accepted,
        SendState::Rejected,
        SendState::Unknown,
        SendState::Cancelled,
        SendState::Skipped,
    ];
    for from in states {
        for each in CALLS {
            for on_unknown in [OnUnknown::Hold, OnUnknown::Resend] {
                if from == SendState::Unknown && on_unknown == OnUnknown::Resend {
                    continue;
                }
                let mut tx = store.begin().await.expect("a writer");
                let of = Outgoing { on_unknown, ..outgoing("a", "en", "email:x") };
                put(&mut tx, from, &of, &worker("w1")).await;
                call(&mut tx, each, &of, &worker("w1"), minute(1)).await;
                let to = state(&mut tx, &of).await;
                assert_eq!(to, after(from, each, on_unknown), "{from:?} by {each:?} ({on_unknown:?})");
            }
        }
    }
}

async fn what_one_worker_holds_no_other_moves(store: Store) {
    let later = Worker { epoch: 8, ..worker("w1") };
    for from in [SendState::Claimed, SendState::Handed, SendState::Unknown] {
        for each in [Call::Claim, Call::Hand, Call::Defer, Call::Skip, Call::Reject, Call::Accept, Call::Lose]
        {
            for stranger in [worker("w2"), later.clone()] {
                let mut tx = store.begin().await.expect("a writer");
                let of = outgoing("a", "en", "email:x");
                put(&mut tx, from, &of, &worker("w1")).await;
                call(&mut tx, each, &of, &stranger, minute(1)).await;
                assert_eq!(state(&mut tx, &of).await, from, "{each:?} by {stranger:?}");
            }
        }
    }
}

async fn nobody_passes_the_gate_after_the_lease_is_over(store: Store) {
    let mut tx = store.begin().await.expect("a writer");
    let (of, w) = (outgoing("a", "en", "email:x"), worker("w1"));
    send::insert(&mut tx, &[&of], minute(0)).await.expect("insert");
    send::claim(&mut tx, &w, minute(0), minute(2), 1).await.expect("claim");
    let gate = [Gate { send: SendKey::of(&of), template_hash: None }];
    assert_eq!(send::hand(&mut tx, &w, &gate, minute(2)).await.expect("hand"), []);
    assert_eq!(send::renew_all(&mut tx, &worker("w2"), minute(3)).await.expect("renew"), 0);
    assert_eq!(send::renew_all(&mut tx, &w, minute(3)).await.expect("renew"), 1);
    assert_eq!(send::hand(&mut tx, &w, &gate, minute(2)).await.expect("hand"), [of.id]);
    assert_eq!(send::hand(&mut tx, &w, &gate, minute(2)).await.expect("hand"), [], "and only once");
}

async fn recovery_takes_what_dead_workers_left_and_nothing_of_the_living(store: Store) {
    let mut tx = store.begin().await.expect("a writer");
    let (w, all) = (worker("w1"), ["1", "2", "3", "4"].map(|n| outgoing("a", n, "email:x")));
    let resend = Outgoing { on_unknown: OnUnknown::Resend, ..all[2].clone() };
    send::insert(&mut tx, &[&all[0], &all[1], &resend], minute(0)).await.expect("insert");
    send::claim(&mut tx, &w, minute(0), minute(5), 10).await.expect("claim");
    let other = worker("w2");
    send::insert(&mut tx, &[&all[3]], minute(0)).await.expect("insert");
    send::claim(&mut tx, &other, minute(0), minute(5), 10).await.expect("claim");
    let gates: Vec<_> = [&all[1], &resend]
        .map(|of| Gate { send: SendKey::of(of), template_hash: None })
        .into_iter()
        .collect();
    send::hand(&mut tx, &w, &gates, minute(0)).await.expect("hand");
    assert_eq!(send::renew_all(&mut tx, &other, minute(9)).await.expect("renew"), 1);
    assert_eq!(send::recover(&mut tx, minute(4), 7).await.expect("recover"), Lost::default());
    assert_eq!(send::recover(&mut tx, minute(5), 0).await.expect("recover"), Lost { unknown: 1, due: 2 });
    assert_eq!(state(&mut tx, &all[3]).await, SendState::Claimed);
    // A later epoch is a later holder of the file: the earlier one is gone, whatever its leases say.
    assert_eq!(send::recover(&mut tx, minute(5), 8).await.expect("recover"), Lost { unknown: 0, due: 1 });
    let unknown = send::unknown(&mut tx, 10).await.expect("unknown");
    assert_eq!(unknown.iter().map(|each| &each.outgoing).collect::<Vec<_>>(), [&all[1]]);
    let again = send::by_id(&mut tx, &resend.id).await.expect("by id").expect("there");
    assert_eq!(
        (again.state, again.attempt, again.message_id.as_str()),
        (SendState::Due, 1, resend.id.as_str())
    );
}

async fn what_a_worker_takes_back_is_its_own(store: Store) {
    let mut tx = store.begin().await.expect("a writer");
    let (w, all) = (worker("w1"), ["1", "2", "3", "4"].map(|n| outgoing("a", n, "email:x")));
    let resend = Outgoing { on_unknown: OnUnknown::Resend, ..all[2].clone() };
    send::insert(&mut tx, &[&all[0], &all[1], &resend], minute(0)).await.expect("insert");
    send::claim(&mut tx, &w, minute(0), minute(5), 10).await.expect("claim");
    send::insert(&mut tx, &[&all[3]], minute(0)).await.expect("insert");
    send::claim(&mut tx, &worker("w2"), minute(0), minute(5), 10).await.expect("claim");
    let gates = [&all[1], &resend].map(|of| Gate { send: SendKey::of(of), template_hash: None });
    send::hand(&mut tx, &w, &gates, minute(0)).await.expect("hand");
    let lost = send::take_back(&mut tx, &w, minute(1)).await.expect("take back");
    assert_eq!(lost, Lost { unknown: 1, due: 2 });
    let mut states = Vec::new();
    for of in &all {
        states.push(state(&mut tx, of).await);
    }
    assert_eq!(states, [SendState::Due, SendState::Unknown, SendState::Due, SendState::Claimed]);
    assert_eq!(send::take_back(&mut tx, &w, minute(1)).await.expect("take back"), Lost::default());
}

async fn a_later_message_of_a_walk_never_overtakes_an_earlier_one(store: Store) {
    let mut tx = store.begin().await.expect("a writer");
    let w = worker("w1");
    let [first, second, third] = ["email:1", "email:2", "email:3"].map(|step| outgoing("a", "en", step));
    send::insert(&mut tx, &[&first, &second], minute(0)).await.expect("insert");
    // The same instant again, as on a virtual clock.
    send::insert(&mut tx, &[&third], minute(0)).await.expect("insert");
    for of in [&first, &second, &third] {
        let claimed = send::claim(&mut tx, &w, minute(0), minute(9), 10).await.expect("claim");
        assert_eq!(claimed.iter().map(|each| &each.outgoing).collect::<Vec<_>>(), [of]);
        let word = Word::on(SendKey::of(of)).because("greylisted");
        let deferral = Deferral { word, due_at: minute(5), tried: true };
        assert_eq!(send::defer(&mut tx, &w, &[deferral]).await.expect("defer").len(), 1);
        assert_eq!(send::claim(&mut tx, &w, minute(4), minute(9), 10).await.expect("claim"), []);
        assert_eq!(
            send::next_due_at(&mut tx).await.expect("next"),
            Some(minute(5)),
            "the others wait for it"
        );
        let claimed = send::claim(&mut tx, &w, minute(5), minute(9), 10).await.expect("claim");
        assert_eq!(claimed.iter().map(|each| each.attempt).collect::<Vec<_>>(), [1]);
        call(&mut tx, Call::Hand, of, &w, minute(5)).await;
        assert_eq!(send::claim(&mut tx, &w, minute(5), minute(9), 10).await.expect("claim"), [], "in flight");
        call(&mut tx, Call::Accept, of, &w, minute(5)).await;
    }
    assert_eq!(send::next_due_at(&mut tx).await.expect("next"), None);
}

async fn due_sends_are_claimed_the_longest_due_first(store: Store) {
    let mut tx = store.begin().await.expect("a writer");
    let all: Vec<Outgoing> = [3, 1, 2, 30]
        .map(|at| Outgoing { due_at: minute(at), ..outgoing("a", &format!("en{at}"), "email:x") })
        .into_iter()
        .collect();
    send::insert(&mut tx, &all.iter().collect::<Vec<_>>(), minute(0)).await.expect("insert");
    let claim = send::claim(&mut tx, &worker("w1"), minute(10), minute(20), 2).await.expect("claim");
    assert_eq!(claim.iter().map(|each| each.due_at).collect::<Vec<_>>(), [minute(1), minute(2)]);
    assert_eq!(claim[0].outgoing, all[1]);
    let claim = send::claim(&mut tx, &worker("w1"), minute(10), minute(20), 10).await.expect("claim");
    assert_eq!(claim.iter().map(|each| each.due_at).collect::<Vec<_>>(), [minute(3)]);
}

async fn one_message_of_a_step_and_pass_and_no_second(store: Store) {
    let mut tx = store.begin().await.expect("a writer");
    let of = outgoing("a", "en", "email:x");
    let mut renamed = of.clone();
    renamed.id = model::SendId::new("another id");
    assert_eq!(send::insert(&mut tx, &[&of], minute(0)).await.expect("insert"), 1);
    assert_eq!(send::insert(&mut tx, &[&of, &renamed], minute(0)).await.expect("insert"), 0);
    let next_pass = Outgoing { pass: "2".to_owned(), id: model::SendId::new("pass 2"), ..of };
    assert_eq!(send::insert(&mut tx, &[&next_pass], minute(0)).await.expect("insert"), 1);
}

async fn the_end_of_one_of_several_walks_takes_its_item_out_of_their_message(store: Store) {
    let mut tx = store.begin().await.expect("a writer");
    let walks = ["1", "2"].map(EnrollmentId::new);
    let shared = Outgoing {
        riders: walks.to_vec(),
        context: [("items".to_owned(), serde_json::json!(["one", "two"]))].into(),
        ..outgoing("a", "1", "email:x")
    };
    send::insert(&mut tx, &[&shared], minute(0)).await.expect("insert");
    call(&mut tx, Call::Claim, &shared, &worker("w1"), minute(0)).await;
    let mut snapshot = Snapshot::new(customer("a"));
    snapshot.sent.push(model::Sent::of(&shared));
    let over = |walk: &EnrollmentId| Changes {
        cancels: vec![(walk.clone(), "goal".to_owned())],
        ..Changes::default()
    };
    snapshot::save(&mut tx, &[(snapshot.clone(), over(&walks[0]))], minute(1)).await.expect("it saves");
    // Who held it has made a letter with too much in it: it does not pass the gate.
    call(&mut tx, Call::Hand, &shared, &worker("w1"), minute(1)).await;
    let kept = send::by_id(&mut tx, &shared.id).await.expect("by id").expect("there");
    assert_eq!(kept.state, SendState::Due);
    assert_eq!(kept.outgoing.riders, walks[1..]);
    assert_eq!(kept.outgoing.context["items"], serde_json::json!(["two"]));
    snapshot::save(&mut tx, &[(snapshot, over(&walks[1]))], minute(2)).await.expect("it saves");
    let kept = send::by_id(&mut tx, &shared.id).await.expect("by id").expect("there");
    assert_eq!((kept.state, kept.reason.as_deref()), (SendState::Cancelled, Some("goal")));
}

async fn what_ends_a_walk_or_withdraws_consent_takes_back_what_has_not_left(store: Store) {
    let of = |enrollment: &str, topic: Option<&str>, to: Recipient| Outgoing {
        topic: topic.map(str::to_owned),
        to,
        ..outgoing("a", enrollment, "email:x")
    };
    let all = [
        of("1", Some("marketing"), Recipient::Customer),
        of("2", Some("service"), Recipient::Customer),
        of("3", None, Recipient::Rep(RepId::new("li.na"))),
        Outgoing { customer: CustomerId::new("b"), ..of("4", Some("marketing"), Recipient::Customer) },
    ];
    let due = |states: [SendState; 4]| states.map(|state| state == SendState::Due);
    for (changes, stays) in [
        (
            Changes { cancels: vec![(EnrollmentId::new("2"), "goal".to_owned())], ..Changes::default() },
            [true, false, true, true],
        ),
        (
            Changes { cancel_topics: vec![(Some("marketing".to_owned()), None)], ..Changes::default() },
            [false, true, true, true],
        ),
        (Changes { cancel_topics: vec![(None, None)], ..Changes::default() }, [false, false, true, true]),
    ] {
        let mut tx = store.begin().await.expect("a writer");
        send::insert(&mut tx, &all.iter().collect::<Vec<_>>(), minute(0)).await.expect("insert");
        let snapshot = Snapshot::new(customer("a"));
        snapshot::save(&mut tx, &[(snapshot, changes.clone())], minute(1)).await.expect("it saves");
        let mut states = [SendState::Due; 4];
        for (state, of) in states.iter_mut().zip(&all) {
            *state = self::state(&mut tx, of).await;
        }
        assert_eq!(due(states), stays, "{changes:?}");
    }
    let mut tx = store.begin().await.expect("a writer");
    send::insert(&mut tx, &all.iter().collect::<Vec<_>>(), minute(0)).await.expect("insert");
    call(&mut tx, Call::Claim, &all[0], &worker("w1"), minute(0)).await;
    let cancelled = send::cancel_workflow(&mut tx, &WorkflowId::new("welcome"), "paused", minute(1)).await;
    assert_eq!(cancelled.expect("cancelled"), 4);
    call(&mut tx, Call::Hand, &all[0], &worker("w1"), minute(1)).await;
    let kept = send::by_id(&mut tx, &all[0].id).await.expect("by id").expect("there");
    assert_eq!((kept.state, kept.reason.as_deref()), (SendState::Cancelled, Some("paused")));
}

async fn what_a_turn_sends_is_not_taken_back_by_what_the_same_turn_ends(store: Store) {
    let mut tx = store.begin().await.expect("a writer");
    let (before, thanks) = (outgoing("a", "en", "email:x"), outgoing("a", "en", "email:thanks"));
    send::insert(&mut tx, &[&before], minute(0)).await.expect("insert");
    let changes = Changes {
        cancels: vec![(EnrollmentId::new("en"), "goal".to_owned())],
        sends: vec![thanks.clone()],
        ..Changes::default()
    };
    let snapshot = Snapshot::new(customer("a"));
    let saved = snapshot::save(&mut tx, &[(snapshot, changes)], minute(1)).await.expect("it saves");
    assert_eq!((saved.cancelled, saved.sends), (1, 1));
    assert_eq!(state(&mut tx, &before).await, SendState::Cancelled);
    assert_eq!(state(&mut tx, &thanks).await, SendState::Due);
}

async fn the_ledger_counts_by_state_and_reason(store: Store) {
    let mut tx = store.begin().await.expect("a writer");
    let all = ["1", "2", "3"].map(|en| outgoing("a", en, "email:x"));
    send::insert(&mut tx, &all.iter().collect::<Vec<_>>(), minute(0)).await.expect("insert");
    call(&mut tx, Call::Claim, &all[0], &worker("w1"), minute(0)).await;
    call(&mut tx, Call::Skip, &all[0], &worker("w1"), minute(0)).await;
    call(&mut tx, Call::Hand, &all[1], &worker("w1"), minute(0)).await;
    call(&mut tx, Call::Accept, &all[1], &worker("w1"), minute(0)).await;
    let counts = send::counts(&mut tx, None).await.expect("counted");
    let counts: Vec<_> = counts.iter().map(|c| (c.state.as_str(), c.reason.as_deref(), c.count)).collect();
    assert_eq!(counts, [("accepted", None, 1), ("claimed", None, 1), ("skipped", Some("why"), 1)]);
    let mine = send::of_customer(&mut tx, &CustomerId::new("a")).await.expect("listed");
    let accepted = mine.iter().find(|each| each.state == SendState::Accepted).expect("one");
    assert_eq!(accepted.template_hash.as_deref(), Some("h"));
    assert_eq!((accepted.reply.as_deref(), accepted.settled_at), (Some("250 ok"), Some(minute(0))));
}

async fn what_a_pause_took_back_goes_when_it_is_over_unless_the_walk_has_ended(store: Store) {
    let mut tx = store.begin().await.expect("a writer");
    let welcome = WorkflowId::new("welcome");
    store::version::publish(&mut tx, &welcome, &"v1".into(), "text", "w.yaml", minute(0))
        .await
        .expect("live");
    let all = [outgoing("a", "1", "hello"), outgoing("b", "2", "hello")];
    send::insert(&mut tx, &all.iter().collect::<Vec<_>>(), minute(0)).await.expect("insert");
    call(&mut tx, Call::Claim, &all[0], &worker("w1"), minute(0)).await;
    assert_eq!(store::pause::begin(&mut tx, &welcome, "nurture", minute(1)).await.expect("held"), Some(2));
    assert_eq!(store::pause::begin(&mut tx, &welcome, "nurture", minute(1)).await.expect("held"), None);
    assert_eq!(send::next_due_at(&mut tx).await.expect("nothing"), None);
    // One that a worker wrote before it heard of the pause waits as well; and a walk ends in between.
    let late = outgoing("a", "3", "hello");
    send::insert(&mut tx, &[&late], minute(2)).await.expect("insert");
    let none = send::claim(&mut tx, &worker("w1"), minute(9), minute(19), 9).await.expect("claim");
    assert_eq!(none, []);
    let ended = Changes { cancels: vec![(EnrollmentId::new("2"), "goal".to_owned())], ..Changes::default() };
    snapshot::save(&mut tx, &[(Snapshot::new(customer("b")), ended)], minute(3)).await.expect("it saves");
    assert_eq!(store::pause::end(&mut tx, &welcome, minute(9)).await.expect("over"), Some(1));
    assert_eq!(store::pause::end(&mut tx, &welcome, minute(9)).await.expect("over"), None);
    let claimed = send::claim(&mut tx, &worker("w2"), minute(9), minute(19), 9).await.expect("claim");
    let mut walks: Vec<_> = claimed.iter().map(|each| each.outgoing.enrollment.as_str()).collect();
    walks.sort_unstable();
    assert_eq!(walks, ["1", "3"]);
    let kept = send::by_id(&mut tx, &all[1].id).await.expect("by id").expect("there");
    assert_eq!((kept.state, kept.reason.as_deref()), (SendState::Cancelled, Some("goal")));
    let pauses = store::pause::all(&mut tx).await.expect("all");
    let kept: Vec<_> = pauses.iter().map(|each| (&each.workflow, each.from, each.until)).collect();
    assert_eq!(kept, [(&welcome, minute(1), Some(minute(9)))]);
}

/// A message of `welcome` that stands for its own walk and for two of `news`, due in the outbox; both are live.
async fn carried(tx: &mut Connection) -> Outgoing {
    for workflow in ["welcome", "news"] {
        let id = WorkflowId::new(workflow);
        store::version::publish(tx, &id, &"v1".into(), workflow, workflow, minute(0)).await.expect("live");
    }
    let item = |walk: &str| serde_json::json!({ "entry": { "of": walk } });
    let rider = |walk: &str| Outgoing {
        workflow: WorkflowId::new("news"),
        context: [].into(),
        ..outgoing("a", walk, "email:news")
    };
    let shared = Outgoing {
        riders: ["1", "2", "3"].map(EnrollmentId::new).to_vec(),
        apart: ["2", "3"].map(rider).to_vec(),
        context: [
            ("entry".to_owned(), serde_json::json!({ "of": "1" })),
            ("items".to_owned(), ["1", "2", "3"].map(item).to_vec().into()),
        ]
        .into(),
        ..outgoing("a", "1", "email:x")
    };
    send::insert(tx, &[&shared], minute(0)).await.expect("insert");
    shared
}

/// What may be claimed: whose workflow it is, for which walks, and what of each it says.
async fn due(tx: &mut Connection) -> Vec<(String, Vec<String>, String)> {
    let claimed = send::claim(tx, &worker("w2"), minute(9), minute(19), 9).await.expect("claim");
    let each = claimed.iter().map(|each| &each.outgoing).map(|each| {
        let own = std::slice::from_ref(&each.enrollment);
        let walks = if each.riders.is_empty() { own } else { &each.riders };
        let walks = walks.iter().map(ToString::to_string).collect();
        (each.workflow.to_string(), walks, each.context["items"].to_string())
    });
    let mut each: Vec<_> = each.collect();
    each.sort();
    send::take_back(tx, &worker("w2"), minute(9)).await.expect("given back");
    each
}

fn saying(workflow: &str, walks: &[&str]) -> (String, Vec<String>, String) {
    let items: Vec<String> = walks.iter().map(|walk| format!(r#"{{"entry":{{"of":"{walk}"}}}}"#)).collect();
    let walks = walks.iter().map(|walk| (*walk).to_owned()).collect();
    (workflow.to_owned(), walks, format!("[{}]", items.join(",")))
}

async fn a_pause_of_who_carries_lets_the_others_go_by_themselves(store: Store) {
    let mut tx = store.begin().await.expect("a writer");
    let shared = carried(&mut tx).await;
    // A worker has made the letter with all of it.
    call(&mut tx, Call::Claim, &shared, &worker("w1"), minute(0)).await;
    let welcome = WorkflowId::new("welcome");
    assert_eq!(store::pause::begin(&mut tx, &welcome, "nurture", minute(1)).await.expect("held"), Some(1));
    call(&mut tx, Call::Hand, &shared, &worker("w1"), minute(1)).await;
    assert_eq!(due(&mut tx).await, [saying("news", &["2", "3"])]);
    let of_two = send::by_id(&mut tx, &outgoing("a", "2", "email:news").id).await.expect("by id");
    assert_eq!(of_two.expect("under its own name").state, SendState::Due);
    assert_eq!(store::pause::end(&mut tx, &welcome, minute(5)).await.expect("over"), Some(1));
    assert_eq!(due(&mut tx).await, [saying("news", &["2", "3"]), saying("welcome", &["1"])]);
    // Whose walk ends in the pause is not put back.
    assert_eq!(store::pause::begin(&mut tx, &welcome, "nurture", minute(6)).await.expect("held"), Some(1));
    let ended = Changes { cancels: vec![(EnrollmentId::new("1"), "goal".to_owned())], ..Changes::default() };
    snapshot::save(&mut tx, &[(Snapshot::new(customer("a")), ended)], minute(7)).await.expect("it saves");
    assert_eq!(store::pause::end(&mut tx, &welcome, minute(8)).await.expect("over"), Some(0));
    assert_eq!(due(&mut tx).await, [saying("news", &["2", "3"])]);
}

async fn a_pause_of_who_rides_keeps_theirs_here_and_puts_them_together_again(store: Store) {
    let mut tx = store.begin().await.expect("a writer");
    let shared = carried(&mut tx).await;
    let news = WorkflowId::new("news");
    assert_eq!(store::pause::begin(&mut tx, &news, "nurture", minute(1)).await.expect("held"), Some(2));
    assert_eq!(due(&mut tx).await, [saying("welcome", &["1"])]);
    assert_eq!(store::pause::end(&mut tx, &news, minute(2)).await.expect("over"), Some(1));
    assert_eq!(due(&mut tx).await, [saying("news", &["2", "3"]), saying("welcome", &["1"])]);
    // Held once more, and one of the walks ends meanwhile.
    assert_eq!(store::pause::begin(&mut tx, &news, "nurture", minute(3)).await.expect("held"), Some(2));
    let ended = Changes { cancels: vec![(EnrollmentId::new("2"), "goal".to_owned())], ..Changes::default() };
    snapshot::save(&mut tx, &[(Snapshot::new(customer("a")), ended)], minute(4)).await.expect("it saves");
    assert_eq!(store::pause::end(&mut tx, &news, minute(5)).await.expect("over"), Some(1));
    assert_eq!(due(&mut tx).await, [saying("news", &["3"]), saying("welcome", &["1"])]);
    // What an earlier program put together is not taken apart: it is held with who carries it.
    let old = Outgoing { apart: Vec::new(), ..shared };
    let old = Outgoing {
        customer: CustomerId::new("b"),
        id: model::SendId::new("old"),
        pass: "old".to_owned(),
        ..old
    };
    send::insert(&mut tx, &[&old], minute(5)).await.expect("insert");
    store::pause::begin(&mut tx, &news, "nurture", minute(6)).await.expect("held");
    assert_eq!(due(&mut tx).await, [saying("welcome", &["1"]), saying("welcome", &["1", "2", "3"])]);
}
