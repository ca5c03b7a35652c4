//! `lienthong db`: whole databases.

use clap::{Args, Subcommand};

use super::failure::Failure;
use super::occasion::{not_noted, occasion};
use super::output;
use super::progress::Told;
use crate::app::keep::copy::{Copied, copy, note_source};
use crate::app::keep::{KeepError, TreeHead};
use crate::evidence::digest::hex;
use crate::server::run::OpenDatabase;
use crate::server::start_error::StartError;
use crate::store::{Database, Snapshot};

/// See the command's help.
#[derive(Debug, Subcommand)]
pub(super) enum Db {
    /// Chép: copies a hub's database into an empty one of either sort, and compares both. Stop the hub before; its documents
    /// stay where they are.
    Copy(Copy),
}

/// See the command's help.
#[derive(Debug, Args)]
pub(super) struct Copy {
    /// Cơ sở dữ liệu nguồn: `sqlite:PATH` or `postgres://USER@HOST/NAME`.
    #[arg(long, value_name = "URL")]
    from: String,
    /// Cơ sở dữ liệu đích, trống: the same, empty.
    #[arg(long, value_name = "URL")]
    to: String,
}

impl Db {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self {
            Self::Copy(command) => command.run().await,
        }
    }
}

fn database(setting: &str, url: &str) -> Result<Database, Failure> {
    url.parse::<Database>()
        .map_err(|error| Failure::from(StartError::from(error)).about(setting))
}

impl Copy {
    async fn run(self) -> Result<(), Failure> {
        let (from, to) = (database("--from", &self.from)?, database("--to", &self.to)?);
        let of_source = |error: KeepError| Failure::from(error).about("--from");
        from.must_exist().map_err(|error| of_source(error.into()))?;
        // A SQLite file that a hub serves from is refused. On PostgreSQL the head tells at the end.
        let _lock = from.lock().map_err(|error| of_source(error.into()))?;
        let mut source = Snapshot::open(&from).await.map_err(|error| of_source(error.into()))?;
        let target = OpenDatabase::open_empty(&to)
            .await
            .map_err(|error| Failure::from(error).about("--to"))?;
        let (occasion, told) = (occasion(), Told::new("Đang chép", "copying"));
        let copied = copy(&mut source, &target.store, &occasion, &told).await;
        drop(told);
        target.close().await;
        let copied = copied.map_err(of_source)?;
        source.close().await;
        say(&copied);
        let noted = note_source(&from, &copied, &to, &occasion).await;
        compare(&copied, head_of(&from).await.map_err(of_source)?)?;
        noted.map_err(|error| not_noted(error).about("--from"))
    }
}

async fn head_of(database: &Database) -> Result<TreeHead, KeepError> {
    let mut snapshot = Snapshot::open(database).await?;
    let head = TreeHead::of(&snapshot.head().await?);
    snapshot.close().await;
    Ok(head)
}

fn say(copied: &Copied) {
    output::line(&format!(
        "--from: {} mục nhật ký / log entries, gốc cây / root {}\n\
         --to:   {} mục nhật ký / log entries, gốc cây / root {}\n\
         {rows} dòng trong mỗi cơ sở dữ liệu. / {rows} rows in each.",
        copied.from.size,
        hex(&copied.from.root),
        copied.to.size,
        hex(&copied.to.root),
        rows = copied.rows,
    ));
}

fn compare(copied: &Copied, source_now: TreeHead) -> Result<(), Failure> {
    if copied.from != copied.to {
        return Err(Failure::failed(
            "Hai cơ sở dữ liệu không giống nhau; đừng dùng bản sao này.",
            "The two databases differ; do not use the copy.",
        ));
    }
    if source_now != copied.from {
        return Err(Failure::failed(
            "Cơ sở dữ liệu nguồn đã có thêm dữ liệu trong khi chép: một cổng còn đang ghi vào đó. Hãy dừng cổng, xóa bản sao này và chép lại.",
            "The source has moved on while it was copied: a hub still writes to it. Stop the hub, drop this copy, and copy again.",
        ));
    }
    Ok(())
}
