//! Certificates are made, and those that were made are looked at.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, PublicKeyData,
    date_time_ymd,
};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, RootCertStore};
use sha2::{Digest, Sha256};

use super::MARK;
use crate::cli::written::{self, Readers};
use crate::cli::{Exit, Stop};
use crate::edge::Certificate;
use crate::kit::secret::Secret;

/// A certificate is valid for this number of days after it was made. It is valid for as many days before, for clients whose clock a test
/// has set back. Some clients refuse a certificate that is valid for more than 825 days in all.
const DAYS: i64 = 400;
const AUTHORITY_DAYS: i64 = 3_650;
/// What ends within this duration is made anew.
const LEFT_MIN: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// Another program that works in the folder has this long to finish.
const LOCK_TIME_MAX: Duration = Duration::from_secs(10);
const LOCK_PAUSE: Duration = Duration::from_millis(20);

/// As `super::certificate`, at this moment.
pub fn certificate(folder: &Path, names: &[String], now: Timestamp) -> Result<Certificate, Stop> {
    written::make_folder(folder)?;
    let _lock = lock(folder)?;
    let read = |name: &str| written::own(&folder.join(name), MARK);
    let (ca, ca_key, chain, key) = (read("ca.pem")?, read("ca-key.pem")?, read("cert.pem")?, read("key.pem")?);
    let old = Authority::read(&ca, &ca_key).filter(|it| it.is_valid(now));
    let certificate = Certificate { chain, key: Secret::from_outside(key) };
    if old.as_ref().is_some_and(|it| it.vouches_for(&certificate, names, now)) {
        return Ok(certificate);
    }
    let write = |name: &str, text: &str, readers| written::replace_own(&folder.join(name), text, readers);
    let issued = if let Some(issued) = old.and_then(|it| it.issue_well(names, now)) {
        issued
    } else {
        let authority = Authority::make(now).map_err(|it| cannot_make(&it.to_string()))?;
        let issued = authority.issue_well(names, now).ok_or_else(|| cannot_make("it does not have all names"))?;
        write("ca-key.pem", &pem(&authority.key.serialize_pem()), Readers::Owner)?;
        write("ca.pem", &authority.pem, Readers::Usual)?;
        issued
    };
    // A key without its certificate is seen at the next start, and both are made anew.
    write("key.pem", issued.key.expose(), Readers::Owner)?;
    write("cert.pem", &issued.chain, Readers::Usual)?;
    Ok(issued)
}

fn cannot_make(why: &str) -> Stop {
    Stop { exit: Exit::Start, why: format!("cannot make a certificate: {why}") }
}

/// Of several programs that start at the same time, one makes the files and the others read them.
fn lock(folder: &Path) -> Result<File, Stop> {
    let cannot = |why: &dyn std::fmt::Display| Stop::usage(format!("cannot use {}: {why}", crate::cli::paths::shown(folder)));
    let file = File::options().create(true).append(true).open(folder.join(".lock")).map_err(|it| cannot(&it))?;
    let mut waited = Duration::ZERO;
    loop {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) if waited < LOCK_TIME_MAX => std::thread::sleep(LOCK_PAUSE),
            Err(TryLockError::WouldBlock) => return Err(cannot(&"another program has worked in it for 10 seconds")),
            // Some file systems have no locks. Each file is complete or not there in any case.
            Ok(()) | Err(TryLockError::Error(_)) => return Ok(file),
        }
        waited += LOCK_PAUSE;
    }
}

/// A text of PEM with the mark in front, which every reader of PEM passes over.
fn pem(text: &str) -> String {
    format!("{MARK}\n{text}")
}

struct Authority {
    key: KeyPair,
    pem: String,
}

impl Authority {
    /// One that was made before, if its files can be used.
    fn read(ca: &str, key: &str) -> Option<Self> {
        CertificateDer::from_pem_slice(ca.as_bytes()).ok()?;
        Some(Self { key: KeyPair::from_pem(key).ok()?, pem: ca.to_owned() })
    }

    fn make(now: Timestamp) -> Result<Self, rcgen::Error> {
        let (key, midnight) = (KeyPair::generate()?, |it: Date| date_time_ymd(it.year().into(), part(it.month()), part(it.day())));
        let mut params = Self::params(&key)?;
        (params.not_before, params.not_after) = (midnight(day(now, -DAYS)), midnight(day(now, AUTHORITY_DAYS)));
        let pem = pem(&params.self_signed(&key)?.pem());
        Ok(Self { key, pem })
    }

    /// The name of an authority follows from its key, so that the key alone is enough to issue.
    fn params(key: &KeyPair) -> Result<CertificateParams, rcgen::Error> {
        let mut params = CertificateParams::new(Vec::new())?;
        let mark = hex::encode(&Sha256::digest(key.der_bytes())[..4]);
        params.distinguished_name.push(DnType::CommonName, format!("Playmoney development authority {mark}"));
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        Ok(params)
    }

