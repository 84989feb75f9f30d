//! A row of a contract and the provider's own function for it: a call and its handler, an action and what it does, a
//! refusal and an example of it. The contract lists the rows alone, so that its readers need no type of the provider.

use super::{ActionRow, ErrorRow, Operation};
use crate::kit::evidence::Evidence;
use crate::kit::http::StatusCode;

/// A row and its function.
#[derive(Debug)]
pub struct Bound<R: 'static, F: 'static>(pub R, pub F);

/// The documented refusals of a provider, each with a function that makes an example of it.
pub type Refusals<E> = &'static [Bound<ErrorRow, fn() -> E>];

/// A row that is called by a name.
pub trait Named {
    /// Its name.
    fn name(&self) -> &'static str;
}

impl Named for Operation {
    fn name(&self) -> &'static str {
        self.name
    }
}

impl Named for ActionRow {
    fn name(&self) -> &'static str {
        self.name
    }
}

impl Named for ErrorRow {
    fn name(&self) -> &'static str {
        self.name
    }
}

/// A documented refusal with a function that makes an example of it.
pub const fn error<E>(
    name: &'static str,
    code: &'static str,
    status: StatusCode,
    when: &'static str,
    evidence: Evidence,
    example: fn() -> E,
) -> Bound<ErrorRow, fn() -> E> {
    Bound(ErrorRow { name, code, status, when, evidence }, example)
}

/// The rows of a table, in its order.
pub const fn rows<R, F, const N: usize>(table: &'static [Bound<R, F>]) -> [&'static R; N] {
    let mut rows = [&table[0].0; N];
    let mut place = 0;
    while place < N {
        rows[place] = &table[place].0;
        place += 1;
    }
    rows
}

/// The function of the row of that name.
pub fn function<R: Named, F>(table: &'static [Bound<R, F>], name: &str) -> Option<&'static F> {
    table.iter().find(|it| it.0.name() == name).map(|it| &it.1)
}

/// The refusal of that name, for constants: a name that no row has does not compile.
pub const fn refusal<F>(table: &'static [Bound<ErrorRow, F>], name: &str) -> &'static ErrorRow {
    let mut place = 0;
    while !is_same(table[place].0.name, name) {
        place += 1;
    }
    &table[place].0
}

pub const fn is_same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut place = 0;
    while place < a.len() && place < b.len() && a[place] == b[place] {
        place += 1;
    }
    place == a.len() && place == b.len()
}

/// An example of the refusal of that name, as a tester asks for it.
pub fn example<E>(table: Refusals<E>, name: &str) -> Option<E> {
    function(table, name).map(|it| it())
}
