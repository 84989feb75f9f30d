//! Data of another version of the program, or of another format.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::Path;

use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use redb::{Database, ReadableTable, TableDefinition};

use super::{Folder, control, orders, pay, terminate};

/// The CRC-32 of bytes.
fn crc(parts: &[&[u8]]) -> [u8; 4] {
    let mut crc = flate2::Crc::new();
    for it in parts {
        crc.update(it);
    }
    crc.sum().to_le_bytes()
}

/// Changes the texts of a log, and puts its sums right.
fn rewrite(log: &Path, change: impl Fn(&str) -> String) {
    let bytes = std::fs::read(log).expect("a file");
    let end = bytes.iter().position(|it| *it == b'\n').expect("a first line") + 1;
    let text = |it: &[u8]| change(std::str::from_utf8(it).expect("text")).into_bytes();
    let mut out = text(&bytes[..end]);
    out.extend(crc(&[&out]));
    let mut rest = &bytes[end + 4..];
    while let Some(block) = rest.strip_prefix(b"PmB1") {
        let (number, length) = (&block[..8], u32::from_le_bytes(block[8..12].try_into().expect("four bytes")));
        let length = usize::try_from(length).expect("a number");
        let changed = text(&block[16..16 + length]);
        let own = u32::try_from(changed.len()).expect("short").to_le_bytes();
        out.extend_from_slice(b"PmB1");
        out.extend_from_slice(number);
        out.extend_from_slice(&own);
        out.extend(crc(&[number, &own, &changed]));
        out.extend(changed);
        rest = &block[16 + length..];
    }
    out.extend_from_slice(rest);
    std::fs::write(log, out).expect("it can be written");
}

/// Changes the snapshots of a database, head and body, and puts their sums right.
fn rewrite_snapshots(folder: &Folder, change: impl Fn(&str) -> String) {
    const SNAPSHOTS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("snapshots");
    let database = Database::open(folder.0.join("snapshots.redb")).expect("it is whole");
    let write = database.begin_write().expect("it is ours");
    {
        let mut table = write.open_table(SNAPSHOTS).expect("a table");
        let rows: Vec<(u64, Vec<u8>)> =
            table.iter().expect("rows").map(|it| it.expect("a row")).map(|it| (it.0.value(), it.1.value().to_vec())).collect();
        assert!(!rows.is_empty(), "a server that was told to stop leaves snapshots");
        for (life, value) in rows {
            // Behind the sum, which can have any bytes.
            let end = value[4..].iter().position(|it| *it == b'\n').expect("a head") + 5;
            let mut body = String::new();
            DeflateDecoder::new(&value[end..]).read_to_string(&mut body).expect("text");
            let whole = change(&format!("{}{body}", std::str::from_utf8(&value[4..end]).expect("text")));
            let (head, body) = whole.split_once('\n').expect("a head");
            let mut packed = DeflateEncoder::new(format!("{head}\n").into_bytes(), flate2::Compression::fast());
            packed.write_all(body.as_bytes()).expect("memory takes everything");
            let packed = packed.finish().expect("memory takes everything");
            table.insert(life, [&crc(&[&packed])[..], &packed].concat().as_slice()).expect("it is ours");
        }
    }
    write.commit().expect("it is ours");
}

fn set_format(folder: &Folder, format: u64) {
    const SERVER: TableDefinition<'_, &str, u64> = TableDefinition::new("server");
    let database = Database::open(folder.0.join("snapshots.redb")).expect("it is whole");
    let write = database.begin_write().expect("it is ours");
    write.open_table(SERVER).expect("a table").insert("format", format).expect("it is ours");
    write.commit().expect("it is ours");
}

/// Everything in a folder.
fn files(folder: &Folder) -> BTreeMap<String, Vec<u8>> {
    let all = std::fs::read_dir(&folder.0).expect("a folder").map(|it| it.expect("a file").path());
    all.map(|it| (it.file_name().expect("a name").to_string_lossy().into_owned(), std::fs::read(&it).expect("a file"))).collect()
}

/// How a server ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ends {
    /// By SIGTERM, so that it leaves snapshots.
    Told,
    /// By SIGKILL.
    Killed,
}

/// A folder with payouts, one sandbox and one that was deleted.
async fn written(name: &str, ends: Ends) -> Folder {
    let folder = Folder::new(name);
    let serving = folder.serve(&[]);
    for name in ["shop", "gone"] {
        assert_eq!(control(&serving, "POST", "sandboxes", &serde_json::json!({"name": name, "seed": 3})).await.status, 201);
    }
    assert_eq!(control(&serving, "DELETE", "sandboxes/gone", &serde_json::Value::Null).await.status, 200);
    for number in ["A", "B"] {
        assert_eq!(pay(&serving, number).await.status, 200);
    }
    if ends == Ends::Told {
        assert_eq!(terminate(serving), Some(0));
    }
    folder
}

