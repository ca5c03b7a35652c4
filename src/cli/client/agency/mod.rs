//! `lienthong agency`: the registry of agencies, for its operator: the import of files, templates for them, a synthetic national set,
//! and what the hub has.

mod faults;
mod plan;
#[cfg(test)]
mod plan_tests;
mod read;
mod send;
mod sheet;
mod show;
mod synthetic;
mod wanted;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use lienthong_proto::v1;
use serde_json::{Value, json};

use super::connection::ConnectionArgs;
use super::help_agency as help;
use super::print::{OutputArgs, Table};
use super::session::{Session, ask};
use super::upload::write_whole;
use crate::cli::failure::Failure;
use crate::cli::output;
use faults::Faults;
use plan::{Known, Planned, plan};
use read::read_files;
use send::{Sent, log_size, send, steps};
use sheet::Sheet;
use wanted::{Wanted, wanted};

/// See the command's help.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Agency {
    /// Nhập: enters or changes agencies, units, former names, officers and certificates from CSV files or an XLSX workbook, as the
    /// operator. Everything is checked first; safe to run again.
    #[command(after_help = help::IMPORT)]
    Import(Import),
    /// Tệp mẫu: writes the CSV files of an import, each with its heading and an example that is commented out.
    #[command(after_help = help::TEMPLATE)]
    Template(Folder),
    /// Bộ dữ liệu giả lập: writes a synthetic national set (34 provinces, 355 regional courts and enforcement offices, 40 banks, land
    /// offices, police) as files to import into a hub for trials.
    #[command(after_help = help::SYNTHETIC)]
    Synthetic(Folder),
    /// Liệt kê: the agencies of the hub, by code.
    #[command(after_help = help::LIST)]
    List(show::List),
    /// Xem: one agency; with its officers and certificates for itself and for operators.
    #[command(after_help = help::SHOW)]
    Show(show::Show),
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct Import {
    /// Thư mục, tệp .xlsx hoặc agencies.csv: a folder with agencies.csv and, if wanted, units.csv, aliases.csv, officers.csv and
    /// credentials.csv; a workbook with sheets of these names; or agencies.csv alone.
    path: PathBuf,
    /// Chỉ kiểm tra: checks everything and tells what would change; sends nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct Folder {
    /// Thư mục: where to; made if it is not there. Files that are there are not written over.
    dir: PathBuf,
}

impl Agency {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self {
            Self::Import(import) => Box::pin(import.run()).await,
            Self::Template(folder) => folder.write(synthetic::templates()),
            Self::Synthetic(folder) => folder.write(synthetic::files()),
            Self::List(list) => list.run().await,
            Self::Show(show) => show.run().await,
        }
    }
}

impl Folder {
    fn write(&self, files: Vec<(Sheet, String)>) -> Result<(), Failure> {
        std::fs::create_dir_all(&self.dir).map_err(|error| Failure::file("DIR", &self.dir, &error))?;
        let path = |sheet: Sheet| self.dir.join(format!("{}.csv", sheet.name()));
        if let Some(there) = files.iter().map(|(sheet, _)| path(*sheet)).find(|path| path.exists()) {
            let there = there.display();
            return Err(Failure::configuration(
                format!("DIR: đã có tệp {there}; chọn thư mục khác"),
                format!("DIR: {there} is there already; choose another folder"),
            ));
        }
        for (sheet, text) in files {
            write_whole(&path(sheet), text.as_bytes())?;
            output::line(&path(sheet).display().to_string());
        }
        Ok(())
    }
}

impl Import {
    async fn run(self) -> Result<(), Failure> {
        let mut faults = Faults::default();
        let files = read_files(&self.path, &mut faults)?;
        let all = wanted(&files, &mut faults);
        let (session, size, known) = match self.hub(&all).await {
            Ok(hub) => hub,
            // What is wrong with the files can be told without a hub.
            Err(failure) => return faults.finish().and(Err(failure)),
        };
        let planned = plan(&all, &known, session.now(), &mut faults);
        faults.finish()?;
        let report = Report::of(self.path.as_path(), self.dry_run, &planned);
        let sent = if self.dry_run {
            Sent::default()
        } else {
            send(&session, steps(planned, size)).await?
        };
        self.output.print(|| report.value(&sent), || report.text(&sent));
        let (refused, left) = (sent.refused.len(), sent.left);
        if refused == 0 {
            return Ok(());
        }
        Err(Failure::failed(
            format!("{refused} dòng bị từ chối, {left} việc chưa gửi; sửa rồi chạy lại: việc đã xong không làm lại."),
            format!(
                "{refused} rows were refused, {left} calls not sent; put it right and run again: what is done is not done twice."
            ),
        ))
    }

