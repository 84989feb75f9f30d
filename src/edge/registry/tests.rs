use std::cell::RefCell;
use std::num::NonZeroUsize;

use http::StatusCode;

use super::*;
use crate::edge::courier::Courier;
use crate::edge::egress::Egress;
use crate::edge::loopback::Loopback;
use crate::edge::notices::Notices;
use crate::edge::threads::Residence;
use crate::kit::http::Request;

fn registry(making: Making) -> Arc<Registry> {
    let (stopwatch, loopback) = (Stopwatch::start(), Arc::new(Loopback::default()));
    let courier = Arc::new(Courier::new(Egress::default(), NonZeroUsize::MIN, Arc::new(Notices::new(stopwatch))));
    let outside = Outside { courier, loopback: Arc::clone(&loopback), keeping: None };
    let threads = Threads::new(NonZeroUsize::MIN);
    let sandbox = Sandbox::new(Start::default(), stopwatch.uptime());
    let driver = Driver::new(sandbox, stopwatch, outside.clone(), threads.settle());
    let hosting = Hosting { usual: Start::default(), making, sandboxes_max: 3, stopwatch, outside, threads };
    let registry = Registry::new(hosting, driver);
    loopback.connect(Arc::downgrade(&registry));
    registry
}

fn asked(pairs: &[(&str, &str)]) -> Request {
    let request = Request::new(http::Method::GET, "/quantum-payouts/api/v1/features", "");
    pairs.iter().fold(request, |it, (name, value)| it.with(name, value))
}

thread_local! {
    /// What the one connection of a test knows of its last request.
    static LAST: RefCell<Last> = RefCell::default();
}

/// The name of the sandbox that is chosen; with `?` behind it when it does not exist, with `*` when several could be. It is the same on a
/// new connection, on one that was used before, and once more on that.
fn chosen(registry: &Registry, by_path: Option<&str>, request: &Request) -> Result<String, StatusCode> {
    let chosen = |last: &mut Last| {
        registry.choose(by_path, request, Naming::Open, last).map_err(|it| it.status).map(|it| match it {
            Chosen::One(driver) => driver.name().to_owned(),
            Chosen::Several(driver) => format!("{}*", driver.name()),
            Chosen::None(name) => format!("{name}?"),
        })
    };
    let found = chosen(&mut Last::default());
    for _ in 0..2 {
        assert_eq!(LAST.with_borrow_mut(chosen), found);
    }
    found
}

fn bearer(key: &str) -> Request {
    asked(&[("authorization", &format!("Bearer {key}"))])
}

#[tokio::test]
async fn sandboxes_come_and_go_and_the_default_one_stays() {
    let registry = registry(Making::Named);
    assert!(registry.fork("nothing", "a").await.is_none());
    assert_eq!(registry.fork(DEFAULT, "a").await.expect("a copy").name(), "a");
    assert_eq!(registry.names(), ["a", DEFAULT]);
    let by_header = asked(&[("playmoney-sandbox", "a")]);
    assert_eq!(chosen(&registry, None, &by_header).as_deref(), Ok("a"));
    assert_eq!(chosen(&registry, Some(DEFAULT), &by_header).as_deref(), Ok(DEFAULT));
    assert!(registry.remove("a") && !registry.remove(DEFAULT) && !registry.remove("a"));
    assert_eq!(registry.names(), [DEFAULT]);
    let refusal = registry.choose(None, &by_header, Naming::Open, &mut Last::default()).err().expect("it is gone");
    assert_eq!(refusal.status, StatusCode::NOT_FOUND);
    let detail = |naming| {
        let refused = registry.choose(None, &by_header, naming, &mut Last::default()).err();
        refused.map(|it| String::from_utf8_lossy(&it.body).contains(DEFAULT))
    };
    assert_eq!([detail(Naming::Open), detail(Naming::Secret)], [Some(true), Some(false)]);
}