type Change = fn(&Folder);

fn log(folder: &Folder, change: impl Fn(&str) -> String) {
    rewrite(&folder.logs()[0], change);
}

/// Cuts the last byte, as a crash does.
fn torn(folder: &Folder) {
    let log = folder.logs().pop().expect("a log");
    let bytes = std::fs::read(&log).expect("a file");
    std::fs::write(&log, &bytes[..bytes.len() - 1]).expect("it can be written");
}

/// The name of a case, how the server ends, what is done to its folder, and what the refusal says.
type Case = (&'static str, Ends, Change, &'static [&'static str]);

fn cases() -> [Case; 9] {
    [
        (
            "log-later",
            Ends::Killed,
            |folder| log(folder, |it| it.replace("\"playmoney_data\":1", "\"playmoney_data\":2")),
            &["format 2", "reads the format 1"],
        ),
        (
            "log-older",
            Ends::Killed,
            |folder| log(folder, |it| it.replace("\"playmoney_data\":1", "\"playmoney_data\":0")),
            &["format 0", "reads the format 1"],
        ),
        ("base-later", Ends::Told, |folder| set_format(folder, 2), &["snapshots.redb", "format 2", "reads the format 1"]),
        ("base-older", Ends::Told, |folder| set_format(folder, 0), &["snapshots.redb", "format 0", "reads the format 1"]),
        (
            "record-later",
            Ends::Killed,
            |folder| log(folder, |it| it.replace("{\"request\":{", "{\"petition\":{")),
            &["`petition`", "record", "another version"],
        ),
        (
            "line-later",
            Ends::Killed,
            |folder| log(folder, |it| it.replace("{\"records\":{", "{\"entries\":{")),
            &["`entries`", "another version"],
        ),
        (
            "answer-other",
            Ends::Killed,
            |folder| log(folder, |it| it.replace("\\\"A\\\"", "\\\"C\\\"")),
            &["does not come out of its data as it was", "SIGTERM"],
        ),
        (
            "head-later",
            Ends::Told,
            |folder| rewrite_snapshots(folder, |it| it.replacen("{\"settings\":{", "{\"colour\":1,\"settings\":{", 1)),
            &["`colour`", "another version"],
        ),
        (
            "state-later",
            Ends::Told,
            |folder| rewrite_snapshots(folder, |it| it.replacen("\n{", "\n{\"colour\":1,", 1)),
            &["`colour`", "another version"],
        ),
    ]
}

#[tokio::test]
async fn data_of_another_format_or_version_are_refused_and_stay_as_they_are() {
    for (name, ends, change, words) in cases() {
        let folder = written(name, ends).await;
        let good = files(&folder);
        change(&folder);
        for is_torn in [false, true] {
            if is_torn {
                torn(&folder);
            }
            let before = files(&folder);
            assert_ne!(before.iter().filter(|it| good[it.0] != *it.1).count(), 0, "{name}: something has changed");
            let (exit, why) = folder.refused();
            assert_eq!(exit, Some(3), "{name}: {why}");
            assert!(words.iter().all(|it| why.contains(it)), "{name}: {why}");
            let after = files(&folder);
            let differ: Vec<&String> = before.keys().chain(after.keys()).filter(|it| before.get(*it) != after.get(*it)).collect();
            assert!(differ.is_empty(), "{name}: {differ:?} changed, after {why}");
        }
        for (file, bytes) in good {
            std::fs::write(folder.0.join(file), bytes).expect("it can be written");
        }
        assert_eq!(orders(&folder.serve(&[])).await.len(), 2, "{name}: the copy that was put back is taken");
    }
}

#[tokio::test]
async fn data_of_another_version_that_come_out_as_they_were_are_taken() {
    for (name, version) in [("version-later", "99.0.0"), ("version-older", "0.0.1")] {
        for ends in [Ends::Killed, Ends::Told] {
            let folder = written(name, ends).await;
            let own = format!("\"version\":\"{}\"", env!("CARGO_PKG_VERSION"));
            log(&folder, |it| it.replacen(&own, &format!("\"version\":\"{version}\""), 1));
            let serving = folder.serve(&[]);
            assert_eq!(orders(&serving).await.len(), 2, "{name}");
            assert_eq!(pay(&serving, "C").await.status, 200);
            drop(serving);
            assert_eq!(orders(&folder.serve(&[])).await.len(), 3, "{name}");
        }
    }
}
