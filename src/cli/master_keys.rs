//! `lienthong master-keys`: the file of master keys, by which the keys of content are wrapped.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::args::{DatabaseArgs, MasterArgs};
use super::client::print::OutputArgs;
use super::failure::Failure;
use super::output;
use super::start_failure;
use crate::sealing::MasterKeys;
use crate::server::masters::{self, MastersFault};
use crate::server::random::OsRandom;
use crate::server::run::{OpenDatabase, Opening};
use crate::store::MasterUse;

/// See the command's help.
#[derive(Debug, Subcommand)]
pub(super) enum MasterKeysCommand {
    /// Tạo tệp khóa chủ mới: makes a file with a first key. Never writes over a file.
    New(FileArgs),
    /// Thay khóa chủ: puts a new key before those of the file. Hubs that share a database must all know it before one of them
    /// starts with it in front. The next start wraps all keys anew by it; `status` says when the old one wraps nothing any more
    /// and its line can be taken out.
    Rotate(FileArgs),
    /// Khóa chủ nào đang mã hóa gì: says how many keys each master key wraps. Changes nothing.
    Status(Box<Status>),
}

/// Which file.
#[derive(Debug, Args)]
pub(super) struct FileArgs {
    /// Tệp khóa chủ / the file of master keys
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// See the command's help.
#[derive(Debug, Args)]
pub(super) struct Status {
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    masters: MasterArgs,
    #[command(flatten)]
    output: OutputArgs,
}

impl MasterKeysCommand {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let said = |fault: MastersFault| start_failure::masters(&fault);
        match self {
            Self::New(FileArgs { file }) => {
                let made = masters::create(&file, &OsRandom).map_err(said)?;
                tell_newest(&made, "Đã tạo khóa chủ", "Made the master key");
                Ok(())
            }
            Self::Rotate(FileArgs { file }) => {
                let all = masters::rotate(&file, &OsRandom).map_err(said)?;
                tell_newest(
                    &all,
                    "Khóa chủ mới, dùng từ lần khởi động sau",
                    "The new master key, from the next start on",
                );
                Ok(())
            }
            Self::Status(status) => status.run().await,
        }
    }
}

fn tell_newest(all: &MasterKeys, vi: &str, en: &str) {
    let id = all.newest().map(ToString::to_string).unwrap_or_default();
    output::line(&format!(
        "{vi}: {id}. Sao lưu tệp này ở nơi khác với cơ sở dữ liệu: mất khóa chủ là mất nội dung.\n\
         {en}: {id}. Back the file up apart from the database: without it content is lost."
    ));
}

impl Status {
    async fn run(self) -> Result<(), Failure> {
        let database = self.database.database()?;
        let known = self.masters.source(&database)?.read();
        let known = known
            .map_err(|fault| start_failure::masters(&fault))?
            .unwrap_or_default();
        let open = OpenDatabase::open(&database, Opening::AsItIs).await?;
        let uses = open.store.master_uses().await;
        open.close().await;
        let uses = uses?;
        let missing = uses
            .iter()
            .filter(|used| used.keys > 0 && !known.knows(&used.master))
            .count();
        self.output.print(|| in_json(&known, &uses), || in_text(&known, &uses));
        if missing == 0 {
            return Ok(());
        }
        Err(Failure::failed(
            format!("thiếu {missing} khóa chủ; nội dung mà khóa đó mã hóa không đọc được"),
            format!("{missing} master key(s) missing: what they seal cannot be read"),
        ))
    }
}

fn in_json(known: &MasterKeys, uses: &[MasterUse]) -> serde_json::Value {
    let newest = known.newest().map(ToString::to_string);
    let masters = uses.iter().map(|each| {
        json!({
            "master": each.master,
            "is_known": known.knows(&each.master),
            "keys": each.keys,
        })
    });
    json!({ "newest": newest, "masters": masters.collect::<Vec<_>>() })
}

fn in_text(known: &MasterKeys, uses: &[MasterUse]) -> String {
    let newest = known.newest().map(ToString::to_string).unwrap_or_default();
    let mut lines = vec![format!("Khóa chủ mã hóa / the key that wraps: {newest}\n")];
    for MasterUse { master, keys } in uses {
        let state = if known.knows(master) {
            "có / known"
        } else {
            "THIẾU / MISSING"
        };
        lines.push(format!("{master}  {state}  mã hóa / wraps: {keys}\n"));
    }
    lines.concat()
}
