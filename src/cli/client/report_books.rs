//! `lienthong report close|targets|campaign`: what a head signs off and assigns.

use std::path::{Path, PathBuf};

use clap::Args;
use lienthong_proto::v1;
use serde::Deserialize;
use serde_json::{Value, json};

use super::connection::ConnectionArgs;
use super::print::{Lines, OutputArgs};
use super::session::{Session, ask, incomplete};
use super::steps::key_or_fresh;
use crate::cli::args::read_text;
use crate::cli::failure::Failure;
use crate::client::reports;
use crate::domain::report::{Parameter, Report};

/// Entries per page.
const PAGE: i32 = 50;

/// See the command's help.
#[derive(Debug, Args)]
pub(super) struct Close {
    /// Kỳ: TK2027, TK2027/6, 2026H1 or 2026-11.
    period: String,
    /// Chỉ xem: shows the figures that would be signed off and their digest, and closes nothing.
    #[arg(long, conflicts_with_all = ["digest", "key"])]
    look: bool,
    /// Mã băm của số liệu đã xem: closes only if the figures still have this digest.
    #[arg(long, env = "LIENTHONG_DIGEST", value_name = "HEX")]
    digest: Option<String>,
    /// Khóa chống trùng: the same key is the same closing.
    #[arg(long, env = "LIENTHONG_KEY", value_name = "KEY")]
    key: Option<String>,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Close {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let session = self.connection.connect().await?;
        if self.look {
            let asked = v1::GetPeriodFiguresRequest { period: self.period };
            let told = ask!(async || session.report_books().get_period_figures(asked.clone()).await)?;
            let mut tables = String::new();
            for report in [Report::ResultsCases, Report::ResultsMoney] {
                tables.push_str(&table(&session, report, &asked.period).await?);
                tables.push('\n');
            }
            self.output.print(
                || {
                    json!({ "figures": told.figures, "figures_digest": told.figures_digest,
                        "closed": told.closing.as_ref().map(closing_object) })
                },
                || {
                    format!(
                        "{tables}Mã băm của mọi số liệu sẽ khóa / digest of all figures to be signed off: {digest}\n\
                         Khóa đúng số liệu này / close just these: lienthong report close {} --digest {digest}\n\
                         Mọi số liệu, từng dòng / every figure: -o json\n",
                        asked.period,
                        digest = told.figures_digest
                    )
                },
            );
            return Ok(());
        }
        let asked = v1::ClosePeriodRequest {
            idempotency_key: key_or_fresh(self.key),
            period: self.period,
            figures_digest: self.digest.unwrap_or_default(),
        };
        let told = ask!(async || session.report_books().close_period(asked.clone()).await)?;
        let closing = told.closing.ok_or_else(|| incomplete("closing"))?;
        self.output
            .print(|| closing_object(&closing), || closing_text(&closing));
        Ok(())
    }
}

/// A report of a period as the screen shows it.
async fn table(session: &Session, report: Report, period: &str) -> Result<String, Failure> {
    let asked = v1::RunReportRequest {
        report: report.as_str().to_owned(),
        parameters: vec![v1::ReportParameter {
            name: Parameter::Period.as_str().to_owned(),
            value: period.to_owned(),
        }],
        format: v1::ReportFormat::Table.into(),
        ..Default::default()
    };
    let (_, file) = ask!(async || reports::run(session.reports(), asked.clone(), |_| ()).await)?;
    Ok(String::from_utf8_lossy(&file).into_owned())
}

fn closing_object(closing: &v1::Closing) -> Value {
    json!({
        "period": closing.period,
        "agency": closing.agency_code,
        "closed_agencies": closing.closed_agency_codes,
        "figures_digest": closing.figures_digest,
        "officer": closing.officer_id,
        "log_index": closing.log_index,
    })
}

fn closing_text(closing: &v1::Closing) -> String {
    let mut lines = Lines::default();
    lines.heading("Đã khóa sổ. / The period is closed.");
    lines.add("Kỳ / period", &closing.period);
    lines.add("Người khóa / by", &closing.officer_id);
    lines.add("Cơ quan / agencies", &closing.closed_agency_codes.join(", "));
    lines.add("Mã băm / digest", &closing.figures_digest);
    lines.add("Biên nhận / receipt", &closing.log_index.to_string());
    lines.finish()
}

