//! A register on paper: the columns of Decree 152/2026 Art. 7.4 and, for incoming papers, of Decree 30/2020.

use super::html::{Html, Layout, page};
use super::words;
use crate::domain::agency::Channel;
use crate::domain::catalogue::definition::Register;
use crate::domain::register::{Judgment, Paper, RegisterEntry};

/// Which book is printed.
#[derive(Debug, Clone, Copy)]
pub struct Book<'a> {
    /// The book.
    pub register: Register,
    /// The year.
    pub year: i16,
    /// Whose it is.
    pub agency_name: &'a str,
}

/// A column: its heading, its share of the width, and what stands in it.
struct Column {
    heading: &'static str,
    width: Width,
    cell: fn(&RegisterEntry) -> Html,
}

/// Widths that the style sheet knows: one narrow, three wide and five middle ones fill the sheet.
#[derive(Clone, Copy)]
enum Width {
    Narrow,
    Middle,
    Wide,
}

const JUDGMENTS: &[Column] = &[
    Column {
        heading: "Số thứ tự",
        width: Width::Narrow,
        cell: |entry| Html::text(&entry.registry_number),
    },
    Column {
        heading: "Ngày, tháng, năm; hình thức nhận",
        width: Width::Middle,
        cell: received,
    },
    Column {
        heading: "Số, ngày, tháng, năm của bản án, quyết định; cơ quan ra bản án, quyết định",
        width: Width::Wide,
        cell: judged,
    },
    Column {
        heading: "Tên, địa chỉ của đương sự",
        width: Width::Wide,
        cell: parties,
    },
    Column {
        heading: "Tài liệu có liên quan kèm theo",
        width: Width::Middle,
        cell: attachments,
    },
    Column {
        heading: "Loại; nơi gửi; văn bản gửi",
        width: Width::Wide,
        cell: sent,
    },
    Column {
        heading: "Đơn vị, người xử lý",
        width: Width::Middle,
        cell: officer,
    },
    Column {
        heading: "Trạng thái; kết quả",
        width: Width::Middle,
        cell: state,
    },
    Column {
        heading: "Ký giao, ký nhận (bản giấy)",
        width: Width::Middle,
        cell: signatures,
    },
];

const INCOMING: &[Column] = &[
    Column {
        heading: "Số đến",
        width: Width::Narrow,
        cell: |entry| Html::text(&entry.registry_number),
    },
    Column {
        heading: "Ngày đến; hình thức nhận",
        width: Width::Middle,
        cell: received,
    },
    Column {
        heading: "Số, ký hiệu, ngày văn bản; tác giả",
        width: Width::Wide,
        cell: author,
    },
    Column {
        heading: "Tên loại và trích yếu nội dung",
        width: Width::Wide,
        cell: subject,
    },
    Column {
        heading: "Tên, địa chỉ của đương sự",
        width: Width::Wide,
        cell: parties,
    },
    Column {
        heading: "Tài liệu kèm theo",
        width: Width::Middle,
        cell: attachments,
    },
    Column {
        heading: "Đơn vị, người xử lý",
        width: Width::Middle,
        cell: officer,
    },
    Column {
        heading: "Trạng thái; kết quả",
        width: Width::Middle,
        cell: state,
    },
    Column {
        heading: "Ký giao, ký nhận (bản giấy)",
        width: Width::Middle,
        cell: signatures,
    },
];

