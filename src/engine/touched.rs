//! What a sandbox's traffic has reached of the contracts, counted as it happens: a log that drops its oldest entries
//! loses nothing of it. Coverage and assumptions are read from here.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::ids::{COUNT_MAX, ProviderId};
use super::tables::{Basis, Contract, Index, NamedRow, Row};
use crate::kit::time::Timestamp;

/// The rows of each provider that were touched.
#[derive(Clone, Debug, Default)]
pub struct Touched(Vec<OfProvider>);

#[derive(Clone, Debug, Default)]
struct OfProvider {
    /// `None` until the names that were read are resolved.
    index: Option<&'static LazyLock<Index>>,
    rows: Rows,
    /// What a saved state has, by name.
    read: BTreeMap<String, Touch>,
}

/// The rows of one provider that were touched.
#[derive(Clone, Debug, Default)]
struct Rows {
    /// By the place of a row in its contract's index: 0 when it was not touched, else its place in the lists below, counted from 1.
    places: Vec<u16>,
    /// How often, in the order of the rows. Apart from the rest, because each answer counts some.
    counts: Vec<u64>,
    firsts: Vec<(&'static NamedRow, First)>,
}

/// The first time that a row was touched, as in [`Touch`].
#[derive(Clone, Debug)]
struct First {
    at: Timestamp,
    request: Option<u64>,
    operation: Option<Cow<'static, str>>,
}

impl Rows {
    /// The place in the lists of the row at that place of the index.
    fn find(&self, place: usize) -> Option<usize> {
        usize::from(*self.places.get(place)?).checked_sub(1)
    }

    /// Adds to the count of a row. Returns its place in the index; one that the contract does not have is not counted.
    fn add(&mut self, index: &'static Index, row: Row, count: u64, first: impl FnOnce() -> First) -> Option<usize> {
        let place = index.place(row)?;
        match self.find(place) {
            Some(at) => self.counts[at] = self.counts[at].saturating_add(count),
            None => self.insert(index, &index.rows()[place], count, first()),
        }
        Some(place)
    }

    fn insert(&mut self, index: &'static Index, named: &'static NamedRow, count: u64, first: First) {
        let at = self.firsts.partition_point(|it| it.0.row < named.row);
        self.firsts.insert(at, (named, first));
        self.counts.insert(at, count);
        self.places.resize(index.rows().len(), 0);
        for (at, (named, _)) in (1..).zip(&self.firsts).skip(at) {
            if let Some(place) = index.place(named.row) {
                self.places[place] = at;
            }
        }
    }

    fn iter(&self) -> impl Iterator<Item = (&'static NamedRow, Touch)> {
        self.firsts.iter().zip(&self.counts).map(|((named, first), count)| {
            let First { at, request, operation } = first.clone();
            (*named, Touch { count: *count, at, request, operation })
        })
    }
}

/// How often a row was touched. Of a documented parameter the first time counts alone: how often it was sent is asked nowhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touch {
    pub count: u64,
    /// The first time.
    pub at: Timestamp,
    /// The request that did, by its number; `None`: time or the outside world did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<u64>,
    /// The operation of that request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<Cow<'static, str>>,
}

impl From<Touch> for First {
    fn from(Touch { at, request, operation, .. }: Touch) -> Self {
        Self { at, request, operation }
    }
}

impl Touched {
    /// Of these providers, nothing yet.
    pub fn of(contracts: impl Iterator<Item = &'static Contract>) -> Self {
        Self(contracts.map(|it| OfProvider { index: Some(it.index), ..OfProvider::default() }).collect())
    }

    /// A row of a provider was touched, by that request and its operation, if one is being served. One that the contract does not have
    /// is not counted.
    pub fn touch(
        &mut self,
        provider_id: ProviderId,
        row: Row,
        at: Timestamp,
        request: Option<u64>,
        operation: Option<&'static str>,
    ) -> Option<Basis> {
        let own = self.0.get_mut(usize::from(provider_id.0))?;
        let index: &'static Index = own.index?;
        let first = || First { at, request, operation: request.and(operation).map(Cow::Borrowed) };
        index.basis(own.rows.add(index, row, 1, first)?)
    }

