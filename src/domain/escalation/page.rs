//! `docs/escalation.md`, generated from the ladders of the embedded catalogue.

use super::{Applies, Escalation, LadderFile, Replaces, Rung, Tell};
use crate::domain::agency::Role;
use crate::domain::catalogue::rule::{Certainty, Nature, Span, TimeUnit};

const HEAD: &str = "# Nhắc việc, báo quá hạn, báo cấp trên

Trang này được tạo từ `catalogue/escalation/`; không sửa trực tiếp. Mỗi thời hạn đang tính leo từng bậc một, mỗi bậc một lần, mỗi bậc là
một sự kiện trong nhật ký kèm căn cứ. Thời hạn đang tạm dừng không leo; gia hạn hay tính lại chỉ dời những bậc chưa tới; riêng báo quá hạn
được báo lại khi thời hạn đã dời rồi lại hết. Trong ngành của bên phải thực hiện, cổng tự báo; lên trên ngành đó, cổng chỉ lập dự thảo, thủ trưởng bên gửi xác nhận rồi mới gửi (`lienthong notices`). Cơ
quan không phải là một bên chỉ thấy loại yêu cầu, điều luật, thời hạn, mức chậm và mã các cơ quan: không thấy người, tài khoản, văn bản.

Bậc nào khai ở tệp hẹp hơn thì theo tệp đó. Thứ tự hẹp dần: vai trò, thời hạn, loại yêu cầu, tỉnh, bên gửi, bên nhận; hai tệp khai cùng một phạm
vi là lỗi và cổng không chạy.

*In English: this page is generated from `catalogue/escalation/` (a test compares them; `LIENTHONG_UPDATE=1 cargo test --lib escalation`
writes it again). Each running clock climbs rung by rung, each once; every rung is an event of the log with its basis. A paused clock does
not climb; extensions and recomputations move only what has not fired, but that a clock is over is told again when it was moved and is
over again. Within the obligor's own line the hub tells by itself; above it,
it drafts a notice that the sender's head confirms. Who is no party sees kind, article, clock, lateness and the agencies' codes alone.
The narrower file wins.*
";

/// The page.
pub fn markdown(escalation: &Escalation) -> String {
    let mut page = HEAD.to_owned();
    for (path, file) in escalation.files().iter().rev() {
        section(&mut page, path, file);
    }
    page
}

fn section(page: &mut String, path: &str, file: &LadderFile) {
    let lines = format!(
        "\n## {} / {}\n\n`catalogue/{path}`. {}.\n",
        file.title_vi,
        file.title_en,
        head(file)
    );
    page.push_str(&lines);
    if file.rungs.is_empty() {
        page.push_str("\nKhông có bậc nào. *No rungs.*\n");
        return;
    }
    page.push_str(
        "\n| Bậc (rung) | Khi nào (when) | Việc (what) | Báo cho (told) | Căn cứ (basis) | Tính chất | Mức xác minh |\n\
         |---|---|---|---|---|---|---|\n",
    );
    page.extend(file.rungs.iter().map(line));
}

/// To which clocks a file applies, what it replaces and why it is so.
pub fn head(file: &LadderFile) -> String {
    let replaces = match file.replaces {
        Replaces::Rungs => "từng bậc cùng tên (the rungs of the same name)",
        Replaces::Ladder => "cả bậc thang (the whole ladder)",
    };
    format!(
        "Áp dụng cho: {}. Thay: {replaces}. Căn cứ: {}",
        applies(&file.applies),
        file.basis
    )
}

/// A rung in words: when, what, who is told, and why.
pub fn words(rung: &Rung) -> String {
    format!("{}: {} ({}); {}", when(rung), rung.text_vi, told(rung), rung.basis)
}

/// To which clocks a file applies, in words.
fn applies(applies: &Applies) -> String {
    let mut text = format!("thời hạn của {} (`{}`)", applies.obligor.label_vi(), applies.obligor);
    let named = [
        (
            "vai trò",
            applies.role.map(|role| format!("{} (`{role}`)", role.label_vi())),
        ),
        ("thời hạn", applies.clock.as_ref().map(|clock| format!("`{clock}`"))),
        ("loại", applies.kind.as_ref().map(|kind| format!("`{kind}`"))),
        ("tỉnh", applies.province.as_ref().map(|code| format!("`{code}`"))),
        ("bên gửi", applies.sender.as_ref().map(|code| format!("`{code}`"))),
        ("bên nhận", applies.recipient.as_ref().map(|code| format!("`{code}`"))),
    ];
    for (name, value) in named {
        if let Some(value) = value {
            text.extend([", ", name, " ", &value]);
        }
    }
    text
}

fn line(rung: &Rung) -> String {
    let nature = match rung.nature {
        Nature::Law => "luật",
        Nature::Policy => "chính sách của cổng",
    };
    let certainty: Certainty = rung.certainty;
    format!(
        "| `{}` | {} | {} / {} | {} | {} | {nature} | {certainty} |\n",
        rung.name,
        when(rung),
        rung.text_vi,
        rung.text_en,
        told(rung),
        rung.basis
    )
}

/// When a rung fires, in words.
pub fn when(rung: &Rung) -> String {
    match (rung.before, rung.after) {
        (Some(span), _) => format!("trước hạn {}", span_vi(span)),
        (None, Some(span)) => format!("quá hạn {}", span_vi(span)),
        (None, None) => "khi hết hạn".to_owned(),
    }
}

fn span_vi(span: Span) -> String {
    let unit = match span.unit {
        TimeUnit::Hours => "giờ",
        TimeUnit::WorkingHours => "giờ làm việc",
        TimeUnit::WorkingDays => "ngày làm việc",
        TimeUnit::Days => "ngày",
        TimeUnit::Months => "tháng",
        TimeUnit::Years => "năm",
    };
    format!("{} {unit}", span.amount)
}

fn told(rung: &Rung) -> String {
    let to = match (rung.role, rung.level) {
        (Some(role), _) => Role::label_vi(role).to_owned(),
        (None, Some(level)) => format!("cơ quan trên {level} cấp trong cùng ngành"),
        (None, None) => return rung.tell.label_vi().to_owned(),
    };
    match rung.tell {
        Tell::Draft => format!("{to}: {}", rung.tell.label_vi()),
        Tell::Remind | Tell::Overdue | Tell::HeadOfUnit | Tell::Superior => to,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalogue::Catalogue;

    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "whether to write the page again is said by the environment"
    )]
    fn the_page_is_what_the_ladders_say() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/escalation.md");
        let page = markdown(Catalogue::embedded().unwrap().escalation());
        if std::env::var_os("LIENTHONG_UPDATE").is_some_and(|value| value == "1") {
            std::fs::write(path, &page).unwrap();
        }
        let stored = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            stored == page,
            "docs/escalation.md is not what the ladders say; write it again: LIENTHONG_UPDATE=1 cargo test --lib escalation"
        );
    }
}
