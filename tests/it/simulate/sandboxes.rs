//! Properties of several sandboxes at once, behind one server.

use playmoney::inside::edge::Server;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Strategy, prop_oneof};
use proptest::sample::select;
use serde_json::{Value as Json, json};
use tokio::runtime::Builder;

use self::customer::{Customer, Way, server};
use super::{always, arbitrary, cryptopay, qbitpay, quantapay, quoine};
use crate::net::admin;

mod customer;

/// A tape about one of the providers, with a way to name the sandbox for each of its pieces.
type Played = Vec<(String, Way)>;

fn tape() -> impl Strategy<Value = Played> {
    let tapes = prop_oneof![arbitrary::tape(), cryptopay::tape(), qbitpay::tape(), quantapay::tape(), quoine::tape()];
    let ways = vec(select(&[Way::Path, Way::Header, Way::Key][..]), 32);
    (tapes, ways).prop_map(|(tape, ways)| tape.into_iter().zip(ways).collect())
}

/// The same for a copy, whose keys lead to its original.
fn tape_of_copy() -> impl Strategy<Value = Played> {
    tape().prop_map(|it| it.into_iter().map(|(piece, way)| (piece, if way == Way::Key { Way::Path } else { way })).collect())
}

/// Over which connections several customers send.
#[derive(Clone, Copy, Debug)]
enum Connections {
    Own,
    Shared,
}

/// Who has the next turn.
fn turns() -> impl Strategy<Value = Vec<usize>> {
    vec(0..60_usize, 96)
}

async fn play(customer: &mut Customer, tape: &[(String, Way)]) {
    for (piece, way) in tape {
        customer.play(piece, *way).await;
    }
}

/// Plays tapes in turns, one piece at a time.
async fn play_in_turns(customers: &mut [Customer], tapes: &[Played], turns: &[usize]) {
    let mut rest: Vec<_> = tapes.iter().map(|it| it.iter()).collect();
    for turn in turns.iter().cycle() {
        let waiting: Vec<usize> = (0..rest.len()).filter(|it| rest[*it].len() != 0).collect();
        if waiting.is_empty() {
            return;
        }
        let next = waiting[turn % waiting.len()];
        let (piece, way) = rest[next].next().expect("it has one");
        customers[next].play(piece, *way).await;
    }
}

/// Two logs are the same, or the first line that differs is told.
fn same(a: &str, b: &str) {
    let differs = a.lines().zip(b.lines()).position(|(a, b)| a != b);
    let around = |log: &str, n: usize| log.lines().skip(n.saturating_sub(2)).take(3).collect::<Vec<_>>().join("\n");
    if let Some(n) = differs {
        panic!("{}\nand then\n{}", around(a, n), around(b, n));
    }
    assert_eq!(a.lines().count(), b.lines().count());
}

/// Without what follows from the name of the sandbox: tokens, which carry a mark of it, secrets of endpoints, and signatures over links.
fn without_secrets(log: &str) -> String {
    let ends = |it: char| !(it.is_ascii_alphanumeric() || "-_.".contains(it));
    ["eyJ0eXAi", "whsec_", "QbitPay-Signature\":\"", "X-Webhook-Signature\":\""].iter().fold(log.to_owned(), |log, begins| {
        let mut pieces = log.split(begins);
        let first = pieces.next().unwrap_or_default().to_owned();
        pieces.fold(first, |log, it| log + "(a secret)" + it.find(ends).map_or("", |end| &it[end..]))
    })
}

/// Runs a property that waits.
fn always_waiting<S: Strategy>(cases: u32, strategy: &S, test: impl AsyncFn(S::Value))
where
    S::Value: std::fmt::Debug,
{
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    always(cases, strategy, |value| runtime.block_on(test(value)));
}

/// A customer of a sandbox that has a server for itself, after a tape.
async fn alone(name: &str, seed: Option<u64>, tape: &[(String, Way)]) -> Customer {
    let server = server().await;
    let mut customer = customer(&server, name, seed).await;
    play(&mut customer, tape).await;
    customer.look().await;
    server.stop().await;
    customer
}

/// The customer of a copy of that customer's sandbox.
async fn copied(server: &Server, original: &mut Customer, name: &str) -> Customer {
    let told = original.control("POST", "fork", &json!({"name": name})).await;
    assert_eq!(told.status, 201, "{}", String::from_utf8_lossy(&told.body));
    original.in_sandbox(server, name).await
}

async fn delete(server: &Server, name: &str) {
    assert_eq!(admin(server, "DELETE", &format!("sandboxes/{name}"), &Json::Null).await, json!({"deleted": name}));
}

/// A customer of a sandbox that a call has made with that seed, or else the first request.
async fn customer(server: &Server, name: &str, seed: Option<u64>) -> Customer {
    if let Some(seed) = seed {
        let body = json!({"name": name, "seed": seed});
        assert_eq!(admin(server, "POST", "sandboxes", &body).await["name"], name);
    }
    Customer::new(server, name).await
}

fn crowd() -> impl Strategy<Value = Vec<(Option<u64>, Played)>> {
    vec((option::of(0..3_u64), tape()), 2..5)
}

