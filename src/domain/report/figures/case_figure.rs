//! The figures of a period as sums of lines of the books: what opens the list of cases behind each. It is held against
//! [`PeriodFigures`](super::PeriodFigures), from which tables are made.

use super::super::super::macros::text_enum;
use super::Line;

text_enum! {
    /// A figure of a period; the keys of the columns of results.
    pub enum CaseFigure {
        /// Cũ chuyển sang.
        CarriedIn => "carried_in",
        /// Thụ lý mới.
        New => "new",
        /// Nhận, chuyển nội bộ.
        Moved => "moved",
        /// Tăng, giảm số tiền.
        Amended => "amended",
        /// Ủy thác đi.
        Entrusted => "entrusted",
        /// Thu hồi, hủy.
        Revoked => "revoked",
        /// Gửi lại, chuyển sổ riêng.
        TakenOut => "taken_out",
        /// Tổng số phải thi hành.
        Total => "total",
        /// Có điều kiện.
        WithConditions => "with_conditions",
        /// Thi hành xong.
        Completed => "completed",
        /// Đình chỉ, miễn, giảm.
        Discontinued => "discontinued",
        /// Thi hành xong as it is measured.
        Done => "done",
        /// Đang thi hành.
        InProgress => "in_progress",
        /// Hoãn, tạm đình chỉ.
        Paused => "paused",
        /// Chưa có điều kiện.
        WithoutConditions => "without_conditions",
        /// Chuyển kỳ sau.
        CarriedOver => "carried_over",
        /// Còn lại có điều kiện.
        Left => "left",
        /// Sổ theo dõi riêng.
        Separate => "separate",
    }
}

/// When what stands on a line counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// In the months before the period.
    Before,
    /// In its months.
    Within,
}

impl When {
    /// The word in queries.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::Within => "within",
        }
    }
}

/// A line, when it counts, and how: 1 or −1.
pub type Term = (Line, When, i8);

const STOCKS: [Line; 4] = [Line::InProgress, Line::Postponed, Line::Suspended, Line::NoConditions];

fn within(lines: &[Line]) -> Vec<Term> {
    lines.iter().map(|line| (*line, When::Within, 1)).collect()
}

fn at_end(lines: &[Line]) -> Vec<Term> {
    let before = lines.iter().map(|line| (*line, When::Before, 1));
    before.chain(within(lines)).collect()
}

fn less(mut terms: Vec<Term>, other: Vec<Term>) -> Vec<Term> {
    terms.extend(other.into_iter().map(|(line, when, factor)| (line, when, -factor)));
    terms
}

impl CaseFigure {
    /// The lines that it is the sum of.
    pub fn terms(self) -> Vec<Term> {
        match self {
            Self::CarriedIn => {
                let before = STOCKS.iter().map(|line| (*line, When::Before, 1));
                before.chain(within(&[Line::Brought])).collect()
            }
            Self::New => within(&[Line::Opened, Line::Reopened, Line::FromSeparate]),
            Self::Moved => within(&[Line::Moved]),
            Self::Amended => within(&[Line::Amended]),
            Self::Entrusted => within(&[Line::Entrusted]),
            Self::Revoked => within(&[Line::Revoked]),
            Self::TakenOut => within(&[Line::SentBack, Line::ToSeparate]),
            Self::Total => {
                let came = [Self::CarriedIn, Self::New, Self::Moved, Self::Amended].into_iter();
                let went = [Self::Entrusted, Self::Revoked, Self::TakenOut].into_iter();
                less(
                    came.flat_map(Self::terms).collect(),
                    went.flat_map(Self::terms).collect(),
                )
            }
            Self::WithConditions => less(Self::Total.terms(), Self::WithoutConditions.terms()),
            Self::Completed => within(&[Line::Completed]),
            Self::Discontinued => within(&[Line::Discontinued, Line::Discharged]),
            Self::Done => within(&[Line::Completed, Line::Discontinued, Line::Discharged]),
            Self::InProgress => at_end(&[Line::InProgress]),
            Self::Paused => at_end(&[Line::Postponed, Line::Suspended]),
            Self::WithoutConditions => at_end(&[Line::NoConditions]),
            Self::CarriedOver => at_end(&STOCKS),
            Self::Left => less(Self::CarriedOver.terms(), Self::WithoutConditions.terms()),
            Self::Separate => at_end(&[Line::Separate]),
        }
    }

