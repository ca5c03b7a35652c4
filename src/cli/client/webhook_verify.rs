//! `lienthong webhook verify`: whether a call that was received is the hub's, so that whoever writes a receiver can try out his own
//! check. Offline: needs the key, the headers and the body, byte for byte.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::print::OutputArgs;
use crate::cli::failure::Failure;
use crate::domain::time::Clock as _;
use crate::evidence::webhook::{Arrived, ID, SIGNATURE, TIMESTAMP, VerifyingKey, WebhookFault};
use crate::server::clock::SystemClock;

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct WebhookVerify {
    /// Phần thân: the file of the body exactly as it arrived.
    body: PathBuf,
    /// Các dòng đầu: a file of the headers, one `name: value` on each line.
    #[arg(long, env = "LIENTHONG_HEADERS", value_name = "FILE")]
    headers: PathBuf,
    /// Khóa công khai: `whpk_…`.
    #[arg(
        long,
        env = "LIENTHONG_PUBLIC_KEY",
        value_name = "KEY",
        required_unless_present = "secret_file"
    )]
    public_key: Option<String>,
    /// Tệp khóa bí mật: a file with `whsec_…`.
    #[arg(
        long,
        env = "LIENTHONG_SECRET_FILE",
        value_name = "FILE",
        conflicts_with = "public_key"
    )]
    secret_file: Option<PathBuf>,
    /// Không xét giờ: takes a call of any time. A receiver must not do so: a call of before could be sent to it again.
    #[arg(long)]
    any_time: bool,
    #[command(flatten)]
    output: OutputArgs,
}

impl WebhookVerify {
    pub(super) fn run(self) -> Result<(), Failure> {
        let body = read("BODY", &self.body)?;
        let headers = read_text("--headers", &self.headers)?;
        let key = match (&self.public_key, &self.secret_file) {
            (Some(key), _) => key.clone(),
            (None, Some(path)) => read_text("--secret-file", path)?,
            (None, None) => String::new(),
        };
        let key = VerifyingKey::parse(key.trim()).map_err(|fault| refused(&fault))?;
        let header = |name: &str| {
            let named = headers.lines().filter_map(|line| line.split_once(':'));
            let found = named.filter(|(told, _)| told.trim().eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.trim()).next().unwrap_or_default()
        };
        let arrived = Arrived {
            id: header(ID),
            timestamp: header(TIMESTAMP),
            signature: header(SIGNATURE),
            body: &body,
        };
        let now = (!self.any_time).then(|| SystemClock.now().seconds());
        arrived.verify(&key, now).map_err(|fault| refused(&fault))?;
        self.output.print(
            || json!({ "ok": true, "webhook_id": arrived.id }),
            || format!("Chữ ký đúng / the signature is good: {}\n", arrived.id),
        );
        Ok(())
    }
}

fn read(name: &str, path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| Failure::file(name, path, &error))
}

fn read_text(name: &str, path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| Failure::file(name, path, &error))
}

fn refused(fault: &WebhookFault) -> Failure {
    let vi = match fault {
        WebhookFault::Key => "khóa phải là whpk_ và 32 byte base64, hoặc whsec_ và 24 đến 64 byte".to_owned(),
        WebhookFault::Header(name) => format!("dòng đầu {name} không có hoặc sai dạng"),
        WebhookFault::Time => "webhook-timestamp lệch quá 5 phút (hoặc dùng --any-time)".to_owned(),
        WebhookFault::Sort => "webhook-signature không có chữ ký thuộc loại của khóa này".to_owned(),
        WebhookFault::Signature => {
            "không chữ ký nào là của khóa này trên đúng mã, giờ và phần thân này; phần thân phải giữ nguyên từng byte"
                .to_owned()
        }
    };
    Failure::failed(vi, fault.to_string())
}
