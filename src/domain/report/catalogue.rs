//! Every report as data: what it is called, what it takes, on what it rests, and which lines of LAW.md section 11 it serves.

use super::super::catalogue::rule::Certainty;
use super::super::macros::text_enum;
use super::figures::case_figure::CaseFigure;
use super::parameter::{By, Parameter};
use super::request_figure::RequestFigure;
use super::sources::{LINES, Line, Served};

text_enum! {
    /// A report.
    pub enum Report {
        /// Results by case.
        ResultsCases => "results-cases",
        /// Results by money.
        ResultsMoney => "results-money",
        /// The four indicators against targets.
        Indicators => "indicators",
        /// Monthly targets of officers.
        OfficerTargets => "officer-targets",
        /// Campaigns.
        Campaigns => "campaigns",
        /// Credit-institution cases of a year.
        CreditCases => "credit-cases",
        /// How partners keep their times.
        PartnerScorecards => "partner-scorecards",
        /// What was asked of whom, and what came of it.
        Coordination => "coordination",
        /// Judgments that were transferred late.
        LateTransfers => "late-transfers",
        /// Numbers of a court that never came.
        JudgmentGaps => "judgment-gaps",
        /// How old cases are that are not done.
        CaseAges => "case-ages",
        /// Changes that count later than their date says.
        LateEntries => "late-entries",
        /// Periods that were closed.
        Closings => "closings",
        /// The sentences of the source documents.
        Sources => "sources",
        /// The cases behind a figure of results.
        CaseList => "case-list",
        /// The acts behind a figure of response times.
        RequestList => "request-list",
        /// The transfers behind a figure.
        TransferList => "transfer-list",
        /// The judgments that came of a court's series.
        JudgmentList => "judgment-list",
        /// The cases behind an age.
        OpenCaseList => "open-case-list",
    }
}

/// What is said of a report.
#[derive(Debug, PartialEq, Eq)]
pub struct Description {
    /// Its title.
    pub vi: &'static str,
    /// Its title in English.
    pub en: &'static str,
    /// What it takes.
    pub parameters: &'static [Parameter],
    /// Into what rows it may be divided, the usual first.
    pub by: &'static [By],
    /// On what it rests.
    pub basis: &'static str,
    /// How sure LAW.md is of that.
    pub certainty: Certainty,
}

