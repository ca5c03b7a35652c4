//! The messages that the law knows, row by row (section 4 of docs/law.md), and what serves each: a kind of the catalogue, a command, a
//! reason why nothing of it passes between agencies, or what is to come. The end of `docs/kinds.md` is made from this table.

use Serves::{Command, Kind, Later, Outside};

/// What serves a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Serves {
    /// A kind of the catalogue, by its code.
    Kind(&'static str),
    /// A command: a step, a register, a report, a timer that is looked at.
    Command(&'static str),
    /// Nothing passes from agency to agency: why, Vietnamese.
    Outside(&'static str),
    /// Nothing yet: what is missing, Vietnamese.
    Later(&'static str),
}

/// Every row, in the order of the law page.
#[rustfmt::skip]
static ROWS: &[(&str, &[Serves])] = &[
    ("C01", &[Kind("judgment-transfer")]),
    ("C02", &[Kind("judgment-transfer")]),
    ("C03", &[Kind("judgment-transfer")]),
    ("C04", &[Later("quyết định áp dụng, thay đổi, hủy biện pháp khẩn cấp tạm thời của Tòa án")]),
    ("C05", &[Kind("judgment-transfer")]),
    ("C06", &[Later("quyết định của Tòa án về phá sản")]),
    ("C07", &[Command("lienthong ack"), Command("lienthong register --register judgments")]),
    ("C08", &[Command("lienthong send-back")]),
    ("C09", &[Kind("decision-copy"), Command("lienthong case register")]),
    ("C10", &[Kind("decision-copy"), Command("lienthong case register")]),
    ("C11", &[Kind("judgment-clarification")]),
    ("C12", &[Kind("judgment-clarification")]),
    ("C13", &[Kind("review-petition")]),
    ("C14", &[Kind("postponement-request")]),
    ("C15", &[Kind("suspension-decision")]),
    ("C16", &[Later("đề nghị Tòa án xác định phần sở hữu chung, hủy giao dịch")]),
    ("C17", &[Kind("exemption-request")]),
    ("C18", &[Kind("procuracy-exemption-opinion")]),
    ("C19", &[Later("thông báo kết quả thi hành biện pháp khẩn cấp tạm thời cho Tòa án")]),
    ("C20", &[Later("bàn giao tài sản kê biên, vật chứng")]),
    ("V01", &[Kind("decision-copy")]),
    ("V02", &[Kind("decision-copy"), Kind("urgent-measure-copy")]),
    ("V03", &[Kind("coercion-plan")]),
    ("V04", &[Kind("seizure-notice")]),
    ("V05", &[Kind("ended-case-list")]),
    ("V06", &[Kind("returned-request-notice")]),
    ("V07", &[Kind("procuracy-file-request")]),
    ("V08", &[Kind("protest")]),
    ("V09", &[Kind("protest")]),
    ("V10", &[Kind("protest-review-request")]),
    ("V11", &[Kind("procuracy-recommendation")]),
    ("V12", &[Kind("procuracy-recommendation")]),
    ("V13", &[Kind("complaint-decision-copy")]),
    ("X01", &[Kind("account-information")]),
    ("X02", &[Kind("income-information")]),
    ("X03", &[Kind("land-information")]),
    ("X04", &[Kind("vehicle-information")]),
    ("X05", &[Kind("residence-information")]),
    ("X06", &[Kind("tax-information")]),
    ("X07", &[Kind("share-information")]),
    ("X08", &[Kind("securities-information")]),
    ("X09", &[Kind("inmate-information")]),
    ("X10", &[Kind("verification-entrustment")]),
    ("X11", &[Kind("commune-verification")]),
    ("X12", &[Command("lienthong inbox"), Command("lienthong webhook")]),
    ("X13", &[Outside("đương sự tự kê khai với chấp hành viên")]),
    ("X14", &[Kind("protest"), Command("lienthong case progress")]),
    ("M01", &[Kind("account-freeze")]),
    ("M02", &[Later("phong tỏa bằng biên bản trước khi có quyết định")]),
    ("M03", &[Kind("freeze-release")]),
    ("M04", &[Kind("registration-suspension")]),
    ("M05", &[Kind("securities-freeze"), Kind("freeze-release")]),
    ("M06", &[Later("tạm giữ tài sản, giấy tờ")]),
    ("M07", &[Kind("exit-suspension")]),
    ("M08", &[Kind("exit-suspension-change")]),
    ("M09", &[Kind("account-debit")]),
    ("M10", &[Kind("third-party-collection")]),
    ("M11", &[Kind("income-deduction")]),
    ("M12", &[Kind("support-request")]),
    ("M13", &[Kind("coercion-consultation")]),
    ("M14", &[Kind("coercion-plan")]),
    ("M15", &[Kind("coercion-plan")]),
    ("M16", &[Kind("coercion-decision-copy")]),
    ("M17", &[Kind("secured-asset-result")]),
    ("M18", &[Kind("measure-end-notice"), Kind("registration-release")]),
    ("A01", &[Outside("tổ chức thẩm định giá không phải là một bên trên cổng")]),
    ("A02", &[Outside("tổ chức đấu giá không phải là một bên trên cổng")]),
    ("A03", &[Kind("title-registration")]),
    ("A04", &[Kind("certificate-revocation")]),
    ("A05", &[Later("đăng ký, tra cứu biện pháp bảo đảm")]),
    ("A06", &[Later("giao tài sản sung công")]),
    ("A07", &[Kind("planning-opinion")]),
    ("A08", &[Kind("asset-entrustment")]),
    ("A09", &[Command("lienthong case progress")]),
    ("A10", &[Later("trại giam nhận, gửi tiền")]),
    ("F01", &[Kind("enforcement-entrustment")]),
    ("F02", &[Kind("entrustment-papers")]),
    ("F03", &[Kind("asset-entrustment")]),
    ("F04", &[Kind("inmate-entrustment-notice")]),
    ("F05", &[Kind("debtor-publication"), Command("lienthong case progress"), Kind("decision-copy")]),
    ("F06", &[Kind("debtor-publication")]),
    ("F07", &[Kind("debtor-publication-change")]),
    ("F08", &[Kind("debtor-publication-change")]),
    ("F09", &[Command("lienthong case list --due-until")]),
    ("F10", &[Kind("returned-request-notice"), Command("lienthong case progress")]),
    ("F11", &[Outside("thông báo cho đương sự qua VNeID, bưu chính, niêm yết")]),
    ("F12", &[Outside("xác nhận kết quả theo yêu cầu của đương sự")]),
    ("F13", &[Command("lienthong case progress"), Kind("decision-copy")]),
    ("F14", &[Later("văn phòng thi hành án dân sự: thông báo, chuyển hồ sơ")]),
    ("F15", &[Later("văn phòng thi hành án dân sự đề nghị áp dụng biện pháp bảo đảm, cưỡng chế")]),
    ("F16", &[Command("lienthong case progress"), Command("lienthong assign")]),
    ("T01", &[Later("theo dõi thi hành án hành chính")]),
    ("T02", &[Later("quyết định buộc thi hành án hành chính")]),
    ("K01", &[Later("khiếu nại")]),
    ("K02", &[Later("tố cáo")]),
    ("R01", &[Command("lienthong report run results-cases"), Command("lienthong report run results-money")]),
    ("R02", &[Command("lienthong report run coordination")]),
    ("R03", &[Command("lienthong report run credit-cases")]),
    ("R04", &[Kind("non-cooperation-recommendation"), Command("lienthong notices")]),
    ("R05", &[Later("báo cáo kết quả phối hợp bảo vệ cưỡng chế")]),
];

/// The part of the page.
pub(super) fn markdown() -> String {
    let mut page = "
<a id=\"rows\"></a>
## Từng dòng của mục 4 / Row by row

Mỗi dòng của mục 4 trang [luật](law.md) và điều đáp ứng: một loại yêu cầu, một lệnh, lý do không gửi giữa các cơ quan, hoặc “chưa có”. / *Each row of section 4 of the law page,
and what serves it: a kind, a command, why nothing passes between agencies, or “chưa có”, not there yet.*

| Dòng (row) | Đáp ứng (served by) |
|---|---|
"
    .to_owned();
    for (row, serves) in ROWS {
        let served = serves.iter().map(|serves| match serves {
            Kind(code) => format!("[`{code}`](#{code}-1)"),
            Command(command) => format!("`{command}`"),
            Outside(why) => format!("không gửi giữa các cơ quan: {why}"),
            Later(what) => format!("chưa có: {what}"),
        });
        let served = served.collect::<Vec<_>>().join("; ");
        page.extend(["| ", row, " | ", &served, " |\n"]);
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalogue::Catalogue;

    /// The ids in section 4 of the law page, in their order.
    fn rows_of_the_law() -> Vec<&'static str> {
        let law = include_str!("../../../docs/law.md");
        let id = |line: &'static str| line.strip_prefix("| ")?.split_once(" |").map(|(id, _)| id);
        let is_row = |id: &&str| {
            let (letter, digits) = id.split_at_checked(1).unwrap_or_default();
            "CVXMAFTKR".contains(letter) && digits.len() == 2 && digits.chars().all(|digit| digit.is_ascii_digit())
        };
        law.lines().filter_map(id).filter(is_row).collect()
    }

    #[test]
    fn every_row_of_the_law_says_what_serves_it() {
        let told: Vec<&str> = ROWS.iter().map(|(row, _)| *row).collect();
        assert_eq!(told, rows_of_the_law());
        assert!(ROWS.iter().all(|(_, serves)| !serves.is_empty()));
    }

    #[test]
    fn every_kind_that_is_named_is_there_and_each_that_is_there_is_named() {
        let catalogue = Catalogue::embedded().unwrap();
        let named: Vec<&str> = ROWS
            .iter()
            .flat_map(|(_, serves)| serves.iter())
            .filter_map(|serves| match serves {
                Kind(code) => Some(*code),
                Command(_) | Outside(_) | Later(_) => None,
            })
            .collect();
        let known: Vec<&str> = catalogue.kinds().map(|kind| kind.definition.code.as_str()).collect();
        for code in &named {
            assert!(known.contains(code), "{code} is no kind");
        }
        for code in known {
            assert!(named.contains(&code), "no row names {code}");
        }
    }
}