async fn customers(server: &Server, crowd: &[(Option<u64>, Played)]) -> Vec<Customer> {
    let mut customers = Vec::new();
    for (n, (seed, _)) in crowd.iter().enumerate() {
        customers.push(customer(server, &format!("shop-{n}"), *seed).await);
    }
    customers
}

async fn each_is_as_if_alone(customers: Vec<Customer>, crowd: &[(Option<u64>, Played)]) {
    for (mut it, (seed, tape)) in customers.into_iter().zip(crowd) {
        it.look().await;
        same(&it.log, &alone(&it.name, *seed, tape).await.log);
    }
}

#[test]
fn i11_any_interleaving_gives_each_sandbox_what_it_has_alone() {
    let connections = select(&[Connections::Own, Connections::Shared][..]);
    always_waiting(20, &(crowd(), turns(), connections), async |(crowd, turns, connections)| {
        let server = server().await;
        let mut customers = customers(&server, &crowd).await;
        if let (Connections::Shared, [first, others @ ..]) = (connections, &mut *customers) {
            for it in others.iter_mut() {
                it.share_connection_of(first);
            }
        }
        let tapes: Vec<Played> = crowd.iter().map(|it| it.1.clone()).collect();
        play_in_turns(&mut customers, &tapes, &turns).await;
        each_is_as_if_alone(customers, &crowd).await;
    });
}

#[test]
fn i11_sandboxes_that_are_used_at_the_same_time_have_what_they_have_alone() {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    always(10, &crowd(), |crowd| {
        runtime.block_on(async {
            let server = server().await;
            let mut playing = Vec::new();
            for (mut it, (_, tape)) in customers(&server, &crowd).await.into_iter().zip(crowd.clone()) {
                playing.push(tokio::spawn(async move {
                    play(&mut it, &tape).await;
                    it
                }));
            }
            let mut customers = Vec::new();
            for it in playing {
                customers.push(it.await.expect("it ends"));
            }
            each_is_as_if_alone(customers, &crowd).await;
        });
    });
}

#[test]
fn i10_i11_no_write_crosses_a_fork() {
    always_waiting(15, &(tape(), tape(), tape_of_copy(), turns()), async |(before, own, forks, turns)| {
        let server = server().await;
        let mut original = customer(&server, "shop", None).await;
        play(&mut original, &before).await;
        let copy = copied(&server, &mut original, "copy").await;
        let mut both = [original, copy];
        play_in_turns(&mut both, &[own.clone(), forks.clone()], &turns).await;
        let [mut original, mut copy] = both;
        original.look().await;
        copy.look().await;
        same(&original.log, &alone("shop", None, &[before.clone(), own].concat()).await.log);

        let other = self::server().await;
        let mut original = customer(&other, "shop", None).await;
        play(&mut original, &before).await;
        let mut twin = copied(&other, &mut original, "copy").await;
        delete(&other, "shop").await;
        play(&mut twin, &forks).await;
        twin.look().await;
        same(&copy.log, &twin.log);
    });
}

#[test]
fn i11_i27_a_deleted_name_begins_afresh() {
    let names = select(&[None, Some(0), Some(7)][..]);
    always_waiting(15, &(names.clone(), tape(), names, tape()), async |(former_seed, former, seed, tape)| {
        let server = server().await;
        let mut first = customer(&server, "shop", former_seed).await;
        play(&mut first, &former).await;
        copied(&server, &mut first, "copy").await;
        delete(&server, "shop").await;
        let mut second = customer(&server, "shop", seed).await;
        play(&mut second, &tape).await;
        second.look().await;
        same(&second.log, &alone("shop", seed, &tape).await.log);
    });
}

#[test]
fn i10_a_state_that_is_saved_anywhere_goes_on_in_any_sandbox() {
    always_waiting(15, &(tape(), tape(), tape_of_copy(), turns()), async |(junk, before, after, turns)| {
        let server = server().await;
        let (mut other, mut original) = (customer(&server, "shop-b", Some(3)).await, customer(&server, "shop-a", None).await);
        play(&mut other, &junk).await;
        play(&mut original, &before).await;
        let saved = original.state().await;
        original.log.clear();

        // Elsewhere, under the same name, it is the same to the byte.
        let elsewhere = self::server().await;
        let mut twin = customer(&elsewhere, "shop-a", Some(3)).await;
        play(&mut twin, &junk).await;
        twin.restore(&saved).await;
        assert!(twin.state().await == saved);
        let mut twin = original.in_sandbox(&elsewhere, "shop-a").await;
        play(&mut twin, &after).await;

        // Here, under another name, it goes on beside the original.
        other.restore(&saved).await;
        let restored = original.in_sandbox(&server, "shop-b").await;
        let mut both = [original, restored];
        play_in_turns(&mut both, &[after.clone(), after], &turns).await;
        let [original, restored] = both;
        same(&original.log, &twin.log);
        // Its own name is another one, and so is the user id that follows from it.
        let own = [(&*other.name, &*original.name), (other.user_id(), original.user_id())];
        let renamed = own.iter().fold(restored.log, |log, (own, of_original)| log.replace(own, of_original));
        same(&without_secrets(&original.log), &without_secrets(&renamed));
    });
}
