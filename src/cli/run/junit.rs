//! A report in the XML of `JUnit`, for CI servers: one suite for each file. Durations are of real time, because a CI server should not
//! add up simulated time.

use std::time::Duration;

use anstream::adapter::strip_str;
use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use super::PlayedFile;
use super::report::{NO_STEPS, file_report};
use crate::cli::Stop;

/// The whole document.
pub fn document(files: &[PlayedFile]) -> Result<String, Stop> {
    let mut report = Report::new("playmoney");
    for plays in files.chunk_by(|a, b| a.path == b.path) {
        report.add_test_suite(suite(plays));
    }
    report.timestamp = files.iter().map(|it| it.began).min().and_then(|it| it.to_string().parse().ok());
    report.set_time(files.iter().map(|it| it.took).sum::<Duration>());
    report.to_string().map_err(|why| Stop::usage(format!("cannot write the report: {why}")))
}

/// All plays of one file.
fn suite(plays: &[PlayedFile]) -> TestSuite {
    let mut suite = TestSuite::new(plays.first().map_or(String::new(), |it| class(&it.path)));
    for (place, it) in plays.iter().enumerate() {
        suite.add_test_case(case(it, place));
    }
    suite.timestamp = plays.first().and_then(|it| it.began.to_string().parse().ok());
    suite.set_time(plays.iter().map(|it| it.took).sum::<Duration>());
    suite
}

/// One play. The seed is a property: a history by names goes on when it changes.
fn case(it: &PlayedFile, place: usize) -> TestCase {
    let (status, line) = match &it.result {
        Err(mistakes) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_type("invalid scenario").set_message("invalid scenario").set_description(allowed(&mistakes.render(false)));
            (status, mistakes.first_line())
        }
        Ok(_) if it.is_empty() => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(NO_STEPS);
            (status, 1)
        }
        Ok(played) => match played.failed().and_then(|step| Some((step, step.failure.as_ref()?))) {
            None if it.leans_too_far() => {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                let rows: Vec<&str> = it.assumed.iter().map(|it| it.row).collect();
                status.set_type("assumption").set_message(format!("it leans on what is assumed: {}", rows.join(", ")));
                (status, 1)
            }
            None => (TestCaseStatus::success(), 1),
            Some((step, failure)) => {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                status
                    .set_type("expectation")
                    .set_message(allowed(&failure.why))
                    .set_description(allowed(&strip_str(&file_report(it, played, None)).to_string()));
                (status, step.line)
            }
        },
    };
    let name = if place == 0 { allowed(&it.name) } else { format!("{} #{}", allowed(&it.name), place + 1) };
    let mut case = TestCase::new(name, status);
    case.set_classname(class(&it.path)).set_time(it.took);
    case.timestamp = it.began.to_string().parse().ok();
    case.extra.insert("file".into(), class(&it.path).into());
    case.extra.insert("line".into(), line.to_string().into());
    if it.result.is_ok() {
        case.add_property(Property::new("seed", it.seed.to_string()));
    }
    case
}

/// The path of a file, without the folder in which the command runs.
fn class(path: &str) -> String {
    allowed(path.trim_start_matches("./"))
}

/// The text, with a sign for each character that XML does not allow.
pub fn allowed(text: &str) -> String {
    let is_out = |it: char| (it.is_control() && !matches!(it, '\n' | '\t')) || matches!(it, '\u{fffe}' | '\u{ffff}');
    text.replace(is_out, "\u{fffd}")
}