const fn description(
    (vi, en): (&'static str, &'static str),
    parameters: &'static [Parameter],
    by: &'static [By],
    (basis, certainty): (&'static str, Certainty),
) -> Description {
    Description {
        vi,
        en,
        parameters,
        by,
        basis,
        certainty,
    }
}

/// What the lists serve: to hold each figure against single things.
const RECONCILED: (&str, Certainty) = (
    "Rà soát, đối chiếu số liệu báo cáo thống kê (THADS Hà Nội, 2017)",
    Certainty::Derived,
);

const BOOKS: &[Parameter] = &[
    Parameter::Agency,
    Parameter::Unit,
    Parameter::Officer,
    Parameter::Period,
    Parameter::By,
    Parameter::Tag,
    Parameter::Initiative,
];
const DIVISIONS: &[By] = &[By::Unit, By::Officer, By::Initiative, By::Tag, By::Agency];
const STATISTICS: (&str, Certainty) = (
    "Thông tư 06/2019/TT-BTP (thông tư thống kê năm 2026 chưa tìm thấy); Luật 106/2025/QH15, Điều 20",
    Certainty::Recalled,
);

impl Report {
    /// Whether it is a list of single things, read page by page, that stands behind figures.
    pub const fn is_list(self) -> bool {
        match self {
            Self::LateEntries
            | Self::Closings
            | Self::CaseList
            | Self::RequestList
            | Self::TransferList
            | Self::JudgmentList
            | Self::OpenCaseList => true,
            Self::ResultsCases
            | Self::ResultsMoney
            | Self::Indicators
            | Self::OfficerTargets
            | Self::Campaigns
            | Self::CreditCases
            | Self::PartnerScorecards
            | Self::Coordination
            | Self::LateTransfers
            | Self::JudgmentGaps
            | Self::CaseAges
            | Self::Sources => false,
        }
    }

    /// What is said of it.
    pub const fn description(self) -> Description {
        use Parameter::{Age, Agency, Figure, Initiative, Kind, Officer, Partner, Period, Province, Series, Tag, Unit};
        match self {
            Self::ResultsCases => description(
                ("Kết quả thi hành án dân sự tính bằng việc", "Results by case"),
                BOOKS,
                DIVISIONS,
                STATISTICS,
            ),
            Self::ResultsMoney => description(
                ("Kết quả thi hành án dân sự tính bằng tiền", "Results by money"),
                BOOKS,
                DIVISIONS,
                STATISTICS,
            ),
            Self::Indicators => description(
                (
                    "Kết quả thực hiện bốn chỉ tiêu được giao",
                    "The four indicators against their targets",
                ),
                &[Agency, Period],
                &[],
                (
                    "Chỉ tiêu giao hằng năm; báo cáo năm 2017 của THADS Hà Nội",
                    Certainty::Partly,
                ),
            ),
            Self::OfficerTargets => description(
                (
                    "Chỉ tiêu từng tháng của chấp hành viên và kết quả",
                    "Monthly targets of officers",
                ),
                &[Agency, Officer, Period],
                &[],
                ("Kế hoạch công tác năm 2018 của THADS Hà Nội", Certainty::Partly),
            ),
            Self::Campaigns => description(
                (
                    "Đợt cao điểm thi hành án và tiến độ",
                    "Campaigns and how far they have come",
                ),
                &[Agency, Period],
                &[],
                (
                    "Kết luận 84-KL/TW; báo cáo năm 2020 của THADS Nghệ An",
                    Certainty::Partly,
                ),
            ),
            Self::Closings => description(
                (
                    "Kỳ báo cáo đã khóa và người chịu trách nhiệm",
                    "Closed periods and who answers for them",
                ),
                &[Agency],
                &[],
                (
                    "Thủ trưởng đơn vị chịu trách nhiệm hoàn toàn về số liệu (THADS Hà Nội, 2017)",
                    Certainty::Partly,
                ),
            ),
            Self::CreditCases => description(
                (
                    "Án tín dụng, ngân hàng: kết quả và còn tồn",
                    "Credit-institution cases: results and what is left",
                ),
                &[Agency, Period, Parameter::By],
                &[By::Unit, By::Officer, By::Initiative, By::Agency],
                (
                    "Chỉ thị 02/CT-UBND ngày 10/01/2017 của UBND tỉnh Hà Nam, mục 2.2; Quy chế 01/QCLN/NHNNVN-BTP ngày 18/03/2015",
                    Certainty::Partly,
                ),
            ),
            Self::LateEntries => description(
                (
                    "Thay đổi được tính muộn hơn ngày của nó",
                    "Changes that count later than their date says",
                ),
                &[Unit, Officer, Period, Tag],
                &[],
                (
                    "Số liệu kỳ đã khóa không sửa (docs/decisions/0032-reports.md)",
                    Certainty::Derived,
                ),
            ),
            Self::CaseList => description(
                ("Các việc của một số liệu", "The cases behind a figure of results"),
                &[Unit, Officer, Period, Tag, Initiative, Figure, Parameter::Campaign],
                &[],
                RECONCILED,
            ),
            Self::PartnerScorecards => description(
                (
                    "Bảng đánh giá việc giữ thời hạn của cơ quan phối hợp",
                    "How partners keep their times",
                ),
                &[Agency, Period, Parameter::By, Kind, Province],
                &[By::Agency, By::Unit, By::Kind, By::Province, By::Month],
                (
                    "Thời hạn của từng loại yêu cầu (docs/kinds.md); cách đếm: docs/decisions/0029-response-times.md",
                    Certainty::Derived,
                ),
            ),
            Self::Coordination => description(
                (
                    "Báo cáo kết quả phối hợp thi hành án dân sự",
                    "Results of coordination, every six months",
                ),
                &[Agency, Period],
                &[],
                (
                    "Chỉ thị 02/CT-UBND ngày 10/01/2017 của UBND tỉnh Hà Nam, mục 2, 3, 7",
                    Certainty::Verified,
                ),
            ),
            Self::LateTransfers => description(
                ("Bản án, quyết định chuyển giao chậm", "Judgments transferred late"),
                &[Agency, Period, Partner],
                &[],
                (
                    "Luật 106/2025/QH15, Điều 33.1; BLTTDS, Điều 315, 485; BLTTHS, Điều 262, 364, 365",
                    Certainty::Verified,
                ),
            ),
            Self::JudgmentGaps => description(
                (
                    "Số bản án, quyết định chưa thấy chuyển giao",
                    "Gaps in the numbers of courts' judgments",
                ),
                &[Period, Partner],
                &[],
                (
                    "Chỉ thị 02/CT-UBND ngày 10/01/2017 của UBND tỉnh Hà Nam, mục 3",
                    Certainty::Derived,
                ),
            ),
            Self::CaseAges => description(
                ("Tuổi của việc thi hành án chưa xong", "Ages of cases that are not done"),
                &[Agency, Unit, Officer, Tag, Initiative, Parameter::By],
                &[By::Unit, By::Officer, By::Initiative],
                (
                    "Chỉ thị của Thành ủy Hà Nội: án đã có hiệu lực, để kéo dài, không thi hành dứt điểm",
                    Certainty::Derived,
                ),
            ),
            Self::Sources => description(
                (
                    "Yêu cầu của văn bản nguồn và lệnh đáp ứng",
                    "The sentences of the source documents and what serves them",
                ),
                &[],
                &[],
                ("Năm văn bản nguồn của dự án (docs/sources.md)", Certainty::Verified),
            ),
            Self::RequestList => description(
                (
                    "Các yêu cầu của một số liệu về thời hạn",
                    "The requests behind a figure of response times",
                ),
                &[Agency, Partner, Unit, Period, Kind, Province, Figure],
                &[],
                RECONCILED,
            ),
            Self::TransferList => description(
                (
                    "Các lần chuyển giao bản án, quyết định",
                    "The transfers of judgments behind a figure",
                ),
                &[Partner, Period, Figure],
                &[],
                RECONCILED,
            ),
            Self::JudgmentList => description(
                (
                    "Bản án, quyết định đã nhận của một Tòa án",
                    "The judgments that came of a court",
                ),
                &[Partner, Period, Series],
                &[],
                RECONCILED,
            ),
            Self::OpenCaseList => description(
                (
                    "Các việc thi hành án chưa xong theo tuổi",
                    "The cases that are not done, by age",
                ),
                &[Unit, Officer, Tag, Initiative, Age, Figure],
                &[],
                RECONCILED,
            ),
        }
    }

    /// The figures whose lists it gives.
    pub fn figures(self) -> Vec<&'static str> {
        match self {
            Self::RequestList => RequestFigure::all().map(RequestFigure::as_str).collect(),
            Self::TransferList => TransferFigure::ALL.iter().map(|figure| figure.as_str()).collect(),
            Self::OpenCaseList => OpenFigure::ALL.iter().map(|figure| figure.as_str()).collect(),
            Self::CaseList => CaseFigure::ALL.iter().map(|figure| figure.as_str()).collect(),
            Self::ResultsCases
            | Self::ResultsMoney
            | Self::Indicators
            | Self::OfficerTargets
            | Self::Campaigns
            | Self::CreditCases
            | Self::PartnerScorecards
            | Self::Coordination
            | Self::LateTransfers
            | Self::JudgmentGaps
            | Self::CaseAges
            | Self::Closings
            | Self::LateEntries
            | Self::Sources
            | Self::JudgmentList => Vec::new(),
        }
    }

    /// Whether it takes a parameter.
    pub fn takes(self, parameter: Parameter) -> bool {
        self.description().parameters.contains(&parameter)
    }

    /// The figure of that name; of transfers, which nobody answers, a name of answers means how the transfer was made.
    pub fn figure(self, name: &str) -> Option<&'static str> {
        let name = match (self, name) {
            (Self::TransferList, "received") => TransferFigure::Transferred.as_str(),
            (Self::TransferList, "answered_in_time") => TransferFigure::InTime.as_str(),
            (Self::TransferList, "answered_late") => TransferFigure::Late.as_str(),
            // The same figure in money.
            (Self::CaseList, name) => name.strip_suffix("_dong").unwrap_or(name),
            (_, name) => name,
        };
        self.figures().into_iter().find(|figure| *figure == name)
    }

    /// The sentences of the source documents that it serves.
    pub fn lines(self) -> impl Iterator<Item = &'static Line> {
        let serves = move |served: &Served| match served {
            Served::Command(command) => command.strip_prefix("lienthong report run ") == Some(self.as_str()),
            Served::Later(_) => false,
        };
        LINES.iter().filter(move |line| line.served.iter().any(serves))
    }
}