/// A file that holds JSON of this form, and nothing else.
fn from_file<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, Failure> {
    let text = read_text("FILE", path)?;
    serde_json::from_str(&text).map_err(|error| {
        Failure::configuration(
            format!("Tệp không đúng mẫu: {error}"),
            format!("The file is not of the form expected: {error}"),
        )
    })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TargetsFile {
    year: i32,
    #[serde(default)]
    units: Vec<UnitLine>,
    #[serde(default)]
    officers: Vec<OfficerLine>,
}

#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[derive(Default)]
struct UnitLine {
    unit_id: String,
    cases_done: String,
    money_done: String,
    cases_carried: String,
    money_carried: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfficerLine {
    officer_id: String,
    month: String,
    #[serde(default)]
    cases: u32,
    #[serde(default)]
    dong: String,
}

/// See the command's help.
#[derive(Debug, Args)]
pub(super) struct Targets {
    /// Tệp JSON chỉ tiêu: the targets of a year, which take the place of former ones; without it those that are set are shown.
    file: Option<PathBuf>,
    /// Khóa chống trùng: the same key is the same set.
    #[arg(long, env = "LIENTHONG_KEY", value_name = "KEY")]
    key: Option<String>,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Targets {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let file: Option<TargetsFile> = self.file.as_deref().map(from_file).transpose()?;
        let session = self.connection.connect().await?;
        let shown = match file {
            None => all_targets(&session).await?,
            Some(file) => {
                let unit = |line: UnitLine| v1::UnitTarget {
                    unit_id: line.unit_id,
                    cases_done: line.cases_done,
                    money_done: line.money_done,
                    cases_carried: line.cases_carried,
                    money_carried: line.money_carried,
                };
                let officer = |line: OfficerLine| v1::OfficerTarget {
                    officer_id: line.officer_id,
                    month: line.month,
                    cases: line.cases,
                    dong: line.dong,
                };
                let asked = v1::SetTargetsRequest {
                    idempotency_key: key_or_fresh(self.key),
                    year: file.year,
                    units: file.units.into_iter().map(unit).collect(),
                    officers: file.officers.into_iter().map(officer).collect(),
                };
                let told = ask!(async || session.report_books().set_targets(asked.clone()).await)?;
                vec![told.targets.ok_or_else(|| incomplete("targets"))?]
            }
        };
        self.output.print(
            || json!({ "targets": shown.iter().map(targets_object).collect::<Value>() }),
            || all_or(&shown, targets_text, "Chưa giao chỉ tiêu nào. / No targets are set.\n"),
        );
        Ok(())
    }
}

async fn all_targets(session: &Session) -> Result<Vec<v1::Targets>, Failure> {
    let mut asked = v1::ListTargetsRequest {
        page_size: PAGE,
        ..Default::default()
    };
    let mut found = Vec::new();
    loop {
        let page = ask!(async || session.report_books().list_targets(asked.clone()).await)?;
        found.extend(page.targets);
        asked.page_token = page.next_page_token;
        if asked.page_token.is_empty() {
            return Ok(found);
        }
    }
}

fn targets_object(targets: &v1::Targets) -> Value {
    let units = targets.units.iter().map(|unit| {
        json!({ "unit_id": unit.unit_id, "cases_done": unit.cases_done, "money_done": unit.money_done,
            "cases_carried": unit.cases_carried, "money_carried": unit.money_carried })
    });
    let officers = targets.officers.iter().map(|officer| {
        json!({ "officer_id": officer.officer_id, "month": officer.month, "cases": officer.cases, "dong": officer.dong })
    });
    json!({ "year": targets.year, "units": units.collect::<Value>(), "officers": officers.collect::<Value>(),
        "version": targets.version, "log_index": targets.log_index })
}

fn targets_text(targets: &v1::Targets) -> String {
    let mut lines = Lines::default();
    lines.heading(&format!(
        "Chỉ tiêu năm thống kê / targets of the statistical year {}",
        targets.year
    ));
    for unit in &targets.units {
        let name = if unit.unit_id.is_empty() {
            "toàn cơ quan / whole"
        } else {
            &unit.unit_id
        };
        lines.add(&format!("{name}: về việc / cases done, %"), &unit.cases_done);
        lines.add(&format!("{name}: về tiền / money done, %"), &unit.money_done);
        lines.add(&format!("{name}: giảm việc / fewer cases, %"), &unit.cases_carried);
        lines.add(&format!("{name}: giảm tiền / less money, %"), &unit.money_carried);
    }
    for officer in &targets.officers {
        let name = format!("{} {}", officer.officer_id, officer.month);
        lines.add(&name, &format!("{} việc, {} đồng", officer.cases, officer.dong));
    }
    lines.add("Biên nhận / receipt", &targets.log_index.to_string());
    lines.finish()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CampaignFile {
    code: String,
    period: String,
    #[serde(default)]
    unit_ids: Vec<String>,
    #[serde(default)]
    tag: String,
    #[serde(default)]
    initiative: String,
    #[serde(default)]
    cases: u32,
    #[serde(default)]
    dong: String,
}

/// See the command's help.
#[derive(Debug, Args)]
pub(super) struct Campaign {
    /// Tệp JSON đợt cao điểm: the campaign, which takes the place of the one of the same code; without it those that are set are shown.
    file: Option<PathBuf>,
    /// Khóa chống trùng: the same key is the same campaign.
    #[arg(long, env = "LIENTHONG_KEY", value_name = "KEY")]
    key: Option<String>,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Campaign {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let file: Option<CampaignFile> = self.file.as_deref().map(from_file).transpose()?;
        let session = self.connection.connect().await?;
        let shown = match file {
            None => all_campaigns(&session).await?,
            Some(file) => {
                let asked = v1::SetCampaignRequest {
                    idempotency_key: key_or_fresh(self.key),
                    campaign: Some(v1::CampaignPlan {
                        code: file.code,
                        period: file.period,
                        unit_ids: file.unit_ids,
                        tag: file.tag,
                        initiative: file.initiative,
                        cases: file.cases,
                        dong: file.dong,
                    }),
                };
                let told = ask!(async || session.report_books().set_campaign(asked.clone()).await)?;
                vec![told.campaign.ok_or_else(|| incomplete("campaign"))?]
            }
        };
        self.output.print(
            || json!({ "campaigns": shown.iter().map(campaign_object).collect::<Value>() }),
            || {
                all_or(
                    &shown,
                    campaign_text,
                    "Chưa có đợt cao điểm nào. / No campaigns are set.\n",
                )
            },
        );
        Ok(())
    }
}

async fn all_campaigns(session: &Session) -> Result<Vec<v1::Campaign>, Failure> {
    let mut asked = v1::ListCampaignsRequest {
        page_size: PAGE,
        ..Default::default()
    };
    let mut found = Vec::new();
    loop {
        let page = ask!(async || session.report_books().list_campaigns(asked.clone()).await)?;
        found.extend(page.campaigns);
        asked.page_token = page.next_page_token;
        if asked.page_token.is_empty() {
            return Ok(found);
        }
    }
}

/// Every one as text, or what to say if there is none.
fn all_or<T>(shown: &[T], text: impl Fn(&T) -> String, none: &str) -> String {
    if shown.is_empty() {
        return none.to_owned();
    }
    shown.iter().map(text).collect()
}

fn campaign_object(campaign: &v1::Campaign) -> Value {
    let plan = campaign.plan.clone().unwrap_or_default();
    json!({ "code": plan.code, "period": plan.period, "unit_ids": plan.unit_ids, "tag": plan.tag, "initiative": plan.initiative,
        "cases": plan.cases, "dong": plan.dong, "version": campaign.version, "log_index": campaign.log_index })
}

fn campaign_text(campaign: &v1::Campaign) -> String {
    let plan = campaign.plan.clone().unwrap_or_default();
    let mut lines = Lines::default();
    lines.heading(&format!("Đợt cao điểm / campaign {}", plan.code));
    lines.add("Thời gian / period", &plan.period);
    lines.add("Đơn vị / units", &plan.unit_ids.join(", "));
    lines.add("Nhãn / tag", &plan.tag);
    lines.add("Loại / initiative", &plan.initiative);
    lines.add(
        "Mục tiêu / to be done",
        &format!("{} việc, {} đồng", plan.cases, plan.dong),
    );
    lines.add("Biên nhận / receipt", &campaign.log_index.to_string());
    lines.finish()
}
