//! Documents as objects of a bucket that speaks the S3 protocol.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use object_store::aws::{AmazonS3, AmazonS3Builder, Checksum};
use object_store::path::Path as Key;
use object_store::{ClientOptions, MultipartUpload, ObjectMeta, ObjectStore, ObjectStoreExt as _, RetryConfig};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::sync::Semaphore;
use tokio_stream::{Stream, StreamExt as _};
use tokio_util::io::StreamReader;
use url::Url;

use super::folder::{PROBE, is_kept};
use crate::domain::endpoint::{Endpoint, MalformedEndpoint};
use crate::domain::ids::DocumentId;

/// Bytes of one part of a large object: the least that the protocol allows.
const PART: usize = 5 * 1024 * 1024;
/// Less than this is sent as one object, without waiting.
const SMALL: u64 = 1024 * 1024;
/// Larger documents that are sent at a time; each holds one part in memory.
const SENDING: usize = 2;
/// The longest that one part may take.
const PART_TIME: Duration = Duration::from_mins(2);
/// The longest that the other side may say nothing.
const SILENCE: Duration = Duration::from_secs(20);
/// The longest until a connection stands.
const CONNECT: Duration = Duration::from_secs(5);
/// What failed is tried again so often, for so long.
const RETRIES: usize = 4;
const RETRY_TIME: Duration = Duration::from_secs(20);

/// Where a bucket is: `s3://BUCKET/PREFIX?endpoint=URL&region=NAME`. Keys are not part of it; they come from the
/// environment (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`), like everything that the address leaves out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketAddress {
    text: String,
    bucket: String,
    prefix: String,
    endpoint: Option<Endpoint>,
    region: Option<String>,
}

/// Why a text is not the address of a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MalformedBucket {
    /// It has another form.
    #[error("expected s3://BUCKET/PREFIX?endpoint=URL&region=NAME")]
    Form,
    /// A key or password stands in it.
    #[error("keys do not belong here; give them in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")]
    Secret,
    /// The endpoint is none that can be used.
    #[error("the endpoint {0}")]
    Endpoint(MalformedEndpoint),
}

impl FromStr for BucketAddress {
    type Err = MalformedBucket;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = Url::parse(text).map_err(|_malformed| MalformedBucket::Form)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(MalformedBucket::Secret);
        }
        let bucket = url.host_str().filter(|_| url.scheme() == "s3" && url.port().is_none());
        let bucket = bucket.ok_or(MalformedBucket::Form)?.to_owned();
        let (mut endpoint, mut region) = (None, None);
        for (name, value) in url.query_pairs() {
            match name.as_ref() {
                "endpoint" => endpoint = Some(value.parse().map_err(MalformedBucket::Endpoint)?),
                "region" => region = Some(value.into_owned()).filter(|region| !region.is_empty()),
                _ => return Err(MalformedBucket::Form),
            }
        }
        if url.fragment().is_some() {
            return Err(MalformedBucket::Form);
        }
        let prefix = url.path().trim_matches('/').to_owned();
        let text = text.to_owned();
        Ok(Self {
            text,
            bucket,
            prefix,
            endpoint,
            region,
        })
    }
}

impl fmt::Display for BucketAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The bucket. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Bucket {
    store: Arc<AmazonS3>,
    prefix: Key,
    sending: Arc<Semaphore>,
}

impl Bucket {
    /// Nothing is sent yet.
    pub(super) fn new(address: &BucketAddress) -> io::Result<Self> {
        let client = ClientOptions::new()
            .with_connect_timeout(CONNECT)
            .with_timeout_disabled()
            .with_read_timeout(SILENCE);
        let mut builder = AmazonS3Builder::from_env()
            .with_bucket_name(&address.bucket)
            .with_checksum_algorithm(Checksum::SHA256)
            .with_client_options(client)
            .with_retry(RetryConfig {
                max_retries: RETRIES,
                retry_timeout: RETRY_TIME,
                ..RetryConfig::default()
            });
        if let Some(endpoint) = &address.endpoint {
            builder = builder
                .with_endpoint(endpoint.to_string())
                .with_allow_http(endpoint.is_plain());
        }
        if let Some(region) = &address.region {
            builder = builder.with_region(region);
        }
        Ok(Self {
            store: Arc::new(builder.build()?),
            prefix: Key::parse(&address.prefix).map_err(io::Error::other)?,
            sending: Arc::new(Semaphore::new(SENDING)),
        })
    }

    fn key(&self, name: &str) -> Key {
        self.prefix.clone().join(name)
    }

    /// Finds out whether objects can be written and removed; leaves one there, to be found by [`Bucket::check`].
    pub(super) async fn probe(&self) -> io::Result<()> {
        const CONTENT: Bytes = Bytes::from_static(b"lienthong");
        let probe = self.key(PROBE);
        in_time(self.store.put(&probe, CONTENT.into())).await?;
        in_time(self.store.delete(&probe)).await?;
        in_time(self.store.put(&probe, CONTENT.into())).await?;
        Ok(())
    }

    /// Finds out whether it answers, and is the one that was written to.
    pub(super) async fn check(&self) -> io::Result<()> {
        in_time(self.store.head(&self.key(PROBE))).await?;
        Ok(())
    }

