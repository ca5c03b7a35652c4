//! `lienthong config check`: everything that can be checked without serving, every fault at once.

use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;

use clap::Args;
use serde_json::json;

use super::check_database;
use super::fault::{Fault, Words};
use super::options::Options;
use super::resolve::Resolved;
use crate::blobs::{BlobFault, Blobs, DocumentPlace};
use crate::cli::args;
use crate::cli::client::print::OutputArgs;
use crate::cli::failure::Failure;
use crate::domain::time::{Clock, Timestamp};
use crate::server::certificates::{self, TlsFault};
use crate::server::clock::SystemClock;
use crate::server::settings::TlsPems;
use crate::server::start_error::StartError;
use crate::server::tls::PemInput;
use crate::store::Database;

/// A certificate that ends within so many days is told.
const SOON_DAYS: i64 = 30;

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct Check {
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    options: Options,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// The hub would not start, or serve nobody.
    pub(super) faults: Vec<Fault>,
    /// It would start; somebody should know all the same.
    pub(super) notes: Vec<Fault>,
}

impl Report {
    /// A fault in the words that the start of the hub has for it.
    pub(super) fn fault(&mut self, place: impl Into<String>, error: StartError) {
        self.faults.push(Fault::from_failure(place, &Failure::from(error)));
    }

    pub(super) fn note(&mut self, place: impl Into<String>, words: Words) {
        self.notes.push(Fault::new(place, words));
    }

    fn json(&self) -> serde_json::Value {
        json!({
            "ok": self.faults.is_empty(),
            "faults": self.faults.iter().map(Fault::json).collect::<Vec<_>>(),
            "notes": self.notes.iter().map(Fault::json).collect::<Vec<_>>(),
        })
    }

    fn text(&self) -> String {
        let lines = |mark: &str, found: &[Fault]| -> String {
            let lines = found
                .iter()
                .map(|Fault { place, words }| format!("{mark} {place}\n    {}\n    {}\n", words.vi, words.en));
            lines.collect()
        };
        let good = if self.faults.is_empty() {
            "Cấu hình dùng được.\nThe configuration can be used.\n"
        } else {
            ""
        };
        [
            &lines("lỗi/fault", &self.faults),
            &lines("lưu ý/note", &self.notes),
            good,
        ]
        .concat()
    }
}

impl Check {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let (resolved, faults) = self.options.resolve_all()?;
        let mut report = Report {
            faults,
            notes: Vec::new(),
        };
        check_tls(&resolved, &mut report);
        let catalogue = check_database::catalogue(&resolved, &mut report);
        if let Ok(database) = resolved.text("database").parse::<Database>() {
            check_database::database(&resolved, &database, catalogue.as_deref(), &mut report).await;
            if let Some(folder) = resolved.documents(&database) {
                let bucket = resolved.bucket();
                check_documents(&resolved, &DocumentPlace { folder, bucket }, &mut report).await;
            }
        }
        for id in ["listen", "metrics_listen"] {
            if let Ok(address) = resolved.text(id).parse() {
                check_address(&resolved.place(id), address, &mut report);
            }
        }
        self.output.print(|| report.json(), || report.text());
        match report.faults.len() {
            0 => Ok(()),
            count => Err(Failure::configuration(
                format!("cấu hình có {count} lỗi, nêu ở trên"),
                format!("the configuration has {count} fault(s), told above"),
            )),
        }
    }
}

