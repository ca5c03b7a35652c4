//! Where an endpoint is. The address stands in the log for ever, so nothing secret may be in it: no user, no query, no fragment.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

/// Longest address, in characters.
const LONGEST: usize = 512;

/// `https://HOST[:PORT]/PATH`; http only where an operator allows it, for tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookUrl(Url);

/// Why a text is no such address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MalformedUrl {
    /// It has another form, or is too long.
    #[error("expected https://HOST[:PORT]/PATH, at most 512 characters")]
    Form,
    /// A user, a password, a query or a fragment.
    #[error("no user, password, query or fragment: the address stands in the log for ever")]
    Secret,
}

impl WebhookUrl {
    /// The address.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether it is reached without TLS.
    pub fn is_plain(&self) -> bool {
        self.0.scheme() == "http"
    }

    /// The host, as a name or an address.
    pub fn host(&self) -> Option<Host<&str>> {
        self.0.host()
    }

    /// The host as it stands in the header `host`, with the port unless it is the scheme's own.
    pub fn authority(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        self.0
            .port()
            .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.0.port_or_known_default().unwrap_or_default()
    }

    /// The path, `/` at least.
    pub fn path(&self) -> &str {
        self.0.path()
    }
}

impl FromStr for WebhookUrl {
    type Err = MalformedUrl;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_plain_text = text.len() <= LONGEST && text.bytes().all(|byte| byte.is_ascii_graphic());
        let url = Url::parse(text).map_err(|_malformed| MalformedUrl::Form)?;
        let is_http = matches!(url.scheme(), "https" | "http");
        if !is_plain_text || !is_http || url.host().is_none() || url.port() == Some(0) {
            return Err(MalformedUrl::Form);
        }
        let is_open = url.username().is_empty() && url.password().is_none() && !text.contains('@');
        if !is_open || url.query().is_some() || url.fragment().is_some() {
            return Err(MalformedUrl::Secret);
        }
        Ok(Self(url))
    }
}

impl fmt::Display for WebhookUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

impl serde::Serialize for WebhookUrl {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for WebhookUrl {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_host_and_nothing_secret() {
        for (text, authority, port, path) in [
            ("https://hooks.example.vn", "hooks.example.vn", 443, "/"),
            (
                "https://hooks.example.vn:8443/a/b",
                "hooks.example.vn:8443",
                8443,
                "/a/b",
            ),
            ("https://HOOKS.example.vn:443/", "hooks.example.vn", 443, "/"),
            ("https://[2001:db8::1]/x", "[2001:db8::1]", 443, "/x"),
            ("http://127.0.0.1:9000/", "127.0.0.1:9000", 9000, "/"),
        ] {
            let url: WebhookUrl = text.parse().unwrap();
            assert_eq!(
                (url.authority().as_str(), url.port(), url.path()),
                (authority, port, path)
            );
            assert_eq!(url.to_string().parse(), Ok(url.clone()), "it comes back");
            assert_eq!(url.is_plain(), text.starts_with("http:"));
        }
        let fault = |text: &str| text.parse::<WebhookUrl>().unwrap_err();
        let long = format!("https://a.vn/{}", "x".repeat(512));
        for text in [
            "",
            "hooks",
            "ftp://a.vn/",
            "https://",
            "https://a.vn:0/",
            "https://a.vn/ a",
            "https://ví-dụ.vn/",
            &long,
        ] {
            assert_eq!(fault(text), MalformedUrl::Form, "{text}");
        }
        for text in [
            "https://user@a.vn/",
            "https://user:word@a.vn/",
            "https://@a.vn/",
            "https://a.vn/?token=1",
            "https://a.vn/?",
            "https://a.vn/#x",
        ] {
            assert_eq!(fault(text), MalformedUrl::Secret, "{text}");
        }
    }

    #[test]
    fn every_way_to_write_an_address_in_numbers_is_read_as_that_address() {
        // What a resolver of names would be asked for otherwise, and answer with this machine.
        for text in [
            "https://0x7f000001/",
            "https://2130706433/",
            "https://0177.0.0.1/",
            "https://127.1/",
        ] {
            let url: WebhookUrl = text.parse().unwrap();
            assert_eq!(url.host(), Some(Host::Ipv4(std::net::Ipv4Addr::LOCALHOST)), "{text}");
        }
    }
}
