//! Minutes of handing a paper over (biên bản giao, nhận văn bản): taken, refused before a witness, or posted up (Decree
//! 152/2026 Art. 20.3, 43.3). Before the hand-over, the same sheet with lines to fill in and sign.

use super::html::{Html, Layout, page};
use super::order::named;
use super::{Sheet, frame, words};
use crate::domain::document::step::{Receiver, Refusal, ServiceWay};
use crate::domain::document::{OrderDocument, ServeDocument};
use crate::domain::ids::AgencyCode;

/// A line to write on.
const BLANK: &str = "..................................................................";
/// A short one.
const SHORT: &str = "............................";

/// The text of this sheet is the hub's: the forms of the circular have not been seen (LAW section 1).
const NOT_OFFICIAL: &str = "Mẫu in do cổng đề xuất theo khoản 3 Điều 20, khoản 3 Điều 43 Nghị định số 152/2026/NĐ-CP; chưa đối chiếu \
                            với biểu mẫu của Thông tư số 06/2026/TT-BTP.";

/// The minutes of handing `order` over to `recipient`; blank lines where nothing is `served` yet.
pub fn service_minutes(
    order: &OrderDocument,
    recipient: &AgencyCode,
    served: Option<&ServeDocument>,
    sheet: &Sheet<'_>,
) -> String {
    let sender = &order.agency;
    let title = subject(served);
    let when = served.map_or_else(
        || "Hôm nay, hồi ..... giờ ..... phút, ngày ..... tháng ..... năm .........".to_owned(),
        |served| {
            let (hour, date) = (
                words::hour(served.served_time),
                words::long_date(served.served_time.date()),
            );
            format!("Hôm nay, hồi {hour}, {date}")
        },
    );
    let giver = served.and_then(|served| served.head.as_ref()).map(|head| &head.signer);
    let giver_line = giver.map_or_else(
        || format!("Ông (bà): {SHORT} Chức vụ: {SHORT}"),
        |giver| {
            let (name, position) = (giver.full_name.as_str(), giver.position.as_str());
            format!("Ông (bà): {name}. Chức vụ: {position}")
        },
    );
    let receiver = served.and_then(|served| served.receiver.as_ref());
    let refusal = served.and_then(|served| served.refusal.as_ref());
    let body = Html::all([
        frame::head(sheet, sender.as_str(), served.and_then(|served| served.head.as_ref())),
        Html::line("p", "title", "Biên bản"),
        Html::line("p", "subject", title),
        Html::line("p", "indent", &format!("{when}, tại {SHORT}, chúng tôi gồm:")),
        section("1. Bên giao"),
        line(&format!("{}.", sheet.name(sender.as_str()))),
        line(&giver_line),
        section("2. Bên nhận"),
        line(&format!("{}.", sheet.name(recipient.as_str()))),
        line(&receiver_line(receiver, served)),
        witness(refusal, served),
        section("Văn bản giao"),
        line(&format!(
            "{}; trích yếu: {}.",
            named(order, sheet, sender),
            order.head.subject.as_str()
        )),
        frame::attachments(sheet, &order.attachments),
        section("Việc giao, nhận"),
        outcome(served, receiver, refusal),
        Html::line(
            "p",
            "indent keep",
            "Biên bản được đọc lại cho những người có tên trên cùng nghe, công nhận là đúng và cùng ký tên.",
        ),
        signatures(
            giver.map_or("", |giver| giver.full_name.as_str()),
            receiver,
            refusal,
            served,
        ),
        frame::foot(sheet.proof, NOT_OFFICIAL),
    ]);
    let name = format!(
        "Biên bản - {} - {}",
        order.head.full_number(),
        sheet.name(recipient.as_str())
    );
    page(&name, Layout::Portrait, &body)
}

fn subject(served: Option<&ServeDocument>) -> &'static str {
    match served {
        Some(served) if served.way == ServiceWay::Posting => "Về việc không nhận văn bản và niêm yết văn bản",
        Some(served) if served.refusal.is_some() => "Về việc không nhận văn bản",
        _ => "Về việc giao, nhận văn bản",
    }
}

fn section(title: &str) -> Html {
    Html::line("p", "section", title)
}

