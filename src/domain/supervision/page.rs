//! `docs/supervision-table.md`, generated from the table.

use super::{Over, RIGHTS, Right, Sight, untold_roles};
use crate::domain::agency::Role;
use crate::domain::catalogue::rule::Nature;

const HEAD: &str = "# Ai được giám sát ai

Trang này được tạo từ `src/domain/supervision/mod.rs`; không sửa trực tiếp. Cơ quan nào không có dòng ở đây thì không xem được gì ngoài
yêu cầu của chính mình. Cách dùng: [supervision.md](supervision.md).

*In English: this page is generated from `src/domain/supervision/mod.rs` (a test compares them; `LIENTHONG_UPDATE=1 cargo test --lib
supervision` writes it again). An agency without a line here sees nothing but its own requests. How to use it:
[supervision.md](supervision.md).*

| Dòng (line) | Bên giám sát (by) | Đối với (over) | Được xem (sight) | Phạm vi cán bộ (scope) | Báo cho các bên (told) | Căn cứ (basis) | Mức xác minh |
|---|---|---|---|---|---|---|---|
";

/// The page.
pub fn markdown() -> String {
    let mut page = HEAD.to_owned();
    page.extend(RIGHTS.iter().map(line));
    let untold = untold_roles().map(Role::label_vi).collect::<Vec<_>>().join(", ");
    let untold_en = untold_roles().map(Role::as_str).collect::<Vec<_>>().join(", ");
    page.extend([
        "\nKhông báo cho các bên của yêu cầu (các bên không thấy lượt xem): ",
        &untold,
        ". Lượt xem của họ do cán bộ có phạm vi “toàn cơ quan” của\nchính cơ quan đó và cơ quan cấp trên theo dõi.\n\n*The parties of a request are not told of the reads of: ",
        &untold_en,
        ". Those are for the agency's\nown officers of scope ALL and for the agencies above it.*\n",
    ]);
    page
}

fn roles(list: &[Role]) -> String {
    list.iter().map(|role| role.label_vi()).collect::<Vec<_>>().join("; ")
}

fn line(right: &Right) -> String {
    let of = if right.of.is_empty() {
        "cùng loại".to_owned()
    } else {
        roles(right.of)
    };
    let over = match right.over {
        Over::Territory => "cùng địa bàn tỉnh",
        Over::Below => "cấp dưới",
    };
    let sight = match right.sight {
        Sight::Envelope => "thông tin chung và tiến độ",
        Sight::Documents => "cả văn bản",
    };
    let nature = match right.nature {
        Nature::Law => "",
        Nature::Policy => " (chính sách của cổng)",
    };
    let told = if right.is_told { "có" } else { "không" };
    format!(
        "| `{}` | {} | {of}, {over} | {sight} | {} | {told} | {}{nature} | {} |\n",
        right.name,
        roles(right.by),
        right.scope.label_vi(),
        right.basis,
        right.certainty
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "a developer's switch for this test, no setting of the hub"
    )]
    fn the_page_in_docs_is_what_the_table_says() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/supervision-table.md");
        if std::env::var_os("LIENTHONG_UPDATE").is_some_and(|value| value == "1") {
            std::fs::write(path, markdown()).unwrap();
        }
        let written = std::fs::read_to_string(path).unwrap_or_default();
        assert_eq!(
            written,
            markdown(),
            "docs/supervision-table.md is not what the table says; write it again: LIENTHONG_UPDATE=1 cargo test --lib supervision"
        );
    }
}
