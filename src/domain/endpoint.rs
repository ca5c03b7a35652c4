//! Where a service outside the hub is: a bucket, a collector of traces.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

/// The address of a service: https, or http on this very machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(Url);

/// Why a text is not an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MalformedEndpoint {
    /// It has another form.
    #[error("expected https://HOST:PORT")]
    Form,
    /// What is sent would go over the network in the clear.
    #[error("must be https, unless it is on this machine")]
    InTheClear,
}

impl Endpoint {
    /// Whether it is reached without TLS.
    pub fn is_plain(&self) -> bool {
        self.0.scheme() == "http"
    }
}

impl FromStr for Endpoint {
    type Err = MalformedEndpoint;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = Url::parse(text).map_err(|_malformed| MalformedEndpoint::Form)?;
        let is_here = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => return Err(MalformedEndpoint::Form),
        };
        let has_secret = !url.username().is_empty() || url.password().is_some();
        match url.scheme() {
            _ if has_secret => Err(MalformedEndpoint::Form),
            "https" => Ok(Self(url)),
            "http" if is_here => Ok(Self(url)),
            "http" => Err(MalformedEndpoint::InTheClear),
            _ => Err(MalformedEndpoint::Form),
        }
    }
}

/// Without a slash at the end.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elsewhere_is_https_and_here_may_be_http() {
        for good in [
            "https://s3.example.vn",
            "https://10.0.0.1:9000",
            "http://127.0.0.1:4317",
            "http://localhost:4317",
            "http://[::1]:4317",
        ] {
            let endpoint: Endpoint = good.parse().unwrap();
            assert_eq!(
                (endpoint.to_string().as_str(), endpoint.is_plain()),
                (good, good.starts_with("http:"))
            );
        }
        let fault = |text: &str| text.parse::<Endpoint>().unwrap_err();
        assert_eq!(fault("http://10.0.0.1:9000"), MalformedEndpoint::InTheClear);
        assert_eq!(fault("http://localhost.example.vn"), MalformedEndpoint::InTheClear);
        for text in [
            "",
            "minio",
            "minio:9000",
            "ftp://minio",
            "https://key:word@minio",
            "https://",
        ] {
            assert_eq!(fault(text), MalformedEndpoint::Form, "{text}");
        }
    }
}