    /// What it is called.
    pub const fn label(self) -> (&'static str, &'static str) {
        match self {
            Self::CarriedIn => ("Cũ chuyển sang", "Carried in"),
            Self::New => ("Thụ lý mới", "New"),
            Self::Moved => ("Nhận, chuyển nội bộ", "Moved"),
            Self::Amended => ("Tăng, giảm số tiền", "Amended"),
            Self::Entrusted => ("Ủy thác đi", "Entrusted"),
            Self::Revoked => ("Thu hồi, hủy", "Revoked"),
            Self::TakenOut => ("Gửi lại, chuyển sổ riêng", "Taken out"),
            Self::Total => ("Tổng số phải thi hành", "Total"),
            Self::WithConditions => ("Có điều kiện", "With conditions"),
            Self::Completed => ("Thi hành xong", "Completed"),
            Self::Discontinued => ("Đình chỉ, miễn, giảm", "Discontinued"),
            Self::Done => ("Xong và đình chỉ", "Done"),
            Self::InProgress => ("Đang thi hành", "In progress"),
            Self::Paused => ("Hoãn, tạm đình chỉ", "Postponed, suspended"),
            Self::WithoutConditions => ("Chưa có điều kiện", "Without conditions"),
            Self::CarriedOver => ("Chuyển kỳ sau", "Carried over"),
            Self::Left => ("Còn lại có điều kiện", "Left with conditions"),
            Self::Separate => ("Sổ theo dõi riêng", "Separate register"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::super::{Amount, Figures, PeriodFigures};
    use super::*;

    fn figures(amounts: &[(i32, i32)], is_kept: impl Fn(Line) -> bool) -> Figures {
        let mut figures = Figures::default();
        for (line, (cases, dong)) in Line::ALL.iter().zip(amounts) {
            if is_kept(*line) {
                figures.add(*line, Amount::new((*cases).into(), (*dong).into()));
            }
        }
        figures
    }

    fn of_period(figure: CaseFigure, of: &PeriodFigures) -> Amount {
        match figure {
            CaseFigure::CarriedIn => of.carried_in(),
            CaseFigure::New => of.taken_on(),
            CaseFigure::Moved => of.moved(),
            CaseFigure::Amended => of.amended(),
            CaseFigure::Entrusted => of.entrusted(),
            CaseFigure::Revoked => of.revoked(),
            CaseFigure::TakenOut => of.taken_out(),
            CaseFigure::Total => of.total(),
            CaseFigure::WithConditions => of.with_conditions(),
            CaseFigure::Completed => of.completed(),
            CaseFigure::Discontinued => of.discontinued(),
            CaseFigure::Done => of.done(),
            CaseFigure::InProgress => of.at_end(Line::InProgress),
            CaseFigure::Paused => of.at_end(Line::Postponed).plus(of.at_end(Line::Suspended)),
            CaseFigure::WithoutConditions => of.without_conditions(),
            CaseFigure::CarriedOver => of.carried_over(),
            CaseFigure::Left => of.carried_over().minus(of.without_conditions()),
            CaseFigure::Separate => of.separate(),
        }
    }

    proptest! {
        #[test]
        fn every_figure_is_the_sum_of_its_lines(
            before in vec((any::<i32>(), any::<i32>()), Line::ALL.len()),
            within in vec((any::<i32>(), any::<i32>()), Line::ALL.len()),
        ) {
            let period = PeriodFigures {
                opening: figures(&before, Line::is_stock),
                within: figures(&within, |_| true),
            };
            for figure in CaseFigure::ALL.iter().copied() {
                let sum = figure.terms().into_iter().fold(Amount::default(), |sum, (line, when, factor)| {
                    let of = if when == When::Before { &period.opening } else { &period.within };
                    let amount = of.get(line);
                    if factor < 0 { sum.minus(amount) } else { sum.plus(amount) }
                });
                prop_assert_eq!(sum, of_period(figure, &period), "{}", figure);
            }
        }
    }

    #[test]
    fn what_counts_before_a_period_is_a_stock() {
        for figure in CaseFigure::ALL {
            for (line, when, _) in figure.terms() {
                assert!(when == When::Within || line.is_stock(), "{figure}: {line}");
            }
        }
    }
}