/// A register of a year as a table across the page; its headings stand on each sheet.
pub fn register(book: &Book<'_>, entries: &[RegisterEntry]) -> String {
    let columns = match book.register {
        Register::Judgments => JUDGMENTS,
        Register::Incoming => INCOMING,
    };
    let names = columns.iter().map(|column| {
        let class = match column.width {
            Width::Narrow => "narrow",
            Width::Middle => "middle",
            Width::Wide => "wide",
        };
        Html::line("th", class, column.heading)
    });
    let numbers = (1..=columns.len()).map(|number| Html::line("th", "count", &format!("({number})")));
    let head = [Html::tag("tr", Html::all(names)), Html::tag("tr", Html::all(numbers))];
    let rows = entries.iter().map(|entry| {
        let cells = columns.iter().map(|column| Html::tag("td", (column.cell)(entry)));
        Html::tag("tr", Html::all(cells))
    });
    let table = Html::all([Html::tag("thead", Html::all(head)), Html::tag("tbody", Html::all(rows))]);
    let title = book.register.label_vi();
    let count = format!(
        "Có {} dòng. In từ dữ liệu trên cổng Liên Thông; mỗi dòng có biên nhận điện tử.",
        entries.len()
    );
    let body = Html::all([
        Html::line("p", "agency", book.agency_name),
        Html::line("p", "book", title),
        Html::line("p", "year", &format!("Năm {}", book.year)),
        Html::class("table", "register", table),
        Html::class("div", "foot", Html::tag("p", Html::text(&count))),
    ]);
    let name = book.agency_name;
    page(&format!("{title} {} - {name}", book.year), Layout::Landscape, &body)
}

fn received(entry: &RegisterEntry) -> Html {
    let way = match (entry.channel, entry.way) {
        (Channel::Digital, _) => "Trên môi trường số",
        (Channel::Paper, Some(way)) => way.label_vi(),
        (Channel::Paper, None) => "Bằng giấy",
    };
    Html::stacked([Html::text(&words::moment(entry.received)), Html::text(way)])
}

fn judged(entry: &RegisterEntry) -> Html {
    entry.judgment.as_ref().map_or_else(
        || erased(entry),
        |Judgment { number, date, court }| {
            let lines = [format!("Số {number}"), format!("Ngày {}", date_of(date)), court.clone()];
            Html::stacked(lines.iter().map(|line| Html::text(line)))
        },
    )
}

fn parties(entry: &RegisterEntry) -> Html {
    Html::stacked(entry.parties.iter().map(|party| {
        let address = if party.address.is_empty() {
            Html::nothing()
        } else {
            Html::text(&format!("; {}", party.address))
        };
        Html::all([Html::tag("b", Html::text(&party.full_name)), address])
    }))
}

fn attachments(entry: &RegisterEntry) -> Html {
    Html::stacked(entry.attachments.iter().map(|name| Html::text(name)))
}

fn sent(entry: &RegisterEntry) -> Html {
    let paper = entry.paper.as_ref().map(paper_number);
    let lines = [Some(entry.kind_title.clone()), Some(sender(entry).to_owned()), paper];
    Html::stacked(lines.into_iter().flatten().map(|line| Html::text(&line)))
}

fn author(entry: &RegisterEntry) -> Html {
    let paper = entry.paper.as_ref();
    let number = paper.map_or_else(|| erased(entry), |paper| Html::text(&paper_number(paper)));
    Html::stacked([number, Html::text(sender(entry))])
}

fn subject(entry: &RegisterEntry) -> Html {
    let subject = entry.paper.as_ref().map(|paper| Html::text(&paper.subject));
    let kind = Html::tag("i", Html::text(&entry.kind_title));
    Html::stacked([subject.unwrap_or_default(), kind])
}

fn officer(entry: &RegisterEntry) -> Html {
    Html::stacked([&entry.unit_name, &entry.officer_name].map(|name| Html::text(name)))
}

fn state(entry: &RegisterEntry) -> Html {
    Html::stacked([entry.state.label_vi(), entry.outcome_title.as_str()].map(Html::text))
}

/// Room to sign where a paper was handed over (Decree 152/2026 Art. 7.3).
fn signatures(entry: &RegisterEntry) -> Html {
    match entry.channel {
        Channel::Digital => Html::text("–"),
        Channel::Paper => Html::nothing(),
    }
}

fn paper_number(paper: &Paper) -> String {
    format!("Số {} ngày {}", paper.number, date_of(&paper.date))
}

fn sender(entry: &RegisterEntry) -> &str {
    if entry.sender_name.is_empty() {
        &entry.sender
    } else {
        &entry.sender_name
    }
}

fn date_of(text: &str) -> String {
    text.parse().map_or_else(|_| text.to_owned(), words::short_date)
}

fn erased(entry: &RegisterEntry) -> Html {
    if entry.paper.is_none() {
        Html::text("(nội dung đã hết thời hạn lưu)")
    } else {
        Html::nothing()
    }
}
