//! The rows of the contracts and their names.

use std::collections::BTreeSet;

use playmoney::inside::engine::tables::Row;

use playmoney::inside::providers;

#[test]
fn every_row_has_a_name_of_its_own() {
    for contract in providers::all().iter().map(|it| it.contract()) {
        let mut names = BTreeSet::new();
        for it in contract.index.rows() {
            assert!(names.insert(it.name), "{} is there twice", it.name);
            assert_eq!(contract.index.named(it.name).map(|it| it.row), Some(it.row), "{}", it.name);
            assert_eq!(contract.index.get(it.row).map(|it| it.name), Some(it.name));
            assert!(it.name.starts_with(&format!("{}.", contract.slug)));
        }
        let decisions = contract.index.rows().iter().filter(|it| matches!(it.row, Row::Decision(_)));
        assert_eq!(decisions.count(), contract.decisions.len());
    }
}

/// Each row that there could be, by the places that a table or a kind of tables may have.
fn thinkable() -> impl Iterator<Item = Row> {
    let single: [fn(u8) -> Row; 9] =
        [Row::Operation, Row::AnswerHeader, Row::Error, Row::ErrorBody, Row::Action, Row::Event, Row::Attempt, Row::Page, Row::Decision];
    let double: [fn(u8, u8) -> Row; 7] =
        [Row::Parameter, Row::Header, Row::Answer, Row::ActionParameter, Row::Step, Row::EventHeader, Row::EventBody];
    let single = single.into_iter().flat_map(|row| (0..=u8::MAX).map(row));
    let double = double.into_iter().flat_map(|row| (0..=u8::MAX).flat_map(move |of| (0..=u8::MAX).map(move |place| row(of, place))));
    single.chain(double).chain([Row::Limit, Row::TimeLimit])
}

#[test]
fn a_row_that_no_table_has_is_found_nowhere() {
    for contract in providers::all().iter().map(|it| it.contract()) {
        let known: BTreeSet<Row> = contract.index.rows().iter().map(|it| it.row).collect();
        let found: BTreeSet<Row> = thinkable().filter(|it| contract.index.get(*it).is_some()).collect();
        assert!(found == known, "{}: {:?}", contract.slug, found.symmetric_difference(&known).collect::<Vec<_>>());
    }
}
