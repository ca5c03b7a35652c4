//! `lienthong catalogue`: what kinds there are, and whether a catalogue is sound.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, Subcommand};

use super::catalogue_diff::Diff;
use super::failure::Failure;
use super::output;
use crate::domain::catalogue::{self, page};
use crate::domain::ids::KindCode;
use crate::server::load_catalogue;

/// See the command's help.
#[derive(Debug, Subcommand)]
pub(super) enum Catalogue {
    /// Liệt kê: every kind, one per line.
    List(Source),
    /// Một loại yêu cầu: fields, outcomes, reasons and clocks of one kind.
    Show(Show),
    /// Quy chế phối hợp: what agencies have agreed beyond the law, one per line.
    Regulations(Source),
    /// Kiểm tra: whether a catalogue is sound; lists everything that is wrong and ends with status 2 if anything is.
    Check(Check),
    /// So sánh: what changed from one catalogue to another, in words, and which requests it touches.
    Diff(Diff),
}

/// Where the catalogue is.
#[derive(Debug, Args)]
pub(super) struct Source {
    /// Thư mục danh mục: a folder with `kinds/` instead of the catalogue in the binary.
    #[arg(long, env = "LIENTHONG_CATALOGUE", value_name = "DIR")]
    catalogue: Option<PathBuf>,
}

/// See the command's help.
#[derive(Debug, Args)]
pub(super) struct Show {
    /// Mã loại yêu cầu: code of the kind, for example `account-freeze`.
    kind: String,
    #[command(flatten)]
    source: Source,
}

/// See the command's help.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// Thư mục danh mục: the folder with `kinds/`; without it the catalogue in the binary is checked.
    dir: Option<PathBuf>,
}

impl Catalogue {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self {
            Self::List(source) => list(source.load()?.as_ref()),
            Self::Show(show) => return self::show(show.source.load()?.as_ref(), &show.kind),
            Self::Regulations(source) => regulations(source.load()?.as_ref()),
            Self::Diff(diff) => return diff.run().await,
            Self::Check(check) => {
                let catalogue = load_catalogue(check.dir.as_deref())?;
                let (count, agreed) = (catalogue.kinds().count(), catalogue.regulations().all().len());
                output::line(&format!(
                    "Danh mục hợp lệ: {count} loại yêu cầu, {agreed} quy chế phối hợp, bản {revision}.\n\
                     The catalogue is sound: {count} kinds, {agreed} regulations, revision {revision}.",
                    revision = catalogue.revision(),
                ));
            }
        }
        Ok(())
    }
}

impl Source {
    pub(super) fn load(&self) -> Result<Arc<catalogue::Catalogue>, Failure> {
        Ok(load_catalogue(self.catalogue.as_deref())?)
    }
}

fn list(catalogue: &catalogue::Catalogue) {
    for kind in catalogue.kinds() {
        let definition = &kind.definition;
        output::line(&format!(
            "{}\t{}\t{}\t{}",
            definition.code, definition.revision, definition.title_vi, definition.title_en
        ));
    }
}

fn regulations(catalogue: &catalogue::Catalogue) {
    let all = catalogue.regulations().all();
    for regulation in all {
        output::line(&format!(
            "{}\t{}",
            regulation.name,
            page::regulations::words(regulation)
        ));
    }
    if all.is_empty() {
        output::line("Danh mục không có quy chế phối hợp nào. / The catalogue has no regulations.");
    }
}

fn show(catalogue: &catalogue::Catalogue, code: &str) -> Result<(), Failure> {
    let kind = KindCode::parse(code)
        .ok()
        .and_then(|code| catalogue.newest(&code).cloned());
    let Some(kind) = kind else {
        return Err(Failure::configuration(
            format!("KIND: không có loại yêu cầu {code}; xem: lienthong catalogue list"),
            format!("KIND: there is no kind {code}; see: lienthong catalogue list"),
        ));
    };
    // Without the anchor of the web page, which stands before the heading.
    let section = page::section(&kind);
    output::text(
        section
            .find("## ")
            .and_then(|start| section.get(start..))
            .unwrap_or(&section),
    );
    Ok(())
}
