//! `serve --data`: which folders are taken, and which are refused because something of them is missing.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value as Json;

use super::{PLAYMONEY, Serving};
use crate::net::{payout, request, send};

/// A folder of the test's own, which does not exist.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("folder-{name}-{}", std::process::id()));
        _ = std::fs::remove_dir_all(&path);
        Self(path)
    }

    /// One with a payout of that number, whose server was killed.
    async fn with_payout(name: &str, number: &str) -> Self {
        let folder = Self::new(name);
        let serving = folder.serve();
        let address = serving.base_url().trim_start_matches("http://").parse().expect("an address");
        let paid = send(address, request("POST", "/quantum-payouts/api/v1/performPayout", &payout(number))).await;
        assert_eq!(paid.status, 200);
        folder
    }

    fn text(&self) -> &str {
        self.0.to_str().expect("text")
    }

    fn serve(&self) -> Serving {
        let name = self.0.file_name().and_then(|it| it.to_str()).expect("a name");
        Serving::start(name, Path::new("."), &["--data", self.text(), "--clock", "frozen"])
    }

    /// What is in the journal of a server with it.
    async fn journal(&self) -> String {
        String::from_utf8_lossy(&self.serve().get("/__admin/requests").await.body).into_owned()
    }

    /// How a server ends that cannot start with it, and what it says.
    fn refused(&self) -> (Option<i32>, String) {
        let mut command = Command::new(PLAYMONEY);
        let ended =
            command.args(["serve", "--listen", "127.0.0.1:0", "--data", self.text()]).stdin(Stdio::null()).output().expect("it runs");
        (ended.status.code(), String::from_utf8_lossy(&ended.stderr).into_owned())
    }

    /// Its files, with what they have.
    fn files(&self) -> Vec<(String, Vec<u8>)> {
        let entries = std::fs::read_dir(&self.0).expect("a folder").map(|it| it.expect("a file").path());
        let name = |path: &Path| path.file_name().and_then(|it| it.to_str()).expect("a name").to_owned();
        let mut files: Vec<_> = entries.map(|it| (name(&it), std::fs::read(&it).unwrap_or_default())).collect();
        files.sort();
        files
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.0);
    }
}

const LOG: &str = "inputs-0000000001.log";

#[tokio::test]
async fn a_log_that_is_missing_is_refused_and_nothing_is_touched() {
    let folder = Folder::with_payout("missing", "A").await;
    let log = folder.0.join(LOG);
    let good = std::fs::read(&log).expect("a file");
    std::fs::remove_file(&log).expect("it is there");
    let names = |folder: &Folder| folder.files().into_iter().map(|it| it.0).collect::<Vec<_>>();
    let (exit, why) = folder.refused();
    assert_eq!((exit, why.contains("inputs-0000000001.log is missing")), (Some(3), true), "{why}");
    assert_eq!(names(&folder), ["lock", "snapshots.redb"]);
    std::fs::write(&log, "").expect("it can be written");
    let (exit, why) = folder.refused();
    assert_eq!((exit, why.contains("inputs-0000000001.log is damaged before its end, at byte 0")), (Some(3), true), "{why}");
    std::fs::write(&log, good).expect("it can be written");
    assert!(folder.journal().await.contains("\\\"A\\\""), "it goes on with all that it had");
}

#[tokio::test]
async fn a_new_volume_and_a_copy_without_the_lock_are_data_folders() {
    let volume = Folder::new("volume");
    std::fs::create_dir_all(volume.0.join("lost+found")).expect("a folder");
    let health: Json = volume.serve().get("/__admin/health").await.json();
    assert_eq!(health["recovered"], Json::Null, "{health}");
    let (folder, copy) = (Folder::with_payout("original", "COPIED").await, Folder::new("copy"));
    std::fs::create_dir_all(&copy.0).expect("a folder");
    for (name, bytes) in folder.files().into_iter().filter(|it| it.0 != "lock") {
        std::fs::write(copy.0.join(name), bytes).expect("it can be written");
    }
    assert!(copy.journal().await.contains("COPIED"));
    let foreign = Folder::new("foreign-volume");
    std::fs::create_dir_all(foreign.0.join("lost+found")).expect("a folder");
    std::fs::write(foreign.0.join("letter.txt"), "dear").expect("a file");
    let (exit, why) = foreign.refused();
    assert_eq!((exit, why.contains("is not a data folder")), (Some(3), true), "{why}");
}

#[tokio::test]
async fn a_damaged_database_is_refused_in_one_sentence() {
    let folder = Folder::with_payout("damaged-database", "A").await;
    let database = folder.0.join("snapshots.redb");
    let good = std::fs::read(&database).expect("a file");
    let parts = [good.len() / 3, good.len() / 2, good.len() - 4096, 4096 * 3, 100, 1];
    for length in parts {
        std::fs::write(&database, &good[..length]).expect("it can be written");
        let (exit, why) = folder.refused();
        assert_eq!((exit, why.lines().count()), (Some(3), 1), "{length}: {why}");
        assert!(why.contains("has a database that cannot be used, snapshots.redb") && !why.contains("panicked"), "{length}: {why}");
    }
    std::fs::write(&database, &good).expect("it can be written");
    assert!(folder.journal().await.contains("\\\"A\\\""));
}
