//! “Báo cáo cấp có thẩm quyền”: a drafted notice as a page to sign and send. It names agencies and provisions, no person.

use std::collections::BTreeMap;

use super::html::{Html, Layout, page};
use super::words;
use crate::domain::agency::Role;
use crate::domain::ids::{AgencyCode, RequestId};
use crate::domain::time::Timestamp;
use crate::domain::timer::Notice;

/// What stands on the page.
#[derive(Debug, Clone, Copy)]
pub struct NoticePaper<'a> {
    /// What is told.
    pub notice: &'a Notice,
    /// The title of the kind.
    pub kind_title: &'a str,
    /// To whom; none: nobody is registered.
    pub addressee: Option<&'a AgencyCode>,
    /// Names of the agencies; one without a name is called by its code.
    pub names: &'a BTreeMap<AgencyCode, String>,
    /// The request.
    pub request: &'a RequestId,
    /// When it was drafted.
    pub drafted: Timestamp,
}

impl NoticePaper<'_> {
    fn name<'a>(&'a self, code: &'a AgencyCode) -> &'a str {
        let name = self.names.get(code).filter(|name| !name.is_empty());
        name.map_or(code.as_str(), String::as_str)
    }
}

/// The page.
pub fn notice(paper: &NoticePaper<'_>) -> String {
    let told = paper.notice;
    let role = told.role.map(Role::label_vi);
    let to = paper
        .addressee
        .map(|code| paper.name(code))
        .or(role)
        .unwrap_or("cơ quan có thẩm quyền");
    let (sender, recipient) = (paper.name(&told.sender), paper.name(&told.recipient));
    let received = match (told.received.answers, told.received.registered, told.received.delivered) {
        (answers, _, _) if answers > 0 => format!("đã có {answers} lần trả lời nhưng chưa thực hiện xong"),
        (_, true, _) => "đã tiếp nhận, vào sổ; chưa trả lời".to_owned(),
        (_, false, true) => "đã nhận được; chưa vào sổ, chưa trả lời".to_owned(),
        (_, false, false) => "chưa nhận từ hộp thư trên cổng".to_owned(),
    };
    let lines = [
        format!("{sender} đã gửi {recipient} yêu cầu loại: {}.", paper.kind_title),
        format!("Căn cứ của thời hạn: {}.", told.article),
        format!("Thời hạn phải thực hiện: {}.", words::moment(told.due)),
        format!(
            "Tính đến {}, yêu cầu đã quá hạn {} ngày làm việc; nơi nhận {received}.",
            words::moment(paper.drafted),
            told.late_working_days
        ),
        format!(
            "Kính báo cáo để xem xét, xử lý theo thẩm quyền. Căn cứ báo cáo: {}.",
            told.basis
        ),
    ];
    let unsigned = "Dự thảo do cổng Liên Thông lập từ nhật ký; chỉ có giá trị khi thủ trưởng bên gửi xác nhận hoặc ký.";
    let proof = format!("Mã yêu cầu: {}.", paper.request);
    let body = Html::all(
        [
            Html::line("p", "agency", sender),
            Html::line("p", "title", "Báo cáo"),
            Html::line("p", "subject", "Về việc chậm thực hiện yêu cầu thi hành án dân sự"),
            Html::line("p", "to", &format!("Kính gửi: {to}")),
        ]
        .into_iter()
        .chain(lines.iter().map(|line| Html::line("p", "indent", line)))
        .chain([Html::class(
            "div",
            "foot",
            Html::all([unsigned, &proof].map(|text| Html::tag("p", Html::text(text)))),
        )]),
    );
    page("Báo cáo cấp có thẩm quyền", Layout::Portrait, &body)
}
