//! `lienthong doctor`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::json;

use super::args::DatabaseArgs;
use super::failure::Failure;
use super::output;
use crate::app::keep::doctor::{Finding, Grade, Patient, examine};
use crate::blobs::{BucketAddress, DocumentPlace, free_space};
use crate::domain::time::Clock as _;
use crate::server::clock::SystemClock;
use crate::store::Database;

/// See the command's help.
#[derive(Debug, Args)]
pub(super) struct Doctor {
    #[command(flatten)]
    database: DatabaseArgs,
    /// Thư mục tài liệu của cổng: as `serve` has it. Default with SQLite: `documents` beside the file.
    #[arg(long, env = "LIENTHONG_DOCUMENTS", value_name = "DIR")]
    documents: Option<PathBuf>,
    /// Kho tài liệu (S3) của cổng: as `serve` has it.
    #[arg(long, env = "LIENTHONG_DOCUMENTS_BUCKET", value_name = "URL")]
    documents_bucket: Option<BucketAddress>,
    /// Dạng kết quả: a table for people or JSON for programs.
    #[arg(
        short = 'o',
        long,
        env = "LIENTHONG_OUTPUT",
        value_name = "FORM",
        default_value = "table"
    )]
    output: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For people.
    Table,
    /// For programs.
    Json,
}

impl Doctor {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let database = self.database.database()?;
        let beside = match &database {
            Database::Sqlite(file) => Some(file.with_file_name("documents")),
            Database::Postgres(_) => None,
        };
        let patient = Patient {
            documents: self.documents.or(beside).map(|folder| DocumentPlace {
                folder,
                bucket: self.documents_bucket,
            }),
            database,
            now: SystemClock.now(),
            free_space,
        };
        let findings = examine(&patient).await?;
        let worst = findings.iter().map(|finding| finding.grade).max().unwrap_or(Grade::Ok);
        match self.output {
            Form::Table => findings.iter().for_each(|finding| output::text(&table(finding))),
            Form::Json => output::line(&document(&findings, worst)),
        }
        match worst {
            Grade::Ok | Grade::Warn => Ok(()),
            Grade::Fail => Err(Failure::failed(
                "Có điều không ổn (FAIL); xem kết quả ở trên.",
                "Something is wrong (FAIL); see above.",
            )),
        }
    }
}

fn table(finding: &Finding) -> String {
    let Finding {
        check,
        grade,
        vi,
        en,
        advice: (do_vi, do_en),
    } = finding;
    let first = format!("{:<5} {check:<12} {vi}\n", grade.as_str());
    let below = [en.as_str(), do_vi, do_en];
    let below = below.iter().filter(|text| !text.is_empty());
    below.fold(first, |text, line| format!("{text}{:<19}{line}\n", ""))
}

fn document(findings: &[Finding], worst: Grade) -> String {
    let findings: Vec<serde_json::Value> = findings
        .iter()
        .map(|finding| {
            json!({
                "check": finding.check,
                "grade": finding.grade.as_str(),
                "vi": finding.vi,
                "en": finding.en,
                "do_vi": finding.advice.0,
                "do_en": finding.advice.1,
            })
        })
        .collect();
    json!({ "verdict": worst.as_str(), "findings": findings }).to_string()
}
