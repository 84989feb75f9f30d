//! A store keeps its index as if it had just been built.

use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use super::*;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Parcel {
    owner: u8,
    colour: u8,
    name: String,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct ParcelIndex {
    names: Lookup<u64>,
    lists: Index<(u8, Option<u8>)>,
    owners: Rarely<u8>,
    counted: RankIndex<u8, Option<u8>>,
}

impl Indexed for Parcel {
    type Index = ParcelIndex;
    type Keys = u8;

    fn keys(&self) -> u8 {
        self.colour
    }

    fn file(&self, number: u32, index: &mut ParcelIndex) {
        index.names.insert(digest(&self.name), number);
        for colour in [None, Some(self.colour)] {
            index.lists.insert((self.owner, colour), number);
        }
        index.owners.push(self.owner, number);
        index.counted.push(self.owner, number, [None, Some(self.colour)]);
    }

    fn refile(&self, number: u32, index: &mut ParcelIndex, before: &u8) {
        index.lists.refile(number, (self.owner, Some(*before)), (self.owner, Some(self.colour)));
        index.counted.refile(&self.owner, number, [Some(*before)], [Some(self.colour)]);
    }
}

fn parcel(number: u32, owner: u8, colour: u8) -> Parcel {
    Parcel { owner, colour, name: format!("parcel {number}") }
}

#[test]
fn an_update_files_an_object_under_its_new_keys() {
    let mut store = Store::default();
    for number in 1..=3 {
        assert_eq!(store.insert(parcel(number, 7, 0)), number);
    }
    assert_eq!(store.update(2, |it| std::mem::replace(&mut it.colour, 1)), Some(0));
    assert_eq!(store.update(4, |_| ()), None, "it does not exist");
    let index = store.index();
    assert_eq!(index.lists.list((7, Some(0))).collect::<Vec<_>>(), [1, 3]);
    assert_eq!(index.lists.list((7, Some(1))).collect::<Vec<_>>(), [2]);
    assert_eq!(index.lists.between((7, None), 2, 3).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(index.counted.page(&7, &Some(0), 0, 9), (2, vec![3, 1]));
    assert_eq!(index.counted.page(&7, &Some(0), 1, 9), (2, vec![1]));
    assert_eq!((index.counted.page(&7, &Some(2), 0, 9), index.counted.all(&7)), ((0, vec![]), &[1, 2, 3][..]));
    assert_eq!(index.names.get(&digest("parcel 3")), Some(3));
    assert_eq!(index.names.get(&digest("parcel 4")), None);
}

#[test]
fn pages_are_newest_first_and_stay_under_their_key() {
    let (mut index, mut rarely) = (Index::default(), Rarely::default());
    for number in 1..=7 {
        index.insert(number % 2, number);
        rarely.push(number % 2, number);
    }
    rarely.push(2, 8);
    for (cursor, limit, page) in [
        (Cursor::Newest, 3, &[7_u32, 5, 3][..]),
        (Cursor::After(3), 3, &[1]),
        (Cursor::After(4), 1, &[3]),
        (Cursor::After(1), 3, &[]),
        (Cursor::After(0), 3, &[]),
        (Cursor::Before(1), 2, &[5, 3]),
        (Cursor::Before(7), 2, &[]),
    ] {
        assert_eq!(index.page(1, cursor, limit), page, "{cursor:?}");
        assert_eq!(rarely.page(1, cursor, limit), page, "{cursor:?}");
    }
    assert_eq!((rarely.page(2, Cursor::After(9), 2), rarely.page(2, Cursor::After(8), 2)), (vec![8], vec![]));
    assert_eq!((rarely.list(2).collect::<Vec<_>>(), rarely.list(3).next()), (vec![8], None));
    index.remove(1, 5);
    assert_eq!(index.page(1, Cursor::Newest, 9), [7_u32, 3, 1]);
    assert!(index.page(2, Cursor::Newest, 9).is_empty());
    assert_eq!(index.between(1, 5, 3).count(), 0);
}

proptest! {
    #[test]
    fn a_kept_index_is_the_one_that_would_be_built(steps in prop::collection::vec((0..3_u8, 0..4_u8, 0..40_u32), 0..80)) {
        let mut store = Store::default();
        for (owner, colour, chosen) in steps {
            if chosen % 3 == 0 {
                store.insert(parcel(store.next(), owner, colour));
            } else {
                store.update(chosen, |it| it.colour = colour);
            }
            if chosen == 0 {
                store = store.clone(); // the copy has no index yet
            }
        }
        let saved = serde_json::to_value(&store).expect("JSON");
        let built: Store<Parcel> = serde_json::from_value(saved).expect("a store");
        prop_assert_eq!(store.all(), built.all());
        prop_assert!(store.index() == built.index());
        for (number, it) in store.iter() {
            prop_assert_eq!(store.index().names.get(&digest(&it.name)), Some(number));
        }
        for owner in 0..3 {
            let plain = store.iter().filter(|it| it.1.owner == owner).map(|it| it.0);
            prop_assert!(store.index().owners.list(owner).eq(plain));
        }
        for (owner, colour) in (0..3).flat_map(|owner| (0..4).map(move |colour| (owner, colour))) {
            let mut plain: Vec<u32> = store.iter().filter(|(_, it)| (it.owner, it.colour) == (owner, colour)).map(|it| it.0).collect();
            plain.reverse();
            let (count, page) = store.index().counted.page(&owner, &Some(colour), 0, u32::MAX);
            prop_assert_eq!((count as usize, &page), (plain.len(), &plain));
            prop_assert_eq!(store.index().lists.page((owner, Some(colour)), Cursor::Newest, usize::MAX), plain);
        }
    }
}
