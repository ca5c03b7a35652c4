//! `lienthong backup`.

use std::path::PathBuf;

use clap::Args;

use super::args::{DatabaseArgs, masters};
use super::failure::Failure;
use super::occasion::{not_noted, occasion};
use super::output;
use super::progress::Told;
use super::serve::document_place;
use crate::app::keep::backup::{BackedUp, BackupPlan, backup};
use crate::blobs::BucketAddress;
use crate::server::start_error::StartError;

/// See the command's help.
#[derive(Debug, Args)]
pub(super) struct Backup {
    #[command(flatten)]
    database: DatabaseArgs,
    /// Thư mục tài liệu của cổng: as `serve` has it. Default with SQLite: `documents` beside the file.
    #[arg(long, env = "LIENTHONG_DOCUMENTS", value_name = "DIR")]
    documents: Option<PathBuf>,
    /// Kho tài liệu (S3) của cổng: as `serve` has it.
    #[arg(long, env = "LIENTHONG_DOCUMENTS_BUCKET", value_name = "URL")]
    documents_bucket: Option<BucketAddress>,
    /// Tệp khóa chủ: as `serve` has it, to compare each document with the digest of its content. Default with SQLite:
    /// FILE.master-keys beside the file. Without it, documents are copied all the same.
    #[arg(long, env = "LIENTHONG_MASTER_KEYS", value_name = "FILE")]
    master_keys: Option<PathBuf>,
    /// Thư mục sao lưu sẽ được tạo: the folder to make; it must not exist. It holds personal data: keep it as safe as the hub.
    #[arg(long, env = "LIENTHONG_OUT", value_name = "DIR")]
    out: PathBuf,
}

impl Backup {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let database = self.database.database()?;
        let masters = masters(self.master_keys, &database).map(|source| source.read());
        let masters = masters.transpose().map_err(StartError::from)?.flatten();
        let plan = BackupPlan {
            masters: masters.unwrap_or_default(),
            documents: document_place(self.documents, self.documents_bucket, &database)?,
            database,
            out: self.out,
            occasion: occasion(),
        };
        let told = Told::new("Đang sao lưu", "backing up");
        let done = backup(&plan, &told).await?;
        drop(told);
        say(&plan, &done);
        verdict(&done)?;
        done.noted.map_err(not_noted)
    }
}

fn say(plan: &BackupPlan, done: &BackedUp) {
    let manifest = &done.manifest;
    output::line(&format!(
        "Đã sao lưu cổng {hub} vào {out}: {size} mục nhật ký, gốc cây {root}, {rows} dòng, {documents} tài liệu.\n\
         The hub {hub} is backed up in {out}: {size} log entries, root {root}, {rows} rows, {documents} documents.\n\
         SHA-256 manifest.json: {sum}",
        hub = manifest.hub_id,
        out = plan.out.display(),
        size = manifest.tree_size,
        root = manifest.root_hash,
        rows = manifest.rows(),
        documents = manifest.documents.count,
        sum = done.manifest_sha256,
    ));
    let unopened = manifest.documents.unopened;
    if unopened > 0 {
        output::line(&format!(
            "{unopened} tài liệu chưa được đối chiếu với mã băm vì thiếu khóa chủ (--master-keys).\n\
             {unopened} documents were not compared with their digests for want of their master key (--master-keys)."
        ));
    }
}

/// A backup of what was damaged before is made all the same, and told.
fn verdict(done: &BackedUp) -> Result<(), Failure> {
    let missing = &done.manifest.documents.missing;
    if !missing.is_empty() {
        return Err(Failure::failed(
            format!(
                "Bản sao lưu đã xong, nhưng {} tài liệu của cổng bị thiếu hoặc sai mã băm: {}",
                missing.len(),
                missing.join(", ")
            ),
            format!(
                "The backup is made, but {} documents of the hub are missing or of another digest: {}",
                missing.len(),
                missing.join(", ")
            ),
        ));
    }
    if !done.tree_fits {
        return Err(Failure::failed(
            "Bản sao lưu đã xong, nhưng nhật ký của cổng không khớp với đầu nhật ký; hãy chạy lienthong doctor.",
            "The backup is made, but the hub's log does not fit its head; run lienthong doctor.",
        ));
    }
    Ok(())
}