#[tokio::test]
async fn a_credential_leads_to_its_sandbox_and_one_of_several_to_none() {
    let registry = registry(Making::Named);
    registry.fork(DEFAULT, "a").await.expect("a copy");
    for (key, name) in [("qm_test_token", DEFAULT), ("qm_test_token_a", "a"), ("qm_test_token_b", DEFAULT), ("", DEFAULT)] {
        assert_eq!(chosen(&registry, None, &bearer(key)).as_deref(), Ok(name), "{key}");
    }
    let rotate = |name: &str| {
        let body = r#"{"credentials":{"token":"qm_test_shared"}}"#;
        let request = Request::new(http::Method::PATCH, "/__admin/accounts/quantum-payouts/default", body);
        let driver = registry.find(name).expect("it exists");
        drop(driver.put(request.with("content-type", "application/json")));
    };
    rotate("a");
    assert_eq!(chosen(&registry, None, &bearer("qm_test_shared")).as_deref(), Ok("a"));
    assert_eq!(chosen(&registry, None, &bearer("qm_test_token_a")).as_deref(), Ok(DEFAULT), "it was replaced");
    rotate(DEFAULT);
    assert_eq!(chosen(&registry, None, &bearer("qm_test_shared")).as_deref(), Ok("default*"));
    assert_eq!(chosen(&registry, Some("a"), &bearer("qm_test_shared")).as_deref(), Ok("a"), "the path says which");
    registry.remove("a");
    assert_eq!(chosen(&registry, None, &bearer("qm_test_shared")).as_deref(), Ok(DEFAULT));
}

#[tokio::test]
async fn a_sandbox_is_made_by_the_request_that_names_it() {
    let registry = registry(Making::OnUse);
    let named = |name: &str| asked(&[("playmoney-sandbox", name)]);
    assert_eq!(chosen(&registry, None, &named("a")).as_deref(), Ok("a?"));
    assert_eq!(chosen(&registry, None, &named("A")), Err(StatusCode::NOT_FOUND));
    assert_eq!(chosen(&registry, None, &bearer("qm_test_token_b")).as_deref(), Ok("b?"));
    assert_eq!(chosen(&registry, None, &bearer("qm_test_token_B!")).as_deref(), Ok(DEFAULT));
    for name in ["a", "b", "c", "a"] {
        assert_eq!(registry.make_on_use(name).map(|it| it.name().to_owned()).ok().as_deref(), Some(name));
    }
    assert_eq!(registry.make_on_use("d").err().map(|it| it.status), Some(StatusCode::INSUFFICIENT_STORAGE));
    assert_eq!(registry.free_name(None).err().map(|it| it.status), Some(StatusCode::INSUFFICIENT_STORAGE));
    registry.remove("b");
    assert_eq!(registry.free_name(None).ok().as_deref(), Some("sandbox-1"));
    assert_eq!(registry.free_name(Some("c".to_owned())).err().map(|it| it.status), Some(StatusCode::CONFLICT));
}

#[tokio::test]
async fn what_nothing_uses_for_its_time_to_live_is_deleted() {
    let registry = registry(Making::Named);
    let beginning = sandboxes::New::default().begins("a", registry.usual()).expect("it begins");
    let hosted = registry.make(&beginning, Some(Duration::from_mins(30))).expect("it is made");
    let used = hosted.stay(registry.now()).last_used_at;
    assert_eq!(registry.delete_expired(used + Duration::from_secs(1_799)), Some(used + Duration::from_mins(30)));
    assert_eq!(registry.names(), ["a", DEFAULT]);
    assert_eq!(registry.delete_expired(used + Duration::from_mins(30)), None);
    assert_eq!(registry.names(), [DEFAULT]);
}

#[tokio::test]
async fn i11_a_deleted_sandbox_has_no_say_in_the_credentials_of_its_successor() {
    let registry = registry(Making::Named);
    let before = registry.fork(DEFAULT, "a").await.expect("a copy");
    assert!(registry.remove("a"));
    registry.fork(DEFAULT, "a").await.expect("a copy");
    for names in [Vec::new(), vec![(ProviderId(0), "stolen".to_owned())]] {
        registry.learn(&before, names);
        assert_eq!(chosen(&registry, None, &bearer("qm_test_token_a")).as_deref(), Ok("a"));
    }
}

#[tokio::test]
async fn i11_of_two_sandboxes_of_one_name_the_first_stays() {
    let registry = registry(Making::Named);
    let copy = |from: Arc<Driver>| async move { from.fork("a", None, registry_threads()).await };
    let (first, second) = (copy(registry.default()).await, copy(registry.default()).await);
    let born = first.born();
    assert!(registry.add(first, None).is_ok());
    let refused = registry.add(second, None).err().expect("the name is taken");
    assert_eq!((refused.code, registry.find("a").expect("it is there").born()), ("sandbox_exists", born));
    let expired = |_: &Hosted| false;
    assert!(!registry.forget("a", expired) && registry.find("a").is_some(), "what does not hold is not removed");
}

fn registry_threads() -> Residence {
    Threads::new(NonZeroUsize::MIN).settle()
}
