//! The figures of a period, as reports show them. Definitions as practice has them (LAW.md section 10, certainty R).

use super::super::ratio::Tenths;
use super::{Amount, Figures, Line};

/// What was there when a period began, and what its months moved.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PeriodFigures {
    /// The stocks at its beginning.
    pub opening: Figures,
    /// What moved in it.
    pub within: Figures,
}

/// The stocks that make up what is to be enforced.
const STOCKS: [Line; 4] = [Line::InProgress, Line::Postponed, Line::Suspended, Line::NoConditions];

impl PeriodFigures {
    fn flow(&self, line: Line) -> Amount {
        self.within.get(line)
    }

    /// What stands in a stock at the end.
    pub fn at_end(&self, stock: Line) -> Amount {
        self.opening.get(stock).plus(self.within.get(stock))
    }

    /// Cũ chuyển sang: what was there at the beginning, and what came from books before the hub's in the period.
    pub fn carried_in(&self) -> Amount {
        let there = sum(STOCKS.map(|stock| self.opening.get(stock)));
        there.plus(self.flow(Line::Brought))
    }

    /// Thụ lý mới, thụ lý lại and from the register of its own.
    pub fn taken_on(&self) -> Amount {
        sum([Line::Opened, Line::Reopened, Line::FromSeparate].map(|line| self.flow(line)))
    }

    /// Nhận, chuyển nội bộ; in money with amounts that were amended.
    pub fn moved(&self) -> Amount {
        self.flow(Line::Moved)
    }

    /// Tăng, giảm số tiền phải thi hành.
    pub fn amended(&self) -> Amount {
        self.flow(Line::Amended)
    }

    /// Ủy thác đi.
    pub fn entrusted(&self) -> Amount {
        self.flow(Line::Entrusted)
    }

    /// Thu hồi, hủy.
    pub fn revoked(&self) -> Amount {
        self.flow(Line::Revoked)
    }

    /// Gửi lại yêu cầu; chuyển sổ theo dõi riêng.
    pub fn taken_out(&self) -> Amount {
        self.flow(Line::SentBack).plus(self.flow(Line::ToSeparate))
    }

    /// Tổng số phải thi hành: what came in, less what went without being enforced.
    pub fn total(&self) -> Amount {
        let came = sum([self.carried_in(), self.taken_on(), self.moved(), self.amended()]);
        let went = sum([self.entrusted(), self.revoked(), self.taken_out()]);
        came.minus(went)
    }

    /// Chưa có điều kiện at the end, without the register of its own.
    pub fn without_conditions(&self) -> Amount {
        self.at_end(Line::NoConditions)
    }

    /// Có điều kiện: of what is to be enforced all that has not been found without conditions by the end.
    pub fn with_conditions(&self) -> Amount {
        self.total().minus(self.without_conditions())
    }

    /// Thi hành xong; in money collected.
    pub fn completed(&self) -> Amount {
        self.flow(Line::Completed)
    }

    /// Đình chỉ; in money with what was exempted, reduced or discontinued in part.
    pub fn discontinued(&self) -> Amount {
        self.flow(Line::Discontinued).plus(self.flow(Line::Discharged))
    }

    /// Thi hành xong as it is measured: xong and đình chỉ.
    pub fn done(&self) -> Amount {
        self.completed().plus(self.discontinued())
    }

    /// Chuyển kỳ sau: what is still there at the end.
    pub fn carried_over(&self) -> Amount {
        sum(STOCKS.map(|stock| self.at_end(stock)))
    }

    /// Chưa có điều kiện, đã chuyển sổ theo dõi riêng, at the end.
    pub fn separate(&self) -> Amount {
        self.at_end(Line::Separate)
    }

    /// Tỷ lệ về việc: done of those with conditions.
    pub fn cases_done(&self) -> Option<Tenths> {
        Tenths::share(self.done().cases.into(), self.with_conditions().cases.into())
    }

    /// Tỷ lệ về tiền.
    pub fn money_done(&self) -> Option<Tenths> {
        Tenths::share(self.done().dong, self.with_conditions().dong)
    }

    /// By how much the cases carried over are more (+) or fewer (−) than those carried in.
    pub fn cases_carried_growth(&self) -> Option<Tenths> {
        Tenths::growth(self.carried_over().cases.into(), self.carried_in().cases.into())
    }

    /// By how much the money carried over is more or less than that carried in.
    pub fn money_carried_growth(&self) -> Option<Tenths> {
        Tenths::growth(self.carried_over().dong, self.carried_in().dong)
    }
}

fn sum<const N: usize>(amounts: [Amount; N]) -> Amount {
    amounts.into_iter().fold(Amount::default(), Amount::plus)
}
