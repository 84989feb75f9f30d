//! The file with the time for libfaketime.

use std::fs;
use std::os::unix::fs::symlink;

use super::{end, folder, make_pipe, ready, run, serving, told};

#[test]
fn t18_a_time_for_libfaketime_replaces_only_such_a_time() {
    let here = folder("faketime");
    make_pipe(&here.join("pipe"));
    fs::write(here.join("mine.txt"), "mine\n").expect("written");
    symlink("mine.txt", here.join("link")).expect("a link");
    for (name, why) in [
        ("pipe", "is a pipe"),
        ("link", "is a link"),
        (".", "is a folder"),
        ("mine.txt", "is not a file with a time for libfaketime"),
        ("no/now", "does not exist"),
    ] {
        let refused = run(&here, &["serve", "--listen", "127.0.0.1:0", "--faketime-file", name]);
        assert_eq!(refused.status.code(), Some(2), "{name}");
        assert!(told(&refused).contains(why), "{name}: {}", told(&refused));
    }
    assert_eq!(fs::read_to_string(here.join("mine.txt")).expect("it is there"), "mine\n");
    let flags = ["--listen", "127.0.0.1:0", "--clock", "frozen", "--now", "2026-05-01", "--faketime-file", "now"];
    for old in ["", "@1767225600.5 x60\n"] {
        fs::write(here.join("now"), old).expect("written");
        let serving = serving(&here, &flags);
        ready(&here);
        assert_eq!(fs::read_to_string(here.join("now")).expect("it is there"), "1777593600\n");
        end(serving);
        assert_eq!(fs::read_to_string(here.join("now")).expect("it stays"), "1777593600\n");
    }
}