    fn issue(&self, names: &[String], now: Timestamp) -> Result<Certificate, rcgen::Error> {
        let (mut params, midnight) =
            (CertificateParams::new(names)?, |it: Date| date_time_ymd(it.year().into(), part(it.month()), part(it.day())));
        params.distinguished_name.push(DnType::CommonName, "Playmoney");
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        (params.not_before, params.not_after) = (midnight(day(now, -DAYS)), midnight(day(now, DAYS)));
        let key = KeyPair::generate()?;
        let signed = params.signed_by(&key, &Issuer::from_params(&Self::params(&self.key)?, &self.key))?;
        Ok(Certificate { chain: pem(&signed.pem()), key: Secret::from_outside(pem(&key.serialize_pem())) })
    }

    /// A certificate that clients accept.
    fn issue_well(&self, names: &[String], now: Timestamp) -> Option<Certificate> {
        self.issue(names, now).ok().filter(|it| self.vouches_for(it, names, now))
    }

    /// Whether clients accept the authority now and for some time. Nothing else says when it ends: a verifier judges the dates of what it
    /// trusts only where a server shows it. There it refuses an authority too, but for its dates first.
    fn is_valid(&self, now: Timestamp) -> bool {
        let name = [ServerName::try_from("localhost").expect("a name")];
        let is_authority = |it: &rustls::Error| {
            let other =
                if let rustls::Error::InvalidCertificate(CertificateError::Other(it)) = it { it.to_string() } else { String::new() };
            other.contains("CaUsedAsEndEntity")
        };
        moments(now).into_iter().all(|at| self.verify(&self.pem, &name, at).is_err_and(|it| is_authority(&it)))
    }

    /// Whether a client that trusts this authority accepts the certificate under each of these names, now and for some time. Of
    /// `*.localhost` that is not asked: many verifiers take no pattern for all names below a single label, and this one is among them.
    fn vouches_for(&self, certificate: &Certificate, names: &[String], now: Timestamp) -> bool {
        let names: Result<Vec<_>, _> = names.iter().filter(|it| !it.starts_with('*')).map(|it| ServerName::try_from(&**it)).collect();
        names.is_ok_and(|names| {
            let accepted = moments(now).into_iter().all(|at| self.verify(&certificate.chain, &names, at).is_ok());
            accepted && certificate.check().is_ok()
        })
    }

    fn verify(&self, shown: &str, names: &[ServerName<'_>], at: UnixTime) -> Result<(), rustls::Error> {
        let unreadable = |_| rustls::Error::InvalidCertificate(CertificateError::BadEncoding);
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(self.pem.as_bytes()).map_err(unreadable)?)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build();
        let verifier = verifier.map_err(|it| rustls::Error::General(it.to_string()))?;
        let shown = CertificateDer::from_pem_slice(shown.as_bytes()).map_err(unreadable)?;
        names.iter().try_for_each(|name| verifier.verify_server_cert(&shown, &[], name, &[], at).map(drop))
    }
}

/// Now, and the end of what has to be left.
fn moments(now: Timestamp) -> [UnixTime; 2] {
    let now = Duration::from_secs(u64::try_from(now.as_second()).unwrap_or(0));
    [now, now + LEFT_MIN].map(UnixTime::since_unix_epoch)
}

/// A month or a day of the calendar.
fn part(it: i8) -> u8 {
    u8::try_from(it).unwrap_or(1)
}

/// The day that is this number of days away.
fn day(now: Timestamp, days: i64) -> Date {
    now.to_zoned(TimeZone::UTC).date().saturating_add(days.days())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|it| (*it).to_owned()).collect()
    }

    #[test]
    fn an_authority_and_its_certificates_end() {
        let now: Timestamp = "2026-11-29T12:00:00Z".parse().expect("a moment");
        let authority = Authority::make(now).expect("made");
        let wanted = names(&["localhost", "*.localhost", "127.0.0.1", "::1", "my_host.example", "xn--bcher-kva.example"]);
        let issued = authority.issue_well(&wanted, now).expect("it has all names");
        let again = Authority::read(&authority.pem, &pem(&authority.key.serialize_pem())).expect("its own files");
        for (days, serves, stays) in
            [(0_u32, true, true), (392, true, true), (395, false, true), (3_641, false, true), (3_645, false, false)]
        {
            let at = now + DAY * days;
            assert_eq!((again.vouches_for(&issued, &wanted, at), again.is_valid(at)), (serves, stays), "after {days} days");
        }
        let long_ago = now - DAY * 399;
        assert!(again.vouches_for(&issued, &wanted, long_ago) && again.is_valid(long_ago), "a clock that was set back");
        assert!(!again.vouches_for(&issued, &names(&["localhost", "shop.example"]), now), "a further name");
        let stranger = Authority::make(now).expect("made");
        assert!(!stranger.vouches_for(&issued, &wanted, now), "another authority");
        let other = Certificate { key: stranger.issue(&wanted, now).expect("issued").key, ..issued };
        assert!(!again.vouches_for(&other, &wanted, now), "the key of another certificate");
    }
}
