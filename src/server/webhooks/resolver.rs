//! Looking names up. The addresses that come back are the ones that are judged and called: nobody asks a second time.

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;

/// Addresses, or why there are none.
pub(super) type Addresses<'a> = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send + 'a>>;

/// Who knows the addresses of names.
pub trait Resolver: Send + Sync + fmt::Debug {
    /// The addresses of a name.
    fn addresses<'a>(&'a self, name: &'a str) -> Addresses<'a>;
}

/// The machine's own.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

impl Resolver for SystemResolver {
    fn addresses<'a>(&'a self, name: &'a str) -> Addresses<'a> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}
