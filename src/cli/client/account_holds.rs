//! `lienthong measures on-account`: all that is known to hold one account.

use clap::Args;
use lienthong_proto::v1;
use serde_json::{Value, json};

use super::connection::ConnectionArgs;
use super::content::read_document;
use super::print::{Lines, OutputArgs, plain};
use super::session::{Session, ask};
use super::{show, view, words};
use crate::cli::failure::Failure;
use crate::cli::output::date;
use crate::domain::enforcement_case::OrderPurpose;
use crate::domain::workflow::State;
use crate::grpc::convert::vocabulary::OnWire as _;

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct OnAccount {
    /// Số tài khoản: the account's number; `-` reads it from standard input, so that it stands in no history.
    account: String,
    /// Nơi giữ tài khoản: only at this holder. Two banks may have accounts with the same number.
    #[arg(long, env = "LIENTHONG_HOLDER", value_name = "CODE")]
    holder: Option<String>,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl OnAccount {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let account = if self.account == "-" {
            read_document("-".as_ref())?.trim().to_owned()
        } else {
            self.account
        };
        let session = self.connection.connect().await?;
        let asked = v1::ListAccountHoldsRequest {
            account,
            holder_agency_code: self.holder.unwrap_or_default(),
            ..Default::default()
        };
        let (holds, incomplete) = all(&session, asked).await?;
        self.output.print(
            || json!({ "holds": holds.iter().map(in_json).collect::<Value>(), "incomplete": incomplete }),
            || in_text(&holds, incomplete),
        );
        Ok(())
    }
}

async fn all(
    session: &Session,
    mut asked: v1::ListAccountHoldsRequest,
) -> Result<(Vec<v1::AccountHold>, bool), Failure> {
    asked.page_size = 50;
    let (mut holds, mut incomplete) = (Vec::new(), false);
    loop {
        let page = ask!(async || session.requests().list_account_holds(asked.clone()).await)?;
        holds.extend(page.holds);
        incomplete |= page.incomplete;
        asked.page_token = page.next_page_token;
        if asked.page_token.is_empty() {
            return Ok((holds, incomplete));
        }
    }
}

fn in_json(hold: &v1::AccountHold) -> Value {
    let order = hold.enforcement_request.as_ref().map(|request| {
        let mut order = view::envelope(request);
        let measures: Value = request.measures.iter().map(view::measure).collect();
        view::set(&mut order, "measures", measures);
        order
    });
    let statement = |statement: &v1::AccountStatement| {
        let lines = statement.lines.iter();
        json!({
            "action": words::action(statement.action),
            "entry_time": view::time(statement.entry_time),
            "log_index": statement.log_index,
            "current": statement.current,
            "omitted_lines": statement.omitted_lines,
            "lines": lines.map(|line| json!({ "document": line.json, "text_vi": line.text_vi })).collect::<Value>(),
        })
    };
    json!({
        "purpose": words::order_purpose(hold.purpose),
        "authority_agency_code": view::text(&hold.authority_agency_code),
        "decision_number": view::text(&hold.decision_number),
        "decision_date": view::text(&hold.decision_date),
        "enforcement_request": order,
        "measure": hold.measure.as_ref().map(view::measure),
        "statements": hold.statements.iter().map(statement).collect::<Value>(),
        "omitted_statements": hold.omitted_statements,
    })
}