    /// The hub, the size of its log, and what it has of the agencies.
    async fn hub(&self, all: &BTreeMap<String, Wanted>) -> Result<(Session, i64, Known), Failure> {
        let session = self.connection.connect().await?;
        let size = log_size(&session).await?;
        let agencies = show::all(&session, v1::ListAgenciesRequest::default()).await?;
        let agencies = agencies.into_iter().map(|agency| (agency.code.clone(), agency));
        let mut known = Known {
            agencies: agencies.collect(),
            ..Known::default()
        };
        for (code, wanted) in all {
            let names_staff = !wanted.officers.is_empty() || !wanted.credentials.is_empty();
            if names_staff && known.agencies.contains_key(code) {
                let asked = v1::GetAgencyRequest { code: code.clone() };
                let staff = ask!(async || session.agencies().get_agency(asked.clone()).await)?;
                known.staff.insert(code.clone(), staff);
            }
        }
        Ok((session, size, known))
    }
}

/// What would change, kept while it is sent.
struct Report {
    path: String,
    dry_run: bool,
    lines: Vec<Line>,
    unchanged: usize,
}

struct Line {
    code: String,
    file: String,
    row: u64,
    is_new: bool,
    what: Vec<String>,
}

impl Report {
    fn of(path: &Path, dry_run: bool, planned: &BTreeMap<String, Planned>) -> Self {
        let changes = planned.iter().filter(|(_, one)| !one.is_unchanged());
        let lines: Vec<Line> = changes
            .map(|(code, one)| {
                let members = one.changed.iter().map(|column| (*column).to_owned());
                let counted = [("officers", one.officers.len()), ("credentials", one.credentials.len())];
                let counted = counted.into_iter().filter(|(_, count)| *count > 0);
                Line {
                    code: code.clone(),
                    file: one.place.file.clone(),
                    row: one.place.row,
                    is_new: one.is_new,
                    what: members
                        .chain(counted.map(|(name, count)| format!("{name}: {count}")))
                        .collect(),
                }
            })
            .collect();
        Self {
            path: path.display().to_string(),
            dry_run,
            unchanged: planned.len().saturating_sub(lines.len()),
            lines,
        }
    }

    fn counts(&self) -> (usize, usize) {
        let new = self.lines.iter().filter(|line| line.is_new).count();
        (new, self.lines.len().saturating_sub(new))
    }

    fn value(&self, sent: &Sent) -> Value {
        let (new, changed) = self.counts();
        let lines = self.lines.iter().map(|line| {
            json!({
                "agency_code": line.code,
                "file": line.file,
                "row": line.row,
                "change": if line.is_new { "NEW" } else { "CHANGED" },
                "members": line.what,
            })
        });
        json!({
            "path": self.path,
            "dry_run": self.dry_run,
            "new": new,
            "changed": changed,
            "unchanged": self.unchanged,
            "agencies": lines.collect::<Value>(),
            "calls_done": sent.done,
            "calls_left": sent.left,
            "refused": sent.refused.iter().map(send::Refused::value).collect::<Value>(),
        })
    }

    fn text(&self, sent: &Sent) -> String {
        let mut table = Table::new(&["Mã / code", "Dòng / row", "Thay đổi / change", "Gồm / what"]);
        for line in &self.lines {
            let change = if line.is_new {
                "mới / new"
            } else {
                "thay đổi / changed"
            };
            table.row(&[
                line.code.clone(),
                format!("{}:{}", line.file, line.row),
                change.to_owned(),
                line.what.join(", "),
            ]);
        }
        let mut text = if table.is_empty() {
            String::new()
        } else {
            table.text("")
        };
        let ((new, changed), unchanged) = (self.counts(), self.unchanged);
        writeln!(text,
            "Cơ quan: {new} mới, {changed} thay đổi, {unchanged} như cũ. / Agencies: {new} new, {changed} changed, {unchanged} unchanged."
        ).ok();
        if self.dry_run {
            text.push_str("Chỉ kiểm tra, chưa gửi gì. / A dry run: nothing was sent.\n");
        } else {
            let (done, refused, left) = (sent.done, sent.refused.len(), sent.left);
            writeln!(text,
                "Đã ghi {done}, bị từ chối {refused}, chưa gửi {left}. / {done} entered, {refused} refused, {left} not sent."
            ).ok();
        }
        text
    }
}
