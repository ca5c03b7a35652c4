//! Cases without conditions by their ground, a point of Art. 38.1: which there are, and in which something is overdue.

use super::super::catalogue::rule::Certainty;
use super::super::enforcement_case::{CaseStatus, Ground};
use super::super::time::Timestamp;
use super::catalogue::Report;
use super::figures::Amount;
use super::parameter::{NONE, Parameter};
use super::reference::Reference;
use super::table::{Cell, Chart, ChartKind, Column, ColumnKind, Note, Row, Table};

/// The points of Art. 38.1.
const POINTS: [(Ground, &str); 8] = [
    (Ground::NoConditionsA, "Điểm a khoản 1 Điều 38"),
    (Ground::NoConditionsB, "Điểm b khoản 1 Điều 38"),
    (Ground::NoConditionsC, "Điểm c khoản 1 Điều 38"),
    (Ground::NoConditionsD, "Điểm d khoản 1 Điều 38"),
    (Ground::NoConditionsDd, "Điểm đ khoản 1 Điều 38"),
    (Ground::NoConditionsE, "Điểm e khoản 1 Điều 38"),
    (Ground::NoConditionsG, "Điểm g khoản 1 Điều 38"),
    (Ground::NoConditionsH, "Điểm h khoản 1 Điều 38"),
];

impl Ground {
    /// The grounds of a case without conditions, in the order of the article.
    pub fn without_conditions() -> impl Iterator<Item = Self> {
        let all = Self::ALL.iter().copied();
        all.filter(|ground| ground.leads_to(CaseStatus::NoConditions))
    }

    /// The point of Art. 38.1; empty of any other ground.
    pub fn point_vi(self) -> &'static str {
        let point = POINTS.iter().find(|(ground, _)| *ground == self);
        point.map_or("", |(_, point)| point)
    }
}

/// What a ground of a case is called on papers: the point of Art. 38.1, of others the code.
pub fn ground_vi(ground: Option<Ground>) -> &'static str {
    match ground {
        Some(ground) if !ground.point_vi().is_empty() => ground.point_vi(),
        Some(ground) => ground.as_str(),
        None => "",
    }
}

/// The cases of one ground.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroundRow {
    /// Which; none: none was stated.
    pub ground: Option<Ground>,
    /// How many, and what is owed in them.
    pub amount: Amount,
    /// In how many something is overdue: verifying again, or what follows after two years.
    pub overdue: i64,
}

/// Cases without conditions by ground; every point has its row. `list`: the list behind them, without ground and figure.
pub fn no_condition_grounds(
    found: &[GroundRow],
    list: Option<&Reference>,
    scope: Vec<String>,
    as_of: Timestamp,
) -> Table {
    let told = Report::NoConditionGrounds.description();
    let of = |ground: Option<Ground>| {
        let found = found.iter().find(|row| row.ground == ground);
        found.map_or((Amount::default(), 0), |row| (row.amount, row.overdue))
    };
    let cells = |name: &str, (amount, overdue): (Amount, i64)| {
        vec![
            Cell::text(name),
            Cell::Count(amount.cases),
            Cell::Dong(amount.dong),
            Cell::Count(overdue),
        ]
    };
    let unstated = Some(None).filter(|_| of(None).0.cases > 0);
    let rows = Ground::without_conditions().map(Some).chain(unstated);
    let rows = rows.map(|ground| Row {
        cells: cells(ground.map_or("Không nêu căn cứ", Ground::point_vi), of(ground)),
        is_total: false,
        list: list.map(|list| {
            list.clone()
                .with(Parameter::Ground, ground.map_or(NONE, Ground::as_str))
        }),
    });
    let all = found.iter().fold((Amount::default(), 0), |(amount, overdue), row| {
        (amount.plus(row.amount), overdue + row.overdue)
    });
    let total = Row {
        cells: cells("Tổng số", all),
        is_total: true,
        list: list.cloned(),
    };
    Table {
        code: Report::NoConditionGrounds.as_str(),
        vi: told.vi.to_owned(),
        en: told.en.to_owned(),
        scope,
        columns: vec![
            Column::text("ground", "Căn cứ", "Ground"),
            Column::count("no_conditions", "Chưa có điều kiện (việc)", "Without conditions (cases)").opening(),
            Column::new("owed", ColumnKind::Dong, "Còn phải thi hành (đồng)", "Still owed (đồng)"),
            Column::count("overdue", "Quá hạn xác minh lại, quá 02 năm (việc)", "Verification or two years overdue"),
        ],
        rows: rows.chain([total]).collect(),
        notes: vec![
            Note {
                text: "Căn cứ là mã bắt buộc của quyết định về việc chưa có điều kiện thi hành án; việc đã chuyển sổ theo dõi riêng không có ở đây."
                    .to_owned(),
                basis: told.basis,
                certainty: told.certainty,
            },
            Note {
                text: "Xác minh lại sau 06 hoặc 12 tháng; hết 02 năm thì gửi lại yêu cầu hoặc chuyển sổ theo dõi riêng.".to_owned(),
                basis: "Luật 106/2025/QH15, Điều 38.3, 38.4; Nghị định 152/2026/NĐ-CP, Điều 22",
                certainty: Certainty::Verified,
            },
        ],
        charts: vec![Chart {
            kind: ChartKind::Bars,
            vi: "Việc chưa có điều kiện theo căn cứ".to_owned(),
            names: "ground",
            series: vec!["no_conditions"],
        }],
        as_of,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::report::{Format, Letterhead};

    #[test]
    fn every_point_has_its_row_and_opens_its_list() {
        let row = |ground, cases, dong, overdue| GroundRow {
            ground,
            amount: Amount::new(cases, dong),
            overdue,
        };
        let found = [
            row(Some(Ground::NoConditionsA), 2, 500, 1),
            row(Some(Ground::NoConditionsDd), 1, 70, 0),
            row(None, 1, 5, 1),
        ];
        let list = Reference::to(Report::OpenCaseList);
        let as_of = Timestamp::parse_rfc3339("2026-11-28T05:00:00Z").unwrap();
        let table = no_condition_grounds(&found, Some(&list), Vec::new(), as_of);
        let json = table.render(Format::Json, &Letterhead::default()).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
        let rows = json["rows"].as_array().unwrap();
        assert_eq!(rows.len(), 8 + 2);
        assert_eq!(
            (&rows[0]["no_conditions"], &rows[0]["owed"]),
            (&2.into(), &"500".into())
        );
        assert_eq!(
            (&rows[4]["ground"], &rows[4]["no_conditions"]),
            (&"Điểm đ khoản 1 Điều 38".into(), &1.into())
        );
        assert_eq!(
            rows[4]["lists"]["no_conditions"],
            "open-case-list?figure=no_conditions&ground=L106_38_1_DD"
        );
        assert_eq!(
            (&rows[8]["ground"], &rows[8]["overdue"]),
            (&"Không nêu căn cứ".into(), &1.into())
        );
        assert_eq!((&rows[9]["no_conditions"], &rows[9]["overdue"]), (&4.into(), &2.into()));
    }

    #[test]
    fn the_points_are_those_of_the_article() {
        let points: Vec<&str> = Ground::without_conditions().map(Ground::point_vi).collect();
        assert_eq!(points.len(), 8);
        assert!(points.iter().all(|point| !point.is_empty()));
        assert_eq!(ground_vi(Some(Ground::Postponed)), "L106_46");
        assert_eq!(ground_vi(None), "");
    }
}
