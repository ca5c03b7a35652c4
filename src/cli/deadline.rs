//! `lienthong deadline`: when something is due, and why. Without a hub it counts on the catalogue and the calendar of the
//! binary, by the same function as the hub.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiff::civil::Date;
use lienthong_proto::v1;
use serde_json::{Value, json};

use super::args::{self, read_text};
use super::calendar::{embedded, no_data};
use super::catalogue::Source;
use super::client::connection::ConnectionArgs;
use super::client::tracking::computed;
use super::failure::Failure;
use super::output;
use crate::domain::catalogue::Catalogue;
use crate::domain::catalogue::kind::Kind;
use crate::domain::catalogue::rule::Nature;
use crate::domain::deadline::tracking::{ComputedClock, Question, compute_all, order_payload};
use crate::domain::ids::KindCode;
use crate::domain::time::Timestamp;
use crate::domain::workflow::Party;
use crate::grpc::convert::localized;

/// See the command's help.
#[derive(Debug, Args)]
pub(super) struct Deadline {
    /// Mã loại yêu cầu: code of the kind, for example `account-freeze`.
    kind: String,
    /// Tính từ: RFC 3339, or a date or date and time in Viet Nam, for example `2026-11-20` or `2026-11-20T09:00`. For
    /// deadlines that are counted backwards, the event.
    #[arg(long, env = "LIENTHONG_FROM", value_name = "TIME")]
    from: String,
    /// Tên thời hạn: only this deadline, for example `answer`.
    #[arg(long, env = "LIENTHONG_CLOCK", value_name = "NAME")]
    clock: Option<String>,
    /// Ngày xác định luật áp dụng: the date that decides which law applies, instead of the date of `--from`.
    #[arg(long, env = "LIENTHONG_REGIME", value_name = "DATE")]
    regime: Option<String>,
    /// Nội dung yêu cầu: a JSON file with the order or its payload; decides conditions.
    #[arg(long, env = "LIENTHONG_ORDER", value_name = "FILE")]
    order: Option<PathBuf>,
    /// Cách in: a table for people, or JSON.
    #[arg(
        short,
        long,
        env = "LIENTHONG_OUTPUT",
        value_name = "FORMAT",
        default_value = "table"
    )]
    output: Format,
    #[command(flatten)]
    source: Source,
    /// With --hub or --profile the hub counts, on its own catalogue and calendar.
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// How the answer is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people, Vietnamese first.
    Table,
    /// For programs: a list of objects.
    Json,
}

impl Deadline {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let from = moment(&self.from)?;
        let regime_date = self.regime.as_deref().map(regime_date).transpose()?;
        let order = self.order.as_deref().map(order).transpose()?;
        let (title, clocks) = if self.connection.names_a_hub() {
            let asked = v1::ComputeDeadlineRequest {
                kind: self.kind,
                from: from.to_rfc3339(),
                deadline_name: self.clock.unwrap_or_default(),
                regime_date: regime_date.map(|date| date.to_string()).unwrap_or_default(),
                order: order.map(|order| order.to_string()).unwrap_or_default(),
                ..Default::default()
            };
            computed(&self.connection, asked).await?
        } else {
            let catalogue = self.source.load()?;
            let kind = known_kind(&catalogue, &self.kind)?;
            if let Some(clock) = &self.clock {
                check_clock(kind, clock)?;
            }
            let question = Question {
                from,
                clock: self.clock.as_deref(),
                regime_date,
                order_payload: order.as_ref(),
            };
            let clocks = compute_all(&kind.definition.deadlines, &question, &embedded()?).map_err(|missing| {
                let (vi, en) = no_data(missing.0);
                Failure::failed(vi, en)
            })?;
            (title(kind), clocks.iter().map(object).collect())
        };
        match self.output {
            Format::Json => output::line(&format!("{:#}", Value::Array(clocks))),
            Format::Table => output::text(&table(&title, from, &clocks)),
        }
        Ok(())
    }
}

fn title(kind: &Kind) -> v1::LocalizedText {
    localized(&kind.definition.title_vi, &kind.definition.title_en)
}

fn known_kind<'a>(catalogue: &'a Catalogue, code: &str) -> Result<&'a Kind, Failure> {
    let parsed = KindCode::parse(code).ok();
    let kind = parsed.and_then(|code| catalogue.newest(&code));
    kind.map(AsRef::as_ref).ok_or_else(|| {
        let mut codes: Vec<&str> = catalogue.kinds().map(|kind| kind.code().as_str()).collect();
        codes.dedup();
        let codes = codes.join(", ");
        Failure::configuration(
            format!("KIND: không có loại yêu cầu {code}; các loại: {codes}"),
            format!("KIND: there is no kind {code}; the kinds are: {codes}"),
        )
    })
}

fn check_clock(kind: &Kind, clock: &str) -> Result<(), Failure> {
    let mut names: Vec<&str> = kind
        .definition
        .deadlines
        .iter()
        .map(|rule| rule.name.as_str())
        .collect();
    if names.contains(&clock) {
        return Ok(());
    }
    names.sort_unstable();
    names.dedup();
    let names = names.join(", ");
    Err(Failure::configuration(
        format!("--clock: {} không có thời hạn {clock}; có: {names}", kind.code()),
        format!("--clock: {} has no deadline {clock}; there are: {names}", kind.code()),
    ))
}

