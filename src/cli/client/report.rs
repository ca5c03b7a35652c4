//! `lienthong report`: with a document the step of what arose after an answer; with a word behind it reports.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use lienthong_proto::v1;
use serde_json::{Value, json};

use super::connection::ConnectionArgs;
use super::help_report as help;
use super::print::{Lines, OutputArgs};
use super::report_books;
use super::session::ask;
use super::steps::{CheckedStepCommand, Step};
use super::upload::write_whole;
use crate::app::keep::Progress as _;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::cli::progress::Told;
use crate::client::reports;
use crate::domain::catalogue::rule::Certainty;
use crate::domain::report::{Parameter, Reference};
use crate::grpc::convert::vocabulary::OnWire as _;

/// See the command's help.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(in crate::cli) struct ReportCommand {
    #[command(subcommand)]
    what: Option<What>,
    #[command(flatten)]
    step: CheckedStepCommand,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Danh mục báo cáo: every report, what it takes and on what it rests.
    #[command(after_help = help::LIST)]
    List(Box<List>),
    /// Lập báo cáo: runs a report, or the list behind one of its figures.
    #[command(after_help = help::RUN)]
    Run(Box<Run>),
    /// Khóa sổ: signs off a period that is over; its figures stay as they are.
    #[command(after_help = help::CLOSE)]
    Close(Box<report_books::Close>),
    /// Chỉ tiêu: sets the targets of a statistical year, or shows those that are set.
    #[command(after_help = help::TARGETS)]
    Targets(Box<report_books::Targets>),
    /// Đợt cao điểm: sets a campaign, or shows those that are set.
    #[command(after_help = help::CAMPAIGN)]
    Campaign(Box<report_books::Campaign>),
}

impl ReportCommand {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self.what {
            Some(What::List(command)) => command.run().await,
            Some(What::Run(command)) => command.run().await,
            Some(What::Close(command)) => command.run().await,
            Some(What::Targets(command)) => command.run().await,
            Some(What::Campaign(command)) => command.run().await,
            None => self.step.run(Step::Report).await,
        }
    }
}

/// See the command's help.
#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl List {
    async fn run(self) -> Result<(), Failure> {
        let session = self.connection.connect().await?;
        let told = ask!(async || session.reports().list_reports(v1::ListReportsRequest {}).await)?;
        self.output.print(
            || json!({ "reports": told.reports.iter().map(object).collect::<Value>() }),
            || list_text(&told.reports),
        );
        Ok(())
    }
}

fn localized(text: Option<&v1::LocalizedText>) -> Value {
    text.map_or(Value::Null, |text| json!({ "vi": text.vi, "en": text.en }))
}

fn object(report: &v1::ReportDescription) -> Value {
    let parameters = report.parameters.iter().map(|parameter| {
        json!({
            "name": parameter.name,
            "meaning": localized(parameter.meaning.as_ref()),
            "values": parameter.values,
            "required": parameter.required,
        })
    });
    json!({
        "code": report.code,
        "title": localized(report.title.as_ref()),
        "list": report.list,
        "parameters": parameters.collect::<Value>(),
        "basis": report.basis,
        "certainty": Certainty::from_wire(report.certainty).map(Certainty::as_str),
        "source_lines": report.source_lines,
    })
}

fn list_text(reports: &[v1::ReportDescription]) -> String {
    let mut lines = Lines::default();
    for report in reports {
        let title = report.title.clone().unwrap_or_default();
        lines.heading(&format!("{}: {} / {}", report.code, title.vi, title.en));
        let parameters = report.parameters.iter().map(|parameter| {
            let mark = if parameter.required { "*" } else { "" };
            if parameter.values.is_empty() || parameter.name == Parameter::Figure.as_str() {
                format!("{}{mark}", parameter.name)
            } else {
                format!("{}{mark} ({})", parameter.name, parameter.values.join(", "))
            }
        });
        lines.add("  Tham số / parameters", &parameters.collect::<Vec<_>>().join("; "));
        lines.add("  Căn cứ / basis", &report.basis);
    }
    lines.text("\n* bắt buộc / must be stated. Chi tiết / more: docs/reports.md\n");
    lines.finish()
}

