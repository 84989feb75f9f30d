use std::path::PathBuf;

use super::*;
use crate::edge::driver::Stopwatch;
use crate::engine::clock::Mode;
use crate::engine::start::Start;
use crate::engine::world::World;
use crate::kit::time::{Timestamp, Uptime, parse_timestamp};
use crate::providers;

const NOON: &str = "2026-01-01T12:00:00Z";

fn world(mode: Mode, now: &str) -> World {
    let now = Some(parse_timestamp(now).expect("a time"));
    World::new(Start { mode, now, ..Start::default() }, providers::all(), Uptime::START)
}

fn after(millis: u64) -> Uptime {
    Uptime { elapsed: Duration::from_millis(millis), ..Uptime::START }
}

fn rate(text: &str) -> Mode {
    Mode::Scaled(Rate::parse(text).expect("a rate"))
}

/// A folder of the test's own, which goes at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("playmoney-faketime-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    fn file(&self) -> FaketimeFile {
        FaketimeFile::new(&self.0.join("now"), Arc::new(Notices::new(Stopwatch::start())))
    }

    fn text(&self) -> String {
        fs::read_to_string(self.0.join("now")).expect("it is there")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_text_says_the_moment_and_whether_the_clock_runs() {
    for (mode, now, has_rate, millis, expected) in [
        (Mode::Frozen, NOON, false, 9_000, "1767268800\n"),
        (Mode::Frozen, "2026-01-01T12:00:00.7Z", false, 0, "1767268800.7000000005\n"),
        (Mode::Frozen, "1969-12-31T23:59:59Z", false, 0, "0\n"),
        (Mode::Real, NOON, false, 1_500, "@1767268801.5000000005\n"),
        (Mode::Real, NOON, true, 1_000, "@1767268801 x1\n"),
        (rate("60"), NOON, true, 1_000, "@1767268860 x60\n"),
        (rate("0.25"), NOON, true, 4_000, "@1767268801 x0.25\n"),
    ] {
        let reading = Reading::of(&world(mode, now), after(millis));
        let text = text(&reading, has_rate.then(|| reading.pace()));
        assert_eq!(text, expected);
        assert!(is_own(&text), "{text}");
    }
    for foreign in ["", "mine\n", "2026-01-01\n", "17 x\n", "@\n", "17 x60 y\n", "17\n17\n", "-5\n"] {
        assert!(!is_own(foreign), "{foreign}");
    }
}

#[test]
fn what_the_file_says_already_is_not_written_again() {
    let folder = Folder::new("news");
    let (file, mut world) = (folder.file(), world(Mode::Frozen, NOON));
    let write = |world: &World, millis, occasion| {
        fs::write(folder.0.join("now"), "kept").expect("written");
        file.write(file.look(Reading::of(world, after(millis))), occasion);
        folder.text()
    };
    assert_eq!(write(&world, 0, Occasion::Step), "1767268800\n");
    for occasion in [Occasion::Step, Occasion::Webhooks, Occasion::Beat] {
        assert_eq!(write(&world, 1_000, occasion), "kept", "the clock stands: {occasion:?}");
    }
    world.core.clock.set_mode(Mode::Real, after(1_000));
    assert_eq!(write(&world, 1_000, Occasion::Step), "@1767268800\n");
    assert_eq!(write(&world, 2_000, Occasion::Step), "kept", "the process counts on by itself");
    assert_eq!(write(&world, 3_000, Occasion::Webhooks), "@1767268802\n");
    assert_eq!(write(&world, 4_000, Occasion::Beat), "@1767268803\n");
    world.core.clock.set_mode(rate("60"), after(4_000));
    assert_eq!(write(&world, 4_000, Occasion::Step), "@1767268803 x60\n");
    world.core.clock.set_mode(Mode::Real, after(5_000));
    assert_eq!(write(&world, 5_000, Occasion::Step), "@1767268863 x1\n", "libfaketime keeps a rate that is not replaced");
    let again = folder.file();
    again.write(again.look(Reading::of(&world, after(5_000))), Occasion::Step);
    assert_eq!(folder.text(), "@1767268863 x1\n", "also when the server was started again");
}

#[test]
fn i13_an_older_look_never_replaces_a_later_one() {
    let folder = Folder::new("order");
    let (file, mut world) = (folder.file(), world(Mode::Frozen, NOON));
    let earlier = file.look(Reading::of(&world, after(0)));
    world.core.clock.step_to(Timestamp::from_second(1_767_268_899).expect("a time"));
    file.write(file.look(Reading::of(&world, after(0))), Occasion::Step);
    file.write(earlier, Occasion::Webhooks);
    assert_eq!(folder.text(), "1767268899\n");
}

#[cfg(unix)]
#[test]
fn t18_a_name_that_exists_is_not_written_through_and_a_failure_is_made_good() {
    let folder = Folder::new("links");
    let target = folder.0.join("target");
    fs::write(&target, "mine").expect("written");
    let first = folder.0.join(format!(".now.{}-0", std::process::id()));
    std::os::unix::fs::symlink(&target, &first).expect("a link");
    let (file, world) = (folder.file(), world(Mode::Frozen, NOON));
    let write = || file.write(file.look(Reading::of(&world, after(0))), Occasion::Beat);
    write();
    assert_eq!((folder.text().as_str(), fs::read_to_string(&target).expect("it is there").as_str()), ("1767268800\n", "mine"));
    fs::remove_file(folder.0.join("now")).expect("removed");
    write();
    assert!(!folder.0.join("now").exists(), "what was written is not written again");
    let file = folder.file();
    fs::create_dir(folder.0.join("now")).expect("a folder in its place");
    let write = || file.write(file.look(Reading::of(&world, after(0))), Occasion::Beat);
    write();
    assert!(file.written.lock().has_failed);
    fs::remove_dir(folder.0.join("now")).expect("removed");
    write();
    assert_eq!((folder.text().as_str(), file.written.lock().has_failed), ("1767268800\n", false));
    let names: Vec<_> = fs::read_dir(&folder.0).expect("a folder").map(|it| it.expect("an entry").file_name()).collect();
    assert_eq!(names.len(), 3, "nothing is left behind: {names:?}");
}
