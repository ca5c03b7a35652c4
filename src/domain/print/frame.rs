//! What papers have in common: head, addressees, attachments, signer, foot.

use super::html::Html;
use super::{Proof, Sheet, words};
use crate::domain::document::parts::{Attachment, Head, Signer};

/// How a subject begins on a letter: its subject stands below the number, and the paper has no title.
pub(super) const LETTER: &str = "V/v ";

/// The head of a paper: agency and number on the left, the state and the date on the right. A letter's subject stands
/// below its number.
pub(super) fn head(sheet: &Sheet<'_>, agency: &str, head: Option<&Head>) -> Html {
    let superior = sheet.superior(agency);
    let superior = if superior.is_empty() {
        Html::nothing()
    } else {
        Html::line("p", "superior", superior)
    };
    let number = head.map_or_else(
        || "Số: ...................".to_owned(),
        |head| format!("Số: {}", head.full_number()),
    );
    let subject = head
        .map(|head| head.subject.as_str())
        .filter(|subject| subject.starts_with(LETTER));
    let urgency = head.and_then(|head| head.urgency);
    let left = Html::all([
        superior,
        Html::line("p", "agency", sheet.name(agency)),
        Html::line("p", "number", &number),
        subject.map_or_else(Html::nothing, |subject| Html::line("p", "about", subject)),
        urgency.map_or_else(Html::nothing, |urgency| Html::line("p", "urgency", urgency.label_vi())),
    ]);
    let place = head
        .and_then(|head| head.place.as_ref())
        .map_or("..............", |place| place.as_str());
    let date = head.map_or_else(
        || "ngày ..... tháng ..... năm .........".to_owned(),
        |head| words::long_date(head.date),
    );
    let right = Html::all([
        Html::line("p", "nation", "Cộng hòa xã hội chủ nghĩa Việt Nam"),
        Html::line("p", "motto", "Độc lập - Tự do - Hạnh phúc"),
        Html::line("p", "issued", &format!("{place}, {date}")),
    ]);
    Html::class(
        "div",
        "head",
        Html::all([Html::tag("div", left), Html::tag("div", right)]),
    )
}

/// Kính gửi.
pub(super) fn addressees(names: &[&str]) -> Html {
    let lines = match names {
        [one] => vec![Html::tag("p", Html::text(one))],
        several => several
            .iter()
            .map(|name| Html::tag("p", Html::text(&format!("- {name}"))))
            .collect(),
    };
    let label = Html::tag("p", Html::text("Kính gửi:"));
    Html::class("div", "to", Html::all([label, Html::tag("div", Html::all(lines))]))
}

/// Căn cứ, each on its line.
pub(super) fn bases<'a>(bases: impl ExactSizeIterator<Item = &'a str>) -> Html {
    let last = bases.len().saturating_sub(1);
    let lines = bases.enumerate().map(|(index, basis)| {
        let end = if index == last { "." } else { ";" };
        let words = basis.trim_end_matches([';', '.']);
        Html::line("p", "basis", &format!("{words}{end}"))
    });
    Html::all(lines)
}

/// Tài liệu kèm theo.
pub(super) fn attachments(sheet: &Sheet<'_>, attachments: &[Attachment]) -> Html {
    if attachments.is_empty() {
        return Html::nothing();
    }
    let rows = attachments.iter().enumerate().map(|(index, attachment)| {
        let sort = attachment.r#type.as_ref();
        let cells = [
            (index + 1).to_string(),
            attachment.name.as_str().to_owned(),
            sort.map(|code| sheet.form.title_of(code.as_str()).to_owned())
                .unwrap_or_default(),
            attachment.sha256.to_string(),
        ];
        Html::tag(
            "tr",
            Html::all(cells.iter().map(|cell| Html::tag("td", Html::text(cell)))),
        )
    });
    let names = ["TT", "Tên tài liệu", "Loại", "Mã kiểm tra (SHA-256)"];
    let names = names.map(|name| Html::tag("th", Html::text(name)));
    Html::all([
        Html::line("p", "section", "Tài liệu kèm theo"),
        Html::class(
            "table",
            "attachments",
            Html::all([
                Html::tag("thead", Html::tag("tr", Html::all(names))),
                Html::tag("tbody", Html::all(rows)),
            ]),
        ),
    ])
}

/// Nơi nhận, and who signs; the signature and the seal go above the name.
pub(super) fn end(copies: &[&str], signer: Option<&Signer>) -> Html {
    let label = Html::line("p", "label", "Nơi nhận:");
    let copies = copies.iter().enumerate().map(|(index, name)| {
        let stop = if index + 1 == copies.len() { "." } else { ";" };
        Html::tag("p", Html::text(&format!("- {name}{stop}")))
    });
    let copies = Html::class("div", "copies", Html::all(std::iter::once(label).chain(copies)));
    let signer = signer.map_or_else(Html::nothing, |signer| {
        signature(signer.position.as_str(), "", signer.full_name.as_str())
    });
    Html::class("div", "end", Html::all([copies, signer]))
}

/// A place to sign: position, a hint, room, the name.
pub(super) fn signature(position: &str, hint: &str, name: &str) -> Html {
    let hint = if hint.is_empty() {
        Html::nothing()
    } else {
        Html::line("p", "hint", hint)
    };
    let inner = Html::all([
        Html::line("p", "position", position),
        hint,
        Html::line("p", "name", name),
    ]);
    Html::class("div", "signer", inner)
}

/// What the sheet is worth, and what proves its data.
pub(super) fn foot(proof: &Proof, more: &str) -> Html {
    let worth = "Bản in từ dữ liệu trên cổng Liên Thông. Văn bản gốc có chữ ký của người có thẩm quyền, của cơ quan có giá trị; \
                 nếu bản in khác bản gốc thì theo bản gốc.";
    let request = Some(&proof.request_id).filter(|id| !id.is_empty());
    let request = request.map(|id| format!("Mã yêu cầu: {id}."));
    let receipt = proof
        .log_index
        .map(|index| format!("Biên nhận điện tử: mục số {index} của nhật ký."));
    let proof = [request, receipt].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let lines = [worth, more, &proof].map(|line| {
        if line.is_empty() {
            Html::nothing()
        } else {
            Html::tag("p", Html::text(line))
        }
    });
    Html::class("div", "foot", Html::all(lines))
}
