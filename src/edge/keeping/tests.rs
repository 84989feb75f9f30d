use super::*;

fn track() -> Arc<Track> {
    Keeping::of_server()
}

#[tokio::test]
async fn a_commit_waits_for_its_own_entries_and_not_for_later_ones() {
    let track = track();
    assert_eq!(track.next(), 1);
    let first = Commit::of(&track);
    assert_eq!(track.next(), 2);
    let second = Commit::of(&track);
    assert!(!first.is_kept() && !second.is_kept());
    let waits = tokio::spawn({
        let first = first.clone();
        async move { first.done().await }
    });
    track.keep(1);
    assert_eq!(waits.await.expect("it ends"), Ok(()));
    assert!(first.is_kept() && !second.is_kept());
    let why = NotKept::because("the disk is full");
    track.lose(&why);
    assert_eq!((first.done().await, first.lost()), (Ok(()), None), "what was kept stays kept");
    assert_eq!((second.done().await, second.lost()), (Err(why.clone()), Some(why)));
    track.keep(2);
    assert!(!second.is_kept(), "after what is lost nothing is kept");
    assert_eq!(Commit::default().done().await, Ok(()));
}

#[test]
fn a_refusal_says_what_is_known() {
    let known = NotKept::because("the disk is full").refusal();
    assert_eq!((known.status, known.headers.get("retry-after").is_some()), (StatusCode::SERVICE_UNAVAILABLE, true));
    assert!(known.headers.get("playmoney-outcome").is_none());
    let unknown = NotKept { is_unknown: true, ..NotKept::because("the database has not answered") }.refusal();
    assert_eq!(unknown.headers.get("playmoney-outcome").and_then(|it| it.to_str().ok()), Some("unknown"));
}