/// How the report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Bảng chữ cho màn hình.
    Table,
    /// CSV for spreadsheets: UTF-8 with a byte order mark.
    Csv,
    /// Sổ tính Excel.
    Xlsx,
    /// JSON for scripts.
    Json,
    /// Trang để in, có biểu đồ.
    Html,
}

impl Format {
    const fn on_wire(self) -> v1::ReportFormat {
        match self {
            Self::Table => v1::ReportFormat::Table,
            Self::Csv => v1::ReportFormat::Csv,
            Self::Xlsx => v1::ReportFormat::Xlsx,
            Self::Json => v1::ReportFormat::Json,
            Self::Html => v1::ReportFormat::Html,
        }
    }
}

/// See the command's help.
#[derive(Debug, Args)]
struct Run {
    /// Báo cáo: its code, or what a table prints behind a figure (`code?name=value&name=value`).
    #[arg(value_name = "REPORT")]
    report: Reference,
    /// Kỳ báo cáo: TK2027, TK2027/6, 2026H1, 2026-11, 2026-10-01..2026-12-31.
    #[arg(long, env = "LIENTHONG_PERIOD", value_name = "PERIOD")]
    period: Option<String>,
    /// Cơ quan báo cáo: code; without it one's own.
    #[arg(long, env = "LIENTHONG_OF", value_name = "CODE")]
    of: Option<String>,
    /// Cơ quan bên kia: code.
    #[arg(long, env = "LIENTHONG_PARTNER", value_name = "CODE")]
    partner: Option<String>,
    /// Đơn vị: id; `-` for what no unit has.
    #[arg(long, env = "LIENTHONG_UNIT", value_name = "ID", allow_hyphen_values = true)]
    unit: Option<String>,
    /// Chấp hành viên, cán bộ: id; `-` for what nobody has.
    #[arg(long, env = "LIENTHONG_OFFICER", value_name = "ID", allow_hyphen_values = true)]
    officer: Option<String>,
    /// Nhãn của việc: for example CREDIT.
    #[arg(long, env = "LIENTHONG_TAG", value_name = "TAG")]
    tag: Option<String>,
    /// Chia dòng theo: unit, officer, initiative, tag, agency, kind, province, month.
    #[arg(long, env = "LIENTHONG_BY", value_name = "WHAT")]
    by: Option<String>,
    /// Loại yêu cầu: code of the kind.
    #[arg(long, env = "LIENTHONG_KIND", value_name = "CODE")]
    kind: Option<String>,
    /// Tỉnh, thành phố của bên gửi: 2 digits.
    #[arg(long, env = "LIENTHONG_PROVINCE", value_name = "CODE", allow_hyphen_values = true)]
    province: Option<String>,
    /// Số liệu cần mở danh sách: key of a column.
    #[arg(long, env = "LIENTHONG_FIGURE", value_name = "KEY")]
    figure: Option<String>,
    /// Tham số khác: any other parameter of the report, several times if need be.
    #[arg(
        long = "with",
        env = "LIENTHONG_WITH",
        value_name = "NAME=VALUE",
        value_delimiter = ';'
    )]
    with: Vec<String>,
    /// Cách ghi: a table for the screen, CSV, XLSX, JSON or a page to print.
    #[arg(long, env = "LIENTHONG_FORMAT", value_name = "FORMAT", default_value = "table")]
    format: Format,
    /// Tệp kết quả: where to write it, at which there must be nothing; without it stdout.
    #[arg(short = 'O', long, env = "LIENTHONG_OUT", value_name = "FILE")]
    out: Option<PathBuf>,
    /// Ghi đè: takes the place of a file that is there.
    #[arg(long, requires = "out")]
    overwrite: bool,
    /// Số dòng của danh sách: at most, 1 to 20000.
    #[arg(
        long,
        env = "LIENTHONG_ROWS",
        value_name = "N",
        default_value_t = 0,
        hide_default_value = true
    )]
    rows: i32,
    /// Trang sau: the token that the page before told on stderr.
    #[arg(long, env = "LIENTHONG_PAGE", value_name = "TOKEN", default_value = "")]
    page: String,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Run {
    async fn run(self) -> Result<(), Failure> {
        self.check_place()?;
        let asked = v1::RunReportRequest {
            report: self.report.report.to_string(),
            parameters: self.parameters()?,
            format: self.format.on_wire().into(),
            page_size: self.rows,
            page_token: self.page.clone(),
        };
        let session = self.connection.connect().await?;
        let told = Told::new("Đang nhận báo cáo", "receiving the report");
        let (head, file) = ask!(async || {
            let received = |bytes| told.step("byte", bytes);
            reports::run(session.reports(), asked.clone(), received).await
        })?;
        drop(told);
        match &self.out {
            Some(path) => {
                write_whole(path, &file)?;
                let path = path.display();
                output::error(&format!(
                    "Đã ghi {path}: {} dòng, {} byte. / Written: {} rows, {} bytes.\n",
                    head.rows, head.size, head.rows, head.size
                ));
            }
            None => output::bytes(&file),
        }
        if !head.next_page_token.is_empty() {
            output::error(&format!("Còn trang sau / more: --page {}\n", head.next_page_token));
        }
        Ok(())
    }

    /// Nothing is written over silently, and no workbook to a screen; told before the hub is asked.
    fn check_place(&self) -> Result<(), Failure> {
        if let Some(path) = self.out.as_deref().filter(|path| !self.overwrite && is_there(path)) {
            let path = path.display();
            return Err(Failure::configuration(
                format!("-O: {path} đã có; nêu tên khác hoặc thêm --overwrite"),
                format!("-O: {path} is there already; name another file or add --overwrite"),
            ));
        }
        if self.format == Format::Xlsx && self.out.is_none() && std::io::stdout().is_terminal() {
            return Err(Failure::configuration(
                "--format xlsx: nêu tệp kết quả bằng -O",
                "--format xlsx: name a file with -O",
            ));
        }
        Ok(())
    }

    /// What the reference says, and the options over it.
    fn parameters(&self) -> Result<Vec<v1::ReportParameter>, Failure> {
        let stated = [
            (Parameter::Period, &self.period),
            (Parameter::Agency, &self.of),
            (Parameter::Partner, &self.partner),
            (Parameter::Unit, &self.unit),
            (Parameter::Officer, &self.officer),
            (Parameter::Tag, &self.tag),
            (Parameter::By, &self.by),
            (Parameter::Kind, &self.kind),
            (Parameter::Province, &self.province),
            (Parameter::Figure, &self.figure),
        ];
        let stated = stated
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.clone()?)));
        let mut reference = stated.fold(self.report.clone(), |reference, (name, value)| {
            reference.with(name, value)
        });
        for pair in &self.with {
            let known = pair
                .split_once('=')
                .and_then(|(name, value)| Some((name.parse().ok()?, value)));
            let (name, value): (Parameter, &str) = known.ok_or_else(|| {
                let known = Parameter::ALL.iter().map(|name| name.as_str()).collect::<Vec<_>>();
                let known = known.join(", ");
                Failure::configuration(
                    format!("--with: cần dạng NAME=VALUE; tên là một trong: {known}"),
                    format!("--with: expected NAME=VALUE; names: {known}"),
                )
            })?;
            reference = reference.with(name, value);
        }
        let parameters = reference.parameters().map(|(name, value)| v1::ReportParameter {
            name: name.to_string(),
            value: value.to_owned(),
        });
        Ok(parameters.collect())
    }
}

fn is_there(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok()
}
