//! `lienthong evidence silence`: the certificate that nobody answered in time, to be kept and shown.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use lienthong_proto::v1;

use super::connection::ConnectionArgs;
use super::session::{Session, ask, incomplete};
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::cli::verify_silence::Certificate;
use crate::evidence::published::PublishedKey;

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct SilenceCommand {
    /// Mã yêu cầu: the request that nobody answered, `req_…`.
    #[arg(value_name = "REQUEST")]
    request: String,
    /// Tệp xác nhận: where to write it instead of the terminal; never over a file that is there.
    #[arg(short = 'O', long, env = "LIENTHONG_OUT", value_name = "FILE")]
    out: Option<PathBuf>,
    /// Trang để đọc: where to write a page (HTML) of what it proves; never over a file that is there.
    #[arg(long, env = "LIENTHONG_PAGE", value_name = "FILE")]
    page: Option<PathBuf>,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl SilenceCommand {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let asked = v1::GetSilenceCertificateRequest {
            enforcement_request_id: self.request,
        };
        let session = self.connection.connect().await?;
        let answer = ask!(async || session.evidence().get_silence_certificate(asked.clone()).await)?;
        let keys = keys(&session).await?;
        // Whoever it is shown to will check it; so is it checked before it is kept.
        let certificate = Certificate::check(&answer.certificate, &keys).map_err(|error| {
            Failure::failed(
                "cổng đưa xác nhận không đúng",
                format!("the hub gave a certificate that does not hold: {error}"),
            )
        })?;
        let text = std::str::from_utf8(&answer.certificate).map_err(|_error| incomplete("certificate"))?;
        match &self.out {
            None => output::text(text),
            Some(path) => keep("--out", path, text)?,
        }
        if let Some(path) = &self.page {
            keep("--page", path, &certificate.page())?;
        }
        session.hold(answer.checkpoint.as_ref()).await
    }
}

fn keep(option: &'static str, path: &Path, text: &str) -> Result<(), Failure> {
    let written = std::fs::File::create_new(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| Failure::file(option, path, &error))
}

/// The keys that the hub says are its own: whoever checks the certificate takes them from elsewhere.
async fn keys(session: &Session) -> Result<Vec<PublishedKey>, Failure> {
    let answer = ask!(async || session.evidence().list_hub_keys(v1::ListHubKeysRequest {}).await)?;
    let keys = answer.keys.into_iter().map(|told| {
        let key = told.public_keys.parse().map_err(|_malformed| incomplete("keys"))?;
        let retired_index = told.retired_index.and_then(|index| u64::try_from(index).ok());
        Ok(PublishedKey { key, retired_index })
    });
    keys.collect()
}
