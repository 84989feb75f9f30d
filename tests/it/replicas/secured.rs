//! A database behind TLS, and what is wrong with an address or a certificate.

use std::fmt::Write as _;
use std::time::Duration;

use playmoney::inside::edge::driver::Stopwatch;
use serde_json::json;

use super::cluster::Cluster;
use super::postgres::Postgres;
use super::starting::serve;
use crate::net::payout;

const ADVERTISE: [&str; 2] = ["--advertise", "http://127.0.0.1:4242"];

/// What a server says that cannot start with that address, and its exit code.
fn refused(url: &str, wait: &str) -> (Option<i32>, String) {
    serve(&[&["--store", url, "--store-wait", wait, "--log", "none"], &ADVERTISE[..]].concat())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_connection_to_a_database_behind_tls_is_encrypted() {
    let cluster = Cluster::on(Postgres::secured("127.0.0.1"), 2, &[]).await;
    assert_eq!(cluster.ask(0, "POST", "/__admin/sandboxes", &json!({"name": "a", "seed": 1})).await.status, 201);
    assert_eq!(cluster.ask(1, "POST", "/s/a/quantum-payouts/api/v1/performPayout", &payout("order-1")).await.status, 200);
    let plain = "SELECT count(*) FILTER (WHERE ssl), count(*) FILTER (WHERE NOT ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
        WHERE application_name = 'playmoney'";
    let counted = cluster.postgres.sql("playmoney", plain).expect("it is ours");
    let (encrypted, plain) = counted.trim().split_once('|').expect("two numbers");
    assert!(2 <= encrypted.parse::<u32>().expect("a number"), "{counted}");
    assert_eq!(plain, "0");
}

#[test]
fn a_certificate_that_does_not_fit_is_refused_at_once_and_said() {
    let postgres = Postgres::secured("127.0.0.1");
    let other = Postgres::secured("127.0.0.1");
    let (own, foreign) = (postgres.file("authority.pem"), other.file("authority.pem"));
    let (own, foreign) = (own.display(), foreign.display());
    let unknown = "its certificate comes from an authority that is not trusted here";
    for (host, parameters, words) in [
        ("127.0.0.1", format!("sslmode=verify-full&sslrootcert={foreign}"), [unknown, "`sslrootcert`"]),
        ("127.0.0.1", format!("sslmode=verify-ca&sslrootcert={foreign}"), [unknown, "`sslrootcert`"]),
        ("127.0.0.1", "sslmode=require".to_owned(), [unknown, "`sslrootcert`"]),
        ("127.0.0.1", "sslmode=verify-full&sslrootcert=system".to_owned(), [unknown, "`sslrootcert`"]),
        ("localhost", format!("sslmode=verify-full&sslrootcert={own}"), ["its certificate is for another name", "localhost"]),
        // Stricter than its word says, as the documents tell.
        ("localhost", format!("sslmode=require&sslrootcert={own}"), ["its certificate is for another name", "127.0.0.1"]),
    ] {
        let began = Stopwatch::start();
        let (code, why) = refused(&postgres.url_with(host, &parameters), "30s");
        assert_eq!(code, Some(3), "{parameters}: {why}");
        assert!(words.iter().all(|it| why.contains(it)) && !why.contains("wonder-land"), "{parameters}: {why}");
        assert!(began.elapsed() < Duration::from_secs(20), "a certificate does not mend itself: {:?}", began.elapsed());
    }
    // A server that is its own authority.
    let mut own = rcgen::CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("a name");
    own.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let key = rcgen::KeyPair::generate().expect("a key");
    let own = own.self_signed(&key).expect("a certificate");
    let postgres = postgres.with_certificate(&own.pem(), &key.serialize_pem());
    let file = postgres.file("server.pem");
    let (code, why) = refused(&postgres.url_with("127.0.0.1", &format!("sslmode=verify-full&sslrootcert={}", file.display())), "30s");
    assert_eq!(code, Some(3), "{why}");
    assert!(why.contains("its certificate is that of an authority"), "{why}");
}

#[test]
fn what_an_address_says_is_done_or_refused() {
    let postgres = Postgres::start();
    let folder = postgres.file("");
    let (empty, broken) = (folder.join("empty.pem"), folder.join("broken.pem"));
    std::fs::write(&empty, "nothing\n").expect("it can be written");
    std::fs::write(&broken, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").expect("it can be written");
    let (missing, empty, broken) = (folder.join("missing.pem"), empty.display(), broken.display());
    let mut told = String::new();
    for (parameters, code, words) in [
        // Words that are unknown, or that have no effect here.
        ("sslmode=verify-fulll".to_owned(), 2, vec!["`sslmode`", "verify-fulll", "verify-full"]),
        ("sslmode=".to_owned(), 2, vec!["`sslmode`"]),
        ("sslcert=/tmp/a.pem".to_owned(), 2, vec!["`sslcert`"]),
        ("sslkey=/tmp/a.pem".to_owned(), 2, vec!["`sslkey`"]),
        ("sslcrl=/tmp/a.pem".to_owned(), 2, vec!["`sslcrl`"]),
        ("ssl_min_protocol_version=TLSv1.3".to_owned(), 2, vec!["`ssl_min_protocol_version`"]),
        ("colour=red".to_owned(), 2, vec!["`colour`"]),
        ("connect_timeout=9".to_owned(), 2, vec!["`connect_timeout`"]),
        ("application_name=shop".to_owned(), 2, vec!["`application_name`"]),
        ("keepalives_idle=9".to_owned(), 2, vec!["`keepalives_idle`"]),
        ("tcp_user_timeout=9".to_owned(), 2, vec!["`tcp_user_timeout`"]),
        ("target_session_attrs=read-only".to_owned(), 2, vec!["`target_session_attrs`"]),
        ("sslmode=disable&sslmode=require".to_owned(), 2, vec!["`sslmode`", "twice"]),
        // An authority without a certificate that is verified.
        (format!("sslmode=prefer&sslrootcert={empty}"), 2, vec!["`sslrootcert`", "`sslmode`", "verify-full"]),
        (format!("sslmode=allow&sslrootcert={empty}"), 2, vec!["`sslrootcert`", "`sslmode`"]),
        (format!("sslmode=disable&sslrootcert={empty}"), 2, vec!["`sslrootcert`", "`sslmode`"]),
        ("sslrootcert=".to_owned(), 2, vec!["`sslrootcert`"]),
        // Files.
        (format!("sslmode=verify-full&sslrootcert={}", missing.display()), 3, vec!["`sslrootcert`", "missing.pem"]),
        (format!("sslmode=verify-full&sslrootcert={empty}"), 3, vec!["`sslrootcert`", "empty.pem", "no certificate"]),
        (format!("sslmode=verify-full&sslrootcert={broken}"), 3, vec!["`sslrootcert`", "broken.pem"]),
        // This server speaks no TLS.
        ("sslmode=require".to_owned(), 3, vec!["does not support TLS"]),
    ] {
        let (exit, why) = refused(&postgres.url_with("127.0.0.1", &parameters), "1s");
        if exit != Some(code) || !words.iter().all(|it| why.contains(it)) || why.contains("wonder-land") {
            _ = writeln!(told, "{parameters}: {exit:?} {why}");
        }
    }
    assert!(told.is_empty(), "{told}");
    let authority = Postgres::secured("127.0.0.1");
    // An authority is meant to be asked: without `sslmode` it is not left out when the server speaks no TLS.
    let (exit, why) = refused(&postgres.url_with("127.0.0.1", &format!("sslrootcert={}", authority.file("authority.pem").display())), "1s");
    assert_eq!(exit, Some(3), "{why}");
    assert!(why.contains("does not support TLS"), "{why}");
    // A server that takes no plain connection says so.
    let (exit, why) = refused(&authority.url_with("127.0.0.1", "sslmode=disable"), "1s");
    assert_eq!(exit, Some(3), "{why}");
    assert!(why.contains("no encryption"), "{why}");
}
