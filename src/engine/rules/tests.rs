use super::*;

fn rule(when: When) -> Rule {
    let on = On::Requests { provider: "shop".to_owned(), operation: None };
    Rule { name: "r".to_owned(), on, when, then: Effects::default(), ttl: None, written: "null".to_owned() }
}

fn fires(when: When, times: usize) -> Vec<bool> {
    let mut rules = Rules::default();
    rules.add(Timestamp::UNIX_EPOCH, rule(when), false).expect("room");
    let nothing = || Json::Null;
    let input = RuleInput {
        provider: "shop",
        operation: Some("buy"),
        event: None,
        account: None,
        body: &nothing,
        headers: &nothing,
        query: &nothing,
        work: &Work::of_rules(),
        unread: &Cell::default(),
    };
    (0..times).map(|_| rules.fire(Timestamp::UNIX_EPOCH, 7, input).is_some()).collect()
}

#[test]
fn a_generated_name_is_new() {
    let with_name = |name: &str| Rule { name: name.to_owned(), ..rule(When::default()) };
    let names = |rules: &Rules| rules.iter().map(|it| it.rule.name.clone()).collect::<Vec<_>>();
    let now = Timestamp::UNIX_EPOCH;
    let mut rules = Rules::of(now, &[with_name(""), with_name("rule-1"), with_name(""), with_name("rule-4")]);
    assert_eq!(names(&rules), ["rule-2", "rule-1", "rule-3", "rule-4"]);
    assert!(rules.add(now, with_name(""), false).is_some());
    assert_eq!(names(&rules)[4], "rule-5");
}

#[test]
fn i25_a_rule_fires_the_number_of_times_that_it_says() {
    assert_eq!(fires(When::default(), 3), [true; 3]);
    assert_eq!(fires(When { times: Some(2), ..When::default() }, 4), [true, true, false, false]);
    assert_eq!(fires(When { after: 2, times: Some(1), ..When::default() }, 4), [false, false, true, false]);
    assert_eq!(fires(When { until: Some(Until::Age(Duration::ZERO)), ..When::default() }, 1), [false]);
}

#[test]
fn i25_shares_stay_within_six_sigma() {
    for (share, fewest, most) in [("0", 0, 0), ("1", 10_000, 10_000), ("0.3", 2_725, 3_275)] {
        let when = When { probability: Some(share.parse().expect("a share")), ..When::default() };
        let hits = fires(when, 10_000).into_iter().filter(|it| *it).count();
        assert!((fewest..=most).contains(&hits), "{share}: {hits}");
    }
}
