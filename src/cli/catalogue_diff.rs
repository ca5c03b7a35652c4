//! `lienthong catalogue diff`.

use std::collections::BTreeMap;
use std::path::Path;

use clap::Args;
use serde_json::json;

use super::client::print::OutputArgs;
use super::failure::Failure;
use crate::app::keep::KeepError;
use crate::domain::catalogue::diff::{Change, Touches, diff};
use crate::domain::ids::KindCode;
use crate::server::load_catalogue;
use crate::server::start_error::StartError;
use crate::store::{Database, KeptRequests, Snapshot};

/// The word for the catalogue in the binary.
const EMBEDDED: &str = "binary";

/// See the command's help.
#[derive(Debug, Args)]
pub(super) struct Diff {
    /// Danh mục cũ: a folder with `kinds/`, or `binary` for the one in the binary.
    old: String,
    /// Danh mục mới: the same.
    new: String,
    /// Cơ sở dữ liệu của cổng, để đếm việc đang mở: counts the requests that each change touches. It is only read.
    #[arg(long, env = "LIENTHONG_DATABASE", value_name = "URL", hide_env_values = true)]
    database: Option<String>,
    #[command(flatten)]
    output: OutputArgs,
}

type Kept = BTreeMap<(KindCode, u32), KeptRequests>;

impl Diff {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let load = |place: &str| load_catalogue((place != EMBEDDED).then(|| Path::new(place)));
        let changes = diff(&*load(&self.old)?, &*load(&self.new)?);
        let kept = match &self.database {
            Some(url) => Some(kept(url).await?),
            None => None,
        };
        self.output
            .print(|| document(&changes, kept.as_ref()), || table(&changes, kept.as_ref()));
        let orphans = changes.iter().filter(|change| change.touches == Touches::Orphans);
        let is_kept = |change: &Change| requests(change, kept.as_ref()).is_some_and(|requests| requests.kept > 0);
        if orphans.filter(|change| is_kept(change)).count() > 0 {
            return Err(Failure::failed(
                "Danh mục mới thiếu bản mà yêu cầu đang lưu dùng: cổng sẽ không chạy với danh mục đó.",
                "The new catalogue lacks a revision that kept requests use: the hub would not start with it.",
            ));
        }
        Ok(())
    }
}

async fn kept(url: &str) -> Result<Kept, Failure> {
    let database = url.parse::<Database>().map_err(StartError::from)?;
    let mut snapshot = Snapshot::open(&database).await.map_err(StartError::from)?;
    let counted = snapshot.kept_requests().await;
    snapshot.close().await;
    let by_kind = counted.map_err(KeepError::from)?.into_iter().filter_map(|counted| {
        let revision = u32::try_from(counted.kind_revision).ok()?;
        Some(((KindCode::parse(&counted.kind).ok()?, revision), counted))
    });
    Ok(by_kind.collect())
}

fn requests<'k>(change: &Change, kept: Option<&'k Kept>) -> Option<&'k KeptRequests> {
    change.kind.as_ref().and_then(|kind| kept?.get(kind))
}

/// What open requests have of a change, in both languages.
const fn touched(touches: Touches) -> (&'static str, &'static str) {
    match touches {
        Touches::New => ("chỉ yêu cầu mới", "new requests alone"),
        Touches::Open => (
            "cả yêu cầu đang mở: thời hạn đang chạy giữ nguyên, phần làm sau theo danh mục mới",
            "open requests too: running clocks stay, what comes later follows the new catalogue",
        ),
        Touches::Orphans => (
            "yêu cầu đã gửi theo bản này không đọc được nữa",
            "requests under this revision cannot be read any more",
        ),
    }
}

fn table(changes: &[Change], kept: Option<&Kept>) -> String {
    if changes.is_empty() {
        return "Hai danh mục như nhau. / The two catalogues are the same.\n".to_owned();
    }
    let mut text = String::new();
    let mut section = None;
    for change in changes {
        let key = (&change.kind, change.touches);
        if section.replace(key) != Some(key) {
            let (vi, en) = touched(change.touches);
            let name = match &change.kind {
                Some((code, revision)) => format!("{code}, bản (revision) {revision}"),
                None => "Chung (for all kinds)".to_owned(),
            };
            let counted = kept.map(|_| {
                let found = requests(change, kept).cloned().unwrap_or_default();
                format!("; đang mở (open): {}, đang lưu (kept): {}", found.open, found.kept)
            });
            let counted = counted.filter(|_| change.kind.is_some()).unwrap_or_default();
            text.extend([&name, &counted, "\n  Áp dụng cho: ", vi, ". / Holds for ", en, ".\n"]);
        }
        text.extend(["  - ", &change.vi, "\n    ", &change.en, "\n"]);
    }
    text
}

fn document(changes: &[Change], kept: Option<&Kept>) -> serde_json::Value {
    let changes: Vec<serde_json::Value> = changes
        .iter()
        .map(|change| {
            let found = kept.map(|_| requests(change, kept).cloned().unwrap_or_default());
            json!({
                "kind": change.kind.as_ref().map(|(code, _)| code.as_str()),
                "revision": change.kind.as_ref().map(|(_, revision)| revision),
                "vi": change.vi,
                "en": change.en,
                "touches": match change.touches {
                    Touches::New => "NEW",
                    Touches::Open => "OPEN",
                    Touches::Orphans => "ORPHANS",
                },
                "open_requests": found.as_ref().map(|found| found.open),
                "kept_requests": found.as_ref().map(|found| found.kept),
            })
        })
        .collect();
    json!({ "changes": changes })
}
