//! What reports take: each parameter with its meaning, and how values are read from texts.

use super::super::macros::text_enum;

text_enum! {
    /// A parameter of reports.
    pub enum Parameter {
        /// Whose report it is.
        Agency => "agency",
        /// The agency on the other side.
        Partner => "partner",
        /// A unit of the agency.
        Unit => "unit",
        /// An officer of the agency.
        Officer => "officer",
        /// The period.
        Period => "period",
        /// Into what rows it is divided.
        By => "by",
        /// A mark of cases.
        Tag => "tag",
        /// On whose initiative cases are.
        Initiative => "initiative",
        /// A kind of requests.
        Kind => "kind",
        /// The sender's province.
        Province => "province",
        /// The figure whose list it is.
        Figure => "figure",
        /// How old what is open is.
        Age => "age",
        /// The series of a court's judgments.
        Series => "series",
        /// A campaign.
        Campaign => "campaign",
        /// The ground of a case.
        Ground => "ground",
    }
}

/// The value of a unit, officer or province for "none of them".
pub const NONE: &str = "-";

impl Parameter {
    /// What it is called on papers.
    pub const fn label_vi(self) -> &'static str {
        match self {
            Self::Agency => "Cơ quan",
            Self::Partner => "Bên kia",
            Self::Unit => "Đơn vị",
            Self::Officer => "Chấp hành viên, cán bộ",
            Self::Period => "Kỳ",
            Self::By => "Chia theo",
            Self::Tag => "Nhãn",
            Self::Initiative => "Chủ động, theo yêu cầu",
            Self::Kind => "Loại yêu cầu",
            Self::Province => "Tỉnh, thành phố của bên gửi",
            Self::Figure => "Số liệu",
            Self::Age => "Tuổi",
            Self::Series => "Dãy số",
            Self::Campaign => "Đợt cao điểm",
            Self::Ground => "Căn cứ",
        }
    }

    /// What it means, and what holds without it.
    pub const fn meaning(self) -> (&'static str, &'static str) {
        match self {
            Self::Agency => (
                "Mã cơ quan báo cáo; không nêu: cơ quan mình",
                "code of the reporting agency; without it one's own",
            ),
            Self::Partner => (
                "Mã cơ quan bên kia; không nêu: mọi cơ quan",
                "code of the agency on the other side; without it all",
            ),
            Self::Unit => (
                "Mã đơn vị; `-`: không thuộc đơn vị nào",
                "id of a unit; `-`: of no unit",
            ),
            Self::Officer => (
                "Mã chấp hành viên, cán bộ; `-`: chưa phân công",
                "id of an officer; `-`: of nobody yet",
            ),
            Self::Period => (
                "Kỳ: TK2027 (năm thống kê 2027), TK2027/6 (6 tháng đầu), 2026H1, 2026-11, 2026-10-01..2026-12-31; không nêu: từ đầu năm thống kê \
                 đến tháng này",
                "period: TK2027 (statistical year 2027), TK2027/6 (its first 6 months), 2026H1, 2026-11, 2026-10-01..2026-12-31; without it from \
                 the beginning of the statistical year to this month",
            ),
            Self::By => ("Chia dòng theo", "into what rows it is divided"),
            Self::Tag => (
                "Nhãn của việc; không nêu: mọi việc",
                "mark of cases; without it all cases",
            ),
            Self::Initiative => (
                "Chủ động hay theo yêu cầu; không nêu: cả hai",
                "on whose initiative; without it either",
            ),
            Self::Kind => (
                "Mã loại yêu cầu, nhiều loại cách nhau bằng dấu phẩy; không nêu: mọi loại",
                "code of a kind, several with commas; without it all",
            ),
            Self::Province => (
                "Mã tỉnh, thành phố của bên gửi, 2 chữ số; `-`: cơ quan trung ương",
                "code of the sender's province, 2 digits; `-`: agencies of the whole country",
            ),
            Self::Figure => ("Số liệu cần mở danh sách", "the figure whose list it is"),
            Self::Age => ("Tuổi của việc; không nêu: mọi tuổi", "how old; without it any age"),
            Self::Series => (
                "Dãy số bản án của Tòa án: năm/ký hiệu, ví dụ 2026/DS-ST; không nêu: mọi dãy",
                "series of a court's judgments: year/symbol, for example 2026/DS-ST; without it all",
            ),
            Self::Campaign => (
                "Mã đợt cao điểm; không nêu: mọi đợt",
                "code of a campaign; without it all",
            ),
            Self::Ground => (
                "Căn cứ chưa có điều kiện (khoản 1 Điều 38; `DD` là điểm đ); `-`: không nêu căn cứ; không nêu: mọi việc",
                "the ground of a case without conditions (Art. 38.1; `DD` is point đ); `-`: none; without it all cases",
            ),
        }
    }
}

text_enum! {
    /// Into what rows a report is divided.
    pub enum By {
        /// Đơn vị.
        Unit => "unit",
        /// Chấp hành viên.
        Officer => "officer",
        /// Chủ động, theo yêu cầu.
        Initiative => "initiative",
        /// Thẻ.
        Tag => "tag",
        /// Cơ quan.
        Agency => "agency",
        /// Loại yêu cầu.
        Kind => "kind",
        /// Tỉnh, thành phố của bên gửi.
        Province => "province",
        /// Tháng.
        Month => "month",
    }
}

impl By {
    /// The heading of the rows.
    pub const fn heading(self) -> (&'static str, &'static str) {
        match self {
            Self::Unit => ("Đơn vị", "Unit"),
            Self::Officer => ("Chấp hành viên", "Officer"),
            Self::Initiative => ("Chủ động, theo yêu cầu", "Initiative"),
            Self::Tag => ("Nhãn", "Mark"),
            Self::Agency => ("Cơ quan", "Agency"),
            Self::Kind => ("Loại yêu cầu", "Kind"),
            Self::Province => ("Tỉnh, thành phố", "Province"),
            Self::Month => ("Tháng", "Month"),
        }
    }

    /// The parameter that picks one of the rows.
    pub const fn parameter(self) -> Parameter {
        match self {
            Self::Unit => Parameter::Unit,
            Self::Officer => Parameter::Officer,
            Self::Initiative => Parameter::Initiative,
            Self::Tag => Parameter::Tag,
            Self::Agency => Parameter::Agency,
            Self::Kind => Parameter::Kind,
            Self::Province => Parameter::Province,
            Self::Month => Parameter::Period,
        }
    }
}

/// One of several, none of them, or any.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Chosen<T> {
    /// Whichever it is.
    #[default]
    Any,
    /// Those that have none.
    Nobody,
    /// This one.
    One(T),
}

impl<T: PartialEq> Chosen<T> {
    /// Whether it is meant.
    pub fn is(&self, of: Option<&T>) -> bool {
        match self {
            Self::Any => true,
            Self::Nobody => of.is_none(),
            Self::One(one) => of == Some(one),
        }
    }
}
