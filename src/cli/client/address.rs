//! The address of a server, as a flag says it.

use url::Url;

/// An http or https address, with the path of a proxy if it adds one.
#[derive(Clone, Debug)]
pub struct Address(Url);

pub fn address(text: &str) -> Result<Address, String> {
    let advice = "write the address of a server, such as http://127.0.0.1:4242";
    let url = Url::parse(text.trim()).map_err(|_| advice.to_owned())?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(advice.to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("an address has neither a user nor a password: the token of the control API is --token".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(format!("an address ends with its path: {advice}"));
    }
    Ok(Address(url))
}

impl Address {
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// The host to connect to; an address of IPv6 without its brackets.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default().trim_matches(['[', ']'])
    }

    pub fn port(&self) -> u16 {
        self.0.port_or_known_default().unwrap_or(80)
    }

    /// The value of the header Host.
    pub fn authority(&self) -> &str {
        self.0.authority()
    }

    /// The target of a call to a provider, behind the path that a proxy adds.
    #[cfg(feature = "mcp")]
    pub fn below(&self, target: &str) -> String {
        format!("{}{target}", self.0.path().trim_end_matches('/'))
    }

    /// The path and the query of a control call.
    pub fn target(&self, path: &[&str], query: &[(&'static str, String)]) -> String {
        let mut url = self.0.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push("__admin").extend(path);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let query = url.query().map_or(String::new(), |it| format!("?{it}"));
        format!("{}{query}", url.path())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lead_to_control_calls() {
        for (text, host, port, target) in [
            ("http://127.0.0.1:4242", "127.0.0.1", 4242, "/__admin/clock"),
            (" http://localhost/ ", "localhost", 80, "/__admin/clock"),
            ("https://ci.test/mocks", "ci.test", 443, "/mocks/__admin/clock"),
            ("http://[::1]:9/s/a/", "::1", 9, "/s/a/__admin/clock"),
        ] {
            let address = address(text).expect(text);
            assert_eq!((address.host(), address.port(), &*address.target(&["clock"], &[])), (host, port, target));
        }
        let address = address("http://a").expect("an address");
        let query = [("since", "2026-01-01T00:00:00+03:00".to_owned())];
        assert_eq!(address.target(&["act", "a/b"], &query), "/__admin/act/a%2Fb?since=2026-01-01T00%3A00%3A00%2B03%3A00");
    }

    #[test]
    fn what_is_not_the_address_of_a_server_is_refused() {
        for text in
            ["", "127.0.0.1:4242", "localhost:4242", "ftp://a", "http://", "http://a:b@c", "http://a@c", "http://a?b", "http://a#b", "x"]
        {
            assert!(address(text).is_err(), "{text}");
        }
    }
}