text_enum! {
    /// Which transfers of judgments.
    pub enum TransferFigure {
        /// All.
        Transferred => "transferred",
        /// Within the limit.
        InTime => "in_time",
        /// After it.
        Late => "late",
        /// No limit holds, or none could be computed.
        NoLimit => "no_limit",
    }
}

text_enum! {
    /// Which cases that are not done.
    pub enum OpenFigure {
        /// All.
        Cases => "cases",
        /// Đang thi hành.
        InProgress => "in_progress",
        /// Hoãn, tạm đình chỉ.
        Paused => "paused",
        /// Chưa có điều kiện.
        NoConditions => "no_conditions",
        /// Sổ theo dõi riêng.
        Separate => "separate",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_report_says_what_it_is_and_takes_each_parameter_once() {
        for report in Report::ALL {
            let told = report.description();
            assert!(
                !told.vi.is_empty() && !told.en.is_empty() && !told.basis.is_empty(),
                "{report}"
            );
            let mut parameters = told.parameters.to_vec();
            parameters.sort();
            parameters.dedup();
            assert_eq!(parameters.len(), told.parameters.len(), "{report}");
            assert_eq!(
                told.parameters.contains(&Parameter::By),
                told.by.len() > 1,
                "{report}: by what it is divided is a choice"
            );
            let has_figures = !report.figures().is_empty();
            assert_eq!(told.parameters.contains(&Parameter::Figure), has_figures, "{report}");
            assert!(report.as_str().len() <= 31, "{report}: the name of a sheet");
        }
    }

    #[test]
    fn a_sentence_that_names_a_report_names_one_that_there_is() {
        for served in LINES.iter().flat_map(|line| line.served) {
            if let Served::Command(command) = served
                && let Some(code) = command.strip_prefix("lienthong report run ")
            {
                assert!(code.parse::<Report>().is_ok(), "{command}");
            }
        }
    }
}