    /// A small object that is no document.
    pub(super) async fn small(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        match in_time(self.store.get(&self.key(name))).await {
            Ok(found) => Ok(Some(found.bytes().await?.to_vec())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn put_small(&self, name: &str, content: Vec<u8>) -> io::Result<()> {
        in_time(self.store.put(&self.key(name), content.into())).await?;
        Ok(())
    }

    /// Sends `length` bytes.
    pub(super) async fn put(
        &self,
        mut bytes: impl AsyncRead + Send + Unpin,
        length: u64,
        id: &DocumentId,
    ) -> io::Result<()> {
        let key = self.key(id.as_str());
        if length < SMALL {
            in_time(self.store.put(&key, part(&mut bytes).await?.into())).await?;
            return Ok(());
        }
        // A small one waits for no large one.
        let _turn = self.sending.acquire().await.map_err(io::Error::other)?;
        let first = part(&mut bytes).await?;
        let mut upload = in_time(self.store.put_multipart(&key)).await?;
        let sent = send_parts(&mut *upload, first, &mut bytes).await;
        if sent.is_err()
            && let Err(error) = in_time(upload.abort()).await
        {
            tracing::warn!(%error, document = %id, "document.parts.left");
        }
        sent
    }

    pub(super) async fn read(&self, id: &DocumentId) -> io::Result<(impl AsyncRead + Send + use<>, u64)> {
        let found = in_time(self.store.get(&self.key(id.as_str()))).await?;
        let size = found.meta.size;
        let bytes = found.into_stream().map(|piece| piece.map_err(io::Error::from));
        Ok((StreamReader::new(bytes), size))
    }

    pub(super) async fn size(&self, id: &DocumentId) -> io::Result<u64> {
        Ok(in_time(self.store.head(&self.key(id.as_str()))).await?.size)
    }

    pub(super) async fn remove(&self, id: &DocumentId) -> io::Result<()> {
        in_time(self.store.delete(&self.key(id.as_str()))).await
    }

    pub(super) fn list(&self) -> BucketListing {
        BucketListing {
            prefix: self.prefix.clone(),
            objects: Box::pin(self.store.list(Some(&self.prefix)).fuse()),
        }
    }
}

async fn send_parts(
    upload: &mut dyn MultipartUpload,
    first: Bytes,
    bytes: &mut (impl AsyncRead + Send + Unpin),
) -> io::Result<()> {
    let mut next = first;
    while !next.is_empty() {
        in_time(upload.put_part(next.into())).await?;
        next = part(bytes).await?;
    }
    in_time(upload.complete()).await?;
    Ok(())
}

/// The next bytes, [`PART`] of them unless they end.
async fn part(bytes: &mut (impl AsyncRead + Send + Unpin)) -> io::Result<Bytes> {
    let mut part = BytesMut::with_capacity(PART);
    let mut reader = bytes.take(u64::try_from(PART).unwrap_or(u64::MAX));
    while reader.read_buf(&mut part).await? > 0 {}
    Ok(part.freeze())
}

async fn in_time<T>(asked: impl Future<Output = object_store::Result<T>>) -> io::Result<T> {
    let answered = tokio::time::timeout(PART_TIME, asked).await;
    Ok(answered.map_err(|_elapsed| io::Error::from(io::ErrorKind::TimedOut))??)
}

/// The names of a bucket's objects.
pub struct BucketListing {
    prefix: Key,
    objects: Pin<Box<dyn Stream<Item = object_store::Result<ObjectMeta>> + Send>>,
}

impl fmt::Debug for BucketListing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BucketListing")
    }
}

impl BucketListing {
    pub(super) async fn next(&mut self) -> io::Result<Option<String>> {
        while let Some(object) = self.objects.next().await {
            let location = object?.location;
            // What stands deeper is another hub's.
            let is_here = |name: &&str| self.prefix.clone().join(*name) == location && is_kept(name);
            if let Some(name) = location.filename().filter(is_here) {
                return Ok(Some(name.to_owned()));
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_which_bucket_and_where_it_is() {
        let text = "s3://tai-lieu/hub/a?endpoint=https://s3.example.vn&region=vn-1";
        let address: BucketAddress = text.parse().unwrap();
        assert_eq!(
            (address.bucket.as_str(), address.prefix.as_str()),
            ("tai-lieu", "hub/a")
        );
        assert_eq!(address.endpoint, "https://s3.example.vn".parse().ok());
        assert_eq!(
            (address.region.as_deref(), address.to_string().as_str()),
            (Some("vn-1"), text)
        );
        let short: BucketAddress = "s3://tai-lieu".parse().unwrap();
        assert_eq!((short.prefix.as_str(), short.endpoint, short.region), ("", None, None));
    }

    #[test]
    fn what_is_no_address_or_is_unsafe_is_refused() {
        let fault = |text: &str| text.parse::<BucketAddress>().unwrap_err();
        for text in [
            "",
            "tai-lieu",
            "https://tai-lieu",
            "s3://",
            "s3://b:9/x",
            "s3://b?secret=x",
            "s3://b#x",
        ] {
            assert_eq!(fault(text), MalformedBucket::Form, "{text}");
        }
        assert_eq!(fault("s3://key:word@b"), MalformedBucket::Secret);
        for (endpoint, why) in [
            ("http://10.0.0.1:9000", MalformedEndpoint::InTheClear),
            ("minio", MalformedEndpoint::Form),
        ] {
            assert_eq!(
                fault(&format!("s3://b?endpoint={endpoint}")),
                MalformedBucket::Endpoint(why)
            );
        }
    }
}