fn in_text(holds: &[v1::AccountHold], incomplete: bool) -> String {
    let mut lines = Lines::default();
    if holds.is_empty() {
        lines.text(
            "Chưa ghi nhận văn bản nào phong tỏa, khấu trừ tài khoản này. / Nothing is known to hold this account.\n",
        );
    }
    for (number, hold) in (1..).zip(holds) {
        let of_order = hold.enforcement_request.iter().flat_map(|request| &request.measures);
        let measures: Vec<&v1::Measure> = of_order.chain(&hold.measure).collect();
        lines.heading(&format!("{number}. {}", standing(hold, &measures)));
        let (issuer, holder, kind) = parties(hold);
        let asks = OrderPurpose::from_wire(hold.purpose) == Some(OrderPurpose::Other);
        let (by, paper) = if asks {
            ("Cơ quan yêu cầu / asked by", "Văn bản yêu cầu / letter")
        } else {
            ("Cơ quan ra quyết định / authority", "Quyết định / decision")
        };
        lines.add(by, &hold.authority_agency_code);
        if !hold.authority_agency_code.is_empty() && issuer != hold.authority_agency_code {
            lines.add("Nay thuộc / now of", issuer);
        }
        lines.add(paper, &decision(hold));
        lines.add("Nơi giữ / holder", holder);
        lines.add("Loại / kind", kind);
        if let Some(request) = &hold.enforcement_request {
            lines.add("Mã yêu cầu / request", &request.enforcement_request_id);
            lines.add("Gửi lúc / sent", &words::clock(request.submit_time));
            let state = words::state_vi(request.state);
            let outcome = Some(&request.outcome).filter(|outcome| !outcome.is_empty());
            let outcome = outcome.map(|outcome| format!(", {outcome}")).unwrap_or_default();
            lines.add("Trạng thái / state", &format!("{state}{outcome}"));
        }
        for measure in measures {
            lines.add("Biện pháp / measure", &measure.measure_id);
            lines.add("Có hiệu lực từ / since", &words::clock(measure.start_time));
            lines.add("Hết hiệu lực / ended", &words::clock(measure.end_time));
            lines.add("Đang giữ theo quyết định / held", &show::amounts(&measure.held));
            lines.add("Thay đổi gần nhất do / last changed by", &measure.changed_by_request_id);
        }
        if hold.omitted_statements > 0 {
            let count = hold.omitted_statements;
            lines.text(&format!(
                "  … {count} văn bản khác không nêu ở đây / {count} other documents are left off\n"
            ));
        }
        for statement in &hold.statements {
            let (time, action) = (words::clock(statement.entry_time), words::action_vi(statement.action));
            let stands = if statement.current {
                ""
            } else {
                " (đã có văn bản sau thay thế / replaced since)"
            };
            for line in &statement.lines {
                lines.text(&format!("  {time} {action}{stands}: {}\n", plain(&line.text_vi)));
            }
            if statement.omitted_lines > 0 {
                let count = statement.omitted_lines;
                lines.text(&format!("  … {count} dòng nữa / more lines\n"));
            }
        }
    }
    if !holds.is_empty() {
        lines.heading(
            "Cổng chỉ nêu những gì đã biết, không xếp thứ tự, không phân chia số tiền. / The hub shows what is known; it ranks and allots nothing.",
        );
    }
    if incomplete {
        lines.heading(
            "Đang rà soát văn bản cũ: có thể còn thiếu, hãy hỏi lại sau. / Older documents are still being looked through: ask again.",
        );
    }
    lines.finish()
}

/// What an order or measure does to the account now.
fn standing(hold: &v1::AccountHold, measures: &[&v1::Measure]) -> &'static str {
    let is_open = hold
        .enforcement_request
        .as_ref()
        .is_some_and(|request| State::from_wire(request.state).is_some_and(State::is_open));
    if let Some(outside) = &hold.measure {
        return if outside.in_force {
            "Biện pháp từ ngoài cổng, đang có hiệu lực / a measure from outside the hub, in force"
        } else {
            "Biện pháp từ ngoài cổng, đã hết hiệu lực / a measure from outside the hub that has ended"
        };
    }
    if measures.iter().any(|measure| measure.in_force) {
        return "Có biện pháp đang có hiệu lực; với tài khoản này xem từng dòng / a measure is in force; its lines say what of this account";
    }
    if !measures.is_empty() {
        return "Biện pháp đã hết hiệu lực / its measure has ended";
    }
    match OrderPurpose::from_wire(hold.purpose) {
        Some(OrderPurpose::Other) => {
            "Trả lời nêu quyết định phong tỏa của cơ quan khác / an answer that names another authority's hold"
        }
        Some(OrderPurpose::Releases) if is_open => "Giải tỏa, chưa có kết quả / a release, not answered yet",
        Some(OrderPurpose::Releases) => "Giải tỏa / a release",
        Some(OrderPurpose::Takes) if is_open => "Khấu trừ, chưa có kết quả / a debit, not answered yet",
        Some(OrderPurpose::Takes) => "Khấu trừ / a debit",
        Some(OrderPurpose::Holds | OrderPurpose::Binds) | None if is_open => "Chưa có kết quả / not answered yet",
        Some(OrderPurpose::Holds | OrderPurpose::Binds) | None => "Không có biện pháp / no measure",
    }
}

fn parties(hold: &v1::AccountHold) -> (&str, &str, &str) {
    let of_order = hold.enforcement_request.as_ref();
    let of_order = of_order.map(|order| (&order.sender_agency_code, &order.recipient_agency_code, &order.kind));
    let of_measure = hold.measure.as_ref();
    let of_measure = of_measure.map(|held| (&held.issuer_agency_code, &held.holder_agency_code, &held.kind));
    of_order
        .or(of_measure)
        .map_or(("", "", ""), |(issuer, holder, kind)| (issuer, holder, kind))
}

fn decision(hold: &v1::AccountHold) -> String {
    let office = hold.measure.as_ref().map(|measure| measure.decision_office.as_str());
    let office = office.filter(|office| !office.is_empty());
    let office = office.map(|office| format!(", {office}")).unwrap_or_default();
    match hold.decision_number.as_str() {
        "" => String::new(),
        number => format!("{number} ({}){office}", date(&hold.decision_date)),
    }
}