    /// Whether the row at that place of a provider's index was touched.
    pub fn has(&self, provider_id: ProviderId, place: usize) -> bool {
        self.0.get(usize::from(provider_id.0)).is_some_and(|it| it.rows.find(place).is_some())
    }

    /// Whether anything is counted.
    pub fn counts(&self) -> bool {
        !self.0.is_empty()
    }

    /// The rows of a provider that were touched, in their order.
    pub fn rows(&self, provider_id: ProviderId) -> impl Iterator<Item = (&'static NamedRow, Touch)> {
        self.0.get(usize::from(provider_id.0)).into_iter().flat_map(|it| it.rows.iter())
    }

    /// The ids of the providers.
    pub fn providers(&self) -> impl Iterator<Item = ProviderId> {
        (0..).map(ProviderId).take(self.0.len())
    }

    /// Adds what another sandbox, or an earlier life of this one, has touched.
    pub fn add(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize_with(other.0.len(), OfProvider::default);
        }
        for (own, other) in self.0.iter_mut().zip(&other.0) {
            own.index = own.index.or(other.index);
            let Some(index) = own.index else { continue };
            for (named, touch) in other.rows.iter() {
                own.rows.add(index, named.row, touch.count, || touch.into());
            }
        }
    }

    /// The same without what another has brought.
    #[must_use]
    pub fn without(&self, brought: &Self) -> Self {
        let less = |(own, brought): (&OfProvider, &OfProvider)| {
            let mut rest = OfProvider { index: own.index, ..OfProvider::default() };
            let Some(index) = own.index else { return rest };
            for (named, touch) in own.rows.iter() {
                let known = index.place(named.row).and_then(|it| brought.rows.find(it)).map_or(0, |at| brought.rows.counts[at]);
                let count = touch.count.saturating_sub(known);
                if 0 < count {
                    rest.rows.add(index, named.row, count, || touch.into());
                }
            }
            rest
        };
        let none = OfProvider::default();
        Self(self.0.iter().zip(brought.0.iter().chain(std::iter::repeat(&none))).map(less).collect())
    }

    /// Finds the rows of the names that a saved state has.
    ///
    /// # Errors
    /// The first name that no row has, with its provider's slug.
    pub fn resolve(&mut self, contracts: impl Iterator<Item = &'static Contract>) -> Result<(), (&'static str, String)> {
        for (own, contract) in self.0.iter_mut().zip(contracts) {
            let index = contract.index;
            for (name, touch) in std::mem::take(&mut own.read) {
                let Some(named) = index.named(&name) else { return Err((contract.slug, name)) };
                own.rows.add(index, named.row, touch.count, || touch.into());
            }
            own.index = Some(index);
        }
        Ok(())
    }

    /// Whether it has as many providers, and counts that a sandbox can have.
    pub fn is_sound(&self, providers: usize) -> bool {
        let mut touches = self.0.iter().flat_map(|own| own.rows.iter().map(|it| it.1).chain(own.read.values().cloned()));
        self.0.len() == providers && touches.all(|it| 0 < it.count && it.count < COUNT_MAX && it.request.is_none_or(|id| id < COUNT_MAX))
    }
}

impl Serialize for Touched {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let named =
            |it: &OfProvider| -> BTreeMap<&'static str, Touch> { it.rows.iter().map(|(named, touch)| (named.name, touch)).collect() };
        serializer.collect_seq(self.0.iter().map(named))
    }
}

impl<'de> Deserialize<'de> for Touched {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = Vec::<BTreeMap<String, Touch>>::deserialize(deserializer)?;
        Ok(Self(read.into_iter().map(|read| OfProvider { read, ..OfProvider::default() }).collect()))
    }
}
