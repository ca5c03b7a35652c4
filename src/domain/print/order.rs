//! The order (văn bản yêu cầu) on paper.

use serde_json::Value;

use super::html::{Html, Layout, page};
use super::{Sheet, frame, payload, words};
use crate::domain::document::OrderDocument;
use crate::domain::document::parts::{CaseRef, RelationType, Text};
use crate::domain::ids::{AgencyCode, MeasureId, RequestId};

/// How the subject of a decision begins.
const DECISION: &str = "Quyết định ";

/// An order as its paper: head, grounds, content, addressees, signer.
pub fn order(order: &OrderDocument, sheet: &Sheet<'_>) -> String {
    let subject = order.head.subject.as_str();
    let recipients: Vec<&str> = order.recipients.iter().map(|code| sheet.name(code.as_str())).collect();
    let bases = frame::bases(order.legal_basis.iter().map(Text::as_str));
    let opening = if subject.starts_with(frame::LETTER) {
        Html::all([frame::addressees(&recipients), bases])
    } else if let Some(about) = subject.strip_prefix(DECISION) {
        Html::all([
            Html::line("p", "title", "Quyết định"),
            Html::line("p", "subject", &words::capitalised(about)),
            Html::line("p", "authority", order.head.signer.position.as_str()),
            bases,
            Html::line("p", "title", "Quyết định:"),
        ])
    } else {
        let title = Html::line("p", "title", subject);
        Html::all([title, frame::addressees(&recipients), bases])
    };
    let content: Value = serde_json::from_str(order.payload.get()).unwrap_or_default();
    let body = Html::all([
        frame::head(sheet, order.agency.as_str(), Some(&order.head)),
        opening,
        case(&order.case),
        payload::sections(&sheet.form.order_schema, &content),
        effect(order),
        frame::attachments(sheet, &order.attachments),
        contact(order),
        frame::end(&recipients, Some(&order.head.signer)),
        frame::foot(sheet.proof, &form_code(order)),
    ]);
    let title = format!("{} - {}", order.head.full_number(), sheet.form.title);
    page(&title, Layout::Portrait, &body)
}

/// The judgment and the enforcement decision that the order rests on.
fn case(case: &CaseRef) -> Html {
    let judgment = case.judgment.as_ref().map(|judgment| {
        let (number, court) = (judgment.number.as_str(), judgment.court.as_str());
        let date = words::short_date(judgment.date);
        format!("Bản án, quyết định được thi hành: số {number} ngày {date} của {court}.")
    });
    let decision = case.enforcement_decision.as_ref().map(|decision| {
        let (number, agency) = (decision.number.as_str(), decision.agency_name.as_str());
        let date = words::short_date(decision.date);
        format!("Quyết định thi hành án: số {number} ngày {date} của {agency}.")
    });
    let lines = [judgment, decision].into_iter().flatten();
    Html::all(lines.map(|line| Html::line("p", "indent", &line)))
}

/// From when it has effect, and what it relates to.
fn effect(order: &OrderDocument) -> Html {
    let from = order
        .effective_date
        .map(|date| format!("Có hiệu lực từ {}.", words::long_date(date)));
    let relations = order.relations.iter().map(|relation| {
        let request = relation.enforcement_request_id.as_ref().map(RequestId::as_str);
        let measure = relation.measure_id.as_ref().map(MeasureId::as_str);
        let (sort, id) = (relation_vi(relation.r#type), request.or(measure).unwrap_or_default());
        format!("{sort}: {id}.")
    });
    Html::all(
        from.into_iter()
            .chain(relations)
            .map(|line| Html::line("p", "indent", &line)),
    )
}

const fn relation_vi(relation: RelationType) -> &'static str {
    match relation {
        RelationType::Supersedes => "Thay thế yêu cầu",
        RelationType::Releases => "Chấm dứt biện pháp theo yêu cầu",
        RelationType::Follows => "Tiếp theo yêu cầu",
        RelationType::InReplyTo => "Trả lời yêu cầu",
    }
}

fn contact(order: &OrderDocument) -> Html {
    let Some(contact) = &order.contact else {
        return Html::nothing();
    };
    let phone = contact
        .phone
        .as_ref()
        .map(|phone| format!(", điện thoại {}", phone.as_str()));
    let email = contact
        .email
        .as_ref()
        .map(|email| format!(", thư điện tử {}", email.as_str()));
    let (phone, email) = (phone.unwrap_or_default(), email.unwrap_or_default());
    let line = format!("Cán bộ liên hệ: {}{phone}{email}.", contact.full_name.as_str());
    Html::line("p", "indent", &line)
}

/// Which form it follows, as the sender states it.
fn form_code(order: &OrderDocument) -> String {
    let Some(code) = &order.head.form_code else {
        return String::new();
    };
    let version = order.head.form_version.as_ref();
    let version = version
        .map(|version| format!(" ({})", version.as_str()))
        .unwrap_or_default();
    format!("Mẫu số {}{version}.", code.as_str())
}

/// What an order is called within another paper: its kind, number, date and who issued it.
pub(super) fn named(order: &OrderDocument, sheet: &Sheet<'_>, agency: &AgencyCode) -> String {
    let (number, date) = (order.head.full_number(), words::short_date(order.head.date));
    let (title, agency) = (&sheet.form.title, sheet.name(agency.as_str()));
    format!("{title} số {number} ngày {date} của {agency}")
}
