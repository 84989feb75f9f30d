//! How many schedules of the shipped scenarios need not be played.

use playmoney::{Sandbox, Tried};

use crate::tape::snapshot;
use crate::tidy::{paths, root};

#[test]
fn schedules_that_show_a_receiver_nothing_new_are_not_played() {
    let (mut lines, mut all) = (Vec::new(), [[0_u64; 4]; 2]);
    for path in paths(&root().join("scenarios")).into_iter().filter(|path| path.extension().is_some_and(|it| it == "yaml")) {
        let text = std::fs::read_to_string(&path).expect("a file");
        let sandbox = Sandbox::from_scenario(&text).expect("a scenario");
        // Two plain runs. A scenario that expects an answer of its own inboxes fails here, where a function answers.
        let Ok(findings) = sandbox.explore(|_| 200).budget(2).play() else { continue };
        if findings.counterexample.is_some() || findings.one.all == 0 {
            continue;
        }
        let name = path.strip_prefix(root().join("scenarios")).expect("below").display().to_string();
        let words = |it: Tried| format!("{} of {} need not be played", it.same + it.too_late, it.all);
        lines.push(format!("{name}: one deviation: {}; two: {}", words(findings.one), words(findings.two)));
        for (sums, it) in all.iter_mut().zip([findings.one, findings.two]) {
            let Tried { all, same, too_late, .. } = it;
            for (sum, n) in sums.iter_mut().zip([all, same, too_late, all - same - too_late]) {
                *sum += n;
            }
        }
    }
    for (name, [all, same, too_late, left]) in ["one deviation", "two deviations"].into_iter().zip(all) {
        lines.push(format!("{name}: {left} of {all} are played; {same} show nothing new, {too_late} end behind the last expectation"));
        assert!(left < all, "{lines:?}");
    }
    snapshot("exploring/reduced", &lines.join("\n"));
}