fn moment(text: &str) -> Result<Timestamp, Failure> {
    args::moment(text).ok_or_else(|| {
        Failure::configuration(
            "--from: cần thời điểm dạng 2026-11-20T09:00:00+07:00, 2026-11-20T09:00 hoặc 2026-11-20",
            "--from: expected a time as 2026-11-20T09:00:00+07:00, 2026-11-20T09:00 or 2026-11-20",
        )
    })
}

fn regime_date(text: &str) -> Result<Date, Failure> {
    let date = text.parse::<Date>().ok().filter(|date| date.to_string() == text);
    date.ok_or_else(|| {
        Failure::configuration(
            "--regime: cần ngày dạng YYYY-MM-DD, ví dụ 2026-06-30",
            "--regime: expected a date as YYYY-MM-DD, for example 2026-06-30",
        )
    })
}

fn order(path: &std::path::Path) -> Result<Value, Failure> {
    order_payload(&read_text("--order", path)?).map_err(|error| {
        Failure::configuration(
            format!("--order: tệp không phải JSON của nội dung yêu cầu: {error}"),
            format!("--order: the file is not the JSON of an order: {error}"),
        )
    })
}

fn object(clock: &ComputedClock) -> Value {
    let condition = clock.condition.as_ref();
    json!({
        "name": clock.name,
        "obligor": clock.obligor.as_str(),
        "due_time": clock.due.to_rfc3339(),
        "nature": clock.nature.as_str(),
        "article": clock.basis,
        "certainty": clock.certainty.as_str(),
        "immediately": clock.is_immediate(),
        "regime": clock.regime.as_str(),
        "starts_on": clock.starts_on.as_str(),
        "condition": condition.map(|condition| json!({"pointer": condition.pointer, "equals": condition.equals})),
        "limit": { "vi": clock.limit.label_vi(), "en": clock.limit.label_en() },
        "note": clock.note,
        "trace": clock.trace,
    })
}

fn table(title: &v1::LocalizedText, from: Timestamp, clocks: &[Value]) -> String {
    let mut text = format!("{} / {}\nTính từ / from: {}\n", title.vi, title.en, from.to_rfc3339());
    if clocks.is_empty() {
        text.push_str("\nKhông có thời hạn nào áp dụng.\nNo deadline applies.\n");
    }
    for clock in clocks {
        text.push('\n');
        text.push_str(&lines(clock));
    }
    text
}

fn lines(clock: &Value) -> String {
    let read = |pointer: &str| clock.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let who = match read("/obligor").parse() {
        Ok(Party::Sender) => "nơi gửi / sender",
        Ok(Party::Recipient) => "nơi nhận / recipient",
        Ok(Party::Hub) | Err(_) => "cổng / hub",
    };
    let nature = match read("/nature").parse() {
        Ok(Nature::Law) => "luật định / law",
        Ok(Nature::Policy) | Err(_) => "chỉ tiêu nội bộ / internal target",
    };
    let condition = clock
        .pointer("/condition/equals")
        .map(|equals| format!("{} = {equals}", read("/condition/pointer")));
    let mut text = String::new();
    let mut line = |name: &str, value: &str| {
        if !value.is_empty() {
            text.extend(["  ", name, ": ", value, "\n"]);
        }
    };
    line("Thời hạn / deadline", &format!("{} ({who})", read("/name")));
    line("Hạn chót / due", read("/due_time"));
    line("Mức / limit", &format!("{} / {}", read("/limit/vi"), read("/limit/en")));
    line(
        "Căn cứ / basis",
        &format!("{} [{nature}; {}]", read("/article"), read("/certainty")),
    );
    line("Luật áp dụng / regime", read("/regime"));
    line("Điều kiện / condition", &condition.unwrap_or_default());
    line("Ghi chú / note", read("/note"));
    text.push_str("  Cách tính thời hạn / trace:\n");
    for step in clock.get("trace").and_then(Value::as_array).into_iter().flatten() {
        let read = |member: &str| step.get(member).and_then(Value::as_str).unwrap_or_default();
        text.extend(["    ", read("date"), "  ", read("vi"), " / ", read("en"), "\n"]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_without_an_offset_is_on_the_clock_in_viet_nam() {
        let read = |text: &str| moment(text).unwrap().to_rfc3339();
        assert_eq!(read("2026-11-20"), "2026-11-20T00:00:00+07:00");
        assert_eq!(read("2026-11-20T09:30"), "2026-11-20T09:30:00+07:00");
        assert_eq!(read("2026-11-20T09:30:00Z"), "2026-11-20T16:30:00+07:00");
        assert!(moment("20/11/2026").is_err() && regime_date("2026-13-01").is_err());
    }

    #[test]
    fn programs_read_a_list_of_objects() {
        let catalogue = Catalogue::embedded().unwrap();
        let kind = known_kind(&catalogue, "land-information").ok().unwrap();
        let question = Question {
            from: moment("2026-11-20").ok().unwrap(),
            clock: Some("answer"),
            regime_date: None,
            order_payload: None,
        };
        let clocks = compute_all(&kind.definition.deadlines, &question, &embedded().ok().unwrap()).unwrap();
        let told = object(&clocks[0]);
        assert_eq!(told["due_time"], "2026-11-26T23:59:59.999999+07:00");
        assert_eq!((&told["nature"], &told["immediately"]), (&json!("law"), &json!(false)));
        assert!(table(&title(kind), question.from, &[told]).contains("thứ Ba 24/11/2026: ngày lễ"));
    }
}
