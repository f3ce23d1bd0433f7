//! Versions are immutable, one is live; texts are kept as they passed.

use crate::given::*;
use model::{TeamId, VersionId, WorkflowId};
use std::collections::BTreeMap;
use store::version::{self, WorkflowState};
use store::{Store, audit, meta, team, template};

on_both! {
    a_version_is_numbered_kept_for_ever_and_may_be_live_again,
    a_paused_workflow_stays_paused_when_a_version_is_published,
    a_text_is_published_once,
    rotations_values_and_acts_are_kept,
}

async fn a_version_is_numbered_kept_for_ever_and_may_be_live_again(store: Store) {
    let mut tx = store.begin().await.expect("a writer");
    let w = WorkflowId::new("w");
    for (id, new) in [("v1", true), ("v2", true), ("v1", false)] {
        let text = format!("workflow: w # {id}");
        let published =
            version::publish(&mut tx, &w, &id.into(), &text, "w.yaml", minute(0)).await.expect("published");
        assert_eq!(published, new);
        let live = version::current(&mut tx).await.expect("current");
        assert_eq!(live.iter().map(|(live, _)| live.version.as_str()).collect::<Vec<_>>(), [id]);
    }
    let all = version::of_workflow(&mut tx, &w).await.expect("all");
    assert_eq!(all.iter().map(|each| each.number).collect::<Vec<_>>(), [1, 2]);
    let first = version::find(&mut tx, &w, &"v1".into()).await.expect("found").expect("there");
    assert_eq!(first.text, "workflow: w # v1");
    assert_eq!(version::find(&mut tx, &w, &VersionId::new("v3")).await.expect("found"), None);
}

async fn a_paused_workflow_stays_paused_when_a_version_is_published(store: Store) {
    let mut tx = store.begin().await.expect("a writer");
    let w = WorkflowId::new("w");
    version::publish(&mut tx, &w, &"v1".into(), "1", "w.yaml", minute(0)).await.expect("published");
    for (set, after) in
        [(WorkflowState::Paused, WorkflowState::Paused), (WorkflowState::Retired, WorkflowState::Live)]
    {
        assert!(version::set_state(&mut tx, &w, set).await.expect("set"));
        assert!(!version::set_state(&mut tx, &w, set).await.expect("set"), "it is so already");
        version::publish(&mut tx, &w, &"v2".into(), "2", "w.yaml", minute(0)).await.expect("published");
        assert_eq!(version::current(&mut tx).await.expect("current")[0].1, after);
    }
}

async fn a_text_is_published_once(store: Store) {
    let mut tx = store.begin().await.expect("a writer");
    assert!(template::publish(&mut tx, "a.md", "one", "h1", minute(0)).await.expect("published"));
    assert!(!template::publish(&mut tx, "a.md", "one", "h1", minute(1)).await.expect("published"));
    assert!(template::publish(&mut tx, "a.md", "two", "h2", minute(2)).await.expect("published"));
    let kept = template::find(&mut tx, "a.md").await.expect("found").expect("there");
    assert_eq!((kept.text.as_str(), kept.published_at), ("two", minute(2)));
    assert_eq!(template::all(&mut tx).await.expect("all").len(), 1);
    assert!(template::remove(&mut tx, "a.md").await.expect("removed"));
    assert_eq!(store::library::all(&mut tx).await.expect("all"), []);
}

async fn rotations_values_and_acts_are_kept(store: Store) {
    let mut tx = store.begin().await.expect("a writer");
    let teams = BTreeMap::from([(TeamId::new("t"), BTreeMap::from([("credit".to_owned(), 3)]))]);
    team::write(&mut tx, &teams).await.expect("written");
    assert_eq!(team::all::<BTreeMap<String, i32>>(&mut tx).await.expect("read"), teams);
    assert_eq!(meta::get_instant(&mut tx, meta::CLOCK).await.expect("read"), None);
    meta::set_instant(&mut tx, meta::CLOCK, minute(7)).await.expect("set");
    assert_eq!(meta::get_instant(&mut tx, meta::CLOCK).await.expect("read"), Some(minute(7)));
    meta::set(&mut tx, meta::CLOCK, None).await.expect("taken away");
    assert_eq!(meta::get(&mut tx, meta::CLOCK).await.expect("read"), None);
    for did in ["publish", "pause"] {
        audit::record(&mut tx, "nurture", did, "w", minute(0)).await.expect("recorded");
    }
    let acts = audit::recent(&mut tx, None, 10).await.expect("read");
    assert_eq!(
        acts.iter().map(|act| (act.number, act.did.as_str())).collect::<Vec<_>>(),
        [(2, "pause"), (1, "publish")]
    );
}
