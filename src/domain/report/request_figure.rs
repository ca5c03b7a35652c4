//! The figures of response times, by the names under which tables print them and lists are asked for.

use super::super::macros::text_enum;
use super::super::response_time::What;

text_enum! {
    /// What is overdue now, each request once by its oldest duty.
    pub enum OverdueFigure {
        /// All of it.
        Overdue => "overdue",
        /// At most a working day.
        Day => "overdue_day",
        /// At most five working days.
        Week => "overdue_week",
        /// At most a month.
        Month => "overdue_month",
        /// Longer.
        Older => "overdue_older",
        /// Those whose answer itself is overdue.
        Silent => "silent",
    }
}

/// A figure of response times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestFigure {
    /// What was counted in a period.
    Counted(What),
    /// What is overdue now.
    Overdue(OverdueFigure),
}

impl RequestFigure {
    /// Every one.
    pub fn all() -> impl Iterator<Item = Self> {
        let counted = What::ALL.iter().copied().map(Self::Counted);
        counted.chain(OverdueFigure::ALL.iter().copied().map(Self::Overdue))
    }

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counted(what) => what.column(),
            Self::Overdue(figure) => figure.as_str(),
        }
    }

    /// The figure of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|figure| figure.as_str() == name)
    }

    /// What it is called.
    pub const fn label(self) -> (&'static str, &'static str) {
        match self {
            Self::Counted(what) => counted(what),
            Self::Overdue(figure) => match figure {
                OverdueFigure::Overdue => ("Đang quá hạn", "Overdue now"),
                OverdueFigure::Day => ("Quá hạn ≤ 1 ngày làm việc", "Overdue, up to a working day"),
                OverdueFigure::Week => ("Quá hạn ≤ 5 ngày làm việc", "Overdue, up to five working days"),
                OverdueFigure::Month => ("Quá hạn ≤ 1 tháng", "Overdue, up to a month"),
                OverdueFigure::Older => ("Quá hạn trên 1 tháng", "Overdue, longer"),
                OverdueFigure::Silent => ("Im lặng", "Silent"),
            },
        }
    }
}

const fn counted(what: What) -> (&'static str, &'static str) {
    match what {
        What::Received => ("Đã nhận", "Received"),
        What::TakenOver => ("Tiếp quản", "Taken over"),
        What::HandedOver => ("Bàn giao", "Handed over"),
        What::RegisteredInTime => ("Vào sổ đúng hạn", "Registered in time"),
        What::RegisteredLate => ("Vào sổ quá hạn", "Registered late"),
        What::RegisteredUntimed => ("Vào sổ, không tính hạn", "Registered, no limit"),
        What::Interim => ("Thông báo tiến độ", "Interim answers"),
        What::AnsweredInTime => ("Trả lời đúng hạn", "Answered in time"),
        What::AnsweredLate => ("Trả lời quá hạn", "Answered late"),
        What::AnsweredUntimed => ("Trả lời, không tính hạn", "Answered, no limit"),
        What::Refused => ("Từ chối", "Refused"),
        What::AnsweredAgain => ("Trả lời lại", "Answered again"),
        What::AnsweredAgainLate => ("Trả lời lại quá hạn", "Answered again late"),
        What::SentBack => ("Trả lại", "Sent back"),
        What::SentBackLate => ("Trả lại quá hạn", "Sent back late"),
        What::Disputed => ("Bị đề nghị trả lời lại", "Disputed"),
        What::Corrected => ("Đính chính", "Corrected"),
        What::Withdrawn => ("Được lấy lại", "Withdrawn"),
        What::Extended => ("Gia hạn", "Extended"),
        What::Paused => ("Tạm dừng", "Paused"),
        What::DutyInTime => ("Việc tiếp theo đúng hạn", "Later duties in time"),
        What::DutyLate => ("Việc tiếp theo quá hạn", "Later duties late"),
        What::OwnInTime => ("Việc của bên gửi đúng hạn", "Sender's own duties in time"),
        What::OwnLate => ("Việc của bên gửi quá hạn", "Sender's own duties late"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_is_found_by_its_own_name() {
        for figure in RequestFigure::all() {
            assert_eq!(RequestFigure::named(figure.as_str()), Some(figure));
        }
        assert_eq!(RequestFigure::named("Received"), None);
    }
}
