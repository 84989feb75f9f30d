//! Which sandbox a request is for.

use std::borrow::Cow;
use std::sync::Arc;

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

impl Registry {
    /// The sandbox for a request: the one that its path names, else its header, else its credential, else the default one.
    ///
    /// # Errors
    /// The one that path or header name does not exist, and is not made on use.
    pub fn choose(&self, by_path: Option<&str>, request: &Request, naming: Naming) -> Result<Chosen, Response> {
        let by_name = by_path.or_else(|| named_in(&request.headers));
        let (name, is_ambiguous) = match by_name {
            Some(name) => (Cow::Borrowed(name), false),
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
        Ok(if is_ambiguous { Chosen::Several(driver) } else { Chosen::One(driver) })
    }

    /// The sandbox whose credential a request carries, and whether several have it.
    fn by_credential(&self, request: &Request) -> (Cow<'static, str>, bool) {
        let default = || (DEFAULT.into(), false);
        if self.hosting.making == Making::Named && self.sandboxes.read().by_name.len() == 1 {
            return default();
        }
        let Target::Provider { slug, .. } = request.path.target() else { return default() };
        let found = (0..).map(ProviderId).zip(&self.contracts).find(|it| it.1.slug == slug);
        let Some((provider_id, contract)) = found else { return default() };
        let Some(credential) = (contract.presented)(request) else { return default() };
        let derived = || {
            let rows = contract.credentials.iter().filter(|it| it.is_a_name);
            let name = rows.filter_map(|it| credential.strip_prefix(it.test_value)?.strip_prefix('_')).find(|it| is_name(it))?;
            (self.hosting.making == Making::OnUse).then(|| name.to_owned())
        };
        let all = self.sandboxes.read();
        match all.by_credential.get(&(provider_id, credential.clone())) {
            Some(owners) if owners.len() == 1 => (owners.first().cloned().unwrap_or_default().into(), false),
            Some(_) => (DEFAULT.into(), true),
            None => derived().map_or_else(default, |it| (it.into(), false)),
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
