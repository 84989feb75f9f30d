//! A shop under libfaketime, which knows nothing of Playmoney and of no library: its clock is that of the sandbox.
//!
//! `tests/prepare` installs libfaketime.

use std::process::Stdio;

use playmoney::inside::edge::{Config, Server};
use playmoney::inside::engine::start::Start;
use serde_json::{Value as Json, json};

use super::{Foreign, program};
use crate::cli::PLAYMONEY;
use crate::net::{admin, eventually, send};

async fn ask(shop: &Foreign, path: &str) -> Json {
    send(shop.address, http::Request::get(path).body(String::new()).expect("a request")).await.json()
}

/// Starts the shop under the library, with the file that the server keeps.
fn under_faketime(server: &Server, file: &std::path::Path) -> Foreign {
    // The library is where `exec` finds it.
    let mut exec = program(PLAYMONEY);
    exec.args(["exec", "--faketime", "--", "sh", "-c", "printf %s \"$LD_PRELOAD\""]).env_remove("LD_PRELOAD").stderr(Stdio::null());
    let library = String::from_utf8(exec.output().expect("it runs").stdout).expect("text");
    assert!(library.ends_with(".so.1"), "libfaketime is missing: run tests/prepare");
    let mut shop = program("python3");
    shop.arg("faketime/shop.py")
        .env("CRYPTOPAY_BASE_URL", format!("{}/cryptopay", server.base_url()))
        .env("CRYPTOPAY_API_KEY", "cp_test_key");
    shop.env("LD_PRELOAD", library).env("FAKETIME_TIMESTAMP_FILE", file).env("FAKETIME_FMT", "%s");
    shop.env("FAKETIME_NO_CACHE", "1").env_remove("FAKETIME").env_remove("FAKETIME_DONT_FAKE_MONOTONIC");
    Foreign::start(shop)
}

#[tokio::test(flavor = "multi_thread")]
async fn i14_a_shop_s_own_job_and_the_webhook_come_in_the_same_second() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("now");
    let config = Config { start: Start::default(), faketime_file: Some(file.clone()), ..Config::default() };
    let server = Server::start(config).await.expect("a free port");
    let shop = under_faketime(&server, &file);
    let happened = async |moments: &[&str]| {
        let count = moments.len();
        eventually(async || count <= ask(&shop, "/").await["happened"].as_array().expect("a list").len()).await;
        let mut told = ask(&shop, "/").await["happened"].as_array().expect("a list").clone();
        told.sort_by_key(ToString::to_string);
        assert_eq!(told, moments.iter().map(|it| json!(it)).collect::<Vec<_>>());
    };
    let advance = async |by: &str| admin(&server, "POST", "clock/advance", &json!({"by": by})).await;
    ask(&shop, "/orders").await;
    let sold = "sold 201 2026-01-01T00:00:00";
    happened(&[sold]).await;
    advance("29m59s").await;
    eventually(async || ask(&shop, "/").await["looked_at"] == "2026-01-01T00:29:59").await;
    happened(&[sold]).await;
    let walk = advance("1s").await;
    assert_eq!((&walk["deliveries_total"], &walk["deliveries"][0]["at"]), (&json!(1), &json!("2026-01-01T00:30:00Z")));
    happened(&["cancelled 2026-01-01T00:30:00", "order.expired 2026-01-01T00:30:00", sold]).await;
    // A webhook within a longer walk has the moment of the walk's step, and a retry its own.
    ask(&shop, "/fail").await;
    ask(&shop, "/orders").await;
    let walk = advance("1d").await;
    let attempts: Vec<&str> = walk["deliveries"].as_array().expect("a list").iter().filter_map(|it| it["at"].as_str()).collect();
    assert!(2 <= attempts.len(), "{walk}");
    let told = ask(&shop, "/").await;
    let heard = told["happened"].as_array().expect("a list").iter().filter_map(|it| it.as_str()?.strip_prefix("order.expired "));
    assert_eq!(heard.skip(1).collect::<Vec<_>>(), attempts.iter().map(|it| it.trim_end_matches('Z')).collect::<Vec<_>>());
    assert_eq!(told["now"], "2026-01-02T00:30:00");
}
