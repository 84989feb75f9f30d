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