/// Files that can be read, and what is in them.
fn check_tls(resolved: &Resolved, report: &mut Report) {
    let mut read = |id: &str| {
        let path = resolved.path(id)?;
        let place = resolved.place(id);
        match args::read(&place, &path) {
            Ok(bytes) => Some(bytes),
            Err(failure) => {
                let (vi, en) = failure.texts();
                let bare = |text: &str| text.strip_prefix(&format!("{place}: ")).unwrap_or(text).to_owned();
                report.faults.push(Fault::new(&place, Words::new(bare(vi), bare(en))));
                None
            }
        }
    };
    let (certificate, key, client_ca) = (read("tls_cert"), read("tls_key"), read("client_ca"));
    let now = SystemClock.now();
    for (id, pem) in [("tls_cert", &certificate), ("client_ca", &client_ca)] {
        let ends = pem.as_deref().and_then(certificates::earliest_end);
        note_end(&resolved.place(id), ends, now, report);
    }
    if let Some(path) = resolved.path("tls_key").filter(|_| key.is_some()) {
        note_readers(&resolved.place("tls_key"), &path, report);
    }
    let pems = TlsPems {
        certificate: certificate.clone().unwrap_or_default(),
        key: key.clone().unwrap_or_default(),
        client_ca: client_ca.clone().unwrap_or_default(),
    };
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let found = certificates::faults(&pems, &clock);
    if found.is_empty() {
        // With good keys: whether the revocation lists are, and speak for these authorities.
        let lists = certificates::fault_of_files(&super::tls_files(resolved), clock);
        if let Some(error) = lists {
            report.fault(resolved.place("client_crl"), StartError::Tls(error));
        }
    }
    for TlsFault { input, error } in found {
        let (id, is_read) = match input {
            PemInput::Certificate => ("tls_cert", certificate.is_some()),
            PemInput::Key => ("tls_key", key.is_some()),
            PemInput::ClientCa => ("client_ca", client_ca.is_some()),
            PemInput::ClientCrl => ("client_crl", true),
        };
        // A file that cannot be read has been told.
        if is_read {
            report.fault(resolved.place(id), StartError::Tls(error));
        }
    }
}

fn note_end(place: &str, ends: Option<Timestamp>, now: Timestamp, report: &mut Report) {
    if let Some(ends) = ends.filter(|ends| *ends < now.plus_hours(24 * SOON_DAYS)) {
        let date = ends.to_rfc3339();
        report.note(
            place,
            Words::new(
                format!("có chứng thư số hết hạn lúc {date}"),
                format!("holds a certificate that ends at {date}"),
            ),
        );
    }
}

fn note_readers(place: &str, path: &Path, report: &mut Report) {
    let mode = std::fs::metadata(path).map(|metadata| metadata.permissions().mode());
    if mode.is_ok_and(|mode| mode & 0o077 != 0) {
        report.note(
            place,
            Words::fixed(
                "người dùng khác trên máy cũng đọc được khóa; nên đặt quyền 0600",
                "other users of this machine can read the key; its mode should be 0600",
            ),
        );
    }
}

async fn check_documents(resolved: &Resolved, documents: &DocumentPlace, report: &mut Report) {
    if !documents.folder.exists() {
        let folder = documents.folder.display();
        report.note(
            resolved.place("documents"),
            Words::new(
                format!("thư mục {folder} chưa có; sẽ được tạo khi cổng khởi động"),
                format!("the folder {folder} does not exist yet; the hub makes it when it starts"),
            ),
        );
    }
    if let Err((fault, source)) = Blobs::check_place(documents).await {
        let id = match fault {
            BlobFault::Bucket => "documents_bucket",
            BlobFault::NotMade | BlobFault::NotAFolder | BlobFault::NotWritable => "documents",
        };
        let place = documents.to_string();
        report.fault(resolved.place(id), StartError::Documents { place, fault, source });
    }
}

/// Whether the machine has the address. A port that is taken is no fault: the hub itself may be running.
fn check_address(place: &str, address: SocketAddr, report: &mut Report) {
    match TcpListener::bind(address) {
        Ok(_free) => {}
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => report.note(
            place,
            Words::new(
                format!("cổng mạng {address} đang được dùng (cổng đang chạy?)"),
                format!("the port {address} is in use (is the hub running?)"),
            ),
        ),
        Err(source) => report.fault(place, StartError::Listen { address, source }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_tells_every_fault_in_both_languages() {
        let report = Report {
            faults: vec![
                Fault::new("--listen", Words::fixed("sai một", "wrong one")),
                Fault::new("hub.toml:3: hub.id", Words::fixed("sai hai", "wrong two")),
            ],
            notes: vec![Fault::new("tls.key", Words::fixed("lưu ý", "a note"))],
        };
        let text = report.text();
        for part in [
            "--listen",
            "sai một",
            "wrong one",
            "hub.toml:3: hub.id",
            "sai hai",
            "wrong two",
            "a note",
        ] {
            assert!(text.contains(part), "{text}");
        }
        assert!(!text.contains("can be used"), "{text}");
        let json = report.json();
        assert_eq!(
            (json["ok"].as_bool(), json["faults"].as_array().map(Vec::len)),
            (Some(false), Some(2))
        );
    }
}
