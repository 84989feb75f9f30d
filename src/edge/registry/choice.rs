//! Which sandbox a request is for.

use std::borrow::Cow;
use std::sync::{Arc, Weak};

use http::{HeaderMap, StatusCode};

use super::{DEFAULT, Making, Registry};
use crate::control::sandboxes::{self, is_name};
use crate::edge::driver::Driver;
use crate::engine::ids::ProviderId;
use crate::kit::http::{Request, Response, Target};
use crate::sandbox::SANDBOX;

/// How often others may make and delete a sandbox while a request makes it.
const MEANWHILE_MAX: usize = 100;

/// The sandbox for a request.
pub enum Chosen {
    One(Arc<Driver>),
    /// Several sandboxes have the credential of the request, so that it says nothing: the default one refuses it.
    Several(Arc<Driver>),
    /// It does not exist, and is made on use.
    None(String),
}

impl Chosen {
    /// The sandbox, if it exists.
    pub fn driver(&self) -> Option<&Arc<Driver>> {
        match self {
            Self::One(driver) | Self::Several(driver) => Some(driver),
            Self::None(_) => None,
        }
    }
}

/// The sandbox that the last request of a connection was for, and how it was found. The next one is usually for the same, and then the
/// list of all is not read.
#[derive(Debug, Default)]
pub struct Last(Option<Found>);

#[derive(Debug)]
struct Found {
    by: By,
    /// Of the list of all, before it was read.
    version: u64,
    driver: Weak<Driver>,
}

/// What leads to a sandbox.
#[derive(Debug, PartialEq, Eq)]
enum By {
    Name(String),
    Credential(ProviderId, String),
    /// Neither name nor credential.
    Neither,
    /// It is the only one.
    Nothing,
}

impl Registry {
    /// The sandbox for a request: the one that its path names, else its header, else its credential, else the default one.
    ///
    /// # Errors
    /// The one that path or header name does not exist, and is not made on use.
    pub fn choose(&self, by_path: Option<&str>, request: &Request, naming: Naming, last: &mut Last) -> Result<Chosen, Response> {
        let by_name = by_path.or_else(|| named_in(&request.headers));
        let version = self.sandboxes.version();
        if let Some(found) = last.0.as_ref().filter(|it| it.version == version && self.leads(&it.by, by_name, request))
            && let Some(driver) = found.driver.upgrade()
        {
            return Ok(Chosen::One(driver));
        }
        let (name, by, is_ambiguous) = match by_name {
            Some(name) => (Cow::Borrowed(name), Some(By::Name(name.to_owned())), false),
            None => self.by_credential(request),
        };
        let Some(hosted) = self.hosted(&name) else {
            return if self.hosting.making == Making::OnUse && is_name(&name) {
                Ok(Chosen::None(name.into_owned()))
            } else {
                Err(self.unknown(&name, naming))
            };
        };
        let driver = Arc::clone(&hosted.driver);
        last.0 = by.map(|by| Found { by, version, driver: Arc::downgrade(&driver) });
        Ok(if is_ambiguous { Chosen::Several(driver) } else { Chosen::One(driver) })
    }

    /// Whether a request is found in that way.
    fn leads(&self, by: &By, by_name: Option<&str>, request: &Request) -> bool {
        match (by, by_name) {
            (By::Name(own), Some(name)) => own == name,
            (By::Credential(provider_id, own), None) => self.credential(request).is_some_and(|(id, it)| id == *provider_id && it == *own),
            (By::Neither, None) => self.credential(request).is_none(),
            (By::Nothing, None) => true,
            (By::Name(_), None) | (By::Credential(..) | By::Neither | By::Nothing, Some(_)) => false,
        }
    }

    /// The credential that a request carries.
    fn credential(&self, request: &Request) -> Option<(ProviderId, String)> {
        let Target::Provider { slug, .. } = request.path.target() else { return None };
        let (id, contract) = (0..).map(ProviderId).zip(&self.contracts).find(|it| it.1.slug == slug)?;
        (contract.presented)(request).map(|it| (id, it))
    }

    /// The sandbox whose credential a request carries, how it was found, and whether several have it.
    fn by_credential(&self, request: &Request) -> (Cow<'static, str>, Option<By>, bool) {
        let default = |by| (DEFAULT.into(), Some(by), false);
        if self.hosting.making == Making::Named && self.sandboxes.read().by_name.len() == 1 {
            return default(By::Nothing);
        }
        let Some((provider_id, credential)) = self.credential(request) else { return default(By::Neither) };
        let contract = self.contracts[usize::from(provider_id.0)];
        let derived = || {
            let rows = contract.credentials.iter().filter(|it| it.is_a_name);
            let name = rows.filter_map(|it| credential.strip_prefix(it.test_value)?.strip_prefix('_')).find(|it| is_name(it))?;
            (self.hosting.making == Making::OnUse).then(|| name.to_owned())
        };
        let key = (provider_id, credential.clone());
        let owners = self.sandboxes.read().by_credential.get(&key).map(|it| (it.len(), it.first().cloned().unwrap_or_default()));
        let by = Some(By::Credential(key.0, key.1));
        match owners {
            Some((1, only)) => (only.into(), by, false),
            Some(_) => (DEFAULT.into(), None, true),
            None => (derived().map_or(DEFAULT.into(), Cow::Owned), by, false),
        }
    }

    /// Makes a sandbox because a request names it.
    ///
    /// # Errors
    /// There are too many.
    pub fn make_on_use(&self, name: &str) -> Result<Arc<Driver>, Response> {
        if let Some(why) = self.away() {
            return Err(why.refusal());
        }
        let mut tries = 0..MEANWHILE_MAX;
        loop {
            let made = sandboxes::New::default().begins(name, self.usual()).and_then(|it| self.make(&it, None));
            let why = match made {
                Ok(hosted) => return Ok(Arc::clone(&hosted.driver)),
                Err(why) => why,
            };
            // Another request may have made it meanwhile, and a third may have deleted that one.
            match self.find(name) {
                Some(found) => return Ok(found),
                None if why.status == StatusCode::CONFLICT && tries.next().is_some() => {}
                None => return Err(why.render()),
            }
        }
    }

    /// Whether a provider has that slug.
    pub fn has_provider(&self, slug: &str) -> bool {
        self.contracts.iter().any(|it| it.slug == slug)
    }

    /// The refusal of a request that names a sandbox which does not exist.
    pub fn unknown(&self, name: &str, naming: Naming) -> Response {
        let known = match naming {
            // Others have most of them.
            #[cfg(feature = "postgres")]
            Naming::Open if self.shared.is_some() => String::new(),
            Naming::Open => format!(" Known sandboxes: {}.", known(&self.names())),
            Naming::Secret => String::new(),
        };
        let rule = if is_name(name) { "" } else { " A name has 1 to 63 characters of a-z, 0-9 and `-`." };
        Response::problem(StatusCode::NOT_FOUND, "unknown_sandbox", &format!("No sandbox is named `{name}`.{rule}{known}"))
    }
}

/// The name in the header.
pub(super) fn named_in(headers: &HeaderMap) -> Option<&str> {
    headers.get(SANDBOX).map(|it| it.to_str().unwrap_or("?"))
}

/// The first names of many.
fn known(names: &[String]) -> String {
    const SHOWN_MAX: usize = 20;
    let shown = names.iter().take(SHOWN_MAX).map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len().checked_sub(SHOWN_MAX) {
        Some(more) if 0 < more => format!("{shown} and {more} more"),
        _ => shown,
    }
}

/// Whether every caller may learn which sandboxes there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    Open,
    /// The server has a token, and only its holder may.
    Secret,
}
