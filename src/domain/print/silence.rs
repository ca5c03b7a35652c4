//! “Xác nhận quá thời hạn không trả lời”: what a certificate of silence proves, as a page. It names agencies, provisions and steps, no
//! person, and is no evidence itself.

use super::html::{Html, Layout, page};
use super::{of_hub, words};
use crate::domain::time::Timestamp;
use crate::domain::workflow::Action;

/// An entry of the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SilenceStep {
    /// Its index in the log.
    pub log_index: u64,
    /// When.
    pub at: Timestamp,
    /// What was done, as in the log.
    pub action: String,
    /// By which agency.
    pub agency: String,
}

/// What stands on the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SilencePaper<'a> {
    /// The hub's name.
    pub hub: &'a str,
    /// The request.
    pub request: &'a str,
    /// The title of its kind; none: it is not known.
    pub kind_title: Option<&'a str>,
    /// Code of the agency that sent it.
    pub sender: &'a str,
    /// Code of the agency that owed the answer.
    pub recipient: &'a str,
    /// The article of the clock.
    pub article: &'a str,
    /// When the answer was due.
    pub due: Timestamp,
    /// All entries of the request, the one that says OVERDUE last.
    pub steps: &'a [SilenceStep],
    /// How many entries the signed log has that holds them.
    pub size: u64,
}

/// The page.
pub fn silence(paper: &SilencePaper<'_>) -> String {
    let last = paper.steps.last();
    let submitted = paper
        .steps
        .first()
        .map(|step| format!(", lúc {}", words::moment(step.at)))
        .unwrap_or_default();
    let kind = paper
        .kind_title
        .map(|title| format!(" loại: {title}"))
        .unwrap_or_default();
    let until = last.map_or_else(String::new, |step| {
        format!(
            "Tính đến {}, khi cổng ghi quá hạn (mục {} của nhật ký), yêu cầu không có trả lời nào: không thông báo tiến độ, không trả \
             lời kết quả, không trả lại yêu cầu.",
            words::moment(step.at),
            step.log_index
        )
    });
    let lines = [
        format!("{} đã gửi {} yêu cầu{kind}{submitted}.", paper.sender, paper.recipient),
        format!("Căn cứ của thời hạn: {}.", paper.article),
        format!("Thời hạn trả lời: đến hết {}.", words::moment(paper.due)),
        until,
        "Trả lời đến sau lúc đó, nếu có, không làm xác nhận này sai; bộ chứng cứ của yêu cầu cho biết.".to_owned(),
    ];
    let foot = [
        "Trang này chỉ để đọc, không phải chứng cứ. Chứng cứ là tệp xác nhận; kiểm tra bằng lienthong verify silence hoặc \
         tools/verify.py silence, không cần cổng."
            .to_owned(),
        format!("Mã yêu cầu: {}. Cổng: {}. Nhật ký đã ký gồm {} mục.", paper.request, paper.hub, paper.size),
    ];
    let body = Html::all(
        [
            Html::line("p", "title", "Xác nhận quá thời hạn không trả lời"),
            Html::line("p", "subject", "Theo nhật ký của cổng Liên Thông"),
        ]
        .into_iter()
        .chain(lines.iter().map(|line| Html::line("p", "indent", line)))
        .chain([
            Html::line("p", "section", "Toàn bộ các mục nhật ký của yêu cầu đến lúc đó"),
            steps(paper.steps),
            Html::class(
                "div",
                "foot",
                Html::all(foot.iter().map(|text| Html::tag("p", Html::text(text)))),
            ),
        ]),
    );
    of_hub(
        paper.hub,
        page("Xác nhận quá thời hạn không trả lời", Layout::Portrait, &body),
    )
}

fn steps(steps: &[SilenceStep]) -> Html {
    let row = |tag: &'static str, cells: &[&str]| {
        Html::tag(
            "tr",
            Html::all(cells.iter().map(|cell| Html::tag(tag, Html::text(cell)))),
        )
    };
    let head = row("th", &["Mục nhật ký", "Lúc", "Việc", "Cơ quan"]);
    let rows = steps.iter().map(|step| {
        let action = step.action.parse::<Action>();
        let action = action.map_or(step.action.as_str(), |action| action.label_vi());
        row(
            "td",
            &[
                &step.log_index.to_string(),
                &words::moment(step.at),
                action,
                &step.agency,
            ],
        )
    });
    Html::tag(
        "table",
        Html::all([Html::tag("thead", head), Html::tag("tbody", Html::all(rows))]),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sandbox::MARK_VI;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    fn printed(hub: &str, agency: &str) -> String {
        let step = |log_index, time: &str, action: &str| SilenceStep {
            log_index,
            at: at(time),
            action: action.to_owned(),
            agency: agency.to_owned(),
        };
        let steps = [
            step(7, "2026-11-20T09:00:00+07:00", "submit"),
            step(12, "2026-11-27T00:00:00+07:00", "overdue"),
        ];
        silence(&SilencePaper {
            hub,
            request: "req_1",
            kind_title: Some("Thông tin đất đai"),
            sender: agency,
            recipient: "GIA-LAP.DD",
            article: "Điều 37.6 <i>",
            due: at("2026-11-26T23:59:59.999999+07:00"),
            steps: &steps,
            size: 13,
        })
    }

    #[test]
    fn it_says_until_when_nothing_came_and_that_it_is_no_evidence() {
        let page = printed("hub.lienthong.test", "GIA-LAP.THADS");
        for text in [
            "Thời hạn trả lời: đến hết 23 giờ 59 phút ngày 26/11/2026.",
            "Tính đến 00 giờ 00 phút ngày 27/11/2026, khi cổng ghi quá hạn (mục 12 của nhật ký)",
            "không phải chứng cứ",
            "Báo quá hạn",
        ] {
            assert!(page.contains(text), "{text}");
        }
        assert!(!page.contains(MARK_VI));
    }

    #[test]
    fn a_sandbox_says_so_and_nothing_becomes_markup() {
        let page = printed("sandbox.lienthong.test", "<script src=//x>");
        assert!(page.contains(MARK_VI));
        for tag in ["<script", "<i>", "//x>", "url("] {
            assert!(!page.contains(tag), "{tag}");
        }
    }
}
