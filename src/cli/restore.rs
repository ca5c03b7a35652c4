//! `lienthong restore`.

use std::path::PathBuf;

use clap::Args;

use super::failure::Failure;
use super::keep_failure::damaged;
use super::occasion::occasion;
use super::output;
use super::progress::Told;
use super::serve::document_place;
use crate::app::keep::check::{Verdict, check};
use crate::app::keep::restore::{Restored, manifest, restore};
use crate::blobs::BucketAddress;
use crate::evidence::digest::hex;
use crate::server::run::{OpenDatabase, open_documents};
use crate::server::start_error::StartError;
use crate::store::Database;

/// See the command's help.
#[derive(Debug, Args)]
pub(super) struct Restore {
    /// Bản sao lưu: the folder that `lienthong backup` made.
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    /// Cơ sở dữ liệu trống: `sqlite:PATH` or `postgres://USER@HOST/NAME`, empty; never taken from the environment. Without it,
    /// --verify checks the backup and writes nothing.
    #[arg(long, value_name = "URL", required_unless_present = "verify")]
    database: Option<String>,
    /// Thư mục tài liệu của cổng mới: where the documents go. Default with SQLite: `documents` beside the file.
    #[arg(long, value_name = "DIR")]
    documents: Option<PathBuf>,
    /// Kho tài liệu (S3) của cổng mới: a bucket for the documents, as `serve` has it.
    #[arg(long, value_name = "URL")]
    documents_bucket: Option<BucketAddress>,
    /// Kiểm tra trước: computes the whole log again, every digest and every document, before anything is written.
    #[arg(long)]
    verify: bool,
}

impl Restore {
    pub(super) async fn run(self) -> Result<(), Failure> {
        // What is wrong with the settings is told before long work.
        let target = self.database.as_deref().map(str::parse::<Database>).transpose();
        let target = target.map_err(StartError::from)?;
        let target = match target {
            Some(database) => Some((
                document_place(self.documents.clone(), self.documents_bucket.clone(), &database)?,
                database,
            )),
            None => None,
        };
        if self.verify {
            let told = Told::new("Đang kiểm tra", "checking");
            let verdict = check(&self.from, &told).await?;
            drop(told);
            say_verdict(&verdict)?;
        }
        let Some((documents, database)) = target else {
            return Ok(());
        };
        manifest(&self.from).await?;
        let database = OpenDatabase::open_empty(&database).await?;
        let blobs = open_documents(&documents).await?;
        let told = Told::new("Đang phục hồi", "restoring");
        let restored = restore(&self.from, &database.store, &blobs, &occasion(), &told).await;
        drop(told);
        database.close().await;
        say_restored(&restored?);
        Ok(())
    }
}

fn say_verdict(verdict: &Verdict) -> Result<(), Failure> {
    if !verdict.faults.is_empty() {
        return Err(damaged(&verdict.faults));
    }
    let (log, manifest) = (&verdict.log, &verdict.manifest);
    output::line(&format!(
        "Bản sao lưu nguyên vẹn: cổng {hub}, {size} mục nhật ký, gốc cây {root}; {checkpoints} điểm kiểm tra, {bodies} nội \
         dung và {documents} tài liệu tính lại đều đúng ({erased} nội dung đã xóa, {missing} tài liệu thiếu từ trước).\n\
         The backup is whole: hub {hub}, {size} log entries, root {root}; {checkpoints} checkpoints, {bodies} contents and \
         {documents} documents computed again are right ({erased} contents erased, {missing} documents missing before).",
        hub = manifest.hub_id,
        size = log.size,
        root = hex(&log.root),
        checkpoints = log.checkpoints,
        bodies = log.bodies,
        documents = manifest.documents.count,
        erased = log.erased,
        missing = manifest.documents.missing.len(),
    ));
    Ok(())
}

fn say_restored(restored: &Restored) {
    output::line(&format!(
        "Đã phục hồi cổng {hub}: {size} mục nhật ký, gốc cây {root}, {rows} dòng, {documents} tài liệu.\n\
         The hub {hub} is restored: {size} log entries, root {root}, {rows} rows, {documents} documents.",
        hub = restored.manifest.hub_id,
        size = restored.head.size,
        root = hex(&restored.head.root),
        rows = restored.rows,
        documents = restored.documents,
    ));
}
