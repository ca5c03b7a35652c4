//! What is said of each report: its titles, what it takes, into what rows it may be divided, and on what it rests.

use super::super::catalogue::rule::Certainty;
use super::catalogue::Report;
use super::parameter::{By, Parameter};

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
    /// What is said of it.
    pub const fn description(self) -> Description {
        use Parameter::{
            Age, Agency, Figure, Ground, Initiative, Kind, Officer, Partner, Period, Province, Series, Tag, Unit,
        };
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
            Self::JudgmentRequests => description(
                (
                    "Bản án, quyết định đã đề nghị Tòa án chuyển giao mà chưa chuyển giao",
                    "Judgments asked for and not transferred",
                ),
                &[Agency, Period, Partner],
                &[],
                (
                    "Luật 106/2025/QH15, Điều 33; Chỉ thị 02/CT-UBND ngày 10/01/2017 của UBND tỉnh Hà Nam, mục 3",
                    Certainty::Verified,
                ),
            ),
            Self::Complaints => description(
                (
                    "Kết quả giải quyết đơn thư khiếu nại, tố cáo, phản ánh đúng thời hạn",
                    "Complaints and letters, resolved in time",
                ),
                &[Agency, Period, Parameter::By],
                &[By::Agency, By::Kind],
                (
                    "Luật 106/2025/QH15, Điều 96–110; Thông tư liên tịch 11/2016/TTLT-BTP-TANDTC-VKSNDTC, Điều 13; thời hạn trả lời phản ánh là quy ước của cổng",
                    Certainty::Partly,
                ),
            ),
            Self::AdministrativeJudgments => description(
                ("Theo dõi thi hành án hành chính", "Administrative judgments followed"),
                &[Agency, Period, Parameter::By],
                &[By::Agency, By::Kind],
                (
                    "Nghị định 71/2016/NĐ-CP, Điều 12–14; Nghị định 152/2026/NĐ-CP, Điều 6.1",
                    Certainty::Partly,
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
            Self::NoConditionGrounds => description(
                (
                    "Việc chưa có điều kiện thi hành án theo căn cứ",
                    "Cases without conditions by ground",
                ),
                &[Agency, Unit, Officer, Tag, Initiative],
                &[],
                ("Luật 106/2025/QH15, Điều 38.1, điểm a đến điểm h", Certainty::Verified),
            ),
            Self::Publications => description(
                (
                    "Công khai người phải thi hành án chưa có điều kiện và đối chiếu với thống kê",
                    "Debtors without conditions: published, and held against the statistics",
                ),
                &[Agency, Unit, Officer, Parameter::By],
                &[By::Unit, By::Officer],
                (
                    "Luật 106/2025/QH15, Điều 38.2; Nghị định 152/2026/NĐ-CP, Điều 23",
                    Certainty::Verified,
                ),
            ),
            Self::PublicationList => description(
                (
                    "Các việc của một số liệu về công khai",
                    "The cases behind a figure of publications",
                ),
                &[Unit, Officer, Figure],
                &[],
                RECONCILED,
            ),
            Self::CreditCaseList => description(
                (
                    "Từng việc tín dụng, ngân hàng còn tồn và khó khăn, vướng mắc",
                    "Credit-institution cases not done, and what stands in their way",
                ),
                &[Unit, Officer],
                &[],
                (
                    "Chỉ thị 02/CT-UBND ngày 10/01/2017 của UBND tỉnh Hà Nam, mục 2.2; Quy chế 01/QCLN/NHNNVN-BTP ngày 18/03/2015",
                    Certainty::Partly,
                ),
            ),
            Self::JudgmentRequestList => description(
                (
                    "Các bản án, quyết định đã đề nghị Tòa án chuyển giao",
                    "The judgments that courts were asked for",
                ),
                &[Partner, Period, Figure],
                &[],
                RECONCILED,
            ),
            Self::FollowedList => description(
                (
                    "Các đơn thư, bản án hành chính được theo dõi",
                    "The requests that are followed to their end",
                ),
                &[Agency, Partner, Period, Kind, Figure],
                &[],
                RECONCILED,
            ),
            Self::OpenCaseList => description(
                (
                    "Các việc thi hành án chưa xong theo tuổi",
                    "The cases that are not done, by age",
                ),
                &[Unit, Officer, Tag, Initiative, Age, Ground, Figure],
                &[],
                RECONCILED,
            ),
        }
    }
}
