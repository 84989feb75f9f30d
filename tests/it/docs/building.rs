//! What is generated is fresh, and mdBook makes a book of it.

use std::process::Command;

use super::{Folder, below, ends, path, read};
use crate::cli::PLAYMONEY;
use crate::clients::prepared;

#[test]
fn the_guides_are_those_of_the_contract_and_blocks_those_of_their_files() {
    let check = Command::new("python3").arg(path("docs/generate.py")).args(["--check", PLAYMONEY]).output().expect("python3 is there");
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stderr));
}

/// A row that has changed makes a page stale, and the message names the command that renews it.
#[test]
fn a_guide_that_is_stale_is_noticed() {
    let folder = Folder::new("stale");
    for file in below(&path("docs")) {
        let name = file.strip_prefix(path("docs")).expect("below").to_string_lossy().into_owned();
        if name == "generate.py" || name.starts_with("notes/") || name.starts_with("verify/") || name.starts_with("src/providers/") {
            folder.file(&name, &read(&file).replace("the status of a payout", "another text"));
        }
    }
    let generator = folder.0.join("generate.py");
    let run = |flag: &[&str]| Command::new("python3").arg(&generator).args(flag).arg(PLAYMONEY).output().expect("it runs");
    let stale = run(&["--check"]);
    let told = String::from_utf8(stale.stderr).expect("text");
    assert!(!stale.status.success() && told.contains("Run `just docs`") && told.contains("quantum-payouts.md"), "{told}");
    assert!(run(&[]).status.success());
    assert!(run(&["--check"]).status.success(), "it has been renewed");
}

#[test]
fn mdbook_makes_the_book() {
    let folder = Folder::new("book");
    let mut book = Command::new(prepared(path("target/clients/book/bin/mdbook")));
    let built = book.arg("build").arg("--dest-dir").arg(&folder.0).arg(path("docs")).output().expect("it runs");
    let told = String::from_utf8_lossy(&built.stderr);
    assert!(built.status.success() && !told.contains("WARN") && !told.contains("ERROR"), "{told}");
    let guide = read(&folder.0.join("providers/quoine.html"));
    assert!(guide.contains("img/quoine-invoice.svg") && guide.contains("hmac.compare_digest"), "a diagram, and a function");
    for file in below(&folder.0).iter().filter(|it| ends(it, "html")) {
        let page = read(file);
        let fetched = ["src=\"http", "<link rel=\"stylesheet\" href=\"http", "url(http", "@import"].iter().find(|it| page.contains(*it));
        assert_eq!(fetched, None, "{} wants something from elsewhere", file.display());
    }
}