fn line(text: &str) -> Html {
    Html::line("p", "indent", text)
}

fn receiver_line(receiver: Option<&Receiver>, served: Option<&ServeDocument>) -> String {
    match (receiver, served) {
        (Some(receiver), _) => {
            let position = receiver
                .position
                .as_ref()
                .map(|position| format!(". Chức vụ: {}", position.as_str()));
            format!(
                "Ông (bà): {}{}",
                receiver.full_name.as_str(),
                position.unwrap_or_default()
            )
        }
        (None, Some(served)) if served.refusal.is_some() => {
            "Người đại diện theo pháp luật, người có trách nhiệm nhận văn bản: không nhận, hoặc không có người nhận."
                .to_owned()
        }
        (None, _) => format!("Ông (bà): {SHORT} Chức vụ: {SHORT}"),
    }
}

/// Who witnessed a refusal; a line to fill in while nothing is known.
fn witness(refusal: Option<&Refusal>, served: Option<&ServeDocument>) -> Html {
    let name = match (refusal, served) {
        (Some(refusal), _) => refusal.witness.as_str().to_owned(),
        (None, None) => BLANK.to_owned(),
        (None, Some(_)) => return Html::nothing(),
    };
    let title = if served.is_none() {
        "3. Người chứng kiến (khi người nhận không ký, không nhận văn bản)"
    } else {
        "3. Người chứng kiến"
    };
    Html::all([section(title), line(&format!("Ông (bà): {name}"))])
}

fn outcome(served: Option<&ServeDocument>, receiver: Option<&Receiver>, refusal: Option<&Refusal>) -> Html {
    let Some(served) = served else {
        return Html::all(
            [
                "☐ Người nhận đã nhận đủ văn bản, tài liệu nêu trên.",
                "☐ Người nhận không ký, không nhận hoặc không có người nhận văn bản. Lý do, diễn biến:",
                BLANK,
                BLANK,
                "☐ Đã niêm yết văn bản tại trụ sở nơi nhận (đối với quyết định phong tỏa tài khoản, tài sản: khoản 3 Điều 43 \
                 Nghị định số 152/2026/NĐ-CP), hồi ..... giờ ..... phút, ngày ..... tháng ..... năm .........",
            ]
            .map(line),
        );
    };
    let way = format!("Hình thức: {}.", served.way.label_vi());
    let what = match (receiver, refusal) {
        (_, Some(refusal)) => {
            let told = refusal.explanation.as_str();
            format!("Người nhận không nhận văn bản. Lý do, diễn biến: {told}")
        }
        (Some(_), None) => "Người nhận đã nhận đủ văn bản, tài liệu nêu trên.".to_owned(),
        (None, None) => format!("Văn bản đã đến nơi nhận lúc {}.", words::moment(served.served_time)),
    };
    let posted = (served.way == ServiceWay::Posting).then(|| {
        let at = words::moment(served.served_time);
        format!("Văn bản đã được niêm yết tại trụ sở nơi nhận lúc {at} (khoản 3 Điều 43 Nghị định số 152/2026/NĐ-CP).")
    });
    Html::all(
        [Some(way), Some(what), posted]
            .into_iter()
            .flatten()
            .map(|text| line(&text)),
    )
}

/// Who signs: the giver and the receiver, or the giver and the witness; all three while nothing is known.
fn signatures(
    giver: &str,
    receiver: Option<&Receiver>,
    refusal: Option<&Refusal>,
    served: Option<&ServeDocument>,
) -> Html {
    const HINT: &str = "(Ký, ghi rõ họ tên)";
    let giver = frame::signature("Bên giao", HINT, giver);
    let receiver = || {
        let name = receiver.map_or("", |receiver| receiver.full_name.as_str());
        frame::signature("Bên nhận", HINT, name)
    };
    let witness = || {
        let name = refusal.map_or("", |refusal| refusal.witness.as_str());
        frame::signature("Người chứng kiến", HINT, name)
    };
    let signers = match (served, refusal) {
        (None, _) => vec![giver, witness(), receiver()],
        (Some(_), Some(_)) => vec![giver, witness()],
        (Some(_), None) => vec![giver, receiver()],
    };
    Html::class("div", "signatures", Html::all(signers))
}
